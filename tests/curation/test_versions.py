import subprocess
from pathlib import Path

import pytest

from evidence.curation.history import versions
from evidence.curation.store import Saved, save
from evidence.curation.versions import Snapshot, before, of_revision, of_upload, snapshot
from evidence.dataset.evidence import TRIALS, load
from evidence.dataset.problems import Problem
from tools.torture import new_row, small_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_folder(tmp_path / "data")


def digest_of(found: Snapshot | Problem | None) -> str:
    assert isinstance(found, Snapshot)
    return found.digest


def test_the_same_version_by_every_name(folder: Path) -> None:
    digest = load(folder).digest
    for name in ("current", str(folder), str(folder / TRIALS)):
        assert digest_of(snapshot(name, folder)) == digest
    assert digest_of(of_upload("mine", (folder / TRIALS).read_bytes(), folder)) == digest


def test_every_version_before_a_save_is_kept(folder: Path) -> None:
    digests = [load(folder).digest]
    for name, references in (("one", True), ("two", True)):
        items = [{"id": f"Ref-{name}", "type": "article-journal"}] if references else []
        outcome = save(folder, [new_row(name)], items, digests[-1])
        assert isinstance(outcome, Saved)
        digests.append(outcome.digest)
    assert [before(folder, version).digest for version in versions(folder)] == digests[:-1]
    assert digest_of(snapshot(digests[0][:8], folder)) == digests[0]


def test_a_file_that_a_save_did_not_touch_is_as_a_later_one_kept_it(folder: Path) -> None:
    start = load(folder).digest
    first = save(folder, [], [{"id": "Unused1", "type": "article-journal"}], start)
    assert isinstance(first, Saved)
    second = save(folder, [new_row("one")], [{"id": "Ref-one", "type": "article-journal"}], first.digest)
    assert isinstance(second, Saved)
    assert [before(folder, version).digest for version in versions(folder)] == [start, first.digest]


def test_a_git_revision(folder: Path) -> None:
    digest = load(folder).digest

    def git(*words: str) -> None:
        names = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        subprocess.run(["git", "-C", str(folder.parent), *names, *words], check=True, capture_output=True)

    assert of_revision("HEAD", folder) is None
    git("init", "-q")
    git("add", "data")
    git("commit", "-q", "-m", "first")
    (folder / TRIALS).write_bytes(b"")
    assert digest_of(snapshot("HEAD", folder)) == digest
    for name in ("HEAD~7", "nowhere", "--output=x", "HEAD; ls", "a\0b", ""):
        assert isinstance(snapshot(name, folder), Problem) or name == ""
