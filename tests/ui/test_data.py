"""The data as the app holds it while its files break: the last good version stays, and a mended file is seen."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st

from evidence.config import FOLDER_VARIABLE
from evidence.dataset import csv_table
from evidence.dataset.evidence import DATA, REFERENCES, TRIALS
from evidence.ui import data as app_data
from tools import faults


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "data"
    shutil.copytree(DATA, copy, ignore=shutil.ignore_patterns("history"))
    monkeypatch.setenv(FOLDER_VARIABLE, str(copy))
    return copy


@pytest.mark.parametrize("fault", [fault for fault in faults.FAULTS if fault.is_kept], ids=lambda fault: fault.name)
def test_the_last_good_data_stays_whatever_becomes_of_a_file(folder: Path, fault: faults.Fault) -> None:
    good = app_data.current().evidence
    fault.do(folder)
    broken = app_data.current()
    assert broken.evidence is good
    assert broken.kept_since
    faults.restore(folder)
    assert app_data.current().evidence.digest == good.digest
    assert app_data.current().kept_since is None


@pytest.mark.parametrize("fault", [fault for fault in faults.FAULTS if not fault.is_kept], ids=lambda fault: fault.name)
def test_new_content_is_seen_whatever_the_clock_says(folder: Path, fault: faults.Fault) -> None:
    good = app_data.current().evidence
    fault.do(folder)
    assert app_data.current().evidence.digest != good.digest
    assert app_data.current().kept_since is None


def test_a_browser_that_clears_the_cache_does_not_take_the_last_good_data(folder: Path) -> None:
    good = app_data.current().evidence
    faults.truncated(folder)
    st.cache_resource.clear()
    assert app_data.current().evidence is good


@pytest.mark.parametrize("name", [TRIALS, REFERENCES])
def test_a_file_that_the_system_refused_once_is_read_again_unchanged(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    really: Callable[..., object] = Path.open

    def refused(path: Path, *rest: object, **more: object) -> object:
        if path.name == name:
            raise OSError(24, "Too many open files")
        return really(path, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(csv_table.Path, "open", refused)
        assert name in app_data.current().on_disk.broken
    assert not app_data.current().on_disk.broken
