"""The curve over time and the results behind it as a table."""

import math
from collections.abc import Mapping

import pandas as pd

from evidence.dataset.time_bins import in_words
from evidence.questions.time_curve import CurvePoint, TimeCurve
from evidence.synthesis.display import interval, shown

_BETWEEN = 8  # rows of a stretch


def curve_frame(curve: TimeCurve, links: Mapping[str, str | None]) -> pd.DataFrame:
    """Return a row per result of a trial, then the curve at some of its times."""
    rows: list[dict[str, object]] = [
        {
            "Trial": entry.label,
            "Time": in_words(entry.hours),
            "Scale": entry.first.instrument,
            "Effect": shown(curve.measure, entry.effect.estimate if entry.effect else None),
            "95% interval": interval(curve.measure, entry.low, entry.high),
            "People": entry.people,
            "Trials that reach": None,
            "Citation": links.get(entry.first.citation),
        }
        for entry in curve.entries
    ]
    rows += [
        {
            "Trial": "Curve",
            "Time": in_words(float(f"{point.hours:.3g}")),
            "Scale": None,
            "Effect": shown(curve.measure, point.mean),
            "95% interval": interval(curve.measure, point.low, point.high),
            "People": None,
            "Trials that reach": point.trials,
            "Citation": None,
        }
        for point in _told(curve)
    ]
    return pd.DataFrame(rows)


def _told(curve: TimeCurve) -> list[CurvePoint]:
    """Return the ends of each stretch and some points between them; the curve itself has many more."""
    chosen = []
    for stretch in curve.stretches:
        step = max(1, math.ceil((len(stretch) - 1) / _BETWEEN))
        chosen += [point for place, point in enumerate(stretch) if place % step == 0 or place == len(stretch) - 1]
    return chosen
