from itertools import pairwise

import pytest

from evidence.dataset.evidence import Evidence
from evidence.questions import glance, time_curve
from evidence.questions.absence import KINDS, NOT_HELD, NOT_REPORTED, NOT_USABLE
from evidence.report.figures.glance import glance as glance_figure
from evidence.report.figures.glance import key_of_blanks
from evidence.report.figures.style import DARK, LIGHT
from evidence.selection.selection import PRESETS, Selection, apply
from evidence.synthesis import sentences
from tests.support.builders import counted, result


def seen(evidence: Evidence, preset: str) -> glance.Glance:
    chosen = Selection(preset)
    return glance.glance(
        evidence.results, apply(evidence.results, chosen.criteria()), chosen, evidence.reviews, evidence.gaps
    )


@pytest.mark.parametrize("preset", PRESETS)
def test_every_bar_is_the_answer_at_its_time(evidence: Evidence, preset: str) -> None:
    found = seen(evidence, preset)
    assert found.responders
    for item in found.responders:
        of_hundred = sentences.absolute(item.answer)
        assert of_hundred is not None
        assert (item.low, item.high) == of_hundred.events_of_100[1:]
        # With a full or an empty cell a pool of one trial has 0.5 added; the trial's own people have not.
        assert item.drug == pytest.approx(of_hundred.events_of_100[0], abs=2 if len(item.answer.used) == 1 else 1e-9)
        assert item.low <= item.drug <= item.high
        hours = [entry.hours for entry in item.answer.used]
        assert min(hours) <= item.hours <= max(hours) or len(hours) == 1
    hours = [item.hours for item in found.responders]
    assert hours == sorted(hours)


def test_the_sentence_is_the_answer_with_the_verb_of_its_certainty(evidence: Evidence) -> None:
    for preset in PRESETS:
        found = seen(evidence, preset)
        of_hundred = sentences.absolute(found.main)
        assert of_hundred is not None
        drug, low, high = of_hundred.events_of_100
        text, trust = glance.sentence(found), glance.trust(found)
        lead = sentences.leading(found.main)
        rated = found.rating.certainty if found.rating else None
        if lead is None:
            assert f"about {drug:.0f} of 100 people" in text
            assert (" may respond to " in text) == (rated in ("low", "very low"))
        else:
            assert f"in {lead.label}, about" in text
        assert f"{drug:.0f} could be {low:.0f} to {high:.0f}." in trust
        assert ("Certainty not rated" in trust) == (rated is None)
        assert sentences.behind(found.main) in trust
        sprayed = preset == "esketamine"
        borrowed = f"In other trials{' of ketamine' if sprayed else ''} depression came back"
        assert found.relapses_are_borrowed == (borrowed in text)


def test_harms_of_other_trials_say_so(evidence: Evidence) -> None:
    found = seen(evidence, "midazolam")
    assert found.harms_are_borrowed == (found.harm_sides != ("ketamine", "midazolam"))


@pytest.mark.parametrize("preset", PRESETS)
def test_spans_without_a_bar_lie_between_the_bars_and_name_every_trial_once(evidence: Evidence, preset: str) -> None:
    found = seen(evidence, preset)
    assert found.blanks
    for blank in found.blanks:
        assert not any(blank.start < item.hours <= blank.end for item in found.responders)
        labels = [label for kind in KINDS for label in blank.trials[kind]]
        assert len(labels) == len(set(labels))
    for before, after in pairwise(found.blanks):
        assert before.end <= after.start
        assert before.end < after.start or before.kind != after.kind


def test_the_midazolam_picture_tells_reported_from_not_reported(evidence: Evidence) -> None:
    kinds = {(blank.start, blank.end): blank for blank in seen(evidence, "midazolam").blanks}
    # Counts of Murrough 2013a on days 2, 3 and 7 are published and not in the data.
    days = kinds[36, 204]
    assert (days.kind, days.trials[NOT_HELD]) == (NOT_HELD, ("Murrough 2013a",))
    assert set(days.trials[NOT_USABLE]) == {"Lijffijt 2022", "Dwyer 2021", "Su 2023"}
    assert kinds[0.5, 9].kind == NOT_REPORTED
    assert "░ not reported" in key_of_blanks(seen(evidence, "midazolam"))


def test_one_trial_is_one_bar_with_its_own_rate() -> None:
    row = counted(15, 50, 5, 50)
    found = glance.glance([row], (row,), Selection(), ())
    (bar,) = found.responders
    # 10 of 100 on the comparator, times a risk ratio of 3.
    assert (round(bar.drug), round(bar.comparator)) == (30, 10)
    # Everybody responded to the comparator: its 8 of 12 are 67 of 100, a ratio with 0.5 added makes 68 of them.
    full = counted(8, 12, 13, 13)
    (bar,) = glance.glance([full], (full,), Selection(), ()).responders
    assert (round(bar.drug), round(bar.comparator)) == (67, 100)
    assert found.days_to_relapse is None
    assert glance.until_when(found.relapses) == ""


def test_nothing_to_pool_is_said_and_drawn() -> None:
    row = result(comparator="none")
    found = glance.glance([row], (row,), Selection(), ())
    assert glance.sentence(found) == "These data do not give the number of responders per 100 people."
    assert (
        glance.trust(found)
        == "No trial of this selection has counts of responders in both arms at one time in these data."
    )
    assert glance_figure(found, LIGHT).layout.height > 100


def test_the_curves_of_the_first_screen_are_those_of_the_selection_or_name_what_was_given_up(
    evidence: Evidence,
) -> None:
    own, nearest, other = (seen(evidence, preset) for preset in ("placebo", "midazolam", "active"))
    # No three trials against midazolam have points at the same times; with any placebo they do.
    assert nearest.curves.curves == own.curves.curves
    assert (own.curves.words, nearest.curves.words) == ("", "not only where comparator is midazolam")
    # A question about another treatment is not answered by curves of placebo.
    assert (other.curves.curves, other.curves_in_words) == ((), (glance.NO_CURVE,))
    words = [a.text for a in glance_figure(nearest, LIGHT).layout.annotations]
    assert any("MADRS points v midazolam or saline" in text and nearest.curves.words in text for text in words)
    (curve,) = own.curves.curves
    for point in curve.ends:
        assert f"<b>{time_curve.value_at(curve, point)}</b>" in words
    assert [a.text for a in glance_figure(other, LIGHT).layout.annotations].count(glance.NO_CURVE) == 1


@pytest.mark.parametrize("preset", PRESETS)
def test_each_mark_of_the_picture_leads_to_its_rows(evidence: Evidence, preset: str) -> None:
    found = seen(evidence, preset)
    figure = glance_figure(found, DARK)
    keys = {str(data[0]) for trace in figure.data if trace.customdata is not None for data in trace.customdata}
    lines = {int(line) for key in keys for line in key.split()}
    assert lines == {row.line for row in found.results}
