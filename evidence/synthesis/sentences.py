"""Numbers to the sentence on screen. No sentence says "significant"; k = 0, 1 and 2 are said plainly."""

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.dataset.time_bins import TIME_BINS, in_words, usual_time
from evidence.dataset.topic import topic
from evidence.dataset.vocabulary import COMPARATORS
from evidence.formatting import Sentence, counted, listed, number, percent, probability
from evidence.selection.filters import comparator_kind
from evidence.stats.absolute import Absolute, number_needed_to_treat
from evidence.stats.effect_sizes import MEASURES, Counts
from evidence.stats.pooling import Pooled
from evidence.stats.proportions import wilson
from evidence.synthesis.answers import FEWEST_FOR_OWN_TAU, FEWEST_FOR_PREDICTION, Answer, pool_entries
from evidence.synthesis.display import interval, interval_in_words, shown
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
    """Name both sides truthfully for every result: the word they share, else the kind they share.

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
    return Sides(" or ".join(drugs) if len(drugs) <= 2 else f"any form of {topic().drug}", against)


def spoken(comparator: str) -> str:
    """Write a comparator's name as inside a sentence: lower case unless it is an abbreviation."""
    label = COMPARATORS[comparator].label
    return comparator if comparator.isupper() else label[0].lower() + label[1:]


def verb_of(outcome: str) -> str:
    """Return the verb phrase for people who had the outcome."""
    return _VERBS.get(outcome, f"had {OUTCOMES[outcome].label.lower()}")


def when(answer: Answer) -> str:
    """Describe the time of the pooled results: one time, a range, or each trial's nearest to the usual time."""
    time = span_of(answer)
    return f"{time} (trials measured at different times)" if len(_hours(answer)) > 1 else time


def _hours(answer: Answer) -> list[float]:
    return sorted({entry.hours for entry in answer.used or answer.entries})


def span_of(answer: Answer) -> str:
    """Return the time of the pooled results alone: one time, a range, or each trial's nearest to the usual time."""
    hours = _hours(answer)
    if not hours:
        return answer.question.bin.phrase if answer.question.bin else f"near {usual_time().spoken}"
    if len(hours) == 1:
        return f"At {spelled(hours[0])}"
    return f"Between {spelled(hours[0])} and {spelled(hours[-1])}"


def until(answer: Answer) -> str:
    """Return until when events were counted: one time, or the shortest and the longest.

    Raises `ValueError` for an answer of no trial.
    """
    hours = sorted({entry.hours for entry in answer.used})
    if not hours:
        raise ValueError("no trial is in the answer")
    return f"counted up to {spelled(hours[0])}" + (f" to {spelled(hours[-1])}" if len(hours) > 1 else "")


def spelled(hours: float) -> str:
    """Format a time with its unit spelled out.

    >>> spelled(24), spelled(0.67), spelled(672), spelled(1), spelled(0)
    ('24 hours', '40 minutes', '28 days', '1 hour', 'day 0')
    """
    if hours == 0:
        first = TIME_BINS[0]
        return first.spoken if first.high == 0 else in_words(0)
    text = in_words(hours)
    amount, unit = text.split(" ")
    name = {"min": "minute", "h": "hour", "d": "day"}[unit]
    return f"{amount} {name}" if amount == "1" else f"{amount} {name}s"


def behind(answer: Answer) -> str:
    """Return how much is behind a number: trials and people."""
    people, unknown = answer.people, answer.without_people
    if people is None:
        return f"{counted(answer.trials, 'trial')}, number of people not reported"
    partly = f" (number not known in {unknown})" if unknown else ""
    return f"{counted(answer.trials, 'trial')}, {counted(people, 'person', 'people')}{partly}"


class EffectInWords(NamedTuple):
    """A pooled effect in the parts a sentence needs: its measure, its estimate with the unit, and what is behind it."""

    measure: str
    size: str
    interval: str
    behind: str


def effect_parts(answer: Answer) -> EffectInWords | None:
    """Put a pooled effect into words, part by part; None where nothing is pooled."""
    pooled, measure = answer.pooled, answer.question.measure
    if pooled is None:
        return None
    unit = f" {answer.question.instrument} points" if measure == "MD" and answer.question.instrument else ""
    chance = f"; {words}" if (words := probability_in_words(answer)) else ""
    return EffectInWords(
        MEASURES[measure].label.lower(),
        f"{shown(measure, pooled.estimate)}{unit}",
        f"{interval_name(pooled)} {interval_in_words(measure, pooled.ci_low, pooled.ci_high)}{chance}",
        behind(answer),
    )


