import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import plotly.graph_objects as go
import pytest
from conftest import counted, difference, result

from evidence import duration, onset, overview
from evidence.answers import Answer, answer
from evidence.comparisons import Question, TrialEffect
from evidence.dataset import Evidence
from evidence.figures import style
from evidence.figures.absolute import dumbbell
from evidence.figures.evidence_map import evidence_map, key_line
from evidence.figures.forest import Labels, Row, forest
from evidence.figures.funnel import funnel
from evidence.figures.lollipop import lollipop
from evidence.figures.marks import Point, interval_traces
from evidence.figures.onset import onset as onset_figure
from evidence.figures.rows import Arrangement, forest_rows, withdrawal_rows
from evidence.figures.style import DARK, INKS, LIGHT, Ink
from evidence.records import Result
from evidence.scale import effect_scale
from evidence.selection import PRESETS, Selection, apply
from evidence.times import BIN_OF_VALUE
from evidence.vocabulary import COMPARATORS, SOURCES

RESPONSE = Question(("response",), "RR", BIN_OF_VALUE["24h"])
LABELS = Labels("Ketamine", "Midazolam", "favours midazolam", "favours ketamine", "Risk ratio")
LINKS = {"Smith2020": "https://doi.org/10.1/x"}
COLOUR = re.compile(r"#[0-9a-fA-F]{6}|rgba?\([0-9., ]+\)")
HOSTILE = '<img src=x onerror="alert(1)"> & <b>'
EACH_INK = pytest.mark.parametrize("ink", INKS.values(), ids=INKS)
EACH_SIZE = pytest.mark.parametrize("k", [0, 1, 2, 44])


def trials(k: int, **cells: Any) -> list[Result]:
    """`k` trials with different numbers, three comparators and a line of the file each."""
    against = ("midazolam", "saline", "placebo")
    return [
        counted(
            10 + i % 9,
            40,
            5 + i % 4,
            40,
            **({"trial": f"t{i}", "label": f"T{i} {1990 + i}", "line": i + 2, "comparator": against[i % 3]} | cells),
        )
        for i in range(k)
    ]


def forest_of(rows: Sequence[Result], ink: Ink = LIGHT, links: dict[str, str | None] | None = None) -> go.Figure:
    found = answer(rows, RESPONSE, group_by=lambda e: e.first.comparator)
    arrangement = Arrangement(group_by=lambda e: e.first.comparator)
    return forest(forest_rows(found, links or {}, ink, arrangement), "RR", LABELS, ink)


def onset_of(rows: Sequence[Result], measure: str, ink: Ink = LIGHT, hours: bool = False) -> go.Figure:
    drawn = onset.course(rows, measure).drawn
    return onset_figure(drawn, ("below", "above"), ink, "axis", hours=hours)


def lines_of(figure: go.Figure) -> list[int]:
    """Every line of the file that a mark of the figure leads to."""
    keys = [point[0] for trace in figure.data for point in (() if trace.customdata is None else trace.customdata)]
    return [int(line) for key in keys for line in key.split()]


