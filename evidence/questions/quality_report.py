"""Everything the page on data quality shows, worked out once for a version of the data."""

from dataclasses import dataclass

import pandas as pd

from evidence.dataset.evidence import Evidence
from evidence.questions import completeness
from evidence.questions import data_quality as quality
from evidence.questions.data_quality import FindingGroup


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """Findings by code with their tables, and the tables of what is wrong or thin; counts beside them."""

    findings: tuple[tuple[FindingGroup, pd.DataFrame], ...]
    recomputed: pd.DataFrame
    recomputed_in_words: str
    differing: int
    complete: pd.DataFrame
    provenance: pd.DataFrame
    to_be_checked: pd.DataFrame
    lacking: pd.DataFrame
    unregistered: pd.DataFrame


def report(evidence: Evidence, on_disk: Evidence) -> Report:
    """The report on the data shown, with the findings of the files as they are on disk."""
    again = quality.recomputed(evidence.results)
    groups = quality.finding_groups(on_disk.findings)
    return Report(
        tuple((group, quality.group_frame(group, on_disk)) for group in groups),
        quality.recomputed_frame(again),
        quality.recomputed_in_words(again),
        sum(not one.agrees for one in again),
        completeness.by_outcome(evidence.trials),
        quality.provenance_frame(evidence.results),
        quality.to_be_checked_frame(quality.to_be_checked(evidence.results)),
        quality.references_frame(evidence),
        quality.unregistered_frame(evidence.trials),
    )
