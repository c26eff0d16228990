import math
from dataclasses import replace

import pytest

from evidence.dataset.evidence import Evidence
from evidence.questions import (
    harm_matrix,
    harm_sentences,
    harms,
    timeline,
)
from evidence.report.figures.harms import harm_plot, matrix_plot
from evidence.report.figures.style import DARK, LIGHT
from evidence.report.figures.timeline import timeline as timeline_figure
from evidence.report.tables import harms as harm_tables
from evidence.selection.selection import PRESETS, Selection, apply
from tests.support.builders import result
from tests.support.harm_rows import ESKETAMINE, felt


def test_count_zero_and_not_reported_are_three_things(evidence: Evidence) -> None:
    rows = [felt(5, 20, 1, 20), felt(0, 20, 1, 20, "t1"), felt(3, 20, 1, 20, "t2", outcome="nausea")]
    cells = {(c.trial, c.event): c for c in harm_matrix.matrix(rows).cells}
    assert [cells[t, "dissociation"].state for t in ("t0", "t1", "t2")] == ["compared", "compared zero", "not reported"]
    assert [cells[t, "dissociation"].text for t in ("t0", "t1", "t2")] == ["25", "0", "·"]
    assert len({harm_matrix.Cell("", "", "", s).text for s in ("compared", "not reported")}) == 1
    small = harm_matrix.matrix([felt(1, 1000, 0, 1000)]).cells[0]
    assert small.text == "<1"
    figure = matrix_plot(harm_matrix.matrix(rows), {}, LIGHT)
    symbols = [trace.marker.symbol for trace in figure.data if trace.mode == "markers+text"]
    assert symbols == ["square", "circle"]
    shipped = harm_matrix.matrix(evidence.results)
    assert len(shipped.cells) == len(shipped.trials) * len(shipped.events)
    assert len(shipped.silent) + len(shipped.trials) == len(evidence.trials)


def test_the_matrix_keeps_groups_and_names_the_silent() -> None:
    rows = [felt(5, 20, 1, 20), felt(3, 20, 1, 20, outcome="nausea"), result(trial="t5", label="T5 2020")]
    assert harm_matrix.matrix(rows, ("gastrointestinal",)).events == ("nausea",)
    assert harm_matrix.silence(harm_matrix.matrix(rows)) == "1 trial with no count of any harm here: T5 2020."
    assert harm_matrix.headline(harm_matrix.matrix([result()])).startswith("No trial in this selection has a count")


def test_registries_lead_to_the_table_of_results() -> None:
    row = felt(5, 20, 1, 20, registration="NCT02417064; EudraCT 2014-004584-20")
    (found,) = harm_matrix.registry_tables([row, row])
    assert found == ("T0", "NCT02417064", "https://clinicaltrials.gov/study/NCT02417064?tab=results")
    assert harm_matrix.registry_tables([felt(5, 20, 1, 20)]) == ()


def test_what_no_trial_measures_names_the_nearest_rows(evidence: Evidence) -> None:
    # ESCAPE-LTE: cystitis 1 of 183 at 952 days; Wilkinson 2018: cystitis 0 of 14 at 98 days; Ekstrand 2022: urinary
    # retention and lasting amnesia at 28 days.
    near = harm_sentences.nearest_to_long_term(evidence.results)
    assert (near[0].label, near[0].outcome) == ("ESCAPE-LTE", "cystitis")
    assert "4 rows of 3 trials come nearest; the longest counts until 952 days (ESCAPE-LTE, 183 people)" in (
        harm_sentences.not_measured(evidence.results)
    )
    assert "none reports such an event" in harm_sentences.not_measured([result()])
    assert harm_sentences.near_row(near[0]).startswith("ESCAPE-LTE (no comparison group): Cystitis")


def test_what_is_expected_and_was_not_counted_is_named(evidence: Evidence) -> None:
    def words(*events: str) -> str:
        return harm_sentences.not_counted(harms.harms([felt(1, 20, 1, 20, outcome=e) for e in events], harms.is_apart))

    assert words("serious-adverse-event", "suicide-attempt", "discontinuation-adverse-event") == ""
    assert words("discontinuation-any-cause", "suicide") == (
        "Not counted in both arms by any trial here: serious adverse events and stopping because of an adverse event. "
        "That does not make it safe."
    )
    # Chen 2023 and Janik 2025 count serious adverse events against placebo; without them no trial here does.
    fewer = [r for r in evidence.results if r.trial not in {"chen-2023", "janik-2025"}]
    missing = "Not counted in both arms by any trial here: serious adverse events."
    for rows, is_missing in ((fewer, True), (evidence.results, False)):
        told = harm_sentences.harm_answer(
            harm_sentences.harm_question("", rows, ESKETAMINE, True, harms.AUTOMATIC, False)
        )
        assert (missing in told.caption) == is_missing


