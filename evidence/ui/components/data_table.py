"""Tables on screen: as tall as their rows, up to a limit from which they scroll, and what stands for no value."""

from typing import Literal

_MOST = 10
UNKNOWN = "—"


def height(rows: int, most: int = _MOST, row: int = 35) -> int | Literal["content"]:
    """Return the height of a table for `st.dataframe`, `row` pixels per row."""
    return "content" if rows <= most else 37 + row * most
