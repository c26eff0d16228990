"""The one place that names colours, symbols and type sizes. Okabe-Ito; one meaning a colour on every page."""

import textwrap
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import plotly.graph_objects as go

from evidence.dataset.records import Result
from evidence.dataset.topic import topic
from evidence.dataset.vocabulary import COMPARATORS
from evidence.report.figures import markup

FONT = '"Source Sans", "Source Sans Pro", "Liberation Sans", Arial, sans-serif'
TITLE, BODY, AXIS, NOTE = 19, 14, 14, 13
# For a hall: words, and the least that the back row reads.
HALL, HALL_NOTE = 23, 19
_LONGEST_NAME = 32  # letters of a trial's name beside its mark
_HOVER_LINE = 60


class Ink(NamedTuple):
    """The neutral colours of one theme, and whether the paper is as narrow as a phone."""

    name: str
    paper: str
    text: str
    secondary: str
    grid: str
    band: str
    faint: str
    acute: str
    pooled: str
    link: str
    narrow: bool = False


LIGHT = Ink("light", "#ffffff", "#0d161f", "#46525e", "#e6e9ed", "#f4f6f8", "#cbd2d9", "#fff4e5", "#0d161f", "#00629b")
DARK = Ink("dark", "#14181d", "#eef1f4", "#b4bdc7", "#2c333b", "#1c2229", "#46505b", "#2b2416", "#eef1f4", "#7cc4f0")
INKS: Mapping[str, Ink] = MappingProxyType({"light": LIGHT, "dark": DARK})


def _by_scheme(light: str, dark: str) -> str:
    return f"light-dark({light},{dark})"


# For HTML that is written before the theme is known: the browser chooses.
EITHER = Ink._make(("either", *map(_by_scheme, LIGHT[1:-1], DARK[1:-1]), False))


class Mark(NamedTuple):
    """How one comparator is drawn: colour on light, colour on dark, dash of its intervals."""

    light: str
    dark: str
    dash: str

    def colour(self, ink: Ink) -> str:
        """Return the colour for this theme."""
        if ink.name == EITHER.name:
            return _by_scheme(self.light, self.dark)
        return self.dark if ink.name == "dark" else self.light


# For comparators that nobody foresaw: the same word has the same mark wherever and whenever it is drawn.
_SPARE = (
    Mark("#A8327D", "#E79BCB", "longdash"),
    Mark("#5B7F00", "#A8D03A", "dashdot"),
    Mark("#3E6E6E", "#86C5C5", "dot"),
    Mark("#7A4FBF", "#BFA3F0", "dash"),
    Mark("#B00020", "#FF8A95", "solid"),
    Mark("#4E5D9E", "#A5B1EA", "longdashdot"),
)


_NO_COMPARATOR = Mark("#7A8591", "#8F9AA6", "solid")


class _Marks(Mapping[str, Mark]):
    """Marks of the comparators of the topic that is shown.

    A word without a colour gets a spare mark by its place among such words, so that they differ; one that is not in the
    data gets one by its letters.
    """

    def __getitem__(self, word: str) -> Mark:
        if word == "none":
            return _NO_COMPARATOR
        colours = topic().colours
        if own := colours.get(word):
            return Mark(own.light, own.dark, own.dash)
        unforeseen = [known for known in COMPARATORS if known not in colours and known != "none"]
        at = unforeseen.index(word) if word in unforeseen else zlib.crc32(word.encode())
        return _SPARE[at % len(_SPARE)]

    def __iter__(self) -> Iterator[str]:
        return iter(COMPARATORS)

    def __len__(self) -> int:
        return len(COMPARATORS)


COMPARATOR_MARKS: Mapping[str, Mark] = _Marks()
# The same for how far people could tell their treatment, as `evidence.questions.blinding.MASKINGS` lists it.
MASKING_MARKS: Mapping[str, Mark] = MappingProxyType(
    {
        "active": Mark("#D55E00", "#F0803C", "solid"),
        "anaesthesia": Mark("#6B5B95", "#A99BD1", "longdash"),
        "inert": Mark("#2E93CB", "#8CCBF0", "dot"),
        "open": Mark("#B5598A", "#DE94BC", "dash"),
        "unknown": _NO_COMPARATOR,
    }
)
# How the number was obtained. Colour says the comparator; the pooled diamond keeps its own shape.
SOURCE_SYMBOLS: Mapping[str, str] = MappingProxyType(
    {"full text": "circle", "abstract": "square", "registry": "triangle-up", "review": "pentagon", "secondary": "star"}
)


class JudgementMark(NamedTuple):
    """How one judgement of risk of bias is drawn: fill on light and dark, and the ink of the sign on it."""

    light: str
    dark: str
    sign_on_light: str = "#1f2933"
    sign_on_dark: str = "#14181d"

    def fill(self, ink: Ink) -> str:
        """Return the fill for this theme."""
        return self.dark if ink.name == "dark" else self.light

    def sign(self, ink: Ink) -> str:
        """Return the colour of the sign on the fill."""
        return self.sign_on_dark if ink.name == "dark" else self.sign_on_light


