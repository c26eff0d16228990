from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from evidence.config import FOLDER_VARIABLE
from evidence.dataset.evidence import Evidence
from tests.support.screens import PAGES, assert_sound, line_of, opened, trials_on_screen

pytestmark = pytest.mark.usefixtures("shipped_data")


def break_missing(path: Path) -> None:
    path.unlink()


def break_empty(path: Path) -> None:
    path.write_bytes(b"")


def break_binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 64)


def break_half_written(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content.splitlines(keepends=True)[0]) // 2])


def break_heading_only(path: Path) -> None:
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])


def break_huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100_000_000)


def break_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


BREAKS = [break_missing, break_empty, break_binary, break_half_written, break_huge, break_folder, break_heading_only]


# A file that cannot be read is the same to every page, however it broke; these stand for all where the way differs.
SOME = ("overview", "response", "trials", "add")


def sound(pages: Iterable[str] = PAGES) -> list[AppTest]:
    screens = [opened(page) for page in pages]
    for screen in screens:
        assert_sound(screen)
    return screens


@pytest.mark.parametrize(
    ("spoil", "pages"),
    [(break_binary, PAGES), (break_missing, SOME), (break_huge, SOME), (break_heading_only, SOME)],
)
def test_no_page_falls_over_a_file_of_trials_that_cannot_be_read(
    spoil: Any, pages: Iterable[str], data_copy: Path
) -> None:
    spoil(data_copy / "trials.csv")
    for at in sound(pages):
        assert at.error[0].value.startswith("trials.csv has no result that can be shown.")
        assert trials_on_screen(at) == 0


@pytest.mark.parametrize(
    ("name", "spoil", "pages"),
    [
        ("references.json", break_half_written, SOME),
        ("references.json", break_missing, PAGES),
        ("risk_of_bias.csv", break_binary, ("bias", "response", "safety", "trials", "background", "quality")),
        ("reviews.csv", break_missing, ("overview", "onset", "response", "duration", "summary", "patient", "seminar")),
        ("claims.csv", break_empty, ("claims", "overview", "seminar", "quality")),
    ],
)
def test_no_page_falls_over_another_file(
    name: str, spoil: Any, pages: Iterable[str], data_copy: Path, evidence: Evidence
) -> None:
    first = {
        result.trial
        for result in evidence.results
        if (result.intervention, result.route, result.dose, result.dose_unit, result.comparator)
        == ("ketamine", "intravenous", 0.5, "mg/kg", "midazolam")
    }
    spoil(data_copy / name)
    for at in sound(pages):
        assert at.warning[0].value == "A data file has errors; what could be read is shown."
        assert trials_on_screen(at) == len(first)


def test_no_page_falls_over_a_folder_that_is_not_there(
    tmp_path: Path, data_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "nowhere"))
    for at in sound(SOME):
        assert at.error
        assert any(expander.label.startswith("5 problems") for expander in at.expander)


def test_a_half_written_file_shows_its_whole_rows(data_copy: Path) -> None:
    content = (data_copy / "trials.csv").read_bytes()
    (data_copy / "trials.csv").write_bytes(content[: len(content) // 2])
    for at in sound():
        assert any("left out because of errors; the rest is shown." in warning.value for warning in at.warning)
        assert trials_on_screen(at) > 0


def test_one_bad_row_is_counted_listed_and_left_out(data_copy: Path, evidence: Evidence) -> None:
    lines = (data_copy / "trials.csv").read_text("utf-8").splitlines(keepends=True)
    line = line_of(evidence, "murrough-2013a", outcome="response", hours=24, citation="Murrough2013AJP")
    lines[line - 1] = lines[line - 1].replace(",30,47,7,25,", ",48,47,7,25,")
    (data_copy / "trials.csv").write_text("".join(lines), "utf-8")
    for at in sound(SOME):
        assert at.warning[0].value == "1 row of trials.csv left out because of errors; the rest is shown."
        assert not at.error
        assert any(e.label == "1 problem: where, what and how to fix it" for e in at.expander)
        problems = at.dataframe[0].value
        assert list(problems["Line"]) == [line]
        assert problems["Fix"].str.len().min() > 0
        assert at.caption[-1].value.count(f"{len(evidence.results) - 1} results") == 1


@pytest.mark.parametrize("spoil", BREAKS)
def test_the_last_good_data_are_kept_and_the_mended_file_is_back(spoil: Any, data_copy: Path) -> None:
    path = data_copy / "trials.csv"
    good = path.read_bytes()
    at = opened("response")
    stamp = at.caption[-1].value
    shown = at.header[0].value
    spoil(path)
    at.run()
    assert_sound(at)
    assert at.error[0].value.startswith(
        "Cannot be read completely at the moment: trials.csv. The page shows the last valid data"
    )
    assert (at.caption[-1].value, at.header[0].value) == (stamp, shown)
    other = opened("trials")
    assert_sound(other)
    assert other.caption[-1].value == stamp
    if path.is_dir():
        path.rmdir()
    path.write_bytes(good)
    at.run()
    assert_sound(at)
    assert not at.error
    assert (at.caption[-1].value, at.header[0].value) == (stamp, shown)


def test_a_row_added_while_the_app_runs_is_on_the_next_screen(data_copy: Path, evidence: Evidence) -> None:
    at = opened("trials", preset="Everything")
    trials, results = len(evidence.trials), len(evidence.results)
    assert f"{trials} trials, {results} results" in at.caption[-1].value
    path = data_copy / "trials.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[1].replace("aan-het-rot-2010,aan het Rot 2010", "new-2026,New 2026")]))
    at.run()
    assert_sound(at)
    assert f"{trials + 1} trials, {results + 1} results" in at.caption[-1].value
    assert "New 2026" in at.dataframe[0].value.to_string()


def test_hostile_text_in_the_data_is_shown_as_text(data_copy: Path) -> None:
    path = data_copy / "trials.csv"
    text = path.read_text("utf-8").replace("Murrough 2013a", "**Evil** $x$ :red[y] & `z`")
    path.write_text(text, "utf-8")
    at = opened("trials", trial="murrough-2013a")
    assert_sound(at)
    for page in PAGES:
        assert_sound(opened(page, preset="Everything"))
