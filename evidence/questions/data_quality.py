"""What is wrong or thin in the data: findings in groups, printed against recomputed, and what is still to be checked.

Nothing is judged here that validation does not judge: rules and tolerances are those of
`evidence.dataset.row_rules`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import pandas as pd

from evidence.dataset.evidence import TRIALS, Evidence
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.problems import KINDS, Problem, ProblemKind
from evidence.dataset.records import Result
from evidence.dataset.references import Reference
from evidence.dataset.row_rules import effect_of_counts, effect_of_means, is_apart
from evidence.dataset.time_bins import in_words
from evidence.dataset.vocabulary import CONFIDENCES, DESIGNS, SOURCES
from evidence.formatting import count, counted, listed, plain
from evidence.questions import completeness
from evidence.selection.url import address

SHARED = "shared-comparator"
_TO_BE_CHECKED = re.compile(r"\b(?:to|must) be checked\b", re.IGNORECASE)
Trials = Mapping[str, tuple[Result, ...]]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A printed effect beside what the row's own counts or means give."""

    result: Result
    printed: float
    recomputed: float
    origin: str

    @property
    def agrees(self) -> bool:
        """Whether the two differ by no more than rounding."""
        return not is_apart(self.result.effect_measure or "", self.printed, self.recomputed)

    @property
    def sentence(self) -> str:
        """Both numbers in words."""
        measure = self.result.effect_measure
        return f"reported {measure} {plain(self.printed)}, {self.origin} give {_short(self.recomputed)}"


def _short(value: float) -> str:
    return plain(float(f"{value:.3g}"))


def recomputed(results: Iterable[Result]) -> tuple[Recomputed, ...]:
    """Recompute every reported effect that its own row allows; disagreements first, those with counts on top."""
    values = [one for result in results if (one := _recomputed(result)) is not None]
    return tuple(sorted(values, key=lambda one: (one.agrees, one.origin != "counts", one.result.line)))


def _recomputed(result: Result) -> Recomputed | None:
    if result.effect is None:
        return None
    ways: tuple[tuple[str, Callable[[Result], float | None]], ...] = (
        ("counts", effect_of_counts),
        ("means", effect_of_means),
    )
    for origin, way in ways:
        value = way(result)
        if value is not None:
            return Recomputed(result, result.effect, value, origin)
    return None


def recomputed_in_words(items: Iterable[Recomputed]) -> str:
    """Say how many reported effects could be recomputed, how many differ, and what a difference may mean."""
    everything = tuple(items)
    apart = [one for one in everything if not one.agrees]
    if not everything:
        return "No reported effect can be recomputed from its own row."
    if not apart:
        return f"{counted(len(everything), 'reported effect')} could be recomputed from the same row; all agree."
    by_origin = [f"{n} from {name}" for name in ("counts", "means") if (n := sum(o.origin == name for o in apart))]
    return (
        f"{counted(len(everything), 'reported effect')} could be recomputed from the same row; {len(apart)} differ by "
        f"more than rounding ({listed(by_origin)}). A reported difference of means is often adjusted for baseline and "
        "centre, so a small gap is expected; a gap to raw counts is not."
    )


def discrepancies(results: Iterable[Result]) -> Mapping[int, str]:
    """Describe, by line, every reported effect that its own row contradicts, with both numbers.

    >>> dict(discrepancies([]))
    {}
    """
    return MappingProxyType({one.result.line: one.sentence for one in recomputed(results) if not one.agrees})


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """All problems of one kind, each with the file it is in."""

    kind: ProblemKind
    problems: tuple[tuple[str, Problem], ...]

    @property
    def title(self) -> str:
        """Severity, name and number of problems."""
        severity = "Blocking" if self.kind.severity == "blocking" else "Note"
        return f"{severity} · {self.kind.title} · {len(self.problems)}"


