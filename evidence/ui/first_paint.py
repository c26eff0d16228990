"""The first screen as HTML for the document itself: the same sentence, picture and facts that the page draws."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import parse_qs

from markupsafe import Markup

from evidence.api.first_paint import Paint
from evidence.export import templating
from evidence.questions import glance
from evidence.report.figures import glance_html
from evidence.report.figures.style import EITHER
from evidence.selection.filters import NAMES
from evidence.selection.selection import PRESETS, Selection
from evidence.selection.url import parameters, read_selection
from evidence.ui import brand, filters, navigation, window
from evidence.ui import cache as cached
from evidence.ui import data as app_data

_STATIC = Path(__file__).parent / "static"
_EMBED, _EMBED_OPTIONS = "embed", "embed_options"
_SCHEMES: Mapping[str, str] = {"dark_theme": "dark", "light_theme": "light"}
_MOST = 60  # parameters of a link that is read


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a first screen hangs on, beside the data."""

    chosen: cached.Chosen
    is_narrow: bool
    is_embedded: bool
    scheme: str


def paint(query: str, agent: str) -> Paint | None:
    """Return the first screen that a link asks for.

    None where the page would say more than that: of a link that is not known in every part, of faulty data, or of a
    selection without a trial.
    """
    try:
        given = parse_qs(query, keep_blank_values=True, max_num_fields=_MOST)
    except ValueError:
        return None
    loaded = app_data.current()  # also makes the words of the data those of the program
    options = {name: given.pop(name, []) for name in (_EMBED, _EMBED_OPTIONS)}
    selection, unknown = read_selection(given)
    if unknown or not given.keys() <= set(NAMES) or not loaded.on_disk.is_valid:
        return None
    chosen = cached.chosen(loaded.evidence, selection)
    if not cached.selected(chosen):
        return None
    scheme = next((_SCHEMES[option] for option in options[_EMBED_OPTIONS] if option in _SCHEMES), "light dark")
    return _painted(_Asked(chosen, window.names_a_phone(agent), "true" in options[_EMBED], scheme))


def name(page: str) -> Paint | None:
    """Return title and description of any page but the first by its address; None for an address of no page."""
    if page not in navigation.TITLES:
        return None
    evidence = app_data.current().evidence
    title = navigation.window_title(page, evidence.topic.title)
    return Paint(title, f"{evidence.topic.title}. {brand.footer(evidence)}")


@lru_cache(maxsize=64)
def _painted(asked: _Asked) -> Paint:
    key = asked.chosen
    evidence, selection, facts = key.evidence, key.selection, cached.at_a_glance(key)
    addresses = {name: _address(name, selection, asked.is_embedded) for name in navigation.QUESTIONS}
    addresses["overview"] = _address("./", selection, asked.is_embedded)
    markup = templating.render(
        "first_paint.html.j2",
        style=Markup(_style()),
        scheme=asked.scheme,
        is_embedded=asked.is_embedded,
        logo=Markup(brand.logo(evidence.topic.title)),
        menu=[(title, addresses[name]) for name, title in navigation.QUESTIONS.items()],
        presets=[
            (preset.label, _address("./", Selection(name), asked.is_embedded), name == selection.preset)
            for name, preset in PRESETS.items()
        ],
        count=filters.in_short(evidence, selection, cached.selected(key)),
        title=evidence.topic.title,
        sentence=glance.sentence(facts),
        trust=glance.trust(facts, asked.is_narrow),
        picture=Markup(glance_html.glance(facts, glance.in_words(facts), EITHER, addresses).markup),
        facts=[
            (tile, addresses[tile.page], tile.brief if asked.is_narrow else None, tile.parts(asked.is_narrow))
            for tile in cached.tiles(key)
        ],
        is_narrow=asked.is_narrow,
        unknown=cached.not_known_in_short(key),
        footer=brand.footer(evidence),
    )
    return Paint(evidence.topic.title, f"{glance.sentence(facts)} {glance.trust(facts)}", markup.decode("utf-8"))


def _address(page: str, selection: Selection, is_embedded: bool) -> str:
    parts = [part for part in (parameters(selection), f"{_EMBED}=true" if is_embedded else "") if part]
    return f"{page}?{'&'.join(parts)}" if parts else page


@cache
def _style() -> str:
    """Return the style sheets of the frame, for the picture, and of the first screen."""
    return "\n".join((_STATIC / name).read_text("utf-8") for name in ("frame.css", "first_paint.css"))
