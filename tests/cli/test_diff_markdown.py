"""diff --format markdown: what a reviewer reads under a pull request, whoever wrote the cells."""

import csv
import re
import shutil
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from evidence import __version__
from evidence.cli import main
from evidence.cli.diff_markdown import MOST, markdown
from evidence.curation.diff import Difference, FileRow
from evidence.dataset.evidence import DATA, TRIALS


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("history"))
    return before, after


def change(folder: Path, **cells: str) -> None:
    """Change cells of the first row that gives events in both arms at 24 hours against midazolam."""
    path = folder / TRIALS
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), reader.fieldnames or []
    row = next(r for r in rows if r["trial"] == "murrough-2013a" and r["outcome"] == "response" and r["hours"] == "24")
    row.update(cells)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_headline_numbers_come_first(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    change(folders[1], events_intervention="31", percent_intervention="")
    assert main(["diff", *map(str, folders), "--format", "markdown"]) == 0
    text = capsys.readouterr().out
    assert "0 rows added, 0 removed" in text
    assert text.index("#### Headline numbers") < text.index("#### Cells changed")
    assert "| murrough\\-2013a | events\\_intervention |" in text
    assert MarkdownIt().enable("table").render(text).count("<table>") == 2


def test_nothing_differs_is_said(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *map(str, folders), "--format", "markdown"]) == 0
    assert "Nothing differs in rows, references and headline numbers." in capsys.readouterr().out


def test_cells_are_shown_and_never_act(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    change(folders[1], note="a | b <img src=x onerror=alert(1)> [x](javascript:alert) @everyone https://example.org #1")
    assert main(["diff", *map(str, folders), "--format", "markdown"]) == 0
    shown = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(capsys.readouterr().out)
    assert "<img" not in shown
    assert "<a " not in shown
    assert "@everyone" not in shown
    assert "https://example.org" not in shown  # GitHub would make a link of it


def test_a_long_difference_ends_with_a_count() -> None:
    rows = tuple(FileRow(line, (f"trial-{line}", "x" * 3000)) for line in range(2, 60))
    found = Difference(("a", "b"), ("a" * 64, "b" * 64), ("trial", "outcome"), rows, (), (), (), (), (), ())
    text = markdown(found)
    assert len(text) < MOST + 100
    assert text.endswith("more than fit into a comment.\n")


def test_a_comparison_names_the_versions_of_both_data_sets_and_of_the_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = tmp_path / "newer"
    shutil.copytree(DATA, newer)
    topic = newer / "topic.toml"
    topic.write_text(topic.read_text("utf-8").replace('version = "2026.2.0"', 'version = "2027.1.0"'), "utf-8")
    assert main(["diff", str(DATA), str(newer)]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    program = f"compared by version {__version__} of the program."
    assert re.sub(r"\w{8}\)", "…)", first) == f"Data 2026.2.0 (…) → 2027.1.0 (…), {program}"
