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

# (events, n, events, n) as in the trials; rma(escalc("RR"), test = "adhoc"), whole and without one trial, metafor 3.8
# (threshold 1e-13), as ratios
COUNTS = {
    "Murrough 2013a": (30, 47, 7, 25), "Grunebaum 2017": (2, 7, 1, 9), "Dwyer 2021": (13, 17, 6, 17),
    "Jelovac 2025": (14, 32, 13, 30), "Hu 2016": (11, 13, 6, 14), "Lii 2023": (12, 20, 10, 20),
}  # fmt: skip


@pytest.fixture
def placebo(evidence):
    return apply(evidence.results, Selection("placebo").criteria())


@pytest.fixture
def rows():
    return [
        counted(*arms, trial=label.split()[0].lower(), label=label, line=line)
        for line, (label, arms) in enumerate(COUNTS.items(), 2)
    ]


@pytest.fixture
def nearest(rows):
    return answer_for(rows, Choices(time=NEAREST))


def shown(pooled):
    return tuple(math.exp(value) for value in (pooled.estimate, pooled.ci_low, pooled.ci_high))


@pytest.mark.parametrize("model", [Model(), Model("REML", "adhoc"), Model("MH")])
def test_leaving_out_one_trial_at_a_time_is_the_pool_of_the_others(rows, model):
    found = answer_for(rows, Choices(time=NEAREST, model=model))
    series = robustness.without_each(found)
    assert len(series.pools) == len(rows)
    for row, label, pooled in zip(rows, series.labels, series.pools, strict=True):
        assert label == f"Without {row.label}"
        rest = answer_for([r for r in rows if r is not row], Choices(time=NEAREST, model=model)).pooled
        assert shown(pooled) == pytest.approx(shown(rest), rel=1e-9)
    words = robustness.headline_of_each(found, series)
    estimates = [pooled.estimate for pooled in series.pools]
    tau = "." if model.method == "MH" else ", tau between"  # one effect for all trials has no tau
    assert f"lies between {math.exp(min(estimates)):.2f} and {math.exp(max(estimates)):.2f}{tau}" in words
    assert "excludes" not in words
    assert "includes" not in words
    grown = robustness.by_year(found)
    assert grown.pools[-1].estimate == pytest.approx(found.pooled.estimate)


def test_many_trials_are_left_out_under_reml():
    amount = robustness.MAX_BAYES + 1
    many = [counted(10 + i % 7, 40, 8, 40, trial=f"t{i}", label=f"T {i}", line=i + 2) for i in range(amount)]
    series = robustness.without_each(answer_for(many, Choices(time=NEAREST)))
    assert {pooled.method for pooled in series.pools} == {"REML"}


def test_every_model_stands_side_by_side_and_a_choice_that_matters_is_said(rows):
    few = answer_for(rows[:2], Choices(time=NEAREST))
    models = dict(robustness.other_models(few))
    # Audit: the same two trials under every model, in R: Wald 1.22 to 4.35, Hartung-Knapp 1.50 to 3.52,
    # modified 0.04 to 142, half-normal(0.5) 0.85 to 6.41.
    for name, low, high in (
        ("REML, Wald", 1.22, 4.35),
        ("REML, Hartung–Knapp", 1.50, 3.52),
        ("REML, modified Hartung–Knapp", 0.04, 142),
        ("Bayesian, tau half-normal(0.5)", 0.85, 6.41),
    ):
        assert shown(models[name])[1:] == pytest.approx((low, high), rel=0.02, abs=0.005), name
    assert "The choice of model matters here: " in robustness.headline_of_models(few)
    alike = [counted(30 + i, 60, 10, 60, trial=f"t{i}", label=f"T {i}", line=i + 2) for i in range(6)]
    assert "matters" not in robustness.headline_of_models(answer_for(alike, Choices(time=NEAREST)))
    assert robustness.headline_of_models(answer_for(rows[:1], Choices(time=NEAREST))) == ""


def test_evidence_grows_by_year_to_the_whole(nearest):
    grown = robustness.by_year(nearest)
    years = [label.split()[-1][:4] for label in grown.labels]
    assert years == sorted(years)
    assert grown.pools[-1].estimate == pytest.approx(nearest.pooled.estimate)


def test_with_and_without_says_what_a_reader_changed(rows):
    asked = Choices(time=NEAREST, without=("lii",))
    contrast = robustness.with_and_without(rows, asked)
    assert contrast.words.startswith("Leaving out Lii 2023 moves the result from ")
    assert "6 trials, 251 people) to " in contrast.words
    assert contrast.words.endswith("5 trials, 211 people).")
    assert robustness.with_and_without(rows, replace(asked, without=())) is None
    assert robustness.with_and_without(rows, replace(asked, without=("nobody-2000",))) is None


def test_a_trial_left_out_is_still_listed_and_moves_no_time(placebo):
    all_of_them = tuple({e.trial for e in answer_for(placebo, Choices()).used})
    found = answer_for(placebo, Choices(without=all_of_them))
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
    assert words.startswith("Peters’ test: t ")
    spread = [rows[0].model_copy(update={"hours": 672.0}), *rows[1:]]
    assert "different times" in robustness.small_studies(answer(spread, Question(("response",), "RR", None)).used)[1]


def test_a_note_where_plain_hartung_knapp_is_narrower_than_wald():
    alike = [counted(10 + i, 40, 5, 40, trial=f"t{i}") for i in range(3)]
    apart = [counted(a, 40, c, 40, trial=f"t{a}") for a, c in ((4, 16), (20, 3), (12, 11))]
    for rows, expected in ((alike, True), (apart, False)):
        found = answer(rows, Question(("response",), "RR", None), Model("REML"))
        assert bool(robustness.interval_notice(found)) is expected
    said = {
        test: robustness.interval_notice(answer(alike, Question(("response",), "RR", None), Model("REML", test)))
        for test in ("adhoc", "knha", "z")
    }
    assert "modified one shown" in said["adhoc"]
    assert "interpret it with caution" in said["knha"]
    assert said["z"] == ""
    assert robustness.interval_notice(answer(alike, Question(("response",), "RR", None))) == ""


def test_a_published_estimate_says_why_ours_may_differ(nearest):
    review = PublishedEstimate(
        estimate="x", label="Cochrane 2021", citation="X", intervention="ketamine", comparator="midazolam",
        outcome="response", time="24 h", effect_measure="OR", effect=2.48, ci_low=1.0, ci_high=6.18, k=4, n=296,
        certainty="very low",
    )  # fmt: skip
    alike = review.model_copy(update={"n": nearest.people}).listing(entry.trial for entry in nearest.used)
    assert f"{nearest.people} people, very low certainty. Why ours" in robustness.published_words(alike, nearest)
    assert robustness.published_words(review, nearest) == (
        "Cochrane 2021: odds ratio 2.48 (95% CI 1.00 to 6.18); 4 trials, 296 people; a review of mostly other trials, "
        "which it rated very low. Why ours may differ: it pooled 4 trials and this page 6; it used another effect "
        "measure; its model and its choice of results may not be ours."
    )


def test_a_full_stop_in_a_label_does_not_cut_what_leaving_out_says():
    rows = [
        counted(*arms, trial=f"t{n}", label=f"St. {n} et al. 2010", line=n) for n, arms in enumerate(COUNTS.values())
    ]
    found = answer_for(rows, Choices(time=NEAREST))
    said = robustness.each_left_out(found, robustness.without_each(found))
    assert said.largest.headline.startswith("Without St. ")
    assert "(" not in said.largest.headline
    assert str(said.largest).endswith(")")
    assert said.over_all.startswith("Leaving out any one trial")
