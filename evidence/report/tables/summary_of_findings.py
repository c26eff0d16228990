"""The summary of findings as a table: its heads, its cells, and the notes that go under it."""

import pandas as pd

from evidence.formatting import listed
from evidence.questions.summary_of_findings import Summary

COLUMNS = (
    "Outcome",
    "With the comparator",
    "With the drug (95% CI)",
    "Difference (95% CI)",
    "Relative effect (95% CI)",
    "People and trials",
    "Certainty",
    "Why this certainty",
    "What it means",
)


def summary_rows(summary: Summary) -> list[tuple[str, ...]]:
    """Return the cells of the table, one tuple per line, in the order of COLUMNS."""
    return [
        (
            line.title,
            line.comparator,
            line.drug,
            line.difference,
            line.relative,
            line.behind,
            line.certainty,
            line.reason,
            line.statement,
        )
        for line in summary.lines
    ]


def headings(summary: Summary) -> tuple[str, ...]:
    """Return the column headings, with both sides by name."""
    named = {"With the comparator": f"With {summary.sides.comparator}"}
    named["With the drug (95% CI)"] = f"With {summary.sides.drug} (95% CI)"
    return tuple(named.get(name, name) for name in COLUMNS)


def summary_frame(summary: Summary) -> pd.DataFrame:
    """Return the table as a DataFrame."""
    return pd.DataFrame(summary_rows(summary), columns=list(headings(summary)))


def notes(summary: Summary) -> tuple[str, ...]:
    """List what a reader must know about the table: how the numbers are made, and what is missing."""
    lines = [
        "The number with the comparator is that of all pooled people. The number with the drug is calculated from it "
        "with the pooled effect, so it was not observed; with a single trial it is the trial’s own.",
        "Bayesian random effects with a published prior on how much effects differ between trials; harms by Mantel and "
        "Haenszel. Intervals are 95% credible intervals (CrI) for Bayesian pools, otherwise 95% confidence "
        "intervals (CI). RR: risk ratio.",
        "Certainty is that of published reviews of the same question, in their words; nothing is rated here.",
    ]
    several = [line.title for line in summary.lines if len({e.first.comparator for e in line.answer.used}) > 1]
    if several:
        lines.append(f"Different comparators are pooled in: {'; '.join(name.lower() for name in several)}.")
    if summary.elsewhere:
        lines.append(
            f"A table is about one comparison: results against {listed(list(summary.elsewhere))} are left out of this "
            "one. A filter on the kind of comparator gives them a table of their own."
        )
    differences = [line.title.lower() for line in summary.lines if line.answer.question.measure == "RD"]
    if differences:
        lines.append(
            "The difference is pooled rather than the ratio, so that trials in which nobody in one arm had it "
            "also count: "
            f"{listed(differences)}."
        )
    if any(line.answer.question.measure == "HR" for line in summary.lines):
        lines.append(
            "Relapse with the drug follows from the hazard ratio and the rate of those who stopped; How long gives the "
            "relapses as counted, which can differ by a few in 100."
        )
    if summary.nobody:
        names = "; ".join(summary.nobody).lower()
        lines.append(f"Nobody had it in either arm, so no ratio can be estimated: {names}.")
    if summary.withdrawn:
        lines.append(
            f"Harms leave out randomised withdrawals, in which only people who had done well on the drug took part: "
            f"{listed(list(summary.withdrawn))}."
        )
    if summary.missing:
        lines.append(f"Nothing to pool in this selection: {'; '.join(name.lower() for name in summary.missing)}.")
    return tuple(lines)
