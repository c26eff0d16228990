"""What a reference says of its own retraction, or of doubts about it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

RETRACTED = "Retracted publication."
_RETRACTED = re.compile(r"(?<!not )\bretracted\b|\bretraction(?: (?:in|of|notice)\b|$)", re.IGNORECASE)
# A title that begins with the word and a sign, or holds it in brackets: a title about retractions does neither.
_RETRACTED_TITLE = re.compile(
    r"\W*(?:retracted|withdrawn|removed|temporary removal)(?: (?:article|publication|paper))?[\]:.\-–—]"
    r"|.*[\[(]retracted\b",
    re.IGNORECASE | re.DOTALL,
)
# The notice itself, which is a publication of its own beside the one that it retracts.
_NOTICE = re.compile(r"retraction of publication|published erratum", re.IGNORECASE)
_NOTICE_TITLE = re.compile(
    r"\W*(?:retraction|withdrawal)(?: (?:note|notice|statement))?(?: (?:to|for|of))?[\]:.\-–—]"
    r"|\W*(?:retraction|withdrawal) (?:note|notice)\b|.*[\[(]retraction of\b"
    r"|\W*(?:corrigendum|erratum|correction|author correction|publisher correction)(?: (?:to|for)\b|[\]:.])",
    re.IGNORECASE | re.DOTALL,
)
_RETRACTED_WORD = re.compile(r"retracted (?:publication|article|paper)", re.IGNORECASE)  # as a keyword
_CONCERN = re.compile(r"expressions? of concern", re.IGNORECASE)


def notice_of(item: Mapping[str, Any]) -> str:
    """Return what an item says of its own retraction or of doubts about it, in a sentence; "" for nothing.

    >>> notice_of({"title": "RETRACTED: A trial"}), notice_of({"custom": {"C2": ["Expression of concern"]}})
    ('Retracted publication.', 'Publication with an expression of concern.')
    """
    own = [text for text in _texts_of(item) if text]
    title = str(item.get("title") or "")
    if _RETRACTED_TITLE.match(title):
        return RETRACTED
    if _NOTICE_TITLE.match(title) or any(_NOTICE.search(text) for text in own) or item.get("update-to"):
        return "Notice about another publication, such as its retraction."
    if any(_RETRACTED.search(text) for text in own):
        return RETRACTED
    is_doubted = any(_CONCERN.search(text) for text in (title[:40], *own))
    return "Publication with an expression of concern." if is_doubted else ""


def is_retracted(item: Mapping[str, Any]) -> bool:
    """Return whether an item says that it was retracted."""
    return notice_of(item) == RETRACTED


def _texts_of(item: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts that may contain a notice, besides the title: note, genre, status, RIS and nbib fields."""
    for name in ("note", "genre", "status"):
        yield str(item.get(name) or "")
    for word in re.split(r"[;,]", str(item.get("keyword") or "")):
        if _RETRACTED_WORD.fullmatch(word.strip()):
            yield word
    custom = item.get("custom")
    for tag, texts in custom.items() if isinstance(custom, Mapping) else ():
        if re.fullmatch(r"C[1-8]|M[1-3]|PT|RIN|ECI|TY", str(tag)) and isinstance(texts, list):
            yield from (str(text) for text in texts)
    updates = item.get("updated-by")
    for update in updates if isinstance(updates, list) else ():
        yield str(update.get("type") or "") if isinstance(update, Mapping) else ""
