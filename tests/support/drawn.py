"""Figures drawn from made-up trials, and what stands on them."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import pytest

from evidence.dataset.records import Result
from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.questions import onset
from evidence.report.figures.forest import Labels, forest
from evidence.report.figures.forest_rows import Arrangement, forest_rows
from evidence.report.figures.style import INKS, LIGHT, Ink
from evidence.report.figures.time_course import onset as onset_figure
from evidence.synthesis.answers import answer
from evidence.synthesis.trial_effects import Question
from tests.support.builders import counted

RESPONSE = Question(("response",), "RR", BIN_OF_VALUE["24h"])
LABELS = Labels("Ketamine", "Midazolam", "favours midazolam", "favours ketamine", "Risk ratio")
LINKS = {"Smith2020": "https://doi.org/10.1/x"}
EACH_INK = pytest.mark.parametrize("ink", INKS.values(), ids=INKS)
EACH_SIZE = pytest.mark.parametrize("k", [0, 1, 2, 44])


def trials(k: int, **cells: Any) -> list[Result]:
    """`k` trials with different numbers, three comparators and a line of the file each."""
    against = ("midazolam", "saline", "placebo")
    return [
        counted(
            10 + i % 9,
            40,
            5 + i % 4,
            40,
            **({"trial": f"t{i}", "label": f"T{i} {1990 + i}", "line": i + 2, "comparator": against[i % 3]} | cells),
        )
        for i in range(k)
    ]


def forest_of(rows: Sequence[Result], ink: Ink = LIGHT, links: dict[str, str | None] | None = None) -> go.Figure:
    found = answer(rows, RESPONSE, group_by=lambda e: e.first.comparator)
    arrangement = Arrangement(group_by=lambda e: e.first.comparator)
    return forest(forest_rows(found, links or {}, ink, arrangement), "RR", LABELS, ink)


def onset_of(
    rows: Sequence[Result], measure: str, ink: Ink = LIGHT, hours: bool = False, by_masking: bool = False
) -> go.Figure:
    drawn = onset.course(rows, measure, by_masking=by_masking).drawn
    return onset_figure(drawn, ("below", "above"), ink, "axis", hours=hours)


def lines_of(figure: go.Figure) -> list[int]:
    """Every line of the file that a mark of the figure leads to."""
    keys = [point[0] for trace in figure.data for point in (() if trace.customdata is None else trace.customdata)]
    return [int(line) for key in keys for line in key.split()]


def column(figure: go.Figure) -> list[str]:
    return [text for trace in figure.data if trace.mode == "text" for text in trace.text]
