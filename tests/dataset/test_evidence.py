import csv
import dataclasses
import os
import shutil
from pathlib import Path

import pytest

from evidence.dataset import csv_table
from evidence.dataset import evidence as dataset
from evidence.dataset.evidence import (
    DATA,
    FILES,
    OPTIONAL,
    VOCABULARY,
    digest,
    digest_of,
    evidence_of,
    fingerprint,
    known_citations,
    load,
)
from evidence.dataset.problems import Problem
from evidence.dataset.records import LATER, Result

EVIDENCE = load(DATA)
# Rows of each file in its order, the lists of words last.
ROWS = (863, 174, 169, 100, 14, 17, 152, 227, 0, 1, 5, 71, 29, 9, 3, 6, 5, 3, 4, 2, 4, 0, 0, 0, 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def codes(problems: tuple[Problem, ...]) -> list[tuple[int, str]]:
    return [(f.line, f.code) for f in problems if f.is_blocking]


def test_the_shipped_evidence_has_nothing_blocking() -> None:
    assert EVIDENCE.is_valid
    assert EVIDENCE.rejected == 0
    assert dict(EVIDENCE.rows) == dict(zip(FILES, ROWS, strict=True))
    assert dict(EVIDENCE.valid) == dict(EVIDENCE.rows)
    assert (len(EVIDENCE.results), len(EVIDENCE.trials), len(EVIDENCE.references)) == (863, 98, 174)
    assert (len(EVIDENCE.overlaps), len(EVIDENCE.gaps), len(EVIDENCE.review_trials)) == (17, 152, 227)


def test_trials_are_in_the_order_of_the_file_and_hold_every_result() -> None:
    assert list(EVIDENCE.trials)[:2] == ["aan-het-rot-2010", "abbar-2022"]
    assert [row for rows in EVIDENCE.trials.values() for row in rows] == list(EVIDENCE.results)


def test_unused_citations_are_notes_at_their_line() -> None:
    unused = [f for f in EVIDENCE.problems["references.json"] if f.code == "unused-citation"]
    assert sorted(f.value for f in unused) == [
        "KET0102EurPsych2025",
        "Sustain1Poster",
    ]
    lines = (DATA / "references.json").read_text("utf-8").splitlines()
    assert all(f.value in lines[f.line - 1] for f in unused)


def test_the_evidence_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        EVIDENCE.results = ()  # type: ignore[misc]
    for mapping in (EVIDENCE.references, EVIDENCE.trials, EVIDENCE.problems, EVIDENCE.rows):
        with pytest.raises(TypeError):
            mapping["x"] = ()  # type: ignore[index]


def test_the_hash_follows_every_byte_of_every_file(folder: Path) -> None:
    assert digest_of(folder) == load(folder).digest == EVIDENCE.digest
    assert EVIDENCE.digest.startswith(EVIDENCE.short)
    seen = {EVIDENCE.digest}
    for name in FILES:
        with (folder / name).open("ab") as file:
            file.write(b"\n")
        seen.add(digest_of(folder))
    (folder / "claims.csv").unlink()
    assert len(seen | {digest_of(folder)}) == len(FILES) + 2


def test_the_fingerprint_follows_the_files(folder: Path) -> None:
    before = fingerprint(folder)
    assert before == fingerprint(folder)
    os.utime(folder / "claims.csv", ns=(1, 1))
    assert fingerprint(folder) != before
    assert [sign[1:] for sign in fingerprint(folder / "nowhere")] == [(0, 0, 0, 0)] * len(FILES)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no time of a file's last change of any kind")
def test_other_content_with_the_old_size_and_the_old_time_is_a_change(folder):
    file, before = folder / "trials.csv", fingerprint(folder)
    about, data = file.stat(), file.read_bytes()
    with file.open("r+b") as same:  # the same inode
        same.write(data.replace(b"murrough", b"murrouqh"))
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert [sign[:2] for sign in fingerprint(folder)] == [sign[:2] for sign in before]
    assert fingerprint(folder) != before


def test_reading_never_writes(folder: Path) -> None:
    before = {name: (folder / name).read_bytes() for name in FILES}, fingerprint(folder)
    load(folder)
    assert ({name: (folder / name).read_bytes() for name in FILES}, fingerprint(folder)) == before


@pytest.mark.parametrize("name", FILES)
def test_a_missing_empty_or_strange_file_is_a_finding_at_line_0(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(b"")
    assert codes(load(folder).problems[name]) == [(0, "file-empty")]
    path.unlink()
    missing = load(folder).problems[name]
    if name in OPTIONAL:
        code = "words-not-given" if name in VOCABULARY else "file-not-given"
        assert [(f.line, f.code, f.is_blocking) for f in missing] == [(0, code, False)]
    else:
        assert codes(missing) == [(0, "file-missing")]
    path.mkdir()
    assert codes(load(folder).problems[name]) == [(0, "file-unreadable")]
    path.rmdir()
    os.mkfifo(path)
    assert codes(load(folder).problems[name]) == [(0, "file-unreadable")]
    path.unlink()
    with path.open("wb") as file:
        file.truncate(100_000_000)
    evidence = load(folder)
    assert codes(evidence.problems[name]) == [(0, "file-too-large")]
    others = [f for other, found in evidence.problems.items() if other != name for f in found]
    cites = name not in ("topic.toml", *VOCABULARY)  # a citation may stand in the file that was not read
    assert not any(f.is_blocking or (cites and f.code == "unused-citation") for f in others)


def test_a_file_that_may_not_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    found = csv_table.read_bytes(folder / "trials.csv")
    assert isinstance(found, Problem)
    assert (found.code, found.message) == ("file-unreadable", "The file cannot be opened: Permission denied.")
    assert isinstance(csv_table.read_bytes(Path("a\0b")), Problem)


def test_a_folder_that_is_none_loads_as_nothing(tmp_path: Path) -> None:
    evidence = load(tmp_path / "nowhere")
    assert (evidence.results, evidence.rejected, dict(evidence.references)) == ((), 0, {})
    for name, found in evidence.problems.items():
        assert codes(found) == ([] if name in OPTIONAL else [(0, "file-missing")])


def test_a_rejected_trial_does_not_drag_its_judgements_along(folder: Path) -> None:
    text = (folder / "trials.csv").read_text("utf-8")
    (folder / "trials.csv").write_text(text.replace("murrough-2013a,Murrough", "murrough-2013a,=Murrough"), "utf-8")
    evidence = load(folder)
    assert "murrough-2013a" not in evidence.trials
    assert evidence.rejected == sum(f.code == "formula" for f in evidence.problems["trials.csv"]) > 0
    assert evidence.judgements == EVIDENCE.judgements


def test_rows_that_cite_nobody_are_left_out_in_every_file(folder: Path) -> None:
    references = (folder / "references.json").read_text("utf-8")
    (folder / "references.json").write_text(references.replace('"Dean2021Cochrane"', '"Dean2021"'), "utf-8")
    evidence = load(folder)
    for name in ("risk_of_bias.csv", "reviews.csv", "claims.csv"):
        assert "unknown-citation" in {f.code for f in evidence.problems[name]}
    assert any(f.value == "Dean2021" for f in evidence.problems["references.json"])


def test_known_citations(folder: Path) -> None:
    assert "Murrough2013AJP" in (known_citations(folder / "references.json") or ())
    (folder / "references.json").write_bytes(b"?")
    assert known_citations(folder / "references.json") is None
    assert dataset.DATA == DATA


def first_release(folder: Path) -> None:
    """Make a folder what the first release was: no later files, no later columns."""
    for name in OPTIONAL:
        (folder / name).unlink()
    with (folder / "trials.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name not in LATER[Result]]
    with (folder / "trials.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_a_folder_of_the_first_release_is_read_with_one_note_a_file(folder: Path) -> None:
    first_release(folder)
    evidence = load(folder)
    assert evidence.is_valid
    assert not evidence.broken
    assert len(evidence.results) == len(EVIDENCE.results)
    assert {(r.se, r.schedule, r.timing, r.masking, r.comparator_arm) for r in evidence.results} == {(None,) * 5}
    codes = [f.code for f in evidence.problems["trials.csv"] if f.line == 1]
    assert codes == ["columns-not-given"]
    assert "timing-missing" not in {f.code for f in evidence.problems["trials.csv"]}
    assert (evidence.overlaps, evidence.gaps, evidence.review_trials) == ((), (), ())


def test_an_optional_file_that_is_not_given_adds_nothing_to_the_hash(folder: Path) -> None:
    first_release(folder)
    five = {name: (folder / name).read_bytes() for name in FILES if name not in OPTIONAL}
    assert digest_of(folder) == digest(five) == evidence_of(five).digest
    (folder / "gaps.csv").write_bytes(b"")
    assert digest_of(folder) != digest(five)
