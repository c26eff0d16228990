import math

import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.time_bins import BIN_OF_VALUE, TIME_BINS
from evidence.questions.headlines import SUBJECTS, Headline, compare, headlines, headlines_of, ranks
from evidence.selection.selection import PRESETS, Selection, apply
from evidence.synthesis.answers import answer
from evidence.synthesis.trial_effects import Question
from tests.support.builders import counted, difference


def one(found: tuple[Headline, ...], *key: str) -> Headline:
    return next(headline for headline in found if headline.key == key)


@pytest.fixture(scope="module")
def shipped(evidence: Evidence) -> tuple[Headline, ...]:
    return headlines_of(evidence)


def test_every_preset_subject_and_time_is_there_once(shipped: tuple[Headline, ...]) -> None:
    keys = [headline.key for headline in shipped]
    assert keys == [(p, s, t.value) for p in PRESETS for s in SUBJECTS for t in TIME_BINS]


def test_the_numbers_are_those_of_the_pages(evidence: Evidence, shipped: tuple[Headline, ...]) -> None:
    results = apply(evidence.results, Selection().criteria())
    page = answer(results, Question(("response",), "RR", BIN_OF_VALUE["24h"]))
    found = one(shipped, "midazolam", "response", "24h")
    assert page.pooled is not None
    assert (found.k, found.people) == (page.k, page.people)
    shown = [f"{math.exp(value):.2f}" for value in (page.pooled.estimate, page.pooled.ci_low, page.pooled.ci_high)]
    assert found.words == f"RR {shown[0]} ({shown[1]}–{shown[2]}), k = {page.k}"


def test_only_what_new_rows_can_change_is_worked_out_and_the_rest_is_the_same(
    evidence: Evidence, shipped: tuple[Headline, ...]
) -> None:
    new = (counted(10, 40, 5, 40, hours=168, line=900), difference(-4, -7, -1, trial="lee-2021", line=901))
    everything = (*evidence.results, *new)
    quick, slow = headlines(everything, shipped, new), headlines(everything)
    assert quick == slow
    changed = [change.after.key for change in compare(shipped, quick)]
    assert changed
    assert {key[2] for key in changed} == {"24h", "7d"}
    assert not any(key[0] in ("esketamine", "repeated", "active") for key in changed)


def test_a_change_says_before_after_and_difference() -> None:
    old = headlines([counted(20, 40, 10, 40)])
    new = headlines([counted(20, 40, 10, 40), counted(10, 40, 10, 40, trial="lee-2021")])
    change = next(c for c in compare(old, new) if c.after.key == ("midazolam", "response", "24h"))
    assert (change.before.k, change.after.k) == (1, 2)
    assert change.before.estimate == pytest.approx(2.0)
    assert change.difference == pytest.approx(change.after.estimate / 2.0)
    assert len(compare(old, old)) == 0
    assert len(compare(old, old, changed_only=False)) == len(old)


def test_from_nothing_there_is_no_difference() -> None:
    change = compare((), headlines([counted(20, 40, 10, 40)]))[0]
    assert (change.before.words, change.difference) == ("no trial", None)


def test_ranks_follow_influence() -> None:
    rows = [counted(20, 40, 10, 40), counted(21, 40, 10, 40, trial="b"), counted(5, 40, 20, 40, trial="c")]
    headline = one(headlines(rows), "midazolam", "response", "24h")
    assert [(r.trial, r.rank, r.k) for r in ranks(rows, headline, ["c"])] == [("c", 1, 3)]
    assert [r.rank for r in ranks(rows, headline, ["smith-2020", "b", "c"])] == [1, 2, 3]
    assert ranks(rows, headline, ["nobody"]) == ()
    assert ranks(rows[:1], headline, ["smith-2020"]) == ()
