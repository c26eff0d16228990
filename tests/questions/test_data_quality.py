import pytest

from evidence.dataset.evidence import TRIALS
from evidence.dataset.problems import problem
from evidence.dataset.references import Reference
from evidence.questions import data_quality
from tests.support.builders import counted, difference, result


def murrough(**cells):
    """Murrough 2013a at 24 hours: 30/47 on ketamine, 7/25 on midazolam; the paper prints an odds ratio of 2.18."""
    usual = {"line": 345, "label": "Murrough 2013a", "effect_measure": "OR", "effect": 2.18}
    return counted(30, 47, 7, 25, **(usual | cells))


def test_murrough_prints_2_18_where_the_counts_give_4_54():
    (one,) = data_quality.recomputed([murrough()])
    assert one.recomputed == pytest.approx((30 * 18) / (7 * 17))  # 540 / 119
    assert round(one.recomputed, 2) == 4.54
    assert not one.agrees
    assert one.sentence == "reported OR 2.18, counts give 4.54"
    assert dict(data_quality.discrepancies([murrough()])) == {345: "reported OR 2.18, counts give 4.54"}


@pytest.mark.parametrize(
    ("measure", "printed", "agrees"),
    [
        ("OR", 4.5, True),
        ("OR", 4.2, False),
        ("RR", 2.28, True),  # (30/47) / (7/25) = 2.280
        ("RR", 1.9, False),
        ("RD", 0.36, True),  # 30/47 − 7/25 = 0.358
        ("RD", 0.30, False),
    ],
)
def test_counts_decide_by_the_tolerances_of_validation(measure, printed, agrees):
    (one,) = data_quality.recomputed([murrough(effect_measure=measure, effect=printed)])
    assert one.agrees is agrees
    assert one.origin == "counts"


def scores(printed, measure="MD", **cells):
    arms = {"mean_intervention": -16.5, "sd_intervention": 10.0, "n_intervention": 30}
    arms |= {"mean_comparator": -10.5, "sd_comparator": 10.0, "n_comparator": 30}
    return difference(printed, printed - 1, printed + 1, effect_measure=measure, **(arms | cells))


def test_means_are_compared_to_rounding():
    assert data_quality.recomputed([scores(-6.1)])[0].agrees
    (apart,) = data_quality.recomputed([scores(-4.0)])
    assert apart.sentence == "reported MD −4, means give −6"
    # d = −0.6, J = 1 − 3/(4·58 − 1) = 0.987
    assert data_quality.recomputed([scores(-0.59, "SMD")])[0].recomputed == pytest.approx(-0.6 * (1 - 3 / 231))


def test_what_cannot_be_recomputed_is_not_listed():
    assert data_quality.recomputed([murrough(effect=None), difference(-4.0, -6.0, -2.0)]) == ()
    assert data_quality.recomputed([scores(-0.6, "SMD", sd_comparator=None)]) == ()


def test_disagreements_come_first():
    rows = [murrough(line=2, effect=4.5), murrough(line=3), murrough(line=4, effect=4.6), murrough(line=5, effect=9)]
    assert [one.result.line for one in data_quality.recomputed(rows)] == [3, 5, 2, 4]
    words = data_quality.recomputed_in_words(data_quality.recomputed(rows))
    assert words.startswith("4 reported effects could be recomputed from the same row; 2 differ")
    assert "2 from counts" in words
    assert data_quality.recomputed_in_words(data_quality.recomputed(rows[:1])).endswith("all agree.")
    assert data_quality.recomputed_in_words(()) == "No reported effect can be recomputed from its own row."


def test_the_shipped_data_hold_the_known_discrepancy(evidence):
    lines = {r.line for r in evidence.results if r.label == "Murrough 2013a"}
    apart = data_quality.discrepancies(evidence.results)
    assert [words for line, words in apart.items() if line in lines] == ["reported OR 2.18, counts give 4.54"]


