import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import plotly.graph_objects as go
import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.dataset.vocabulary import COMPARATORS, SOURCES, Comparator, using
from evidence.questions import duration, onset, overview
from evidence.report.figures import style
from evidence.report.figures.days_to_relapse import lollipop
from evidence.report.figures.evidence_map import evidence_map
from evidence.report.figures.forest import forest
from evidence.report.figures.forest_rows import withdrawal_rows
from evidence.report.figures.funnel import funnel
from evidence.report.figures.marks import Point, interval_traces
from evidence.report.figures.people import dumbbell
from evidence.report.figures.style import DARK, LIGHT, Ink
from evidence.report.figures.time_course import onset as onset_figure
from evidence.selection.selection import PRESETS, Selection, apply
from evidence.synthesis.answers import Answer, answer
from evidence.synthesis.display import effect_scale
from tests.support.builders import counted, result
from tests.support.drawn import EACH_INK, EACH_SIZE, LABELS, LINKS, RESPONSE, forest_of, lines_of, onset_of, trials

COLOUR = re.compile(r"#[0-9a-fA-F]{6}|rgba?\([0-9., ]+\)")


HOSTILE = '<img src=x onerror="alert(1)"> & <b>'


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


# Labels and marks


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "JAVASCRIPT:x", "ftp://x.org", "", None])
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert style.link("Smith 2020", url, "", LIGHT) == "Smith 2020"


def test_a_label_is_a_link_with_escaped_words() -> None:
    text = style.link("A & <b>", 'https://x.org/?a="1"&b', "n < 5", LIGHT)
    assert re.match(r'<a href="https://x\.org/\?a=%221%22&amp;b" target="_blank"[^<>]*>A &amp; &lt;b&gt;</a>', text)
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


def test_words_nobody_foresaw_have_marks_of_their_own() -> None:
    new = ("scopolamine", "diphenhydramine", "lorazepam", "psilocin", "lithium", "yoga")
    words = {name: Comparator(name, name.capitalize(), "active placebo", "A drug.") for name in (*COMPARATORS, *new)}
    with using({"comparator": words}):
        marks = [style.COMPARATOR_MARKS[name] for name in new]
        assert marks == [style.COMPARATOR_MARKS[name] for name in new]  # wherever and whenever it is drawn
        for ink in (LIGHT, DARK):
            assert len({mark.colour(ink) for mark in marks}) == len(new)
    assert style.COMPARATOR_MARKS["nobody's"] in marks


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
