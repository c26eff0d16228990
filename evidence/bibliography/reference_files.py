"""Reference files → CSL items in the shape of references.json: RIS, nbib, BibTeX, CSL-JSON; no network.

A field that the file does not hold is left out, never guessed. The formats are parsed by rispy and bibtexparser.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from evidence.bibliography.csl import Item, date_of, item_of, name_of, one_line, with_ids
from evidence.bibliography.ris_files import read_nbib, read_ris
from evidence.dataset.encoding import any_text
from evidence.dataset.problems import Finding, finding
from evidence.dataset.references import read_references

MAX_BYTES = 5_000_000
_BIBTEX_TYPES = {
    **{"article": "article-journal", "inproceedings": "paper-conference", "conference": "paper-conference"},
    **{"book": "book", "incollection": "chapter", "phdthesis": "thesis", "techreport": "report"},
    **{"online": "webpage", "dataset": "dataset"},
}


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """The CSL items of a file with ids that are not taken, and everything wrong with them."""

    items: tuple[Mapping[str, Any], ...]
    findings: tuple[Finding, ...] = ()
    format: str = ""


def read_reference_file(data: bytes, taken: Collection[str] = ()) -> ReferenceFile:
    r"""The references in the bytes of a RIS, nbib, BibTeX or CSL-JSON file; the format is told from the text.

    An id of the file is kept where it has the right form and is not among those taken; otherwise one is made from
    author, year and journal. Never raises because of the bytes.

    >>> found = read_reference_file(b"TY  - JOUR\nAU  - Smith, A.\nPY  - 2020\nTI  - T\nER  - \n")
    >>> found.items[0]["id"], found.items[0]["author"], found.format
    ('Smith2020', [{'family': 'Smith', 'given': 'A.'}], 'RIS')
    """
    if len(data) > MAX_BYTES:
        return ReferenceFile((), (finding("file-too-large", 0, size=len(data), limit=MAX_BYTES),))
    decoded = any_text(data)
    if decoded.text is None:
        return ReferenceFile((), (finding("reference-file", 1, reason=decoded.why),))
    text = re.sub(r"\r\n?", "\n", decoded.text)
    name, reader = _format(text)
    try:
        items = reader(text)
    except Exception as error:  # the parsers raise what they like for a damaged file
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else f"it is no well-formed {name} file"
        return ReferenceFile((), (finding("reference-file", 1, reason=reason),), name)
    if not items:
        return ReferenceFile((), (finding("reference-file", 1, reason="it holds no reference"),), name)
    keyed = with_ids(items, taken)
    findings = read_references(json.dumps(keyed, ensure_ascii=True).encode()).findings
    lost = max(0, _STARTS[name](text) - len(items))
    if lost:
        findings = (finding("reference-file", 1, reason=f"{lost} records lack their beginning or end"), *findings)
    return ReferenceFile(tuple(MappingProxyType(item) for item in keyed), findings, name)


def _format(text: str) -> tuple[str, Callable[[str], list[Item]]]:
    start = text.lstrip()[:1]
    if start in ("[", "{"):
        return "CSL-JSON", _csl
    if re.search(r"^PMID ?- ", text, re.MULTILINE):
        return "nbib", read_nbib
    if re.search(r"^TY  ?- ?", text, re.MULTILINE):
        return "RIS", read_ris
    return ("BibTeX", _bibtex) if re.search(r"@\w+\s*[{(]", text) else ("RIS", read_ris)


_STARTS: Mapping[str, Callable[[str], int]] = MappingProxyType(
    {
        "CSL-JSON": lambda text: 0,
        "nbib": lambda text: len(re.findall(r"^PMID ?- ", text, re.MULTILINE)),
        "RIS": lambda text: len(re.findall(r"^TY  - ?", text, re.MULTILINE)),
        "BibTeX": lambda text: len(
            re.findall(r"^\s*@(?!(?i:comment|string|preamble)\b)\w+\s*[{(]", text, re.MULTILINE)
        ),
    }
)


def _csl(text: str) -> list[Item]:
    items = json.loads(text)
    items = [items] if isinstance(items, dict) else items
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ValueError("no list of items")
    return [dict(item) for item in items]


def _bibtex(text: str) -> list[Item]:
    from bibtexparser import loads  # at first need: it takes a while to import
    from bibtexparser.bparser import BibTexParser

    parser = BibTexParser(common_strings=True, ignore_nonstandard_types=False)
    return [_of_bibtex(entry) for entry in loads(text, parser).entries]


def _of_bibtex(entry: Mapping[str, str]) -> Item:
    def text(name: str) -> str:
        return _plain_tex(entry.get(name, ""))

    kind = entry.get("ENTRYTYPE", "").lower()
    return item_of(
        id=entry.get("ID", ""),
        type=_BIBTEX_TYPES.get(kind, "webpage" if entry.get("url") else "article"),
        title=text("title"),
        author=[_tex_name(name) for name in re.split(r"\s+and\s+", entry.get("author", "")) if name.strip()],
        container=text("journal") or text("booktitle"),
        issued=date_of(text("date") or f"{text('year')} {text('month')}"),
        volume=text("volume"),
        issue=text("number") or text("issue"),
        page=re.sub(r"\s*[-–]+\s*", "-", text("pages")),
        doi=text("doi"),
        pmid=text("pmid"),
        pmcid=text("pmcid"),
        urls=[entry.get("url", "")],
        note=text("note"),
    )


def _tex_name(name: str) -> dict[str, str]:
    is_group = name.strip().startswith("{") and name.strip().endswith("}")
    plain = _plain_tex(name)
    return {"literal": plain} if is_group else name_of(plain)


def _plain_tex(text: str) -> str:
    from bibtexparser.latexenc import latex_to_unicode

    signs = {r"\textbackslash{}": "\\", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^"}
    for name, sign in signs.items():
        text = text.replace(name, sign)
    # Escaped signs are kept from the converter, which takes braces for its own.
    held = {f"\\{sign}": chr(0xE000 + at) for at, sign in enumerate("&%$#_{}")}
    for escaped, mark in held.items():
        text = text.replace(escaped, mark)
    text = re.sub(r"[{}]", "", latex_to_unicode(text) if "\\" in text.replace("\\end", "") else text)
    for escaped, mark in held.items():
        text = text.replace(mark, escaped[1])
    # An accent over an i is written over one without its dot.
    dotted = re.sub("ı(?=[\u0300-\u036f])", "i", text)
    return one_line(unicodedata.normalize("NFC", dotted))
