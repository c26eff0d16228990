import math
import re

import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Gap, Result
from evidence.questions import overview
from evidence.questions.response import Choices, answer_for
from evidence.report.figures.evidence_map import evidence_map as map_figure
from evidence.report.figures.style import COMPARATOR_MARKS, LIGHT
from evidence.selection.selection import PRESETS, Selection, apply
from evidence.synthesis import sentences
from tests.support.builders import counted, result


def tiles_of(evidence: Evidence, chosen: Selection) -> list[overview.Tile]:
    rows = apply(evidence.results, chosen.criteria())
    return [
        overview.onset_tile(rows, evidence.reviews),
        overview.response_tile(rows, evidence.reviews),
        overview.duration_tile(evidence.results, chosen),
        overview.harms_tile(evidence.results, chosen, evidence.reviews),
    ]


@pytest.mark.parametrize("preset", PRESETS)
def test_four_tiles_for_every_preset(evidence: Evidence, preset: str) -> None:
    tiles = tiles_of(evidence, Selection(preset))
    assert [tile.question for tile in tiles] == ["How fast?", "For how many?", "How long?", "What harms?"]
    lines = {r.line for r in evidence.results}
    for tile in tiles:
        assert tile.words
        assert {r.line for r in tile.results} <= lines
        # A number has a size behind it and rows that it came from; no number has neither.
        assert (tile.number in ("Not reported", "Of 100 cannot be said")) == (not tile.results) == (not tile.behind)


def test_the_tiles_of_the_default_question(evidence: Evidence) -> None:
    onset, response, *_ = tiles_of(evidence, Selection())
    rows = apply(evidence.results, Selection().criteria())
    found = answer_for(rows, Choices())
    assert found.pooled is not None
    assert response.results == tuple(row for entry in found.used for row in entry.results)
    assert response.behind == sentences.behind(found)
    assert f"risk ratio {math.exp(found.pooled.estimate):.2f}" in response.interval
    drug, comparator = map(int, response.number.split(" v "))
    assert 0 < comparator < drug < 100
    assert onset.number.startswith("At ")
    assert "lower on ketamine than on midazolam" in onset.words


def test_a_tile_of_two_trials_shows_what_the_larger_found() -> None:
    rows = (
        counted(30, 47, 7, 25, trial="a", label="Murrough 2013a", line=2),
        counted(2, 7, 1, 9, trial="b", label="Grunebaum 2017", line=3),
    )
    tile = overview.response_tile(rows, ())
    assert tile.number == "64 v 28"
    assert tile.unit == "of 100 responded in Murrough 2013a, at 24 hours"
    assert tile.interval == "all trials: risk ratio 2.32 (95% CrI 0.83–6.65)"


def test_a_tile_says_what_was_given_up_to_fill_it(evidence: Evidence) -> None:
    _, _, duration, harms = tiles_of(evidence, Selection())
    # No midazolam trial follows people after a course; Su 2023 counts derealisation in both arms until 40 minutes.
    assert duration.borrowed == "from other trials"
    assert (harms.borrowed, harms.names) == ("", "Su 2023")
    assert harms.unit == "of 100 find things unreal: ketamine v midazolam"
    assert harms.interval.endswith("counted up to 40 minutes")
    others = [row for row in evidence.results if row.trial != "su-2023"]
    without = overview.harms_tile(others, Selection(), evidence.reviews)
    assert without.borrowed == "from other trials"
    assert without.unit.startswith("of 100 feel detached: ")
    assert not any(tile.borrowed for tile in tiles_of(evidence, Selection("everything")))


def test_a_tile_names_the_trials_behind_it_and_who_is_no_adult(evidence: Evidence) -> None:
    onset, response, *_ = tiles_of(evidence, Selection())
    assert "Dwyer 2021 (adolescents)" in onset.names
    labels = dict.fromkeys(row.label for row in response.results)
    assert all(label in response.names for label in labels) or len(labels) > 3


