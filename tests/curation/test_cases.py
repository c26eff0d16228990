"""Tables as people have them: what can be read is read whole, and no guess is made without a word."""

import pytest

from evidence.curation.column_mapping import guess_mapping
from tests.support.cases import case, judge, row


def test_a_time_without_a_unit_is_not_taken_for_hours() -> None:
    judged = case("m-followup-in-weeks.csv")
    assert (2, "hours", "blank-required") in judged.blocking
    assert (1, "hours", "time-without-unit") in judged.notes
    assert "“followup”" in judged.words("time-without-unit")


@pytest.mark.parametrize(
    ("name", "hours"),
    [("m-follow-up-weeks-named.csv", 672), ("m-timepoint-days-named.csv", 168), ("t-base.csv", 24)],
)
def test_a_time_with_its_unit_becomes_hours(name: str, hours: float) -> None:
    judged = case(name)
    assert [result.hours for result in judged.results] == [hours]
    assert judged.blocking == []


def test_months_have_no_fixed_number_of_hours() -> None:
    assert (2, "hours", "blank-required") in case("m-time-months-named.csv").blocking
    assert "months" in case("m-time-months-named.csv").words("time-without-unit")


@pytest.mark.parametrize("name", ["time", "timepoint", "Follow-up", "study day", "months", "duration"])
def test_no_name_of_a_time_without_a_length_gives_hours(name: str) -> None:
    assert "hours" not in guess_mapping([name, "study"]).columns.values()


@pytest.mark.parametrize(
    ("name", "factor"),
    [("time (h)", 1), ("hours post infusion", 1), ("time_days", 24), ("weeks", 168), ("Time point (min)", 1 / 60)],
)
def test_the_unit_in_the_name_of_a_time_counts(name: str, factor: float) -> None:
    mapping = guess_mapping([name])
    assert mapping.columns[name] == "hours"
    assert mapping.factors.get(name, 1) == factor


@pytest.mark.parametrize("name", ["m-meta-TE-log-scale-measure.csv", "m-meta-TE-log-scale.csv"])
def test_the_logarithm_of_a_ratio_is_not_a_ratio(name: str) -> None:
    judged = case(name)
    assert judged.results == ()
    assert {(2, "effect", "effect-on-log-scale"), (2, "effect", "ratio-on-log-scale")} <= set(judged.blocking)
    assert "stands for 4.14" in judged.words("ratio-on-log-scale")


def test_the_same_column_gives_a_mean_difference_as_it_is() -> None:
    data = row(effect_measure="MD", effect="-7.9", ci_low="-12.2", ci_high="-3.6").replace(b",effect,", b",TE,")
    assert judge(data).blocking == []


@pytest.mark.parametrize(
    ("effect", "low", "high"), [("4.14", "1.42", "11.9"), ("1.02", "0.99", "1.05"), ("2", "1", "4")]
)
def test_a_ratio_with_the_interval_of_a_ratio_is_let_through(effect: str, low: str, high: str) -> None:
    assert judge(row(effect_measure="OR", effect=effect, ci_low=low, ci_high=high)).blocking == []


def test_improvement_written_as_a_positive_change_is_said() -> None:
    judged = case("m-positive-change.csv")
    assert judged.notes == [(2, "mean_intervention", "change-above-zero")]
    assert "MADRS" in judged.words("change-above-zero")
    assert judge(row(mean_intervention="-14.8", mean_comparator="-8.9")).notes == []
    assert judge(row(mean_intervention="-0.5", mean_comparator="0.8")).notes == []


@pytest.mark.parametrize("name", ["m-rate-as-proportion.csv", "t-percent-0-to-1.csv"])
def test_a_percentage_that_is_no_whole_person_may_be_a_proportion(name: str) -> None:
    judged = case(name)
    assert [(line, column) for line, column, code in judged.notes if code == "percent-like-proportion"] == [
        (2, "percent_intervention"),
        (2, "percent_comparator"),
    ]
    assert "0.18 of 30 people" in judged.words("percent-like-proportion")


@pytest.mark.parametrize(("percent", "n"), [("0.5", "183"), ("0.9", "1247"), ("1", "100")])
def test_a_small_percentage_of_many_people_is_one(percent: str, n: str) -> None:
    assert (
        judge(row(percent_intervention=percent, n_intervention=n, n_randomised="")).words("percent-like-proportion")
        == ""
    )