def problem_groups(problems: Mapping[str, Iterable[Problem]]) -> tuple[ProblemGroup, ...]:
    """Group problems by kind: blocking ones first, then in the order of the codes."""
    by_code: dict[str, list[tuple[str, Problem]]] = {}
    for file, of_file in problems.items():
        for one in of_file:
            by_code.setdefault(one.code, []).append((file, one))
    kinds = sorted((kind for kind in KINDS.values() if kind.code in by_code), key=lambda k: k.severity != "blocking")
    return tuple(ProblemGroup(kind, tuple(by_code[kind.code])) for kind in kinds)


def advice(group: ProblemGroup) -> str:
    """Advise how to fix the problems of one kind; refer to the table if that differs from row to row."""
    fixes = {one.fix for _, one in group.problems}
    return fixes.pop() if len(fixes) == 1 else "see the column “Fix” of the table."


@lru_cache(maxsize=1024)
def trial_link(trial: str | None) -> str | None:
    """Return the address of a trial's card, relative to any page."""
    return address("trials", trial=trial) if trial else None


def group_frame(group: ProblemGroup, evidence: Evidence) -> pd.DataFrame:
    """Tabulate the problems of one kind, one per row; shared comparators one row per trial, as there are so many."""
    result_on = {result.line: result for result in evidence.results}
    rows: list[dict[str, object]] = []
    for file, one in group.problems:
        result = result_on.get(one.line) if file == TRIALS else None
        rows.append(
            {
                "Trial": result.label if result else "",
                "Open": trial_link(result.trial if result else None),
                "File": file,
                "Line": one.line or None,
                "Column": one.column,
                "Value": one.value,
                "Message": one.message,
                "Fix": one.fix,
            }
        )
    if group.kind.code != SHARED:
        # A column that says nothing, or the same that stands above the table, is left out.
        silent = {"Fix"} if len({row["Fix"] for row in rows}) == 1 else set()
        silent |= {name for name in ("Trial", "Open", "Column", "Value") if not any(row[name] for row in rows)}
        return pd.DataFrame(rows).drop(columns=list(silent))
    by_trial: dict[object, list[dict[str, object]]] = {}
    for row in rows:
        by_trial.setdefault(row["Trial"] or row["File"], []).append(row)
    return pd.DataFrame(
        [
            {
                "Trial": trial,
                "Open": own[0]["Open"],
                "Comparator": ", ".join(dict.fromkeys(str(row["Value"]) for row in own)),
                "Results": len(own),
                "Lines": ", ".join(str(row["Line"]) for row in own),
            }
            for trial, own in by_trial.items()
        ]
    )


def problems_frame(problems: Mapping[str, Iterable[Problem]]) -> pd.DataFrame:
    """Tabulate every problem of every file, one per row, for the download."""
    columns = ("file", "line", "column", "code", "severity", "value", "message", "fix")
    rows = [{"file": file} | one.to_dict() for file, of_file in problems.items() for one in of_file]
    return pd.DataFrame(rows, columns=list(columns))


def recomputed_frame(items: Iterable[Recomputed]) -> pd.DataFrame:
    """Tabulate reported beside recomputed effects, one per row, in the order given."""
    return pd.DataFrame(
        [
            {
                "Agrees": "yes" if one.agrees else "no",
                "Trial": one.result.label,
                "Open": trial_link(one.result.trial),
                "Outcome": OUTCOMES[one.result.outcome].label,
                "Time": in_words(one.result.hours),
                "Measure": one.result.effect_measure,
                "Reported": plain(one.printed),
                "Recomputed": _short(one.recomputed),
                "From": one.origin,
                "Note": one.result.note or "",
                "Line": one.result.line,
            }
            for one in items
        ]
    )


def provenance_frame(results: Iterable[Result]) -> pd.DataFrame:
    """Count rows by source (down) and confidence (across), with totals."""
    rows = tuple(results)

    def line(label: str, own: tuple[Result, ...]) -> dict[str, object]:
        counts = {term.label: sum(r.confidence == value for r in own) for value, term in CONFIDENCES.items()}
        return {"Source": label, **counts, "All": len(own)}

    lines = [line(term.label, tuple(r for r in rows if r.source == value)) for value, term in SOURCES.items()]
    return pd.DataFrame([*lines, line("All", rows)])


