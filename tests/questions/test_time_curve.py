import pytest

from evidence.dataset.evidence import Evidence
from evidence.questions.time_curve import MIN_TRIALS, headline, in_a_sentence, sensitivity, time_curves
from evidence.report.figures.style import LIGHT
from evidence.report.figures.time_curve import time_curve
from evidence.synthesis.trial_effects import TrialEffect
from tests.support.builders import counted, difference


def rows(trials: int, hours: tuple[float, ...] = (4, 24, 72, 168)) -> list:
    return [
        difference(-5 + i / 2, -9, -1, trial=f"t{i}", hours=h, administrations=1) for i in range(trials) for h in hours
    ]


def test_three_trials_are_the_fewest_for_a_curve() -> None:
    few, _ = time_curves(rows(MIN_TRIALS - 1), "MD")
    enough, _ = time_curves(rows(MIN_TRIALS), "MD")
    assert few.points == ()
    assert few.reason == "No stretch of time has results of 3 trials or more, so no curve over time is drawn."
    assert enough.trials == 3
    assert enough.points[0].hours == pytest.approx(4)
    assert enough.points[-1].hours == pytest.approx(168)
    assert "12 results of 3 trials" in in_a_sentence(enough)


def test_a_single_dose_and_a_course_have_curves_of_their_own() -> None:
    course = [difference(-3, -5, -1, trial=f"c{i}", hours=h, administrations=8) for i in range(3) for h in (336, 672)]
    once, repeated = time_curves(rows(3) + course, "MD")
    assert {entry.trial for entry in once.entries} == {"t0", "t1", "t2"}
    assert {entry.trial for entry in repeated.entries} == {"c0", "c1", "c2"}
    assert repeated.points[0].hours == pytest.approx(336)


def test_trials_at_one_time_have_no_curve_but_a_reason() -> None:
    once, _ = time_curves(rows(4, (24,)), "MD")
    assert once.points == ()
    assert once.reason == "The trials measured at too few times for a curve."


def test_withdrawals_and_treatments_beside_placebo_are_left_out() -> None:
    odd = [
        difference(-3, -5, -1, trial="w", design="withdrawal", administrations=1),
        difference(-3, -5, -1, trial="e", comparator="ECT", administrations=1),
    ]
    once, _ = time_curves(rows(3) + odd, "MD")
    assert not {"w", "e"} & {entry.trial for entry in once.entries}


def test_nothing_is_drawn_where_fewer_than_three_trials_reach() -> None:
    late = [difference(-1, -4, 2, trial="t0", hours=2000, administrations=1)]
    once, _ = time_curves(rows(3) + late, "MD")
    assert max(point.hours for point in once.points) <= 2 * 168 + 1
    assert all(point.trials >= MIN_TRIALS for point in once.points)


def test_the_curve_stops_where_fewer_than_three_trials_reach_and_begins_again() -> None:
    early, late = (
        rows(3, (4, 24, 72)),
        [difference(-2, -5, 1, trial=f"l{i}", hours=h, administrations=1) for i in range(3) for h in (1000, 2000)],
    )
    once, _ = time_curves([*early, *late], "MD")
    first, second = once.stretches
    assert first[-1].hours <= 2 * 72 + 1
    assert second[0].hours >= 500
    assert "It is drawn from 4 h to" in in_a_sentence(once)
    assert " and from " in in_a_sentence(once)
    figure = time_curve(once, ("drug", "placebo"), "points", LIGHT)
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    assert len(bands) == 2


def test_the_headline_names_the_first_the_usual_and_the_last_time_with_their_bands() -> None:
    once, _ = time_curves(rows(3, (4, 24, 72, 168)), "MD")
    # Every trial found the same at every time: −5, −4.5 and −4, so the curve is flat at their mean.
    words = headline(once)
    assert (
        words.headline
        == "After a single dose the curve lies at −4.5 points at 4 h, −4.5 points at 24 h and −4.5 points at 7 d"
    )
    assert "3 trials" in words.numbers
    few, _ = time_curves(rows(2), "MD")
    assert headline(few).headline == few.reason


def test_the_order_of_rows_does_not_matter() -> None:
    forward, backward = time_curves(rows(4), "MD")[0], time_curves(rows(4)[::-1], "MD")[0]
    assert [p.mean for p in forward.points] == pytest.approx([p.mean for p in backward.points])


def test_every_assumed_correlation_is_tried() -> None:
    tried = sensitivity(time_curves(rows(4), "MD")[0], 24)
    assert [rho for rho, _ in tried] == [0.3, 0.5, 0.7, 0.9]
    assert len({round(point.high - point.low, 6) for _, point in tried}) > 1


@pytest.mark.parametrize("measure", ["MD", "SMD", "RR"])
def test_the_shipped_data_give_one_entry_per_trial_time_and_instrument(measure: str, evidence: Evidence) -> None:
    for curve in time_curves(evidence.results, measure):
        keys = [_key(entry) for entry in curve.entries]
        assert len(keys) == len(set(keys))
        assert all(point.low < point.mean < point.high for point in curve.points)


def _key(entry: TrialEffect) -> tuple[str, float, str | None]:
    return entry.trial, entry.hours, entry.first.instrument


def test_ratios_are_on_the_log_scale() -> None:
    many = [
        counted(10, 20, 5, 20, trial=f"t{i}", hours=h, administrations=1) for i in range(3) for h in (4, 24, 72, 168)
    ]
    once, _ = time_curves(many, "RR")
    assert once.points[0].mean == pytest.approx(0.693147, abs=1e-5)
