"""The commands new and serve: an empty folder that is laid out, and what keeps a folder from opening."""

import ipaddress
import socket
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.cli.serve import in_network, objection
from evidence.dataset.evidence import DATA, FILES, load
from evidence.dataset.topic import read_topic
from evidence.dataset.vocabulary import activate, shipped_words


def test_new_lays_out_every_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "tea"
    assert main(["new", str(folder)]) == 0
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")} == set(FILES)
    topic, found = read_topic((folder / "topic.toml").read_bytes())
    assert found == ()
    assert topic.title == "The evidence"
    assert "Fill in, in this order" in capsys.readouterr().out
    try:
        assert load(folder).results == ()
    finally:
        activate(shipped_words())


def test_new_leaves_a_folder_with_files_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["new", str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err


def test_serve_says_what_keeps_it_from_opening(tmp_path: Path) -> None:
    assert "no such folder" in objection(tmp_path / "nowhere", 8501)
    assert "contains no trials.csv" in objection(tmp_path, 8501)
    assert "is not a port" in objection(DATA, 70000)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "is in use" in objection(DATA, taken.getsockname()[1])


def test_serve_says_when_an_address_is_not_this_computers() -> None:
    assert "not an address of this computer" in objection(DATA, 8999, "192.0.2.77")


def test_the_network_knows_this_computer_by_a_number() -> None:
    assert ipaddress.ip_address(in_network())