# Colours that no comparator has; the sign in the mark says the same without colour.
JUDGEMENT_MARKS: Mapping[str, JudgementMark] = MappingProxyType(
    {
        "low": JudgementMark("#9AD2F2", "#9AD2F2"),
        "unclear": JudgementMark("#F0E442", "#F0E442"),
        "some concerns": JudgementMark("#E69F00", "#E69F00"),
        "high": JudgementMark("#B3480A", "#F0803C", "#ffffff", "#14181d"),
        "moderate": JudgementMark("#F6C667", "#F6C667"),
        "serious": JudgementMark("#4a3b63", "#cdbfe6", "#ffffff", "#14181d"),
        "critical": JudgementMark("#000000", "#ffffff", "#ffffff", "#14181d"),
        "no information": JudgementMark("#cfd6dd", "#55606b", "#1f2933", "#ffffff"),
        "not judged": JudgementMark("#e6e9ed", "#2c333b", "#56626f", "#a3adb8"),
    }
)


# Benefit, comparator and harm where the drug is one; not measured or not held is hatched.
BENEFIT, COMPARATOR = Mark("#0072B2", "#4FA8DE", "solid"), Mark("#7A8591", "#8F9AA6", "solid")
HARM, HARM_SOFT = Mark("#B3480A", "#F0803C", "solid"), Mark("#f6dcc9", "#4a2d1c", "solid")
HATCH = Mark("#b4bdc6", "#46505b", "solid")
# A hundred people as icons: no comparator's colours; the shape says the same.
ICON_BOTH, ICON_CHANGED = COMPARATOR, BENEFIT


def mark_of(result: Result) -> Mark:
    """Return the mark of the result's comparator."""
    return COMPARATOR_MARKS[result.comparator]


def symbol_of(result: Result, is_pooled: bool = True) -> str:
    """Choose the marker for how the value was obtained; open if confidence is low or it is not pooled."""
    symbol = SOURCE_SYMBOLS[result.source]
    return symbol if is_pooled and not result.doubt else f"{symbol}-open"


def base(ink: Ink, height: int, **layout: object) -> go.Figure:
    """Make an empty figure in the house style, `height` pixels high."""
    return go.Figure(layout={"template": _template(ink), "height": height} | layout)


@cache
def _template(ink: Ink) -> go.layout.Template:
    axis = {
        "gridcolor": ink.grid,
        "linecolor": ink.grid,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"size": AXIS, "color": ink.text},
        "title": {"font": {"size": AXIS, "color": ink.secondary}},
        "fixedrange": True,
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": BODY, "color": ink.text},
            "paper_bgcolor": ink.paper,
            "plot_bgcolor": ink.paper,
            "xaxis": axis,
            "yaxis": axis,
            "hoverlabel": {
                "bgcolor": ink.band,
                "bordercolor": ink.grid,
                "align": "left",
                "font": {"color": ink.text, "size": AXIS, "family": FONT},
            },
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "showlegend": False,
            "dragmode": False,
            "hovermode": "closest",
            "clickmode": "event+select",
        }
    )


def short(name: str) -> str:
    """Shorten a trial's name to fit beside its mark; the hover text has the full name.

    >>> short("Murrough 2013a"), len(short("A name without an end " * 20))
    ('Murrough 2013a', 32)
    """
    plain = " ".join(name.split())
    return plain if len(plain) <= _LONGEST_NAME else f"{plain[: _LONGEST_NAME - 1].rstrip()}…"


def in_full(name: str) -> str:
    """Escape a trial's name for hover text, wrapping a long one.

    >>> in_full("a < b"), in_full("word " * 30).count("<br>")
    ('a &lt; b', 2)
    """
    words = " ".join(name.split())
    return "<br>".join(map(markup.escape, textwrap.wrap(words, _HOVER_LINE) if len(words) > _HOVER_LINE else [words]))


def link(text: str, url: str | None, note: str, ink: Ink) -> str:
    """Label an axis with a text linked to its citation and a quiet note; escaped, http(s) only."""
    label = markup.escape(text)
    if url and url.startswith(("https://", "http://")):
        target = markup.escape(url.replace('"', "%22"))  # an attribute, which a quote would end
        label = f'<a href="{target}" target="_blank" style="color:{ink.link}">{label}</a>'
    return f'{label}<span style="color:{ink.secondary}">  {markup.escape(note)}</span>' if note else label


def word_axis(low: float, high: float) -> dict[str, object]:
    """Make an invisible axis over a part of the paper, with the paper's coordinates."""
    return {"domain": [low, high], "range": [low, high], "visible": False, "fixedrange": True}


def text_trace(
    texts: list[str], ys: list[float], x: float, axis: str, align: str, colour: str, size: int = AXIS
) -> go.Scatter:
    """Draw a column of words as one trace, which stays fast with many rows. `align`: left, right or centre."""
    position = {"left": "middle right", "right": "middle left", "centre": "middle center"}[align]
    return go.Scatter(
        x=[x] * len(ys),
        y=ys,
        text=texts,
        mode="text",
        textposition=position,
        xaxis=axis,
        textfont={"size": size, "color": colour},
        hoverinfo="skip",
        cliponaxis=False,
    )


def quiet(text: str, x: float, y: float, ink: Ink, **options: object) -> dict[str, object]:
    """Make a quiet annotation at paper coordinates (0 to 1)."""
    font = {"size": NOTE, "color": ink.secondary}
    return {"xref": "paper", "yref": "paper", "showarrow": False, "font": font, "text": text, "x": x, "y": y} | options


def note(figure: go.Figure, text: str, x: float, y: float, ink: Ink, **options: object) -> None:
    """Write one quiet line; of several, `quiet` makes each, and setting them together takes a fraction of the time."""
    figure.add_annotation(**quiet(text, x, y, ink, **options))
