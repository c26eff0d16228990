"""What a topic says of times, priors and patients holds on every page; what is wrong in it is named and left out."""

import math

import pytest

from evidence.dataset.time_bins import BIN_OF_VALUE, TIME_BINS, asked_at, bin_of, in_words, usual_time
from evidence.dataset.topic import Topic, read_topic, with_topic
from evidence.dataset.vocabulary import COMPARATOR_KINDS, Term, shipped_words, using
from evidence.questions import patient
from evidence.questions.response import TIME_CHOICES, Choices, answer_for
from evidence.synthesis.priors import prior_of
from evidence.synthesis.sentences import when
from evidence.synthesis.trial_effects import Question
from tests.support.builders import counted, result

WEEKS = b"""
[[time_bin]]
value = "post"
low = 0
high = 0
label = "End of treatment"
short = "end"
phrase = "at the end of treatment"
spoken = "the end of treatment"

[[time_bin]]
value = "8w"
low = 4
high = 10
centre = 8
unit = "weeks"

[[time_bin]]
value = "later"
low = 11
high = inf
unit = "weeks"
"""


def topic(text: bytes) -> Topic:
    about, wrong = read_topic(text)
    assert wrong == ()
    return about


def test_a_topic_has_bins_of_its_own() -> None:
    with using(with_topic(shipped_words(), topic(WEEKS))):
        assert [item.value for item in TIME_BINS] == ["post", "8w", "later"]
        item = BIN_OF_VALUE["8w"]
        assert (item.low, item.high, item.centre) == (4 * 168, 10 * 168, 8 * 168)
        assert (item.label, item.phrase, item.spoken) == ("4 to 10 weeks", "at 4 to 10 weeks", "8 weeks")
        assert bin_of(6 * 168) == item
        assert bin_of(24) is None
        assert BIN_OF_VALUE["later"].high == math.inf
        assert [one.value for one in asked_at()] == ["post", "8w", "later"]
        assert usual_time().value == "post"
        assert list(TIME_CHOICES) == ["auto", "post", "8w", "later", "nearest"]
        assert TIME_CHOICES["auto"] == "The end of treatment, or where twice as many trials report"
        assert in_words(0) == "end"
    assert usual_time().value == "24h"
    assert in_words(0) == "day 0"


def test_pools_follow_the_bins_of_the_topic() -> None:
    rows = [counted(9, 20, 5, 20, trial=t, label=t, hours=hours) for t, hours in (("a", 900), ("b", 1600), ("c", 0))]
    with using(with_topic(shipped_words(), topic(WEEKS))):
        assert [e.trial for e in answer_for(rows, Choices(time="8w")).used] == ["a", "b"]
        end = answer_for(rows, Choices(time="post"))
        assert when(end) == "At the end of treatment"
        assert [e.trial for e in answer_for(rows, Choices()).used] == ["a", "b"]  # twice as many as at the usual time


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'[[time_bin]]\nvalue = "a"\nlow = 5\nhigh = 2', "high is below low"),
        (b'[[time_bin]]\nvalue = "a"\nlow = 1\nhigh = 2\ncentre = 3', "centre is outside of low and high"),
        (b'[[time_bin]]\nvalue = "a"\nlow = 1\nhigh = 2\nunit = "moons"', "unit is none of hours, days, weeks"),
        (
            b'[[time_bin]]\nvalue = "a"\nlow = 1\nhigh = 9\n[[time_bin]]\nvalue = "b"\nlow = 5\nhigh = 20',
            "b begins before a has ended",
        ),
        (b'[priors]\nratio = "mine"', "mine is none of turner"),
        (b'[priors.score]\nlabel = "X"\nfamily = "log-t"\nspread = 1', "df belongs to the log-t"),
        (b'[outcome_group.joy]\nlabel = "Joy"\ndefinition = "Joy."', "efficacy"),
        (b'[[patient_choice]]\nname = "a"\nlabel = "A"\ncolumn = "hours"', "population"),
    ],
)
def test_what_is_wrong_is_named_and_left_out(text: bytes, reason: str) -> None:
    about, wrong = read_topic(b'title = "Tea"\n' + text)
    assert any(reason in one.message for one in wrong)
    assert about.title == "Tea"
    assert about.time_bins == Topic().time_bins


def test_a_usual_time_that_is_no_bin_is_named() -> None:
    about, wrong = read_topic(b'title = "Tea"\nusual_times = ["9w"]\n')
    assert "9w is the value of no time_bin" in wrong[0].message
    assert about.time_bins == Topic().time_bins


def test_a_topic_has_priors_of_its_own() -> None:
    own = b'[priors]\nratio_active = "turner"\n[priors.ratio]\nlabel = "Mine"\nfamily = "half-normal"\nspread = 0.3\n'
    rows = [counted(9, 20, 5, 20, trial=t, label=t) for t in "ab"]
    question = Question(("response",), "RR", usual_time())
    with using(with_topic(shipped_words(), topic(own))):
        found = answer_for(rows, Choices(time="24h"))
        prior = prior_of(question, found.used, rows)
    assert prior is not None
    assert found.prior == prior
    assert prior.words == "tau half-normal(0.3)"
    assert prior.quantile(0.5) == pytest.approx(0.3 * 0.6744897501960817)  # the median of a half-normal


def test_kinds_are_called_as_the_topic_calls_them() -> None:
    own = topic(b'[comparator_kind."no treatment"]\nlabel = "Waiting list"\ndefinition = "People wait."\n')
    with using(with_topic(shipped_words(), own)):
        assert COMPARATOR_KINDS["no treatment"] == Term("no treatment", "Waiting list", "People wait.")
        assert next(iter(COMPARATOR_KINDS)) == "active placebo"
    assert COMPARATOR_KINDS["no treatment"].label == "No treatment"


def test_words_that_are_in_no_list_are_named() -> None:
    about = topic(
        b'unblinding = "glow"\n[felt]\nshine = "shine"\n[[patient_choice]]\nname = "a"\nlabel = "A"\n'
        b'column = "population"\n[[patient_choice.option]]\nname = "b"\nlabel = "B"\nsaid = "b"\n'
        b'words = ["moonstruck"]\n'
    )
    named = [one.value for one in about.unknown_words(shipped_words())]
    assert sorted(named) == ["glow", "moonstruck", "shine"]


def test_a_topic_that_asks_nothing_of_a_patient_offers_the_words_of_its_rows() -> None:
    rows = (
        counted(9, 20, 5, 20, trial="a", population="TRD"),
        result(trial="b", population="bipolar", comparator="none"),
    )
    with using(with_topic(shipped_words(), Topic())):
        offered = patient.offered(rows)
        assert list(offered) == ["population"]
        assert set(offered["population"].options) == {"TRD", "bipolar"}
        assert [r.trial for r in patient.match(rows, {"population": "bipolar"}).results] == ["b"]
