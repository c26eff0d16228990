import pytest

from evidence.dataset.records import Judgement
from evidence.questions.subgroups import subgroups
from evidence.synthesis.answers import answer
from evidence.synthesis.trial_effects import Question
from tests.support.builders import counted

RESPONSE = Question(("response",), "RR", None)


def judgement(trial, judged):
    return Judgement(
        trial=trial, tool="Cochrane RoB 1", domain="other-bias", judgement=judged, citation="X", locator="Table"
    )


def groups_of(rows, name, judgements=()):
    found = answer(rows, RESPONSE)
    return {entry.trial: subgroups(judgements)[name].group(entry) for entry in found.entries}


def test_risk_of_bias_is_the_worst_published_judgement():
    rows = [counted(5, 20, 3, 20, trial=trial) for trial in ("a", "b", "c", "d")]
    judged = [judgement("a", "low"), judgement("a", "high"), judgement("b", "unclear"), judgement("c", "low")]
    assert groups_of(rows, "bias", judged) == {
        "a": "High risk in a domain",
        "b": "Unclear in a domain",
        "c": "Low risk in all domains judged",
        "d": "Not judged",
    }


def test_dose_groups_name_every_dose_of_a_trial():
    rows = [
        counted(9, 23, 3, 24, dose=0.2, trial="su"),
        counted(11, 24, 3, 24, dose=0.5, trial="su"),
        counted(11, 24, 3, 24, dose=0.5, trial="one"),
        counted(11, 24, 3, 24, dose=None, dose_unit=None, dose_note="28 to 84 mg", trial="flexible"),
    ]
    assert groups_of(rows, "dose") == {
        "su": "0.2 and 0.5 mg/kg",
        "one": "0.5 mg/kg",
        "flexible": "Flexible or unknown dose",
    }


@pytest.mark.parametrize("name", list(subgroups(())))
def test_every_split_puts_every_shipped_trial_somewhere(evidence, name):
    found = answer(evidence.results, RESPONSE, group_by=subgroups(evidence.judgements)[name].group)
    assert sum(len(group.used) for group in found.groups) == found.k
    assert all(group.name for group in found.groups)
