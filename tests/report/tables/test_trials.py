import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.time_bins import in_words
from evidence.report.tables import trials as trial_tables
from evidence.selection.selection import trials_of
from tests.support.builders import counted, result


@pytest.mark.parametrize(
    ("words", "trial"),
    [
        ("Murrough 2013a", "murrough-2013a"),
        ("MURROUGH antidepressant", "murrough-2013a"),  # a name and a word of the title
        ("iosifescu", "murrough-2013a"),  # an author who gives no trial its name
        ("NCT00768430", "murrough-2013a"),
        ("transform", "popova-2019"),
    ],
)
def test_a_trial_is_found_by_name_number_author_or_title(evidence: Evidence, words: str, trial: str) -> None:
    assert trial in trial_tables.matching(evidence.trials, evidence.references, words)


def test_every_word_must_occur_and_no_word_finds_all(evidence: Evidence) -> None:
    assert trial_tables.matching(evidence.trials, evidence.references, "  ") == dict(evidence.trials)
    assert trial_tables.matching(evidence.trials, evidence.references, "murrough nowhere") == {}
    both = trial_tables.matching(evidence.trials, evidence.references, "murrough 2013a")
    one = trial_tables.matching(evidence.trials, evidence.references, "murrough")
    assert set(both) < set(one)


def test_a_search_reads_regular_expressions_as_text(evidence: Evidence) -> None:
    assert trial_tables.matching(evidence.trials, evidence.references, ".*") == {}
    assert trial_tables.matching(evidence.trials, evidence.references, "(") != dict(evidence.trials)


def test_each_comparison_of_a_trial_is_named_once() -> None:
    rows = [
        result(),
        result(hours=72),
        result(dose=None, dose_unit=None, dose_note="28 to 84 mg flexible", route="intranasal", comparator="ECT"),
        result(dose=None, dose_unit=None, comparator="none"),
    ]
    assert trial_tables.arms_of(rows) == [
        "ketamine 0.5 mg/kg intravenous against midazolam",
        "ketamine 28 to 84 mg flexible intranasal against ECT",
        "ketamine intravenous",
    ]


def test_one_row_a_trial(evidence: Evidence) -> None:
    frame = trial_tables.trial_frame(evidence.trials, {"Murrough2013AJP": "https://doi.org/10.1/x"})
    assert len(frame) == len(evidence.trials)
    assert int(frame["Results"].sum()) == len(evidence.results)
    murrough = frame[frame["Trial"] == "Murrough 2013a"].iloc[0]
    assert (murrough["People"], murrough["Against"], murrough["Design"]) == (73, "Midazolam", "parallel")
    assert murrough["Registration"] == "NCT00768430"
    assert "uncontrolled" in set(frame["Against"])
    dwyer = frame[frame["Trial"] == "Dwyer 2021"].iloc[0]
    assert dwyer["Who"].endswith(", adolescents")
    latest = max(row.hours for row in evidence.trials["murrough-2013a"])
    assert (murrough["Latest result"], murrough["Bias judged"]) == (in_words(latest), "no")


def test_a_trial_with_several_drugs_and_comparators_names_them_all() -> None:
    rows = trials_of([result(), result(intervention="esketamine", comparator="none"), result(comparator="saline")])
    (row,) = trial_tables.trial_frame(rows, {}).to_dict("records")
    assert (row["Drug"], row["Against"]) == ("Ketamine, Esketamine", "Midazolam, Saline")


def test_every_result_of_a_trial_with_where_it_stands() -> None:
    rows = [
        counted(30, 47, 7, 25, primary="yes", line=7, note="as treated"),
        result(comparator="none", anchor="last-dose", hours=672, line=8),
    ]
    first, second = trial_tables.results_frame(rows, {}).to_dict("records")
    assert first["Numbers"] == "ketamine 30 of 47 (64%); midazolam 7 of 25 (28%)"
    assert (first["Time"], first["Analysis"], first["Line"]) == ("24 h after first dose", "main, primary", 7)
    assert (first["Where"], first["Note"]) == ("Table 2", "as treated")
    assert second["Numbers"] == "not reported"
    assert (second["Time"], second["Against"]) == ("28 d after last dose", "uncontrolled")


def test_every_judgement_stands_in_its_own_row_with_a_mark_and_a_word(evidence: Evidence) -> None:
    frame = trial_tables.judgement_frame(evidence.judgements)
    assert len(frame) == len(evidence.judgements)
    marks = {
        judged.judgement: row.split()[0] for judged, row in zip(evidence.judgements, frame["Judgement"], strict=True)
    }
    assert len(set(marks.values())) == len(marks)  # never told by colour alone
    assert all(len(row.split()) > 1 for row in frame["Judgement"])
