"""What belongs beside an answer, in plain words: studies that disagree or are missing, another place, what is felt.

Each function is the plain version of a sentence of the pages and is empty where that sentence is.
"""

from collections.abc import Iterable, Sequence

from evidence.dataset.vocabulary import INSTRUMENTS
from evidence.formatting import count, counted, listed
from evidence.questions.blinding import Lens
from evidence.questions.choice import Network, contrast_interval, in_a_clause
from evidence.questions.courses import Courses
from evidence.questions.dose import DoseResponse
from evidence.questions.guesses import Guess
from evidence.questions.meaning import Beyond
from evidence.questions.missing import Missing
from evidence.questions.time_curve import CurvePoint, TimeCurve
from evidence.selection.filters import SINGLE
from evidence.stats.absolute import number_needed_to_treat
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis import sentences
from evidence.synthesis.answers import Answer
from evidence.synthesis.display import shown
from evidence.synthesis.trial_effects import TrialEffect

_FEWEST_FOR_ELSEWHERE = 5


def opposite(results: Sequence[TrialEffect]) -> str:
    """Say which studies outside a number found the opposite; empty without any."""
    if not results:
        return ""
    names = listed([entry.label for entry in results])
    return f"But {counted(len(results), 'other study', 'other studies')} found the opposite: {names}."


def absent(pool: Missing) -> str:
    """Say how many studies are in a number, and what is known of the others; empty where none is missing."""
    known = len(pool.of("left-out", "not-usable", "not-held"))
    silent = len(pool.of("not-reported"))
    used = len(pool.of("pooled"))
    if not used or not (known or silent):
        return ""
    parts = [f"Only {used} of {counted(len(pool.lines), 'study', 'studies')} that fit your choice are in this number."]
    if used == 1:
        parts = [f"Only 1 of {counted(len(pool.lines), 'study', 'studies')} that fit your choice is in this number."]
    if known:
        parts.append(f"We know that {known} more looked at this, but we can not use or do not have what they found.")
    if silent:
        parts.append(f"From the other {silent} we know of no result.")
    return " ".join(parts)


def elsewhere(answer: Answer) -> str:
    """Say where the true number may lie in another place, from five studies on; below, that nobody can tell."""
    pooled, counts = answer.pooled, answer.counts
    if pooled is None or pooled.k < 2:
        return ""
    if pooled.k < _FEWEST_FOR_ELSEWHERE or pooled.pi_low is None or pooled.pi_high is None:
        return "These are too few studies to tell how much it differs from place to place."
    if counts is None or not counts[1].events:
        return ""
    scale = MEASURES[answer.question.measure]
    rate = counts[1].events / counts[1].n
    ends = [scale.shown(value) for value in (pooled.estimate, pooled.pi_low, pooled.pi_high)]
    result = number_needed_to_treat(answer.question.measure, ends[0], ends[1], ends[2], rate, event_is_good=True)
    _, low, high = result.events_of_100
    return f"In another place the true number on the drug may lie between {low:.0f} and {high:.0f} of 100."


def after_course(cohorts: Courses) -> str:
    """Say how many felt much better in a course that nobody was compared with; empty under two groups."""
    if cohorts.pooled is None or len(cohorts.used) < 2:
        return ""
    rate, low, high = (100 * value for value in cohorts.pooled.proportion)
    return (
        f"In {len(cohorts.used)} groups with {count(cohorts.people)} people all had a few weeks of doses. "
        f"About {rate:.0f} of 100 ({low:.0f} to {high:.0f}) felt much better. "
        "There was no group to set beside them. People also get better with time and with hope."
    )


_HIDDEN = {
    "active": "where the others got a drug that is felt, too",
    "anaesthesia": "where people slept while they got it",
    "inert": "where the others got a drug that is not felt",
    "open": "where people knew what they got",
    "unknown": "where we do not know what people could tell",
}


def by_masking(answer: Answer, items: Iterable[Lens]) -> str:
    """Say how many times as many people felt much better, by what people could tell; empty under two ways."""
    shown = [item for item in items if item.pooled is not None]
    if answer.question.measure != "RR" or len(shown) < 2:
        return ""
    parts = []
    for item in shown:
        assert item.pooled is not None
        one = Answer(answer.question, item.used, item.used, item.pooled, ())
        lead = sentences.leading(one)
        effect = lead.effect if lead is not None else None
        times = MEASURES["RR"].shown(effect.estimate if effect is not None else item.pooled.estimate)
        parts.append(f"it was {times:.1f} times as many {_HIDDEN[item.value]}")
    text = "; ".join(parts)
    return (
        f"How many felt much better on the drug, set beside the others: {text}. These studies differ in more than that."
    )


