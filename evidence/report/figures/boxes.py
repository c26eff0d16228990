"""Pictures as boxes of HTML, for what a page shows before, or without, the library of charts."""

import html
import re
from typing import NamedTuple

_SPACE = re.compile(r"[^\S\u00a0\u202f]+")


class Picture(NamedTuple):
    """The markup of a picture, and for each of its buttons the lines of trials.csv behind it."""

    markup: str
    marks: tuple[str, ...] = ()


def plain(text: str) -> str:
    r"""Return a text as a part of the markup: no tag of its own, and no blank line, which would end a block of HTML.

    >>> plain('a < "b"\n\n# c')
    'a &lt; &quot;b&quot; # c'
    """
    return html.escape(_SPACE.sub(" ", text))
