"""What several test files share: the shipped evidence, read once, a builder of one result, and data for pages."""

import functools
import gc
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from evidence.dataset import evidence as dataset
from evidence.dataset.evidence import Evidence
from evidence.dataset.vocabulary import activate, shipped_words

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.support.server import Server

# Tests make many things and keep few: looking for what can be forgotten less often saves a thirtieth of the time.
gc.set_threshold(20_000, 50, 100)
# How long one example takes depends on what else runs beside it.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_collection_finish() -> None:
    """Let Streamlit look for components among the installed packages once, not for every page that is opened.

    The search takes longer than most pages, and what is installed does not change while tests run.
    """
    if "streamlit" in sys.modules:
        from streamlit.components.v2 import manifest_scanner

        manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)


@pytest.fixture(scope="session")
def evidence() -> Evidence:
    """The evidence as shipped."""
    return dataset.load(dataset.DATA)


@pytest.fixture(scope="module", autouse=True)
def shipped_topic() -> None:
    """Begin each file with the words of the shipped data, whatever topic the file before it opened."""
    activate(shipped_words())


@pytest.fixture
def shipped_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages show the data as shipped, whatever folder the environment names."""
    from evidence.config import FOLDER_VARIABLE

    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the data that pages show and may save to, as the server listens on this computer only."""
    from streamlit import config

    from evidence.api import owner_token
    from evidence.config import FOLDER_VARIABLE
    from tests.support.server import TOKEN

    copy = tmp_path / "data"
    shutil.copytree(dataset.DATA, copy, ignore=shutil.ignore_patterns("history"))
    monkeypatch.setenv(FOLDER_VARIABLE, str(copy))
    monkeypatch.setenv(owner_token.VARIABLE, TOKEN)
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
    from tests.support.server import browsing

    with browsing() as running:
        yield running


@pytest.fixture(scope="session")
def server() -> Iterator["Server"]:
    """The dashboard on the shipped data, to which no test writes: one process, warm after the first page."""
    from tests.support.server import dashboard

    with dashboard() as running:
        yield running