def effect_in_words(answer: Answer) -> str:
    """Measure, estimate, interval, trials and people, for a parenthesis."""
    parts = effect_parts(answer)
    return f"{parts.measure} {parts.size}, {parts.interval}; {parts.behind}" if parts else "nothing to pool"


def interval_name(pooled: Pooled) -> str:
    """Name the pooled interval: credible for a Bayesian model, otherwise a confidence interval."""
    return "95% CrI" if pooled.p_at_most_zero is not None else "95% CI"


def probability_in_words(answer: Answer) -> str:
    """Say how probable it is that the mean effect is on the side of its estimate; empty unless Bayesian."""
    return probability_of(answer.pooled, answer.question.measure) if answer.pooled is not None else ""


def probability_of(pooled: Pooled, measure: str) -> str:
    """Say how probable it is that a pooled effect lies on the side of its estimate; empty unless it is Bayesian."""
    if pooled.p_at_most_zero is None:
        return ""
    above = pooled.estimate > 0
    probability = 100 * (1 - pooled.p_at_most_zero if above else pooled.p_at_most_zero)
    size = "over 99%" if probability > 99.5 else f"{probability:.0f}%"
    return f"{size} probability {'above' if above else 'below'} {MEASURES[measure].null_value:g}"


def absolute(answer: Answer, comparator_rate: float | None = None) -> Absolute | None:
    """Apply the pooled ratio or difference to a comparator rate, by default the rate of these trials together.

    None if that rate is unknown, or if nobody on the comparator had the outcome: a ratio times zero is zero.
    """
    pooled, measure = answer.pooled, answer.question.measure
    if pooled is None or measure not in ("RR", "OR", "HR", "RD"):
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


def headline_of_rates(answer: Answer, sides: Sides) -> Sentence:
    """Write the headline of a yes-or-no outcome: absolute numbers first, each with its interval.

    One trial gives its own percentages. Two trials, or a pool that one trial dominates, start with what that trial
    found. Several give the comparator's rate over all their people and the rate that the pooled effect makes of it
    (Handbook 15.4.4), so that both numbers and the ratio agree.
    """
    outcome = answer.question.outcomes[0]
    if answer.pooled is None:
        return Sentence(nothing(answer, OUTCOMES[outcome].label.lower()))
    verb, numbers, time = verb_of(outcome), effect_in_words(answer), span_of(answer)
    if answer.k == 1 and answer.counts is not None:
        drug, control = answer.counts
        rates = (
            f"{100 * drug.events / drug.n:.0f}% {verb} on {sides.drug} and "
            f"{100 * control.events / control.n:.0f}% on {sides.comparator}"
        )
        return Sentence(f"{time} {rates}", numbers)
    if (lead := leading(answer)) is not None:
        return led(answer, lead)
    of_hundred = absolute(answer)
    if of_hundred is None:
        compared = f"{OUTCOMES[outcome].label.lower()}, {sides.drug} against {sides.comparator}"
        return Sentence(f"{time} {compared}", numbers, exact=f"{when(answer)} {compared}")
    estimate, low, high = of_hundred.events_of_100
    people = (
        f"of 100 people {verb} on {sides.drug} where {100 * of_hundred.comparator_rate:.0f} did on {sides.comparator}"
    )
    exact = f"{when(answer)} about {estimate:.0f} ({low:.0f} to {high:.0f}) {people}"
    return Sentence(f"{time} about {estimate:.0f} {people}", numbers, exact=exact)


def headline_of_scores(answer: Answer, sides: Sides) -> Sentence:
    """Write the headline of a symptom score: how many points lower or higher, with the interval."""
    if answer.pooled is None:
        return Sentence(nothing(answer, "a symptom score with an interval"))
    if (lead := leading(answer)) is not None:
        return led(answer, lead)
    estimate = answer.pooled.estimate
    direction = "lower" if estimate < 0 else "higher"
    if answer.question.measure == "SMD":
        size = f"{number(abs(estimate), 2)} standard deviations"
    else:
        size = f"{number(abs(estimate), 1)} {answer.question.instrument or ''} points".replace("  ", " ")
    low_high = interval(answer.question.measure, answer.pooled.ci_low, answer.pooled.ci_high)
    difference = f"symptom scores were {size} {direction} with {sides.drug} than with {sides.comparator}"
    return Sentence(
        f"{span_of(answer)} {difference}",
        f"difference {shown(answer.question.measure, estimate)}, {interval_name(answer.pooled)} {low_high}; "
        f"{behind(answer)}",
        exact=f"{when(answer)} {difference}",
    )


