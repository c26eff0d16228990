import csv
from dataclasses import replace
from datetime import date

import pytest

from evidence.dataset import evidence as dataset
from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Rating
from evidence.questions import certainty_draft, harms
from evidence.questions.missing import missing
from evidence.questions.onset import course
from evidence.questions.response import Choices, answer_for
from evidence.report.sections import section
from evidence.report.view import View, tell
from evidence.selection.selection import Selection, apply
from evidence.stats.proportions import people_for_points, people_needed

GIVEN = {
    **dict.fromkeys(certainty_draft.DOMAINS, "none"),
    "imprecision": "very serious",
    "certainty": "low",
    "reasons": "Three small trials.",
    "rater": "A. Reader",
    "rated_on": "2026-11-27",
}


def test_people_needed_are_those_of_r() -> None:
    # R: power.prop.test(p1, p2, power = 0.9)$n is 304.384 and 419.5985 in each arm.
    assert people_needed(0.24, 0.36) == 2 * 305
    assert people_needed(0.19, 0.285) == 2 * 420


def test_people_for_points_are_those_of_the_normal_formula() -> None:
    # R: n <- ceiling(2 * ((qnorm(0.975) + qnorm(0.9)) * 10 / 3)^2) is 234; with 9.4 and 1.6 it is 726.
    assert people_for_points(3.0, 10.0) == 2 * 234
    assert people_for_points(1.6, 9.4) == 2 * 726


def test_imprecision_of_points_is_beside_the_smallest_difference_that_matters(evidence: Evidence) -> None:
    rows = apply(evidence.results, Selection("placebo").criteria())
    (pool,) = (item for item in course(rows, "MD").answers if item.question.bin and item.question.bin.value == "24h")
    assert pool.pooled is not None
    words = {d.column: d.words for d in certainty_draft.draft(pool, evidence, missing(pool, rows, evidence))}
    assert 1.9 < -pool.pooled.ci_high < 3 < 9 < -pool.pooled.ci_low
    assert "interval lies beyond 1.6 to 1.9 (Duru 2008) and overlaps 3 to 9 (Hengartner 2021" in words["imprecision"]
    assert "people would show 3 points." in words["imprecision"]


def test_a_pool_of_one_effect_has_no_spread_of_zero(evidence: Evidence) -> None:
    rows = apply(evidence.results, Selection("esketamine").criteria())
    pool = harms.harm_of(rows, "dissociation").difference
    words = {d.column: d.words for d in certainty_draft.draft(pool, evidence, missing(pool, rows, evidence))}
    # Mantel and Haenszel's risk difference is one effect, beside an I² of 86%.
    assert "takes one effect for all trials and estimates no tau; I² 86%, Q 50" in words["inconsistency"]


def test_ratings_are_of_points_over_all_trials_and_of_what_is_counted_to_its_end(evidence: Evidence) -> None:
    rows, chosen = apply(evidence.results, Selection("placebo").criteria()), Selection("placebo")
    points, spread = (course(rows, measure).answers[1] for measure in ("MD", "SMD"))
    assert certainty_draft.asked(chosen, points) == ("placebo", "symptom-change", "24h")
    assert certainty_draft.asked(chosen, spread) is None
    assert certainty_draft.asked(Selection("placebo", dose=(0.5, 0.5)), points) is None
    harm = harms.harm_of(rows, "dissociation").difference
    assert certainty_draft.asked(chosen, harm) == ("placebo", "dissociation", certainty_draft.ALL_TIME)
    rating = Rating(
        **dict(zip(Rating.columns(), certainty_draft.row(("placebo", "dissociation", "all"), GIVEN, "x"), strict=True))
    )
    (line,) = certainty_draft.rated((rating,), chosen, [("24 h", points), ("Dissociation", harm)], "x")
    assert line.startswith("Dissociation: low certainty, rated by A. Reader on 2026-11-27, not by a published review")


