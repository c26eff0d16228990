"""What an answer found in at most twelve words, the numbers below them, and a larger published review first.

A rated review of the same question on more people than are pooled here says more than these data do, so its estimate
stands first and these data follow.
"""

from collections.abc import Iterable, Sequence

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import PublishedEstimate, Result
from evidence.dataset.time_bins import in_words
from evidence.dataset.vocabulary import EFFECT_MEASURES
from evidence.formatting import Sentence, capital, counted, inside, number, ratio
from evidence.questions import certainty
from evidence.selection.filters import comparator_kind
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis import sentences
from evidence.synthesis.answers import Answer
from evidence.synthesis.display import interval_in_words, shown
from evidence.synthesis.sentences import Sides
from evidence.synthesis.trial_effects import SYMPTOMS, TrialEffect

MOST_WORDS = 12
_OPENINGS = ("At ", "Between ", "After ", "About ")
_PLACEBOS = {"active placebo", "inert placebo"}


def larger_review(
    reviews: Iterable[PublishedEstimate], answer: Answer, rows: Iterable[Result] = ()
) -> PublishedEstimate | None:
    """Return the first rated estimate of the same question on more people than the answer pools, else None.

    Where nothing is pooled any rated estimate is larger; `rows` then say what the question compares, if no trial does.
    """
    people = answer.people if answer.used else 0
    if people is None:
        return None
    rated = (review for review in certainty.published(reviews, answer, rows) if review.certainty)
    return next((review for review in rated if review.n is not None and review.n > people), None)


def after_review(
    reviews: Iterable[PublishedEstimate], answer: Answer, own: Sentence, rows: Iterable[Result] = ()
) -> Sentence:
    """Put the estimate of a larger rated review before a headline of these data; without one, return the headline."""
    review = larger_review(reviews, answer, rows)
    if review is None:
        return own
    words = str(own)
    words = inside(words) if words.startswith(_OPENINGS) else words
    return Sentence(_estimate(review), _size(review), more=f"In these data: {words}")


def in_one_sentence(review: PublishedEstimate) -> str:
    """Say what a published review estimated, on how much, and how certain it is."""
    return f"{_estimate(review)} ({_size(review)})."


def finding(answer: Answer, reviews: Iterable[PublishedEstimate] = (), rows: Iterable[Result] = ()) -> Sentence:
    """Say what an answer found: by one trial where it carries the pool, after a larger rated review if there is one."""
    return after_review(reviews, answer, finding_here(answer), rows)


def finding_of_onset(answers: Sequence[Answer], reviews: Iterable[PublishedEstimate] = ()) -> Sentence:
    """Say what was found at the earliest time with usable numbers, and below it at the time most trials measured."""
    reported = [item for item in answers if item.pooled is not None]
    if not reported:
        return Sentence("These data have no numbers on how soon it works")
    return _of_times("First numbers", reported[0], reported, reviews)


def finding_of_duration(answers: Sequence[Answer], reviews: Iterable[PublishedEstimate] = ()) -> Sentence:
    """Say what was found at the latest time with usable numbers, and below it at the time most trials measured."""
    reported = [item for item in answers if item.pooled is not None]
    if not reported:
        return Sentence("These data have no numbers to compare after one dose")
    return _of_times("Latest numbers", reported[-1], reported, reviews)


MOST_WORDS_BELOW = 45
"""Words of the line under the headline of Onset and Duration."""


def _of_times(name: str, chosen: Answer, reported: Sequence[Answer], reviews: Iterable[PublishedEstimate]) -> Sentence:
    lead = sentences.leading(chosen)
    own = _pooled_with(chosen, lead) if lead is not None else sentences.effect_in_words(chosen)
    sides = sentences.sides_of(entry.first for entry in chosen.used)
    compared = f"{capital(sides.drug)} against {sides.comparator}"
    speaks = lead or (chosen.used[0] if chosen.k == 1 else None)
    headline = f"{name}, {_span(chosen)}: {_amount(chosen)}"
    if speaks is not None and len(f"{headline} in {speaks.label}".split()) <= MOST_WORDS:
        headline += f" in {speaks.label}"
    elif speaks is not None:
        own = f"{speaks.label}{', ' if lead is not None else ': '}{own}"
    joint = ", " if lead is not None else ": "
    before, behind = "", f"{compared}{joint}{own}"
    if (review := larger_review(reviews, chosen)) is not None:
        before = f"{_estimate(review, brief=True)} ({_size(review)}). "
        behind = f"In these data{joint}{own}"
    most = max(reported, key=lambda item: item.k)
    fullest = f". Most trials, {_span(most)}: {sentences.effect_in_words(most)}" if most is not chosen else ""
    if _is_short(f"{before}{behind}{fullest}"):
        behind += fullest
    # The review's own brackets end its sentence, so that what follows it is in none.
    return Sentence(headline, more=f"{before}{behind}") if before else Sentence(headline, behind)


def _is_short(text: str) -> bool:
    return len(text.split()) <= MOST_WORDS_BELOW


def _pooled_with(answer: Answer, lead: TrialEffect) -> str:
    """Return what the others add to the trial that carries the pool and what all come to, in few words."""
    assert answer.pooled is not None
    others = [entry for entry in answer.used if entry is not lead]
    people = [entry.people for entry in others if entry.people is not None]
    of = f" of {counted(sum(people), 'person', 'people')}" if len(people) == len(others) else ""
    if len(others) == 1:
        own = others[0].effect
        assert own is not None
        size = shown(answer.question.measure, own.estimate)
        added = f"with a second{of} ({size})"
    else:
        added = f"with {len(others)} others{of}"
    pooled, measure = answer.pooled, answer.question.measure
    span = interval_in_words(measure, pooled.ci_low, pooled.ci_high)
    chance = f"; {words}" if (words := sentences.probability_in_words(answer)) else ""
    value = f"pooled {shown(measure, pooled.estimate)}, {sentences.interval_name(pooled)} {span}"
    return f"{added}: {value}{chance}; {sentences.behind(answer)}"


