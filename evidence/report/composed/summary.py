"""The summary of findings as a section: its first statement, its table, and the notes under it."""

from evidence.formatting import Sentence
from evidence.questions.summary_of_findings import Summary
from evidence.report.section import Section
from evidence.report.tables import summary_of_findings as summary_tables


def summary_of_findings(summary: Summary) -> Section | None:
    """Return the table of outcomes with what each line says; None where no outcome can be compared."""
    if not summary.lines:
        return None
    statements = tuple(f"{line.title}: {line.statement}" for line in summary.lines)
    return Section(
        "summary",
        f"Summary of findings: {summary.title}",
        Sentence(summary.title, more=summary.lines[0].statement),
        statements,
        alt="; ".join(statements),
        table=summary_tables.summary_frame(summary),
        results=summary.results,
        notes=summary_tables.notes(summary),
    )
