"""CSL items in the shape of references.json: read and written, made of fields or an identifier; names, dates, ids.

What is not known is left out of an item, never guessed.
"""

import html
import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from evidence.dataset.problems import Problem, problem
from evidence.dataset.references import SUFFIX, Reference, read_references, without_suffix
from evidence.serialize import to_json

Item = dict[str, Any]
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.[0-9]{4,9}/\S+)", re.IGNORECASE)
PMID = re.compile(r"(?:pmid:?\s*|https?://(?:www\.)?pubmed\.ncbi\.nlm\.nih\.gov/)?([1-9][0-9]{0,7})/?", re.IGNORECASE)
_NCT = re.compile(
    r"(?:https?://(?:www\.)?clinicaltrials\.gov/(?:study|ct2/show)/)?(NCT[0-9]{8})(?:[/?].*)?", re.IGNORECASE | re.ASCII
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.?-?){1,4}")  # in capitals
# fmt: off
_GROUPS = frozenset((
    "group", "groups", "collaboration", "collaborative", "collaborators", "consortium", "investigators", "committee",
    "network", "organization", "organisation", "university", "institute", "institutes", "society", "association",
    "trialists", "team", "department", "ministry", "agency", "inc", "ltd", "llc", "gmbh", "pharma", "pharmaceuticals",
    "research", "clinic", "clinics", "hospital", "hospitals", "centre", "center", "college", "school", "foundation",
    "council", "service", "services", "affairs", "authors", "study", "trial", "registry", "project", "programme",
    "program", "panel", "board", "unit", "laboratory", "laboratories", "administration", "federation", "alliance",
    "initiative", "cochrane", "academy", "force", "writing", "editorial", "editors", "staff", "anonymous",
))
# fmt: on
_MARKUP = re.compile(
    r"</?(?:i|b|u|p|br|em|strong|sub|sup|sc|scp|inf|span|italic|bold|jats:[a-z-]{1,20})(?:\s[^<>]{0,200})?/?>",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"(?:and )?others|et\.? al\.?", re.IGNORECASE)
_DEGREES = re.compile(r"(?:M\.?D|Ph\.?D|M\.?Sc|B\.?Sc|M\.?A|Psy\.?D|D\.?Phil|MBBS|MPH|DO|RN|FRCPC?|MRCPsych)\.?", re.I)
PMCID = re.compile(r"https?://\S*/(?:articles|pmc)/(PMC[0-9]{1,9})/?", re.IGNORECASE)


def reference_of(identifier: str, taken: Collection[str] = ()) -> Mapping[str, Any] | Problem:
    """Make a CSL item from an identifier alone: a DOI, a PubMed or NCT number, or the address of one.

    >>> reference_of("https://doi.org/10.1176/x.y")["DOI"], reference_of("PMID 23982301")["PMID"]
    ('10.1176/x.y', '23982301')
    """
    text = identifier.strip()
    unseen = "Not seen in a source: title, author, container-title, issued."
    item: Item
    if match := _NCT.fullmatch(text):
        number = match.group(1).upper()
        item = {
            "id": f"CTgov-{number}",
            "type": "dataset",
            "title": f"Results record {number}",
            "container-title": "ClinicalTrials.gov",
            "URL": f"https://clinicaltrials.gov/study/{number}?tab=results",
        }
    elif match := _DOI.fullmatch(text):
        item = {"id": f"DOI-{_letters(match.group(1), '-')}", "type": "article-journal", "DOI": match.group(1)}
        item["note"] = unseen
    elif match := PMID.fullmatch(text):
        item = {"id": f"PMID{match.group(1)}", "type": "article-journal", "PMID": match.group(1), "note": unseen}
    else:
        return problem("identifier", 0, "", identifier)
    item = with_ids([item], taken)[0]
    faults = read_references(json.dumps([item]).encode()).problems
    return next(iter(faults), MappingProxyType(item))


def trial_of(item: Mapping[str, Any]) -> dict[str, str]:
    """Take a trial's label (first author and year) and registry number from the reference that reports it.

    >>> trial_of({"id": "A1", "author": [{"family": "Smith"}], "issued": {"date-parts": [[2020]]}})
    {'label': 'Smith 2020'}
    """
    reference = next(iter(read_references(json.dumps([dict(item)]).encode()).items.values()), None)
    if reference is None:
        return {}
    number = _NCT.fullmatch(reference.url)
    family = reference.authors[0].family if reference.authors else ""
    label = f"{family} {reference.year}" if family and reference.year else ""
    trial = {"label": label, "registration": number.group(1).upper() if number else ""}
    return {name: text for name, text in trial.items() if text}


