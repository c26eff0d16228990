"""For how many: the choices of the response question and the answer to one of them."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from evidence.answers import Answer, Model, answer
from evidence.comparisons import Question, TrialEffect
from evidence.records import Result
from evidence.times import BIN_OF_VALUE, TIME_BINS
from evidence.vocabulary import COMPARATORS

OUTCOME_CHOICES = ("response", "remission", "suicidal-ideation-response", "suicidal-ideation-remission")
MEASURE_CHOICES = ("RR", "OR", "RD")
AUTOMATIC, NEAREST = "auto", "nearest"
TIME_CHOICES: Mapping[str, str] = MappingProxyType(
    {
        AUTOMATIC: "24 hours, else where most trials report",
        **{item.value: item.label for item in TIME_BINS},
        NEAREST: "Each trial’s time nearest to 24 hours",
    }
)
_COMPARATOR_ORDER = {name: place for place, name in enumerate(COMPARATORS)}

ORDERS: Mapping[str, Callable[[TrialEffect], tuple[float | str, ...]]] = MappingProxyType(
    {
        "year": lambda e: (_COMPARATOR_ORDER[e.first.comparator], _year(e.label), e.label),
        "effect": lambda e: (_COMPARATOR_ORDER[e.first.comparator], -(e.effect.estimate if e.effect else 0.0), e.label),
        "weight": lambda e: (_COMPARATOR_ORDER[e.first.comparator], e.effect.variance if e.effect else 9e9, e.label),
        "size": lambda e: (_COMPARATOR_ORDER[e.first.comparator], -(e.people or 0), e.label),
    }
)


def _year(label: str) -> str:
    return next((word for word in label.split() if word[:4].isdigit()), "")


def by_comparator(entry: TrialEffect) -> str:
    """The comparator of an entry, as a subgroup."""
    return entry.first.comparator


def answer_for(
    results: Iterable[Result],
    outcome: str,
    measure: str,
    time: str,
    low_confidence: bool = False,
    model: Model | None = None,
) -> Answer:
    """The answer at a time of `TIME_CHOICES`; automatic is the 24-hour bin, or else the bin with most trials."""
    everything = tuple(results)

    def at(value: str) -> Answer:
        question = Question((outcome,), measure, BIN_OF_VALUE.get(value), low_confidence=low_confidence)
        return answer(everything, question, model, by_comparator)

    if time != AUTOMATIC:
        return at(time)
    first = at("24h")
    if first.k:
        return first
    return max((first, *(at(item.value) for item in TIME_BINS)), key=lambda found: found.k)