@pytest.mark.parametrize("preset", PRESETS)
def test_a_phone_has_the_interval_the_people_and_the_certainty_in_fewer_words(evidence: Evidence, preset: str) -> None:
    tiles = tiles_of(evidence, Selection(preset))
    for tile in tiles:
        assert tile.brief is not None
        *lines, rated = (line for part in tile.parts(is_brief=True) for line in part.lines)
        assert rated == tile.certainty
        assert len(lines) <= 5
        numbers = set(re.findall(r"[−\d.]+%?", f"{tile.number} {tile.unit} {tile.interval} {tile.behind}"))
        low_high = re.findall(r"[−\d.]+%?", " ".join((*lines[:-1], tile.brief.beside_number)))
        if tile.page != "response":  # of 100 with the drug, where the wide tile of one trial has a risk ratio
            assert {number.removeprefix("−") for number in low_high} <= {n.removeprefix("−") for n in numbers}
    assert [tile.brief and tile.brief.lines[-1] for tile in tiles[:2]] == [tiles[0].behind, tiles[1].behind] or (
        "opposite" in tiles[1].parts(is_brief=True)[0].lines[-1]
    )


def test_a_phone_says_whether_all_of_the_people_are_adults(evidence: Evidence) -> None:
    """A trial of adolescents is among those compared first; of adults alone nothing is said."""

    def interval_line(ages: set[str]) -> str:
        rows = [r for r in apply(evidence.results, Selection().criteria()) if r.age_group in ages]
        brief = overview.onset_tile(tuple(rows), evidence.reviews).brief
        assert brief is not None
        return next(line for line in brief.lines if re.search("Cr?I ", line))

    every = {r.age_group for r in evidence.results}
    young = {r.age_group for r in evidence.trials["dwyer-2021"]}
    assert interval_line(every).startswith("mixed ages: CrI")
    assert interval_line(young).startswith("adolescents: CI")
    assert "ages" not in interval_line(every - young)
    assert "adolescents" not in interval_line(every - young)


def test_a_phone_marks_numbers_of_other_trials_and_names_both_sides_of_theirs(evidence: Evidence) -> None:
    _, _, duration, harms = tiles_of(evidence, Selection())
    assert duration.badge(is_brief=True) == "other trials"
    assert duration.parts(is_brief=True)[0].lines == ("until relapse; no interval", "53 people in 5 of 6 groups")
    assert harms.parts(is_brief=True)[0].lines == ("find things unreal", "difference 32% to 67%", "1 trial, 84 people")
    others = [row for row in evidence.results if row.trial != "su-2023"]
    borrowed = overview.harms_tile(others, Selection(), evidence.reviews)
    assert borrowed.unit == f"of 100 {borrowed.parts(is_brief=True)[0].lines[0]}"


def test_a_group_that_does_not_say_how_many_is_no_zero(evidence: Evidence) -> None:
    tile = overview.duration_tile(evidence.results, Selection("active"))
    assert tile.behind == "1 group, number of people not reported"


def test_what_is_not_known_in_one_line_is_counted_from_the_rows() -> None:
    rows = (counted(9, 20, 3, 20, hours=24), counted(9, 20, 3, 20, trial="b", label="B 2021", hours=672))
    line = overview.not_known_in_short(rows, frozenset({"b"}))
    assert line.startswith(
        "the first 6 hours in 2 of 2 trials (not reported) · "
        "any comparison after 28 days (not measured by these trials)"
    )
    assert line.endswith("risk of bias in 1 of 2 trials")


def test_what_a_source_is_known_to_report_is_not_called_unreported() -> None:
    rows = (counted(9, 20, 3, 20, hours=24),)
    gap = Gap(
        label="C 2022",
        comparator=rows[0].comparator,
        outcome="response",
        hours=2,
        status="trial-not-held",
        known_from="X",
        direction="unknown",
    )
    line = overview.not_known_in_short(rows, frozenset(), (gap,))
    assert line.startswith(
        "the first 6 hours in 1 of 1 trial (some reported, not yet in these data; some not reported)"
    )


def test_harms_are_counted_in_both_arms() -> None:
    rows = [counted(15, 50, 5, 50, outcome="dissociation"), result(trial="b", outcome="dissociation")]
    tile = overview.harms_tile(rows, Selection(), ())
    # 10 of 100 on the comparator, times a risk ratio of 3.
    assert (tile.number, tile.behind) == ("30 v 10", "1 trial, 100 people")
    assert tile.results == (rows[0],)


@pytest.mark.parametrize("rows", [(), (result(comparator="none"),), (counted(0, 20, 0, 20),)])
def test_an_empty_tile_says_that_nothing_is_reported(rows: tuple[Result, ...]) -> None:
    for tile in (
        overview.onset_tile(rows, ()),
        overview.response_tile(rows, ()),
        overview.duration_tile(rows, Selection()),
        overview.harms_tile(rows, Selection(), ()),
    ):
        assert (tile.number, tile.unit, tile.results) == ("Not reported", "", ())
        assert tile.words.endswith(".")


