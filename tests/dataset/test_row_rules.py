"""Rules within one row: what a number cannot be, on the scale that the row names."""

from types import SimpleNamespace
from typing import Any

import pytest

from evidence.dataset import row_rules
from evidence.dataset.row_rules import Entry, is_logarithm, scale_rules


def row(**cells: Any) -> SimpleNamespace:
    names = [f"{kind}_{arm}" for kind in ("mean", "median", "sd") for arm in ("intervention", "comparator")]
    blank: dict[str, Any] = dict.fromkeys(names)
    about = {"outcome": "symptom-endpoint", "analysis": "main", "instrument": "scale", "unit": "points", "line": 2}
    return SimpleNamespace(**{**blank, **about, **cells})


@pytest.fixture(autouse=True)
def scale_of_60_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_rules, "INSTRUMENTS", {"scale": SimpleNamespace(low=0, high=60), "other": object()})


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        ({"mean_intervention": 61.0}, ["mean_intervention"]),
        ({"mean_comparator": -1.0}, ["mean_comparator"]),
        ({"median_intervention": 60.5, "mean_intervention": 60.0}, ["median_intervention"]),
        ({"sd_intervention": 31.0, "sd_comparator": 30.0}, ["sd_intervention"]),
        ({"mean_intervention": -60.0, "outcome": "symptom-change"}, []),
        ({"mean_intervention": -60.1, "outcome": "symptom-change"}, ["mean_intervention"]),
        ({"mean_intervention": 75.0, "unit": "percent"}, []),
        ({"mean_intervention": 75.0, "instrument": "other"}, []),
        ({"mean_intervention": 75.0, "outcome": "time-to-relapse"}, []),
    ],
)
def test_a_score_that_its_scale_cannot_give_is_said(cells: dict[str, Any], columns: list[str]) -> None:
    found = [f for f in scale_rules(Entry(row(**cells))) if f.code == "outside-scale"]
    assert [f.column for f in found] == columns


@pytest.mark.parametrize("analysis", ["main", "sensitivity"])
def test_two_rises_are_said_of_a_main_row(analysis: str) -> None:
    entry = Entry(row(outcome="symptom-change", mean_intervention=4.0, mean_comparator=2.0, analysis=analysis))
    assert [f.code for f in scale_rules(entry)] == (["change-above-zero"] if analysis == "main" else [])


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [((0.69, 0.1, 1.28), True), ((2.0, 1.0, 4.0), False), ((1.1, 1.0, 1.2), False), ((0.0, 0.0, 0.0), False)],
)
def test_an_interval_tells_a_logarithm(numbers: tuple[float, float, float], expected: bool) -> None:
    assert is_logarithm(*numbers) is expected