DOMINANT = 0.8
"""Share of the weight, 1/variance, from which one trial carries a pool."""


def leading(answer: Answer) -> TrialEffect | None:
    """Return the trial that a headline starts with: that of more weight of two, or one with over 80% of the weight.

    Weight, not size: what a trial adds to a pool is its precision, and the pooled range that follows is weighed so.
    """
    if answer.pooled is None or answer.trials < 2:
        return None
    # Mantel and Haenszel weigh by people: an arm without events has no variance to go by.
    weights = list(answer.pooled.weights) if answer.pooled.method == "MH" else _precisions(answer)
    top = max(range(len(weights)), key=lambda i: weights[i])
    return answer.used[top] if answer.k == 2 or weights[top] > DOMINANT * sum(weights) else None


def alone(answer: Answer, lead: TrialEffect) -> Answer:
    """Return the answer that one of the pooled trials gives by itself."""
    return replace(answer, entries=(lead,), used=(lead,), pooled=pool_entries((lead,), answer.model), groups=())


def _precisions(answer: Answer) -> list[float]:
    return [1 / entry.effect.variance for entry in answer.used if entry.effect is not None]


def own_result(entry: TrialEffect, question: Question, intervals: bool = True) -> str:
    """Describe one trial's own result briefly: 64 against 28 of 100 responded, or points lower.

    Percentages if it counted people, else the effect with its interval.
    """
    if entry.intervention is not None and entry.comparator is not None:
        drug, control = (100 * arm.events / arm.n for arm in (entry.intervention, entry.comparator))
        return f"{drug:.0f} against {control:.0f} of 100 {verb_of(question.outcomes[0])}"
    assert entry.effect is not None
    span = interval_in_words(question.measure, entry.low, entry.high)
    low_high = f" ({span})" if intervals else ""
    if MEASURES[question.measure].scale == "log":
        label = MEASURES[question.measure].label.lower()
        return f"{label} {shown(question.measure, entry.effect.estimate)}{low_high}"
    unit = "standard deviations" if question.measure == "SMD" else f"{question.instrument or ''} points".strip()
    direction = "lower" if entry.effect.estimate < 0 else "higher"
    return f"scores {shown(question.measure, abs(entry.effect.estimate))} {unit} {direction}{low_high}"


def led(answer: Answer, lead: TrialEffect) -> Sentence:
    """Describe a pool that one trial dominates: that trial first, what the others add, then the overall range."""
    sides = sides_of([lead.first])
    brief, exact = (_own_sentence(lead, answer.question, sides, intervals) for intervals in (False, True))
    return Sentence(f"{span_of(answer)} {brief}", caveat=beside_lead(answer, lead), exact=f"{when(answer)} {exact}")


def beside_lead(answer: Answer, lead: TrialEffect) -> str:
    """Say what the other trials add to the one that carries the pool, and what all of them come to."""
    others = [entry for entry in answer.used if entry is not lead]
    assert answer.pooled is not None
    assert lead.effect is not None
    same = [e for e in others if e.effect is not None and e.effect.estimate * lead.effect.estimate > 0]
    people = [e.people for e in others if e.people is not None]
    size = f", of {counted(sum(people), 'person', 'people')}," if len(people) == len(others) else ""
    if len(others) == 1:
        second = f"a second{size}"
        own = own_result(others[0], answer.question)
        adds = f"{second} points the same way ({own})" if same else f"{second} does not point the same way ({own})"
    else:
        adds = f"of {len(others)} others{size} {len(same)} {'points' if len(same) == 1 else 'point'} the same way"
    allowing = "allowing for the usual difference between trials, " if answer.pooled.p_at_most_zero is not None else ""
    return f"{adds}; {allowing}{effect_in_words(answer)}"


