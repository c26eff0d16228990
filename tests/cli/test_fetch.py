"""The command fetch: off by default, shown before it is used, written where asked."""

import json
from pathlib import Path

import pytest

from evidence.cli import fetch, main
from tests.support.hosts import NBIB, RECORD, body, host, web


def test_nothing_is_asked_unless_switched_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KETAMINE_EVIDENCE_ONLINE", raising=False)
    assert main(["fetch", "23982301"]) == 2
    assert capsys.readouterr().err.startswith("Nothing was looked up, because look-ups are off.")


def test_a_reference_is_shown_and_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "found.json"
    with host(body(NBIB)) as server:
        monkeypatch.setattr(fetch, "client", lambda: web(server))
        assert main(["fetch", "PMID 23982301", "--online", "--out", str(out)]) == 0
    assert "Hay A. A trial. Med. 2020" in capsys.readouterr().out
    assert [item["PMID"] for item in json.loads(out.read_text())] == ["23982301"]


def test_a_record_is_written_as_it_came(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "record.json"
    with host(body(RECORD)) as server:
        monkeypatch.setattr(fetch, "client", lambda: web(server))
        assert main(["fetch", "NCT00768430", "--online", "--out", str(out)]) == 0
        assert main(["fetch", "NCT00768430", "--online", "--out", str(out)]) == 2  # the file is there already
    assert out.read_bytes() == RECORD
    assert "draft rows in its results" in capsys.readouterr().out


def test_offline_is_said_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with host(body(b"")) as server:
        asking = web(server)
    monkeypatch.setattr(fetch, "client", lambda: asking)
    assert main(["fetch", "10.1000/x", "10.1000/y", "--online"]) == 1
    assert capsys.readouterr().err.count("cannot be reached") == 1


def test_what_is_no_number_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fetch", "Murrough 2013"]) == 2
    assert "not a DOI, PubMed number or NCT number" in capsys.readouterr().err
