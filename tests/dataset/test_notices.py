"""A retracted publication: its results stay in sight, marked, and in no pool."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from evidence.dataset.evidence import DATA, REFERENCES, TRIALS, Evidence, evidence_of, read_files
from evidence.export.web_page import entry
from evidence.questions import courses, duration, harms, missing, response
from evidence.questions.response import Choices
from evidence.selection.selection import Selection, apply
from tests.support.builders import counted, result
from tests.support.paths import APP

WHY = "the publication was retracted"


def marked(*keys: str) -> bytes:
    items = json.loads((DATA / REFERENCES).read_text("utf-8"))
    for item in items:
        if item["id"] in keys:
            item["note"] = f"Retracted publication. {item.get('note', '')}".strip()
    return json.dumps(items, ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def cited(evidence: Evidence) -> tuple[str, ...]:
    """The publications that report Murrough 2013a's response at a day."""
    rows = [r for r in evidence.trials["murrough-2013a"] if r.outcome == "response" and r.hours == 24]
    return tuple({row.citation for row in rows})


@pytest.fixture(scope="module")
def retracted(cited: tuple[str, ...]) -> Evidence:
    return evidence_of({**read_files(DATA), REFERENCES: marked(*cited)})


def test_a_retracted_result_leaves_the_pool_with_its_reason(evidence: Evidence, retracted: Evidence) -> None:
    def answered(held: Evidence, choices: Choices):
        return response.answer_for(apply(held.results, Selection("midazolam").criteria()), choices)

    before = answered(evidence, Choices(time="24h"))
    assert "murrough-2013a" in [entry.trial for entry in before.used]
    # Low confidence may be let in, a retraction may not.
    for choices in (Choices(time="24h"), Choices(time="24h", low_confidence=True)):
        after = answered(retracted, choices)
        assert {e.trial for e in before.used} - {e.trial for e in after.used} == {"murrough-2013a"}
        assert [(e.label, e.excluded) for e in after.left_out if e.trial == "murrough-2013a"] == [
            ("Murrough 2013a", WHY)
        ]
    rows = apply(retracted.results, Selection("midazolam").criteria())
    (line,) = [one for one in missing.missing(after, rows, retracted).lines if one.trial == "murrough-2013a"]
    assert (line.state, line.why) == ("left-out", WHY)


def test_nothing_else_changes_and_the_file_says_so(
    evidence: Evidence, retracted: Evidence, cited: tuple[str, ...]
) -> None:
    assert len(retracted.results) == len(evidence.results)
    assert {r.citation for r in retracted.results if r.is_retracted} == set(cited)
    assert retracted.problems[TRIALS] == evidence.problems[TRIALS]
    new = [found for found in retracted.problems[REFERENCES] if found.code == "retracted"]
    assert [found.column for found in new] == ["note"] * len(cited)
    assert not any(found.is_blocking for found in new)


def test_another_publication_of_the_trial_speaks_in_its_place() -> None:
    fine = counted(12, 30, 6, 30, citation="B2020")
    bad = counted(20, 30, 6, 30, citation="A2020", primary="yes").model_copy(update={"is_retracted": True})
    (only,) = response.answer_for((bad, fine), Choices(time="24h")).used
    assert only.results == (fine,)


def test_no_other_number_counts_it() -> None:
    mark = {"is_retracted": True}
    harm = counted(15, 50, 5, 50, outcome="dissociation").model_copy(update=mark)
    assert harms.harm_of((harm,), "dissociation").difference.pooled is None
    course = result(
        comparator="none", events_intervention=8, n_intervention=10, hours=336, administrations=6, schedule="repeated"
    )
    assert not courses.courses([course]).cohorts[0].excluded
    assert courses.courses([course.model_copy(update=mark)]).cohorts[0].excluded == WHY
    back = result(outcome="time-to-relapse", unit="days", median_intervention=20.0, timing=None).model_copy(update=mark)
    assert duration.follow_ups([back]) == ()
    assert duration.retracted([back]) == "Not shown, because the publication was retracted: Smith 2020."
    stopped = counted(5, 20, 10, 20, design="withdrawal", outcome="relapse", timing=None).model_copy(update=mark)
    entries = duration.withdrawals([stopped])
    assert duration.relapse_counts(entries) is None
    assert WHY in duration.left_out_of_withdrawals(entries)


def test_the_card_says_it_in_red_words_and_so_does_the_web_page(
    data_copy: Path, cited: tuple[str, ...], retracted: Evidence
) -> None:
    (data_copy / REFERENCES).write_bytes(marked(*cited))
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.query_params["trial"] = "murrough-2013a"
    at.switch_page("../../pages/trials.py").run()
    assert not at.exception
    assert any("**:red[Retracted publication.]**" in str(one.value) for one in at.markdown)
    assert entry(retracted.references[cited[0]]).notice == "Retracted publication."
