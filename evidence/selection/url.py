"""Write a selection as URL parameters, and read it back.

Terms stand in the URL by their label, as the filter bar writes them; values of the files are understood too.
"""

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

from evidence.dataset import vocabulary
from evidence.dataset.vocabulary import Term
from evidence.selection.selection import DEFAULT_PRESET, DOSE_LIMITS, PRESETS, REPEATED, SINGLE, Selection

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


_MOST = 500


class ParsedView(NamedTuple):
    """The selection that URL parameters stand for, and what was left out of them, in words."""

    selection: Selection
    notes: tuple[str, ...]


def parse_view(text: str, with_options: bool = False) -> ParsedView:
    """The selection of URL parameters, or of a whole address; a part that is not known is dropped with a note.

    `with_options` says that the choices of a page, which `options_in` gives, are read elsewhere, and not noted.

    >>> found = parse_view("preset=Everything&population=TRD&population=Bipolar%20depression&route=by+post")
    >>> found.selection.preset, dict(found.selection.words)
    ('everything', {'population': ('TRD', 'bipolar')})
    >>> print(*found.notes)
    “by post” is no word of the filter “route”; left out.
    """
    notes: list[str] = []
    given: dict[str, list[str]] = {}
    for name, value in _pairs(text, notes):
        given.setdefault(name, []).append(value)
    selection = Selection()
    preset, words, dose = selection.preset, dict[str, tuple[str, ...]](), selection.dose
    known_presets = _known({name: item.label for name, item in PRESETS.items()})
    for name, values in given.items():
        if name == "preset":
            found = [known_presets[key] for value in values if (key := _plain(value)) in known_presets]
            notes += [f"“{value}” is no preset; left out." for value in values if _plain(value) not in known_presets]
            preset = found[-1] if found else preset
        elif name in FILTERS:
            known = _known({value: term.label for value, term in FILTERS[name].items()})
            chosen = dict.fromkeys(known[_plain(value)] for value in values if _plain(value) in known)
            notes += [f"“{v}” is no word of the filter “{name}”; left out." for v in values if _plain(v) not in known]
            if chosen:
                words[name] = tuple(chosen)
        elif name == "dose":
            found_dose = _dose(values)
            if found_dose is None:
                low, high = DOSE_LIMITS
                notes.append(f"The dose is two numbers from {low:g} to {high:g}, dose=0.4&dose=0.6; left out.")
            dose = found_dose or dose
        elif not with_options:
            notes.append(f"“{name}” is no filter; it does not change which rows are in the view.")
    return ParsedView(Selection(preset, MappingProxyType(words), dose), tuple(notes))


def options_in(text: str) -> tuple[tuple[str, str], ...]:
    """The parameters of a view that are no filter: the choices of a page, to be read with the rows they are about.

    >>> options_in("response?preset=Everything&effect=Odds%20ratio")
    (('effect', 'Odds ratio'),)
    """
    return tuple((name, value) for name, value in _pairs(text, []) if name not in ("preset", "dose", *FILTERS))


def parameters(selection: Selection) -> str:
    """The URL parameters of a selection, as the filter bar writes them; none for the default view.

    >>> parameters(Selection("everything", {"population": ("TRD",)}))
    'preset=Everything&population=Treatment-resistant%20depression'
    """
    pairs = [("preset", PRESETS[selection.preset].label)] if selection.preset != DEFAULT_PRESET else []
    for name, chosen in selection.words.items():
        pairs += [(name, FILTERS[name][word].label) for word in chosen]
    if selection.dose != DOSE_LIMITS:
        pairs += [("dose", str(limit)) for limit in selection.dose]
    return urlencode(pairs, quote_via=quote, safe="")


def _pairs(text: str, notes: list[str]) -> Iterable[tuple[str, str]]:
    query = text.strip().partition("#")[0]
    query = query.partition("?")[2] if "?" in query else query
    if not query:
        return []
    if "=" not in query:
        notes.append("The view holds no parameter of the form name=value; it was left out.")
        return []
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST)
    except ValueError:
        notes.append(f"The view has more than {_MOST} parameters; it was left out.")
        return []


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _known(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels and values, without regard to capitals, to values; where they clash the label wins."""
    return {_plain(value): value for value in labels} | {_plain(label): value for value, label in labels.items()}


def _dose(values: list[str]) -> tuple[float, float] | None:
    try:
        numbers = sorted(float(value) for value in values)
    except ValueError:
        return None
    low, high = DOSE_LIMITS
    if len(numbers) != 2 or not all(math.isfinite(n) and low <= n <= high for n in numbers):
        return None
    return numbers[0], numbers[1]
