import re
from typing import Any

import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.time_bins import BIN_OF_VALUE, TIME_BINS
from evidence.questions import certainty, duration, findings, onset, overview
from evidence.selection.selection import PRESETS, Selection, apply
from evidence.stats.absolute import number_needed_to_treat
from evidence.synthesis import sentences
from evidence.synthesis import sentences as effect_sentences
from evidence.synthesis.answers import Answer, Model, answer
from evidence.synthesis.describe import describe
from evidence.synthesis.sentences import Sides
from evidence.synthesis.trial_effects import SYMPTOMS, Question
from tests.support.builders import counted, difference, result

DAY, WEEK = BIN_OF_VALUE["24h"], BIN_OF_VALUE["7d"]
RESPONSE = Question(("response",), "RR", DAY)
POINTS = Question(SYMPTOMS, "MD", DAY, "MADRS")
SIDES = Sides("ketamine", "midazolam")


def two(**cells: Any) -> list[Any]:
    return [counted(20, 40, 10, 40, trial="a", **cells), counted(15, 40, 10, 40, trial="b", **cells)]


def test_one_trial_speaks_with_its_own_percentages(evidence: Evidence) -> None:
    # Murrough 2013 prints 64 % against 28 %; RR 30/47 : 7/25 = 2.28, interval by hand in test_comparisons.
    found = answer(evidence.trials["murrough-2013a"], RESPONSE)
    assert str(effect_sentences.headline_of_rates(found, SIDES)) == (
        "At 24 hours 64% responded on ketamine and 28% on midazolam "
        "(risk ratio 2.28, 95% CI 1.17 to 4.43; 1 trial, 72 people)"
    )
    assert effect_sentences.caution(found) == "One trial: its own result, nothing is pooled."
    assert effect_sentences.heterogeneity(found) == ""


MURROUGH = counted(30, 47, 7, 25, trial="a", label="Murrough 2013a")
GRUNEBAUM = counted(2, 7, 1, 9, trial="b", label="Grunebaum 2017")


def test_no_sentence_says_what_an_interval_excludes() -> None:
    for events in (6, 19):
        found = answer([counted(events, 20, 5, 20)], RESPONSE)
        assert str(effect_sentences.headline_of_rates(found, SIDES)).endswith("; 1 trial, 40 people)")


def test_two_trials_begin_with_the_larger_one() -> None:
    # The numbers of the pool are those of test_answers: 2.32 (0.83 to 6.64), 5% below 1.
    found = answer([MURROUGH, GRUNEBAUM], RESPONSE)
    assert str(effect_sentences.headline_of_rates(found, SIDES)) == (
        "At 24 hours Murrough 2013a found that 64 against 28 of 100 responded on ketamine and midazolam; a second, of "
        "16 people, points the same way (29 against 11 of 100 responded); allowing for the usual difference between "
        "trials, risk ratio 2.32, 95% CrI 0.83 to 6.65; 95% probability above 1; 2 trials, 88 people"
    )
    assert effect_sentences.caution(found).startswith("Two trials cannot show how much effects differ between settings")
    assert "another setting" not in effect_sentences.heterogeneity(found)
    assert "Prior: tau² log-normal(−2.12, 1.53²)" in effect_sentences.heterogeneity(found)


def test_one_trial_with_most_of_the_weight_leads_among_several() -> None:
    large = counted(300, 600, 200, 600, trial="l", label="Large 2020")
    opposite = counted(1, 9, 3, 9, trial="o", label="Opposite 2018")
    found = answer([large, GRUNEBAUM, opposite], RESPONSE)
    assert str(effect_sentences.headline_of_rates(found, SIDES)).startswith(
        "At 24 hours Large 2020 found that 50 against 33 of 100 responded on ketamine and midazolam; of 2 others, of "
        "34 people, 1 points the same way; allowing for"
    )
    assert effect_sentences.leading(answer([MURROUGH, counted(25, 45, 10, 44, trial="c"), GRUNEBAUM], RESPONSE)) is None