def item_of(
    *, issued: Sequence[int] = (), urls: Sequence[str] = (), container: str = "", doi: str = "", **fields: Any
) -> Item:
    """Make an item of the known fields, leaving out links that only repeat the DOI or the PubMed number.

    >>> item_of(id="A1", doi="https://doi.org/10.1176/x", urls=["https://doi.org/10.1176/x"])
    {'id': 'A1', 'DOI': '10.1176/x'}
    """
    plain_doi = plain_doi_of(doi) or doi.strip()
    own = {f"https://doi.org/{plain_doi}".casefold()} if plain_doi else set()
    other = [u for u in urls if u and unquote(u).casefold() not in own and not _is_own_link(u, fields)]
    item = {
        "id": fields.get("id", ""),
        "type": fields.get("type", ""),
        "title": plain_markup(fields.get("title", "")),
        "author": [name for name in fields.get("author", ()) if any(name.values())],
        "issued": {"date-parts": [list(issued)]} if issued else None,
        "container-title": plain_markup(container),
        **{name: str(fields.get(name, "")).strip() for name in ("volume", "issue", "page")},
        "DOI": plain_doi,
        "PMID": fields.get("pmid", "").strip(),
        "PMCID": fields.get("pmcid", "").strip(),
        "URL": other[0] if other else "",
        "note": fields.get("note", ""),
        "custom": fields.get("custom", {}) | ({"UR": other[1:]} if other[1:] else {}),
    }
    return {name: value for name, value in item.items() if value}


def plain_doi_of(text: str) -> str:
    """Return the DOI in a text that is one, with or without its address; "" for another text.

    >>> plain_doi_of("https://doi.org/10.1176/x."), plain_doi_of("10.1176/x [doi]"), plain_doi_of("page 10")
    ('10.1176/x', '10.1176/x', '')
    """
    match = _DOI.fullmatch(unquote(text.strip()).removesuffix("[doi]").strip())
    return match.group(1).rstrip(".,;") if match else ""


def _is_own_link(url: str, fields: Mapping[str, Any]) -> bool:
    pmid, pmcid = PMID.fullmatch(url), PMCID.fullmatch(url)
    return bool(
        (pmid and pmid.group(1) == fields.get("pmid")) or (pmcid and pmcid.group(1).upper() == fields.get("pmcid"))
    )


def name_of(name: str) -> dict[str, str]:
    """Return a person of “family, given” or “family INITIALS”, or a group of several words without a comma.

    A suffix such as Jr or III is kept apart, and what stands before a family name (van der) belongs to it.

    >>> name_of("Smith, A. B."), name_of("van der Gamma D.E."), name_of("Janssen Inc")
    ({'family': 'Smith', 'given': 'A. B.'}, {'family': 'van der Gamma', 'given': 'D.E.'}, {'literal': 'Janssen Inc'})
    """
    family, comma, rest = (part.strip() for part in plain_markup(name).partition(","))
    if comma and rest:
        given, *more = (part.strip() for part in rest.split(","))
        if SUFFIX.fullmatch(given) and not more:  # Martin Luther King, Jr.
            return person_of(family.split()) | {"suffix": given}
        family, suffix = without_suffix(family)
        if more and SUFFIX.fullmatch(given) and not SUFFIX.fullmatch(more[0]):
            suffix, given, more = given, more[0], more[1:]  # BibTeX puts the suffix in the middle
        suffixes = [part for part in more if SUFFIX.fullmatch(part)]
        if any(not SUFFIX.fullmatch(part) and not _DEGREES.fullmatch(part) for part in more):
            return {"literal": plain_markup(name)}  # more than one name: nobody is made of two people
        if not (suffix or suffixes):
            given, suffix = without_suffix(given)
        return _person(family, given, suffix or next(iter(suffixes), ""))
    plain, suffix = without_suffix(family)
    words = plain.split()
    if len(words) < 2 or is_group(plain):
        return {"literal": family} if " " in family else {"family": family}
    if _INITIALS.fullmatch(words[-1]) and words[-1].isupper() and not _is_initial(words[0]):
        return _person(" ".join(words[:-1]), words[-1], suffix)
    # Two plain words may be a company: Seelos Therapeutics.
    is_person = any(_is_initial(word) or word.islower() for word in words[:-1])
    if len(words) < 6 and is_person and words[0][:1].isupper() and not words[-1].isupper():
        return person_of(words) | ({"suffix": suffix} if suffix else {})
    return {"literal": family}