def texts_of(figure: go.Figure) -> Iterator[str]:
    def walk(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for inner in value.values():
                yield from walk(inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                yield from walk(inner)

    yield from walk(figure.to_plotly_json())


def column(figure: go.Figure) -> list[str]:
    return [text for trace in figure.data if trace.mode == "text" for text in trace.text]


def assert_colours_are_explicit(figure: go.Figure, ink: Ink) -> None:
    layout = figure.layout.template.layout
    assert (layout.paper_bgcolor, layout.font.color) == (ink.paper, ink.text)
    assert layout.xaxis.gridcolor == layout.yaxis.gridcolor == ink.grid
    for trace in figure.data:
        needed = []
        if "lines" in trace.mode:
            needed.append(trace.line.color)
        if "markers" in trace.mode:
            needed.append(trace.marker.color)
        if "text" in trace.mode:
            needed.append(trace.textfont.color)
        if trace.fill:
            needed.append(trace.fillcolor)
        assert needed
        assert all(isinstance(colour, str) and COLOUR.fullmatch(colour) for colour in needed), trace


def every_figure(evidence: Evidence, rows: Sequence[Result], ink: Ink) -> list[go.Figure]:
    entries = duration.withdrawals(evidence.results)
    strata = withdrawal_rows(entries, duration.hazard_answer(entries).pooled, {}, ink)
    items = [item for item in duration.follow_ups(evidence.results) if item.is_after_course]
    found = answer(rows, RESPONSE)
    figures = [
        forest_of(rows, ink),
        forest(strata, "HR", LABELS, ink),
        lollipop(items, {}, ink),
        evidence_map(overview.evidence_map(evidence.trials, rows), ink),
    ]
    for measure in onset.MEASURE_LABELS:
        if onset.course(rows, measure).drawn:
            figures += [onset_of(rows, measure, ink), onset_of(rows, measure, ink, hours=True)]
    if found.pooled is not None:
        figures += [dumbbell(found.used, {}, ink), funnel(found.used, found.pooled, "RR", ink, "Risk ratio")]
    return figures


# Every figure


@EACH_INK
@pytest.mark.parametrize("preset", PRESETS)
def test_every_figure_of_every_preset_has_its_own_colours(evidence: Evidence, preset: str, ink: Ink) -> None:
    rows = apply(evidence.results, Selection(preset).criteria())
    for figure in every_figure(evidence, rows, ink):
        assert_colours_are_explicit(figure, ink)
        assert not any("nan" in text.lower().split() for text in texts_of(figure))
        assert set(lines_of(figure)) <= {r.line for r in evidence.results}


@EACH_INK
@EACH_SIZE
def test_any_number_of_trials_can_be_drawn(evidence: Evidence, k: int, ink: Ink) -> None:
    for figure in every_figure(evidence, trials(k), ink):
        assert_colours_are_explicit(figure, ink)


def test_a_hostile_label_is_text_everywhere() -> None:
    rows = [r.model_copy(update={"label": f"{HOSTILE} {r.label}", "citation": HOSTILE}) for r in trials(3)]
    found = answer(rows, RESPONSE)
    assert found.pooled is not None
    follow = result(
        label=HOSTILE,
        comparator="none",
        outcome="time-to-relapse",
        unit="days",
        mean_intervention=9,
        anchor="last-dose",
    )
    stopped = counted(
        1, 9, 5, 9, label=HOSTILE, design="withdrawal", outcome="relapse", effect_measure="HR", effect=0.5
    )
    stopped = stopped.model_copy(update={"ci_low": 0.2, "ci_high": 0.9})
    links: dict[str, str | None] = {HOSTILE: f"https://example.org/{HOSTILE}"}
    for figure in (
        forest_of(rows, links=links),
        forest(withdrawal_rows(duration.withdrawals([stopped]), None, links, LIGHT), "HR", LABELS, LIGHT),
        lollipop(duration.follow_ups([follow]), links, LIGHT),
        onset_of(rows, "RR"),
        evidence_map(overview.evidence_map({r.trial: (r,) for r in rows}, rows), LIGHT),
        dumbbell(found.used, links, LIGHT),
        funnel(found.used, found.pooled, "RR", LIGHT, "Risk ratio"),
    ):
        shown = [text for text in texts_of(figure) if "onerror" in text]
        assert shown
        assert not [text for text in shown if "<img" in text]


# The forest plot


@EACH_SIZE
def test_a_forest_grows_by_26_pixels_a_row(k: int) -> None:
    found = answer(trials(k), RESPONSE)
    rows = forest_rows(found, {}, LIGHT)
    empty = forest([], "RR", LABELS, LIGHT).layout.height
    assert forest(rows, "RR", LABELS, LIGHT).layout.height == empty + 26 * len(rows)
    # Trials, and from two on a gap and the pooled row; a prediction from three.
    assert len(rows) == {0: 0, 1: 1, 2: 4, 44: 47}[k]


def test_each_of_44_trials_has_a_line_of_its_own() -> None:
    figure = forest_of(trials(44))
    places = list(figure.layout.yaxis.tickvals)
    assert len(set(places)) == len(places) == len(figure.layout.yaxis.ticktext)
    low, high = figure.layout.yaxis.range
    assert all(low < place < high for place in places)
    marked = [y for trace in figure.data if trace.customdata is not None for y in trace.y]
    assert len(set(marked)) == len(marked) == 44 + 3 + 1  # trials, three groups, overall


def test_each_mark_leads_to_the_lines_behind_it() -> None:
    rows = trials(6)
    figure = forest_of(rows)
    marks = [trace for trace in figure.data if trace.customdata is not None]
    single = [key[0] for trace in marks for key in trace.customdata if " " not in key[0]]
    assert sorted(map(int, single)) == [r.line for r in rows]
    together = [sorted(map(int, key[0].split())) for trace in marks for key in trace.customdata if " " in key[0]]
    assert [r.line for r in rows] in together
    assert all(len(trace.customdata) == len(trace.x) == len(trace.hovertext) for trace in marks)


def test_marks_stand_on_the_row_of_their_label() -> None:
    rows = trials(5)
    figure = forest_of(rows)
    row_at = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    labels = {str(r.line): r.label for r in rows}
    for trace in figure.data:
        for key, y in zip(() if trace.customdata is None else trace.customdata, trace.y, strict=False):
            if key[0] in labels:
                assert labels[key[0]] in row_at[y]


def test_words_stand_in_columns_beside_the_plot() -> None:
    one = counted(30, 47, 7, 25, label="Murrough 2013")
    figure = forest_of([one])
    assert column(figure) == ["30/47", "7/25", "2.28 (1.17–4.43)", "100.0%"]
    heads = [note.text for note in figure.layout.annotations]
    assert {"<b>Ketamine</b>", "<b>Midazolam</b>", "<b>Risk ratio (95% CI)</b>", "<b>Weight</b>"} <= set(heads)
    assert {"← favours midazolam", "favours ketamine →"} <= set(heads)


@pytest.mark.parametrize("extras", range(4))
def test_every_column_of_words_stands_on_the_picture(extras: int) -> None:
    heads = tuple(f"Extra {i}" for i in range(extras))
    arrangement = Arrangement(columns=tuple(lambda entry: "words" for _ in heads))
    rows = forest_rows(answer([counted(30, 47, 7, 25)], RESPONSE), {}, LIGHT, arrangement)
    figure = forest(rows, "RR", Labels("Drug", "Control", "left", "right", "Risk ratio", heads), LIGHT)
    written = [trace for trace in figure.data if trace.mode == "text" and trace.text]
    assert [trace.text[0] for trace in written].count("words") == extras
    assert "100.0%" in [trace.text[0] for trace in written]
    for trace in written:  # Plotly leaves out what stands beyond its axis, however little
        low, high = figure.layout["xaxis" + trace.xaxis[1:]].range
        assert low <= min(trace.x) <= max(trace.x) <= high


def test_pooled_words_are_bold_and_sum_the_arms() -> None:
    rows = [counted(20, 40, 10, 40, trial="a"), counted(15, 41, 12, 42, trial="b")]
    words = column(forest(forest_rows(answer(rows, RESPONSE), {}, LIGHT), "RR", LABELS, LIGHT))
    assert "<b>35/81</b>" in words
    assert "<b>22/82</b>" in words


def test_what_is_not_pooled_is_drawn_open_and_without_a_weight() -> None:
    rows = forest_rows(answer([counted(9, 20, 3, 20, confidence="low")], RESPONSE), {}, LIGHT)
    assert [(row.kind, row.symbol, row.weight) for row in rows] == [("excluded", "circle-open", None)]


def test_groups_stand_under_their_heads_and_have_a_diamond_from_two_trials_on() -> None:
    rows = [*trials(2, comparator="midazolam"), counted(9, 20, 3, 20, trial="x", label="X", comparator="saline")]
    found = answer(rows, RESPONSE, group_by=lambda e: e.first.comparator)
    kinds = [
        (row.kind, row.label)
        for row in forest_rows(found, {}, LIGHT, Arrangement(group_by=lambda e: e.first.comparator))
        if row.kind != "gap"
    ]
    assert kinds == [
        ("head", "midazolam"),
        ("trial", "T0 1990"),
        ("trial", "T1 1991"),
        ("pooled", "Pooled"),
        ("head", "saline"),
        ("trial", "X"),
        ("overall", "All 3 trials"),
        ("prediction", "Where a new trial may fall (95%)"),
    ]


def test_trials_stand_in_the_order_asked_for() -> None:
    def largest_first(entry: TrialEffect) -> tuple[float | str, ...]:
        return (-(entry.effect.estimate if entry.effect else 0.0),)

    rows = forest_rows(answer(trials(9), RESPONSE), {}, LIGHT, Arrangement(order=largest_first))
    estimates = [row.estimate for row in rows if row.kind == "trial" and row.estimate is not None]
    assert estimates == sorted(estimates, reverse=True)


def test_a_wide_interval_ends_in_an_arrow_at_the_edge() -> None:
    figure = forest(
        [Row("trial", "A", estimate=0.5, low=-9.0, high=9.0, colour="#000000", key="2")], "RR", LABELS, LIGHT
    )
    low, high = figure.layout.xaxis.range
    arrows = next(trace for trace in figure.data if trace.mode == "markers" and trace.customdata is None)
    assert list(arrows.x) == [low, high]
    assert list(arrows.marker.symbol) == ["triangle-left", "triangle-right"]
    drawn = [x for trace in figure.data if trace.mode == "lines" for x in trace.x if x is not None]
    assert (min(drawn), max(drawn)) == (low, high)


def test_withdrawals_are_drawn_by_stratum(evidence: Evidence) -> None:
    entries = duration.withdrawals(evidence.results)
    rows = withdrawal_rows(entries, duration.hazard_answer(entries).pooled, {}, LIGHT)
    assert [(row.kind, row.note, row.drug, row.control) for row in rows] == [
        ("trial", "esketamine, remission", "24/90", "39/86"),
        ("trial", "esketamine, response", "16/62", "34/59"),
        ("excluded", "ketamine", "15/35", "24/34"),
        ("overall", "", "", ""),
    ]
    # Daly 2019 prints 0.49 (0.29–0.84); pooled by metafor, see test_duration.
    assert rows[0].words == "0.49 (0.29–0.84)"
    assert rows[-1].words == "0.39 (0.24–0.63)"
    assert sorted(rows[-1].key.split()) == sorted(str(entry.result.line) for entry in entries[:2])


def test_a_stratum_of_low_confidence_is_not_behind_the_diamond() -> None:
    cells = {"design": "withdrawal", "outcome": "relapse", "effect_measure": "HR", "effect": 0.5, "ci_low": 0.3}
    rows = [counted(5, 20, 9, 20, **cells, ci_high=0.8, line=line) for line in (2, 3)]
    rows.append(counted(5, 20, 9, 20, **cells, ci_high=0.8, line=4, confidence="low"))
    entries = duration.withdrawals(rows)
    drawn = withdrawal_rows(entries, duration.hazard_answer(entries).pooled, {}, LIGHT)
    assert drawn[-1].key == "2 3"
    assert [row.kind for row in drawn] == ["trial", "trial", "excluded", "overall"]


# Labels and marks


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "JAVASCRIPT:x", "ftp://x.org", "", None])
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert style.link("Smith 2020", url, "", LIGHT) == "Smith 2020"