def _own_sentence(entry: TrialEffect, question: Question, sides: Sides, intervals: bool) -> str:
    result = own_result(entry, question, intervals)
    if entry.intervention is not None:
        return f"{entry.label} found that {result} on {sides.drug} and {sides.comparator}"
    if MEASURES[question.measure].scale == "log":
        return f"{entry.label} found a {result} for {sides.drug}"
    return f"{entry.label} found {result} with {sides.drug} than with {sides.comparator}"


def nothing(answer: Answer, what: str) -> str:
    """Explain that nothing can be pooled, and whether trials measured the outcome all the same."""
    time = f" {answer.question.bin.phrase}" if answer.question.bin else ""
    if not answer.entries:
        return f"No controlled trial in this selection has a result in these data for {what}{time}"
    names = listed([entry.label for entry in answer.entries[:3]])
    more = f" and {len(answer.entries) - 3} more" if len(answer.entries) > 3 else ""
    reasons = listed(list(dict.fromkeys(entry.excluded for entry in answer.entries)))
    return f"Measured{time} by {names}{more}, but nothing can be pooled: {reasons}"


def caution(answer: Answer) -> str:
    """Say what k alone implies about trust in a pooled number; empty from five trials on."""
    if answer.k == 1:
        return "One trial: its own result, nothing is pooled."
    if answer.pooled is None or not 2 <= answer.k < FEWEST_FOR_PREDICTION:
        return ""
    trials = f"{number_word(answer.k)} trials"
    if answer.pooled.p_at_most_zero is None:
        return f"{trials}: how much effects differ between settings cannot be estimated."
    is_usual = answer.prior is None or "mental health" in answer.prior.label
    usual = f"the interval allows for the difference usual in {'mental health' if is_usual else 'its prior'}"
    return f"{trials} cannot show how much effects differ between settings: {usual}."


def number_word(amount: int) -> str:
    """Write a small number as a word that can start a sentence.

    >>> number_word(2), number_word(4), number_word(12)
    ('Two', 'Four', '12')
    """
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
    return words[amount] if 0 <= amount < len(words) else str(amount)


def favours(question: Question, sides: Sides) -> tuple[str, str]:
    """Label both sides of no effect, left and right, by the direction in which the outcome is better."""
    better_high = OUTCOMES[question.outcomes[0]].better == "higher"
    low, high = (sides.comparator, sides.drug) if better_high else (sides.drug, sides.comparator)
    return f"favours {low}", f"favours {high}"


def in_one_line(answer: Answer) -> str:
    """Describe an answer for screen readers: time, effect, interval, probability, k and people."""
    if answer.pooled is None:
        return f"{when(answer)}: nothing to pool"
    return f"{when(answer)}: {effect_in_words(answer)}"


def not_pooled(answer: Answer) -> list[str]:
    """Explain why trials that report the outcome are not pooled, one line per reason."""
    reasons: dict[str, list[str]] = {}
    for entry in answer.left_out:
        reasons.setdefault(entry.excluded, []).append(entry.label)
    return [f"Not pooled ({reason}): {listed(labels)}." for reason, labels in reasons.items()]


def heterogeneity(answer: Answer) -> str:
    """Say how far the trials differ: tau with its interval, I², Q, the prior, and the prediction interval.

    A prediction interval is that of the true effect in another setting, from five trials on; below that, tau's interval
    shows how little is known.
    """
    pooled, measure = answer.pooled, answer.question.measure
    if pooled is None or pooled.k < 2:
        return ""
    digits = 1 if measure == "MD" else 2
    spread = f"I² {number(pooled.i2, 0)}%, Q {number(pooled.q, 1)} on {counted(pooled.k - 1, 'degree')} of freedom."
    if not pooled.has_tau:
        return f"The pool takes one effect for all trials and estimates no tau; {spread}"
    text = f"Between trials effects differ by a standard deviation tau of {number(math.sqrt(pooled.tau2), digits)}"
    if pooled.tau2_low is not None and pooled.tau2_high is not None:
        low, high = (number(math.sqrt(value), digits) for value in (pooled.tau2_low, pooled.tau2_high))
        text += f" ({interval_name(pooled)} {low} to {high})"
    if measure in ("RR", "OR", "HR"):
        text += " on the log scale"
    text += f"; {spread}"
    if pooled.prior:
        text += f" Prior: {pooled.prior}."
    elif answer.model.method == "bayes":
        text += (
            " Pooled by REML without a prior: these data have no standard deviation of this scale with which to "
            "express the prior in points."
        )
    if pooled.pi_low is not None:
        span = interval_in_words(measure, pooled.pi_low, pooled.pi_high)
        text += f" The true effect in another setting like these may lie anywhere from {span}; a trial scatters more."
    return text


