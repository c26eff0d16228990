from collections import Counter
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.dataset.evidence import DATA, Evidence, load
from evidence.dataset.vocabulary import (
    COMPARATOR_KINDS,
    CONFIDENCES,
    DESIGNS,
    INTERVENTIONS,
    POPULATIONS,
    ROUTES,
    SOURCES,
)
from evidence.selection.filters import DOSE_LIMITS, FILTERS
from evidence.selection.selection import (
    PRESETS,
    Headcount,
    Selection,
    apply,
    blockers,
    explain,
    headcount,
    relaxed,
    trials_of,
)
from tests.support.builders import result

EVIDENCE = load(DATA)  # not the fixture where Hypothesis would print it
CHOICES = {
    "drug": list(INTERVENTIONS),
    "route": list(ROUTES),
    "schedule": ["single dose", "repeated doses"],
    "comparator_kind": list(COMPARATOR_KINDS),
    "population": list(POPULATIONS),
    "design": list(DESIGNS),
    "source": list(SOURCES),
    "confidence": list(CONFIDENCES),
}


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    names = draw(st.lists(st.sampled_from(list(CHOICES)), unique=True, max_size=3))
    chosen = {
        name: tuple(draw(st.lists(st.sampled_from(CHOICES[name]), unique=True, min_size=1, max_size=3)))
        for name in names
    }
    dose = draw(st.sampled_from([DOSE_LIMITS, (0.4, 0.6), (0.75, 1.0)]))
    return Selection(draw(st.sampled_from(list(PRESETS))), MappingProxyType(chosen), dose)


@given(selections())
def test_applying_keeps_a_part_of_the_results_in_their_order(selection: Selection) -> None:
    kept = apply(EVIDENCE.results, selection.criteria())
    lines = [r.line for r in kept]
    assert set(lines) <= {r.line for r in EVIDENCE.results}
    assert lines == sorted(set(lines))
    assert all(EVIDENCE.results[r.line - 2] == r for r in kept)


@given(selections())
def test_applying_twice_changes_nothing(selection: Selection) -> None:
    once = apply(EVIDENCE.results, selection.criteria())
    assert apply(once, selection.criteria()) == once


@given(selections())
def test_clearing_a_filter_never_loses_a_result(selection: Selection) -> None:
    kept = {r.line for r in apply(EVIDENCE.results, selection.criteria())}
    for name in ("preset", "dose", *selection.words):
        wider = selection.without(name)
        assert kept <= {r.line for r in apply(EVIDENCE.results, wider.criteria())}
        assert len(wider.criteria()) <= len(selection.criteria())


@given(selections())
def test_every_excluded_trial_is_explained_exactly_once(selection: Selection) -> None:
    steps = explain(EVIDENCE.results, selection)
    kept = trials_of(apply(EVIDENCE.results, selection.criteria()))
    excluded = Counter(rows[0].label for trial, rows in EVIDENCE.trials.items() if trial not in kept)
    assert Counter(label for step in steps for label in step.removed) == excluded
    assert [step.criterion.words for step in steps] == [criterion.words for criterion in selection.criteria()]


@given(selections())
def test_a_blocker_cleared_alone_brings_results_back(selection: Selection) -> None:
    sources = {criterion.source for criterion in selection.criteria()}
    found = set(blockers(EVIDENCE.results, selection))
    for name in sources:
        assert bool(apply(EVIDENCE.results, selection.without(name).criteria())) == (name in found)


def test_blockers_are_the_filters_to_undo() -> None:
    rows = [result(route="oral"), result(route="intravenous", comparator="saline")]
    oral = Selection("midazolam", MappingProxyType({"route": ("oral",)}))
    assert apply(rows, oral.criteria()) == ()
    # Without the preset the oral row is there; without the route filter the preset still refuses saline.
    assert blockers(rows, oral) == ("preset",)
    assert blockers([], oral) == ()


