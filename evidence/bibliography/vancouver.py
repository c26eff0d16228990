"""References in Vancouver style, as PubMed writes them. A field that nobody saw is left out."""

import re

from evidence.dataset.notices import is_retracted
from evidence.dataset.references import Author, Reference

_MAX_AUTHORS = 6
_SUFFIXES = {"II": "2nd", "III": "3rd", "IV": "4th"}  # as the National Library of Medicine prints them


def vancouver(reference: Reference) -> str:
    """Return a reference in Vancouver style, without the fields nobody saw; a retracted one says so.

    >>> vancouver(Reference("A", title="T", authors=(Author("O'Neil", "Dan", suffix="Jr."),), date=(2019,)))
    "O'Neil D Jr. T. 2019."
    """
    parts = []
    if reference.authors:
        names = [_author(author) for author in reference.authors[:_MAX_AUTHORS]]
        parts.append(", ".join(names) + (", et al" if len(reference.authors) > _MAX_AUTHORS else ""))
    title = reference.title or f"[Title not seen: {reference.id}]"
    has_mark = "retracted" in title.casefold()
    parts.append(f"{title.rstrip('.')} [retracted]" if is_retracted(reference.raw) and not has_mark else title)
    if reference.container_title:
        parts.append(reference.container_title)
    where = str(reference.year) if reference.year else ""
    if reference.volume:
        where += f";{reference.volume}" + (f"({reference.issue})" if reference.issue else "")
    if reference.page:
        where += f":{reference.page}"
    parts.append(where.lstrip(";:"))
    text = " ".join(part if part[-1] in ".?!" else f"{part}." for part in parts if part)
    if reference.doi:
        return f"{text} doi:{reference.doi}"
    return f"{text} Available from: {reference.url}" if reference.url else text


def _author(author: Author) -> str:
    if author.literal:
        return author.literal
    names = [part for part in re.split(r"[\s.\-]+", author.given or "") if part]
    # Two or three capitals are initials already.
    initials = "".join(name if name.isupper() and len(name) < 4 else name[0] for name in names)
    suffix = author.suffix.rstrip(".")
    return " ".join(part for part in (author.family, initials, _SUFFIXES.get(suffix, suffix)) if part)
