"""Rules for one row: its cells against each other. Every rule takes an entry and yields findings.

A cell that could not be read is None and named in `unreadable`, so that a rule never mistakes it for
a blank one: what cannot be judged is not judged.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from evidence.dataset.outcomes import is_state
from evidence.dataset.problems import Problem, problem
from evidence.dataset.records import Judgement, Overlap, PublishedEstimate, Record, Result, ScaleWord, StartingQuestion
from evidence.dataset.vocabulary import INSTRUMENTS, TOOL_WORDS
from evidence.formatting import plain

ARMS = ("intervention", "comparator")
RATIOS = frozenset({"RR", "OR", "HR"})
PERCENT_TOLERANCE = 0.6  # points: rounding to whole per cent, and a little
RATIO_TOLERANCE = 0.05  # on the log scale, and absolutely: what rounding to one decimal can do
DIFFERENCE_TOLERANCE = 0.02  # of a risk difference as a fraction: two points
MEAN_TOLERANCE = 0.15 + 1e-9  # two means and their difference, each rounded to one decimal
LARGE_EFFECT = 2.0  # standard deviations
# Score now minus score at baseline: below zero where people got better.
CHANGES = frozenset({"symptom-change", "suicidal-ideation-change", "disability-change"})
ENDPOINTS = frozenset({"symptom-endpoint", "suicidal-ideation-endpoint"})


class Entry(NamedTuple):
    """One row under judgement: the record (faulty cells are None), its faulty cells, and the columns the file lacks."""

    record: Any
    unreadable: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()

    @property
    def line(self) -> int:
        """The line the row stands on."""
        return int(self.record.line)

    def is_blank(self, name: str) -> bool:
        """Return whether the cell was left blank, rather than filled with something unreadable."""
        return getattr(self.record, name) is None and name not in self.unreadable and name not in self.absent


_percents = attrgetter(*(f"percent_{arm}" for arm in ARMS))
_means = attrgetter(*(f"mean_{arm}" for arm in ARMS))
_SCALED = tuple((name, f"{name}_{arm}") for name in ("mean", "median", "sd") for arm in ARMS)
_scores = attrgetter("mean_intervention", "sd_intervention", "mean_comparator", "sd_comparator")
Rule = Callable[[Entry], Iterator[Problem]]


def count_rules(entry: Entry) -> Iterator[Problem]:
    """Check events against the number analysed, and the reported percentage against both."""
    row = entry.record
    for arm in ARMS:
        events = getattr(row, f"events_{arm}")
        if events is None:
            continue
        n = getattr(row, f"n_{arm}")
        if n is None:
            if entry.is_blank(f"n_{arm}"):
                yield problem("events-without-n", entry.line, f"events_{arm}", events, other=f"n_{arm}")
            continue
        if events > n:
            yield problem("events-over-n", entry.line, f"events_{arm}", events, n=n)
            continue
        percent = getattr(row, f"percent_{arm}")
        if percent is not None and n and abs(100 * events / n - percent) > PERCENT_TOLERANCE:
            details = {"events": events, "n": n, "percent": f"{100 * events / n:.1f}"}
            yield problem("percent-disagrees", entry.line, f"percent_{arm}", percent, **details)


def percent_rules(entry: Entry) -> Iterator[Problem]:
    """Query a percentage of 1 or less that no number of people can give: it may be a proportion.

    If the number analysed is unknown, both percentages have to be below 1.
    """
    row = entry.record
    percents = _percents(row)
    if percents == (None, None):
        return
    are_small = all(percent is None or percent < 1 for percent in percents)
    for arm, percent in zip(ARMS, percents, strict=True):
        n = getattr(row, f"n_{arm}")
        if percent is None or not 0 < percent <= 1 or (n is None and not are_small):
            continue
        if n is not None and not _is_share_of_people(percent, n):
            details = {"people": f"{percent * n / 100:.2g} of {n} people", "scaled": plain(100 * percent)}
            yield problem("percent-like-proportion", entry.line, f"percent_{arm}", percent, **details)
        elif n is None and percent < 1:
            details = {"people": "fewer than one person in a hundred", "scaled": plain(100 * percent)}
            yield problem("percent-like-proportion", entry.line, f"percent_{arm}", percent, **details)


def _is_share_of_people(percent: float, n: int) -> bool:
    """Return whether some number of the n people gives the percentage, rounded to its decimals."""
    people = round(percent * n / 100)
    half_unit = 0.5 * 10.0 ** -_decimals(percent)
    return n > 0 and any(abs(100 * k / n - percent) <= half_unit + 1e-9 for k in (people, people + 1) if k > 0)


def _decimals(*numbers: float) -> int:
    return max(len(f"{number:.10f}".rstrip("0").partition(".")[2]) for number in numbers)


def scale_rules(entry: Entry) -> Iterator[Problem]:
    """Check scores against the direction and the range of their scale.

    Two changes above zero on a scale where a fall is improvement are most often improvements without their sign. Only
    main rows are checked: after a maintenance phase scores may rise in both arms.
    """
    row = entry.record
    means = _means(row)
    scale = INSTRUMENTS.get(row.instrument or "")
    is_fall_better = getattr(scale, "better", None) != "higher"
    is_judged = row.outcome in CHANGES and row.analysis == "main" and is_fall_better
    if is_judged and all(mean is not None and mean > 0 for mean in means):
        details = {"other": plain(means[1]), "instrument": row.instrument or "this scale"}
        yield problem("change-above-zero", entry.line, "mean_intervention", means[0], **details)
    low, high = getattr(scale, "low", None), getattr(scale, "high", None)
    if row.unit != "points" or low is None or high is None or row.outcome not in CHANGES | ENDPOINTS:
        return
    least, most = (low - high, high - low) if row.outcome in CHANGES else (low, high)
    for name, column in _SCALED:
        value = getattr(row, column)
        if value is None or (name == "sd" and value <= 0):
            continue
        # No numbers between two ends spread further than half the way between them, and a change twice that.
        is_inside = least <= value <= most if name != "sd" else value <= (most - least) / 2
        if not is_inside:
            details = {"low": plain(low), "high": plain(high), "instrument": row.instrument}
            yield problem("outside-scale", entry.line, column, value, **details)


def mean_rules(entry: Entry) -> Iterator[Problem]:
    """Check that means have a number analysed and that standard deviations are above zero.

    A mean without n blocks if the row gives n for the other arm: the row is then half filled in. If neither n is known,
    the source did not report it, and the row is kept with a note.
    """
    row = entry.record
    if _scores(row) == (None, None, None, None):
        return
    means = [arm for arm in ARMS if getattr(row, f"mean_{arm}") is not None and entry.is_blank(f"n_{arm}")]
    is_half_filled = not all(entry.is_blank(f"n_{arm}") for arm in ARMS)
    for arm in means if is_half_filled else means[:1]:
        code = "mean-without-n" if is_half_filled else "n-not-reported"
        mean = getattr(row, f"mean_{arm}")
        yield problem(code, entry.line, f"mean_{arm}", mean, other=f"n_{arm}")
    for arm in ARMS:
        sd = getattr(row, f"sd_{arm}")
        if sd is not None and sd <= 0:
            yield problem("sd-not-positive", entry.line, f"sd_{arm}", sd)


def interval_rules(entry: Entry) -> Iterator[Problem]:
    """Check the effect against its interval and its measure."""
    row = entry.record
    effect, low, high = row.effect, row.ci_low, row.ci_high
    if effect is None and low is None and high is None:
        return
    if effect is None:
        if low is not None and high is not None and low > high:
            yield problem("effect-outside-interval", entry.line, "ci_low", low, other="ci_high", against=high)
    else:
        if low is not None and low > effect:
            yield problem("effect-outside-interval", entry.line, "ci_low", low, other="effect", against=effect)
        if high is not None and effect > high:
            yield problem("effect-outside-interval", entry.line, "ci_high", high, other="effect", against=effect)
        if entry.is_blank("effect_measure"):
            yield problem("effect-without-measure", entry.line, "effect_measure", effect)
    if row.effect_measure == "RD":
        for name, number in (("effect", effect), ("ci_low", low), ("ci_high", high)):
            if number is not None and abs(number) > 1:
                yield problem("difference-over-one", entry.line, name, number)
    if row.effect_measure in RATIOS:
        for name, number in (("effect", effect), ("ci_low", low), ("ci_high", high)):
            if number is not None and number <= 0:
                yield problem("ratio-not-positive", entry.line, name, number, measure=row.effect_measure)
        if effect is not None and low is not None and high is not None and is_logarithm(effect, low, high):
            details = {
                "measure": row.effect_measure,
                "interval": f"{low:g} to {high:g}",
                "ratio": f"{_exp(effect):.3g}",
            }
            yield problem("ratio-on-log-scale", entry.line, "effect", effect, **details)
    elif effect is not None and low is not None and high is not None and is_ratio(effect, low, high):
        details = {"measure": row.effect_measure or "difference", "interval": f"{low:g} to {high:g}"}
        yield problem("difference-on-ratio-scale", entry.line, "effect", effect, **details)


def is_ratio(effect: float, low: float, high: float) -> bool:
    """Return whether a difference and its interval look like a ratio: the effect is √(low × high), far from the middle.

    >>> is_ratio(2.05, 1.02, 4.12), is_ratio(2.57, 1.02, 4.12), is_ratio(2.0, 1.0, 4.0), is_ratio(1.02, 0.99, 1.05)
    (True, False, False, False)
    """
    if not 0 < low < effect < high:
        return False
    unit = 10.0 ** -_decimals(effect, low, high)
    least = math.sqrt(max(low - unit / 2, 0) * (high - unit / 2))
    most = math.sqrt((low + unit / 2) * (high + unit / 2))
    is_middle = least <= effect + unit / 2 and effect - unit / 2 <= most
    return is_middle and abs(low + high - 2 * effect) > max(2 * unit, 0.1 * (high - low))


def is_logarithm(effect: float, low: float, high: float) -> bool:
    """Return whether a ratio and its interval were entered as logarithms: the effect is the middle of its interval.

    The interval of a ratio has its middle at √(low × high). What counts is an effect that misses that but is exactly
    the arithmetic middle, by more than the rounding of the three numbers.

    An interval of a ratio is counted on the logarithmic scale, where its middle is √(low × high). What counts is a
    middle that is off there and exact here, by more than the rounding of the three numbers.

    >>> is_logarithm(1.42, 0.35, 2.48), is_logarithm(4.14, 1.42, 11.9), is_logarithm(1.02, 0.99, 1.05)
    (True, False, False)
    """
    if not 0 < low < effect < high:
        return False
    unit = 10.0 ** -_decimals(effect, low, high)
    is_middle = abs(low + high - 2 * effect) <= 2 * unit * (1 + 1e-9)
    least = math.sqrt(max(low - unit / 2, 0) * (high - unit / 2))
    most = math.sqrt((low + unit / 2) * (high + unit / 2))
    return is_middle and not (least <= effect + unit / 2 and effect - unit / 2 <= most)


def _exp(number: float) -> float:
    return math.exp(min(number, 700.0))


def comparison_rules(entry: Entry) -> Iterator[Problem]:
    """Check the dose against its unit, the comparator against its data, and n against the number randomised."""
    row = entry.record
    if row.dose is not None and entry.is_blank("dose_unit"):
        yield problem("dose-without-unit", entry.line, "dose_unit", row.dose)
    if row.comparator == "none":
        for name, value in zip(_COMPARATOR_CELLS, _comparator_cells(row), strict=True):
            if value is not None:
                yield problem("comparator-on-uncontrolled", entry.line, name, value)
    if row.schedule is not None and row.administrations and (row.schedule == "single") != (row.administrations == 1):
        yield problem("schedule-disagrees", entry.line, "schedule", row.schedule, administrations=row.administrations)
    if is_state(row.outcome or "") and entry.is_blank("timing"):
        yield problem("timing-missing", entry.line, "timing", row.outcome)
    analysed, randomised = _analysed(row), row.n_randomised
    if randomised is not None and analysed is not None and analysed > randomised and row.design is not None:
        yield problem("n-over-randomised", entry.line, "n_intervention", analysed, randomised=randomised)


_COMPARATOR_CELLS = tuple(name for name in Result.columns() if name.endswith("_comparator"))
_comparator_cells = attrgetter(*_COMPARATOR_CELLS)


def _analysed(row: Any) -> int | None:
    known: list[int] = [n for n in (row.n_intervention, row.n_comparator) if n is not None]
    if not known:
        return None
    heads: int = row.heads(*known) if len(known) == 2 else known[0]
    return heads


def effect_rules(entry: Entry) -> Iterator[Problem]:
    """Check the size, sign and ratio of the reported effect against the data of the arms."""
    row = entry.record
    first, second, effect = row.mean_intervention, row.mean_comparator, row.effect
    standardised = standardised_difference(row)
    if standardised is None and row.effect_measure == "SMD":
        standardised = effect
    if standardised is not None and abs(standardised) > LARGE_EFFECT:
        column = "effect" if standardised is effect else "mean_intervention"
        yield problem("large-effect", entry.line, column, round(standardised, 2))
    if row.p_value == 0:
        yield problem("p-zero", entry.line, "p_value", 0)
    if effect is None:
        return
    if row.effect_measure in ("MD", "SMD") and None not in (first, second) and effect * (first - second) < 0:
        yield problem("effect-sign", entry.line, "effect", effect, difference=plain(first - second))
    is_alone = row.effect_measure in ("MD", "SMD") and first is None and second is None and row.comparator != "none"
    is_inside = (row.ci_low is None or row.ci_low <= effect) and (row.ci_high is None or effect <= row.ci_high)
    if is_alone and is_inside and effect > 0 and row.outcome in CHANGES | ENDPOINTS and row.analysis == "main":
        yield problem("effect-above-zero", entry.line, "effect", effect, measure=row.effect_measure)
    counts = effect_of_counts(row)
    if counts is not None and is_log_of(row.effect_measure, effect, counts):
        details = {"measure": row.effect_measure, "counts": f"{counts:.3g}"}
        yield problem("ratio-log-of-counts", entry.line, "effect", effect, **details)
    elif (
        counts is not None
        and not (row.effect_measure == "RD" and abs(effect) > 1)
        and is_apart(row.effect_measure, effect, counts)
    ):
        details = {"measure": row.effect_measure, "counts": f"{counts:.3g}"}
        yield problem("ratio-disagrees", entry.line, "effect", effect, **details)


def standardised_difference(row: Any) -> float | None:
    """Compute Hedges' g of the two arms; the uncorrected d if n is unknown; None without SDs."""
    first, sd1, second, sd2 = numbers = _scores(row)
    if None in numbers:
        return None
    if sd1 <= 0 or sd2 <= 0:
        return None
    n1, n2 = row.n_intervention, row.n_comparator
    if n1 is None or n2 is None or n1 < 2 or n2 < 2:
        return float((first - second) / math.hypot(sd1, sd2) * math.sqrt(2))
    freedom = n1 + n2 - 2
    # hypot, because the square of a very small number is zero.
    pooled = math.hypot(math.sqrt(n1 - 1) * sd1, math.sqrt(n2 - 1) * sd2) / math.sqrt(freedom)
    return float((1 - 3 / (4 * freedom - 1)) * (first - second) / pooled)


