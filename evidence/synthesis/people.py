"""Absolute effects in words: of 100 people, in each arm, and the range of comparator rates observed."""

from evidence.formatting import percent
from evidence.stats.absolute import Absolute
from evidence.stats.effect_sizes import Counts
from evidence.stats.proportions import wilson
from evidence.synthesis.answers import Answer
from evidence.synthesis.sentences import Sides
from evidence.synthesis.trial_effects import TrialEffect


def in_people(found: Absolute, sides: Sides, verb: str, source: str = "") -> str:
    """Of 100 people, how many more or fewer, with the interval and the number needed to treat.

    `source` are the trials and people that the numbers were scaled to 100 from.
    """
    scaled = f" Scaled to 100 people from {source}." if source else ""
    drug, low, high = found.events_of_100
    control = 100 * found.comparator_rate
    change = round(drug) - round(control)
    direction = f"{abs(change)} more" if change > 0 else f"{abs(change)} fewer" if change < 0 else "as many"
    cut = " The interval is cut at 100 of 100." if found.clipped else ""
    return (
        f"Of 100 people, {control:.0f} {verb} on {sides.comparator} and {drug:.0f} ({low:.0f} to {high:.0f}) on "
        f"{sides.drug}: {direction}. Number needed to treat: {found.number_needed}.{cut}{scaled}"
    )


def observed_rates(answer: Answer) -> str:
    """The lowest and the highest comparator rate of the pooled trials, and the rate over all their people."""
    rated = [(e.comparator.events / e.comparator.n, e.label) for e in answer.used if e.comparator is not None]
    if not rated or answer.counts is None:
        return "No comparator rate is observed in these trials."
    (low, lowest), (high, highest) = min(rated), max(rated)
    control = answer.counts[1]
    overall = percent(control.events, control.n)
    if lowest == highest:
        return f"Observed in {lowest}: {overall}."
    return f"Observed: {100 * low:.0f}% ({lowest}) to {100 * high:.0f}% ({highest}); over all people {overall}."


def arm_in_words(arm: Counts) -> str:
    """Events, people, per cent and the Wilson interval of one arm.

    >>> arm_in_words(Counts(30, 47))
    '30 of 47 (64%, 95% CI 50 to 76%)'
    """
    low, high = wilson(arm)
    return f"{arm.events} of {arm.n} ({percent(arm.events, arm.n)}, 95% CI {100 * low:.0f} to {100 * high:.0f}%)"


def arms_in_words(entry: TrialEffect) -> str:
    """Both arms of a trial with counts; the label alone without."""
    if entry.intervention is None or entry.comparator is None:
        return f"{entry.label}: no counts"
    drug, control = arm_in_words(entry.intervention), arm_in_words(entry.comparator)
    return f"{entry.label}: {entry.first.intervention} {drug}, {entry.first.comparator} {control}"