def _is_initial(word: str) -> bool:
    return (len(word) == 1 and word.isupper()) or (word.endswith(".") and _INITIALS.fullmatch(word) is not None)


def names_of(texts: Iterable[str]) -> tuple[list[dict[str, str]], str]:
    """Return the people of a list of names, some of which may hold several, and a note where the list is left open.

    >>> names_of(["Alpha, B.; Beta, C.", "et al."])[0]
    [{'family': 'Alpha', 'given': 'B.'}, {'family': 'Beta', 'given': 'C.'}]
    """
    parts = [part for text in texts for part in several_names(plain_markup(text))]
    names = [name_of(part) for part in parts if part and not _OTHERS.fullmatch(part)]
    is_open = any(_OTHERS.fullmatch(part) for part in parts)
    return names, "The file names further authors only as “and others”." if is_open else ""


def several_names(text: str) -> list[str]:
    """Return the names in a text that should hold one: parted by semicolons, “and”, or commas between whole names.

    >>> several_names("James W. Alpha, Dan V. Beta, Lee C. Gamma"), several_names("van der Beta, Jan Piet")
    (['James W. Alpha', 'Dan V. Beta', 'Lee C. Gamma'], ['van der Beta, Jan Piet'])
    """
    if is_group(text):
        return [text]
    parts = [part for one in text.split(";") for joined in _joined_parts(one) for part in _comma_parts(joined)]
    return [part.strip() for part in parts if part.strip()] or [text]


def _joined_parts(text: str) -> list[str]:
    parts = re.split(r" and | & ", text)
    are_people = all("," in part or any(map(_is_initial, part.split()[:-1])) for part in parts)
    are_people = are_people or all(re.fullmatch(r"\S.* [A-Z]{1,3}", part.strip()) for part in parts)
    return parts if are_people else [text]  # Johnson & Johnson are one


def _comma_parts(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",")]
    are_whole = len(parts) > 1 and all(" " in part for part in parts)
    # A family name has no initial in its middle or at its beginning: “James W. Alpha” is a whole name. Nor does a name
    # have three parts of two words.
    is_list = are_whole and (len(parts) > 2 or any(_is_initial(word) for word in parts[0].split()[:-1]))
    return parts if is_list else [text]


def _person(family: str, given: str, suffix: str) -> dict[str, str]:
    parts = {"family": family, "given": given, "suffix": suffix}
    return {name: text for name, text in parts.items() if text}


def person_of(words: Sequence[str]) -> dict[str, str]:
    """Return a person of words in the order First von Last, as BibTeX reads a name without a comma.

    >>> person_of("Ludwig van der Beta".split()), person_of(["Sam", "Doe", "Jr."])
    ({'family': 'van der Beta', 'given': 'Ludwig'}, {'family': 'Doe', 'given': 'Sam', 'suffix': 'Jr.'})
    """
    kept = list(words)
    suffix = kept.pop() if len(kept) > 2 and SUFFIX.fullmatch(kept[-1]) else ""
    first = next((at for at, word in enumerate(kept[:-1]) if word[:1].islower()), len(kept) - 1)
    return _person(" ".join(kept[first:]), " ".join(kept[:first]), suffix)


def is_group(name: str) -> bool:
    """Return whether a name belongs to a group rather than a person, by words that no person is called.

    >>> is_group("SAMPLE Study Group"), is_group("Ludwig van der Beta")
    (True, False)
    """
    return not _GROUPS.isdisjoint(re.findall(r"[a-z]+", name.casefold()))


def date_of(*texts: str) -> tuple[int, ...]:
    """Return year, month and day as far as the first text with a year gives them; () without a year.

    >>> date_of("2013 Oct 5"), date_of("in press", "2020"), date_of("Mar 2020"), date_of("")
    ((2013, 10, 5), (2020,), (2020,), ())
    """
    for text in texts:
        parts = re.findall(r"[0-9]+|[A-Za-z]{3,}", text or "")
        if not parts or not re.fullmatch(r"1[5-9][0-9]{2}|2[01][0-9]{2}", parts[0], re.ASCII):
            continue
        date = [int(parts[0])]
        for part, most in zip(parts[1:3], (12, 31), strict=False):
            month = part[:3].casefold() if most == 12 else ""
            value = int(part[:3]) if part.isdigit() else _MONTHS.index(month) + 1 if month in _MONTHS else 0
            if not 0 < value <= most:
                break
            date.append(value)
        return tuple(date)
    # “Mar 2020” and “04/03/2020” say the year alone for sure.
    years = {year for text in texts for year in re.findall(r"\b(?:1[5-9]|2[01])[0-9]{2}\b", text or "", re.ASCII)}
    return (int(years.pop()),) if len(years) == 1 else ()