def test_every_ratio_that_validation_notes_is_a_discrepancy(evidence):
    noted = {one.line for one in evidence.problems[TRIALS] if one.code == "ratio-disagrees"}
    counts = {o.result.line for o in data_quality.recomputed(evidence.results) if o.origin == "counts" and not o.agrees}
    assert counts == noted


def test_findings_stand_in_groups_with_blocking_ones_first():
    problems = {
        "trials.csv": (problem("large-effect", 3, "effect", 2.5), problem("blank-required", 4, "outcome")),
        "reviews.csv": (problem("blank-required", 2, "outcome"),),
    }
    groups = data_quality.problem_groups(problems)
    assert [(group.kind.code, len(group.problems)) for group in groups] == [("blank-required", 2), ("large-effect", 1)]
    assert groups[0].title == "Blocking · Blank cell · 2"
    assert data_quality.advice(groups[0]) == "Fill in outcome."
    assert data_quality.problem_groups({}) == ()


def test_nothing_is_lost_in_the_groups_and_the_download(evidence):
    total = sum(len(found) for found in evidence.problems.values())
    groups = data_quality.problem_groups(evidence.problems)
    assert sum(len(group.problems) for group in groups) == total
    frame = data_quality.problems_frame(evidence.problems)
    assert len(frame) == total
    assert list(frame) == ["file", "line", "column", "code", "severity", "value", "message", "fix"]
    assert list(data_quality.problems_frame({})) == list(frame)
    for group in groups:
        rows = data_quality.group_frame(group, evidence)
        if group.kind.code == data_quality.SHARED:
            assert rows["Results"].sum() == len(group.problems)
            assert rows["Trial"].is_unique
        else:
            assert len(rows) == len(group.problems)


def test_a_finding_leads_to_its_trial_where_the_row_is_known(evidence):
    groups = {
        group.kind.code: data_quality.group_frame(group, evidence)
        for group in data_quality.problem_groups(evidence.problems)
    }
    (row,) = groups["ratio-disagrees"].to_dict("records")
    assert row["Trial"] == "Murrough 2013a"
    assert row["Open"] == "trials?preset=Everything&trial=murrough-2013a"
    assert not {"Trial", "Open", "Fix"} & set(groups["unused-citation"])


def test_rows_by_source_and_confidence_add_up(evidence):
    frame = data_quality.provenance_frame(evidence.results).set_index("Source")
    assert frame.loc["All", "All"] == len(evidence.results)
    assert (frame.drop(columns="All").sum(axis=1) == frame["All"]).all()
    assert (frame.drop(index="All").sum() == frame.loc["All"]).all()
    assert frame.loc["Full text", "Low"] == 0


def test_low_confidence_and_open_notes_are_still_to_be_checked():
    sure = result(line=2, note="Checked twice.")
    low = result(line=3, confidence="low")
    noted = result(line=4, confidence="medium", note="To be checked again against the source.")
    assert data_quality.to_be_checked([sure, low, noted]) == (low, noted)
    assert list(data_quality.to_be_checked_frame([low, noted])["Line"]) == [3, 4]


def test_a_reference_lacks_what_its_kind_should_have():
    page = Reference("A1", type="webpage", title="T", date=(2020,), url="https://example.org")
    assert data_quality.missing_fields(page) == ("author",)
    article = Reference("A2", type="article-journal", title="T", pmid="1")
    assert data_quality.missing_fields(article) == ("author", "issued", "container-title", "volume", "page")


def test_missing_fields_of_the_shipped_references(evidence):
    frame = data_quality.references_frame(evidence)
    assert frame["Missing"].str.len().min() > 0
    assert frame["Results"].is_monotonic_decreasing


def test_a_trial_with_one_registered_row_is_registered():
    one, other = result(trial="a"), result(trial="b", registration="NCT00768430")
    trials = {"a": (one,), "b": (result(trial="b"), other)}
    assert data_quality.unregistered(trials) == (one,)
    (row,) = data_quality.unregistered_frame(trials).to_dict("records")
    assert (row["Trial"], row["People"], row["Results"]) == ("Smith 2020", "60", 1)