def sure(guesses: Iterable[Guess]) -> str:
    """Say how many were sure of what they got, and right; empty where nobody was asked."""
    parts = [
        f"In {item.label} {item.drug.events} of {item.drug.n} people on the drug were sure that they got it. Of the "
        f"others, {item.comparator.events} of {item.comparator.n} were sure that they did not."
        for item in guesses
    ]
    return " ".join(parts)


def noticed(beyond: Beyond | None, answer: Answer) -> str:
    """Say how likely a gap is that a person would notice; empty on a scale for which nobody put such a gap forward."""
    if beyond is None or answer.k < 2:
        return ""
    scale = INSTRUMENTS.get(answer.question.instrument or "")
    if scale is None:
        return ""
    lowest = min(beyond.ranges, key=lambda one: one.mcid.low)
    highest = max(beyond.ranges, key=lambda one: one.mcid.high)
    ends = list(dict.fromkeys(_of_100(chance) for chance in (highest.above_high, lowest.above_low)))
    return (
        f"It is said that people notice a gap of {lowest.mcid.low:g} to {highest.mcid.high:g} points; experts differ. "
        f"The chance that the true gap is that large is {' to '.join(ends)} in 100."
    )


def _of_100(chance: float) -> str:
    """Write a probability as a number of 100.

    >>> _of_100(0.97), _of_100(0.9999), _of_100(0.001)
    ('97', 'more than 99', 'less than 1')
    """
    if not 0.01 <= chance <= 0.995:
        return "more than 99" if chance > 0.5 else "less than 1"
    return f"{100 * chance:.0f}"


def over_time(curve: TimeCurve) -> str:
    """Say where a curve in points begins and ends; empty without one."""
    if not curve.points or curve.measure != "MD":
        return ""
    first, last = curve.points[0], curve.points[-1]
    doses = "After one dose" if curve.schedule == SINGLE else "With more than one dose"
    parts = [f"{doses} we drew a line through {counted(curve.trials, 'study', 'studies')}."]
    parts += [_at(point) for point in ((first, last) if last.hours > first.hours else (first,))]
    return " ".join((*parts, "Not all of them looked at the same times."))


def _at(point: CurvePoint) -> str:
    hours = float(f"{point.hours:.2g}") if point.hours < 48 else 24 * float(f"{point.hours / 24:.2g}")
    return (
        f"At {sentences.spelled(hours)} the score (in points) was {_way(point.mean)} on the drug. "
        f"It may be {_way(point.low)} to {_way(point.high)}."
    )


def _way(value: float) -> str:
    """Write a difference of scores with its direction.

    >>> _way(-4.02), _way(0.5)
    ('4.0 less', '0.5 more')
    """
    return f"{abs(value):.1f} {'less' if value < 0 else 'more'}"


def more_of_it(doses: DoseResponse) -> str:
    """Say what studies of several doses show of a higher dose."""
    if doses.line is None:
        return "Does a higher dose do more? Too few studies tried high and low doses side by side to tell."
    slope = doses.line.slope
    good = slope.estimate > 0 if MEASURES[doses.measure].scale == "log" else slope.estimate < 0
    unsure = " But that may be chance." if slope.ci_low <= 0 <= slope.ci_high else ""
    return (
        f"Does a higher dose do more? In studies that tried both high and low, people on a higher dose did "
        f"{'better' if good else 'worse'}.{unsure}"
    )


def between_groups(answer: Answer) -> str:
    """Say how far chance alone could set groups of studies apart by what the others got; empty without a test."""
    test = answer.difference
    if test is None:
        return ""
    chance = 100 * test.p
    size = "less than once" if chance < 1 else "about once" if chance < 1.5 else f"about {chance:.0f} times"
    return (
        "Does it count what the others got? If it did not, chance alone would set these studies as far apart as this, "
        f"or more, {size} in 100. A test like this can miss a gap that is there."
    )


def by_way_of(net: Network) -> str:
    """Say what studies beside one same thing make of the two main drugs; empty where they share nothing."""
    pair = set(net.treatments[:2])
    step = next((i for i in net.indirect if {i.first.treatment, i.second.treatment} == pair), None)
    if step is None or step.first.answer.question.measure != "RR":
        return ""
    low, high = contrast_interval(step)
    value, least, most = (shown("RR", end) for end in (step.effect.estimate, low, high))
    names = [in_a_clause(side.treatment) for side in (step.first, step.second)]
    unsure = " So there may be no gap, or it may go the other way." if low <= 0 <= high else ""
    return (
        f"The guess is that {value} times as many felt much better on {names[0]} as on {names[1]}. It may be {least} "
        f"to {most} times as many.{unsure}"
    )
