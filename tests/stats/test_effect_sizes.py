import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.stats.effect_sizes import (
    MEASURES,
    Counts,
    Effect,
    Scores,
    average_effects,
    combine_counts,
    combine_scores,
    from_interval,
    g_from_mean_difference,
    hedges_g,
    mean_difference,
    odds_ratio,
    risk_difference,
    risk_ratio,
    standard_deviation_from_interval,
)
from evidence.stats.proportions import newcombe, wilson
from tests.support.paths import REFERENCE

TABLES = json.loads((REFERENCE / "metafor.json").read_text(encoding="utf-8"))
EXTRA = json.loads((REFERENCE / "extra.json").read_text(encoding="utf-8"))


def arm(row, kinds, side):
    values = [row[f"{kind}_{side}"] for kind in kinds]
    if None in values:
        return None
    return Counts(*values) if len(kinds) == 2 else Scores(*values)


@pytest.mark.parametrize("table", TABLES, ids=lambda t: f"{t['dataset']} {t['measure']}")
def test_every_study_of_the_reference(table):
    kinds = ("events", "n") if table["kind"] == "counts" else ("mean", "sd", "n")
    measure = MEASURES[table["measure"]]
    assert measure.scale == table["scale"]
    for row, yi, vi in zip(table["data"], table["yi"], table["vi"], strict=True):
        arms = arm(row, kinds, "intervention"), arm(row, kinds, "comparator")
        effect = None if None in arms else measure.function(*arms)
        if yi is None:
            assert effect is None
        else:
            assert effect.estimate == pytest.approx(yi, rel=1e-12, abs=1e-13)
            assert effect.variance == pytest.approx(vi, rel=1e-12)


@pytest.mark.parametrize("expected", EXTRA["awkward"]["effects"], ids=lambda e: e["measure"])
def test_empty_cells_double_zeros_and_all_events(expected):
    for (a, n1, c, n2), yi, vi in zip(EXTRA["awkward"]["cells"], expected["yi"], expected["vi"], strict=True):
        effect = MEASURES[expected["measure"]].function(Counts(a, n1), Counts(c, n2))
        if yi is None:
            assert effect is None
        else:
            assert effect.estimate == pytest.approx(yi, abs=1e-12)
            assert effect.variance == pytest.approx(vi, rel=1e-12)


def test_hedges_g_in_arms_of_two_and_of_hundreds():
    pairs = [
        (Scores(10, 2, 2), Scores(12, 3, 2)),
        (Scores(3, 5, 30), Scores(3, 4, 28)),
        (Scores(-2, 1, 400), Scores(1, 2, 390)),
    ]
    for (one, two), yi, vi in zip(pairs, EXTRA["scores"]["yi"], EXTRA["scores"]["vi"], strict=True):
        assert hedges_g(one, two).estimate == pytest.approx(yi, abs=1e-11)
        assert hedges_g(one, two).variance == pytest.approx(vi, rel=1e-11)


def test_hedges_g_of_three_people_is_none():
    assert hedges_g(Scores(1, 1, 1), Scores(2, 1, 2)) is None


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Counts(5, 4), "events must lie between 0 and n"),
        (lambda: Counts(-1, 4), "events must lie between 0 and n"),
        (lambda: Counts(0, 0), "at least one"),
        (lambda: Counts(0, -3), "at least one"),
        (lambda: Scores(1, 0, 5), "standard deviation above 0"),
        (lambda: Scores(1, -2, 5), "standard deviation above 0"),
        (lambda: Scores(math.nan, 1, 5), "finite"),
        (lambda: Scores(1, math.inf, 5), "finite"),
        (lambda: Scores(1, 1, 0), "at least one"),
        (lambda: Effect(0.1, 0.0), "above 0"),
        (lambda: Effect(math.inf, 1.0), "finite"),
        (lambda: Effect(0.0, math.nan), "above 0"),
        (lambda: from_interval(0.5, -0.1, 1.0, log=True), "above 0"),
        (lambda: from_interval(0.5, 0.0, 1.0, log=True), "above 0"),
        (lambda: from_interval(5, 1, 2, log=False), "within limits"),
        (lambda: from_interval(1, 1, 1, log=False), "within limits"),
        (lambda: standard_deviation_from_interval(2, 1, 5, 5), "limits must differ"),
        (lambda: standard_deviation_from_interval(2, 2, 5, 5), "limits must differ"),
        (lambda: standard_deviation_from_interval(1, 2, 0, 5), "at least one"),
        (lambda: g_from_mean_difference(9, 1, 2, 5, 5), "within its limits"),
        (lambda: g_from_mean_difference(1, 0, 2, 2, 1), "at least four"),
        (lambda: combine_counts([]), "nothing to combine"),
        (lambda: combine_scores([]), "nothing to combine"),
        (lambda: average_effects([]), "nothing to combine"),
        (lambda: average_effects([Effect(1, 1)], correlation=1.5), "between 0 and 1"),
    ],
)
def test_impossible_input_is_refused_in_words(make, words):
    with pytest.raises(ValueError, match=words):
        make()


counts = st.integers(1, 500).flatmap(lambda n: st.builds(Counts, st.integers(0, n), st.just(n)))
scores = st.builds(Scores, st.floats(-50, 50), st.floats(0.1, 30), st.integers(2, 500))