def test_a_label_is_a_link_with_escaped_words() -> None:
    text = style.link("A & <b>", 'https://x.org/?a="1"&b', "n < 5", LIGHT)
    assert re.match(
        r'<a href="https://x\.org/\?a=&quot;1&quot;&amp;b" target="_blank"[^<>]*>A &amp; &lt;b&gt;</a>', text
    )
    assert html.escape("n < 5") in text


def test_forest_labels_lead_to_their_citations() -> None:
    (label,) = forest_of([counted(9, 20, 3, 20)], links={"Smith2020": LINKS["Smith2020"]}).layout.yaxis.ticktext
    assert re.search(r'<a href="https://doi\.org/10\.1/x" target="_blank"[^<>]*>Smith 2020</a>', label)


def test_every_word_of_the_vocabulary_has_a_mark_of_its_own() -> None:
    assert set(style.COMPARATOR_MARKS) == set(COMPARATORS)
    assert set(style.SOURCE_SYMBOLS) == set(SOURCES)
    assert len(set(style.SOURCE_SYMBOLS.values())) == len(SOURCES)
    for ink in (LIGHT, DARK):
        assert len({mark.colour(ink) for mark in style.COMPARATOR_MARKS.values()}) == len(COMPARATORS)
    assert LIGHT.paper != DARK.paper


