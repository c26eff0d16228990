import pytest

from evidence.dataset.records import Judgement
from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.formatting import THIN
from evidence.questions import response
from evidence.questions import risk_of_bias as bias
from evidence.report.figures import style
from evidence.report.figures.risk_of_bias import MOST_UNJUDGED, key_of, short_names, traffic_light, weighted_bar
from evidence.report.figures.style import INKS, JUDGEMENT_MARKS, LIGHT
from evidence.report.tables import risk_of_bias as bias_tables
from evidence.synthesis.answers import answer
from evidence.synthesis.trial_effects import Question
from tests.support.builders import counted, result

RANDOM, BLINDING, MISSING = (
    "random-sequence-generation",
    "blinding-of-participants-and-personnel",
    "incomplete-outcome-data",
)


def judged(trial="a", domain=RANDOM, judgement="low", citation="Dean2021Cochrane"):
    return Judgement(
        trial=trial, tool="Cochrane RoB 1", domain=domain, judgement=judgement, citation=citation, locator="Table 1"
    )


def trial(name, a=10, c=5, n=20):
    return counted(a, n, c, n, trial=name, label=f"{name.upper()} 2020")


ROWS = (trial("a"), trial("b"), trial("c"))
JUDGED = (
    judged(),
    judged(domain=MISSING, judgement="high"),
    judged(domain=MISSING, judgement="low", citation="Kishimoto2016"),
    judged(trial="b", judgement="unclear"),
)


def board(rows=ROWS, judgements=JUDGED):
    return bias.board(rows, judgements)


def pool(rows=ROWS):
    return answer(rows, Question(("response",), "RR", BIN_OF_VALUE["24h"]))


def test_a_board_holds_every_trial_and_the_domains_that_were_judged():
    found = board()
    assert found.domains == (RANDOM, MISSING)
    assert [line.trial for line in found.judged] == ["a", "b"]
    assert [line.trial for line in found.unjudged] == ["c"]
    assert len(found.judgements) == len(JUDGED)


def test_two_reviews_that_disagree_stay_two():
    cell = board().lines[0].cells[1]
    assert cell.is_split
    assert cell.verdicts == ("high", "low")
    assert cell.marks == "−/+"
    assert cell.in_words == "High risk (Dean2021Cochrane); Low risk (Kishimoto2016)"
    assert bias.DISAGREE in cell.kinds


def test_two_reviews_that_agree_are_one_mark():
    cell = bias.Cell(RANDOM, (judged(), judged(citation="Kishimoto2016")))
    assert not cell.is_split
    assert (cell.marks, cell.in_words) == ("+", "Low risk")
    assert bias.Cell(RANDOM).in_words == "not judged"


@pytest.mark.parametrize(
    ("domain", "kinds", "trials"),
    [
        (None, (), ["a", "b", "c"]),
        (None, ("high",), ["a"]),
        (None, (bias.NOT_JUDGED,), ["c"]),
        (MISSING, (bias.NOT_JUDGED,), ["b", "c"]),
        (MISSING, ("low",), ["a"]),
        (RANDOM, ("low", "unclear"), ["a", "b"]),
        (RANDOM, ("high",), []),
        (None, (bias.DISAGREE,), ["a"]),
    ],
)
def test_the_filter_keeps_trials_by_their_judgement_in_a_domain(domain, kinds, trials):
    assert [line.trial for line in board().keep(domain, kinds).lines] == trials


def test_symbols_for_the_forest_plot():
    assert bias.symbols(JUDGED, "a").replace(THIN, "") == "+···−*··"
    assert bias.symbols(JUDGED, "c") == "not judged"
    columns = response.columns(JUDGED)
    assert list(columns) == [*response.COLUMNS, "risk of bias"]
    assert columns["risk of bias"](pool().entries[1]).replace(THIN, "") == "?······"


def test_the_signs_of_the_forest_plot_have_a_key():
    words = bias.symbols_key(JUDGED, ["a"])
    assert words.startswith("Risk of bias has one sign per domain, in this order. Cochrane RoB 1: random sequence, ")
    assert "; + low risk, ? unclear, − high risk. · not judged. An asterisk: reviews disagree" in words
    assert bias.symbols_key(JUDGED, ["c"]) == ""


