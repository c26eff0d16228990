import json
import shutil
from datetime import UTC, datetime

import pytest

from evidence.cli import main
from evidence.dataset.evidence import DATA
from evidence.export import formats
from evidence.export.formats import FORMATS, export
from evidence.report.view import NothingToExport, View
from evidence.selection.url import parse_view

VIEW = "preset=vs+ECT+or+an+antidepressant&route=intravenous"


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("xlsx", "pptx", "zip", "html")])
def test_the_file_holds_the_bytes_the_page_offers(name, evidence, tmp_path, capsys):
    path = tmp_path / "out"
    assert main(["export", name, "--view", VIEW, "--out", str(path)]) == 0
    view = View(evidence, parse_view(VIEW).selection, datetime.now(UTC).date())
    assert path.read_bytes() == export(name, view)
    assert view.citation in capsys.readouterr().out


@pytest.mark.parametrize(("name", "start"), [("xlsx", b"PK"), ("pptx", b"PK"), ("html", b"<!DOCTYPE html>")])
def test_large_formats_are_written_too(name, start, tmp_path, capsys):
    path = tmp_path / "out"
    assert main(["export", name, "--view", VIEW, "--out", str(path), "--json"]) == 0
    assert path.read_bytes().startswith(start)
    assert json.loads(capsys.readouterr().out)["bytes"] == path.stat().st_size


def test_unknown_parts_are_said_and_dropped(tmp_path, capsys):
    assert main(["export", "csv", "--view", "population=Martians&x=1", "--out", str(tmp_path / "a")]) == 0
    said = capsys.readouterr().err
    assert "“Martians” is not a choice" in said
    assert "“x=1” does not change what is exported" in said


def test_an_empty_view_says_why_and_leaves_no_file(tmp_path, capsys):
    path = tmp_path / "a.ris"
    assert main(["export", "ris", "--view", "preset=midazolam&route=oral", "--out", str(path)]) == 1
    assert "No result meets" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_keeps_the_old_file_whole(tmp_path, capsys, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert main(["export", "csv", "--out", str(path), "--force"]) == 2
    assert "No space left" in capsys.readouterr().err
    assert [(item.name, item.read_bytes()) for item in tmp_path.iterdir()] == [("a.csv", b"old")]


def test_ctrl_c_leaves_no_file_and_the_old_one_whole(tmp_path, capsys, monkeypatch):
    path = tmp_path / "a.zip"
    path.write_bytes(b"old")
    begun = []

    def stopped(text):
        begun.append(text)
        if "xlsx" in text:
            raise KeyboardInterrupt

    monkeypatch.setattr("evidence.cli.export.progress", stopped)
    assert main(["export", "zip", "--out", str(path), "--force"]) == 130
    assert begun == ["making zip", "making csv.csv", "making xlsx.xlsx"]
    assert "nothing was written" in capsys.readouterr().err
    assert [(item.name, item.read_bytes()) for item in tmp_path.iterdir()] == [("a.zip", b"old")]


@pytest.mark.parametrize(("name", "part"), [("html", "writing"), ("pptx", "slide 9"), ("zip", "pptx.pptx, slide 9")])
def test_ctrl_c_is_heard_within_a_long_file(name, part, tmp_path, capsys, monkeypatch):
    begun = []

    def stopped(text):
        begun.append(text)
        if text.startswith(part):
            raise KeyboardInterrupt

    monkeypatch.setattr("evidence.cli.export.progress", stopped)
    assert main(["export", name, "--out", str(tmp_path / "a")]) == 130
    assert begun[-1].startswith(part)
    assert len(begun) > 14
    assert "nothing was written" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_ctrl_c_leaves_no_site(tmp_path, capsys, monkeypatch):
    def stopped(text):
        if "esketamine" in text:
            raise KeyboardInterrupt

    monkeypatch.setattr("evidence.cli.export.progress", stopped)
    assert main(["export", "site", "--out", str(tmp_path / "site")]) == 130
    assert "nothing was written" in capsys.readouterr().err
    assert not [item for item in tmp_path.rglob("*") if item.is_file()]


def test_a_part_that_cannot_be_made_leaves_no_file(tmp_path, capsys, monkeypatch):
    def broken(_):
        raise NothingToExport("the part is broken")

    monkeypatch.setattr("evidence.cli.export.export", lambda *_: broken(None))
    assert main(["export", "html", "--out", str(tmp_path / "a.html")]) == 1
    assert "the part is broken" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_kept(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_bytes(b"mine")
    assert main(["export", "csv", "--out", str(path)]) == 2
    assert path.read_bytes() == b"mine"
    assert "--force" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["no folder/a.csv", "nul\0byte"])
def test_a_place_that_cannot_be_written_is_said(path, tmp_path, capsys):
    assert main(["export", "csv", "--out", str(tmp_path / path)]) == 2
    assert capsys.readouterr().err


def test_unreadable_data_is_said(tmp_path, capsys):
    assert main(["export", "csv", "--out", str(tmp_path / "a"), "--data", str(tmp_path)]) == 2
    assert "no result could be read" in capsys.readouterr().err


def test_an_unknown_format_names_the_known_ones(tmp_path, capsys):
    assert main(["export", "docx", "--out", str(tmp_path / "a")]) == 2
    assert "metapsy" in capsys.readouterr().err


def test_other_data_are_exported_as_they_are(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("history"))
    text = (folder / "trials.csv").read_text("utf-8")
    (folder / "trials.csv").write_text(text.replace("Murrough 2013a", "Renamed 2013"), "utf-8")
    assert main(["export", "csv", "--out", str(tmp_path / "a"), "--data", str(folder)]) == 0
    assert "Renamed 2013" in (tmp_path / "a").read_text("utf-8")


def test_formats_are_described_once_for_page_and_command_line():
    assert all(item.label and item.holds.endswith(".") and "/" in item.mime for item in formats.FORMATS.values())
    assert len({item.label for item in FORMATS.values()}) == len(FORMATS)


@pytest.mark.parametrize("name", ["csv", "zip", "site"])
def test_a_fault_in_a_part_is_a_message_and_leaves_no_file(name, tmp_path, capsys, monkeypatch):
    def broken(*_):
        raise RuntimeError("no memory left")

    monkeypatch.setattr("evidence.export.spreadsheets.rows_csv", broken)
    monkeypatch.setattr("evidence.export.site.site", broken)
    assert main(["export", name, "--out", str(tmp_path / "a")]) == 2
    assert "could not be made: no memory left." in capsys.readouterr().err
    assert not [item for item in tmp_path.rglob("*") if item.is_file()]


def test_a_folder_that_cannot_be_written_is_said(tmp_path, capsys, monkeypatch):
    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refused)
    assert main(["export", "csv", "--out", str(tmp_path / "a.csv")]) == 2
    assert "Permission denied" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
