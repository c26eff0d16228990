"""The name of the topic as the picture in the corner of every page."""

import html

INK, LETTER = "#2384bf", 8.6  # pixels a letter of the name is wide, about


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
