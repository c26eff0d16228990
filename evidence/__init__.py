"""Clinical-trial evidence on one drug in one condition: load it, select from it, pool it.

>>> import evidence
>>> trials = evidence.select(evidence.load(), "placebo", population="TRD")
>>> evidence.response(trials, "RR", "24h").question.title
'Response, 12 to 36 hours'

The rooms, from the ground up: `dataset` reads the files, `selection` says which results, `stats` is arithmetic,
`synthesis` makes one answer, `questions` asks what readers ask, `content` is what the authors wrote, `curation`
changes the data, `report` shows answers; `export`, `seminar`, `api`, `cli` and `ui` are the doors. Imports point
downwards only; the contracts in pyproject.toml say so. The names below are imported when they are first used.
"""

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evidence.dataset.evidence import Evidence as Evidence
    from evidence.dataset.evidence import load as load
    from evidence.dataset.problems import Problem as Problem
    from evidence.dataset.records import Claim as Claim
    from evidence.dataset.records import Judgement as Judgement
    from evidence.dataset.records import PublishedEstimate as PublishedEstimate
    from evidence.dataset.records import Result as Result
    from evidence.dataset.references import Reference as Reference
    from evidence.library import blinding as blinding
    from evidence.library import dose_response as dose_response
    from evidence.library import duration as duration
    from evidence.library import harms as harms
    from evidence.library import onset as onset
    from evidence.library import response as response
    from evidence.library import select as select
    from evidence.library import summary_of_findings as summary_of_findings
    from evidence.library import withdrawals as withdrawals
    from evidence.selection.selection import PRESETS as PRESETS
    from evidence.selection.selection import Selection as Selection
    from evidence.stats.effect_sizes import Counts as Counts
    from evidence.stats.effect_sizes import Effect as Effect
    from evidence.stats.effect_sizes import Scores as Scores
    from evidence.stats.pooling import Pooled as Pooled
    from evidence.stats.pooling import pool as pool
    from evidence.stats.regression import meta_regression as meta_regression
    from evidence.stats.sensitivity import leave_one_out as leave_one_out
    from evidence.synthesis.answers import Answer as Answer
    from evidence.synthesis.answers import Model as Model
    from evidence.synthesis.answers import answer as answer
    from evidence.synthesis.trial_effects import Question as Question

__version__ = "0.2.0"

_HOME = {
    "Answer": "evidence.synthesis.answers",
    "answer": "evidence.synthesis.answers",
    "blinding": "evidence.library",
    "Claim": "evidence.dataset.records",
    "Counts": "evidence.stats.effect_sizes",
    "dose_response": "evidence.library",
    "duration": "evidence.library",
    "Effect": "evidence.stats.effect_sizes",
    "Evidence": "evidence.dataset.evidence",
    "Problem": "evidence.dataset.problems",
    "harms": "evidence.library",
    "Judgement": "evidence.dataset.records",
    "leave_one_out": "evidence.stats.sensitivity",
    "load": "evidence.dataset.evidence",
    "meta_regression": "evidence.stats.regression",
    "Model": "evidence.synthesis.answers",
    "onset": "evidence.library",
    "pool": "evidence.stats.pooling",
    "Pooled": "evidence.stats.pooling",
    "PRESETS": "evidence.selection.selection",
    "Question": "evidence.synthesis.trial_effects",
    "Reference": "evidence.dataset.references",
    "response": "evidence.library",
    "Result": "evidence.dataset.records",
    "PublishedEstimate": "evidence.dataset.records",
    "Scores": "evidence.stats.effect_sizes",
    "select": "evidence.library",
    "Selection": "evidence.selection.selection",
    "summary_of_findings": "evidence.library",
    "withdrawals": "evidence.library",
}

__all__ = [
    "PRESETS",
    "Answer",
    "Claim",
    "Counts",
    "Effect",
    "Evidence",
    "Judgement",
    "Model",
    "Pooled",
    "Problem",
    "PublishedEstimate",
    "Question",
    "Reference",
    "Result",
    "Scores",
    "Selection",
    "__version__",
    "answer",
    "blinding",
    "dose_response",
    "duration",
    "harms",
    "leave_one_out",
    "load",
    "meta_regression",
    "onset",
    "pool",
    "response",
    "select",
    "summary_of_findings",
    "withdrawals",
]

# A library stays silent until the program that uses it says where its log goes; dashboard.py does.
logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