def test_shares_weigh_as_the_trials_in_the_pool():
    big = (trial("a"), trial("b", 100, 50, 200))
    answered = pool(big)
    found = bias.summary(board(big), answered)
    share = next(item for item in found.shares if item.domain == RANDOM)
    assert share.shares["low"] == pytest.approx(answered.pooled.weights[0])
    assert share.shares["unclear"] == pytest.approx(answered.pooled.weights[1])
    assert found.weights == "weighted as in the response pool (2 trials)"
    assert len(found.results) == 2


def test_a_trial_judged_in_two_ways_counts_half_to_each():
    found = bias.summary(board(ROWS[:1]), pool(ROWS[:1]))
    share = next(item for item in found.shares if item.domain == MISSING)
    assert (share.shares["low"], share.shares["high"]) == (50, 50)


def test_without_a_pool_each_trial_counts_the_same():
    rows = (result(trial="a", label="A 2020"), result(trial="b", label="B 2020"), result(trial="c", label="C 2020"))
    found = bias.summary(board(rows), pool(rows))
    assert found.weights == "each trial counts the same (3 trials; nothing is pooled)"
    share = next(item for item in found.shares if item.domain == RANDOM)
    assert share.shares["not judged"] == pytest.approx(100 / 3)


def test_shares_add_up_to_a_hundred(evidence):
    found = bias.summary(bias.board(evidence.results, evidence.judgements), None)
    assert all(sum(item.shares.values()) == pytest.approx(100) for item in found.shares)


def test_findings_are_said_for_none_one_and_many():
    assert str(bias.headline(bias.board(ROWS[2:], JUDGED))) == "No review in these data judged this trial"
    assert str(bias.headline(bias.board((), ()))) == "No review in these data judged any of these 0 trials"
    assert str(bias.headline(board())) == (
        "2 of 3 trials judged by a published review; high risk most often in missing outcomes (1 trial); "
        "reviews disagree on A 2020"
    )
    assert bias.headline_of_blinding(board()) == ""
    blinded = bias.board(ROWS, (judged(domain=BLINDING), judged(trial="b", domain=BLINDING, judgement="unclear")))
    assert "low risk in 1 of 2 trials judged" in bias.headline_of_blinding(blinded)


def test_the_shipped_pairs_that_disagree(evidence):
    found = bias.board(evidence.results, evidence.judgements)
    split = {line.trial for line in found.judged if any(cell.is_split for cell in line.cells)}
    # Counted by hand in risk_of_bias.csv: one trial and domain with two judgements.
    assert split == {
        *("berman-2000", "diazgranados-2010", "fedgchin-2019", "ochs-ross-2020"),
        *("singh-2016-iv-esketamine", "zarate-2006", "zarate-2012"),
    }
    assert len(found.judgements) == len(evidence.judgements)


def test_tables_and_text_twin_hold_every_trial():
    frame = bias_tables.board_frame(board())
    assert list(frame["Trial"]) == ["A 2020", "B 2020", "C 2020"]
    assert frame.iloc[0]["Missing outcomes"].startswith("−/+  High risk (Dean2021Cochrane)")
    assert frame.iloc[2]["Random sequence"] == "not judged"
    assert bias.spoken(board()).endswith("not judged: C 2020")
    assert list(bias_tables.judgement_rows(JUDGED)) == list(Judgement.columns())
    assert bias_tables.summary_frame(bias.summary(board(), None)).iloc[0]["Low risk"] == "33%"


