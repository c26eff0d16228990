"""For how many: the choices of the response question and the answer to one of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import cast

from evidence.dataset.records import Judgement, Result
from evidence.dataset.references import Reference
from evidence.dataset.time_bins import BIN_OF_VALUE, TIME_BINS, usual_time
from evidence.dataset.vocabulary import COMPARATORS, POPULATIONS
from evidence.questions import risk_of_bias as bias
from evidence.stats.pooling import Method, Test
from evidence.synthesis.answers import HOUSE_RULE, Answer, Grouping, Model, answer
from evidence.synthesis.describe import dose_of
from evidence.synthesis.trial_effects import Question, TrialEffect

OUTCOME_CHOICES = ("response", "remission", "suicidal-ideation-response", "suicidal-ideation-remission")
MEASURE_CHOICES = ("RR", "OR", "RD")
AUTOMATIC, NEAREST = "auto", "nearest"


class _TimeChoices(Mapping[str, str]):
    """The times that response can be pooled at, with their labels: the bins of the topic, and two rules."""

    def __getitem__(self, value: str) -> str:
        usual = usual_time().spoken
        if value == AUTOMATIC:
            return f"{usual[:1].upper()}{usual[1:]}, or where twice as many trials report"
        return f"Each trial’s time nearest to {usual}" if value == NEAREST else BIN_OF_VALUE[value].label

    def __iter__(self) -> Iterator[str]:
        return iter((AUTOMATIC, *BIN_OF_VALUE, NEAREST))

    def __len__(self) -> int:
        return len(BIN_OF_VALUE) + 2


TIME_CHOICES: Mapping[str, str] = _TimeChoices()

Order = Callable[[TrialEffect], tuple[float | str, ...]]
ORDERS: Mapping[str, Order] = MappingProxyType(
    {
        "year": lambda e: (e.first.dated, e.label),
        "effect": lambda e: (-(e.effect.estimate if e.effect else 0.0), e.label),
        "weight": lambda e: (e.effect.variance if e.effect else float("inf"), e.label),
        "size": lambda e: (-(e.people or 0), e.label),
    }
)

_WIDE = 14
Column = Callable[[TrialEffect], str]


def _doses(entry: TrialEffect) -> str:
    """Describe the doses of a trial's arms, naming a common unit once, short enough for a column."""
    doses = list(dict.fromkeys(dose_of(r) for r in entry.results))
    fixed = {r.dose_unit for r in entry.results if r.dose is not None}
    if len(doses) > 1 and len(fixed) == 1 and all(r.dose is not None for r in entry.results):
        unit = f" {fixed.pop()}"
        return ", ".join(dose.removesuffix(unit) for dose in doses) + unit
    text = ", ".join(doses)
    return text if len(text) <= _WIDE else f"{text[:_WIDE].rsplit(' ', 1)[0].rstrip(',')} …"


# Columns a reader may add to the forest plot: name → text of an entry.
COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "dose": lambda e: _doses(e) or "?",
        "comparator": lambda e: COMPARATORS[e.first.comparator].label,
        "instrument": lambda e: e.first.instrument or "?",
        "population": lambda e: POPULATIONS[e.first.population].value,
        "source": lambda e: e.first.source,
    }
)


def columns(judgements: Iterable[Judgement]) -> Mapping[str, Column]:
    """List every column a reader may add: those of the results, and risk of bias with one sign per domain."""
    kept = tuple(judgements)
    return MappingProxyType({**COLUMNS, "risk of bias": lambda e: bias.symbols(kept, e.trial)})


METHODS: Mapping[str, str] = MappingProxyType(
    {
        "bayes": "Random effects, Bayesian, published prior",
        "bayes-half-normal-0.5": "Random effects, Bayesian, half-normal(0.5) prior",
        "bayes-half-normal-1": "Random effects, Bayesian, half-normal(1) prior",
        "REML": "Random effects, REML",
        "DL": "Random effects, DerSimonian–Laird",
        "PM": "Random effects, Paule–Mandel",
        "EE": "Common effect",
        "MH": "Common effect, Mantel–Haenszel",
    }
)
TESTS: Mapping[str, str] = MappingProxyType(
    {
        "rule": "The usual one of the model",
        "adhoc": "Modified Hartung–Knapp",
        "knha": "Hartung–Knapp",
        "z": "Wald",
    }
)


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything a reader can set about the response question; the defaults are the house rules."""

    outcome: str = "response"
    measure: str = "RR"
    time: str = AUTOMATIC
    model: Model = HOUSE_RULE
    low_confidence: bool = False
    crossovers: bool = True
    without: tuple[str, ...] = ()
    barred: Mapping[str, str] = field(default_factory=dict, hash=False)


def model_of(method: str, interval: str) -> Model:
    """Return the model of an estimator among `METHODS` and an interval among `TESTS`.

    >>> model_of("bayes", "rule") == HOUSE_RULE
    True
    """
    if method not in METHODS or interval not in TESTS:
        raise ValueError(f"no model of {method} with the interval {interval}")
    if method.startswith("bayes"):
        return Model("bayes", prior=method.removeprefix("bayes").removeprefix("-"))
    return Model(cast(Method, method), None if interval == "rule" else cast(Test, interval))


def barred_citations(
    references: Mapping[str, Reference], press_releases: bool = True, published_only: bool = False
) -> dict[str, str]:
    """Return the excluded citations, each with its reason, by the reference's type in references.json."""
    barred = {}
    for key, reference in references.items():
        if published_only and reference.type != "article-journal":
            barred[key] = "not published in a journal"
        elif not press_releases and reference.type == "webpage":
            barred[key] = "press release or web page"
    return barred


def answer_for(results: Iterable[Result], choices: Choices, group_by: Grouping | None = None) -> Answer:
    """Answer at the chosen time; automatic is the usual bin, unless another bin has twice as many trials."""
    everything = tuple(results)

    def at(value: str) -> Answer:
        question = Question(
            (choices.outcome,),
            choices.measure,
            BIN_OF_VALUE.get(value),
            low_confidence=choices.low_confidence,
            crossovers=choices.crossovers,
            without=choices.without,
            barred=choices.barred,
        )
        return answer(everything, question, choices.model, group_by)

    if choices.time != AUTOMATIC:
        return at(choices.time)
    usual = replace(choices, without=(), barred={}, crossovers=True, model=Model("EE"))
    return at(automatic_time(lambda value: answer_for(everything, replace(usual, time=value))))


def automatic_time(at: Callable[[str], Answer]) -> str:
    """Return the time bin at which a question is answered unless the reader names one, for pages and API alike.

    It is the usual one of the topic, unless another bin pools at least twice as many trials, of several such bins that
    with most people; if no bin pools any, the trials that report the outcome are counted instead.

    Args:
        at: Answers the question in one bin, without what readers leave out: that must not move it to another time.
    """
    answers = {item.value: at(item.value) for item in TIME_BINS}
    trials = {value: item.k for value, item in answers.items()}
    if not any(trials.values()):
        trials = {value: len(item.entries) for value, item in answers.items()}
    most = max(trials, key=lambda value: (trials[value], answers[value].people or 0))
    usual = usual_time().value
    return most if trials[most] >= max(2 * trials[usual], 1) else usual
