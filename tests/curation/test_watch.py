"""The watch: what the registry and Crossref say becomes proposals in gaps.csv, once, and never rows of trials.csv."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from datetime import date
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from evidence.cli import fetch, main
from evidence.curation.watch import COLUMNS, News, Search, watch, with_proposals
from evidence.dataset.evidence import DATA, Evidence, load
from tests.support.hosts import Host, body, host, web

TODAY = date(2026, 11, 27)
HELD = "NCT00768430"  # registration of a trial whose results in the registry are read
UNREAD = "NCT01627782"
SEARCH = Search("depression", "drug")
Answers = dict[str, list[dict[str, object]]]


@cache
def data() -> Evidence:
    return load(DATA)


def study(number: str, results: str = "", updated: str = "2026-01-01", title: str = "A trial") -> dict[str, object]:
    status: dict[str, object] = {
        "studyFirstPostDateStruct": {"date": "2026-10-02"},
        "lastUpdatePostDateStruct": {"date": updated},
    }
    if results:
        status["resultsFirstPostDateStruct"] = {"date": results}
    return {
        "protocolSection": {
            "identificationModule": {"nctId": number, "briefTitle": title},
            "statusModule": status,
            "designModule": {"enrollmentInfo": {"count": 40}},
            "outcomesModule": {"primaryOutcomes": [{"measure": "Change in MADRS", "timeFrame": "24 hours"}]},
        }
    }


def answering(
    held: list[dict[str, object]], new: list[dict[str, object]], notices: list[dict[str, object]]
) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = urlsplit(handler.path)
        query = parse_qs(asked.query)
        if asked.path == "/works":
            content: dict[str, object] = {"message": {"items": notices}}
        elif "filter.ids" in query:
            numbers = query["filter.ids"][0].split(",")
            content = {"studies": [s for s in held if s["protocolSection"]["identificationModule"]["nctId"] in numbers]}  # type: ignore[index]
        else:
            content = {"studies": new}
        body(json.dumps(content).encode())(handler)

    return answer


def look(
    held: list[dict[str, object]],
    new: list[dict[str, object]] = [],  # noqa: B006
    notices: list[dict[str, object]] = [],  # noqa: B006
    gaps: bytes = b"",
    state: bytes = b"",
) -> tuple[News, Host]:
    with host(answering(held, new, notices)) as server:
        return watch(web(server), data(), gaps, state, SEARCH, TODAY), server


def held_without_registry_rows() -> str:
    read = {r.registration for r in data().results if r.source == "registry"}
    numbers = (r.registration or "" for r in data().results)
    return next(n for n in numbers if n.startswith("NCT") and ";" not in n and n not in read)


def test_results_that_nobody_read_are_proposed() -> None:
    number = held_without_registry_rows()
    news, _ = look([study(number, "2026-10-01", title="A <b>trial</b>")])
    (row,) = news.proposals
    assert row["registration"] == number
    assert (row["status"], row["direction"]) == ("registry-results-not-read", "unknown")
    assert (row["outcome"], row["instrument"], row["hours"], row["people"]) == ("symptom-change", "MADRS", "24", "40")
    assert row["note"].startswith(f"Proposed on 2026-11-27: {number} has results posted on 2026-10-01")
    assert "<" not in row["note"]


def test_what_was_proposed_is_not_proposed_again() -> None:
    number = held_without_registry_rows()
    news, _ = look([study(number, "2026-10-01")])
    gaps = with_proposals(b"", news.proposals)
    again, _ = look([study(number, "2026-10-01")], gaps=gaps)
    assert again.proposals == ()
    state = json.dumps(news.state).encode()
    assert look([study(number, "2026-10-01")], gaps=gaps, state=state)[0].proposals == ()


def test_a_change_of_posted_results_is_news() -> None:
    number = held_without_registry_rows()
    first, _ = look([study(number, "2026-10-01", "2026-10-01")])
    state = json.dumps(first.state).encode()
    then, _ = look([study(number, "2026-10-01", "2026-11-20")], state=state)
    assert "was changed on 2026-11-20" in then.proposals[0]["note"]
    late, _ = look([study(number, "2026-11-20", "2026-11-20")], state=state)
    assert "has results posted on 2026-11-20" in late.proposals[0]["note"]


def test_new_trials_are_asked_for_since_the_last_watch() -> None:
    news, server = look([], new=[study("NCT09999999")], state=b'{"asked": "2026-11-20"}')
    assert [(row["registration"], row["status"]) for row in news.proposals] == [("NCT09999999", "trial-not-held")]
    searched = [path for path, _ in server.seen if "query.cond" in path]
    assert "2026-11-20" in searched[0]
    assert news.state["asked"] == "2026-11-27"


def test_a_retraction_is_proposed_with_the_trial() -> None:
    doi = next(r.doi for r in data().references.values() if r.doi and any(x.citation == r.id for x in data().results))
    notice = {"DOI": "10.1/notice", "update-to": [{"DOI": doi.upper(), "type": "retraction"}]}
    other = {"DOI": "10.1/erratum", "update-to": [{"DOI": doi, "type": "correction"}]}
    news, _ = look([], notices=[notice, other])
    (row,) = {json.dumps(row) for row in news.proposals}
    assert "is retracted by the notice 10.1/notice" in row


def test_a_host_that_is_down_is_told_and_the_date_stays() -> None:
    with host(body(b"", 403)) as server:
        news = watch(web(server), data(), b"", b'{"asked": "2026-11-20"}', SEARCH, TODAY)
    assert len(news.failures) == 3
    assert news.state["asked"] == "2026-11-20"
    with host(body(b"[]")) as server:
        news = watch(web(server), data(), b"", b"", SEARCH, TODAY)
    assert all("an undocumented form" in failure for failure in news.failures)


def test_every_page_of_a_search_is_read() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        query = parse_qs(urlsplit(handler.path).query)
        if "query.cond" not in query:
            body(b'{"studies": [], "message": {"items": []}}')(handler)
            return
        page = "pageToken" in query
        content = {"studies": [study("NCT09999992" if page else "NCT09999991")]}
        body(json.dumps(content if page else {**content, "nextPageToken": "t"}).encode())(handler)

    with host(answer) as server:
        news = watch(web(server), data(), b"", b"", SEARCH, TODAY)
    assert [row["registration"] for row in news.proposals] == ["NCT09999991", "NCT09999992"]


def test_rows_before_keep_every_byte() -> None:
    before = b'\xef\xbb\xbfnote,trial,label\r\n"a,\nb",x,X\r\n'
    after = with_proposals(before, [{"note": "Proposed on 2026-11-27: y", "trial": "", "label": "L", "status": "s"}])
    assert after == before + b"Proposed on 2026-11-27: y,,L\n"
    assert with_proposals(b"", []).decode().split("\n")[0] == ",".join(COLUMNS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path, dirs_exist_ok=True))


def test_the_command_writes_gaps_and_leaves_the_trials(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trials = (folder / "trials.csv").read_bytes()
    with host(answering([], [study("NCT09999999")], [])) as server:
        monkeypatch.setattr(fetch, "client", lambda: web(server))
        assert main(["watch", "--online", "--data", str(folder), "--dry-run"]) == 1
        assert not (folder / "watch.json").exists()
        assert main(["watch", "--online", "--data", str(folder)]) == 1
        assert main(["watch", "--online", "--data", str(folder)]) == 0
    assert (folder / "trials.csv").read_bytes() == trials
    rows = list(csv.DictReader(io.StringIO((folder / "gaps.csv").read_text(encoding="utf-8-sig"))))
    assert rows[-1]["registration"] == "NCT09999999"
    assert "1 proposal; written to gaps.csv" in capsys.readouterr().out


def test_the_command_says_which_host_did_not_answer(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with host(body(b"")) as server:
        asking = web(server)
    monkeypatch.setattr(fetch, "client", lambda: asking)
    assert main(["watch", "--online", "--data", str(folder)]) == 3
    assert "clinicaltrials.gov cannot be reached" in capsys.readouterr().err


def test_a_topic_that_is_no_toml_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "topic.toml").write_text("[search")
    assert main(["watch", "--online", "--data", str(folder)]) == 2
    assert "is not a TOML file" in capsys.readouterr().err
