"""A folder on another drug: made of a Metapsy file by the command, it opens on every page under its own name."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from evidence.cli import main
from evidence.dataset.vocabulary import activate, shipped_words
from tests.support.metapsy_files import FILES

ROOT = Path(__file__).parents[2]
FILE = ROOT / "tests" / "data" / "metapsy" / "data.csv"
PAGES = sorted(path.name for path in (ROOT / "pages").glob("*.py"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    out = tmp_path_factory.mktemp("topics") / "psilocybin"
    references = str(FILE.with_name("references.json"))
    assert main(["convert", "metapsy", str(FILE), "--references", references, "--out", str(out)]) == 0
    yield out
    activate(shipped_words())


def opened(page: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "evidence" / "ui" / "app.py"), default_timeout=60).run()
    return at.switch_page(f"../../pages/{page}").run()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KETAMINE_EVIDENCE_DATA", str(folder))
    at = opened(page)
    assert [error.value for error in at.exception] == []
    kinds = (at.title, at.header, at.subheader, at.caption, at.markdown, at.info, at.warning)
    words = " ".join(str(item.value) for kind in kinds for item in kind)
    assert not re.search("ketamine|midazolam|bladder", words, re.IGNORECASE)
    assert "213 results" in words


def test_response_is_about_the_drug_of_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KETAMINE_EVIDENCE_DATA", str(folder))
    shown = " ".join(str(item.value) for item in opened("response.py").markdown)
    assert "psilocybin" in shown


@pytest.mark.parametrize("page", ["overview.py", "response.py", "patient.py", "which.py", "seminar.py"])
def test_a_therapy_opens_too(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data.csv").write_bytes(FILES["therapy, commas and points"])
    assert main(["convert", "metapsy", str(tmp_path / "data.csv"), "--out", str(tmp_path / "topic")]) == 0
    monkeypatch.setenv("KETAMINE_EVIDENCE_DATA", str(tmp_path / "topic"))
    try:
        at = opened(page)
        assert [error.value for error in at.exception] == []
        kinds = (at.title, at.header, at.subheader, at.caption, at.markdown, at.info, at.warning)
        words = " ".join(str(item.value) for kind in kinds for item in kind)
        assert "6 trials, 6 results" in words
        assert not re.search("ketamine|0 minutes|first 6 hours|not stated", words, re.IGNORECASE)
    finally:
        activate(shipped_words())


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_topic_opens_and_says_what_to_fill_in(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["new", str(tmp_path / "tea")]) == 0
    monkeypatch.setenv("KETAMINE_EVIDENCE_DATA", str(tmp_path / "tea"))
    try:
        at = opened(page)
        assert [error.value for error in at.exception] == []
        words = " ".join(str(item.value) for kind in (at.info, at.markdown) for item in kind).replace("\\", "")
        assert "This topic has no rows yet" in words
        for file in ("topic.toml", "vocabulary/intervention.csv", "trials.csv", "questions.csv"):
            assert f"**{file}" in words or f"and {file}**" in words
        assert ":material/check:" not in words
    finally:
        activate(shipped_words())


def test_what_is_filled_in_is_ticked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "tea"
    assert main(["new", str(folder)]) == 0
    (folder / "topic.toml").write_text('title = "Tea for sleep"\ndrug = "tea"\n')
    monkeypatch.setenv("KETAMINE_EVIDENCE_DATA", str(folder))
    try:
        words = " ".join(str(item.value) for item in opened("overview.py").markdown)
        assert words.count(":material/check:") == 1
        assert ":material/check: 1. **topic.toml" in words.replace("\\", "")
    finally:
        activate(shipped_words())
