"""What every page carries: the name of the topic as the picture in the corner, and the line at the foot."""

import html

from evidence import __version__
from evidence.dataset.evidence import Evidence
from evidence.formatting import counted

INK, LETTER = "#2384bf", 8.6  # pixels a letter of the name is wide, about


def footer(evidence: Evidence) -> str:
    """Return the line at the foot of every page: which data, which program, and what for."""
    return (
        f"Data version {evidence.version} · {counted(len(evidence.trials), 'trial')}, "
        f"{counted(len(evidence.results), 'result')} · "
        f"Program {__version__} · Evidence for reading and teaching, not medical advice."
    )


def logo(title: str) -> str:
    """Return the sign and the name before the colon of a title, as SVG.

    >>> logo("Tea for sleep: what the trials show").count("Tea for sleep")
    2
    """
    name = title.partition(":")[0].strip()[:60]
    length = round(len(name) * LETTER)
    width = 34 + length
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="32" viewBox="0 0 {width} 32" role="img">'
        f"<title>{html.escape(title)}</title>"
        f'<path d="M3 5v22M3 16h5M20 16h5" stroke="{INK}" stroke-width="2.4" fill="none"/>'
        f'<path d="M8 16l6-6 6 6-6 6z" fill="{INK}"/>'
        f'<text x="32" y="22" font-family="\'Source Sans 3\',\'Source Sans Pro\',Arial,sans-serif" font-size="17" '
        f'font-weight="700" fill="{INK}" textLength="{length}" lengthAdjust="spacingAndGlyphs">'
        f"{html.escape(name)}</text>"
        "</svg>"
    )
