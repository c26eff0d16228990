"""Definitions as tables: the words of the data, the time bins, the kinds of finding."""

import math
from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from evidence.dataset import vocabulary
from evidence.dataset.outcomes import OUTCOME_GROUPS, OUTCOMES
from evidence.dataset.problems import KINDS
from evidence.dataset.time_bins import HOURS_A_DAY, TIME_BINS, in_words
from evidence.dataset.vocabulary import Term
from evidence.synthesis import priors

_WORD_LISTS: Mapping[str, Mapping[str, Term]] = MappingProxyType(
    {
        "Comparator kinds": vocabulary.COMPARATOR_KINDS,
        "Confidence": vocabulary.CONFIDENCES,
        "Sources": vocabulary.SOURCES,
        "Extraction": vocabulary.EXTRACTIONS,
        "Effect measures": vocabulary.EFFECT_MEASURES,
        "Populations": vocabulary.POPULATIONS,
        "Designs": vocabulary.DESIGNS,
        "Blinding": vocabulary.BLINDINGS,
        "Analyses": vocabulary.ANALYSES,
        "Anchors of time": vocabulary.ANCHORS,
        "Certainty": vocabulary.CERTAINTIES,
        "Pole": vocabulary.POLES,
        "Verdicts": vocabulary.VERDICTS,
    }
)


def _limit(hours: float) -> str:
    if hours in (0, math.inf):
        return "the first dose" if hours == 0 else "no end"
    rounded = math.floor(hours)
    words = in_words(rounded) if rounded % HOURS_A_DAY == 0 else f"{rounded} h"
    return words if rounded == hours else f"over {words}"


def times_frame() -> pd.DataFrame:
    """Tabulate the time bins: the hours pooled together, and the time each one represents."""
    return pd.DataFrame(
        [
            {
                "Bin": item.label,
                "From": _limit(item.low),
                "To": _limit(item.high),
                "Centre": in_words(item.centre),
            }
            for item in TIME_BINS
        ]
    )


def priors_frame() -> pd.DataFrame:
    """Tabulate the priors on how far trials differ that these data are pooled under."""
    return pd.DataFrame([{"Effect": words, "Prior": priors.named(kind).words} for kind, words in priors.KINDS.items()])


def problems_frame() -> pd.DataFrame:
    """Tabulate all problem codes."""
    return pd.DataFrame(
        [
            {"Code": kind.code, "Severity": kind.severity, "Problem": kind.title, "Meaning": kind.explanation}
            for kind in KINDS.values()
        ]
    )


def words_frames() -> dict[str, pd.DataFrame]:
    """Tabulate the definitions of the words in the data, list by list."""
    outcomes: list[dict[str, object]] = [
        {
            "Outcome": one.label,
            "Group": OUTCOME_GROUPS[one.group].label,
            "Better": one.better,
            "Definition": one.definition,
            "Word": one.value,
        }
        for one in OUTCOMES.values()
    ]
    comparators: list[dict[str, object]] = [
        {"Comparator": one.label, "Kind": one.kind, "Definition": one.definition, "Word": one.value}
        for one in vocabulary.COMPARATORS.values()
    ]
    scales: list[dict[str, object]] = [
        {"Scale": one.label, "Rated by": one.rater, "Preferred": one.rank + 1, "Word": one.value}
        for one in vocabulary.INSTRUMENTS.values()
    ]
    lists: dict[str, list[dict[str, object]]] = {
        "Outcomes": outcomes,
        "Comparators": comparators,
        "Rating scales": scales,
    }
    for title, words in _WORD_LISTS.items():
        lists[title] = [{"Name": t.label, "Definition": t.definition, "Word": t.value} for t in words.values()]
    return {title: pd.DataFrame(rows) for title, rows in lists.items()}