def pooled_notes(answer: Answer) -> list[str]:
    """Say how the trials were pooled, how much they differ, and whether the subgroups do."""
    lines = [heterogeneity(answer)]
    test = answer.difference
    if test is not None:
        lines.append(
            f"Test of subgroup differences: Q {number(test.q, 1)} on {counted(test.df, 'degree')} of freedom, "
            f"{probability(test.p)}."
        )
        if answer.shares_tau:
            lines.append(
                f"The subgroups share one tau, because one of them has fewer than {FEWEST_FOR_OWN_TAU} trials, too few "
                "to show how much effects differ."
            )
    return [line for line in lines if line]


def score_kinds(answer: Answer) -> str:
    """Say how many pooled trials give change scores and how many end scores; empty if all give one kind.

    Both estimate the same difference in points in a randomised trial; in standard deviations they need not.
    """
    changes = sum(entry.first.outcome == "symptom-change" for entry in answer.used)
    ends = sum(entry.first.outcome == "symptom-endpoint" for entry in answer.used)
    if not changes or not ends:
        return ""
    return f"{counted(changes, 'trial')} with change scores, {ends} with end scores"


def score_kinds_over(answers: Iterable[Answer]) -> str:
    """Describe the kinds of score pooled at each time of a course; empty if no time mixes them."""
    mixed = [
        f"{answer.question.bin.short}: {words}"
        for answer in answers
        if answer.question.bin is not None and (words := score_kinds(answer))
    ]
    if not mixed:
        return ""
    return f"Change from baseline and scores at the end are pooled together ({'; '.join(mixed)})."


def in_people(risks: Absolute, sides: Sides, verb: str, source: str = "") -> str:
    """Say how many more or fewer per 100 people, with the interval and the number needed to treat.

    `source` are the trials and people from which the numbers were scaled to 100.
    """
    scaled = f" Scaled to 100 people from {source}." if source else ""
    drug, low, high = risks.events_of_100
    control = 100 * risks.comparator_rate
    change = round(drug) - round(control)
    direction = f"{abs(change)} more" if change > 0 else f"{abs(change)} fewer" if change < 0 else "as many"
    cut = " The interval is cut at 100 of 100." if risks.clipped else ""
    return (
        f"Of 100 people, {control:.0f} {verb} on {sides.comparator} and {drug:.0f} ({low:.0f} to {high:.0f}) on "
        f"{sides.drug}: {direction}. {_treated(risks, direction.split()[-1] if change else direction)}{cut}{scaled}"
    )


def _treated(risks: Absolute, word: str) -> str:
    """Say how many people are treated for one more or fewer, in Altman's words where it may also be harm."""
    number, _, span = str(risks.number_needed).removeprefix("NNTB ").partition(" ")
    if number.isdigit() and "∞" not in span and word != "as many":
        return f"Treat {counted(int(number), 'person', 'people')} for one {word} {span}."
    return f"Number needed to treat: {risks.number_needed}."


def observed_rates(answer: Answer) -> str:
    """Describe the lowest, the highest and the overall comparator rate of the pooled trials."""
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
    """Describe the events, people, per cent and Wilson interval of one arm.

    >>> arm_in_words(Counts(30, 47))
    '30 of 47 (64%, 95% CI 50 to 76%)'
    """
    low, high = wilson(arm)
    return f"{arm.events} of {arm.n} ({percent(arm.events, arm.n)}, 95% CI {100 * low:.0f} to {100 * high:.0f}%)"


def arms_in_words(entry: TrialEffect) -> str:
    """Describe both arms of a trial with counts; the label alone without."""
    if entry.intervention is None or entry.comparator is None:
        return f"{entry.label}: no counts"
    drug, control = arm_in_words(entry.intervention), arm_in_words(entry.comparator)
    return f"{entry.label}: {entry.first.intervention} {drug}, {entry.first.comparator} {control}"
