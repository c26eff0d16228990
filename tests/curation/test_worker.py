import io
import os
import pickle
import subprocess
from types import MappingProxyType
from typing import Any

import pytest

from evidence.api import owner_token
from evidence.curation import worker
from evidence.curation.diff import difference
from evidence.curation.preview import NO_WORDS
from evidence.curation.versions import Snapshot, of_upload
from evidence.curation.worker import Answers, Reading, StoppedError, frozen, read_here
from evidence.dataset.evidence import DATA, read_files
from tests.support.paths import SAMPLES

PATIENCE = 60.0
TRIALS = (DATA / "trials.csv").read_bytes()


def answer(job: str, *arguments: Any, **limits: Any) -> Any:
    reading = Reading(job, arguments, **limits)
    try:
        is_there, found = reading.answer(PATIENCE)
    finally:
        reading.stop()
    assert is_there
    return found


@pytest.mark.parametrize(
    ("job", "arguments"),
    [
        ("table", (TRIALS, "")),
        ("paste", ("Smith 2020\t5\t20",)),
        ("references", ((SAMPLES / "library.bib").read_bytes(), ("Smith2020",))),
        ("registry", ((SAMPLES / "registry-record.json").read_bytes(), None)),
        ("registry", (b"[]", None)),
    ],
)
def test_what_is_read_apart_is_what_is_read_here(job: str, arguments: tuple[Any, ...]) -> None:
    assert answer(job, *arguments) == read_here(job, *arguments)


def test_what_rows_would_change_is_worked_out_apart_as_here() -> None:
    rows = read_here("table", TRIALS.replace(b"murrough-2013a", b"newcomer-2026"), "").table
    given = (str(DATA), rows, (MappingProxyType({"id": "New2026", "type": "article-journal"}),), None, NO_WORDS)
    apart, here = answer("preview", *given), read_here("preview", *given)
    assert [one.key for one in apart.after] == [one.key for one in here.after]
    for name in ("problems", "rows", "fixes", "results", "duplicates", "changes", "ranks", "digest"):
        assert getattr(apart, name) == getattr(here, name), name
    assert apart.evidence_after.results == here.evidence_after.results


def test_versions_are_compared_apart_as_here() -> None:
    now = Snapshot("now", read_files(DATA))
    lines = TRIALS.splitlines(keepends=True)
    brought = of_upload("mine.csv", b"".join([*lines[:40], *lines[42:]]), DATA)
    faults, changes = answer("difference", now, brought)
    assert (faults, len(changes.removed)) == ((), 2)
    assert changes == difference(now, brought, True)
    faults, nothing = answer("difference", now, of_upload("mine.csv", b"\x00", DATA))
    assert ([(name, fault.is_blocking) for name, fault in faults], nothing) == ([("mine.csv", True)], None)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"patience": 0.0}, "took longer than 20 seconds"),
        ({"memory": 40_000_000}, "into smaller parts|no answer|damaged"),
    ],
)
def test_a_worker_that_is_killed_is_a_sentence(limits: dict[str, Any], words: str) -> None:
    with pytest.raises(StoppedError, match=words):
        answer("table", TRIALS, "", **limits)


def test_an_answer_that_is_too_large_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "MOST_BYTES", 1000)
    with pytest.raises(StoppedError, match="too much to show"):
        answer("table", TRIALS, "")


def test_a_table_that_is_too_long_for_a_page_is_a_sentence() -> None:
    rows = b"study,ai\n" + b"x,1\n" * (worker.MOST_ROWS + 1)
    with pytest.raises(StoppedError, match=f"{worker.MOST_ROWS + 1} rows; at most {worker.MOST_ROWS}"):
        answer("table", rows, "")


def test_what_is_stopped_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def popen(*words: Any, **options: Any) -> Any:
        begun.append(start(*words, **options))
        return begun[-1]

    monkeypatch.setattr(worker.subprocess, "Popen", popen)
    reading = Reading("table", (TRIALS, ""))
    reading.stop()
    with pytest.raises(StoppedError, match="It was stopped"):
        reading.answer(PATIENCE)
    assert all(process.poll() is not None for process in begun)


def test_only_so_many_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker._SLOTS, "acquire", lambda timeout: False)
    with pytest.raises(StoppedError, match="busy reading other files"):
        answer("table", TRIALS, "", patience=0.0)


def test_the_worker_knows_no_secret_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, str]] = []
    monkeypatch.setenv(owner_token.VARIABLE, "a-token-of-the-owner-012345")
    monkeypatch.setenv("STREAMLIT_SERVER_COOKIE_SECRET", "secret")

    def popen(*_: Any, env: dict[str, str], **__: Any) -> Any:
        given.append(env)
        raise OSError

    monkeypatch.setattr(worker.subprocess, "Popen", popen)
    with pytest.raises(StoppedError, match="did not start"):
        answer("table", TRIALS, "")
    assert "secret" not in str(given)
    assert owner_token.VARIABLE not in given[0]


class _Call:
    def __reduce__(self) -> Any:
        return os.system, ("true",)


@pytest.mark.parametrize("value", [_Call(), os.getcwd, subprocess.Popen, pickle.loads, Reading.answer, read_here])
def test_an_answer_calls_nothing(value: object) -> None:
    with pytest.raises((pickle.UnpicklingError, AttributeError)):
        Answers(io.BytesIO(pickle.dumps(value))).load()


def test_mappings_that_cannot_be_changed_come_back_as_such() -> None:
    assert frozen({"a": 1}) == MappingProxyType({"a": 1})
    reference = answer("references", (SAMPLES / "library.bib").read_bytes(), ()).items[0]
    with pytest.raises(TypeError):
        reference["id"] = "x"
