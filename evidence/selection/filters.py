"""The filters of every view: one table of names, titles, values and terms, and what a URL says of them.

Widgets, command line, API and links all use this table. A term may be given by its label, as the filter bar writes it
in the URL, or by its value in the data files, without regard to capitals.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from evidence.dataset import vocabulary
from evidence.dataset.records import Result
from evidence.dataset.vocabulary import COMPARATORS, Term

SINGLE, REPEATED = "single dose", "repeated doses"
SCHEDULES: Final[Mapping[str, Term]] = vocabulary.terms(
    (SINGLE, "Single dose", "One dose by this time."), (REPEATED, "Repeated doses", "More than one.")
)
DOSE: Final = "dose"
DOSE_LIMITS = (0.1, 1.0)
_NUMBER = re.compile(r"\s*[0-9]{1,3}(\.[0-9]{1,20})?\s*")


def comparator_kind(result: Result) -> str:
    """Return the kind of the result's comparator, as `vocabulary.COMPARATOR_KINDS` lists them."""
    return COMPARATORS[result.comparator].kind


def schedule(result: Result) -> str | None:
    """Return whether the drug was given once or repeatedly by this time; None where unknown."""
    if result.schedule is not None:
        return SINGLE if result.schedule == "single" else REPEATED
    if result.administrations is None:
        return None
    return SINGLE if result.administrations <= 1 else REPEATED


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter that holds any number of terms: its title, the value it reads from a result, and its vocabulary.

    The vocabulary is asked for when it is needed, so that the table does not fix it when the module is imported.
    """

    title: str
    value_of: Callable[[Result], str | None]
    vocabulary: Callable[[], Mapping[str, Term]]

    @property
    def terms(self) -> Mapping[str, Term]:
        """The terms it offers, by their value in the files."""
        return self.vocabulary()

    @property
    def labels(self) -> dict[str, str]:
        """The label of each term by its value."""
        return {value: term.label for value, term in self.terms.items()}

    @property
    def spoken(self) -> str:
        """Its title within a sentence."""
        return self.title.lower()


FILTERS: Final[Mapping[str, Filter]] = {
    "drug": Filter("Drug", lambda r: r.intervention, lambda: vocabulary.INTERVENTIONS),
    "route": Filter("Route", lambda r: r.route, lambda: vocabulary.ROUTES),
    "schedule": Filter("Doses", schedule, lambda: SCHEDULES),
    "comparator_kind": Filter("Comparator", comparator_kind, lambda: vocabulary.COMPARATOR_KINDS),
    "population": Filter("Population", lambda r: r.population, lambda: vocabulary.POPULATIONS),
    "age_group": Filter("Age group", lambda r: r.age_group, lambda: vocabulary.AGE_GROUPS),
    "design": Filter("Design", lambda r: r.design, lambda: vocabulary.DESIGNS),
    "blinding": Filter("Blinding", lambda r: r.blinding, lambda: vocabulary.BLINDINGS),
    "source": Filter("Source", lambda r: r.source, lambda: vocabulary.SOURCES),
    "confidence": Filter("Confidence", lambda r: r.confidence, lambda: vocabulary.CONFIDENCES),
}
NAMES: Final = ("preset", *FILTERS, DOSE)
"""The URL parameters that say which results are in a view."""


def title_of(name: str) -> str:
    """Return the title of a filter, the dose among them."""
    return "Dose" if name == DOSE else FILTERS[name].title


def matched(text: str, labels: Mapping[str, str]) -> str | None:
    """Return the value that a text names by value or label, whatever its capitals and spaces; None for none.

    Where a label is also another value, the label wins.

    >>> matched(" risk  RATIO", {"RR": "Risk ratio"}), matched("rr", {"RR": "Risk ratio"}), matched("x", {})
    ('RR', 'RR', None)
    """
    values = {_folded(value): value for value in labels}
    return (values | {_folded(label): value for value, label in labels.items()}).get(_folded(text))


def sorted_out(texts: Iterable[str], labels: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the values that texts name, each once, and the texts that name none.

    >>> sorted_out(["oral", "Oral", "by post"], {"oral": "Oral"})
    (('oral',), ('by post',))
    """
    pairs = [(text, matched(text, labels)) for text in texts]
    known = dict.fromkeys(value for _, value in pairs if value is not None)
    return tuple(known), tuple(text for text, value in pairs if value is None)


def read_dose(texts: Iterable[str]) -> tuple[float, float] | None:
    """Return the lowest and the highest dose of two plain numbers within the limits; None for anything else.

    >>> read_dose(["0.6", "0.4"]), read_dose(["0.5"]), read_dose(["0.5", "9"])
    ((0.4, 0.6), None, None)
    """
    given = tuple(texts)
    if len(given) != 2 or not all(map(_NUMBER.fullmatch, given)):
        return None
    low, high = sorted(map(float, given))
    return (low, high) if DOSE_LIMITS[0] <= low and high <= DOSE_LIMITS[1] else None


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
