"""Write a selection as URL parameters, and read it back.

Terms stand in the URL by their label, as the filter bar writes them; values of the files are understood too.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

from evidence.selection.filters import DOSE, DOSE_LIMITS, FILTERS, NAMES, matched, read_dose, sorted_out
from evidence.selection.selection import PRESET_LABELS, PRESETS, Selection, default_preset

_MOST = 500


def address(
    page: str,
    preset: str = "everything",
    words: Mapping[str, Iterable[str]] | None = None,
    dose: tuple[float, float] | None = None,
    **options: str,
) -> str:
    """Write the address of a page, relative to any other page, with its filters set.

    `words` maps filters to their values; `options` are the page's own options as they appear in the URL. The default
    preset is left out, as in the addresses that the filter bar writes.

    >>> address("onset", "midazolam", {"population": ["TRD"]})
    'onset?population=Treatment-resistant%20depression'
    >>> address("onset", "midazolam")
    'onset'
    >>> address("trials", trial="murrough-2013a", dose=(0.5, 0.5))
    'trials?preset=Everything&dose=0.5&dose=0.5&trial=murrough-2013a'
    """
    pairs = [("preset", PRESETS[preset].label)] if preset != default_preset() else []
    for name, chosen in (words or {}).items():
        pairs += [(name, FILTERS[name].terms[word].label) for word in chosen]
    if dose is not None:
        pairs += [("dose", str(limit)) for limit in dose]
    query = urlencode([*pairs, *options.items()], quote_via=quote, safe="")
    return f"{page}?{query}" if query else page


class ReadSelection(NamedTuple):
    """The selection that parameters stand for, and each pair of name and text that is not known."""

    selection: Selection
    unknown: tuple[tuple[str, str], ...]


class ParsedView(NamedTuple):
    """The selection that URL parameters stand for, and what was left out of them, in words."""

    selection: Selection
    notes: tuple[str, ...]


def read_selection(given: Mapping[str, Sequence[str]]) -> ReadSelection:
    """Read the filters among some parameters: of several presets the last counts, other parameters are passed over.

    A dose that is not two numbers within the limits is unknown as a whole, its texts joined by “, ”.

    >>> read_selection({"preset": ["Everything"], "route": ["Oral", "by post"], "effect": ["RR"]}).unknown
    (('route', 'by post'),)
    """
    selection, unknown, words = Selection(), list[tuple[str, str]](), dict[str, tuple[str, ...]]()
    preset, dose = selection.preset, selection.dose
    for name, texts in given.items():
        if name == DOSE:
            numbers = read_dose(texts)
            dose = numbers or dose
            unknown += [] if numbers else [(name, ", ".join(texts))]
        elif name == "preset" or name in FILTERS:
            values, rest = sorted_out(texts, PRESET_LABELS if name == "preset" else FILTERS[name].labels)
            unknown += [(name, text) for text in rest]
            if values and name == "preset":
                preset = next(value for text in reversed(texts) if (value := matched(text, PRESET_LABELS)))
            elif values:
                words[name] = values
    return ReadSelection(Selection(preset, MappingProxyType(words), dose), tuple(unknown))


def parse_view(text: str, with_options: bool = False) -> ParsedView:
    """Return the selection of URL parameters, or of a whole address; a part that is not known is dropped with a note.

    `with_options` says that the choices of a page, which `options_in` gives, are read elsewhere, and not noted.

    >>> parsed = parse_view("preset=Everything&population=TRD&population=Bipolar%20depression&route=by+post")
    >>> parsed.selection.preset, dict(parsed.selection.words)
    ('everything', {'population': ('TRD', 'bipolar')})
    >>> print(*parsed.notes)
    “by post” is not a choice of the filter “route”; left out.
    """
    notes: list[str] = []
    given: dict[str, list[str]] = {}
    for name, value in _pairs(text, notes):
        given.setdefault(name, []).append(value)
    selection, unknown = read_selection(given)
    notes += [_left_out(name, value) for name, value in unknown]
    others = [name for name in given if name not in NAMES]
    if not with_options:
        notes += [f"“{name}” is not a filter; it does not change which rows are in the view." for name in others]
    return ParsedView(selection, tuple(notes))


def _left_out(name: str, text: str) -> str:
    if name == "preset":
        return f"“{text}” is not a preset; left out."
    return unknown_dose() if name == DOSE else f"“{text}” is not a choice of the filter “{name}”; left out."


def unknown_dose() -> str:
    """Say what a dose in a URL has to be."""
    low, high = DOSE_LIMITS
    return f"The dose is two numbers from {low:g} to {high:g}, dose=0.4&dose=0.6; left out."


def options_in(text: str) -> tuple[tuple[str, str], ...]:
    """Return the parameters of a view that are not filters: a page's own options.

    >>> options_in("response?preset=Everything&effect=Odds%20ratio")
    (('effect', 'Odds ratio'),)
    """
    return tuple((name, value) for name, value in _pairs(text, []) if name not in NAMES)


def parameters(selection: Selection) -> str:
    """Write a selection as URL parameters, as the filter bar does; empty for the default view.

    >>> parameters(Selection("everything", {"population": ("TRD",)}))
    'preset=Everything&population=Treatment-resistant%20depression'
    """
    pairs = [("preset", PRESETS[selection.preset].label)] if selection.preset != default_preset() else []
    for name, chosen in selection.words.items():
        pairs += [(name, FILTERS[name].terms[word].label) for word in chosen]
    if selection.dose != DOSE_LIMITS:
        pairs += [("dose", str(limit)) for limit in selection.dose]
    return urlencode(pairs, quote_via=quote, safe="")


def _pairs(text: str, notes: list[str]) -> Iterable[tuple[str, str]]:
    query = text.strip().partition("#")[0]
    query = query.partition("?")[2] if "?" in query else query
    if not query:
        return []
    if "=" not in query:
        notes.append("The view has no parameter of the form name=value; it was left out.")
        return []
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST)
    except ValueError:
        notes.append(f"The view has more than {_MOST} parameters; it was left out.")
        return []
