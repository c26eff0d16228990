"""What several test files share: the shipped evidence, read once, a builder of one result, and data for pages."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from evidence import dataset
from evidence.dataset import Evidence
from evidence.records import Result

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.server import Server

# How long one example takes depends on what else runs beside it.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

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


@pytest.fixture(scope="session")
def evidence() -> Evidence:
    """The evidence as shipped."""
    return dataset.load(dataset.DATA)


@pytest.fixture
def shipped_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages show the data as shipped, whatever folder the environment names."""
    from evidence.ui.loading import FOLDER_VARIABLE

    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the data that pages show and may save to, as the server listens on this computer only."""
    from streamlit import config

    from evidence.ui.loading import FOLDER_VARIABLE

    copy = tmp_path / "data"
    shutil.copytree(dataset.DATA, copy, ignore=shutil.ignore_patterns("history"))
    monkeypatch.setenv(FOLDER_VARIABLE, str(copy))
    before = config.get_option("server.address")
    config.set_option("server.address", "127.0.0.1")
    yield copy
    config.set_option("server.address", before)


@pytest.fixture
def data_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the data, shown by the pages, that a test may break; nothing cached before it or after it."""
    import streamlit as st

    copy = Path(shutil.copytree(dataset.DATA, tmp_path / "data"))
    monkeypatch.setenv("KETAMINE_EVIDENCE_DATA", str(copy))
    for cache in (st.cache_data, st.cache_resource):
        cache.clear()
    yield copy
    for cache in (st.cache_data, st.cache_resource):
        cache.clear()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A Chromium of the file's own."""
    from tests.server import browsing

    with browsing() as running:
        yield running


@pytest.fixture(scope="module")
def server() -> Iterator["Server"]:
    """The dashboard on the shipped data, a process of the file's own."""
    from tests.server import dashboard

    with dashboard() as running:
        yield running