def test_scores_of_two_trials_begin_with_the_more_precise_one() -> None:
    one = difference(-8, -12, -4, trial="a", label="A 2001", n_intervention=30, n_comparator=30)
    other = difference(2, -9, 13, trial="b", label="B 2002", n_intervention=10, n_comparator=10)
    text = str(effect_sentences.headline_of_scores(answer([one, other], POINTS), SIDES))
    assert text.startswith(
        "At 24 hours A 2001 found scores 8.0 MADRS points lower (−12.0 to −4.0) with ketamine than with midazolam; a "
        "second, of 20 people, does not point the same way (scores 2.0 MADRS points higher (−9.0 to 13.0)); allowing"
    )


def test_several_trials_give_every_number_of_a_hundred_its_interval() -> None:
    found = answer([*two(), counted(10, 30, 9, 30, trial="c")], RESPONSE)
    assert found.pooled is not None
    of_hundred = effect_sentences.absolute(found)
    assert of_hundred is not None
    estimate, low, high = of_hundred.events_of_100
    text = str(effect_sentences.headline_of_rates(found, SIDES))
    assert f"about {estimate:.0f} ({low:.0f} to {high:.0f}) of 100 people responded on ketamine where 26 did" in text
    assert "probability above 1; 3 trials, 220 people" in text


def test_prediction_is_of_the_true_effect_and_from_five_trials_on() -> None:
    rows = [counted(18 + i, 40, 10, 40, trial=f"t{i}", line=i + 2) for i in range(5)]
    four, five = answer(rows[:4], RESPONSE), answer(rows, RESPONSE)
    assert "on 3 degrees of freedom" in effect_sentences.heterogeneity(four)
    assert "another setting" not in effect_sentences.heterogeneity(four)
    assert "The true effect in another setting like these may lie anywhere from" in effect_sentences.heterogeneity(five)
    assert "tau of" in effect_sentences.heterogeneity(five)
    assert effect_sentences.caution(five) == ""
    assert effect_sentences.caution(answer(rows[:3], RESPONSE, Model("REML"))) == (
        "Three trials: how much effects differ between settings cannot be estimated."
    )


def test_no_trial_is_said_plainly() -> None:
    found = answer([], RESPONSE)
    said = "No controlled trial in this selection has a result in these data for response at 12 to 36 hours"
    assert str(effect_sentences.headline_of_rates(found, SIDES)) == said
    assert "nothing to pool" in effect_sentences.in_one_line(found)
    assert effect_sentences.absolute(found) is None
    assert effect_sentences.caution(found) == effect_sentences.heterogeneity(found) == ""


def test_trials_without_numbers_are_named_with_every_reason() -> None:
    silent = [
        result(trial=name, label=f"{name} 2020", percent_intervention=50, percent_comparator=20) for name in "abcd"
    ]
    last = counted(9, 20, 3, 20, trial="e", label="e 2020", anchor="last-dose")
    said = str(effect_sentences.headline_of_rates(answer([*silent, last], RESPONSE), SIDES))
    assert "a 2020, b 2020 and c 2020 and 2 more" in said
    assert "only percentages reported, no numbers of people and time counted from the last dose" in said
    assert effect_sentences.not_pooled(answer([*silent, last], RESPONSE)) == [
        "Not pooled (only percentages reported, no numbers of people): a 2020, b 2020, c 2020 and d 2020.",
        "Not pooled (time counted from the last dose): e 2020.",
    ]


def test_scores_are_lower_or_higher_with_a_true_minus() -> None:
    lower = answer([difference(-7.95, -12.7, -3.2)], POINTS)
    assert str(effect_sentences.headline_of_scores(lower, SIDES)) == (
        "At 24 hours symptom scores were 8.0 MADRS points lower with ketamine than with midazolam "
        "(difference −8.0, 95% CI −12.7 to −3.2; 1 trial, number of people not reported)"
    )
    higher = str(effect_sentences.headline_of_scores(answer([difference(1.5, -1, 4)], POINTS), SIDES))
    assert "1.5 MADRS points higher with ketamine" in higher
    assert str(effect_sentences.headline_of_scores(answer([], POINTS), SIDES)).startswith(
        "No controlled trial in this selection"
    )


