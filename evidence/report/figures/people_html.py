"""A hundred people as signs of HTML: twenty in a row, ten on a phone, without a round to the server."""

from evidence.report.figures import style
from evidence.report.figures.boxes import Picture, plain
from evidence.report.figures.people import icon_counts
from evidence.report.figures.style import Ink
from evidence.stats.absolute import Absolute
from evidence.synthesis.sentences import Sides


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
        f'<span class="word">{_sign(kind, colour)} <b>{amount}</b> {plain(text)}</span>'
        for amount, kind, colour, text in kinds
        if amount
    )
    people = "".join(_sign(kind, colour) * amount for amount, kind, colour, _ in kinds)
    return Picture(
        f'<div class="picture hundred" role="figure" aria-label="{plain(alt)}">'
        f'<div class="key">{key}</div><div class="people">{people}</div></div>'
    )


def _sign(kind: str, colour: str) -> str:
    return f'<i class="person {kind}" style="color:{colour}"></i>'