def undated(*texts: str) -> str:
    """Return a note on what a record says instead of a year, such as “in press”; "" where it gives a year or nothing.

    >>> undated("in press"), undated("Mar 2020"), undated("")
    ('The file gives the date as “in press”.', '', '')
    """
    first = next((text.strip() for text in texts if text.strip()), "")
    return f"The file gives the date as “{first[:100]}”." if first and not date_of(*texts) else ""


def with_ids(items: Sequence[Item], taken: Collection[str]) -> list[Item]:
    """Give each item a valid id that is not taken: its own, or one made of author, year and journal.

    >>> [item["id"] for item in with_ids([{"id": "A1"}, {"id": "A1"}, {"author": [{"family": "Lee"}]}], ["A1"])]
    ['A1-2', 'A1-3', 'Lee']
    """
    known, keyed = set(taken), []
    last: dict[str, int] = {}  # the number that a base got last, so that a thousand equal ids are numbered in one go
    for item in items:
        own = item.get("id")
        is_good = isinstance(own, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", own) is not None
        key = base = str(own) if is_good else _author_year_journal(item)
        number = last.get(base, 1)
        while key in known:
            number += 1
            key = f"{base}-{number}"
        last[base] = number
        known.add(key)
        keyed.append({"id": key, **{name: value for name, value in item.items() if name != "id"}})
    return keyed


def _author_year_journal(item: Mapping[str, Any]) -> str:
    authors = item.get("author")
    first = authors[0] if isinstance(authors, list) and authors and isinstance(authors[0], dict) else {}
    name = _letters(str(first.get("family") or first.get("literal") or ""), "")
    issued = item.get("issued")
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    year = parts[0][0] if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0] else ""
    journal = re.findall(r"\b[A-Z]", str(item.get("container-title") or ""))
    return f"{name or 'Anon'}{_letters(str(year)[:4], '')}{''.join(journal[:8])}"


