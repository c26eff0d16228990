"""What is already in the file, said before it is added twice: a registry number, a reference, a set of numbers."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from urllib.parse import unquote

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.dataset.repeats import numbers_of
from evidence.formatting import counted


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Something in a new row or reference that the evidence holds already.

    `line` is the new row's, 0 for a reference; `existing` names lines of trials.csv, the id of the known reference, or
    the other trial among the new rows.
    """

    line: int
    kind: Literal["registration", "reference", "numbers", "trial"]
    value: str
    existing: tuple[str, ...]
    words: str


def duplicates(
    evidence: Evidence, rows: Iterable[Result], references: Sequence[Mapping[str, Any]] = ()
) -> tuple[Duplicate, ...]:
    """Find new rows and references that are already in the data, each once, references first.

    A registry number under another trial; the trial itself, which is not an error; one trial under two names among the
    new rows; the same numbers for the same outcome at any time, in the data or in another new trial; a reference with
    the DOI, PubMed number or address of a known one.
    """
    new = tuple(rows)
    return (
        *_references(evidence, references),
        *_trials(evidence, new),
        *_among_themselves(evidence, new),
        *_numbers(evidence, new),
    )


def _references(evidence: Evidence, items: Sequence[Mapping[str, Any]]) -> Iterator[Duplicate]:
    known: dict[tuple[str, str], str] = {}
    for reference in evidence.references.values():
        for name in ("doi", "pmid", "url"):
            if value := getattr(reference, name):
                known.setdefault(_named(name, value), reference.id)
    for item in items:
        for name, field in (("doi", "DOI"), ("pmid", "PMID"), ("url", "URL")):
            value = str(item.get(field) or "")
            other = known.get(_named(name, value))
            if value and other:
                words = f"The {field} {value} is already in the data: reference {other}. Cite that one."
                yield Duplicate(0, "reference", value, (other,), words)
                break
            known.setdefault(_named(name, value), str(item.get("id") or ""))


def _named(name: str, value: str) -> tuple[str, str]:
    """Return what an identifier is known by; an address of doi.org is the DOI that it ends with."""
    plain = unquote(value).casefold()
    for start in ("https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/"):
        if plain.startswith(start):
            return "doi", plain.removeprefix(start)
    return name, plain


def _trials(evidence: Evidence, rows: Sequence[Result]) -> Iterator[Duplicate]:
    holders: dict[str, str] = {}
    for trial, results in evidence.trials.items():
        for number in (results[0].registration or "").split(";"):
            if number.strip():
                holders.setdefault(number.strip(), trial)
    seen: set[tuple[str, str]] = set()
    for row in rows:
        known = evidence.trials.get(row.trial, ())
        if known and ("trial", row.trial) not in seen:
            seen.add(("trial", row.trial))
            words = f"{row.label} is already in the data with {counted(len(known), 'row')}; these rows add to it."
            yield Duplicate(row.line, "trial", row.trial, tuple(str(r.line) for r in known), words)
        for number in map(str.strip, (row.registration or "").split(";")):
            other = holders.get(number)
            if other is None or other == row.trial or (number, row.trial) in seen:
                continue
            seen.add((number, row.trial))
            words = f"{number} is already in the data as the trial {other}. Use its short name if it is the same trial."
            yield Duplicate(row.line, "registration", number, tuple(str(r.line) for r in evidence.trials[other]), words)


def _among_themselves(evidence: Evidence, rows: Sequence[Result]) -> Iterator[Duplicate]:
    """Find one trial under two names in the new rows: the same registry number, or labels spelled differently."""
    holders: dict[tuple[str, str], Result] = {}
    numbers: dict[tuple[object, ...], Result] = {}
    seen: set[tuple[str, str]] = set()
    folded = cache(_folded)  # the rows of a trial share its label
    for row in rows:
        labels = [("label", folded(row.label))]
        for kind, value in [*labels, *(("number", one.strip()) for one in (row.registration or "").split(";"))]:
            first = holders.setdefault((kind, value), row)
            pair = (first.trial, row.trial)
            if not value or first.trial == row.trial or pair in seen:
                continue
            seen.add(pair)
            what = f"the label {row.label}" if kind == "label" else f"the registry number {value}"
            words = f"{first.trial} and {row.trial} of the new rows share {what}. Give one trial one short name."
            yield Duplicate(row.line, "registration", value, (first.trial,), words)
        for key in numbers_of(row):
            same = numbers.setdefault(key, row)
            pair = (same.trial, row.trial)
            if same.trial != row.trial and row.trial not in evidence.trials and pair not in seen:
                seen.add(pair)
                words = f"{same.label} and {row.label} of the new rows have the same numbers for {row.outcome}."
                yield Duplicate(row.line, "numbers", _shown(row), (same.trial,), words)


def _folded(label: str) -> str:
    plain = unicodedata.normalize("NFKD", label.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def _numbers(evidence: Evidence, rows: Sequence[Result]) -> Iterator[Duplicate]:
    known: dict[tuple[object, ...], list[Result]] = {}
    for result in evidence.results:
        for key in numbers_of(result):
            known.setdefault(key, []).append(result)
    for row in rows:
        same = {r.line: r for key in numbers_of(row) for r in known.get(key, ()) if r.line != row.line}
        if same:
            first = next(iter(same.values()))
            where = "this trial" if first.trial == row.trial else first.label
            words = f"{where[0].upper()}{where[1:]} has the same numbers for {row.outcome} on line {first.line}."
            yield Duplicate(row.line, "numbers", _shown(row), tuple(str(line) for line in same), words)


def _shown(row: Result) -> str:
    if row.events_intervention is not None and row.events_comparator is not None:
        return f"{row.events_intervention}/{row.n_intervention}, {row.events_comparator}/{row.n_comparator}"
    numbers = (row.mean_intervention, row.mean_comparator, row.effect, row.ci_low, row.ci_high)
    return ", ".join(f"{number:g}" for number in numbers if number is not None)
