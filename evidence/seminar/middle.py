"""The middle of a lesson: single trials, pooled, the next trial, leave one out; as many as there are trials for."""

from collections.abc import Mapping

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.formatting import counted
from evidence.questions import robustness
from evidence.report.sections import Part
from evidence.seminar.steps import Step, headline, said
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis import sentences as statements
from evidence.synthesis.answers import Answer
from evidence.synthesis.display import interval


def middle(answer: Answer, found: Mapping[str, Part]) -> list[Step]:
    """Single trials, pooled, prediction, sensitivity; as many of them as there are trials for."""
    behind = _drawn(answer)
    whole = finding(answer)
    large, numbers = headline(whole)
    left_out = tuple(statements.not_pooled(answer))
    if answer.pooled is None:
        drawn = any(entry.effect is not None for entry in answer.entries)
        return [Step("trials", "One by one", whole, (), left_out, behind, "trials" if drawn else "")]
    if answer.k == 1:
        people = found.get("people")
        in_people = (people.finding,) if people is not None and answer.question.measure != "MD" else ()
        alone = "There is one trial, so nothing is pooled."
        return [
            Step("trials", "The trial", large, (numbers,), (whole, *left_out), behind, "trials"),
            Step(
                "pooled",
                "All together",
                alone,
                in_people,
                (whole,),
                behind,
                "people",
            ),
        ]
    return [
        Step("trials", "One by one", single_trials(answer), (meaning(answer),), left_out, behind, "trials"),
        Step(
            "pooled",
            "All together",
            large,
            said(numbers, statements.caution(answer)),
            said(whole, *statements.pooled_notes(answer), robustness.interval_notice(answer)),
            behind,
            "pooled",
        ),
        _prediction(answer, behind),
        _sensitivity(answer, behind),
    ]


def finding(answer: Answer) -> str:
    """The finding of the answer, absolute first where it counts people."""
    sides = statements.sides_of(entry.first for entry in answer.used)
    in_people = answer.question.measure in ("RR", "OR", "RD")
    words = statements.finding_of_rates if in_people else statements.finding_of_scores
    return f"{words(answer, sides)}."


def _drawn(answer: Answer) -> tuple[Result, ...]:
    return tuple(result for entry in answer.entries for result in entry.results)


def single_trials(answer: Answer) -> str:
    """How many trials favour the drug, and how many exclude no effect on their own."""
    sides = statements.sides_of(entry.first for entry in answer.used)
    better = 1 if OUTCOMES[answer.question.outcomes[0]].better == "higher" else -1
    effects = [entry.effect.estimate * better for entry in answer.used if entry.effect is not None]
    favouring = sum(value > 0 for value in effects)
    clear = sum((e.low or 0.0) > 0 or (e.high or 0.0) < 0 for e in answer.used)
    k = answer.k
    return (
        f"{headline(statements.when(answer))[0].rstrip('.')} {favouring} of {k} trials {_do(favouring, 'favour')} "
        f"{sides.drug}; {clear} of {k} {_do(clear, 'exclude')} no effect on {'its' if clear == 1 else 'their'} own."
    )


def _do(amount: int, verb: str) -> str:
    return f"{verb}s" if amount == 1 else verb


def meaning(answer: Answer) -> str:
    """What the outcome of the answer means."""
    return OUTCOMES[answer.question.outcomes[0]].definition


def _prediction(answer: Answer, behind: tuple[Result, ...]) -> Step:
    pooled, measure = answer.pooled, answer.question.measure
    assert pooled is not None
    if pooled.pi_low is None or pooled.pi_high is None:
        large = f"With {counted(answer.k, 'trial')} nobody can say where the next one may fall."
        return Step("prediction", "The next trial", large, (statements.caution(answer),), (), behind, "pooled")
    span = interval(measure, pooled.pi_low, pooled.pi_high).replace("–", " to ")
    inside = pooled.pi_low <= 0 <= pooled.pi_high
    says = "No effect at all lies within that range." if inside else "No effect lies outside that range."
    return Step(
        "prediction",
        "The next trial",
        f"The next trial may find a {MEASURES[measure].label.lower()} anywhere from {span}.",
        (says,),
        (statements.heterogeneity(answer),),
        behind,
        "prediction",
    )


def _sensitivity(answer: Answer, behind: tuple[Result, ...]) -> Step:
    moves, _, turns = robustness.finding_of_each(answer, robustness.without_each(answer)).partition(". ")
    return Step("sensitivity", "Leave one out", headline(moves)[0], (turns,), (f"{moves}.",), behind, "sensitivity")
