"""Make a text from the data fit to stand in a chart, where a few tags of HTML count and everything else is text."""

import html
import re

# Letters of scripts that run from right to left.
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_ISOLATE, _END = "\u2068", "\u2069"  # what stands between runs in its own direction


def escape(text: str) -> str:
    """Return a text that plotly.js shows as it is: no tag of its own, quotes as they are, mixed directions apart.

    plotly.js decodes few entities, and a quote needs none in the text of a drawing. A name that runs from right to left
    is isolated, so that a time or a number behind it stays in its place.

    >>> escape('"A" & <b>')
    '"A" &amp; &lt;b&gt;'
    """
    plain = html.escape(text, quote=False)
    return f"{_ISOLATE}{plain}{_END}" if _RIGHT_TO_LEFT.search(plain) else plain
