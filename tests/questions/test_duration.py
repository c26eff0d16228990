import math

import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.questions import duration
from evidence.stats.effect_sizes import Counts
from tests.support.builders import counted, result

COURSE = {"comparator": "none", "design": "single-arm", "outcome": "time-to-relapse", "unit": "days"}
COURSE |= {"anchor": "last-dose", "administrations": 6, "hours": 28 * 24}
STOPPING = {"design": "withdrawal", "outcome": "relapse", "comparator": "placebo", "anchor": "randomisation"}


def relapse(a: int, n1: int, c: int, n2: int, hazard: tuple[float, float, float] | None, **cells: object) -> Result:
    printed = dict(zip(("effect", "ci_low", "ci_high"), hazard, strict=True)) if hazard else {}
    return counted(a, n1, c, n2, **(STOPPING | printed | ({"effect_measure": "HR"} if hazard else {}) | cells))


def test_days_to_relapse_as_the_papers_print_them(evidence: Evidence) -> None:
    # The ten people of aan het Rot 2010 are in Murrough 2013b and not listed again. Median 18 of 17 (Murrough 2013),
    # mean 16 of 6 (Shiroma 2014), median 20
    # of 14 (Albott 2018), median 57 against 61 after ECT (Ekstrand 2022).
    items = duration.follow_ups(evidence.results)
    found = {item.label: (item.days, item.statistic, item.people) for item in items}
    assert "aan het Rot 2010" not in found
    assert found["Murrough 2013b"] == (18, "median", 17)
    assert found["Shiroma 2014"] == (16, "mean", 6)
    assert found["Albott 2018"] == (20, "median", 14)
    assert (found["Ekstrand 2022"][0], found["Ekstrand 2022, ECT"][0]) == (57, 61)
    assert [item.days for item in items] == sorted(item.days for item in items)


def test_a_single_dose_and_a_withdrawal_are_no_course(evidence: Evidence) -> None:
    items = {item.label: item for item in duration.follow_ups(evidence.results)}
    assert not items["Ibrahim 2012"].is_after_course
    assert items["Murrough 2013b"].is_after_course
    assert "Daly 2019" not in items


def test_the_end_of_follow_up_is_given_where_it_is_later() -> None:
    early, late = result(**COURSE, mean_intervention=16), result(**COURSE, mean_intervention=28)
    assert [item.followed_days for item in duration.follow_ups([early, late])] == [28, None]


def test_a_median_goes_before_a_mean() -> None:
    (item,) = duration.follow_ups([result(**COURSE, mean_intervention=30, median_intervention=18)])
    assert (item.days, item.statistic, item.in_words) == (18, "median", "18 days, median")


def test_a_time_that_was_not_reached_comes_last_and_says_how_long_it_was_waited_for() -> None:
    rows = [result(**COURSE, n_intervention=9), result(**COURSE, median_intervention=18)]
    first, last = duration.follow_ups(rows)
    assert (first.days, last.days, last.followed_days) == (18, None, 28)
    assert last.in_words == "not reached or not reported by day 28"


def test_courses_in_a_sentence(evidence: Evidence) -> None:
    # Six groups; 8 + 17 + 6 + 14 + 8 people in the five that say how many; ECT is no course of the drug.
    items = [item for item in duration.follow_ups(evidence.results) if item.is_after_course]
    assert str(duration.headline_of_courses(items)) == (
        "After a course, relapse came at a mean or median of 16 to 84 days "
        "(6 groups, 53 people in those that report how many)"
    )
    assert str(duration.headline_of_courses(())).startswith("No trial in this selection")


def test_people_of_a_group_without_a_time_are_not_counted_with_those_who_relapsed() -> None:
    timed = [result(**COURSE, median_intervention=days, n_intervention=n) for days, n in ((18, 1), (20, 4))]
    open_ended = result(**COURSE, n_intervention=70)
    one, both = (
        str(duration.headline_of_courses(duration.follow_ups([*rows, open_ended]))) for rows in (timed[:1], timed)
    )
    assert "18 days" in one
    assert "1 person in those that report how many" in one
    assert "2 groups, 5 people in those that report how many" in both
    assert str(duration.headline_of_courses(duration.follow_ups([open_ended]))).startswith("No trial in this selection")


