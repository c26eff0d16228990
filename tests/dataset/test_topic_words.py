"""Words of a topic: a folder brings those that its rows need, and they hold for it alone."""

from pathlib import Path

from evidence.dataset.evidence import DATA, evidence_of, load, read_files
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.vocabulary import COMPARATORS, INTERVENTIONS, activate, shipped_words, using

HEADER = b"list,value,label,definition,group,better,kind,rater,rank\n"


def files(words: bytes) -> dict[str, object]:
    return {**read_files(DATA), "vocabulary.csv": HEADER + words}


def test_a_folder_without_words_has_those_that_are_shipped() -> None:
    files = read_files(DATA)
    own = evidence_of(files).words
    del files["vocabulary.csv"]
    assert evidence_of(files).words == own
    assert "psilocybin" not in INTERVENTIONS


def test_words_hold_while_the_folder_is_read_and_no_longer() -> None:
    row = read_files(DATA)["trials.csv"]
    assert isinstance(row, bytes)
    first = row.split(b"\n", 2)
    one = b"\n".join(first[:2]).replace(b",ketamine,", b",tea,", 1) + b"\n"
    drug = {**files(b"intervention,tea,Tea,A drink.,,,,,\n"), "trials.csv": one}
    found = evidence_of(drug)  # type: ignore[arg-type]
    assert "unknown-term" not in {f.code for f in found.problems["trials.csv"]}
    assert "tea" not in INTERVENTIONS
    assert found.words["intervention"]["tea"].label == "Tea"
    drug["vocabulary.csv"] = HEADER
    assert "unknown-term" in {f.code for f in evidence_of(drug).problems["trials.csv"]}  # type: ignore[arg-type]


def test_what_a_word_must_say() -> None:
    found = evidence_of(files(b"outcome,joy-change,Joy,A score.,efficacy,,,,\ncomparator,tea,Tea,A drink.,,,,,\n"))  # type: ignore[arg-type]
    codes = [(f.line, f.column, f.code) for f in found.problems["vocabulary.csv"] if f.is_blocking]
    assert codes == [(2, "better", "blank-required"), (3, "kind", "blank-required")]
    assert set(found.words) == {"topic"}


def test_a_word_twice_is_said() -> None:
    found = evidence_of(files(b"route,nose,Nose,A.,,,,,\nroute,nose,Nostril,B.,,,,,\n"))  # type: ignore[arg-type]
    assert [f.code for f in found.problems["vocabulary.csv"] if f.is_blocking] == ["duplicate-key"]


def test_lists_keep_their_order_and_take_the_words_of_the_topic_behind() -> None:
    found = evidence_of(
        files(b"outcome,joy-change,Joy,A score.,efficacy,higher,,,\ncomparator,tea,Tea,A.,,,inert placebo,,\n")
    )  # type: ignore[arg-type]
    before = list(COMPARATORS)
    with using(found.words):
        assert list(COMPARATORS) == ["tea", "none"]  # “none” is everybody's
        assert OUTCOMES["joy-change"].better == "higher"
    assert list(COMPARATORS) == before


def test_reading_a_folder_makes_its_words_those_of_the_program(tmp_path: Path) -> None:
    for name, content in files(b"route,nose,Nose,A.,,,,,\n").items():
        if isinstance(content, bytes):
            (tmp_path / name).write_bytes(content)
    from evidence.dataset.vocabulary import ROUTES

    try:
        load(tmp_path)
        assert "nose" in ROUTES
    finally:
        activate(shipped_words())
    assert "nose" not in ROUTES