def test_a_filter_holds_rows_with_any_of_its_words_and_drops_what_is_not_known() -> None:
    rows = [result(line=i, administrations=n) for i, n in enumerate((1, 6, None))]
    for words, lines in (
        (("single dose",), [0]),
        (("repeated doses",), [1]),
        (("single dose", "repeated doses"), [0, 1]),
    ):
        chosen = Selection("everything", MappingProxyType({"schedule": words}))
        assert [r.line for r in apply(rows, chosen.criteria())] == lines


def test_a_dose_range_holds_mg_per_kg_only_both_ends_included() -> None:
    doses = ((0.2, "mg/kg"), (0.5, "mg/kg"), (0.75, "mg/kg"), (0.5, "mg"), (None, None))
    rows = [result(line=i, dose=dose, dose_unit=unit) for i, (dose, unit) in enumerate(doses)]
    chosen = Selection("everything", dose=(0.2, 0.5))
    assert [r.line for r in apply(rows, chosen.criteria())] == [0, 1]
    assert [r.line for r in apply(rows, Selection("everything").criteria())] == [0, 1, 2, 3, 4]


def test_the_default_preset_is_the_question_of_the_article(evidence: Evidence) -> None:
    kept = apply(evidence.results, Selection().criteria())
    assert {(r.intervention, r.route, r.dose, r.dose_unit, r.comparator) for r in kept} == {
        ("ketamine", "intravenous", 0.5, "mg/kg", "midazolam")
    }
    assert {"murrough-2013a", "grunebaum-2017", "grunebaum-2018"} <= set(trials_of(kept))


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_is_empty(evidence: Evidence, preset: str) -> None:
    assert apply(evidence.results, Selection(preset).criteria())


def test_a_selection_says_itself_in_words() -> None:
    chosen = Selection("esketamine", MappingProxyType({"population": ("TRD", "MDD"), "route": ()}), (0.4, 0.6))
    assert str(chosen) == "Esketamine nasal spray; population is TRD or MDD; dose is 0.4 to 0.6 mg/kg"
    assert str(chosen.without("population").without("dose").without("preset")) == "Everything"


def test_people_are_counted_once_a_trial_and_the_unknown_are_named() -> None:
    rows = [result(n_randomised=60), result(n_randomised=60, hours=72), result(trial="jones-2021", n_randomised=None)]
    assert headcount(rows) == Headcount(2, 60, 1)
    assert str(headcount(rows)) == "2 trials, 60 people (number not known in 1)"


@given(selections(), st.sampled_from(["relapse", "dissociation", "cystitis"]), st.booleans())
def test_as_little_is_given_up_as_is_needed(selection: Selection, outcome: str, at_once: bool) -> None:
    found = relaxed(EVIDENCE.results, selection, lambda r: r.outcome == outcome, at_once)
    everything = [r for r in EVIDENCE.results if r.outcome == outcome]
    dropped = {(c.source, c.words) for c in found.dropped}
    remaining = [c for c in selection.criteria() if (c.source, c.words) not in dropped]
    assert found.results == apply(everything, remaining)
    assert found.results
    if apply(everything, selection.criteria()):
        assert found.dropped == ()
    preset = {(c.source, c.words) for c in selection.named.criteria}
    own = dropped - preset
    if own:  # the reader's own filters go only after the whole preset
        assert preset <= dropped
    if found.dropped and (own or not at_once):  # with the last one put back nothing would be found
        assert apply(everything, (*remaining, found.dropped[-1])) == ()


def test_what_no_result_holds_is_not_found_by_giving_up_everything() -> None:
    found = relaxed([result()], Selection(), lambda r: r.outcome == "relapse")
    assert found.results == ()
    assert len(found.dropped) == len(Selection().criteria())


def test_the_last_criterion_of_the_preset_goes_first_or_all_at_once() -> None:
    rows = [result(comparator="saline")]
    one = relaxed(rows, Selection(), lambda r: True)
    assert [c.words for c in one.dropped] == ["comparator is midazolam"]
    assert len(relaxed(rows, Selection(), lambda r: True, at_once=True).dropped) == 4


def test_every_filter_has_a_name_on_screen() -> None:
    assert set(CHOICES) <= set(FILTERS)
    for name, asked in FILTERS.items():
        assert asked.title
        assert asked.value_of(result(blinding="double-blind")) in asked.terms, name
