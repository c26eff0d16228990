"""A figure as a picture: its size on a slide or in a column, the finding over it and the source under it."""

import textwrap
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import plotly.graph_objects as go

from evidence.report.figures import markup
from evidence.report.figures.style import Ink

_LETTER = 0.52  # mean width of a letter of the house's type, in ems, a little generous
_LINE = 1.3
_EDGE = 16
_SOURCE = 0.66  # the part of the width that is left where long labels push the plot to the right
_STRETCH = 1.8  # how much higher than on its page a chart may be drawn


class Size(NamedTuple):
    """A picture's size in pixels; without a least height a picture is as high as its chart, with one it is 16:9."""

    label: str
    width: int
    least: int | None
    scale: int
    title: int
    source: int


SIZES: Mapping[str, Size] = MappingProxyType(
    {"slide": Size("a 16:9 slide", 1280, 720, 2, 22, 13), "a4": Size("an A4 column", 840, None, 4, 16, 11)}
)


def pixels(size: Size, height: int) -> tuple[int, int]:
    """Return width and height of a chart's picture; a slide keeps 16:9 however high the chart is.

    >>> pixels(SIZES["slide"], 400), pixels(SIZES["slide"], 900), pixels(SIZES["a4"], 900)
    ((1280, 720), (1600, 900), (840, 900))
    """
    tall = max(height, size.least) if size.least else height
    return (max(size.width, round(tall * 16 / 9)) if size.least else size.width), tall


class Frame(NamedTuple):
    """What a picture has beside its chart: its size, its margins, the finding as its title, the source as a note."""

    width: int
    height: int
    margin: dict[str, float]
    title: dict[str, object]
    annotation: dict[str, object]


def framed(figure: go.Figure, headline: str, source: str, size: Size, ink: Ink) -> go.Figure:
    """Copy the figure in the given size, with the headline as its title and the source below it."""
    frame = frame_of(figure, headline, source, size, ink)
    drawn = go.Figure(figure)
    drawn.update_layout(width=frame.width, height=frame.height, margin=frame.margin, title=frame.title)
    drawn.add_annotation(**frame.annotation)
    return drawn


def frame_of(figure: go.Figure, headline: str, source: str, size: Size, ink: Ink) -> Frame:
    """Return the frame of a figure: the finding over it, the source in a line under it, in the size given."""
    layout = figure.to_dict()["layout"]
    own = int(layout["height"])
    grown = pixels(size, own)[0] / size.width
    head, over = _block(headline, size.title, size.width, 1.0)
    foot, under = _block(source, size.source, size.width, _SOURCE)
    over, under = round(over * grown), round(under * grown)
    width, height = pixels(size, own + over + under)
    rest = max(0, height - over - under - round(_STRETCH * own))
    margin = layout["template"]["layout"]["margin"] | layout.get("margin", {})
    bottom = margin["b"] + under + rest - rest // 3
    return Frame(
        width,
        height,
        {
            "l": max(margin["l"], _EDGE),
            "r": max(margin["r"], _EDGE),
            "t": margin["t"] + over + rest // 3,
            "b": bottom,
        },
        {
            "text": f"<b>{head}</b>",
            "font": {"size": size.title * grown, "color": ink.text},
            "x": _EDGE / width,
            "xref": "container",
            "xanchor": "left",
            "y": 1 - (_EDGE + size.title * grown * 0.8) / height,
            "yref": "container",
            "yanchor": "bottom",  # the first line stands on it, however many there are
        },
        {
            "text": foot,
            "xref": "paper",
            "yref": "paper",
            "x": 0,
            "y": 0,
            "xanchor": "left",
            "yanchor": "bottom",
            "align": "left",
            "yshift": _EDGE / 2 - bottom,
            "showarrow": False,
            "font": {"size": size.source * grown, "color": ink.secondary},
            "name": "source",
        },
    )


def _block(text: str, type_size: int, width: int, share: float) -> tuple[str, int]:
    """Wrap a text to a share of the width, and return it with its height in pixels."""
    letters = int((width - 2 * _EDGE) * share / (_LETTER * type_size))
    lines = textwrap.wrap(text, letters) or [""]
    return "<br>".join(map(markup.escape, lines)), round(len(lines) * type_size * _LINE) + 2 * _EDGE
