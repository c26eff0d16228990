from evidence.stats.absolute import number_needed_to_treat
from evidence.synthesis import sentences
from evidence.synthesis.answers import answer
from evidence.synthesis.sentences import Sides
from evidence.synthesis.trial_effects import Question
from tests.support.builders import counted

SIDES = Sides("ketamine", "midazolam")


def test_of_100_people_with_interval_and_number_needed():
    # 20 of 100 with a risk ratio of 2 (1.5 to 3): 40 (30 to 60); NNT 1/0.2 = 5, 1/0.4 = 2.5 -> 3, 1/0.1 = 10
    found = number_needed_to_treat("RR", 2.0, 1.5, 3.0, 0.2)
    assert sentences.in_people(found, SIDES, "responded") == (
        "Of 100 people, 20 responded on midazolam and 40 (30 to 60) on ketamine: 20 more. "
        "Number needed to treat: NNTB 5 (3 to 10)."
    )


def test_fewer_people_and_an_interval_cut_at_100_are_said():
    fewer = sentences.in_people(number_needed_to_treat("RR", 0.5, 0.25, 0.75, 0.4), SIDES, "responded")
    assert "20 (10 to 30) on ketamine: 20 fewer" in fewer
    cut = sentences.in_people(number_needed_to_treat("RR", 2.0, 1.0, 9.0, 0.4), SIDES, "responded")
    assert cut.endswith("The interval is cut at 100 of 100.")


def test_the_observed_range_names_its_trials():
    rows = [counted(9, 20, c, 20, trial=f"t{c}", label=label) for c, label in ((2, "Low 2001"), (8, "High 2002"))]
    both = answer(rows, Question(("response",), "RR", None))
    assert sentences.observed_rates(both) == "Observed: 10% (Low 2001) to 40% (High 2002); over all people 25%."
    assert sentences.observed_rates(answer(rows[:1], both.question)) == "Observed in Low 2001: 10%."
    assert sentences.observed_rates(answer([], both.question)) == "No comparator rate is observed in these trials."
