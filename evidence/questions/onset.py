"""How soon: the answers of all time bins for one measure, over all trials or over those that report every time."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from evidence.dataset.declared import TimeBin
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Gap, Result
from evidence.dataset.time_bins import TIME_BINS
from evidence.dataset.topic import ByScale, primary_scale
from evidence.formatting import counted, inside, listed
from evidence.questions import blinding
from evidence.questions.absence import FIRST_HOUR, Absence, blanks_between
from evidence.questions.dose import DoseResponse, dose_response
from evidence.selection.filters import comparator_kind
from evidence.selection.selection import Criterion, Selection, apply, relaxed, trials_of
from evidence.selection.widening import PLACEBOS
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis.answers import Answer, Grouping, Model, answer
from evidence.synthesis.display import interval_in_words, shown
from evidence.synthesis.sentences import (
    behind,
    interval_name,
    probability_in_words,
    score_kinds_over,
    sides_of,
    spelled,
)
from evidence.synthesis.trial_effects import SYMPTOMS, Question

MEASURE_LABELS: Mapping[str, str] = ByScale(
    {"MD": "{scale} points", "SMD": "Any scale, in SDs", "RR": "Response, risk ratio"}
)
AXES: Mapping[str, str] = ByScale(
    {
        "MD": "{scale} points, drug minus comparator",
        "SMD": "Standardised mean difference (Hedges g)",
        "RR": "Risk ratio of response",
    }
)


@dataclass(frozen=True, slots=True)
class Course:
    """Answers by time bin. `drawn` are those with something to draw; `caveat` says how to read them together."""

    answers: tuple[Answer, ...]
    axis: str
    caveat: str

    @property
    def drawn(self) -> tuple[Answer, ...]:
        """Answers with at least one effect."""
        return tuple(item for item in self.answers if any(entry.effect is not None for entry in item.entries))


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a course on one axis of time.

    `nearby` are the answers of the nearest trials outside the selection that measured earlier than its own, `dropped`
    the criteria given up to reach them, `blanks` the spans without a result and what is known of them.
    """

    nearby: tuple[Answer, ...] = ()
    dropped: tuple[Criterion, ...] = ()
    blanks: tuple[Absence, ...] = ()

    @property
    def words(self) -> str:
        """Return who measured earlier and what was found; empty where nobody outside had to be asked."""
        if not self.nearby:
            return ""
        given_up = listed(list(dict.fromkeys(criterion.words for criterion in self.dropped)))
        parts = []
        for item in self.nearby:
            difference, numbers = _difference(item)
            parts.append(f"at {_times(item)} {difference} ({numbers}; {listed([e.label for e in item.used])})")
        return f"Other trials measured earlier (shown without requiring that {given_up}): {'; '.join(parts)}."


def around(everything: Iterable[Result], selection: Selection, within: Course, gaps: Iterable[Gap] = ()) -> Around:
    """Return the nearest trials that measured before the course's first answer, and the spans without a result.

    Only trials against a placebo speak for the first hours of another question: another treatment acts by then too.
    """
    rows, measure = tuple(everything), within.answers[0].question.measure
    selected = apply(rows, selection.criteria())
    answers = [item for item in within.answers if item.pooled is not None]
    entries = [entry for item in answers for entry in item.used]
    nearby: tuple[Answer, ...] = ()
    dropped: tuple[Criterion, ...] = ()
    if entries and min(entry.hours for entry in entries) > TIME_BINS[0].high:
        against = [row for row in rows if comparator_kind(row) in PLACEBOS and row.design != "withdrawal"]
        soon = answer(against, _question(measure, TIME_BINS[0], low_confidence=False))
        usable = {row.line for entry in soon.used for row in entry.results}
        wider = relaxed(rows, selection, lambda row: row.line in usable)
        early = answer(wider.results, _question(measure, TIME_BINS[0], low_confidence=False))
        if early.pooled is not None:
            nearby, dropped = (early,), wider.dropped
    used = [row for entry in entries for row in entry.results]
    outcomes = ("response",) if measure == "RR" else SYMPTOMS
    hours = [drawn_at(item) for item in answers]
    blanks = blanks_between(hours, used, selected, trials_of(rows), tuple(gaps), outcomes)
    return Around(nearby, dropped, blanks)


def drawn_at(item: Answer) -> float:
    """Return the hour at which an answer is drawn: the geometric mean of its trials' hours, half an hour at least."""
    logs = [math.log(max(entry.hours, FIRST_HOUR)) for entry in item.used]
    return math.exp(sum(logs) / len(logs))


_COLUMNS = "Different trials measured at different times: a difference between two times may be one between trials."


def _columns(answers: Iterable[Answer]) -> str:
    return _COLUMNS if sum(item.pooled is not None for item in answers) > 1 else ""


def _question(measure: str, time_bin: TimeBin, low_confidence: bool) -> Question:
    if measure == "RR":
        return Question(("response",), "RR", time_bin, low_confidence=low_confidence)
    instrument = primary_scale() if measure == "MD" else None
    return Question(SYMPTOMS, measure, time_bin, instrument, low_confidence=low_confidence)


def _all_bins(
    results: tuple[Result, ...], measure: str, low_confidence: bool, model: Model | None, group_by: Grouping | None
) -> tuple[Answer, ...]:
    return tuple(answer(results, _question(measure, item, low_confidence), model, group_by) for item in TIME_BINS)


