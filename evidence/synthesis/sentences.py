"""Numbers to the sentence on screen. No sentence says "significant"; k = 0, 1 and 2 are said plainly."""

from collections.abc import Iterable
from typing import NamedTuple

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.dataset.time_bins import in_words
from evidence.dataset.vocabulary import COMPARATORS
from evidence.formatting import counted, listed, number, percent, probability
from evidence.selection.filters import comparator_kind
from evidence.stats.absolute import Absolute, number_needed_to_treat
from evidence.stats.effect_sizes import MEASURES, Counts
from evidence.stats.proportions import wilson
from evidence.synthesis.answers import Answer
from evidence.synthesis.display import crosses, interval, shown
from evidence.synthesis.trial_effects import Question, TrialEffect

_VERBS = {
    "response": "responded",
    "remission": "were in remission",
    "suicidal-ideation-response": "had half of their suicidal ideation gone",
    "suicidal-ideation-remission": "had no suicidal ideation left",
    "relapse": "relapsed",
}


class Sides(NamedTuple):
    """How the two sides of a comparison are called in a sentence."""

    drug: str
    comparator: str


def sides_of(results: Iterable[Result]) -> Sides:
    """Names of both sides that are true of every result: the one word where there is one, else the common kind.

    Without a controlled result the sides are "the drug" and "the comparator".
    """
    compared = [result for result in results if result.is_controlled]
    drugs = list(dict.fromkeys(result.intervention for result in compared))
    names = list(dict.fromkeys(result.comparator for result in compared))
    kinds = {comparator_kind(result) for result in compared}
    if not compared:
        return Sides("the drug", "the comparator")
    if len(names) <= 2:
        against = " or ".join(spoken(name) for name in names)
    elif kinds <= {"active placebo", "inert placebo"}:
        against = "placebo of any kind"
    else:
        against = "the comparator"
    return Sides(" or ".join(drugs) if len(drugs) <= 2 else "any form of ketamine", against)


def spoken(comparator: str) -> str:
    """A comparator's name inside a sentence: lower case unless it is an abbreviation."""
    label = COMPARATORS[comparator].label
    return comparator if comparator.isupper() else label[0].lower() + label[1:]


def verb_of(outcome: str) -> str:
    """What people did, as a verb phrase."""
    return _VERBS.get(outcome, f"had {OUTCOMES[outcome].label.lower()}")


def when(answer: Answer) -> str:
    """The time of the pooled results: one time, the span they cover, or each trial's nearest to 24 hours."""
    hours = sorted({entry.hours for entry in answer.used or answer.entries})
    if not hours:
        return answer.question.bin.phrase if answer.question.bin else "near 24 hours"
    if len(hours) == 1:
        return f"At {spelled(hours[0])}"
    return f"Between {spelled(hours[0])} and {spelled(hours[-1])} (trials measured at different times)"


def spelled(hours: float) -> str:
    """A time with its unit spelled out.

    >>> spelled(24), spelled(0.67), spelled(672), spelled(1)
    ('24 hours', '40 minutes', '28 days', '1 hour')
    """
    text = in_words(hours)
    amount, unit = text.split(" ")
    name = {"min": "minute", "h": "hour", "d": "day"}[unit]
    return f"{amount} {name}" if amount == "1" else f"{amount} {name}s"


def behind(answer: Answer) -> str:
    """How much stands behind a number: trials and people."""
    people = answer.people
    return f"{counted(answer.k, 'trial')}, " + (
        counted(people, "person", "people") if people is not None else "number of people not reported"
    )


def effect_in_words(answer: Answer) -> str:
    """Measure, estimate, interval, trials and people, for a parenthesis."""
    pooled, measure = answer.pooled, answer.question.measure
    if pooled is None:
        return "nothing to pool"
    unit = f" {answer.question.instrument} points" if measure == "MD" and answer.question.instrument else ""
    label = MEASURES[measure].label.lower()
    low_high = interval(measure, pooled.ci_low, pooled.ci_high).replace("–", " to ")
    return f"{label} {shown(measure, pooled.estimate)}{unit}, 95% CI {low_high}; {behind(answer)}"


def absolute(answer: Answer, comparator_rate: float | None = None) -> Absolute | None:
    """What the pooled ratio or difference means at a comparator rate; by default the rate pooled over these trials.

    None where that is not known, and where nobody on the comparator had the outcome: a ratio times nothing is nothing.
    """
    pooled, measure = answer.pooled, answer.question.measure
    if pooled is None or measure not in ("RR", "OR", "RD"):
        return None
    if comparator_rate is None:
        if answer.counts is None:
            return None
        control = answer.counts[1]
        comparator_rate = control.events / control.n
    if not comparator_rate and measure != "RD":
        return None
    scale = MEASURES[measure]
    good = OUTCOMES[answer.question.outcomes[0]].better == "higher"
    values = [scale.shown(value) for value in (pooled.estimate, pooled.ci_low, pooled.ci_high)]
    return number_needed_to_treat(measure, values[0], values[1], values[2], comparator_rate, event_is_good=good)


