r"""BibTeX: CSL items from a file, and references as a file.

The reader is small and goes through the text once. It expands no macros: an abbreviation stands for one short text of
its own file and nothing else, and texts joined by # are refused with their line. The libraries at hand either expand
@string in @string (577 bytes can ask for a gigabyte) or are not released yet, and none reads the TeX in a field.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from evidence.bibliography.csl import (
    PMID,
    Item,
    date_of,
    is_group,
    item_of,
    name_of,
    one_line,
    person_of,
    several_names,
    undated,
)
from evidence.dataset.problems import Problem, problem
from evidence.dataset.references import Reference

_MOST_ABBREVIATION = 200  # characters of what an @string may stand for
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CSL_TYPES = {
    **{"article": "article-journal", "inproceedings": "paper-conference", "conference": "paper-conference"},
    **{
        "book": "book",
        "incollection": "chapter",
        "inbook": "chapter",
        "phdthesis": "thesis",
        "mastersthesis": "thesis",
    },
    **{"techreport": "report", "online": "webpage", "dataset": "dataset", "proceedings": "book", "collection": "book"},
}
_TYPES = {"article-journal": "article", "paper-conference": "inproceedings"}
_START = re.compile(r"^[ \t]*@[ \t]*([A-Za-z]+)[ \t]*([{(])", re.MULTILINE)
_NEXT = re.compile(r"\s*@[ \t]*([A-Za-z]+)[ \t]*([{(])")
_NAME = re.compile(r"\s*([^\s=,{}\"#()]+)\s*=\s*")
_KEY = re.compile(r"[^,{}=\"]*")
_JOIN = re.compile(r"\s*#\s*")
_ROUND = re.compile(r"\\.|[()]", re.DOTALL)
_BARE = re.compile(r"[^\s,{}\"#()=]+")
_SPACE = re.compile(r"[\s,]*")
_MARKS = re.compile(r'\\.|[{}"]', re.DOTALL)
_INHERITED = (
    *("year", "month", "date", "publisher", "editor", "booktitle", "series", "address", "volume", "number"),
    "journal",
)
_MOST_INHERITED = 500  # characters of a field that one entry takes from another


@dataclass(slots=True)
class Entry:
    """One entry: its kind and key, its fields as written without their outer marks, and the line it starts on."""

    kind: str
    key: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)


class _BrokenError(Exception):
    """An entry cannot be read to its end; the words say why."""


def read_bibtex(text: str) -> tuple[list[Item], list[Problem]]:
    """Return the entries of a BibTeX file as items, in its order, and a finding for each that cannot be read.

    >>> items, found = read_bibtex("@article{a, author={Bea C. Alpha and others}, title={A trial}}")
    >>> items[0]["author"], items[0]["note"], found
    ([{'family': 'Alpha', 'given': 'Bea C.'}], 'The file names further authors only as “and others”.', [])
    """
    problems: list[Problem] = []
    read = list(entries(text, problems))
    by_key: dict[str, Entry] = {}
    for entry in read:
        by_key.setdefault(entry.key.casefold(), entry)
    items = []
    for entry in read:
        if entry.kind in ("xdata", "set"):  # which are no publications
            continue
        name = next((one for one in ("crossref", "xdata") if one in entry.fields), "")
        parent = by_key.get(one_line(entry.fields.get(name, "")).casefold())
        if name and parent is None:
            reason = f"{entry.key} takes fields from “{entry.fields[name][:60]}”, which is not in the file"
            problems.append(problem("reference-file", entry.line, reason=reason))
        above = by_key.get(one_line(parent.fields.get("crossref", "")).casefold()) if parent else None
        if parent is not None and above not in (None, entry, parent):
            parent = Entry(parent.kind, parent.key, parent.line, _flattened(parent, above))
        items.append(_item(entry.kind, entry.key, _inherited(entry, parent)))
    return items, problems


def _flattened(parent: Entry, above: Entry | None) -> dict[str, str]:
    """Return the fields of an entry that others take from, with those it takes itself; its book is not theirs."""
    fields = dict(_inherited(parent, above))
    if "booktitle" not in parent.fields:
        fields.pop("booktitle", None)
    return fields


def _inherited(entry: Entry, parent: Entry | None) -> Mapping[str, str]:
    if parent is None or parent is entry:
        return entry.fields
    above = {name: parent.fields[name][:_MOST_INHERITED] for name in _INHERITED if name in parent.fields}
    if "title" in parent.fields and parent.kind != "xdata":
        above.setdefault("booktitle", parent.fields["title"][:_MOST_INHERITED])
    return above | entry.fields


def entries(text: str, problems: list[Problem]) -> Iterator[Entry]:
    """Yield the entries of a text in one pass; what is wrong with one is put into `found`, by its line.

    An entry ends at the latest where a line starts another one, so that a brace nobody closed costs one entry.
    """
    starts = [match.start() for match in _START.finditer(text)]
    abbreviations = {month: month for month in _MONTHS}
    line, counted = 1, 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        at = start
        while match := _NEXT.match(text, at, end):
            line, counted = line + text.count("\n", counted, match.start(1)), match.start(1)
            kind = match.group(1).casefold()
            try:
                if kind in ("comment", "preamble"):
                    at = _past(text, match.end(), end, match.group(2))
                    continue
                entry, at = _entry(text, match.end(), end, Entry(kind, "", line), abbreviations)
            except _BrokenError as error:
                if kind != "comment":
                    reason = f"the entry @{match.group(1)} that starts on line {line} {error}"
                    problems.append(problem("reference-file", line, reason=reason))
                break
            if kind == "string":
                abbreviations |= {name: value[:_MOST_ABBREVIATION] for name, value in entry.fields.items()}
            else:
                yield entry


def _past(text: str, at: int, end: int, opening: str) -> int:
    """Return the position after the mark that closes what was opened before `at`."""
    depth = 1
    closing = "}" if opening == "{" else ")"
    marks = _MARKS if opening == "{" else _ROUND
    for mark in marks.finditer(text, at, end):
        depth += {opening: 1, closing: -1}.get(mark.group(), 0)
        if not depth:
            return mark.end()
    raise _BrokenError("is not closed")


def _entry(text: str, at: int, end: int, entry: Entry, known: Mapping[str, str]) -> tuple[Entry, int]:
    if entry.kind != "string":
        key = _KEY.match(text, at, end)
        if key is not None and text[key.end() : key.end() + 1] != "=":  # else the first field stands where the key does
            entry.key, at = key.group().strip(), key.end()
    while True:
        space = _SPACE.match(text, at, end)
        at = space.end() if space else at
        if at >= end:
            raise _BrokenError("is not closed")
        if text[at] in "})":
            return entry, at + 1
        name = _NAME.match(text, at, end)
        if name is None:
            raise _BrokenError(f"has no field at “{one_line(text[at : min(at + 20, end)])}”")
        value, at = _value(text, name.end(), end, name.group(1).casefold(), known)
        entry.fields.setdefault(name.group(1).casefold(), value)


def _value(text: str, at: int, end: int, name: str, known: Mapping[str, str]) -> tuple[str, int]:
    parts = []
    while True:
        part, at = _part(text, at, end, name, known)
        parts.append(part)
        rest = _JOIN.match(text, at, end)
        if rest is None:
            return "".join(parts), at
        if name not in ("month", "date", "year") or len(parts) > 3:
            raise _BrokenError(f"joins texts with # in {name}, which is not supported; write out the text")
        at = rest.end()


def _part(text: str, at: int, end: int, name: str, known: Mapping[str, str]) -> tuple[str, int]:
    if at < end and text[at] == "{":
        close = _past(text, at + 1, end, "{")
        return text[at + 1 : close - 1], close
    if at < end and text[at] == '"':
        depth = 0
        for mark in _MARKS.finditer(text, at + 1, end):
            depth += {"{": 1, "}": -1}.get(mark.group(), 0)
            if mark.group() == '"' and depth <= 0:
                return text[at + 1 : mark.start()], mark.end()
        raise _BrokenError(f"has a quotation mark in {name} that is not closed")
    bare = _BARE.match(text, at, end)
    if bare is None:
        raise _BrokenError(f"has no value for {name}")
    word = bare.group()
    if word.isdigit() or word.casefold() in known:
        return known.get(word.casefold(), word), bare.end()
    raise _BrokenError(f"uses the abbreviation “{word[:40]}” in {name}, which the file does not define before it")


def _item(kind: str, key: str, fields: Mapping[str, str]) -> Item:
    def text(name: str) -> str:
        return plain_tex(fields.get(name, ""))

    authors, others = _people(fields.get("author", ""))
    editors, _ = _people(fields.get("editor", ""))
    sub = text("subtitle")
    address = one_line(fields.get("url", "")).replace("\\_", "_").replace("\\%", "%").replace("\\&", "&")
    eprint = text("eprint") if text("eprinttype").casefold() in ("pubmed", "pmid") else ""
    number = PMID.fullmatch(text("pmid") or eprint)
    item = item_of(
        id=key,
        type=_CSL_TYPES.get(kind, "webpage" if fields.get("url") else "article"),
        title=_dashes(f"{text('title')}: {sub}" if sub and text("title") else text("title")),
        author=authors,
        container=text("journal") or text("journaltitle") or text("booktitle"),
        issued=date_of(text("date") or f"{text('year')} {text('month')}"),
        volume=text("volume"),
        issue=text("number") or text("issue"),
        page=re.sub(r" ?[-–]+ ?", "-", text("pages") or text("eid")),
        doi=text("doi"),
        pmid=number.group(1) if number else text("pmid"),
        pmcid=text("pmcid"),
        urls=[address],
        note=" ".join(part for part in (text("note"), others, undated(text("date") or text("year"))) if part),
    )
    along = {"publisher": text("publisher"), "edition": text("edition"), "collection-title": text("series")}
    along |= {"abstract": text("abstract"), "keyword": text("keywords") or text("keyword")}
    more = {name: value for name, value in along.items() if value}
    return item | more | ({"editor": editors} if editors else {})


def _dashes(text: str) -> str:
    return text.replace("---", "—").replace("--", "–")


def _people(text: str) -> tuple[list[dict[str, str]], str]:
    """Return the people of a list of names, and a note where it is left open."""
    names = list(_names(text))
    people: list[dict[str, str]] = []
    is_open = False
    for name in names:
        if name.casefold() == "others" or re.fullmatch(r"et\.? al\.?", name, re.IGNORECASE):
            is_open = True
        elif re.match(r"(?:family|given|prefix|suffix)[ ]?=", name):
            people.append(_parts_of_name(name))
        elif "{" not in name and len(parts := several_names(name.replace("\\&", "&"))) > 1:
            people += [_name(part) for part in parts]
        else:
            people.append(_name(name))
    return people, "The file names further authors only as “and others”." if is_open else ""


def _parts_of_name(name: str) -> dict[str, str]:
    """Read a name whose parts are named, as biblatex allows: family=Beta, prefix=van der, given=L."""
    parts = dict(part.split("=", 1) for part in name.split(",") if "=" in part)
    plain = {key.strip(): plain_tex(value) for key, value in parts.items()}
    family = " ".join(part for part in (plain.get("prefix", ""), plain.get("family", "")) if part)
    result = {"family": family, "given": plain.get("given", ""), "suffix": plain.get("suffix", "")}
    return {key: value for key, value in result.items() if value}


def _names(text: str) -> Iterator[str]:
    """Split a list of names at each “and” outside braces."""
    words: list[str] = []
    depth = 0
    for word in text.split():
        if word.casefold() == "and" and depth <= 0:
            if words:
                yield " ".join(words)
            words = []
            continue
        words.append(word)
        depth += word.count("{") - word.count("}") - word.count("\\{") + word.count("\\}")
    if words:
        yield " ".join(words)


def _name(name: str) -> dict[str, str]:
    is_group_in_braces = name.startswith("{") and name.endswith("}") and name.count("{") == name.count("}") == 1
    plain = plain_tex(name)
    if is_group_in_braces or (name.startswith("{{") and name.endswith("}}")):
        return {"literal": plain}
    # A comma in braces parts nothing; one that TeX wrote for an accent does not occur.
    words = [plain_tex(word) for word in _words(name)]
    if "," in plain and "," in re.sub(r"\{[^{}]*\}", "", name):
        return name_of(plain)
    if len(words) < 2 or is_group(plain):
        return {"literal": plain} if " " in plain else {"family": plain}
    return person_of(words)


def _words(text: str) -> Iterator[str]:
    """Split a name into words; text in braces is one word."""
    words: list[str] = []
    depth = 0
    # A space that ends a command is none: \O ystein is one word.
    for word in re.sub(r"(\\[A-Za-z]+)\s+", r"\1{}", text.replace("~", " ")).split():
        words.append(word)
        depth += word.count("{") - word.count("}")
        if depth <= 0:
            yield " ".join(words)
            words = []
    if words:
        yield " ".join(words)


_ACCENTS = {
    **{"'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307"},
    **{
        "u": "\u0306",
        "v": "\u030c",
        "H": "\u030b",
        "c": "\u0327",
        "k": "\u0328",
        "r": "\u030a",
        "b": "\u0331",
        "d": "\u0323",
    },
}
_LETTERS = {
    **{"o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å"},
    **{"AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ"},
    **{"textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textendash": "–", "textemdash": "—"},
    **{"ldots": "…", "dots": "…", "textquoteright": "’", "textquoteleft": "‘", "copyright": "©", "pm": "±"},
    **{"alpha": "α", "beta": "β", "gamma": "γ", "kappa": "κ", "mu": "μ", "times": "×", "leq": "≤", "geq": "≥"},
    **{"textmu": "μ", "texttrademark": "™", "textregistered": "®", "slash": "/", "ensuremath": "", "and": "and"},
}
_MATH = re.compile(r"\$([^$]{1,200})\$")
_TEX = re.compile(r"\\([A-Za-z]+)[ \t\n]*|\\(.)|([{}~$])", re.DOTALL)


def plain_tex(text: str) -> str:
    r"""Return a text of BibTeX as readers see it: accents over their letters, no commands, no braces.

    A command that is not known is left out and what it was used on stays.

    >>> plain_tex(r"{\textit{all}} Garc{\'\i}a at 0.5~mg/kg: \emph{a} 50\% trial")
    'all García at 0.5 mg/kg: a 50% trial'
    """
    if not any(mark in text for mark in "\\{}~$"):
        return one_line(unicodedata.normalize("NFC", text))
    text = _MATH.sub(lambda match: re.sub(r"[_^](?=[{\\\w])", "", match[1]), text)
    parts: list[str] = []
    accent = ""

    def put(piece: str) -> None:
        nonlocal accent
        if accent and piece:
            piece, accent = piece[0].replace("ı", "i").replace("ȷ", "j") + accent + piece[1:], ""
        parts.append(piece)

    at = 0
    for match in _TEX.finditer(text):
        put(text[at : match.start()])
        at = match.end()
        word, sign, brace = match.groups()
        if word is not None:
            if word in _ACCENTS:
                accent = _ACCENTS[word]
            elif word in _LETTERS:
                put(_LETTERS[word])
        elif sign is not None:
            if sign in _ACCENTS:
                accent = _ACCENTS[sign]
            elif sign != "-":  # which only says where a word may be parted
                put(" " if sign in " \\/,;:" else sign)
        elif brace == "~":
            put(" ")
    put(text[at:])
    return one_line(unicodedata.normalize("NFC", "".join(parts)))


def bibtex(references: Iterable[Reference]) -> str:
    """Return references as BibTeX, one entry each, special characters escaped."""
    return "\n".join(_written(reference) for reference in references)


def _written(reference: Reference) -> str:
    authors = " and ".join(
        f"{{{_tex(a.literal)}}}" if a.literal else ", ".join(_tex(p) for p in (a.family, a.suffix, a.given) if p)
        for a in reference.authors
    )
    kind = _TYPES.get(reference.type, "misc")
    fields = {
        "author": authors,
        "title": f"{{{_tex(reference.title)}}}" if reference.title else "",
        ("booktitle" if kind == "inproceedings" else "journal"): _tex(reference.container_title),
        "year": str(reference.year or ""),
        "volume": _tex(reference.volume),
        "number": _tex(reference.issue),
        "pages": _tex(reference.page).replace("-", "--"),
        "doi": reference.doi or "",
        "pmid": reference.pmid or "",
        "url": reference.url.replace("{", "%7B").replace("}", "%7D"),
        "note": _tex(reference.note),
    }
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    key = unicodedata.normalize("NFKD", reference.id).encode("ascii", "ignore").decode()
    return f"@{kind}{{{key},\n{body}}}\n"


_ESCAPES = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def _tex(text: str | None) -> str:
    return re.sub(r"[&%$#_{}\\~^]", lambda sign: _ESCAPES.get(sign[0], f"\\{sign[0]}"), one_line(text or ""))