def to_be_checked(results: Iterable[Result]) -> tuple[Result, ...]:
    """Return results of low confidence, and those whose note says that they are to be checked."""
    return tuple(r for r in results if r.confidence == "low" or _TO_BE_CHECKED.search(r.note or ""))


def to_be_checked_frame(results: Iterable[Result]) -> pd.DataFrame:
    """Tabulate results with what is uncertain about them, one per row."""
    return pd.DataFrame(
        [
            {
                "Trial": r.label,
                "Open": trial_link(r.trial),
                "Outcome": OUTCOMES[r.outcome].label,
                "Time": in_words(r.hours),
                "Confidence": r.confidence,
                "Source": r.source,
                "Where": r.locator,
                "Note": r.note or "",
                "Line": r.line,
            }
            for r in results
        ]
    )


def missing_fields(reference: Reference) -> tuple[str, ...]:
    """List, by CSL name, the fields that this kind of reference should have but lacks."""
    fields = {
        "author": reference.authors,
        "title": reference.title,
        "issued": reference.date,
        "DOI, PMID or URL": reference.doi or reference.pmid or reference.pmcid or reference.url,
    }
    if reference.type == "article-journal":
        fields |= {
            "container-title": reference.container_title,
            "volume": reference.volume,
            "page": reference.page,
        }
    return tuple(name for name, value in fields.items() if not value)


def references_frame(evidence: Evidence) -> pd.DataFrame:
    """Tabulate the references that lack a field, those most cited by results first."""
    cited: dict[str, int] = {}
    for result in evidence.results:
        cited[result.citation] = cited.get(result.citation, 0) + 1
    lacking = [(one, missing) for one in evidence.references.values() if (missing := missing_fields(one))]
    return pd.DataFrame(
        [
            {
                "Reference": one.id,
                "Missing": ", ".join(missing),
                "Results": cited.get(one.id, 0),
                "Type": one.type,
                "Note": one.note,
                "Line": one.line,
            }
            for one, missing in sorted(lacking, key=lambda pair: -cited.get(pair[0].id, 0))
        ]
    )


def unregistered(trials: Trials) -> tuple[Result, ...]:
    """Return the first result of every trial whose registry number is unknown."""
    return tuple(rows[0] for rows in trials.values() if not any(row.registration for row in rows))


def unregistered_frame(trials: Trials) -> pd.DataFrame:
    """Tabulate the trials whose registry number is unknown."""
    return pd.DataFrame(
        [
            {
                "Trial": first.label,
                "Open": trial_link(first.trial),
                "Design": DESIGNS[first.design].label,
                "People": count(first.n_randomised),
                "Results": len(trials[first.trial]),
                "Citation": first.citation,
            }
            for first in unregistered(trials)
        ]
    )


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """Problems by code with their tables, and the tables of what is wrong or thin; counts beside them."""

    problems: tuple[tuple[ProblemGroup, pd.DataFrame], ...]
    recomputed: pd.DataFrame
    recomputed_in_words: str
    differing: int
    complete: pd.DataFrame
    provenance: pd.DataFrame
    to_be_checked: pd.DataFrame
    lacking: pd.DataFrame
    unregistered: pd.DataFrame


def report(evidence: Evidence, on_disk: Evidence) -> Report:
    """Report on the data shown, with the problems of the files as they are on disk."""
    again = recomputed(evidence.results)
    groups = problem_groups(on_disk.problems)
    return Report(
        tuple((group, group_frame(group, on_disk)) for group in groups),
        recomputed_frame(again),
        recomputed_in_words(again),
        sum(not one.agrees for one in again),
        completeness.by_outcome(evidence.trials),
        provenance_frame(evidence.results),
        to_be_checked_frame(to_be_checked(evidence.results)),
        references_frame(evidence),
        unregistered_frame(evidence.trials),
    )
