"""Pages without a browser read files in this process: the worker has tests of its own, and the browser tests use it."""

import pytest

from tests.support.workbench import ReadHere


@pytest.fixture(autouse=True)
def read_files_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.ui.workbench.reading.begin", ReadHere)
