"""A reference as one line of text → a CSL item, as far as the text says its parts without doubt.

Two styles are read: that of the American Psychological Association (authors, year in brackets, title, journal, volume)
and that of the American Medical Association (authors with initials, title, journal, year). A text in neither is kept
whole as the title, with the year and the DOI that stand in it. The text itself is kept as the note, so that nothing of
it is lost.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

_DOI = re.compile(r"10\.\d{4,9}/[^\s<>\"\\^`{|};,]+")
_APA = re.compile(
    r"(?P<authors>.+?)\s*\((?P<year>\d{4})[a-z]?\)\.?\s*(?P<title>[^.?]+(?:\.\d[^.?]*)*[.?])\s*(?P<rest>.*)", re.DOTALL
)
_AMA = re.compile(
    r"(?P<authors>(?:[^\W\d_][\w’'-]*(?: [\w’'-]+)* [A-Z]{1,4}(?:, |\. ))+(?:et al\. )?)"
    r"(?P<title>[^.?]+[.?]) (?P<rest>.+)",
    re.DOTALL,
)
_NAME = re.compile(r"([^,&]+?),\s*((?:[A-Z]\.[\s-]*)+(?: ?[a-z]+ )?)")
_AMA_NAME = re.compile(r"^(?P<family>[^\W\d_].*?) (?P<given>[A-Z]{1,4})$")
_PAGES = r"(?P<page>\w+(?:\.\w+)?(?:[–-]\w+(?:\.\w+)?)?)"
_VOLUME = re.compile(rf"^(?P<journal>[^0-9]+?),\s*(?P<volume>\d+)(?:\((?P<issue>[^)]+)\))?(?:,\s*{_PAGES})?")
_AMA_VOLUME = re.compile(
    rf"^(?P<journal>[^.]+)\.\s.*?(?P<year>\d{{4}});(?P<volume>\d+)(?:\((?P<issue>[^)]+)\))?:{_PAGES}", re.DOTALL
)


def citation_key(label: str) -> str:
    """Make a reference's id of a study's name.

    >>> citation_key("von Rotz, 2023"), citation_key("Müller et al. 2020a")
    ('vonRotz2023', 'Mulleretal2020a')
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    return "".join(re.findall(r"[A-Za-z0-9]+", plain)) or "study"


def reference_of(key: str, text: str, label: str, dois: str = "") -> Mapping[str, Any]:
    """Make a CSL item of a reference's text; of the study's name alone where there is none.

    >>> item = reference_of("A1", "Hay, A. B. (2020). A trial. Med, 5(3), 190-200. https://doi.org/10.1/x", "Hay 2020")
    >>> item["title"], item["author"], item["issued"], item["container-title"], item["page"]
    ('A trial', [{'family': 'Hay', 'given': 'A. B.'}], {'date-parts': [[2020]]}, 'Med', '190-200')
    """
    text = " ".join(text.split())
    item: dict[str, Any] = {"id": key, "type": "article-journal", "title": text or label}
    if parts := _parts(text):
        item |= parts
    elif year := re.search(r"\b(?:19|20)\d{2}\b", text or label):
        item["issued"] = {"date-parts": [[int(year.group())]]}
    if match := _DOI.search(text) or _DOI.search(dois):
        item["DOI"] = match.group().rstrip(".")
    if text and item["title"] != text:
        item["note"] = f"As cited in the data set: {text}"
    return item


def _parts(text: str) -> dict[str, Any]:
    if match := _APA.fullmatch(text):
        authors = _apa_authors(match["authors"])
        where = _VOLUME.match(match["rest"])
        year = match["year"]
    elif match := _AMA.fullmatch(text):
        authors = _ama_authors(match["authors"])
        where = _AMA_VOLUME.match(match["rest"])
        dated = re.search(r"\b(?:19|20)\d{2}\b", match["rest"])
        year = dated.group() if dated else ""
    else:
        return {}
    if not authors:
        return {}
    parts: dict[str, Any] = {"title": match["title"].strip().removesuffix("."), "author": authors}
    if year:
        parts["issued"] = {"date-parts": [[int(year)]]}
    if where is not None:
        names = {"journal": "container-title", "volume": "volume", "issue": "issue", "page": "page"}
        named = where.groupdict()
        parts |= {ours: named[theirs].strip() for theirs, ours in names.items() if named.get(theirs)}
    elif journal := re.match(r"[^.,0-9]+", match["rest"]):
        parts["container-title"] = journal.group().strip()
    return parts


def _apa_authors(text: str) -> list[dict[str, str]]:
    """Split “Hay, A. B., & Lee, C.”; what does not come apart cleanly is kept as one name."""
    names = [{"family": family.strip(" ,.…"), "given": given.strip()} for family, given in _NAME.findall(text)]
    left = re.sub(r"[\s,&.…]+", "", _NAME.sub("", text)).casefold()
    return names if names and left in ("", "etal") else [{"literal": text.strip(" ,.")}]


def _ama_authors(text: str) -> list[dict[str, str]]:
    parts = [part.strip(" .") for part in text.replace("et al.", "").split(",")]
    matches = [_AMA_NAME.match(part) for part in parts if part]
    if not matches or not all(matches):
        return [{"literal": text.strip(" ,.")}]
    return [{"family": one["family"], "given": " ".join(one["given"])} for one in matches if one]
