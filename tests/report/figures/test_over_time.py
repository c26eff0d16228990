import plotly.graph_objects as go
import pytest

from evidence.dataset.evidence import Evidence
from evidence.questions import onset
from evidence.report.figures.over_time import Blank, blanks_of, over_time
from evidence.report.figures.style import DARK, LIGHT
from evidence.selection.selection import PRESETS, Selection, apply
from tests.support.builders import counted, difference
from tests.support.drawn import lines_of

CELLS = {"n_intervention": 20, "n_comparator": 20}


def course_of(evidence: Evidence, preset: str, measure: str) -> tuple[onset.Course, onset.Around]:
    chosen = Selection(preset)
    found = onset.course(apply(evidence.results, chosen.criteria()), measure)
    return found, onset.around(evidence.results, chosen, found, evidence.gaps)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("measure", ["MD", "RR"])
@pytest.mark.parametrize("preset", PRESETS)
def test_every_result_and_those_of_other_trials_lead_to_their_rows(
    evidence: Evidence, preset: str, measure: str, narrow: bool
) -> None:
    found, around = course_of(evidence, preset, measure)
    figure = over_time(found.drawn, around.nearby, blanks_of(around), ("a", "b"), DARK._replace(narrow=narrow), "axis")
    low, high = sorted(figure.layout.yaxis.range)
    wanted = {
        row.line
        for item in found.drawn
        for entry in item.entries
        if entry.effect is not None and low <= entry.effect.estimate <= high
        for row in entry.results
    }
    others = {row.line for item in around.nearby for entry in item.used for row in entry.results}
    assert set(lines_of(figure)) == wanted | others
    assert not wanted & others


def test_better_is_up_and_hours_are_to_scale() -> None:
    rows = [
        difference(-8, -12, -4, trial="a", line=2, hours=24, **CELLS),
        difference(-3, -6, 1, trial="b", line=3, hours=240, **CELLS),
    ]
    figure = over_time(onset.course(rows, "MD").drawn, (), (), ("favours ketamine", "b"), LIGHT, "axis")
    top, bottom = figure.layout.yaxis.range[1], figure.layout.yaxis.range[0]
    assert top < bottom
    places = {trace.customdata[0][0]: trace.x[0] for trace in figure.data if trace.customdata is not None}
    assert places["3"] - places["2"] == pytest.approx(1.0)
    assert any("↑ favours ketamine" in note.text for note in figure.layout.annotations)
    ratio = over_time(onset.course([counted(9, 20, 3, 20)], "RR").drawn, (), (), ("a", "b"), LIGHT, "axis")
    assert ratio.layout.yaxis.range[0] < ratio.layout.yaxis.range[1]


def test_one_trial_is_drawn_once_and_two_have_a_diamond() -> None:
    rows = [difference(-8, -12, -4, trial=name, line=2 + i, **CELLS) for i, name in enumerate("ab")]
    for used, diamonds in ((rows[:1], 0), (rows, 1)):
        figure = over_time(onset.course(used, "MD").drawn, (), (), ("a", "b"), LIGHT, "axis")
        marks = [symbol for trace in figure.data if trace.customdata is not None for symbol in trace.marker.symbol]
        assert (len(marks), marks.count("diamond")) == (len(used) + diamonds, diamonds)


def test_a_blank_keeps_clear_of_the_marks_and_says_its_reason() -> None:
    rows = [difference(-8, -12, -4, hours=24, **CELLS)]
    blanks = (Blank(0.5, 9, "not-reported", "x"), Blank(36, 8760, "not-held", "y"))
    figure = over_time(onset.course(rows, "MD").drawn, (), blanks, ("a", "b"), LIGHT, "axis")
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert [bar.marker.pattern.shape for bar in bars] == [".", "/"]
    edges = [(bar.x[0] - bar.width[0] / 2, bar.x[0] + bar.width[0] / 2) for bar in bars]
    assert edges[0][1] < 1.38 < edges[1][0]  # log10 of 24 hours
    words = " ".join(note.text for note in figure.layout.annotations)
    assert "not reported" in words
    assert "reported, not yet in these data" in words


def test_other_trials_are_asked_only_where_the_own_measured_later(evidence: Evidence) -> None:
    late, around = course_of(evidence, "midazolam", "MD")
    assert min(entry.hours for item in late.answers for entry in item.used) > 6
    # Domany 2022, ketamine by mouth against saline, is the only placebo-controlled trial of ketamine with MADRS and an
    # interval within six hours.
    assert [[entry.label for entry in item.used] for item in around.nearby] == [["Domany 2022"]]
    assert "Domany 2022" in around.words
    assert "without requiring that comparator is midazolam" in around.words
    _, early = course_of(evidence, "esketamine", "MD")
    assert early.nearby == ()
    assert early.words == ""


def test_trials_of_one_look_are_drawn_together_however_many() -> None:
    def drawn(trials: int) -> go.Figure:
        rows = [difference(-3 - i / trials, -6, -1, trial=f"t{i}", hours=24) for i in range(trials)]
        return over_time(onset.course(rows, "MD").drawn, (), (), ("drug", "placebo"), LIGHT, "points")

    few, many = drawn(5), drawn(60)
    assert len(many.data) == len(few.data)
    marks = [key[0] for trace in many.data if trace.customdata is not None for key in trace.customdata]
    assert len(marks) == 60 + 1  # every trial, and what is pooled
