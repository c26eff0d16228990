import pytest

from evidence.dataset.evidence import Evidence
from evidence.questions import blinding
from evidence.questions.subgroups import subgroups
from evidence.report.figures.blinding import lens_plot
from evidence.report.figures.style import LIGHT
from evidence.report.tables import harms as harm_tables
from evidence.selection.selection import PRESETS, Selection, apply
from evidence.synthesis.sentences import sides_of
from tests.support.builders import counted, difference, result


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        ({"comparator": "midazolam", "blinding": "double-blind"}, "active"),
        ({"comparator": "diclofenac"}, "inert"),
        ({"comparator": "saline", "blinding": "double-blind"}, "inert"),
        ({"comparator": "placebo", "blinding": "open-label"}, "open"),
        ({"comparator": "saline", "blinding": "single-blind"}, "open"),
        ({"comparator": "ECT"}, "open"),
        ({"comparator": "no-ketamine"}, "unknown"),
        ({"comparator": "saline", "blinding": "double-blind", "masking": "anaesthesia"}, "anaesthesia"),
    ],
)
def test_masking_of_a_result(cells: dict[str, str], value: str) -> None:
    assert blinding.masking(result(**cells)) == value


def test_the_trial_masked_by_anaesthesia_is_the_one_its_title_says(evidence: Evidence) -> None:
    masked = [r for r in evidence.results if r.masking == "anaesthesia"]
    assert {r.trial for r in masked} == {"lii-2023"}
    titles = [evidence.references[citation].title or "" for citation in {r.citation for r in masked}]
    assert any("masked by surgical anesthesia" in title for title in titles)


def test_dissociation_is_summed_over_the_trials_that_counted_it() -> None:
    rows = [
        counted(10, 40, 2, 40, trial="a", label="A", outcome="dissociation", comparator="placebo"),
        counted(5, 20, 1, 20, trial="b", label="B", outcome="dissociation", comparator="placebo"),
        counted(9, 10, 0, 10, trial="c", label="C", outcome="dissociation", comparator="placebo"),
        result(trial="b", outcome="dissociation", comparator="none", events_intervention=20, n_intervention=20),
    ]
    found = blinding.felt(rows, ("a", "b", "d"))
    # 15 of 60 against 3 of 60.
    assert (found.trials, found.in_words) == (("A", "B"), "25% v 5%")
    assert blinding.felt(rows, ("d",)).in_words == "no count"
    assert blinding.felt(rows[3:], ("b",)).in_words == "no count"


def test_pooled_arms_stand_in_for_a_trial_without_a_main_row() -> None:
    row = counted(9, 40, 1, 20, trial="a", outcome="dissociation", comparator="placebo", analysis="pooled-arms")
    assert blinding.felt([row], ("a",)).in_words == "22% v 5%"
    main = counted(1, 10, 1, 20, trial="a", outcome="dissociation", comparator="placebo")
    assert blinding.felt([row, main], ("a",)).in_words == "10% v 5%"


def test_the_lens_of_all_trials(evidence: Evidence) -> None:
    scope = blinding.scope(evidence.results, Selection("everything"), "RR", "24h")
    items = {item.value: item for item in blinding.lenses(scope.answer, scope.results)}
    assert list(items) == [value for value in blinding.MASKINGS if value in items]
    # Lii 2023 at 24 hours: 12/20 against 10/20.
    (lii,) = items["anaesthesia"].used
    assert lii.trial == "lii-2023"
    assert round(items["anaesthesia"].pooled.estimate, 4) == 0.1823
    words = blinding.headline(scope.answer, items.values())
    assert words.startswith("Against active placebo the risk ratio of response is ")
    assert "masked by anaesthesia it is 1.20 (95% CI 0.68 to 2.11; 1 trial, 40 people)" in words
    assert "against inert placebo 54 against 29 of 100 responded in Canuso 2018, and with the others it is" in words
    assert "significant" not in words
    finding = blinding.finding(scope.answer, items.values())
    assert "against inert placebo 54 against 29 of 100 responded in Canuso 2018" in finding.large
    assert "Against inert placebo, with the others, risk ratio " in finding.below
    assert "CI" not in finding.large


