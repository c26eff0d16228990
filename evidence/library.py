"""Ask the questions of the dashboard from Python: the functions that `import evidence` offers.

Each takes results, as `select` gives them, and returns the value that the pages draw. Nothing here reads or writes
files but `load`, and nothing needs Streamlit or Plotly.
"""

from collections.abc import Iterable, Sequence

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.dataset.time_bins import usual_time
from evidence.questions import blinding as blinding_question
from evidence.questions import duration as duration_question
from evidence.questions import harms as harms_question
from evidence.questions import onset as onset_question
from evidence.questions.dose import DoseResponse
from evidence.questions.response import AUTOMATIC, MEASURE_CHOICES, OUTCOME_CHOICES, TIME_CHOICES, Choices, answer_for
from evidence.questions.summary_of_findings import Summary, summarise
from evidence.selection.filters import FILTERS
from evidence.selection.selection import PRESETS, apply
from evidence.selection.url import read_selection
from evidence.synthesis.answers import HOUSE_RULE, Answer, Model


def select(
    evidence: Evidence,
    preset: str = "everything",
    *,
    dose: tuple[float, float] | None = None,
    **filters: str | Sequence[str],
) -> tuple[Result, ...]:
    """Return the results of a selection, row by row as in trials.csv.

    Args:
        evidence: The data, as `load` returns them.
        preset: A key of `PRESETS`.
        dose: The lowest and highest dose in mg/kg.
        filters: Terms by the name of their filter (population, route, design …), as a word of the data files or as
            the label on the pages; several terms of one filter are alternatives.

    Raises:
        ValueError: If a preset, a filter or a term is not known; the message lists those that are.
    """
    given = {name: [terms] if isinstance(terms, str) else list(terms) for name, terms in filters.items()}
    if unknown := [name for name in given if name not in FILTERS]:
        raise ValueError(f"{unknown[0]!r} is not a filter. There are: {', '.join(FILTERS)}.")
    limits = {} if dose is None else {"dose": [str(limit) for limit in dose]}
    read = read_selection({"preset": [preset], **given, **limits})
    for name, text in read.unknown:
        known = {"preset": list(PRESETS), "dose": ["two numbers in mg/kg"]}.get(name) or list(FILTERS[name].terms)
        raise ValueError(f"{text!r} is not a choice of {name}. There are: {', '.join(known)}.")
    return apply(evidence.results, read.selection.criteria())


def response(
    results: Iterable[Result],
    measure: str = "RR",
    time: str = AUTOMATIC,
    *,
    outcome: str = "response",
    model: Model = HOUSE_RULE,
    low_confidence: bool = False,
    crossovers: bool = True,
) -> Answer:
    """Pool how many respond, or another yes-or-no outcome of benefit.

    Args:
        results: Results, as `select` returns them.
        measure: RR, OR or RD.
        time: A time bin such as "24h" or "28d"; "auto" is the usual time of the topic, or where twice as many trials
            report; "nearest" is the time of each trial nearest to the usual one.
        outcome: response, remission, or either of suicidal ideation.
        model: How effects are pooled; by default as the pages do.
        low_confidence: Whether results of low confidence are pooled too.
        crossovers: Whether crossover trials are pooled.
    """
    for value, known in ((measure, MEASURE_CHOICES), (time, tuple(TIME_CHOICES)), (outcome, OUTCOME_CHOICES)):
        if value not in known:
            raise ValueError(f"{value!r} is not known here. There are: {', '.join(known)}.")
    chosen = Choices(outcome, measure, time, model, low_confidence, crossovers)
    return answer_for(results, chosen)


def onset(
    results: Iterable[Result], measure: str = "MD", *, same_trials: bool = False, low_confidence: bool = False
) -> onset_question.Course:
    """Pool each time bin of the first weeks: points of the primary scale (MD), any scale (SMD), or responders (RR)."""
    if measure not in onset_question.AXES:
        raise ValueError(f"{measure!r} is not known here. There are: {', '.join(onset_question.AXES)}.")
    return onset_question.course(results, measure, same_trials, low_confidence)


def duration(results: Iterable[Result]) -> tuple[duration_question.FollowUp, ...]:
    """Return how many still respond after treatment, group by group; groups differ too much to be pooled."""
    return duration_question.follow_ups(results)


def withdrawals(results: Iterable[Result]) -> tuple[duration_question.Withdrawal, ...]:
    """Return the trials in which responders were randomised to stop or continue, with their relapses."""
    return duration_question.withdrawals(results)


def harms(results: Iterable[Result]) -> tuple[harms_question.Harm, ...]:
    """Pool every adverse event that controlled trials counted in both arms.

    Comparators of different kinds ask different questions: select one kind first.
    """
    return harms_question.harms(results, harms_question.is_event)


def blinding(results: Iterable[Result], measure: str = "RR", time: str = "") -> Answer:
    """Pool response (RR) or symptom scores (MD, SMD) in a time bin, grouped by how well the treatment was hidden.

    Without a `time` it is the usual one of the topic.
    """
    return blinding_question.ask(results, measure, time or usual_time().value)


def dose_response(results: Iterable[Result], measure: str = "RR", *, low_confidence: bool = False) -> DoseResponse:
    """Fit the line of effect on dose at each trial's time nearest to 24 hours."""
    return onset_question.dose_course(results, measure, low_confidence)


def summary_of_findings(evidence: Evidence, results: Iterable[Result], title: str = "") -> Summary:
    """Return the summary of findings in the Cochrane form, with the certainty that published reviews gave."""
    return summarise(results, evidence.reviews, title)