def test_standardised_scores_are_in_standard_deviations() -> None:
    found = answer([difference(-4, -7, -1, n_intervention=50, n_comparator=50)], Question(SYMPTOMS, "SMD", DAY))
    assert "0.53 standard deviations lower" in str(effect_sentences.headline_of_scores(found, SIDES))


def test_times_that_differ_are_named() -> None:
    rows = [counted(20, 40, 10, 40, trial="a", hours=12), counted(15, 40, 10, 40, trial="b", hours=36)]
    assert effect_sentences.when(answer(rows, RESPONSE)) == (
        "Between 12 hours and 36 hours (trials measured at different times)"
    )


@pytest.mark.parametrize(
    ("outcome", "measure", "below", "above"),
    [
        ("response", "RR", "favours midazolam", "favours ketamine"),
        ("remission", "RD", "favours midazolam", "favours ketamine"),
        ("relapse", "HR", "favours ketamine", "favours midazolam"),
        ("symptom-change", "MD", "favours ketamine", "favours midazolam"),
        ("dissociation", "RR", "favours ketamine", "favours midazolam"),
    ],
)
def test_what_is_favoured_follows_from_the_outcome(outcome: str, measure: str, below: str, above: str) -> None:
    assert effect_sentences.favours(Question((outcome,), measure, None), SIDES) == (below, above)


def test_a_harm_has_a_number_needed_to_harm_and_a_benefit_one_to_treat() -> None:
    rows, harmful = two()[:1], two(outcome="dissociation")[:1]
    good, bad = answer(rows, RESPONSE), answer(harmful, Question(("dissociation",), "RR", DAY))
    helped, harmed = effect_sentences.absolute(good, 0.25), effect_sentences.absolute(bad, 0.25)
    assert helped is not None
    assert harmed is not None
    assert str(helped.number_needed).startswith("NNTB")
    assert str(harmed.number_needed).startswith("NNTH")
    assert helped.risk == harmed.risk


@pytest.mark.parametrize(
    ("rows", "sides"),
    [
        ([], ("the drug", "the comparator")),
        ([result(comparator="none")], ("the drug", "the comparator")),
        ([result(comparator="ECT")], ("ketamine", "ECT")),
        ([result(), result(comparator="saline"), result(comparator="placebo")], ("ketamine", "placebo of any kind")),
        ([result(), result(comparator="saline"), result(comparator="ECT")], ("ketamine", "the comparator")),
        ([result(intervention="esketamine", comparator="ketamine")], ("esketamine", "racemic ketamine")),
        ([result(), result(intervention="esketamine")], ("ketamine or esketamine", "midazolam")),
        (
            [result(), result(intervention="esketamine"), result(intervention="arketamine")],
            ("any form of ketamine", "midazolam"),
        ),
    ],
)
def test_sides_are_called_by_what_is_true_of_every_result(rows: list[Any], sides: tuple[str, str]) -> None:
    assert effect_sentences.sides_of(rows) == sides


def test_a_line_for_the_ear_gives_time_effect_and_interval() -> None:
    line = effect_sentences.in_one_line(answer([difference(-8, -12, -4, n_randomised=60)], POINTS))
    assert line.startswith("At 24 hours: mean difference −8.0 MADRS points, 95% CI −12.0 to −4.0; 1 trial")


def sentences_of(found: Answer) -> list[str]:
    sides = effect_sentences.sides_of(entry.first for entry in found.used)
    headline = (
        effect_sentences.headline_of_scores
        if found.question.measure in ("MD", "SMD")
        else effect_sentences.headline_of_rates
    )
    texts = [str(headline(found, sides)), effect_sentences.caution(found), effect_sentences.heterogeneity(found)]
    return [
        *texts,
        effect_sentences.in_one_line(found),
        effect_sentences.effect_in_words(found),
        *effect_sentences.not_pooled(found),
    ]


