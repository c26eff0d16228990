from evidence.curation.duplicates import duplicates
from evidence.dataset.evidence import Evidence
from tests.support.builders import counted, difference, result

MURROUGH = {"trial": "murrough-2013a", "label": "Murrough 2013a", "citation": "Murrough2013AJP"}


def test_a_registry_number_under_another_trial(evidence: Evidence) -> None:
    (found,) = duplicates(evidence, [result(registration="NCT00768430", line=9)])
    assert (found.line, found.kind, found.value) == (9, "registration", "NCT00768430")
    assert found.existing == tuple(str(r.line) for r in evidence.trials["murrough-2013a"])
    assert "as the trial murrough-2013a" in found.words


def test_a_trial_that_is_there_is_said_once_and_is_no_fault(evidence: Evidence) -> None:
    rows = [result(**MURROUGH, line=line, outcome="nausea", registration="NCT00768430") for line in (2, 3)]
    (found,) = duplicates(evidence, rows)
    assert (found.kind, found.words) == (
        "trial",
        "Murrough 2013a is already in the data with 14 rows; these rows add to it.",
    )


def test_the_same_counts_of_the_same_outcome(evidence: Evidence) -> None:
    (found,) = duplicates(evidence, [counted(30, 47, 7, 25, line=4)])
    assert (found.kind, found.value, found.existing) == ("numbers", "30/47, 7/25", ("545",))
    assert duplicates(evidence, [counted(30, 47, 7, 25, outcome="nausea")]) == ()
    none = next(r for r in evidence.results if r.events_intervention == r.events_comparator == 0)
    assert none.n_intervention
    assert none.n_comparator
    zeros = counted(0, none.n_intervention, 0, none.n_comparator, outcome=none.outcome)
    assert duplicates(evidence, [zeros]) == ()


def test_the_same_printed_effect(evidence: Evidence) -> None:
    (found,) = duplicates(evidence, [difference(-7.95, -12.71, -3.2, outcome="symptom-endpoint")])
    assert found.existing == ("552",)


def test_a_reference_with_a_known_doi_pmid_or_link(evidence: Evidence) -> None:
    known = next(r for r in evidence.references.values() if r.doi and r.pmid)
    items = [{"id": "A", "DOI": known.doi.upper()}, {"id": "B", "PMID": known.pmid}, {"id": "C", "DOI": "10.9999/x"}]
    items.append({"id": "D", "DOI": "10.9999/X"})  # the same paper from two files
    found = duplicates(evidence, (), items)
    assert [(one.kind, one.existing) for one in found] == [("reference", (known.id,))] * 2 + [("reference", ("C",))]


def test_one_trial_under_two_names_in_one_file(evidence: Evidence) -> None:
    rows = [
        result(trial="a-2030", label="A 2030", registration="NCT09990011", line=2),
        result(trial="b-2030", label="B 2030", registration="NCT09990011", line=3),
        result(trial="mueller-2030", label="Müller 2030", line=4),
        result(trial="muller-2030", label="MULLER (2030)", line=5),
        result(trial="c-2030", label="C 2030", registration="NCT09990012", line=6),
        result(trial="c-2030", label="C 2030", registration="NCT09990012", line=7),
    ]
    found = duplicates(evidence, rows)
    assert [(one.line, one.existing) for one in found] == [(3, ("a-2030",)), (5, ("mueller-2030",))]
    assert "NCT09990011" in found[0].words


def test_the_same_numbers_in_two_new_trials(evidence: Evidence) -> None:
    rows = [counted(11, 43, 5, 41, trial=f"{name}-2030", label=f"{name.upper()} 2030", line=2) for name in ("a", "b")]
    assert [one.kind for one in duplicates(evidence, rows)] == ["numbers"]