def test_randomised_withdrawal_as_printed(evidence: Evidence) -> None:
    # Daly 2019: relapse 24/90 against 39/86 after remission (HR 0.49, 0.29–0.84), 16/62 against 34/59 after response.
    first, second, *rest = duration.withdrawals(evidence.results)
    assert (first.going_on, first.stopping) == (Counts(24, 90), Counts(39, 86))
    assert (second.going_on, second.stopping) == (Counts(16, 62), Counts(34, 59))
    assert first.effect is not None
    assert math.exp(first.effect.estimate) == pytest.approx(0.49)
    assert first.effect.standard_error == pytest.approx((math.log(0.84) - math.log(0.29)) / 3.919927969)
    assert [entry.result.label for entry in rest] == ["Glue 2024"]
    assert rest[0].effect is None


def test_strata_are_pooled_as_the_different_people_they_are(evidence: Evidence) -> None:
    # rma(yi, vi, method="EE"): the strata of one trial are one study, so their hazard ratio is common.
    pooled = duration.hazard_answer(duration.withdrawals(evidence.results)).pooled
    assert pooled is not None
    assert (pooled.k, pooled.tau2, pooled.method) == (2, 0, "EE")
    y = [math.log(0.49), math.log(0.30)]
    se = [(math.log(0.84) - math.log(0.29)) / 3.919927969, (math.log(0.55) - math.log(0.16)) / 3.919927969]
    weights = [1 / s**2 for s in se]
    mean = sum(w * v for w, v in zip(weights, y, strict=True)) / sum(weights)
    assert pooled.estimate == pytest.approx(mean, abs=1e-9)
    assert pooled.se == pytest.approx(sum(weights) ** -0.5, abs=1e-9)
    assert [round(math.exp(v), 2) for v in (mean, pooled.ci_low, pooled.ci_high)] == [0.40, 0.27, 0.59]


def test_withdrawal_in_a_sentence(evidence: Evidence) -> None:
    # 40 of 152 are 26 %, 73 of 145 are 50 %; Glue 2024 is of low confidence and not counted.
    entries = duration.withdrawals(evidence.results)
    assert str(duration.headline_of_withdrawals(entries)) == (
        "Of people who had done well, 26% relapsed when randomised to continue and 50% when randomised to stop "
        "(hazard ratio 0.40, 95% CI 0.27 to 0.59; 1 trial, 2 groups, 297 people)"
    )


def test_withdrawals_without_a_hazard_ratio_or_without_counts() -> None:
    bare = duration.withdrawals([relapse(5, 20, 10, 20, None)])
    assert duration.hazard_answer(bare).pooled is None
    assert str(duration.headline_of_withdrawals(bare)).endswith(
        "25% relapsed when randomised to continue and 50% when randomised to stop"
    )
    unsure = duration.withdrawals([relapse(5, 20, 10, 20, (0.5, 0.3, 0.8), confidence="low")])
    assert duration.hazard_answer(unsure).pooled is None
    assert duration.hazard_answer(unsure, low_confidence=True).pooled is not None
    for entries in ((), unsure):
        assert str(duration.headline_of_withdrawals(entries)).startswith("No randomised withdrawal trial")


def test_only_main_analyses_of_relapse_after_randomised_withdrawal_count() -> None:
    rows = [
        relapse(5, 20, 10, 20, (0.5, 0.3, 0.8)),
        relapse(5, 20, 10, 20, (0.5, 0.3, 0.8), analysis="subgroup"),
        relapse(5, 20, 10, 20, (0.5, 0.3, 0.8), design="parallel"),
        relapse(5, 20, 10, 20, (0.5, 0.3, 0.8), outcome="sustained-response"),
    ]
    assert [entry.result for entry in duration.withdrawals(rows)] == rows[:1]
