import json

import pytest

from evidence.stats.effect_sizes import Counts, Effect, risk_ratio
from evidence.stats.pooling import pool
from evidence.stats.sensitivity import (
    cumulative,
    egger,
    influence,
    leave_one_out,
    mantel_haenszel,
    peters,
    size_test,
    subgroup_difference,
)
from tests.support.paths import REFERENCE

TABLES = json.loads((REFERENCE / "metafor.json").read_text(encoding="utf-8"))
EXTRA = json.loads((REFERENCE / "extra.json").read_text(encoding="utf-8"))
FITS = [(table, fit) for table in TABLES for fit in table["fits"]]
BCG = next(table for table in TABLES if table["dataset"] == "dat.bcg" and table["measure"] == "RR")


def effects_of(table):
    return [Effect(y, v) for y, v in zip(table["yi"], table["vi"], strict=True) if y is not None]


def pairs_of(table):
    return [
        (Counts(r["events_intervention"], r["n_intervention"]), Counts(r["events_comparator"], r["n_comparator"]))
        for r in table["data"]
    ]


def name_of(value):
    return " ".join(str(value[key]) for key in ("dataset", "measure", "method", "test", "call") if key in value)


def assert_agrees(pools, rows):
    for pooled, row in zip(pools, rows, strict=True):
        for name in ("estimate", "se", "ci_low", "ci_high"):
            assert getattr(pooled, name) == pytest.approx(row[name], abs=1e-6), name
        if "tau2" in row:
            assert pooled.tau2 == pytest.approx(row["tau2"], rel=1e-4, abs=1e-10)


@pytest.mark.parametrize(("table", "fit"), FITS, ids=name_of)
def test_leave_one_out_and_cumulative_of_the_reference(table, fit):
    effects = effects_of(table)
    assert_agrees(leave_one_out(effects, fit["method"], fit["test"]), fit["leave_one_out"])
    assert_agrees(cumulative(effects, fit["method"], fit["test"]), fit["cumulative"])


@pytest.mark.parametrize("table", TABLES, ids=name_of)
def test_egger_of_the_reference(table):
    found = egger(effects_of(table))
    assert found.df == table["egger"]["df"]
    assert found.z == pytest.approx(table["egger"]["z"], abs=1e-6)
    assert found.p == pytest.approx(table["egger"]["p"], abs=1e-6)


def test_too_few_studies():
    one = Effect(0.1, 0.1)
    assert leave_one_out([]) == cumulative([]) == influence([]) == ()
    assert leave_one_out([one]) == ()
    assert influence([one]) == (0,)
    assert cumulative([one]) == (pool([one]),)
    assert egger([one, Effect(0.2, 0.3)]) is None


def test_egger_needs_different_errors_and_some_scatter():
    assert egger([Effect(0.1, 0.1), Effect(0.4, 0.1), Effect(0.2, 0.1)]) is None
    assert egger([Effect(0.1, 0.01), Effect(0.2, 0.04), Effect(0.3, 0.09)]) is None


def test_leaving_out_many_goes_in_batches():
    effects = [Effect(0.1 * (i % 7), 0.01 + 0.01 * (i % 5)) for i in range(203)]
    pools = leave_one_out(effects)
    for left_out in (0, 199, 200, 202):
        alone = pool(effects[:left_out] + effects[left_out + 1 :])
        assert pools[left_out].estimate == pytest.approx(alone.estimate, rel=1e-12)
        assert pools[left_out].tau2 == pytest.approx(alone.tau2, rel=1e-9)


def test_influence_puts_the_most_influential_first():
    effects = effects_of(BCG)
    whole = pool(effects).estimate
    changes = [abs(p.estimate - whole) for p in leave_one_out(effects)]
    order = influence(effects)
    assert sorted(order) == list(range(13))
    assert [changes[i] for i in order] == sorted(changes, reverse=True)


def test_subgroups_of_the_reference():
    effects, expected = effects_of(BCG), EXTRA["subgroup"]
    groups = [
        pool([e for e, value in zip(effects, expected["alloc"], strict=True) if value == group], "REML", "z")
        for group in sorted(set(expected["alloc"]))
    ]
    found = subgroup_difference(groups)
    assert (found.q, found.df, found.p) == (
        pytest.approx(expected["q"], abs=1e-6),
        expected["df"],
        pytest.approx(expected["p"], abs=1e-6),
    )


def test_one_group_cannot_differ():
    assert subgroup_difference([]) is None
    assert subgroup_difference([pool([Effect(0.1, 0.1)])]) is None
    certain = pool([Effect(0.3, 0.1)] * 3, "REML", "knha")
    assert certain.se == 0
    assert subgroup_difference([certain, pool([Effect(0.1, 0.1)])]) is None


@pytest.mark.parametrize("expected", EXTRA["mantel_haenszel"], ids=name_of)
def test_mantel_haenszel_as_metafor(expected):
    if expected["call"] == "dat.bcg":
        pairs = pairs_of(BCG)
    else:
        pairs = [(Counts(a, n1), Counts(c, n2)) for a, n1, c, n2 in EXTRA["awkward"]["cells"]]
    found = mantel_haenszel(pairs, expected["measure"])
    for name in ("k", "estimate", "se", "ci_low", "ci_high", "p", "q", "q_p", "i2", "h2"):
        assert getattr(found, name) == pytest.approx(expected[name], rel=1e-9, abs=1e-9), name
    assert found.weights == pytest.approx(expected["weights"], abs=1e-9)


def test_mantel_haenszel_that_cannot_be_estimated():
    assert mantel_haenszel([]) is None
    assert mantel_haenszel([(Counts(0, 10), Counts(0, 10))], "RR") is None
    assert mantel_haenszel([(Counts(3, 10), Counts(0, 10))], "RR") is None
    assert mantel_haenszel([(Counts(10, 10), Counts(3, 10))], "OR") is None
    assert mantel_haenszel([(Counts(0, 10), Counts(0, 10))], "RD").estimate == 0


def test_tests_of_small_studies_agree_with_least_squares_in_r():
    # summary(lm(y ~ I(1/n), weights = 1/(1/e + 1/(n - e)))) and summary(lm(d ~ I(2/sqrt(n)), weights = 1/v)), R 4.2;
    # the second of arms of equal size, so that 2/sqrt(n) is sqrt(1/n1 + 1/n2).
    a, n1 = (20, 15, 10, 30, 8, 12, 25, 40, 9, 18), (40, 40, 30, 47, 20, 33, 60, 90, 15, 44)
    c, n2 = (10, 12, 9, 7, 3, 8, 15, 25, 4, 9), (40, 40, 30, 25, 20, 30, 58, 92, 16, 41)
    arms = [
        (Counts(*drug), Counts(*control))
        for drug, control in zip(zip(a, n1, strict=True), zip(c, n2, strict=True), strict=True)
    ]
    found = peters([risk_ratio(*pair) for pair in arms], arms)
    assert (found.z, found.p, found.df) == (pytest.approx(0.9915814277), pytest.approx(0.35044190981), 8)
    d = (-0.2, -0.5, -0.8, -0.3, -0.6, -0.9, -0.1, -0.4, -1.1, -0.7)
    effects = [Effect(y, 2 / n + y**2 / (4 * n)) for y, n in zip(d, n1, strict=True)]
    test = size_test(effects, [2 * n for n in n1])
    assert (test.z, test.p) == (pytest.approx(-2.2161592068), pytest.approx(0.0575257171))
