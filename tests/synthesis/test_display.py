import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis.display import Scale, effect_scale, interval, segment, shown

REACH = math.log(32)
LOG = ("RR", "OR", "HR")
points = st.tuples(st.floats(-3.4, 3.4), st.floats(0.01, 5))


def scale_of(measure: str, found: list[tuple[float, float]]) -> Scale:
    estimates = [estimate for estimate, _ in found]
    return effect_scale(measure, estimates, [e - 1.96 * s for e, s in found], [e + 1.96 * s for e, s in found])


@given(st.sampled_from(list(MEASURES)), st.lists(points, max_size=12), st.sampled_from([0.01, 1, 8]))
def test_every_estimate_and_no_effect_are_on_the_axis(
    measure: str, found: list[tuple[float, float]], factor: float
) -> None:
    if measure not in LOG:
        found = [(estimate * factor, error * factor) for estimate, error in found]
    axis = scale_of(measure, found)
    assert axis.low <= axis.null <= axis.high
    assert axis.low < axis.high
    for estimate, error in found:
        drawn = segment(axis, estimate, estimate - 1.96 * error, estimate + 1.96 * error)
        assert axis.low <= estimate <= axis.high
        assert drawn.shows_point
        assert axis.low <= drawn.low <= drawn.high <= axis.high


@given(st.sampled_from(list(MEASURES)), st.lists(points, max_size=12))
def test_ticks_rise_along_the_axis_and_each_label_says_its_place(
    measure: str, found: list[tuple[float, float]]
) -> None:
    axis = scale_of(measure, found)
    assert list(axis.ticks) == sorted(set(axis.ticks))
    assert axis.low - 1e-9 <= axis.ticks[0] < axis.ticks[-1] <= axis.high + 1e-9
    assert len(axis.ticks) == len(axis.labels) == len(set(axis.labels)) <= 9
    assert any(tick == pytest.approx(0) for tick in axis.ticks)
    fractions = {"⅛": 1 / 8, "¼": 1 / 4, "½": 1 / 2}
    for tick, label in zip(axis.ticks, axis.labels, strict=True):
        if measure in LOG:
            above, _, below = label.partition("/")
            said = fractions.get(label) or float(above) / float(below or 1)
            assert said == pytest.approx(math.exp(tick))
        else:
            said = float(label.removesuffix("%").replace("−", "-"))
            assert said == pytest.approx(100 * tick if measure == "RD" else tick)
            assert label.endswith("%") == (measure == "RD")


def test_ratios_span_at_most_a_thirty_second_to_thirty_two() -> None:
    axis = effect_scale("RR", [math.log(2), 6.0], [-9.0, 4.0], [9.0, 8.0])
    assert (axis.low, axis.high) == pytest.approx((-REACH, REACH))
    beyond = segment(axis, 6.0, 4.0, 8.0)
    assert not beyond.shows_point
    assert (beyond.cut_low, beyond.cut_high) == (False, True)


def test_what_the_axis_cuts_is_flagged_and_ends_at_its_edge() -> None:
    axis = effect_scale("MD", [-4.0, -6.0], [-90.0, -9.0], [80.0, -3.0])
    wide, narrow = segment(axis, -4.0, -90.0, 80.0), segment(axis, -6.0, -9.0, -3.0)
    assert wide == (axis.low, axis.high, True, True, True)
    assert narrow == (-9.0, -3.0, False, False, True)
    # Differences reach about twice the largest estimate, not to the end of the widest interval.
    assert -20 < axis.low < -9


def test_an_axis_is_there_without_anything_to_draw() -> None:
    for measure in MEASURES:
        axis = effect_scale(measure, [], [], [])
        assert axis.low <= 0 < axis.high
    assert effect_scale("RR", [], [], []).labels == ("½", "1", "2")


@pytest.mark.parametrize(
    ("measure", "low", "high", "text"),
    [
        ("RR", math.log(0.5), math.log(12.34), "0.50–12.3"),
        ("RD", -0.123, 0.456, "−12% to 46%"),
        ("MD", -7.96, 1.0, "−8.0 to 1.0"),
        ("SMD", -0.525, 0.125, "−0.53 to 0.12"),
        ("HR", None, 1.0, "not estimable"),
    ],
)
def test_intervals_as_a_reader_sees_them(measure: str, low: float | None, high: float, text: str) -> None:
    assert interval(measure, low, high) == text
    assert shown(measure, None) == "not estimable"
