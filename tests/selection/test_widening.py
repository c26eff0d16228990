import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.questions import harms, overview
from evidence.selection.selection import PRESETS, Selection
from evidence.selection.widening import given_up, widened
from tests.support.builders import counted


def felt(trial: str, **cells: object) -> Result:
    return counted(9, 40, 2, 40, trial=trial, outcome="dissociation", **cells)


def nasal(trial: str = "spray") -> Result:
    return felt(trial, intervention="esketamine", route="intranasal", dose=84, dose_unit="mg", comparator="placebo")


def found(*rows: Result, preset: str = "midazolam", **words: tuple[str, ...]) -> tuple[set[str], list[str]]:
    scope = harms.scope(rows, Selection(preset, words), lambda r: r.outcome == "dissociation")
    return {r.trial for r in scope.compared}, [criterion.about for criterion in scope.dropped]


ECT = felt("ect", comparator="ECT")
SALINE = felt("saline", comparator="saline")
HIGHER = felt("higher", comparator="midazolam", dose=1.0)
MUSCLE = felt("muscle", route="intramuscular", comparator="saline")
TABLET = felt("tablet", route="oral", dose=120, dose_unit="mg", comparator="placebo")


@pytest.mark.parametrize(
    ("rows", "trials", "dropped"),
    [
        ((felt("own", comparator="midazolam"), SALINE, ECT), {"own"}, []),
        ((SALINE, HIGHER, MUSCLE, TABLET, nasal(), ECT), {"saline"}, ["comparator"]),
        ((HIGHER, MUSCLE, TABLET, nasal(), ECT), {"higher"}, ["dose"]),
        ((MUSCLE, TABLET, nasal(), ECT), {"muscle"}, ["comparator", "route"]),
        ((TABLET, nasal(), ECT), {"spray"}, ["comparator", "dose", "route", "intervention"]),
        ((TABLET, ECT), {"tablet"}, ["comparator", "dose", "route"]),
        ((ECT,), {"ect"}, ["comparator"]),
    ],
)
def test_a_placebo_stays_a_placebo_and_the_drug_goes_last(rows, trials, dropped) -> None:
    assert found(*rows) == (trials, dropped)


def test_a_filter_of_the_reader_is_kept() -> None:
    old = felt("old", comparator="saline", age_group="older adults")
    assert found(SALINE, old, age_group=("older adults",)) == ({"old"}, ["comparator"])
    # Nobody was treated like that: then, and only then, the reader's own filter goes, after the whole preset.
    assert found(SALINE, age_group=("adolescents",))[1][-1] == ""


def test_a_reader_who_asks_for_another_treatment_gets_it() -> None:
    scope = harms.scope([ECT, SALINE], Selection(), harms.is_event, "treatment")
    assert {r.trial for r in scope.compared} == {"ect"}
    assert scope.given_up == (
        "These data have no such result in this selection; shown without requiring that comparator is midazolam."
    )


def test_what_takes_the_place_is_said() -> None:
    wider = widened([SALINE, ECT], Selection(), harms.has_both_arms)
    assert wider.words == (
        "These data have no such result in this selection; shown without requiring that comparator is midazolam, "
        "but still against a placebo."
    )
    assert widened([ECT], Selection("everything"), harms.has_both_arms).words == ""


@pytest.mark.parametrize("preset", PRESETS)
def test_the_tile_and_the_safety_page_agree(evidence: Evidence, preset: str) -> None:
    tile = overview.harms_tile(evidence.results, Selection(preset), evidence.reviews)
    page = harms.scope(evidence.results, Selection(preset), harms.is_event)
    item = harms.most_felt(page.compared)
    assert item is not None
    # What a page widened its question for, the tile says that it borrows.
    assert bool(page.dropped) == ("Not counted in both arms here" in tile.words) == bool(tile.borrowed)
    if not page.dropped:
        assert item.rates is not None
        assert tile.number == " v ".join(f"{100 * rate:.0f}" for rate in item.rates)
        assert tile.results == item.results


def test_what_was_given_up_is_said() -> None:
    assert given_up(()) == ""
    dropped = Selection().criteria()[-2:]
    assert given_up(dropped) == (
        "These data have no such result in this selection; shown without requiring that dose is 0.5 mg/kg and "
        "comparator is midazolam."
    )