def test_shape_says_the_source_and_open_says_low_confidence() -> None:
    assert style.symbol_of(result(source="abstract")) == "square"
    assert style.symbol_of(result(source="abstract", confidence="low")) == "square-open"


@pytest.mark.parametrize("horizontal", [True, False])
def test_a_point_beyond_the_axis_has_its_arrow_and_no_marker(horizontal: bool) -> None:
    axis = effect_scale("RR", [0.5], [0.0], [1.0])
    points = [Point(1.0, 0.5, 0.1, 0.9, key="2"), Point(2.0, 9.0, 8.0, 10.0, key="3")]
    line, arrows, markers = interval_traces(points, axis, "#000000", horizontal)
    effects, places = ("x", "y") if horizontal else ("y", "x")
    assert list(markers[effects]) == [0.5]
    assert [key[0] for key in markers.customdata] == ["2"]
    assert (list(arrows[effects]), list(arrows[places])) == ([axis.high], [2.0])
    assert [x for x in line[effects] if x is not None] == [0.1, 0.9]


# Onset, map and lollipops


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
    def symbol(k: int) -> str:
        return next(str(t.marker.symbol) for t in onset_of(trials(k), "RR").data if t.mode == "markers+text")

    assert (symbol(1), symbol(2)) == ("diamond-open", "diamond")


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


