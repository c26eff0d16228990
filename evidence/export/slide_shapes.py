"""Slides of native shapes: text that fits its box, lines, marks, tables; sizes in inches on a 16:9 slide."""

import math
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from evidence.report.figures.style import LIGHT

WIDTH, HEIGHT, EDGE = 13.333, 7.5, 0.55
TOP, BOTTOM = 1.75, 6.75
"""Where the content of a slide begins and ends, under the title and above the footer."""
FOOT = 12
"""Size of the sources under a slide in points."""
_HEAD, _TITLE, _BELOW = 0.22, 0.9, 0.62  # where a title begins; inches of its two lines and of the numbers under it
FACE = "Arial"
_EM = 0.54  # mean width of a letter of Arial, in ems, a little generous
_LEADING = 1.22
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SHAPES = {
    "circle": MSO_SHAPE.OVAL,
    "square": MSO_SHAPE.RECTANGLE,
    "triangle-up": MSO_SHAPE.ISOSCELES_TRIANGLE,
    "triangle-right": MSO_SHAPE.CHEVRON,
    "pentagon": MSO_SHAPE.REGULAR_PENTAGON,
    "star": MSO_SHAPE.STAR_5_POINT,
    "diamond": MSO_SHAPE.DIAMOND,
    "x": MSO_SHAPE.MATH_MULTIPLY,
}


def clean(text: str) -> str:
    r"""Remove the characters that XML does not allow.

    >>> clean("a\x00b\x1bc")
    'a b c'
    """
    return _NO_XML.sub(" ", text)


def lines_of(text: str, size: float, width: float) -> int:
    """Count the lines that a text takes at a size in points in a box of a width in inches."""
    letters = max(1, int(width * 72 / (_EM * size)))
    return sum(max(1, len(textwrap.wrap(part, letters))) for part in text.split("\n")) if text else 1


def fitting(text: str, width: float, height: float, largest: float, smallest: float = 9) -> tuple[str, float]:
    """Find the largest type size at which a text fits its box, cutting it with an ellipsis if even the smallest fails.

    >>> fitting("Short", 3, 1, 20)
    ('Short', 20)
    """
    size = largest
    while size > smallest and lines_of(text, size, width) * size * _LEADING / 72 > height:
        size -= 1
    while len(text) > 1 and lines_of(text, size, width) * size * _LEADING / 72 > height:
        text = f"{text[: int(len(text) * 0.9) - 1].rstrip()}…"
    return text, size


def common_size(texts: Iterable[str], width: float, height: float, largest: float, smallest: float = 8) -> float:
    """Find the largest type size at which every text fits its box."""
    return min((fitting(text, width, height, largest, smallest)[1] for text in texts), default=largest)