@pytest.mark.parametrize("ink", INKS.values(), ids=INKS)
def test_the_traffic_light_draws_a_sign_in_every_cell(ink):
    figure = traffic_light(board(), {}, {}, ink)
    whole = [t for t in figure.data if t.mode == "markers+text"]
    assert sorted(text for t in whole for text in t.text) == ["<b>+</b>", "<b>?</b>"]
    halves = [shape for shape in figure.layout.shapes if shape.type == "path"]
    fills = {JUDGEMENT_MARKS[name].fill(ink) for name in ("low", "high")}
    assert {shape.fillcolor for shape in halves} == fills
    signs = [a.text for a in figure.layout.annotations if "reviews disagree" not in a.text]
    assert sorted(signs) == ["<b>+</b>", "<b>−</b>"]
    keys = [data[0] for t in figure.data if t.customdata is not None for data in t.customdata]
    assert key_of(board().lines[0], board().lines[0].cells[1]) in keys
    assert len(keys) == 3
    assert any("no published judgement" in text for t in figure.data if t.mode == "text" for text in t.text)


def test_a_blank_cell_of_a_judged_trial_has_a_sign_and_the_key_names_all():
    found = board()
    figure = traffic_light(found, {}, {}, LIGHT)
    dots = next(trace for trace in figure.data if trace.text and trace.text[0] == f"<b>{bias.BLANK}</b>")
    blank = [cell for line in found.judged for cell in line.cells if not cell.judgements]
    assert len(dots.x) == len(dots.y) == len(blank) > 0
    (key,) = [note.text for note in figure.layout.annotations if "reviews disagree" in note.text]
    assert key.startswith("<b>+</b> low risk\u2003")
    assert key.endswith("<b>·</b> not judged")


def test_many_trials_nobody_judged_share_one_row():
    rows = [trial("a"), *(trial(f"t{i}") for i in range(MOST_UNJUDGED + 1))]
    figure = traffic_light(board(rows), {}, {}, LIGHT)
    assert figure.layout.yaxis.ticktext[-1].count(f"{MOST_UNJUDGED + 1} more trials") == 1
    assert len(figure.layout.yaxis.tickvals) == 2


@pytest.mark.parametrize("rows", [(), ROWS[2:]], ids=["none", "one"])
def test_boards_without_judgements_are_drawn(rows):
    assert traffic_light(board(rows), {}, {}, LIGHT).layout.height > 0
    assert weighted_bar(bias.summary(board(rows or ROWS), None), LIGHT).layout.height > 0


def test_hover_names_the_review_and_is_escaped(evidence):
    hostile = board((trial("a").model_copy(update={"label": "<img>"}),))
    figure = traffic_light(hostile, {}, evidence.references, LIGHT)
    texts = [text for t in figure.data if t.hovertext is not None for text in t.hovertext]
    assert any("Dean 2021, Table 1" in text for text in texts)
    assert not any("<img>" in text for text in texts)
    assert short_names(hostile, {})["Kishimoto2016"] == "Kishimoto2016"


def test_colours_of_judgements_are_no_comparators_and_differ_in_grey():
    comparators = {mark.light for mark in style.COMPARATOR_MARKS.values()}
    for name in ("light", "dark"):
        fills = [mark.fill(INKS[name]) for mark in JUDGEMENT_MARKS.values()]
        assert len(set(fills)) == len(fills)
        assert not comparators.intersection(fills)
    assert set(JUDGEMENT_MARKS) == set(bias.WORST_FIRST) | {bias.NOT_JUDGED}


def test_the_finding_of_the_weights_names_the_domain_most_at_risk():
    def summary(**shares):
        every = [bias.Share(name.replace("_", "-"), {"not judged": 0.0, **value}) for name, value in shares.items()]
        return bias.Summary(tuple(every), (), "")

    high, low = {"high": 26.5, "low": 5.0, "not judged": 68.5}, {"low": 40.0, "not judged": 60.0}
    words = bias.headline_of_weights(summary(other_bias=low, selective_reporting=high))
    assert words == "26% of the weight is at high risk in selective reporting; 68% was not judged"
    words = bias.headline_of_weights(summary(other_bias=low, overall={"low": 100.0}))
    assert words == "None of the weight is known to be at high risk"
    assert bias.headline_of_weights(summary(other_bias=low)).endswith("high risk; 60% was not judged")
    assert bias.headline_of_weights(bias.Summary((), (), "")).startswith("None of the weight was judged")