def test_no_sentence_says_significant_or_shows_a_hyphen_for_a_minus(evidence: Evidence) -> None:
    texts: list[str] = []
    for preset in PRESETS:
        chosen = Selection(preset)
        rows = apply(evidence.results, chosen.criteria())
        for measure in ("RR", "RD", "MD", "SMD"):
            outcomes = SYMPTOMS if measure in ("MD", "SMD") else ("response",)
            instrument = "MADRS" if measure == "MD" else None
            for time_bin in (*TIME_BINS, None):
                texts += sentences_of(answer(rows, Question(outcomes, measure, time_bin, instrument)))
        course = onset.course(rows, "MD")
        texts += [str(findings.finding_of_onset(course.answers)), str(findings.finding_of_duration(course.answers))]
        texts += overview.not_known(rows, frozenset())
        tiles = (
            overview.onset_tile(rows, evidence.reviews),
            overview.response_tile(rows, evidence.reviews),
            overview.duration_tile(evidence.results, chosen),
            overview.harms_tile(evidence.results, chosen, evidence.reviews),
        )
        texts += [text for tile in tiles for text in (tile.words, tile.unit, tile.interval, tile.behind)]
    entries = duration.withdrawals(evidence.results)
    texts += [str(duration.headline_of_withdrawals(entries))]
    texts += [str(duration.headline_of_courses(duration.follow_ups(evidence.results)))]
    texts += [certainty.in_words(review) for review in evidence.reviews]
    texts += [describe(row) for row in evidence.results]
    assert len(texts) > 1000
    for text in texts:
        assert "significant" not in text.lower()
        assert not re.search(r"(?<![\w.])-\d", text), text
        assert not re.search(r"\b(nan|inf)\b| None\b", text), text


PEOPLE_SIDES = Sides("ketamine", "midazolam")


def test_of_100_people_with_interval_and_number_needed():
    # 20 of 100 with a risk ratio of 2 (1.5 to 3): 40 (30 to 60); NNT 1/0.2 = 5, 1/0.4 = 2.5 -> 3, 1/0.1 = 10
    found = number_needed_to_treat("RR", 2.0, 1.5, 3.0, 0.2)
    assert sentences.in_people(found, PEOPLE_SIDES, "responded") == (
        "Of 100 people, 20 responded on midazolam and 40 (30 to 60) on ketamine: 20 more. "
        "Treat 5 people for one more (3 to 10)."
    )


def test_fewer_people_and_an_interval_cut_at_100_are_said():
    fewer = sentences.in_people(number_needed_to_treat("RR", 0.5, 0.25, 0.75, 0.4), PEOPLE_SIDES, "responded")
    assert "20 (10 to 30) on ketamine: 20 fewer" in fewer
    cut = sentences.in_people(number_needed_to_treat("RR", 2.0, 1.0, 9.0, 0.4), PEOPLE_SIDES, "responded")
    assert cut.endswith("The interval is cut at 100 of 100.")


def test_the_observed_range_names_its_trials():
    rows = [counted(9, 20, c, 20, trial=f"t{c}", label=label) for c, label in ((2, "Low 2001"), (8, "High 2002"))]
    both = answer(rows, Question(("response",), "RR", None))
    assert sentences.observed_rates(both) == "Observed: 10% (Low 2001) to 40% (High 2002); over all people 25%."
    assert sentences.observed_rates(answer(rows[:1], both.question)) == "Observed in Low 2001: 10%."
    assert sentences.observed_rates(answer([], both.question)) == "No comparator rate is observed in these trials."


def test_a_finding_has_a_headline_without_brackets_and_its_numbers_apart() -> None:
    early, late = counted(30, 60, 10, 60), counted(30, 60, 12, 60, hours=36, trial="b-2021", label="B 2021")
    third = counted(28, 60, 11, 60, trial="c-2022", label="C 2022")
    found = effect_sentences.headline_of_rates(answer([early, late, third], RESPONSE), SIDES)
    assert "(" not in found.headline
    assert found.headline.startswith("Between 24 hours and 36 hours about ")
    assert re.search(r"\(trials measured at different times\) about \d+ \(\d+ to \d+\) of 100", str(found))
    assert found.numbers.startswith("risk ratio")
    two = effect_sentences.headline_of_rates(answer([early, third], RESPONSE), SIDES)
    assert "(" not in two.headline
    assert two.caveat.startswith("a second, of 120 people, points the same way")