class Deck:
    """A presentation of which each slide has a title, a footer with its citation, and notes."""

    def __init__(self, stamp: str, report: Callable[[str], None]) -> None:
        self.file = Presentation()
        self.file.slide_width, self.file.slide_height = Inches(WIDTH), Inches(HEIGHT)
        self.stamp, self._said = stamp, report
        self.slide: Any = None

    def add(self, title: str, citation: str, notes: str, below: str = "") -> None:
        """Begin a slide and report it; what is drawn next goes on it. `below` are the numbers under its title."""
        self._said(f"slide {len(self.file.slides) + 1}")
        self.slide = self.file.slides.add_slide(self.file.slide_layouts[5])
        holder = self.slide.shapes.title
        wide, high = WIDTH - 2 * EDGE, _TITLE if below else _TITLE + _BELOW
        holder.left, holder.top = Inches(EDGE), Inches(_HEAD)
        holder.width, holder.height = Inches(wide), Inches(high)
        self._write(holder, title, wide, _TITLE, 26, LIGHT.text, bold=True)
        holder.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        if below:
            self.text(below, EDGE, _HEAD + _TITLE, wide, _BELOW, 16, LIGHT.text, name="Numbers", smallest=12)
        footer = f"{citation}\n{self.stamp}" if citation else self.stamp
        self.text(footer, EDGE, BOTTOM + 0.05, wide, 0.66, FOOT, LIGHT.secondary, name="Citation", smallest=FOOT)
        self.slide.notes_slide.notes_text_frame.text = clean(notes)

    def text(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        height: float,
        size: float = 14,
        colour: str = LIGHT.text,
        align: str = "left",
        bold: bool = False,
        middle: bool = False,
        name: str = "Text",
        smallest: float = 8,
    ) -> None:
        """Write a text into a box in which it fits."""
        box = self.slide.shapes.add_textbox(Inches(x), Inches(y), Inches(width), Inches(height))
        box.name = name
        self._write(box, text, width, height, size, colour, align, bold, smallest)
        if middle:
            box.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE

    def _write(
        self,
        shape: Any,
        text: str,
        width: float,
        height: float,
        size: float,
        colour: str,
        align: str = "left",
        bold: bool = False,
        smallest: float = 8,
    ) -> None:
        frame = shape.text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Emu(0)
        shown, points = fitting(text, width * (0.94 if bold else 1), height, size, smallest)
        frame.text = clean(shown)
        for paragraph in frame.paragraphs:
            paragraph.alignment = {"left": PP_ALIGN.LEFT, "right": PP_ALIGN.RIGHT, "centre": PP_ALIGN.CENTER}[align]
            for run in paragraph.runs:
                run.font.size, run.font.bold, run.font.name = Pt(points), bold, FACE
                run.font.color.rgb = colour_of(colour)

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        colour: str = LIGHT.faint,
        points: float = 1,
        dashed: bool = False,
        name: str = "Line",
    ) -> None:
        """Draw a straight line."""
        drawn = self.slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, Inches(x1), Inches(y1), Inches(x2), Inches(y2))
        drawn.name = clean(name)
        _plain(drawn)
        drawn.line.color.rgb, drawn.line.width = colour_of(colour), Pt(points)
        if dashed:
            drawn.line.dash_style = MSO_LINE.DASH

    def mark(
        self, symbol: str, x: float, y: float, width: float, height: float, colour: str, name: str = "Mark"
    ) -> None:
        """Draw a mark round its middle; a symbol that ends in -open is hollow."""
        kind = symbol.removesuffix("-open")
        drawn = self.slide.shapes.add_shape(
            _SHAPES.get(kind, MSO_SHAPE.OVAL),
            Inches(x - width / 2),
            Inches(y - height / 2),
            Inches(width),
            Inches(height),
        )
        drawn.name = clean(name)
        _plain(drawn)
        drawn.fill.solid()
        drawn.fill.fore_color.rgb = colour_of("#ffffff" if symbol.endswith("-open") else colour)
        drawn.line.color.rgb, drawn.line.width = colour_of(colour), Pt(1.25)

    def band(self, x: float, y: float, width: float, height: float) -> None:
        """Lay a quiet ground under a row."""
        drawn = self.slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Inches(x), Inches(y), Inches(width), Inches(height))
        drawn.name = "Band"
        _plain(drawn)
        drawn.fill.solid()
        drawn.fill.fore_color.rgb = colour_of(LIGHT.band)
        drawn.line.fill.background()

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[float]) -> None:
        """Add a native table that fills the slide, in the largest type that fits every row."""
        width, total = WIDTH - 2 * EDGE, sum(shares)
        widths = [width * share / total for share in shares]
        size = next((s for s in range(14, 7, -1) if _height(head, rows, widths, s) <= BOTTOM - TOP), 7)
        frame = self.slide.shapes.add_table(
            len(rows) + 1, len(head), Inches(EDGE), Inches(TOP), Inches(width), Inches(0.3 * (len(rows) + 1))
        )
        frame.name = "Table"
        table = frame.table
        for column, inches in zip(table.columns, widths, strict=True):
            column.width = Inches(inches)
        for line, cells in enumerate((head, *rows)):
            table.rows[line].height = Inches(_row_height(cells, widths, size))
            for at, text in enumerate(cells):
                cell = table.cell(line, at)
                cell.margin_left = cell.margin_right = Inches(0.05)
                cell.margin_top = cell.margin_bottom = Inches(0.03)
                cell.fill.solid()
                cell.fill.fore_color.rgb = colour_of(
                    LIGHT.text if line == 0 else LIGHT.band if line % 2 else LIGHT.paper
                )
                cell.text = clean(text)
                for paragraph in cell.text_frame.paragraphs:
                    for run in paragraph.runs:
                        run.font.size, run.font.name, run.font.bold = Pt(size), FACE, line == 0 or at == 0
                        run.font.color.rgb = colour_of(LIGHT.paper if line == 0 else LIGHT.text)


def _row_height(cells: Sequence[str], widths: Sequence[float], size: float) -> float:
    lines = max(lines_of(text, size, inches - 0.12) for text, inches in zip(cells, widths, strict=True))
    return lines * size * _LEADING / 72 + 0.08


def _height(head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], size: float) -> float:
    return sum(_row_height(cells, widths, size) for cells in (head, *rows))


def pages_of(amount: int, most: int) -> list[range]:
    """Divide numbers into pages of nearly equal length, none longer than `most`.

    >>> pages_of(5, 3)
    [range(0, 3), range(3, 5)]
    """
    pages = math.ceil(amount / most) if amount else 0
    size = math.ceil(amount / pages) if pages else 0
    return [range(start, min(start + size, amount)) for start in range(0, amount, size or 1)]


def stacked(
    texts: Sequence[str], width: float, height: float, size: float, gap: float
) -> Iterable[list[tuple[int, float]]]:
    """Stack texts of one size in pages: the number of each text and its height on the page.

    >>> [list(page) for page in stacked(["a", "b", "c"], 3, 0.7, 12, 0.1)]
    [[(0, 0.21), (1, 0.21)], [(2, 0.21)]]
    """
    page, left = list[tuple[int, float]](), height
    for number, text in enumerate(texts):
        high = math.ceil(lines_of(text, size, width) * size * _LEADING / 72 * 100) / 100
        if page and high > left:
            yield page
            page, left = [], height
        page.append((number, min(high, height)))
        left -= high + gap
    if page:
        yield page


def colour_of(colour: str) -> RGBColor:
    """Convert a colour of the house palette for PowerPoint."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return RGBColor(red, green, blue)  # type: ignore[no-untyped-call]  # python-pptx has no types


def _plain(shape: Any) -> None:
    """Take away the theme's style, which brings a shadow; colours and lines are the shape's own."""
    for style in shape._element.findall(qn("p:style")):
        shape._element.remove(style)
