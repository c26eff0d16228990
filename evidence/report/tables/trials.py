"""Trials and their results as the DataFrames of the Trials page."""

from collections.abc import Iterable, Mapping

import pandas as pd

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Judgement, Result
from evidence.dataset.references import Reference
from evidence.dataset.time_bins import in_words
from evidence.dataset.vocabulary import (
    AGE_GROUPS,
    ANCHORS,
    COMPARATORS,
    INTERVENTIONS,
    POPULATIONS,
    ROB_DOMAINS,
    ROB_JUDGEMENTS,
)
from evidence.questions.risk_of_bias import MARKS
from evidence.synthesis.describe import dose_of, numbers_of
from evidence.synthesis.sentences import spoken

Trials = Mapping[str, tuple[Result, ...]]


def matching(trials: Trials, references: Mapping[str, Reference], words: str) -> dict[str, tuple[Result, ...]]:
    """Find trials in which every search word occurs, in names, numbers, authors or titles, in any case."""
    wanted = words.casefold().split()
    return {trial: rows for trial, rows in trials.items() if all(w in _haystack(rows, references) for w in wanted)}


def _haystack(rows: tuple[Result, ...], references: Mapping[str, Reference]) -> str:
    texts: list[str] = []
    for result in rows:
        texts += [result.trial, result.label, result.acronym or "", result.registration or "", result.citation]
        reference = references.get(result.citation)
        if reference is not None:
            texts += [reference.title or "", *(author.literal or author.family or "" for author in reference.authors)]
    return " ".join(dict.fromkeys(texts)).casefold()


def _joined(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(value for value in values if value))


def arms_of(rows: Iterable[Result]) -> list[str]:
    """List each comparison once: drug, dose, route, comparator.

    >>> arms_of([])
    []
    """
    lines = []
    for r in rows:
        against = f" against {spoken(r.comparator)}" if r.is_controlled else ""
        lines.append(f"{r.intervention} {dose_of(r)} {r.route}{against}".replace("  ", " "))
    return list(dict.fromkeys(lines))


def trial_frame(trials: Trials, links: Mapping[str, str | None], judged: frozenset[str] = frozenset()) -> pd.DataFrame:
    """Return one row for each trial: its size, who took part, how long it measured, whether its bias was judged."""
    return pd.DataFrame(
        [
            {
                "Trial": rows[0].label,
                "People": rows[0].n_randomised,
                "Who": _who(rows[0]),
                "Design": rows[0].design,
                "Latest result": in_words(max(r.hours for r in rows)),
                "Bias judged": "yes" if trial in judged else "no",
                "Drug": _joined(INTERVENTIONS[r.intervention].label for r in rows),
                "Route": _joined(r.route for r in rows),
                "Against": _joined(COMPARATORS[r.comparator].label for r in rows if r.is_controlled) or "uncontrolled",
                "Results": len(rows),
                "Acronym": rows[0].acronym or "",
                "Registration": rows[0].registration or "",
                "Citation": links.get(rows[0].citation),
            }
            for trial, rows in trials.items()
        ]
    )


def _who(row: Result) -> str:
    """Describe who took part; an age group other than adults is named."""
    population = POPULATIONS[row.population].label
    return population if row.age_group == "adults" else f"{population}, {AGE_GROUPS[row.age_group].label.lower()}"


def results_frame(rows: Iterable[Result], links: Mapping[str, str | None]) -> pd.DataFrame:
    """Tabulate every result of a trial, with its place in the source and how it was obtained."""
    return pd.DataFrame(
        [
            {
                "Outcome": OUTCOMES[r.outcome].label,
                "Time": f"{in_words(r.hours)} after {ANCHORS[r.anchor].label}",
                "Dose": dose_of(r),
                "Against": COMPARATORS[r.comparator].label if r.is_controlled else "uncontrolled",
                "Numbers": "; ".join(numbers_of(r)) or "not reported",
                "Analysis": r.analysis + (", primary" if r.primary else ""),
                "Source": r.source,
                "Where": r.locator,
                "How": r.extraction,
                "Confidence": r.confidence,
                "Note": r.note or "",
                "Citation": links.get(r.citation),
                "Line": r.line,
            }
            for r in rows
        ]
    )


def judgement_frame(judgements: Iterable[Judgement]) -> pd.DataFrame:
    """Tabulate the published judgements of one trial; two reviews that differ get two rows."""
    return pd.DataFrame(
        [
            {
                "Domain": ROB_DOMAINS[j.domain].label,
                "Judgement": f"{MARKS[j.judgement]}  {ROB_JUDGEMENTS[j.judgement].label}",
                "Tool": j.tool,
                "Judged by": j.citation,
                "Where": j.locator,
            }
            for j in judgements
        ]
    )