def _span(answer: Answer) -> str:
    hours = sorted({entry.hours for entry in answer.used})
    return sentences.spelled(hours[0]) if len(hours) == 1 else f"{in_words(hours[0])} to {in_words(hours[-1])}"


def _amount(answer: Answer) -> str:
    """Return the size of the effect of the trial that carries the pool, else of the pool, in few words."""
    assert answer.pooled is not None
    lead = sentences.leading(answer)
    value = lead.effect.estimate if lead is not None and lead.effect is not None else answer.pooled.estimate
    measure = answer.question.measure
    if MEASURES[measure].scale == "log" or measure == "RD":
        return f"{MEASURES[measure].label.lower()} of response {shown(measure, value)}"
    unit = "standard deviations" if measure == "SMD" else f"{answer.question.instrument or ''} points".strip()
    return f"{shown(measure, abs(value))} {unit} {'lower' if value < 0 else 'higher'}"


def finding_here(answer: Answer) -> Sentence:
    """Say what these data found, whatever reviews say."""
    pooled = answer.pooled
    if pooled is None:
        what = OUTCOMES[answer.question.outcomes[0]].label.lower()
        return Sentence("Nothing can be pooled", sentences.nothing(answer, what))
    lead = answer.used[0] if answer.k == 1 else sentences.leading(answer)
    behind = f"{inside(sentences.when(answer))}; {_modelled(answer)}{sentences.effect_in_words(answer)}"
    if lead is not None:
        behind = f"{lead.label}, {behind}"
    if lead is not None and answer.k > 1:
        behind = f"{lead.label}, {inside(sentences.when(answer))}; {sentences.beside_lead(answer, lead)}"
    return Sentence(_words(answer, lead), behind)


def _modelled(answer: Answer) -> str:
    """Return the interval of the drug's people of 100, which the pooled ratio makes of the comparator's rate."""
    if answer.k == 1 or sentences.leading(answer) is not None or (risks := sentences.absolute(answer)) is None:
        return ""
    _, low, high = risks.events_of_100
    return f"by the pooled ratio {low:.0f} to {high:.0f} of 100 on the drug; "


def _words(answer: Answer, lead: TrialEffect | None) -> str:
    sides = sentences.sides_of(entry.first for entry in answer.used)
    kinds = {comparator_kind(entry.first) for entry in answer.used}
    short = Sides("the drug", "placebo" if kinds <= _PLACEBOS else "the comparator")
    candidates = [_sentence(answer, lead, named) for named in (sides, short)]
    return next((text for text in candidates if len(text.split()) <= MOST_WORDS), _label(answer, lead))


def _rates(answer: Answer, lead: TrialEffect | None) -> tuple[float, float] | None:
    """Return people of 100 on both sides: those of the leading trial, else what the pooled effect makes of them."""
    if lead is not None:
        if lead.intervention is None or lead.comparator is None:
            return None
        return 100 * lead.intervention.events / lead.intervention.n, 100 * lead.comparator.events / lead.comparator.n
    of_hundred = sentences.absolute(answer)
    return (of_hundred.events_of_100[0], 100 * of_hundred.comparator_rate) if of_hundred else None


def _sentence(answer: Answer, lead: TrialEffect | None, sides: Sides) -> str:
    if set(answer.question.outcomes) <= set(SYMPTOMS):
        return f"Scores {_amount(answer)} with {sides.drug} than with {sides.comparator}"
    rates = _rates(answer, lead)
    if rates is None:
        return _label(answer, lead)
    about = "" if lead is not None else "About "
    verb = sentences.verb_of(answer.question.outcomes[0])
    return f"{about}{rates[0]:.0f} of 100 {verb} on {sides.drug}, {rates[1]:.0f} on {sides.comparator}"


def _label(answer: Answer, lead: TrialEffect | None) -> str:
    assert answer.pooled is not None
    name, rates = OUTCOMES[answer.question.outcomes[0]].label, _rates(answer, lead)
    if rates is not None:
        return f"{name}: {rates[0]:.0f} against {rates[1]:.0f} of 100"
    value = lead.effect.estimate if lead is not None and lead.effect is not None else answer.pooled.estimate
    measure = answer.question.measure
    return f"{name}: {MEASURES[measure].label.lower()} {shown(measure, value)}"


def _estimate(review: PublishedEstimate, brief: bool = False) -> str:
    """Return whose estimate it is and the estimate: Cochrane 2021, unipolar: odds ratio of response 2.48.

    In brief it does not name the outcome, which the headline names.
    """
    whose = review.label.replace(" (", ", ").replace(")", "")
    what = "symptoms" if review.outcome in SYMPTOMS else OUTCOMES[review.outcome].label.lower()
    named = "" if brief else f" of {what}"
    return f"{whose}: {EFFECT_MEASURES[review.effect_measure].label.lower()}{named} {_value(review, review.effect)}"


def _size(review: PublishedEstimate) -> str:
    """Return the interval, the trials and people, and the certainty of a published estimate."""
    parts = [f"95% CI {_value(review, review.ci_low)} to {_value(review, review.ci_high)}"]
    behind = [counted(review.k, "trial")] if review.k is not None else []
    behind += [counted(review.n, "person", "people")] if review.n is not None else []
    return "; ".join([*parts, ", ".join(behind), f"{review.certainty} certainty"])


def _value(review: PublishedEstimate, value: float | None) -> str:
    return ratio(value) if review.effect_measure in ("RR", "OR", "HR") else number(value, 2)
