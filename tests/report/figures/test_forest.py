import pytest

from evidence.dataset.evidence import Evidence
from evidence.questions import blinding, duration
from evidence.report.figures.forest import Labels, Row, forest
from evidence.report.figures.forest_rows import Arrangement, forest_rows, masked_rows, withdrawal_rows
from evidence.report.figures.style import LIGHT, MASKING_MARKS
from evidence.synthesis.answers import answer
from evidence.synthesis.trial_effects import TrialEffect
from tests.support.builders import counted
from tests.support.drawn import EACH_SIZE, LABELS, RESPONSE, column, forest_of, trials


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
    assert rows[-1].words == "0.40 (0.27–0.59)"
    assert sorted(rows[-1].key.split()) == sorted(str(entry.result.line) for entry in entries[:2])


def test_a_stratum_of_low_confidence_is_not_behind_the_diamond() -> None:
    cells = {"design": "withdrawal", "outcome": "relapse", "effect_measure": "HR", "effect": 0.5, "ci_low": 0.3}
    rows = [counted(5, 20, 9, 20, **cells, ci_high=0.8, line=line) for line in (2, 3)]
    rows.append(counted(5, 20, 9, 20, **cells, ci_high=0.8, line=4, confidence="low"))
    entries = duration.withdrawals(rows)
    drawn = withdrawal_rows(entries, duration.hazard_answer(entries).pooled, {}, LIGHT)
    assert drawn[-1].key == "2 3"
    assert [row.kind for row in drawn] == ["trial", "trial", "excluded", "overall"]


def test_by_masking_colour_groups_and_dissociation_say_who_could_tell() -> None:
    blind = {"blinding": "double-blind", "n_randomised": 40}
    rows = [
        counted(9, 20, 4, 20, trial="a", label="A", comparator="midazolam", **blind),
        counted(9, 20, 4, 20, trial="b", label="B", comparator="saline", **blind),
        counted(9, 20, 4, 20, trial="c", label="C", comparator="placebo", **blind),
        counted(8, 20, 1, 20, trial="c", label="C", comparator="placebo", outcome="dissociation", **blind),
    ]
    found = answer(rows, RESPONSE, group_by=blinding.group_of)
    lines = masked_rows(found, rows, {}, LIGHT, Arrangement(columns=(lambda entry: entry.trial,)))
    drawn = [(row.label, row.extras, row.colour) for row in lines if row.kind in ("trial", "pooled")]
    active, inert = (MASKING_MARKS[name].colour(LIGHT) for name in ("active", "inert"))
    assert drawn == [
        ("A", ("a", "no count"), active),
        ("B", ("b", "no count"), inert),
        ("C", ("c", "40% v 5%"), inert),
        ("Pooled", ("", "40% v 5%"), inert),
    ]