def effect_of_counts(row: Any) -> float | None:
    """Compute the reported measure from the counts; None if they do not define it."""
    numbers = (row.events_intervention, row.n_intervention, row.events_comparator, row.n_comparator)
    if None in numbers:
        return None
    a, n1, c, n2 = numbers
    if not (a <= n1 and c <= n2 and n1 and n2):
        return None
    if row.effect_measure == "RD":
        return float(a / n1 - c / n2)
    if row.effect_measure == "RR":
        return float(a * n2 / (c * n1)) if a and c else None
    if row.effect_measure == "OR":
        return float(a * (n2 - c) / (c * (n1 - a))) if a and c and a < n1 and c < n2 else None
    return None


def effect_of_means(row: Any) -> float | None:
    """Compute the reported MD or SMD from the arms; None unless both means (for an SMD, both SDs too) are given."""
    if row.effect_measure == "SMD":
        return standardised_difference(row)
    if row.effect_measure != "MD" or row.mean_intervention is None or row.mean_comparator is None:
        return None
    return float(row.mean_intervention - row.mean_comparator)


def is_apart(measure: str, printed: float, recomputed: float) -> bool:
    """Return whether a reported effect differs from the recomputed one by more than rounding explains.

    >>> is_apart("OR", 2.18, 4.54), is_apart("RR", 1.3, 1.33), is_apart("MD", -3.2, -3.1)
    (True, False, False)
    """
    if measure == "RD":
        return abs(printed - recomputed) > DIFFERENCE_TOLERANCE
    if measure == "MD":
        return abs(printed - recomputed) > MEAN_TOLERANCE
    if measure == "SMD":
        return abs(printed - recomputed) > RATIO_TOLERANCE
    if printed <= 0:
        return False  # said by another rule
    return (
        abs(math.log(printed) - math.log(recomputed)) > RATIO_TOLERANCE and abs(printed - recomputed) > RATIO_TOLERANCE
    )


