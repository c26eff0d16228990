import re

import pytest

from evidence.dataset.evidence import Evidence
from evidence.questions import duration, overview
from evidence.report.figures.days_to_relapse import lollipop
from evidence.report.figures.evidence_map import evidence_map, key_line
from evidence.report.figures.style import LIGHT
from evidence.selection.selection import Selection, apply
from tests.support.builders import counted, difference, result
from tests.support.drawn import column, onset_of, trials


def test_onset_says_k_and_people_under_each_time() -> None:
    rows = [*trials(2), counted(9, 20, 3, 20, trial="x", hours=168, administrations=6)]
    under = onset_of(rows, "RR").layout.xaxis.ticktext
    assert [re.sub(r"<[^>]*>", " ", text).split() for text in under] == [
        ["24", "h", "2", "trials", "160", "people", "single", "dose"],
        ["7", "d", "1", "trial", "40", "people", "repeated"],
    ]


def test_one_trial_is_said_beside_its_mark_where_there_is_room_and_in_the_key_always() -> None:
    times = (4, 24, 72, 168, 336)
    for hours, beside in ((times[:3], True), (times, False)):
        figure = onset_of([counted(9, 20, 3, 20, hours=hour) for hour in hours], "RR")
        said = [text for trace in figure.data for text in trace.text or () if "<b>" in text]
        assert len(said) == len(hours)
        assert all(("one trial" in text) is beside for text in said)
        assert any("◇ one trial" in note.text and "╱ same trial" in note.text for note in figure.layout.annotations)
    apart = onset_of([*trials(2), counted(9, 20, 3, 20, trial="x", hours=168)], "RR")
    assert not any("same trial" in note.text for note in apart.layout.annotations)


def test_no_mark_of_onset_leaves_the_axis() -> None:
    # 30/30 against 0/30: a risk ratio of 61, beyond the widest axis of 32.
    rows = [counted(30, 30, 0, 30, trial="a", line=2), counted(9, 20, 8, 20, trial="b", hours=168, line=3)]
    figure = onset_of(rows, "RR")
    low, high = figure.layout.yaxis.range
    for trace in figure.data:
        assert all(low - 1e-9 <= y <= high + 1e-9 for y in trace.y if y is not None)


def test_lines_join_times_of_one_trial_only() -> None:
    cells = {"n_intervention": 20, "n_comparator": 20}
    rows = [
        difference(-8, -12, -4, trial=t, line=i, hours=h, **cells) for i, (t, h) in enumerate((("a", 24), ("b", 168)))
    ]
    rows += [difference(-6, -10, -2, trial="a", line=9, hours=672, **cells)]
    joined = next(t for t in onset_of(rows, "MD").data if t.mode == "lines" and t.line.color == LIGHT.faint)
    assert [y for y in joined.y if y is not None] == [-8, -6]


def test_one_trial_is_an_open_diamond_and_two_are_a_filled_one() -> None:
    def symbols(k: int) -> list[str]:
        return [s for t in onset_of(trials(k), "RR").data if t.mode == "markers" for s in t.marker.symbol if "dia" in s]

    assert (symbols(1), symbols(2)) == (["diamond-open"], ["diamond"])


@pytest.mark.parametrize("hours", [False, True])
def test_by_masking_a_group_stands_together_with_what_is_pooled_over_it(hours: bool) -> None:
    rows = [row.model_copy(update={"blinding": "double-blind"}) for row in trials(5)]
    figure = onset_of(rows, "RR", hours=hours, by_masking=True)
    marks = [
        (x, symbol, key)
        for trace in figure.data
        if trace.mode == "markers" and trace.customdata is not None
        for x, symbol, (key,) in zip(trace.x, trace.marker.symbol, trace.customdata, strict=True)
    ]
    # Midazolam, an active placebo: the rows of lines 2 and 5; saline and placebo, inert: 3, 4 and 6.
    order = [(symbol == "diamond", {*map(int, key.split())}) for _, symbol, key in sorted(marks)]
    assert [of for is_pooled, of in order if is_pooled] == [{2, 5}, {3, 4, 6}, {2, 3, 4, 5, 6}]
    assert [len(of) for _, of in order] == [1, 1, 2, 1, 1, 1, 3, 5]
    plain = onset_of(rows, "RR", hours=hours)
    assert sum("diamond" in trace.marker.symbol for trace in plain.data if trace.mode == "markers") == 1


def test_the_map_shows_every_dated_trial_once_and_names_the_selected_while_few(evidence: Evidence) -> None:
    rows = apply(evidence.results, Selection().criteria())
    dots = overview.evidence_map(evidence.trials, rows)
    figure = evidence_map(dots, LIGHT)
    assert sum(len(trace.x) for trace in figure.data) == sum(dot.year is not None for dot in dots)
    named = {text for trace in figure.data for text in trace.text or ()}
    assert named == {dot.result.label for dot in dots if dot.selected}
    crowded = evidence_map(overview.evidence_map(evidence.trials, evidence.results), LIGHT)
    assert not any(trace.text for trace in crowded.data)
    assert "crossover" in key_line(dots)


def test_unknown_sizes_stand_below_every_known_size_at_a_question_mark() -> None:
    rows = [result(trial="a", n_randomised=None, line=2), result(trial="b", n_randomised=9, line=3)]
    figure = evidence_map(overview.evidence_map({r.trial: (r,) for r in rows}, rows), LIGHT)
    place = {trace.customdata[i][0]: trace.y[i] for trace in figure.data for i in range(len(trace.x))}
    assert figure.layout.yaxis.ticktext[0] == "?"
    assert place["2"] == pytest.approx(figure.layout.yaxis.tickvals[0])
    assert place["2"] < place["3"]


def test_a_lollipop_reaches_its_days_and_says_them(evidence: Evidence) -> None:
    items = [item for item in duration.follow_ups(evidence.results) if item.is_after_course and item.days is not None]
    figure = lollipop(items, {}, LIGHT)
    marks = [trace for trace in figure.data if trace.customdata is not None]
    heads = [(x, line) for trace in marks for x, (line,) in zip(trace.x, trace.customdata, strict=True)]
    assert sorted(heads) == sorted((item.days, str(item.result.line)) for item in items)
    words = [text for text in column(figure) if text]
    assert len(words) == len(items)
    assert all(f"{item.days:g} days" in text for item, text in zip(items, words, strict=True))
    low, high = figure.layout.xaxis.range
    assert low == 0
    assert high > max(max(item.days or 0, item.followed_days or 0) for item in items)


def test_unknown_numbers_of_doses_are_not_taken_for_single_doses() -> None:
    rows = [
        counted(9, 20, 3, 20, trial="a", administrations=1),
        counted(9, 20, 4, 20, trial="b", administrations=None),
        counted(9, 20, 5, 20, trial="c", administrations=8),
    ]
    (under,) = onset_of(rows, "RR").layout.xaxis.ticktext
    assert under.endswith(">1 single dose, 1 repeated, 1 doses ?</span>")
