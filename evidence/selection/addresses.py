"""Addresses of filtered pages: the same state that the filter bar keeps in the URL, for links between pages.

Choices stand in the URL by their labels, as the filter bar writes them.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from urllib.parse import quote, urlencode

from evidence.dataset import vocabulary
from evidence.dataset.vocabulary import Term
from evidence.selection.selection import DEFAULT_PRESET, PRESETS, REPEATED, SINGLE

_SCHEDULES = vocabulary.terms((SINGLE, "Single dose", ""), (REPEATED, "Repeated doses", ""))
# Filter → the words it holds, whose labels stand in the URL.
FILTERS: Mapping[str, Mapping[str, Term]] = MappingProxyType(
    {
        "drug": vocabulary.INTERVENTIONS,
        "route": vocabulary.ROUTES,
        "schedule": _SCHEDULES,
        "comparator_kind": vocabulary.COMPARATOR_KINDS,
        "population": vocabulary.POPULATIONS,
        "age_group": vocabulary.AGE_GROUPS,
        "design": vocabulary.DESIGNS,
        "blinding": vocabulary.BLINDINGS,
        "source": vocabulary.SOURCES,
        "confidence": vocabulary.CONFIDENCES,
    }
)


def address(
    page: str,
    preset: str = "everything",
    words: Mapping[str, Iterable[str]] | None = None,
    dose: tuple[float, float] | None = None,
    **options: str,
) -> str:
    """The address of a page, relative to any other page, with its filters set.

    `words` are filters with the words they hold; `options` are a page's own choices as they stand in the URL.
    The default preset is left out, as the filter bar leaves it out.

    >>> address("onset", "midazolam", {"population": ["TRD"]})
    'onset?population=Treatment-resistant%20depression'
    >>> address("onset", "midazolam")
    'onset'
    >>> address("trials", trial="murrough-2013a", dose=(0.5, 0.5))
    'trials?preset=Everything&dose=0.5&dose=0.5&trial=murrough-2013a'
    """
    pairs = [("preset", PRESETS[preset].label)] if preset != DEFAULT_PRESET else []
    for name, chosen in (words or {}).items():
        pairs += [(name, FILTERS[name][word].label) for word in chosen]
    if dose is not None:
        pairs += [("dose", str(limit)) for limit in dose]
    query = urlencode([*pairs, *options.items()], quote_via=quote, safe="")
    return f"{page}?{query}" if query else page
