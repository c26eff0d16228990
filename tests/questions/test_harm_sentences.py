import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.questions import harm_sentences, harms
from evidence.report.figures.harms import harm_rows
from evidence.report.figures.style import LIGHT, MASKING_MARKS
from evidence.report.tables import harms as harm_tables
from evidence.selection.selection import Selection, headcount
from evidence.synthesis.answers import answer
from evidence.synthesis.sentences import score_kinds
from evidence.synthesis.trial_effects import SYMPTOMS, Question
from tests.support.builders import counted, difference


def felt(a: int, c: int, trial: str, **cells: object) -> Result:
    usual = {"outcome": "dissociation", "comparator": "placebo", "blinding": "double-blind"}
    return counted(a, 100, c, 100, trial=trial, label=trial.upper(), **(usual | cells))


ROWS = (felt(30, 5, "a"), felt(60, 20, "b", comparator="ECT", blinding="open-label"))


def told(rows: tuple[Result, ...], apart: bool = False) -> harm_sentences.HarmAnswer:
    return harm_sentences.harm_answer(
        harm_sentences.harm_question("v", rows, Selection("everything"), apart, harms.AUTOMATIC, False)
    )


def test_two_questions_are_one_where_data_and_choices_are() -> None:
    first, second = (
        harm_sentences.harm_question("v", rows, Selection("everything"), False, harms.AUTOMATIC, False)
        for rows in (ROWS, ())
    )
    assert first == second
    assert hash(first) == hash(second)
    assert first != harm_sentences.harm_question("w", ROWS, Selection("everything"), False, harms.AUTOMATIC, False)
    assert first != harm_sentences.harm_question("v", ROWS, Selection("midazolam"), False, harms.AUTOMATIC, False)


def test_harms_are_split_by_masking_with_the_sentence_that_follows() -> None:
    found = harm_sentences.masked(told(ROWS), False)
    assert [value for value, _ in found] == ["inert", "open"]
    # 30 of 100 against 5 of 100, and 60 against 20; comparators of different kinds are never pooled.
    words = harm_sentences.masked_words(found, ROWS)
    assert words.startswith(
        "Dissociation, drug v comparator: 30% v 5% against inert placebo (1 trial, 200 people); "
        "60% v 20% without blinding of patients (1 trial, 200 people). Trials were not randomised"
    )
    assert "so there is nothing to compare it with" in harm_sentences.masked_words(found[:1], ROWS)
    rows = harm_rows([harm for _, harm in found], "RD", LIGHT, [value for value, _ in found])
    assert [row.note.split(" · ")[0] for row in rows] == ["Inert placebo", "Open or raters only"]
    assert [row.colour for row in rows] == [MASKING_MARKS[name].colour(LIGHT) for name in ("inert", "open")]


def test_dissociation_stands_beside_another_harm_by_masking() -> None:
    rows = (*ROWS, *(felt(10, 2, trial, outcome="nausea") for trial in "ac"))
    found = harm_sentences.masked(told(rows), False)
    nausea = [(value, harm) for value, harm in found if harm.event == "nausea"]
    assert "Dissociation in the trials drawn: 30% v 5% against inert placebo." in harm_sentences.masked_words(
        nausea, rows
    )
    assert "Dissociation in the trials drawn" not in harm_sentences.masked_words(found, rows)


def test_the_table_holds_the_lines_of_the_chart_by_masking_too() -> None:
    found = told(ROWS)
    assert harm_sentences.marks(found, False, False) == ((), found.drawn)
    maskings, drawn = harm_sentences.marks(found, True, False)
    assert maskings == ("inert", "open")
    table = harm_tables.harm_frame(drawn, maskings).to_dict("records")
    assert [(row["Blinding"], row["Drug"], row["Comparator"], row["Counted by"]) for row in table] == [
        ("Inert placebo", "30/100", "5/100", "A"),
        ("Open or raters only", "60/100", "20/100", "B"),
    ]
    assert "Blinding" not in harm_tables.harm_frame(found.drawn)
    assert harm_sentences.marks(told(()), True, False) == ((), ())


def test_no_event_at_all_is_bearable() -> None:
    for rows in ((), (felt(0, 0, "a"),)):
        found = told(rows)
        assert str(found.sentence)
        harm_sentences.masked_words(harm_sentences.masked(found, False), rows)


def test_the_view_says_what_the_pages_of_the_core_say(evidence: Evidence) -> None:
    chosen = Selection("esketamine")
    found = harm_sentences.harm_answer(
        harm_sentences.harm_question("v", evidence.results, chosen, False, harms.AUTOMATIC, False)
    )
    scope = harms.scope(evidence.results, chosen, harms.is_event)
    assert found.items == harms.harms(scope.compared, harms.is_event)
    assert str(found.sentence) == str(harm_sentences.headline(found.items, found.sides))


def test_a_window_that_no_source_states_is_said_to_be_unstated(evidence: Evidence) -> None:
    rows = [r for r in evidence.trials["ekstrand-2022"] if r.outcome == "dissociation"]
    words = harm_sentences.window([harms.harm_of(rows, "dissociation")])
    assert words == (
        "People with the event at least once. Until when they were counted is not stated for Ekstrand 2022."
    )
    mixed = harm_sentences.window([harms.harm_of([*rows, felt(9, 3, "a", hours=24, comparator="ECT")], "dissociation")])
    assert "until 24 hours. Until when they were counted is not stated for Ekstrand 2022." in mixed


def test_change_and_end_scores_in_one_pool_are_said() -> None:
    change = difference(-5, -8, -2, trial="a")
    end = difference(-4, -8, 0, trial="b", outcome="symptom-endpoint")

    def words(*rows: Result) -> str:
        return score_kinds(answer(rows, Question(SYMPTOMS, "MD", None, "MADRS")))

    assert words(change, end) == "1 trial with change scores, 1 with end scores"
    assert words(change) == words(end) == words() == ""


@pytest.mark.parametrize(
    ("trials", "note"),
    [(("daly-2019", "zaki-2023"), True), (("zaki-2023",), False), (("daly-2019", "murrough-2013a"), False)],
)
def test_people_who_went_from_one_trial_into_another_may_count_twice_and_it_is_said(evidence, trials, note) -> None:
    rows = [r for trial in trials for r in evidence.trials[trial]]
    assert ("some may be in more than one trial" in headcount(rows).in_people) == note