def finding_of_rates(answer: Answer, sides: Sides) -> str:
    """The finding of an outcome that people have or have not, absolute first, then whether no difference is possible.

    One trial gives its own percentages. Several give the comparator's rate over all their people and the rate
    that the pooled effect makes of it (Handbook 15.4.4), so that both numbers and the ratio agree.
    """
    outcome = answer.question.outcomes[0]
    if answer.pooled is None:
        return nothing(answer, OUTCOMES[outcome].label.lower())
    unclear = "; the interval includes no difference" if answer.pooled.ci_low <= 0 <= answer.pooled.ci_high else ""
    verb, in_brackets = verb_of(outcome), f"({effect_in_words(answer)}){unclear}"
    if answer.k == 1 and answer.counts is not None:
        drug, control = answer.counts
        return (
            f"{when(answer)} {100 * drug.events / drug.n:.0f}% {verb} on {sides.drug} and "
            f"{100 * control.events / control.n:.0f}% on {sides.comparator} {in_brackets}"
        )
    of_hundred = absolute(answer)
    if of_hundred is None:
        return (
            f"{when(answer)} {OUTCOMES[outcome].label.lower()}, {sides.drug} against {sides.comparator} {in_brackets}"
        )
    return (
        f"{when(answer)} about {of_hundred.events_of_100[0]:.0f} of 100 people {verb} on {sides.drug} and "
        f"{100 * of_hundred.comparator_rate:.0f} on {sides.comparator} {in_brackets}"
    )


def finding_of_scores(answer: Answer, sides: Sides) -> str:
    """The finding of a symptom score: how many points lower or higher, with its interval."""
    if answer.pooled is None:
        return nothing(answer, "a symptom score with an interval")
    estimate = answer.pooled.estimate
    direction = "lower" if estimate < 0 else "higher"
    if answer.question.measure == "SMD":
        size = f"{number(abs(estimate), 2)} standard deviations"
    else:
        size = f"{number(abs(estimate), 1)} {answer.question.instrument or ''} points".replace("  ", " ")
    low_high = interval(answer.question.measure, answer.pooled.ci_low, answer.pooled.ci_high)
    return (
        f"{when(answer)} symptom scores were {size} {direction} with {sides.drug} than with {sides.comparator} "
        f"(difference {shown(answer.question.measure, estimate)}, 95% CI {low_high}; {behind(answer)})"
    )


def nothing(answer: Answer, what: str) -> str:
    """That nothing can be pooled, and whether trials measured it all the same."""
    time = f" {answer.question.bin.phrase}" if answer.question.bin else ""
    if not answer.entries:
        return f"No controlled trial in this selection reports {what}{time}"
    names = listed([entry.label for entry in answer.entries[:3]])
    more = f" and {len(answer.entries) - 3} more" if len(answer.entries) > 3 else ""
    reasons = listed(list(dict.fromkeys(entry.excluded for entry in answer.entries)))
    return f"Measured{time} by {names}{more}, but nothing can be pooled: {reasons}"


def caution(answer: Answer) -> str:
    """What k alone says about how far to trust a pooled number; empty from three trials on."""
    if answer.k == 1:
        return "One trial: its own result, nothing is pooled."
    if answer.k == 2:
        return "Two trials: the pooled interval is a plain Wald interval and no prediction interval can be given."
    return ""


def favours(question: Question, sides: Sides) -> tuple[str, str]:
    """What lies below (left of) and above (right of) no effect, by the outcome's own direction."""
    better_high = OUTCOMES[question.outcomes[0]].better == "higher"
    low, high = (sides.comparator, sides.drug) if better_high else (sides.drug, sides.comparator)
    return f"favours {low}", f"favours {high}"


def in_one_line(answer: Answer) -> str:
    """An answer as a screen reader says it: time, effect, interval, whether it includes no effect, k and people."""
    pooled = answer.pooled
    if pooled is None:
        return f"{when(answer)}: nothing to pool"
    return f"{when(answer)}: {effect_in_words(answer)}; the interval {crosses(pooled.ci_low, pooled.ci_high)}"


def not_pooled(answer: Answer) -> list[str]:
    """Why trials that report the outcome are not pooled, one line a reason."""
    reasons: dict[str, list[str]] = {}
    for entry in answer.left_out:
        reasons.setdefault(entry.excluded, []).append(entry.label)
    return [f"Not pooled ({reason}): {listed(labels)}." for reason, labels in reasons.items()]


def heterogeneity(answer: Answer) -> str:
    """tau², I², Q and the prediction interval in one line; empty under two trials."""
    pooled, measure = answer.pooled, answer.question.measure
    if pooled is None or pooled.k < 2:
        return ""
    text = (
        f"Between-trial variance tau² {number(pooled.tau2, 3)}, I² {number(pooled.i2, 0)}%, "
        f"Q {number(pooled.q, 1)} on {counted(pooled.k - 1, 'degree')} of freedom."
    )
    if pooled.pi_low is not None:
        span = interval(measure, pooled.pi_low, pooled.pi_high).replace("–", " to ")
        text += f" A new trial may fall anywhere from {span}."
    return text


def pooled_notes(answer: Answer) -> list[str]:
    """How the trials were pooled, how much they differ, and whether the subgroups do."""
    lines = [heterogeneity(answer)]
    test = answer.difference
    if test is not None:
        lines.append(
            f"Test of subgroup differences: Q {number(test.q, 1)} on {counted(test.df, 'degree')} of freedom, "
            f"{probability(test.p)}."
        )
    return [line for line in lines if line]


def score_kinds(answer: Answer) -> str:
    """How many pooled trials give change scores and how many end scores; empty where all give one kind.

    Both estimate the same difference in points in a randomised trial; in standard deviations they need not.
    """
    changes = sum(entry.first.outcome == "symptom-change" for entry in answer.used)
    ends = sum(entry.first.outcome == "symptom-endpoint" for entry in answer.used)
    if not changes or not ends:
        return ""
    return f"{counted(changes, 'trial')} with change scores, {ends} with end scores"


def score_kinds_over(answers: Iterable[Answer]) -> str:
    """The same for the times of a course, as a sentence; empty where no time pools both."""
    mixed = [
        f"{answer.question.bin.short}: {words}"
        for answer in answers
        if answer.question.bin is not None and (words := score_kinds(answer))
    ]
    if not mixed:
        return ""
    return f"Change from baseline and scores at the end are pooled together ({'; '.join(mixed)})."


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