def test_the_five_domains_are_numbers_of_the_pool_and_no_verdict(evidence: Evidence) -> None:
    rows = apply(evidence.results, Selection("midazolam").criteria())
    answer = answer_for(rows, Choices())
    domains = {d.column: d.words for d in certainty_draft.draft(answer, evidence, missing(answer, rows, evidence))}
    assert list(domains) == list(certainty_draft.DOMAINS)
    assert "not judged" in domains["risk_of_bias"]
    assert domains["inconsistency"].startswith(
        "In 3 of 3 trials the effect is in the same direction as in the pool. Between trials effects differ"
    )
    assert "Compared with midazolam" in domains["indirectness"]
    # 14 of 74 on midazolam: 19 of 100, and half as many again.
    assert (
        f"To show 28 against 19 of 100 with 90% power, {people_needed(14 / 74, 21 / 74)} people"
        in domains["imprecision"]
    )
    assert domains["missing_evidence"].startswith("3 of 10 trials that meet the selection pooled")
    text = " ".join(domains.values())
    assert not any(word in text for word in ("serious concern", "downgrade", "low certainty"))
    assert certainty_draft.draft(answer_for((), Choices()), evidence, missing(answer, rows, evidence)) == ()


def test_a_rating_belongs_to_a_question_as_everybody_sees_it(evidence: Evidence) -> None:
    rows = apply(evidence.results, Selection("midazolam").criteria())
    answer = answer_for(rows, Choices())
    assert certainty_draft.asked(Selection("midazolam"), answer) == ("midazolam", "response", "24h")
    assert certainty_draft.asked(Selection("midazolam", {"population": ("TRD",)}), answer) is None
    assert certainty_draft.asked(Selection("midazolam"), answer_for(rows, Choices(without=("murrough-2013a",)))) is None
    assert certainty_draft.asked(Selection("midazolam"), answer_for(rows, Choices(time="nearest"))) is None


def test_the_latest_rating_is_said_with_name_day_reasons_and_the_data_it_was_of() -> None:
    about = ("midazolam", "response", "24h")
    older = Rating(**dict(zip(Rating.columns(), certainty_draft.row(about, GIVEN, "old"), strict=True)))
    newer = older.model_copy(update={"rated_on": "2026-12-01", "certainty": "very low", "data": "new"})
    elsewhere = older.model_copy(update={"time": "7d", "rated_on": "2027-01-01"})
    found = certainty_draft.rating_of([newer, older, elsewhere], about)
    assert found == newer
    words = certainty_draft.in_words(newer, "new")
    assert words.startswith("Very low certainty, rated by A. Reader on 2026-12-01, not by a published review")
    assert "(imprecision: very serious concern). Three small trials." in words
    assert "other data, version old" in certainty_draft.in_words(older, "new")
    assert certainty_draft.rating_of([elsewhere], about) is None


@pytest.mark.parametrize("word", ["none", "perhaps"])
def test_a_row_of_the_file_is_checked(word: str, tmp_path) -> None:
    cells = certainty_draft.row(("midazolam", "response", "24h"), {**GIVEN, "indirectness": word}, "1b3b9c15")
    for name, data in dataset.read_files(dataset.DATA).items():
        if isinstance(data, bytes):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(data)
    with (tmp_path / dataset.RATINGS).open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(cells)
    read = dataset.evidence_of(dataset.read_files(tmp_path))
    assert len(read.ratings) == (word == "none")
    assert any(p.code == "unknown-term" for p in read.problems[dataset.RATINGS]) == (word != "none")


def test_exports_say_a_rating_beside_response(evidence: Evidence) -> None:
    about = ("midazolam", "response", "24h")
    one = Rating(**dict(zip(Rating.columns(), certainty_draft.row(about, GIVEN, evidence.short), strict=True)))
    rated = replace(evidence, ratings=(one,))
    for preset, is_there in (("midazolam", True), ("placebo", False)):
        composed = section(tell(View(rated, Selection(preset), date(2026, 11, 27))), "response")
        assert composed is not None
        assert any("rated by A. Reader on 2026-11-27" in line for line in composed.notes) is is_there
