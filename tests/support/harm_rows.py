"""Harms of made-up trials and of esketamine."""

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.questions import harms
from evidence.selection.selection import Selection
from tests.support.builders import counted

ESKETAMINE = Selection("esketamine")


def felt(a: int, n1: int, c: int, n2: int, trial: str = "t0", **cells: object) -> Result:
    usual = {"outcome": "dissociation", "trial": trial, "label": trial.upper(), "comparator": "placebo", "hours": 672}
    return counted(a, n1, c, n2, **(usual | cells))


def of_esketamine(evidence: Evidence, event: str) -> harms.Harm:
    found = harms.scope(evidence.results, ESKETAMINE, harms.is_event)
    return harms.harm_of(found.compared, event)