def test_nothing_to_draw_is_an_empty_figure_not_an_error() -> None:
    nothing: list[Callable[[], go.Figure]] = [
        lambda: forest([], "RR", LABELS, LIGHT),
        lambda: lollipop([], {}, LIGHT),
        lambda: evidence_map([], LIGHT),
        lambda: dumbbell([], {}, LIGHT),
    ]
    for draw in nothing:
        assert lines_of(draw()) == []
    empty: Answer = answer([result(percent_intervention=50, percent_comparator=20)], RESPONSE)
    assert lines_of(onset_figure([empty], ("below", "above"), LIGHT, "axis")) == []


def test_unknown_numbers_of_doses_are_not_taken_for_single_doses() -> None:
    rows = [
        counted(9, 20, 3, 20, trial="a", administrations=1),
        counted(9, 20, 4, 20, trial="b", administrations=None),
        counted(9, 20, 5, 20, trial="c", administrations=8),
    ]
    (under,) = onset_of(rows, "RR").layout.xaxis.ticktext
    assert under.endswith(">1 single dose, 1 repeated, 1 doses ?</span>")


@EACH_INK
def test_a_very_long_name_is_cut_beside_its_mark_and_whole_on_hover(ink: Ink) -> None:
    name = "A multicentre trial of esketamine & electroconvulsive therapy " * 6 + "2020"
    rows = trials(3, label=name)
    found = answer(rows, RESPONSE)
    figures = (
        forest_of(rows, ink),
        dumbbell(found.entries, {}, ink),
        evidence_map(overview.evidence_map({r.trial: (r,) for r in rows}, rows), ink),
    )
    for figure in figures:
        beside = [str(text) for axis in ("xaxis", "yaxis") for text in figure.layout[axis].ticktext or ()]
        beside += [str(text) for trace in figure.data if trace.text is not None for text in list(trace.text)]
        assert any("A multicentre trial" in text for text in beside)
        assert not [text for text in beside if "electroconvulsive" in text]
        told = " ".join(str(trace.hovertext) for trace in figure.data).replace("<br>", " ")
        assert html.escape(" ".join(name.split())) in told
