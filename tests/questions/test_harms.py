import json

import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.outcomes import OUTCOMES
from evidence.questions import harm_matrix, harm_sentences, harms
from evidence.selection.selection import Selection
from evidence.stats.effect_sizes import Counts
from evidence.synthesis.answers import Model, pool_entries
from tests.support.builders import counted, result
from tests.support.harm_rows import ESKETAMINE, felt, of_esketamine
from tests.support.paths import REFERENCE

REFERENCE = json.loads((REFERENCE / "harms.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("known", REFERENCE["events"], ids=lambda known: known["event"])
def test_pooled_harms_equal_metafor(evidence: Evidence, known: dict) -> None:
    # tests/reference/make_harms.R picks the rows itself and pools them with metafor.
    item = of_esketamine(evidence, known["event"])
    arms = {e.trial: (e.intervention, e.comparator) for e in item.difference.used}
    assert arms == {c["trial"]: (Counts(c["a"], c["n1"]), Counts(c["c"], c["n2"])) for c in known["cells"]}
    for fit in known["fits"]:
        # The difference is Mantel-Haenszel's, without anything added; the ratio is compared under REML.
        pooled = item.difference.pooled if fit["measure"] == "RD" else pool_entries(item.ratio.used, Model("REML"))
        assert pooled is not None
        assert pooled.k == fit["k"]
        ours = [pooled.estimate, pooled.se, pooled.ci_low, pooled.ci_high]
        assert ours == pytest.approx([fit[name] for name in ("estimate", "se", "ci_low", "ci_high")], abs=1e-6)
        assert pooled.tau2 == pytest.approx(fit["tau2"], abs=1e-6)


def test_dose_arms_count_the_shared_placebo_once(evidence: Evidence) -> None:
    # Fedgchin 2019: 30/115 on 56 mg and 32/116 on 84 mg against the same 4/113; the pooled-arms row says 62/231.
    (entry,) = [e for e in of_esketamine(evidence, "dissociation").difference.used if e.trial == "fedgchin-2019"]
    assert (entry.intervention, entry.comparator) == (Counts(62, 231), Counts(4, 113))


def test_pooled_arms_stand_in_only_where_no_main_row_has_counts() -> None:
    main = felt(5, 20, 1, 20, line=2)
    both = felt(9, 40, 1, 20, analysis="pooled-arms", line=3)
    bare = result(outcome="dissociation", trial="t0", comparator="placebo", line=4)
    assert harms.harm_of([main, both], "dissociation").results == (main,)
    for rows in ([both], [bare, both]):
        (entry,) = harms.harm_of(rows, "dissociation").difference.used
        assert entry.intervention == Counts(9, 40)
        assert entry.key == "3"


def test_a_subgroup_is_no_row_of_its_trial() -> None:
    item = harms.harm_of([felt(5, 20, 1, 20, analysis="subgroup")], "dissociation")
    assert item.difference.k == 0
    assert item.differs is None


def test_randomised_withdrawals_are_named_and_pooled_only_when_asked_for() -> None:
    rows = [felt(5, 20, 1, 20), felt(9, 40, 1, 20, "t1", design="withdrawal", anchor="randomisation")]
    item = harms.harm_of(rows, "dissociation")
    assert (item.difference.k, item.withdrawn) == (1, ("T1",))
    assert harm_sentences.not_pooled([item]) == [f"No difference calculated ({harms.WITHDRAWN}): T1."]
    assert harms.harm_of(rows, "dissociation", withdrawals=True).difference.k == 2


def test_a_trial_that_shares_its_citation_with_a_withdrawal_stays(evidence: Evidence) -> None:
    found = harms.scope(evidence.results, ESKETAMINE, harms.is_apart)
    item = harms.harm_of(found.compared, "discontinuation-adverse-event")
    assert "popova-2019" in [entry.trial for entry in item.difference.used]
    assert item.withdrawn == ("Daly 2019",)


def test_uncontrolled_results_never_enter_a_difference() -> None:
    alone = result(outcome="dissociation", comparator="none", events_intervention=15, n_intervention=20)
    assert harms.harms([alone], harms.is_event) == ()
    ketamine = felt(5, 20, 1, 20, comparator="ketamine", intervention="esketamine")
    assert harms.harm_of([ketamine], "dissociation").differs is None
    (cell,) = harm_matrix.matrix([alone]).cells
    assert (cell.state, cell.text, cell.in_words) == ("alone", "75", "ketamine 15 of 20, no comparison group")


def test_no_event_in_either_arm_keeps_its_difference_and_has_no_ratio() -> None:
    item = harms.harm_of([felt(0, 20, 0, 25)], "dissociation")
    assert item.rates == (0.0, 0.0)
    assert item.differs is not None
    estimate, low, high = item.differs
    # Newcombe's interval of 0/20 against 0/25 by hand: Wilson gives 0 to 0.1611 and 0 to 0.1332.
    assert (estimate, round(low, 4), round(high, 4)) == (0.0, -0.1332, 0.1611)
    assert item.effect("RR") is None
    assert item.in_words("RR") == "not estimable"
    assert harm_sentences.no_events([item]).startswith("Nobody had it in either arm of any trial: dissociation.")
    everybody = harms.harm_of([felt(20, 20, 25, 25)], "dissociation")
    assert harm_sentences.no_events([everybody]).startswith("Nobody, or everybody, had it")
    both = harms.harm_of([felt(0, 20, 0, 25), felt(0, 30, 0, 30, "t1")], "dissociation")
    assert both.difference.k == 2
    assert both.differs is not None
    assert both.ratio.k == 0


def test_one_trial_has_its_own_rates_and_newcombes_interval() -> None:
    # 56/70 against 48/80 (Newcombe 1998, example a): 0.2 (0.0524 to 0.3339).
    item = harms.harm_of([felt(56, 70, 48, 80)], "dissociation")
    assert item.differs == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert item.rates == pytest.approx((0.8, 0.6))
    # 1/0.2 = 5, 1/0.3339 = 2.99 and 1/0.0524 = 19.1, rounded up.
    assert str(item.needed) == "NNTH 5 (3 to 20)"


def test_both_rates_differ_by_the_pooled_difference(evidence: Evidence) -> None:
    item = of_esketamine(evidence, "dissociation")
    assert item.rates is not None
    assert item.differs is not None
    counts = item.difference.counts
    assert counts is not None
    assert item.rates[1] == pytest.approx(counts[1].events / counts[1].n)
    assert item.rates[0] - item.rates[1] == pytest.approx(item.differs[0])
    assert str(item.needed).startswith("NNTH 4 (")


def test_events_stand_by_risk_difference_and_apart_ones_apart(evidence: Evidence) -> None:
    found = harms.scope(evidence.results, ESKETAMINE, harms.is_event)
    items = [h for h in harms.harms(found.compared, harms.is_event) if h.differs]
    sizes = [h.differs[0] for h in items if h.differs]
    assert sizes == sorted(sizes, reverse=True)
    assert items[0].event == "dissociation"
    assert not {h.event for h in items} & {"serious-adverse-event", "suicidal-ideation", "discontinuation-any-cause"}
    apart = harms.harms(harms.scope(evidence.results, ESKETAMINE, harms.is_apart).compared, harms.is_apart)
    assert {"suicidal-ideation", "discontinuation-any-cause", "any-adverse-event"} <= {h.event for h in apart}


def test_every_harm_is_in_exactly_one_block() -> None:
    for outcome in OUTCOMES.values():
        row = result(outcome=outcome.value)
        assert harms.is_event(row) + harms.is_apart(row) == harms.is_harm(row)
    assert harms.is_apart(result(outcome="suicide"))
    assert not harms.is_harm(result(outcome="response"))


def test_the_threshold_is_of_either_arm() -> None:
    item = harms.harm_of([felt(1, 100, 6, 100)], "dissociation")
    assert harms.is_frequent(item, 6)
    assert not harms.is_frequent(item, 6.1)
    assert harm_sentences.rare([item], 10) == "1 event under 10% in both arms not drawn: dissociation."
    assert harm_sentences.rare([item], 5) == ""


def test_kinds_of_comparator_are_never_pooled() -> None:
    rows = [felt(5, 20, 1, 20), felt(9, 40, 1, 20, "t1"), felt(9, 40, 20, 40, "t2", comparator="ECT")]
    everything = Selection("everything")
    auto = harms.scope(rows, everything, harms.is_event)
    assert (auto.kind, dict(auto.kinds)) == ("placebo", {"placebo": 2, "treatment": 1, "nothing": 0})
    assert {r.comparator for r in auto.compared} == {"placebo"}
    other = harms.scope(rows, everything, harms.is_event, "treatment")
    assert {r.comparator for r in other.compared} == {"ECT"}
    assert "another treatment (1 trial)" in harm_sentences.comparators(auto)
    assert harm_sentences.comparators(harms.scope(rows[:2], everything, harms.is_event)) == ""


def test_the_default_preset_has_one_trial_that_counts_events_of_its_own(evidence: Evidence) -> None:
    found = harms.scope(evidence.results, Selection(), harms.is_event)
    assert (found.dropped, found.given_up) == ((), "")
    items = {item.event: item for item in harms.harms(found.compared, harms.is_event) if item.differs is not None}
    # Su 2023, Table 1: 29/42 against 7/42 and 24/42 against 5/42 during the infusion.
    assert {event: item.difference.counts for event, item in items.items()} == {
        "derealisation": (Counts(29, 42), Counts(7, 42)),
        "dizziness": (Counts(24, 42), Counts(5, 42)),
    }
    apart = harms.scope(evidence.results, Selection(), harms.is_apart)
    assert apart.dropped == ()
    # Dissociation alone: Chen 2023, Daly 2019, Fedgchin 2019, Fu 2020, Ionescu 2021, Janik 2025, Ochs-Ross 2020,
    # Popova 2019 and Takahashi 2021.
    assert harms.elsewhere(evidence.results, Selection())["esketamine"] == 9


def test_dissociation_in_the_default_preset_is_widened_and_says_how(evidence: Evidence) -> None:
    # No trial of intravenous ketamine against any placebo counts it in both arms. Ekstrand 2022 does against ECT, whose
    # harms are its own, and KET01-02 2026 with tablets that act slowly; the nearest is the nasal spray.
    found = harms.scope(evidence.results, Selection(), lambda r: r.outcome == "dissociation")
    assert [criterion.about for criterion in found.dropped] == ["comparator", "dose", "route", "intervention"]
    assert found.given_up.endswith("but still against a placebo and by a route that acts within minutes.")
    used = {entry.first for entry in harms.harm_of(found.compared, "dissociation").difference.used}
    assert {(r.intervention, r.route, r.comparator) for r in used} == {("esketamine", "intranasal", "placebo")}
    assert "fedgchin-2019" in {r.trial for r in used}


def test_the_finding_is_absolute_before_relative(evidence: Evidence) -> None:
    found = harms.scope(evidence.results, ESKETAMINE, harms.is_event)
    items = harms.harms(found.compared, harms.is_event)
    words = str(harm_sentences.headline(items, harm_sentences.sides_among(items)))
    lead = next(item for item in items if item.event == "dissociation")
    assert lead.rates is not None
    drug, control = (f"{100 * rate:.0f}" for rate in lead.rates)
    assert words.startswith(
        f"Dissociation differs most: about {drug} of 100 on esketamine, {control} on placebo (risk difference "
    )
    assert "; next come dizziness (" in words
    assert harm_sentences.window(items).endswith("until 24 to 28 days.")


def test_findings_without_a_clear_difference_or_without_any() -> None:
    even = harms.harms([felt(5, 20, 5, 20)], harms.is_event)
    sides = harm_sentences.sides_among(even)
    assert str(harm_sentences.headline(even, sides)).startswith("Dissociation differs most")
    assert str(harm_sentences.headline((), sides)).startswith("No controlled trial has counts of adverse events")
    fewer = harms.harms([felt(2, 50, 30, 50)], harms.is_event)
    assert "about 4 of 100 on ketamine, 60 on placebo" in str(harm_sentences.headline(fewer, sides))
    assert (
        harm_sentences.trade_off(fewer, harms.scope([felt(2, 50, 30, 50)], Selection("everything"), harms.is_event))
        == ""
    )


def test_harm_stands_beside_benefit_of_the_same_comparison() -> None:
    rows = [
        felt(30, 60, 6, 60),
        counted(30, 60, 15, 60, comparator="placebo", trial="t0"),
        counted(30, 60, 30, 60, comparator="ECT", trial="t9"),
    ]
    found = harms.scope(rows, Selection("everything"), harms.is_event)
    words = harm_sentences.trade_off(harms.harms(found.compared, harms.is_event), found)
    # 50 % against 10 %: 1/0.4 = 2.5, rounded up; 50 % against 25 %: 1/0.25 = 4, ECT left out.
    assert words.startswith("Number needed to harm, dissociation: NNTH 3 (")
    assert "response at 24 hours (1 of its 1 trials are among those of the harm): NNTB 4 (" in words
    alone = harms.scope(rows[:1], Selection("everything"), harms.is_event)
    assert "no response with counts" in harm_sentences.trade_off(harms.harms(alone.compared, harms.is_event), alone)


def test_only_a_comparison_with_something_else_counts_as_two_arms() -> None:
    assert harms.has_both_arms(felt(5, 20, 1, 20))
    assert not harms.has_both_arms(felt(5, 20, 1, 20, comparator="ketamine", intervention="esketamine"))
    assert not harms.has_both_arms(felt(5, 20, 1, 20, comparator="none"))
    assert not harms.has_both_arms(result(outcome="dissociation", events_intervention=5, n_intervention=20))


def test_rows_of_low_confidence_do_not_hold_a_selection_together() -> None:
    low = felt(5, 20, 1, 20, comparator="midazolam", confidence="low")
    sure = felt(5, 20, 1, 20, "t1")
    found = harms.scope([low, sure], Selection(), harms.is_event)
    assert [criterion.words for criterion in found.dropped] == ["comparator is midazolam"]
    assert found.kinds["placebo"] == 1
