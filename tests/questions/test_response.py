import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.dataset.references import Reference
from evidence.questions import response
from evidence.questions.response import Choices, answer_for
from evidence.selection.selection import PRESETS, Selection, apply
from evidence.stats.pooling import Method
from evidence.synthesis.answers import Answer, Model
from tests.support.builders import counted, result

WEEK = [counted(9, 20, 3, 20, trial=t, hours=168) for t in "ab"]
MONTH = [counted(9, 20, 3, 20, trial=t, hours=672) for t in "abc"]
DAY = [counted(9, 20, 3, 20, trial="a", hours=24)]


def at(found: Answer) -> str | None:
    return found.question.bin.value if found.question.bin else None


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        ([*DAY, counted(9, 20, 3, 20, trial="b", hours=24), *MONTH], "24h"),  # 2 against 3
        ([*DAY, *WEEK], "7d"),  # 1 against 2: twice as many
        ([*WEEK, *MONTH], "28d"),
        ([*WEEK, *MONTH[:2]], "7d"),  # the earlier where they tie
        ([*WEEK, result(hours=24, percent_intervention=9, percent_comparator=3)], "7d"),  # no numbers at 24 hours
    ],
)
def test_the_time_is_24_hours_or_where_twice_as_many_trials_report(rows: list[Result], value: str) -> None:
    assert at(answer_for(rows, Choices())) == value


def test_the_time_chosen_is_kept_although_it_is_empty() -> None:
    found = answer_for(DAY, Choices(time="28d"))
    assert (at(found), found.k) == ("28d", 0)


def test_each_trial_has_its_time_nearest_to_24_hours() -> None:
    rows = [*MONTH, *WEEK, *DAY, counted(9, 20, 3, 20, trial="c", hours=2)]
    found = answer_for(rows, Choices(time=response.NEAREST))
    assert found.question.bin is None
    assert {entry.trial: entry.hours for entry in found.used} == {"a": 24, "b": 168, "c": 2}


def test_leaving_trials_out_does_not_move_the_question_to_another_time() -> None:
    found = answer_for([*DAY, WEEK[0]], Choices(without=("a",)))
    assert (at(found), found.k) == ("24h", 0)
    assert [entry.excluded for entry in found.left_out] == ["left out by the reader"]


def test_what_a_reader_sets_reaches_the_question() -> None:
    rows = [
        counted(9, 20, 3, 20, trial="a"),
        counted(9, 20, 3, 20, trial="b", design="crossover"),
        counted(9, 20, 3, 20, trial="c", confidence="low"),
        counted(9, 20, 3, 20, trial="d", citation="Press2024"),
    ]

    def used(choices: Choices) -> str:
        return "".join(entry.trial for entry in answer_for(rows, choices).used)

    assert used(Choices()) == "abd"
    assert used(Choices(crossovers=False)) == "ad"
    assert used(Choices(low_confidence=True)) == "abcd"
    assert used(Choices(barred={"Press2024": "press release or web page"})) == "ab"
    assert used(Choices(outcome="remission")) == ""


@pytest.mark.parametrize("measure", response.MEASURE_CHOICES)
def test_measures_agree_on_the_direction(measure: str) -> None:
    pooled = answer_for(DAY, Choices(measure=measure)).pooled
    assert pooled is not None
    # 9/20 against 3/20: RR 3, OR (9·17)/(11·3) = 4.64, RD 0.30.
    expected = {"RR": 1.0986, "OR": 1.5339, "RD": 0.30}[measure]
    assert pooled.estimate == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("method", ["REML", "DL", "PM", "EE"])
def test_every_method_offered_can_be_computed(evidence: Evidence, method: Method) -> None:
    assert method in response.METHODS
    found = answer_for(apply(evidence.results, Selection("everything").criteria()), Choices(model=Model(method, "z")))
    assert found.pooled is not None
    assert found.pooled.method == method


def test_mantel_and_haenszel_pool_counts() -> None:
    # Two tables of 9/20 against 3/20: their common risk ratio is that of each, 3.
    pooled = answer_for(WEEK, Choices(time="7d", model=Model("MH"))).pooled
    assert pooled is not None
    assert pooled.estimate == pytest.approx(1.098612, abs=1e-6)


def test_orders_put_trials_in_the_order_they_name() -> None:
    rows = [
        counted(9, 20, 3, 20, trial="a", label="A 2019"),
        counted(200, 400, 150, 400, trial="b", label="B 2001"),
        counted(6, 30, 5, 30, trial="c", label="C 2010a"),
    ]
    entries = answer_for(rows, Choices()).entries

    def order(name: str) -> str:
        return "".join(entry.trial for entry in sorted(entries, key=response.ORDERS[name]))

    assert order("year") == "bca"
    assert order("effect") == "abc"  # risk ratios 3, 1.33 and 1.2
    assert order("size") == "bca"
    weights = {entry.trial: answer_for(rows, Choices()).weight_of(entry) or 0.0 for entry in entries}
    assert list(order("weight")) == sorted(weights, key=lambda trial: -weights[trial])


def test_citations_are_barred_by_what_they_are() -> None:
    references = {
        "Paper": Reference("Paper", type="article-journal"),
        "Press": Reference("Press", type="webpage"),
        "Record": Reference("Record", type="dataset"),
    }
    assert response.barred_citations(references) == {}
    assert set(response.barred_citations(references, press_releases=False)) == {"Press"}
    assert set(response.barred_citations(references, published_only=True)) == {"Press", "Record"}


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("outcome", response.OUTCOME_CHOICES)
@pytest.mark.parametrize("time", [response.AUTOMATIC, response.NEAREST])
def test_every_choice_has_an_answer(evidence: Evidence, preset: str, outcome: str, time: str) -> None:
    rows = apply(evidence.results, Selection(preset).criteria())
    found = answer_for(rows, Choices(outcome=outcome, time=time))
    assert found.k == len(found.used)
    for entry in found.entries:
        for text_of in response.COLUMNS.values():
            assert text_of(entry)


def test_doses_of_several_arms_share_their_unit_and_fit_a_column() -> None:
    def text(*cells: dict) -> str:
        rows = [counted(9, 20, 4, 20, **c) for c in cells]
        (entry,) = response.answer_for(rows, Choices(time="24h")).entries
        return response.COLUMNS["dose"](entry)

    arms = ({"dose": 28, "dose_unit": "mg"}, {"dose": 56, "dose_unit": "mg"})
    assert text(*arms) == "28, 56 mg"
    assert text({"dose": None, "dose_note": "56 or 84 mg flexible"}) == "56 or 84 mg …"
    assert text({"dose": None}) == "?"