def test_a_group_without_counts_is_called_by_its_name() -> None:
    asked = harm_sentences.harm_question(
        "", [felt(5, 20, 1, 20)], Selection("everything"), False, harms.AUTOMATIC, False
    )
    told = harm_sentences.harm_answer(replace(asked, groups=("urinary",)))
    assert str(told.sentence) == "No controlled trial has counts of urinary events in both arms in these data"


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_gives_a_figure_and_a_table(evidence: Evidence, preset: str) -> None:
    found = harms.scope(evidence.results, Selection(preset), harms.is_event)
    items = [h for h in harms.harms(found.compared, harms.is_event) if h.differs]
    sides = harm_sentences.sides_among(items)
    for measure in ("RD", "RR"):
        figure = harm_plot(items, measure, sides, DARK)
        assert figure.layout.height > 100
        text = figure.to_json()
        assert "NaN" not in text
        assert "Infinity" not in text
    frame = harm_tables.harm_frame(items)
    assert len(frame) == len(items)
    grid = harm_matrix.matrix(found.results)
    assert len(harm_tables.matrix_frame(grid, {})) == len(grid.cells)


def test_a_hostile_label_is_escaped() -> None:
    rows = [felt(5, 20, 1, 20, label="<img src=x onerror=alert(1)>")]
    text = str(matrix_plot(harm_matrix.matrix(rows), {}, LIGHT).to_dict())
    assert "<img" not in text


def test_the_time_axis_says_when_counting_ended(evidence: Evidence) -> None:
    found = harms.scope(evidence.results, ESKETAMINE, harms.is_event)
    rows = [r for r in evidence.results if r.intervention == "esketamine" and r.route == "intranasal"]
    line = timeline.timeline(evidence.results, ESKETAMINE, rows, found)
    compared = [c for c in line.counts if c.event == "dissociation" and c.comparator]
    first = compared[0]
    # 75 + 62 + 33 + 44 + 55 + 9 + 30 + 46 = 354 of 126 + 231 + 113 + 114 + 226 + 72 + 115 + 122 = 1119;
    # 8 + 4 + 4 + 9 + 7 + 1 + 4 + 7 = 44 of 126 + 113 + 112 + 113 + 250 + 65 + 109 + 80 = 968; to 24 or 28 days.
    assert (first.drug, first.comparator, first.text) == ((354, 1119), (44, 968), "32% v 5%")
    assert math.isclose(first.hours, 576 ** (2 / 8) * 672 ** (6 / 8))
    assert compared[-1].in_words.endswith("from randomisation (1 trial)")
    words = timeline.headline(line, rows)
    assert "acute harms" in words
    assert "ended within the first 6 hours" in words
    figure = timeline_figure(line, LIGHT)
    assert [figure.layout.xaxis.ticktext[0], figure.layout.xaxis.ticktext[-1]] == ["40 min", "1 year"]
    assert len(harm_tables.timeline_frame(line)) >= len(line.counts)


def test_the_time_axis_says_whose_benefit_and_whose_harm(evidence: Evidence) -> None:
    chosen = Selection()
    found = harms.scope(evidence.results, chosen, harms.is_event)
    line = timeline.timeline(evidence.results, chosen, apply(evidence.results, chosen.criteria()), found)
    assert line.caution.startswith("Effects and harms are of ketamine against midazolam, but no trial is in both. ")
    heads = [note.text for note in timeline_figure(line, LIGHT).layout.annotations if note.text.startswith("<b>")]
    assert any(text.endswith(": ketamine v midazolam") for text in heads)
    bipolar = Selection("midazolam", {"population": ("bipolar",)})  # counts no harm in both arms
    found = harms.scope(evidence.results, bipolar, harms.is_event)
    line = timeline.timeline(evidence.results, bipolar, apply(evidence.results, bipolar.criteria()), found)
    benefit, harm = (" against ".join(sides) for sides in (line.above, line.below))
    assert benefit != harm
    assert line.caution.startswith(f"Effects are of {benefit}, harms of {harm}: no trial is in both. ")
    same = harms.scope(evidence.results, ESKETAMINE, harms.is_event)
    rows = apply(evidence.results, ESKETAMINE.criteria())
    assert timeline.timeline(evidence.results, ESKETAMINE, rows, same).caution == timeline.HONEST


def test_a_subgroup_and_another_kind_of_comparator_stay_off_the_time_axis() -> None:
    rows = [
        felt(5, 20, 1, 20),
        felt(5, 20, 9, 20, "t1", comparator="ECT"),
        result(trial="t2", outcome="dissociation", comparator="none", events_intervention=5, n_intervention=10),
        result(trial="t3", outcome="dissociation", analysis="subgroup", events_intervention=5, n_intervention=10),
    ]
    everything = Selection("everything")
    found = harms.scope(rows, everything, harms.is_event)
    counts = timeline.timeline(rows, everything, rows, found).counts
    assert {cell.trial for count in counts for cell in count.cells} == {"t0", "t2"}
    assert [count.text for count in counts] == ["50%", "25% v 5%"]


def test_an_empty_time_axis() -> None:
    everything = Selection("everything")
    line = timeline.timeline((), everything, (), harms.scope((), everything, harms.is_event))
    assert line.is_empty
    assert timeline.headline(line, ()).startswith("Neither an effect by time")
    assert timeline_figure(line, LIGHT).layout.height > 0