def test_an_onset_that_is_not_clear_is_called_so() -> None:
    row = result(
        outcome="symptom-change",
        instrument="MADRS",
        unit="points",
        effect_measure="MD",
        effect=-2,
        ci_low=-6,
        ci_high=2,
    )
    tile = overview.onset_tile((row,), ())
    assert (tile.number, tile.unit) == ("At 24 hours", "first compared: 2.0 points lower")
    assert tile.words == "2.0 MADRS points lower on ketamine than on midazolam."
    assert tile.interval == "95% CI −6.0 to 2.0"


def test_what_is_not_known_changes_with_the_selection(evidence: Evidence) -> None:
    judged = frozenset(j.trial for j in evidence.judgements)
    told = {p: overview.not_known(apply(evidence.results, Selection(p).criteria()), judged) for p in PRESETS}
    assert len(set(told.values())) == len(PRESETS)
    for preset, lines in told.items():
        rows = apply(evidence.results, Selection(preset).criteria())
        (unjudged,) = [line for line in lines if line.startswith("Risk of bias")]
        trials = {r.trial for r in rows}
        assert f"{len(trials & judged)} of {len(trials)} trials" in unjudged
        # Midazolam and other treatments are felt, placebo is not.
        felt = any("Patients can feel the drug" in line for line in lines)
        assert felt == any(r.comparator in ("saline", "placebo") for r in rows)


def test_the_longest_comparison_is_counted_from_the_rows() -> None:
    rows = (counted(9, 20, 3, 20, hours=24), counted(9, 20, 3, 20, trial="b", label="B 2021", hours=672))
    first, early, *_ = overview.not_known(rows, frozenset())
    assert first.startswith("Beyond 28 days no comparison of symptoms is in these data (B 2021 is the longest): ")
    assert early.startswith("Symptoms within the first 6 hours: these data have no comparison from 2 of 2 trials")
    later = (*rows, counted(9, 20, 3, 20, trial="c", label="C 2022", hours=5376))
    assert overview.not_known(later, frozenset())[0] == (
        "Beyond 224 days no comparison of symptoms is in these data (C 2022 is the longest): not measured by 3 trials, "
        "whose reports were read and which ended before."
    )


def test_no_trial_at_all_is_bearable() -> None:
    lines = overview.not_known((), frozenset())
    assert all(re.search(r"[.]$", line) for line in lines)


def test_the_map_has_every_trial_once_with_its_year_and_size(evidence: Evidence) -> None:
    rows = apply(evidence.results, Selection().criteria())
    dots = overview.evidence_map(evidence.trials, rows)
    assert [dot.result.trial for dot in dots] == list(evidence.trials)
    assert {dot.result.trial for dot in dots if dot.selected} == {r.trial for r in rows}
    murrough = next(dot for dot in dots if dot.result.trial == "murrough-2013a")
    assert (murrough.year, murrough.people, murrough.selected) == (2013, 73, True)
    # A trial is drawn by a row of the selection where it has one, and by a controlled row where it can.
    assert all(dot.result in rows for dot in dots if dot.selected)
    assert all(
        dot.result.is_controlled
        for dot in dots
        if not dot.selected and any(r.is_controlled for r in evidence.trials[dot.result.trial])
    )


def test_what_is_not_known_is_said_in_words_of_the_vocabulary(evidence: Evidence) -> None:
    lines = overview.not_known(evidence.results, frozenset(evidence.trials))
    assert any("the nearest rows are cystitis, urinary retention and long-lasting amnesia" in line for line in lines)
    assert not any("risk of bias" in line for line in lines)  # every trial is judged: that is known
    assert not any(outcome in line for line in lines for outcome in ("urinary-retention", "any-adverse"))


def test_the_map_says_what_its_colours_are(evidence: Evidence) -> None:
    figure = map_figure(overview.evidence_map(evidence.trials, evidence.results), LIGHT)
    (key,) = [note.text for note in figure.layout.annotations]
    for name in {dot.result.comparator for dot in overview.evidence_map(evidence.trials, evidence.results)}:
        assert COMPARATOR_MARKS[name].colour(LIGHT) in key
    assert {"Midazolam", "Saline", "No comparison"} <= set(re.findall(r"<b>([^<]+)</b>", key))