def test_one_masking_alone_is_widened_to_other_comparators(evidence: Evidence) -> None:
    scope = blinding.scope(evidence.results, Selection(), "RR", "24h")
    assert scope.words.endswith("shown without requiring that comparator is midazolam.")
    assert len(blinding.lenses(scope.answer, scope.results)) > 1
    kept = apply(evidence.results, Selection("placebo").criteria())
    inside = blinding.scope(evidence.results, Selection("placebo"), "RR", "24h")
    assert inside.words == ""
    assert inside.results == kept


def test_numbers_decide_the_sentence() -> None:
    rows = [
        counted(20, 40, 10, 40, trial="a", label="A", comparator="saline", blinding="double-blind"),
        counted(15, 40, 10, 40, trial="b", label="B", comparator="midazolam", blinding="double-blind"),
    ]
    found = blinding.ask(rows, "RR", "24h")
    items = blinding.lenses(found, rows)
    words = blinding.headline(found, items)
    assert words == (
        "Against active placebo the risk ratio of response is 1.50 (95% CI 0.77 to 2.93; 1 trial, 80 people); against "
        "inert placebo it is 2.00 (95% CI 1.08 to 3.72; 1 trial, 80 people). "
        "These data have no count of dissociation in both arms of any of the 2 trials"
    )
    finding = blinding.finding(found, items)
    assert (
        finding.large == "Against active placebo the risk ratio of response is 1.50; against inert placebo it is 2.00."
    )
    assert finding.below == (
        "Against active placebo 95% CI 0.77 to 2.93; 1 trial, 80 people. Against inert placebo 95% CI 1.08 to 3.72; "
        "1 trial, 80 people. These data have no count of dissociation in both arms of any of the 2 trials"
    )
    alone = blinding.ask(rows[:1], "RR", "24h")
    words = blinding.headline(alone, blinding.lenses(alone, rows[:1]))
    assert words.endswith("These data have no count of dissociation in both arms of the trial")
    more = [*rows, counted(20, 40, 2, 40, trial="a", label="A", comparator="saline", outcome="dissociation")]
    items = blinding.lenses(found, more)
    assert blinding.headline(found, items).endswith(
        "Of the 2 trials 1 counted dissociation in both arms: 50% v 5% against inert placebo (drug v comparator)"
    )
    assert "“Active placebo” and “Inert placebo” are one trial each." in blinding.caution(found, items)
    assert "not randomised to a kind of placebo" in blinding.caution(found, items)


def test_nothing_to_look_at() -> None:
    found = blinding.ask([], "RR", "24h")
    assert blinding.lenses(found, []) == ()
    assert blinding.headline(found, ()).startswith("No trial here can be sorted")
    assert blinding.caution(found, ()).startswith("Only one kind of masking")


def test_scores_have_their_own_clause() -> None:
    rows = [difference(-5, -9, -1, trial="a", comparator="saline"), difference(-2, -6, 2, trial="b")]
    found = blinding.ask(rows, "MD", "24h")
    words = blinding.headline(found, blinding.lenses(found, rows))
    assert words.startswith("Against active placebo the mean difference of symptom scores is −2.0 MADRS points")
    assert (
        "against inert placebo it is −5.0 MADRS points (95% CI −9.0 to −1.0; 1 trial, number of people not reported)"
        in words
    )


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("measure", ["RR", "MD", "SMD"])
def test_a_figure_and_a_table_for_every_preset(evidence: Evidence, preset: str, measure: str) -> None:
    scope = blinding.scope(evidence.results, Selection(preset), measure, "nearest")
    items = blinding.lenses(scope.answer, scope.results)
    sides = sides_of(entry.first for entry in scope.answer.used)
    text = lens_plot(items, scope.answer.question, sides, LIGHT).to_json()
    assert "NaN" not in text
    assert "Infinity" not in text
    assert len(harm_tables.lens_frame(items, measure)) == len(items)
    lines = {str(r.line) for r in evidence.results}
    assert all(set(item.key.split()) <= lines for item in items)


def test_masking_is_a_way_to_split(evidence: Evidence) -> None:
    split = subgroups(evidence.judgements)["masking"]
    found = blinding.ask(apply(evidence.results, ()), "RR", "24h")
    assert {split.group(entry) for entry in found.entries} == {group.name for group in found.groups}
    assert {"Active placebo", "Inert placebo", "Masked by anaesthesia"} <= {group.name for group in found.groups}
