"""A hundred people as signs of HTML: twenty in a row, ten on a phone, without a round to the server."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from evidence.report.figures import style
from evidence.report.figures.boxes import Picture, plain
from evidence.report.figures.people import icon_counts
from evidence.report.figures.style import Ink
from evidence.stats.absolute import Absolute
from evidence.synthesis.sentences import Sides

_SIGN = 10  # the side of a sign in units of the drawing
# One sign as a path from its upper left corner, and how it is drawn.
_DISC = "m0 5a5 5 0 1 1 10 0a5 5 0 1 1-10 0z"
_RING = "m.5 5a4.5 4.5 0 1 1 9 0a4.5 4.5 0 1 1-9 0z"
_SIGNS = {
    "both": (_DISC, 'fill="currentColor"'),
    "gained": ("h10v10h-10z", 'fill="currentColor"'),
    "lost": ("m1 1l8 8m0-8l-8 8", 'fill="none" stroke="currentColor" stroke-width="2"'),
    "never": (_RING, 'fill="none" stroke="currentColor" opacity=".75"'),
}
_IN_TEXT = {"both": "●", "gained": "■", "lost": "✕", "never": "○"}

Place = tuple[float, float]


def hundred(absolute: Absolute, sides: Sides, verb: str, alt: str, ink: Ink) -> Picture:
    """Draw a hundred people under a key with the numbers; shape and colour show who has the outcome on what."""
    both, gained, lost, never = icon_counts(absolute)
    grey, strong = style.ICON_BOTH.colour(ink), style.ICON_CHANGED.colour(ink)
    kinds = (
        (both, "both", grey, f"{verb} on either"),
        (gained, "gained", strong, f"more {verb} on {sides.drug}"),
        (lost, "lost", strong, f"fewer {verb} on {sides.drug}"),
        (never, "never", style.COMPARATOR.colour(ink), "on neither"),
    )
    key = "".join(
        f'<span class="word"><span style="color:{colour}" aria-hidden="true">{_IN_TEXT[kind]}</span>'
        f" <b>{amount}</b> {plain(text)}</span>"
        for amount, kind, colour, text in kinds
        if amount
    )
    in_row, right, down = (10, 34 / 24, 32 / 24) if ink.narrow else (20, 26 / 17, 24 / 17)
    drawn, begun = [], 0
    for amount, kind, colour, _ in kinds:
        places = [divmod(number, in_row) for number in range(begun, begun + amount)]
        drawn.append((kind, colour, [(column * right * _SIGN, row * down * _SIGN) for row, column in places]))
        begun += amount
    width, height = (_SIGN * ((count - 1) * step + 1) for count, step in ((in_row, right), (100 // in_row, down)))
    people = _svg("people narrow" if ink.narrow else "people", drawn, width, height)
    return Picture(
        f'<div class="picture hundred" role="figure" aria-label="{plain(alt)}">'
        f'<div class="key">{key}</div>{people}</div>'
    )


def _svg(name: str, kinds: Iterable[tuple[str, str, Sequence[Place]]], width: float, height: float) -> str:
    """Draw the signs of each kind as one path of one picture: a page of fewer parts is quicker."""
    paths = []
    for kind, colour, places in kinds:
        if places:
            sign, look = _SIGNS[kind]
            path = "".join(f"M{x:.4g} {y:.4g}{sign}" for x, y in places)
            paths.append(f'<path id="{kind}" color="{colour}" {look} d="{path}"/>')
    box = f"0 0 {width:.4g} {height:.4g}"
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{"".join(paths)}</svg>'
    return f'<img class="{name}" alt="" src="data:image/svg+xml,{quote(drawing)}">'
