"""Build results for tests."""

from typing import Any

from evidence.dataset.records import PublishedEstimate, Result

_CELLS: dict[str, Any] = {
    "trial": "smith-2020",
    "label": "Smith 2020",
    "citation": "Smith2020",
    "design": "parallel",
    "population": "TRD",
    "age_group": "adults",
    "n_randomised": 60,
    "intervention": "ketamine",
    "route": "intravenous",
    "dose": 0.5,
    "dose_unit": "mg/kg",
    "administrations": 1,
    "comparator": "midazolam",
    "outcome": "response",
    "hours": 24,
    "anchor": "first-dose",
    "analysis": "main",
    "source": "full text",
    "locator": "Table 2",
    "extraction": "reported",
    "confidence": "high",
    "timing": "at-time",
}


def result(**cells: Any) -> Result:
    """A valid result of a midazolam-controlled trial at 24 hours, with the given cells in place of the usual ones."""
    return Result(**(_CELLS | cells))


def counted(a: int, n1: int, c: int, n2: int, **cells: Any) -> Result:
    """A result with events and people of both arms: `a` of `n1` against `c` of `n2`."""
    return result(events_intervention=a, n_intervention=n1, events_comparator=c, n_comparator=n2, **cells)


def difference(effect: float, low: float, high: float, **cells: Any) -> Result:
    """A result with a printed mean difference on the MADRS and its interval."""
    usual = {"outcome": "symptom-change", "instrument": "MADRS", "unit": "points", "effect_measure": "MD"}
    return result(**(usual | {"effect": effect, "ci_low": low, "ci_high": high} | cells))


def published(**cells: Any) -> PublishedEstimate:
    """A pooled risk ratio of a review of the same question, with the given cells in place of the usual ones."""
    usual: dict[str, Any] = {
        **{"estimate": "smith_24h", "label": "Smith review", "citation": "Smith2021", "intervention": "ketamine"},
        **{"route": "intravenous", "comparator": "midazolam", "outcome": "response", "hours": 24, "time": "24 h"},
        **{"effect_measure": "RR", "effect": 2.0, "ci_low": 1.0, "ci_high": 4.0},
    }
    return PublishedEstimate(**(usual | cells)).listing({"smith-2020"})
