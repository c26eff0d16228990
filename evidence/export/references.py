"""References as the templates draw them: the text, the links, and a notice of retraction."""

from typing import NamedTuple

from evidence.bibliography.links import Link, links
from evidence.bibliography.vancouver import vancouver
from evidence.dataset.notices import notice_of
from evidence.dataset.references import Reference


class Entry(NamedTuple):
    """One reference of a list: its text and its links."""

    text: str
    links: tuple[Link, ...]
    notice: str = ""


def entry(reference: Reference) -> Entry:
    """Return a reference as the templates draw it."""
    return Entry(vancouver(reference), tuple(links(reference)), notice_of(reference.raw))
