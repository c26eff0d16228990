"""Words of a folder: the lists in vocabulary/ that its rows need hold for it alone, and stand in for nobody else's."""

import shutil
from pathlib import Path

import pytest

from evidence.dataset import outcomes
from evidence.dataset.evidence import DATA, VOCABULARY, evidence_of, load, read_files
from evidence.dataset.outcomes import OUTCOMES, is_state
from evidence.dataset.problems import Problem
from evidence.dataset.vocabulary import COMPARATORS, INSTRUMENTS, INTERVENTIONS, ROUTES, activate, shipped_words, using

Files = dict[str, bytes | Problem]
WORD = "vocabulary/{}.csv"


def files(**lists: str) -> Files:
    """Return the files that are shipped, some lists with other words behind the head of their file."""
    found = read_files(DATA)
    for name, lines in lists.items():
        data = found[WORD.format(name)]
        assert isinstance(data, bytes)
        found[WORD.format(name)] = data.splitlines(keepends=True)[0] + lines.encode()
    return found


def more(name: str, line: str) -> Files:
    """Return the files that are shipped, with one line behind a list."""
    found = read_files(DATA)
    data = found[WORD.format(name)]
    assert isinstance(data, bytes)
    found[WORD.format(name)] = data + line.encode() + b"\n"
    return found


def test_a_folder_without_words_has_those_that_are_shipped() -> None:
    found = {name: data for name, data in read_files(DATA).items() if name not in VOCABULARY}
    evidence = evidence_of(found)
    assert evidence.is_valid
    assert len(evidence.results) == len(evidence_of(read_files(DATA)).results)
    assert not any(evidence.problems[file] for file in VOCABULARY)
    assert "psilocybin" not in INTERVENTIONS


def test_words_hold_while_the_folder_is_read_and_no_longer() -> None:
    row = read_files(DATA)["trials.csv"]
    assert isinstance(row, bytes)
    first = row.split(b"\n", 2)
    one = b"\n".join(first[:2]).replace(b",ketamine,", b",tea,", 1) + b"\n"
    found = evidence_of({**more("intervention", "tea,Tea,A drink."), "trials.csv": one})
    assert "unknown-term" not in {f.code for f in found.problems["trials.csv"]}
    assert "tea" not in INTERVENTIONS
    assert found.words["intervention"]["tea"].label == "Tea"
    without = evidence_of({**read_files(DATA), "trials.csv": one})
    assert "unknown-term" in {f.code for f in without.problems["trials.csv"]}


@pytest.mark.parametrize(
    ("name", "line", "column"),
    [
        ("outcome", "joy-change,Joy,A score.,efficacy,,", "direction"),
        ("outcome", "joy-change,Joy,A score.,,higher,", "group"),
        ("outcome", "joy-change,Joy,,efficacy,higher,", "definition"),
        ("comparator", "tea,Tea,A drink.,", "group"),
        ("instrument", "GRID,GRID scale,Questions.,,lower,,,,,", "group"),
        ("route", "nose,Nose,By the nose.,", "group"),
        ("population", "glad,,Glad people.", "label"),
    ],
)
def test_what_a_word_must_say(name: str, line: str, column: str) -> None:
    found = evidence_of(more(name, line))
    blocking = [(f.column, f.code) for f in found.problems[WORD.format(name)] if f.is_blocking]
    assert blocking == [(column, "blank-required")]
    assert line.partition(",")[0] not in found.words[name]
    assert not any(f.is_blocking for f in found.problems["trials.csv"])


def test_a_word_twice_is_said_and_the_first_stays() -> None:
    found = evidence_of(more("route", "oral,By the nose,By the nose.,minutes"))
    assert [f.code for f in found.problems["vocabulary/route.csv"] if f.is_blocking] == ["duplicate-key"]
    assert found.words["route"]["oral"].label == "Oral"
    assert not found.is_valid