def _letters(text: str, gap: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", gap, plain).strip(gap)


def plain_markup(text: str) -> str:
    """Return a text on one line without the marks of web pages that references bring along.

    >>> plain_markup("Effects of <i>S</i>-ketamine &amp; H<sub>2</sub>O, p&lt;0.05")
    'Effects of S-ketamine & H2O, p<0.05'
    """
    if "&" in text or "<" in text:
        text = _MARKUP.sub("", html.unescape(text))
    return one_line(text)


def one_line(text: str) -> str:
    """Collapse line breaks and repeated spaces."""
    return " ".join(str(text).split())


def csl_json(references: Iterable[Reference]) -> str:
    """Return references as CSL-JSON, exactly the items of the file."""
    return to_json([dict(reference.raw) for reference in references])


_CROSSREF_TYPES = {
    **{"journal-article": "article-journal", "proceedings-article": "paper-conference", "book-chapter": "chapter"},
    **{"posted-content": "article", "dissertation": "thesis", "monograph": "book", "reference-book": "book"},
}
_WRAPPERS = ("items", "references", "records")  # lists of items under a name of their own


def read_csl(text: str) -> tuple[list[Item], list[Problem]]:
    """Return the items of a CSL-JSON text, also one in a wrapper as Crossref and other services send it.

    What holds neither title nor author nor an identifier refers to nothing: a finding names it by its number.

    >>> items, found = read_csl('{"message": {"title": ["A trial"], "DOI": "10.1/x", "type": "journal-article"}}')
    >>> items[0]["title"], items[0]["type"], found
    ('A trial', 'article-journal', [])
    """
    try:
        value = json.loads(text)
    except RecursionError:
        return [], [problem("reference-file", 1, reason="it is nested too deeply")]
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        reason = f"it is not well-formed CSL-JSON ({getattr(error, 'msg', 'a number is too long')}, line {line})"
        return [], [problem("reference-file", line, reason=reason)]
    while isinstance(value, dict) and "id" not in value and "title" not in value:
        inner = value.get("message") or next((value[name] for name in _WRAPPERS if value.get(name)), None)
        if inner is None:
            break
        value = inner
    values = [value] if isinstance(value, dict) else value
    if not isinstance(values, list):
        return [], [problem("reference-file", 1, reason="it contains no list of references")]
    items: list[Item] = []
    problems: list[Problem] = []
    for number, one in enumerate(values, 1):
        if not isinstance(one, dict):
            problems.append(problem("reference-file", 1, reason=f"item {number} is not a reference"))
        elif not any(one.get(name) for name in ("title", "author", "DOI", "PMID", "URL")):
            reason = f"item {number} has no title, author, DOI, PubMed number or address, so it identifies nothing"
            problems.append(problem("reference-file", 1, reason=reason))
        else:
            items.append(_of_crossref(one) if isinstance(one.get("title"), list) else _usual(one))
    return items, problems


def _usual(item: Mapping[str, Any]) -> Item:
    """Write an item as we do where other programs differ: marks, the address of a DOI, a date as text."""
    usual = dict(item)
    for name in ("title", "container-title"):
        if isinstance(usual.get(name), str):
            usual[name] = plain_markup(usual[name])
    if isinstance(usual.get("DOI"), str):
        usual["DOI"] = plain_doi_of(usual["DOI"]) or usual["DOI"]
    authors = usual.get("author")
    if isinstance(authors, list):
        names = [name_of(one) if isinstance(one, str) else one for one in authors]
        usual["author"] = [_plain_name(one) if isinstance(one, Mapping) else one for one in names if one]
    if "issued" in usual:
        usual["issued"] = _issued(usual["issued"])
    return usual


def _plain_name(name: Mapping[str, Any]) -> dict[str, Any]:
    texts = {key: plain_markup(text) if isinstance(text, str) else text for key, text in name.items()}
    full = texts.pop("name", "") if not (texts.get("family") or texts.get("literal")) else ""
    return {**texts, **name_of(full)} if isinstance(full, str) and full else texts


def _issued(value: Any) -> Any:
    if isinstance(value, Mapping) and _has_parts(value):
        return dict(value)
    text = value if isinstance(value, str | int) else ""
    if isinstance(value, Mapping):
        text = next((str(value[name]) for name in ("raw", "literal") if value.get(name)), "")
    date = date_of(str(text)) or date_of(*re.findall(r"\b[12][0-9]{3}\b", str(text)))
    return {"date-parts": [list(date)]} if date else value


def _of_crossref(work: Mapping[str, Any]) -> Item:
    """Convert a Crossref work, with its lists in place of texts and its own types and dates, to a CSL item."""

    def first(name: str) -> str:
        value = work.get(name)
        texts = value if isinstance(value, list) else [value]
        return str(next((text for text in texts if isinstance(text, str | int)), ""))

    def persons(name: str) -> list[dict[str, str]]:
        people = work.get(name)
        keys = {"family": "family", "given": "given", "suffix": "suffix", "name": "literal"}
        return [
            {keys[key]: str(text) for key, text in one.items() if key in keys and isinstance(text, str)}
            for one in (people if isinstance(people, list) else [])
            if isinstance(one, Mapping)
        ]

    dates = [work.get(name) for name in ("issued", "published", "published-print", "published-online")]
    known = [_issued(one) for one in dates]
    parts: list[Any] = next((d["date-parts"][0] for d in known if isinstance(d, dict) and _has_parts(d)), [])
    item = item_of(
        type=_CROSSREF_TYPES.get(first("type"), first("type")),
        title=first("title"),
        author=persons("author"),
        issued=[part for part in parts if isinstance(part, int)],
        container=first("container-title"),
        doi=first("DOI"),
        urls=[first("URL")],
        **{name: first(name) for name in ("volume", "issue", "page")},
    )
    more = {name: first(name) for name in ("publisher", "ISSN", "language", "abstract")}
    editors = persons("editor")
    updates = {name: work[name] for name in ("updated-by", "update-to") if isinstance(work.get(name), list)}
    return (
        item | {name: text for name, text in more.items() if text} | ({"editor": editors} if editors else {}) | updates
    )


def _has_parts(date: Mapping[str, Any]) -> bool:
    parts = date.get("date-parts")
    return isinstance(parts, list) and bool(parts) and isinstance(parts[0], list) and any(parts[0])