@given(counts, counts)
def test_swapping_arms_flips_the_sign_of_counts(one, two):
    for function in (risk_ratio, odds_ratio, risk_difference):
        there, back = function(one, two), function(two, one)
        if there is None:
            assert back is None
        else:
            assert back.estimate == pytest.approx(-there.estimate, abs=1e-12)
            assert back.variance == pytest.approx(there.variance)


@given(scores, scores)
def test_swapping_arms_flips_the_sign_of_scores(one, two):
    for function in (mean_difference, hedges_g):
        assert function(two, one).estimate == pytest.approx(-function(one, two).estimate, abs=1e-12)


def test_an_estimate_may_lie_on_its_limit_and_four_people_give_a_standardised_difference():
    assert from_interval(1.0, 1.0, 2.0, log=False).estimate == 1.0
    assert from_interval(2.0, 1.0, 2.0, log=False).estimate == 2.0
    assert g_from_mean_difference(1.0, 0.0, 2.0, 2, 2).estimate > 0
    assert g_from_mean_difference(0.0, 0.0, 2.0, 2, 2).estimate == 0
    assert g_from_mean_difference(2.0, 0.0, 2.0, 2, 2).estimate > 0
    assert standard_deviation_from_interval(0.0, 1.0, 2, 1) > 0


def test_interval_gives_the_standard_error_back():
    effect = from_interval(-6.0, -6.0 - 1.959963984540054 * 1.5, -6.0 + 1.959963984540054 * 1.5, log=False)
    assert (effect.estimate, effect.variance) == (-6.0, pytest.approx(2.25))
    ratio = from_interval(2.0, 2.0 / math.exp(0.98), 2.0 * math.exp(0.98), log=True)
    assert ratio.estimate == pytest.approx(math.log(2))
    assert ratio.standard_error == pytest.approx(0.98 / 1.959963984540054)


def test_standard_deviation_from_interval_undoes_the_pooled_interval():
    # Two arms of 20 and 25 with one SD of 7: t(43) = 2.0166922, error 7·√(1/20 + 1/25) = 2.1.
    half_width = 2.016692199 * 2.1
    sd = standard_deviation_from_interval(-4 - half_width, -4 + half_width, 20, 25)
    assert sd == pytest.approx(7.0, abs=1e-7)
    g = g_from_mean_difference(-4.0, -4 - half_width, -4 + half_width, 20, 25)
    assert g.estimate == pytest.approx(hedges_g(Scores(0, 7, 20), Scores(4, 7, 25)).estimate, abs=1e-7)


def test_three_dose_arms_against_one_comparator():
    arms = [Counts(10, 30), Counts(14, 31), Counts(9, 29)]
    assert combine_counts(arms) == Counts(33, 90)
    assert risk_ratio(combine_counts(arms), Counts(5, 30)).estimate == pytest.approx(math.log(33 / 90 / (5 / 30)))


def test_combined_scores_are_those_of_all_people_together():
    groups = [[1.0, 2.0, 6.0], [4.0, 8.0], [3.0, 3.5, 9.0, 2.0]]

    def scores_of(values):
        mean = sum(values) / len(values)
        return Scores(mean, math.sqrt(sum((x - mean) ** 2 for x in values) / (len(values) - 1)), len(values))

    together = combine_scores([scores_of(group) for group in groups])
    whole = scores_of([x for group in groups for x in group])
    assert together.mean == pytest.approx(whole.mean)
    assert together.sd == pytest.approx(whole.sd)
    assert together.n == 9
    assert combine_scores([Scores(1, 2, 1)]) == Scores(1, 2, 1)


def test_averaged_effects_of_a_shared_comparator():
    effects = [Effect(-4.0, 1.0), Effect(-6.0, 4.0), Effect(-5.0, 9.0)]
    averaged = average_effects(effects)
    assert averaged.estimate == -5.0
    assert averaged.variance == pytest.approx((14 + 2 * 0.5 * (2 + 3 + 6)) / 9)
    assert average_effects(effects, correlation=0).variance == pytest.approx(14 / 9)
    assert average_effects(effects[:1]) == effects[0]


def test_wilson_and_newcombe_reproduce_newcombe_1998():
    # Statistics in Medicine 1998;17:857 (81/263, 15/148, 0/20, 1/29) and 17:873 (56/70 against 48/80 and others).
    for (events, n), expected in {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }.items():
        assert wilson(Counts(events, n)) == pytest.approx(expected, abs=5e-5)
    for (a, n1, c, n2), expected in {
        (56, 70, 48, 80): (0.0524, 0.3339),
        (9, 10, 3, 10): (0.1705, 0.8090),
        (5, 56, 0, 29): (-0.0381, 0.1926),
        (0, 10, 0, 10): (-0.2775, 0.2775),
        (10, 10, 0, 10): (0.6075, 1.0),
    }.items():
        assert newcombe(Counts(a, n1), Counts(c, n2)) == pytest.approx(expected, abs=5e-5)


def test_measures_describe_themselves():
    assert {code for code, m in MEASURES.items() if m.scale == "log"} == {"RR", "OR", "HR"}
    assert all(m.null_value == m.shown(0.0) for m in MEASURES.values())
    assert [code for code, m in MEASURES.items() if m.function is None] == ["HR"]
    assert MEASURES["RR"].shown(800.0) == math.inf