def course(
    results: Iterable[Result],
    measure: str,
    same_trials: bool = False,
    low_confidence: bool = False,
    model: Model | None = None,
    by_masking: bool = False,
) -> Course:
    """Answer a measure ("MD", "SMD" or "RR") in every time bin.

    With `same_trials` only trials are kept that report every bin shown; the bins are the set of at least two with the
    most trials in common (the larger set if that ties). With `by_masking` each answer has one group per kind of
    masking.
    """
    everything, group_by = tuple(results), blinding.group_of if by_masking else None
    answers = _all_bins(everything, measure, low_confidence, model, group_by)
    if not same_trials:
        return Course(
            answers,
            AXES[measure],
            " ".join((_columns(answers), score_kinds_over(answers))).strip(),
        )
    bins, trials = _most_in_common(answers)
    if not trials:
        empty = tuple(answer((), item.question, model) for item in answers)
        return Course(
            empty, AXES[measure], "No trial in this selection has this measure at two of these times in these data."
        )
    kept = tuple(r for r in everything if r.trial in trials)
    same = tuple(
        item for item in _all_bins(kept, measure, low_confidence, model, group_by) if item.question.bin in bins
    )
    names = listed([item.short for item in bins])
    reporting = counted(len(trials), "trial that reports", "trials that report")
    return Course(same, AXES[measure], f"Only the {reporting} at all of these times: {names}.")


def _most_in_common(answers: tuple[Answer, ...]) -> tuple[tuple[TimeBin, ...], frozenset[str]]:
    reporting = {
        item.question.bin: frozenset(entry.trial for entry in item.used)
        for item in answers
        if item.question.bin is not None and item.used
    }
    best: tuple[tuple[TimeBin, ...], frozenset[str]] = ((), frozenset())
    for size in range(2, len(reporting) + 1):
        for bins in combinations(reporting, size):
            common = frozenset.intersection(*(reporting[item] for item in bins))
            if common and len(common) >= len(best[1]):
                best = (bins, common)
    return best


def fullest(answers: Sequence[Answer]) -> Answer:
    """Return the answer with most trials, the earliest of equals."""
    return max(answers, key=lambda item: item.k)


def first_compared(first: Answer, results: Iterable[Result], gaps: Iterable[Gap] = ()) -> str:
    """Return how the earliest answer is called: compared first, or the first of which the numbers are held.

    A trial that measured symptoms earlier, in a row without usable numbers or by a source that says so, makes it the
    second.
    """
    rows = tuple(results)
    start = min(entry.hours for entry in first.used)
    trials = {row.trial for row in rows}
    symptoms = [r.hours for r in rows if r.is_controlled and OUTCOMES[r.outcome].group == "efficacy"]
    symptoms += [g.hours for g in gaps if g.trial in trials and g.hours and OUTCOMES[g.outcome].group == "efficacy"]
    return "first compared" if not any(hours < start for hours in symptoms) else "first numbers to compare"


def _difference(answer: Answer) -> tuple[str, str]:
    """Write the effect as a clause, and the numbers behind it: interval, trials and people."""
    assert answer.pooled is not None
    sides = sides_of(entry.first for entry in answer.used)
    value, measure = answer.pooled.estimate, answer.question.measure
    low_high = interval_in_words(measure, answer.pooled.ci_low, answer.pooled.ci_high)
    chance = f"; {words}" if (words := probability_in_words(answer)) else ""
    numbers = f"{interval_name(answer.pooled)} {low_high}{chance}; {behind(answer)}"
    if MEASURES[measure].scale == "log":
        ratio = f"the {MEASURES[measure].label.lower()} of response was {shown(measure, value)}"
        return f"{ratio} for {sides.drug} against {sides.comparator}", numbers
    unit = "standard deviations" if measure == "SMD" else f"{answer.question.instrument or ''} points".strip()
    direction = "lower" if value < 0 else "higher"
    size = f"scores were {shown(measure, abs(value))} {unit} {direction}"
    return f"{size} with {sides.drug} than with {sides.comparator}", numbers


def _times(answer: Answer) -> str:
    hours = sorted({entry.hours for entry in answer.used})
    return spelled(hours[0]) if len(hours) == 1 else f"{spelled(hours[0])} to {spelled(hours[-1])}"


def trials_behind(answers: Iterable[Answer]) -> list[tuple[str, str]]:
    """List the trials pooled in each time bin: the bin's name, and the trials as text."""
    return [
        (answer.question.bin.short, f"({behind(answer)}): {listed([entry.label for entry in answer.used])}")
        for answer in answers
        if answer.question.bin is not None and answer.used
    ]


def dose_question(measure: str, low_confidence: bool) -> Question:
    """Ask for the measure at each trial's time nearest to the usual one, as the dose response does."""
    return replace(_question(measure, TIME_BINS[0], low_confidence), bin=None)


def dose_course(results: Iterable[Result], measure: str, low_confidence: bool = False) -> DoseResponse:
    """Fit the dose response of the requested measure, or else of the first other measure that gives a line."""
    rows = tuple(results)
    order = dict.fromkeys((measure, "RR", "SMD", "MD"))
    courses = [dose_response(rows, dose_question(name, low_confidence)) for name in order]
    return next((item for item in courses if item.line is not None), courses[0])


def masked_words(results: Iterable[Result], answers: Sequence[Answer]) -> str:
    """Compare the effect by masking in the time bin with most trials; "" if the answers are not grouped by masking.

    The telling event is that counted by the same trials in `results`.
    """
    fullest = max(answers, key=lambda item: item.k)
    if not fullest.k or not fullest.groups or fullest.question.bin is None:
        return ""
    items = blinding.lenses(fullest, results)
    sentence = blinding.headline(fullest, items)
    return f"{fullest.question.bin.label}: {inside(sentence)}. {blinding.caution(fullest, items)}"
