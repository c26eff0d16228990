import math
from dataclasses import replace

import pytest

from evidence.dataset.records import PublishedEstimate
from evidence.questions import robustness
from evidence.questions.response import NEAREST, Choices, answer_for, barred_citations
from evidence.selection.selection import Selection, apply
from evidence.synthesis.answers import Model, answer
from evidence.synthesis.trial_effects import Question
from tests.support.builders import counted

# Murrough 2013a, Grunebaum 2017, Dwyer 2021, Jelovac 2025, Hu 2016, Su 2017, Talati 2019, Lii 2023 (counts as shipped),
# rma(escalc("RR"), test = "adhoc"), whole and without one trial, metafor 3.8 (threshold 1e-13), as ratios
WHOLE = (1.73979330, 1.25287256, 2.41595260)
WITHOUT = {
    "Murrough 2013a": (1.66112589, 1.13790860, 2.42492166),
    "Jelovac 2025": (1.82519892, 1.23043291, 2.70746262),
    "Lii 2023": (1.91085233, 1.33993257, 2.72503015),
}


@pytest.fixture
def placebo(evidence):
    return apply(evidence.results, Selection("placebo").criteria())


@pytest.fixture
def nearest(placebo):
    return answer_for(placebo, Choices(time=NEAREST))


def shown(pooled):
    return tuple(math.exp(value) for value in (pooled.estimate, pooled.ci_low, pooled.ci_high))


def test_leaving_out_one_trial_at_a_time_is_metafors(nearest):
    assert shown(nearest.pooled) == pytest.approx(WHOLE, abs=1e-6)
    series = robustness.without_each(nearest)
    found = dict(zip(series.labels, series.pools, strict=True))
    for label, expected in WITHOUT.items():
        assert shown(found[f"Without {label}"]) == pytest.approx(expected, abs=1e-6)
    words = robustness.headline_of_each(nearest, series)
    assert words.startswith("Without Lii 2023 the result moves most: from 1.74 to 1.91 (1.34–2.73).")
    assert "No single omission changes that the interval excludes no effect." in words


def test_mantel_haenszel_is_left_out_and_cumulated_too(placebo):
    # rma.mh(measure = "RR") with all eight trials and without Murrough 2013a, metafor 3.8
    found = answer_for(placebo, Choices(time=NEAREST, model=Model("MH")))
    assert shown(found.pooled) == pytest.approx((2.0737529, 1.5767782, 2.7273659), abs=1e-6)
    series = robustness.without_each(found)
    murrough = series.pools[series.labels.index("Without Murrough 2013a")]
    assert shown(murrough) == pytest.approx((2.0253509, 1.5009655, 2.7329385), abs=1e-6)
    grown = robustness.by_year(found)
    assert grown.pools[-1].estimate == pytest.approx(found.pooled.estimate)


def test_evidence_grows_by_year_to_the_whole(nearest):
    grown = robustness.by_year(nearest)
    years = [label.split()[-1][:4] for label in grown.labels]
    assert years == sorted(years)
    assert grown.pools[-1].estimate == pytest.approx(nearest.pooled.estimate)


def test_with_and_without_says_what_a_reader_changed(placebo):
    asked = Choices(time=NEAREST, without=("lii-2023",))
    contrast = robustness.with_and_without(placebo, asked)
    assert contrast.words == (
        "Leaving out Lii 2023 moves the result from 1.74 (1.25–2.42; 8 trials, 365 people) to 1.91 (1.34–2.73; "
        "7 trials, 325 people). The interval still excludes no effect."
    )
    assert robustness.with_and_without(placebo, replace(asked, without=())) is None
    assert robustness.with_and_without(placebo, replace(asked, without=("nobody-2000",))) is None


def test_a_trial_left_out_is_still_listed_and_moves_no_time(placebo):
    found = answer_for(placebo, Choices(without=("murrough-2013a", "lii-2023", "grunebaum-2017")))
    assert found.k == 0
    assert {e.hours for e in found.entries if e.effect} == {24}
    assert {e.excluded for e in found.entries if e.effect} == {"left out by the reader"}


def test_press_releases_and_unpublished_results_can_be_barred(evidence):
    references = evidence.references
    no_press = barred_citations(references, press_releases=False)
    published = barred_citations(references, published_only=True)
    assert barred_citations(references) == {}
    assert {references[key].type for key in no_press} == {"webpage"}
    assert set(no_press) < set(published)
    assert "article-journal" not in {references[key].type for key in published}


def test_a_funnel_needs_ten_trials():
    rows = [counted(4 + i, 20 + i, 3, 20, trial=f"t{i}", label=f"T {2000 + i}") for i in range(10)]
    nine = answer(rows[:9], Question(("response",), "RR", None))
    ten = answer(rows, Question(("response",), "RR", None))
    assert robustness.small_studies(nine.used) == (
        None,
        "With 9 trials a funnel plot cannot tell missing studies from chance; it is drawn from 10 trials on.",
    )
    test, words = robustness.small_studies(ten.used)
    assert test.df == 8
    assert words.startswith("Egger’s test: t ")


def test_a_note_where_plain_hartung_knapp_is_narrower_than_wald():
    alike = [counted(10 + i, 40, 5, 40, trial=f"t{i}") for i in range(3)]
    apart = [counted(a, 40, c, 40, trial=f"t{a}") for a, c in ((4, 16), (20, 3), (12, 11))]
    for rows, expected in ((alike, True), (apart, False)):
        found = answer(rows, Question(("response",), "RR", None))
        assert bool(robustness.interval_notice(found)) is expected
    said = {
        test: robustness.interval_notice(answer(alike, Question(("response",), "RR", None), Model(test=test)))
        for test in ("adhoc", "knha", "z")
    }
    assert "modified one shown" in said["adhoc"]
    assert "take it with care" in said["knha"]
    assert said["z"] == ""
    # Two trials have Wald's interval by the house rule: there is nothing to choose between.
    assert robustness.interval_notice(answer(alike[:2], Question(("response",), "RR", None))) == ""


def test_a_published_estimate_says_why_ours_may_differ(nearest):
    review = PublishedEstimate(
        estimate="x", label="Cochrane 2021", citation="X", intervention="ketamine", comparator="midazolam",
        outcome="response", time="24 h", effect_measure="OR", effect=2.48, ci_low=1.0, ci_high=6.18, k=4, n=296,
        certainty="very low",
    )  # fmt: skip
    assert robustness.published_words(review, nearest) == (
        "Cochrane 2021: odds ratio 2.48 (95% CI 1.00 to 6.18); 4 trials, 296 people, very low certainty. Why ours "
        "may differ: it pooled 4 trials and this page 8; it used another effect measure; its model and its choice of "
        "results may not be ours."
    )