def test_a_file_is_the_whole_list_and_a_word_in_use_that_is_gone_is_named_row_by_row() -> None:
    shipped = evidence_of(read_files(DATA))
    kept = [f"{value},{w.label},x.,{w.kind}\n" for value, w in shipped.words["comparator"].items() if value != "saline"]
    found = evidence_of(files(comparator="".join(kept)))
    lost = [r for r in shipped.results if r.comparator == "saline"]
    faults = [f for f in found.problems["trials.csv"] if f.is_blocking]
    assert len(found.results) == len(shipped.results) - len(lost)
    assert {(f.column, f.value, f.code) for f in faults} == {("comparator", "saline", "unknown-term")}
    assert len(faults) == len(lost) > 50
    assert "vocabulary/comparator.csv" in faults[0].fix
    with using(found.words):
        assert "saline" not in COMPARATORS
        assert "none" in COMPARATORS  # every list has it: an uncontrolled result


def test_what_the_program_asks_about_has_a_name_also_where_a_list_lacks_it() -> None:
    found = evidence_of(files(outcome="joy-change,Joy,A score.,efficacy,higher,\n"))
    with using(found.words):
        assert list(OUTCOMES) == ["joy-change"]
        assert OUTCOMES["response"].label == "Response"
        assert OUTCOMES["joy-change"].better == "higher"
        assert not is_state("joy-change")
        with pytest.raises(KeyError):
            OUTCOMES["nausea"]


def test_what_the_program_asks_about_is_what_the_shipped_list_says() -> None:
    shipped = shipped_words()["outcome"]
    for known in outcomes._ASKED_ABOUT:
        own = shipped[known.value]
        assert known._replace(definition=own.definition) == own


def test_a_broken_list_is_one_finding_and_not_a_thousand(tmp_path: Path) -> None:
    found = evidence_of({**read_files(DATA), "vocabulary/outcome.csv": b'value,label\n"'})
    assert "vocabulary/outcome.csv" in found.broken
    assert len(found.results) == len(evidence_of(read_files(DATA)).results)  # judged by the list that is shipped
    with using({"outcome": {}}):
        assert "response" not in OUTCOMES


def test_attributes_of_a_word_nobody_foresaw() -> None:
    found = evidence_of(more("instrument", "GRID,GRID scale,Questions.,self,higher,0,52,,,"))
    with using(found.words):
        scale = INSTRUMENTS["GRID"]
        assert (scale.rater, scale.rank, scale.low, scale.high, scale.better) == ("self", 3, 0, 52, "higher")
        assert [ROUTES[name].group for name in ("oral", "intranasal")] == ["slower", "minutes"]


def test_reading_a_folder_makes_its_words_those_of_the_program(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DATA, tmp_path / "data"))
    with (folder / "vocabulary" / "route.csv").open("a", encoding="utf-8") as file:
        file.write("nose,Nose,By the nose.,minutes\n")
    try:
        load(folder)
        assert "nose" in ROUTES
    finally:
        activate(shipped_words())
    assert "nose" not in ROUTES


def test_a_rise_on_a_scale_where_more_is_better_is_no_missing_sign() -> None:
    row = read_files(DATA)["trials.csv"]
    assert isinstance(row, bytes)
    head = row.split(b"\n", 1)[0].decode().split(",")
    cells = dict.fromkeys(head, "") | {
        **{"trial": "tea-2020", "label": "Tea 2020", "citation": "Murrough2013AJP", "design": "parallel"},
        **{"population": "TRD", "age_group": "adults", "intervention": "ketamine", "route": "oral"},
        **{"comparator": "saline", "outcome": "symptom-change", "instrument": "GRID", "unit": "points", "hours": "24"},
        **{"anchor": "first-dose", "analysis": "main", "n_intervention": "20", "mean_intervention": "5"},
        **{"sd_intervention": "8", "n_comparator": "20", "mean_comparator": "2", "sd_comparator": "8"},
        **{"source": "full text", "locator": "Table 1", "extraction": "reported", "confidence": "high"},
    }
    data = f"{','.join(head)}\n{','.join(cells.values())}\n".encode()
    for direction, codes in (("lower", {"change-above-zero"}), ("higher", set())):
        found = evidence_of(
            {**more("instrument", f"GRID,GRID scale,Questions.,self,{direction},0,52,,,"), "trials.csv": data}
        )
        assert {f.code for f in found.problems["trials.csv"]} & {"change-above-zero"} == codes
