"""Reference files → CSL items in the shape of references.json: RIS, nbib, BibTeX, CSL-JSON; no network.

A field that the file does not hold is left out, never guessed.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from evidence.bibliography.bibtex import read_bibtex
from evidence.bibliography.csl import Item, read_csl, with_ids
from evidence.bibliography.nbib import read_nbib
from evidence.bibliography.ris import read_ris
from evidence.dataset.encoding import any_text
from evidence.dataset.notices import notice_of
from evidence.dataset.problems import Problem, problem
from evidence.dataset.references import read_references

MAX_BYTES = 5_000_000
MAX_RECORDS = 5_000
MAX_FIELD = 50_000  # characters of one line of a reference file, an abstract being the longest
_FOREIGN = (
    (r"%[0A-Z] ", "a Refer file of EndNote"),
    (r"FN |PT [JBSP]$|VR 1\.", "an export of Web of Science"),
    (r"<\?xml|<xml|<records", "XML"),
    (r"<!doctype html|<html", "a web page"),
    (r"#|cff-version:", "a citation file or a text"),
)
_ENTRY = re.compile(r"^[ \t]*@[ \t]*[A-Za-z]+[ \t]*[{(]", re.MULTILINE)


_STARTS: Mapping[str, Callable[[str], int]] = MappingProxyType(
    {
        "CSL-JSON": lambda text: 0,
        "nbib": lambda text: len(re.findall(r"^[ \t]{0,8}PMID {0,3}- ", text, re.MULTILINE)),
        "RIS": lambda text: len(re.findall(r"^[ \t\u00a0]{0,20}TY[ \t\u00a0]{0,3}[-–—−]", text, re.M | re.I)),
        "BibTeX": lambda text: len(re.findall(r"@[ \t]*[A-Za-z]+[ \t]*[{(]", text)),
    }
)


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """The CSL items of a file with ids that are not taken, and everything wrong with them."""

    items: tuple[Mapping[str, Any], ...]
    problems: tuple[Problem, ...] = ()
    format: str = ""


def read_reference_file(data: bytes, taken: Collection[str] = ()) -> ReferenceFile:
    r"""Return the references in the bytes of a RIS, nbib, BibTeX or CSL-JSON file; the text tells the format.

    An id of the file is kept where it has the right form and is not among those taken; otherwise one is made from
    author, year and journal. Never raises because of the bytes.

    >>> found = read_reference_file(b"TY  - JOUR\nAU  - Smith, A.\nPY  - 2020\nTI  - T\nER  - \n")
    >>> found.items[0]["id"], found.items[0]["author"], found.format
    ('Smith2020', [{'family': 'Smith', 'given': 'A.'}], 'RIS')
    """
    if len(data) > MAX_BYTES:
        return ReferenceFile((), (problem("file-too-large", 0, size=len(data), limit=MAX_BYTES),))
    decoded = any_text(data)
    if decoded.text is None:
        return ReferenceFile((), (problem("reference-file", 1, reason=decoded.why),))
    text = re.sub(r"\r\n?", "\n", decoded.text)
    name, reader = _format(text)
    if (long := _long_line(text)) and name != "CSL-JSON":
        reason = f"line {long} has more than {MAX_FIELD} characters"
        return ReferenceFile((), (problem("reference-file", long, reason=reason),), name)
    # Counted by their beginnings before they are read, as reading far too many takes its time.
    notes = [one for one in decoded.problems if one.code != "bom"]  # which encoding it was taken for
    items, result = reader(text) if (count := _STARTS[name](text)) <= MAX_RECORDS else ([], [])
    count = max(count, len(items))
    if count > MAX_RECORDS:
        reason = f"it contains {count} references; at most {MAX_RECORDS} can be read at once"
        return ReferenceFile((), (problem("reference-file", 1, reason=reason),), name)
    if not items:
        result = result or [problem("reference-file", 1, reason=f"it contains no reference{_foreign(text)}")]
        return ReferenceFile((), tuple(result), name)
    keyed = with_ids(items, taken)
    problems = (
        *notes,
        *result,
        # What the items say of a retraction is named below, by the identifier that a reader of this file knows.
        *(
            one
            for one in read_references(json.dumps(keyed, ensure_ascii=True).encode()).problems
            if one.code != "retracted"
        ),
        *(problem("reference-untitled", 0, "title", item=item["id"]) for item in keyed if not item.get("title")),
        *_notices(keyed),
    )
    return ReferenceFile(tuple(MappingProxyType(item) for item in keyed), problems, name)


def _long_line(text: str) -> int:
    return next((number for number, line in enumerate(text.split("\n"), 1) if len(line) > MAX_FIELD), 0)


def _foreign(text: str) -> str:
    start = text.lstrip()[:200]
    return next((f"; it looks like {name}" for form, name in _FOREIGN if re.match(form, start, re.I | re.M)), "")


def _notices(items: Sequence[Item]) -> list[Problem]:
    """Note each item that declares itself retracted or under an expression of concern, and record it in its note."""
    notices = []
    for item in items:
        if notice := notice_of(item):
            known = str(item.get("note") or "")
            if notice.rstrip(".").casefold() not in known.casefold():
                item["note"] = f"{notice} {known}".strip()
            which = f"PMID {item['PMID']}" if item.get("PMID") else str(item.get("title") or "")
            notices.append(problem("retracted", 0, "note", which, item=item["id"], notice=notice))
    return notices


def _format(text: str) -> tuple[str, Callable[[str], tuple[list[Item], list[Problem]]]]:
    start = text.lstrip()[:1]
    if start in ("[", "{"):
        return "CSL-JSON", read_csl
    if re.search(r"^[ \t]{0,8}PMID {0,3}- ", text, re.MULTILINE):
        return "nbib", read_nbib
    if re.search(r"^TY[ \t]{0,3}-", text, re.MULTILINE):
        return "RIS", read_ris
    return ("BibTeX", read_bibtex) if _ENTRY.search(text) else ("RIS", read_ris)