def is_log_of(measure: str | None, printed: float, recomputed: float) -> bool:
    """Whether a printed ratio is far from the one of the counts, and equal to its logarithm within rounding.

    >>> is_log_of("OR", 1.42, 4.13), is_log_of("OR", 4.13, 4.13), is_log_of("OR", 1.2, 4.13)
    (True, False, False)
    """
    if measure not in RATIOS or recomputed <= 0:
        return False
    unit = 10.0 ** -min(_decimals(printed), 2)
    return abs(printed - recomputed) > 0.2 and abs(printed - math.log(recomputed)) <= max(unit, 0.01)


def tool_rules(entry: Entry) -> Iterator[Problem]:
    """Check the domain and the judgement against the vocabulary of the risk-of-bias tool."""
    row = entry.record
    known = TOOL_WORDS.get(row.tool or "")
    if known is None:
        return
    for column, value, allowed in (
        ("domain", row.domain, known.domains),
        ("judgement", row.judgement, known.judgements),
    ):
        if value is not None and value not in allowed:
            yield problem("tool-word", entry.line, column, value, tool=row.tool, allowed=", ".join(allowed))


def overlap_rules(entry: Entry) -> Iterator[Problem]:
    """Yield a problem where a trial is said to share people with itself."""
    if entry.record.trial is not None and entry.record.trial == entry.record.other_trial:
        yield problem("same-trial", entry.line, "other_trial", entry.record.trial)


def scale_word_rules(entry: Entry) -> Iterator[Problem]:
    """Yield a problem where the range of a scale has one end alone, or its ends the wrong way round."""
    low, high = entry.record.low, entry.record.high
    if (low is None) != (high is None) or (low is not None and high is not None and low >= high):
        shown = ["blank" if end is None else plain(end) for end in (low, high)]
        yield problem("scale-range", entry.line, "low", shown[0], high=shown[1])


def question_rules(entry: Entry) -> Iterator[Problem]:
    """Yield a problem where a question names a dose without its unit."""
    if entry.record.dose is not None and entry.is_blank("dose_unit"):
        yield problem("dose-without-unit", entry.line, "dose_unit", entry.record.dose)


ROW_RULES: Mapping[type[Record], tuple[Rule, ...]] = MappingProxyType(
    {
        Result: (count_rules, percent_rules, mean_rules, scale_rules, interval_rules, comparison_rules, effect_rules),
        PublishedEstimate: (interval_rules,),
        Judgement: (tool_rules,),
        Overlap: (overlap_rules,),
        ScaleWord: (scale_word_rules,),
        StartingQuestion: (question_rules,),
    }
)
