import math
import re

import pyphen
import pytest
from streamlit.testing.v1 import AppTest

from evidence.questions import duration, response, time_curve
from evidence.report import plain_language
from evidence.report.plain_language import UNRATED, event, is_answer, plain, surety, time, treatment
from evidence.selection.selection import PRESETS, Selection, apply, headcount
from evidence.synthesis import sentences as effect_sentences
from tests.support.paths import APP, ROOT

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
ANSWERS = [page for page in PAGES if is_answer(page)]
# Terms of statistics and of trials that a reader of twelve does not know.
FORBIDDEN = re.compile(
    r"\b(?:confidence|interval|risk|ratio|odds|hazard|heterogen\w*|p-?values?|pool\w*|randomi\w*|meta-?analy\w*|placebo|"
    r"respon\w*|remission|baseline|efficacy|adverse|dissociat\w*|comparator|arm|significan\w*|statistic\w*|median|mean "
    r"difference|MADRS|SMD|RR|CI|NNT|bias|blind\w*|cohort|percent|standard deviation|estimate\w*|cent|trials?)\b|%",
    re.IGNORECASE,
)
SYLLABLES = pyphen.Pyphen(lang="en_GB")


def syllables(word: str) -> int:
    """Pyphen finds where a word may be cut, which is less often than between all syllables: count vowels, too."""
    if word[0].isdigit():
        return 1
    spoken = len(re.findall(r"[aeiouy]+", word.lower())) - (word.lower().endswith("e") and not word.endswith("le"))
    return max(len(SYLLABLES.positions(word)) + 1, spoken, 1)


def grade(text: str) -> float:
    """The school year that Flesch and Kincaid's formula gives a text (1975)."""
    sentences = [part for part in re.split(r"[.!?](?:\s|$)", text) if part.strip()]
    words = re.findall(r"[A-Za-z0-9’'-]+", text)
    per_sentence, per_word = len(words) / len(sentences), sum(map(syllables, words)) / len(words)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59


def text_of(page, evidence, preset):
    told = plain(page, evidence, Selection(preset))
    return " ".join((told.question, told.answer, *told.more))


def test_the_grade_is_that_of_known_texts():
    assert grade("The cat sat on the mat. It was a warm day.") < 2
    assert grade("Pharmacological heterogeneity complicates the interpretation of randomised comparisons.") > 14


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_read_at_twelve_without_terms_of_statistics(page, evidence):
    texts = [text_of(page, evidence, preset) for preset in PRESETS]
    assert sum(map(grade, texts)) / len(texts) <= 6
    for text in texts:
        assert grade(text) <= 7, text
        assert not FORBIDDEN.search(text), FORBIDDEN.search(text)
        assert not re.search(r"\bnan\b|None|inf\b|\b0 (?:studies|points)|\b1 (?:studies|points|people)\b|  |\.\.", text)


@pytest.mark.parametrize("preset", PRESETS)
def test_numbers_of_100_are_those_of_the_pages(preset, evidence):
    rows = apply(evidence.results, Selection(preset).criteria())
    found = response.answer_for(rows, response.Choices())
    of_hundred = effect_sentences.absolute(found)
    drug, low, high = of_hundred.events_of_100
    told = plain("response", evidence, Selection(preset))
    lines = " ".join((told.answer, *told.more))
    assert f"about {drug:.0f} of 100" in lines
    assert f"about {100 * of_hundred.comparator_rate:.0f} of 100" in lines
    assert any(f"between {low:.0f} and {high:.0f} of 100" in line for line in told.more)
    chance = "The chance that there is a gap this way at all" if found.k > 1 else "One study alone can be far off"
    assert any(chance in line for line in told.more)
    assert any(line == surety(evidence.reviews, found) for line in told.more)
    assert f"{headcount(rows).trials} studies" in text_of("trials", evidence, preset)


def test_very_low_certainty_is_said_in_plain_words(evidence):
    assert "trust it very little" in text_of("response", evidence, "midazolam")
    assert UNRATED in text_of("response", evidence, "placebo")


def test_relapse_of_100_is_what_the_page_says(evidence):
    on, off = duration.relapse_rates(duration.withdrawals(evidence.results))
    said = text_of("duration", evidence, "everything")
    assert "In 1 study of esketamine, people who had got well were put by chance in two groups. Of 100" in said
    assert f"who went on with the drug, about {on[:-1]} got ill again" in said
    assert f"it was about {off[:-1]}" in said


def test_how_far_to_trust_a_number_stands_beside_it_and_not_below_those_of_other_studies(evidence):
    rows = apply(evidence.results, Selection("midazolam").criteria())
    rated = surety(evidence.reviews, response.answer_for(rows, response.Choices()))
    overview = plain("overview", evidence, Selection("midazolam"))
    at = {line: place for place, line in enumerate(overview.more)}
    assert at[plain_language.behind(response.answer_for(rows, response.Choices()))] == at[rated] - 1
    # The harm comes from other trials than the effect, and last.
    assert at[rated] < next(place for line, place in at.items() if event("derealisation") in line)
    assert plain_language.ELSEWHERE not in overview.more
    no_harm = Selection("midazolam", {"population": ("bipolar",)})  # counts no harm on both sides
    assert plain("overview", evidence, no_harm).more[-1] == plain_language.ELSEWHERE
    assert plain_language.ELSEWHERE not in plain("overview", evidence, Selection("esketamine")).more
    summary = plain("summary", evidence, Selection("midazolam")).more
    assert summary.index(rated) < next(i for i, line in enumerate(summary) if line.startswith("After 4 weeks"))
    assert summary[-1] == UNRATED  # no review rates four weeks


def test_an_event_that_nobody_had_is_not_called_none_of_100(evidence):
    told = plain("safety", evidence, Selection("midazolam")).more
    assert any(line.startswith("Of 17 people on ketamine or midazolam") for line in told)
    assert not any(line.startswith("0 of 100") for line in told)
    sprayed = plain("safety", evidence, Selection("esketamine")).more
    assert "One thing was less common on the drug: fewer people slept badly. That may be chance." in sprayed


def test_what_stands_beside_an_answer_is_told_too(evidence):
    # Trials that found the opposite, those missing, another place, courses, what could be told and what is noticed.
    rows = apply(evidence.results, Selection("esketamine").criteria())
    found = response.answer_for(rows, response.Choices())
    rate = found.counts[1].events / found.counts[1].n
    low, high = (100 * rate * math.exp(end) for end in (found.pooled.pi_low, found.pooled.pi_high))
    told = text_of("response", evidence, "esketamine")
    assert f"In another place the true number on the drug may lie between {low:.0f} and {high:.0f} of 100." in told
    compared = {row.trial for row in rows if row.is_controlled}
    assert f"Only 5 of {len(compared)} studies" in told
    assert "too few studies to tell how much it differs from place to place" in text_of(
        "response", evidence, "midazolam"
    )
    ect = text_of("response", evidence, "active")
    assert "But 2 other studies found the opposite: Ekstrand 2022 and Sharma 2020." in ect
    assert "There was no group to set beside them." in text_of("duration", evidence, "everything")
    blind = text_of("blinding", evidence, "everything")
    assert "it was 1.2 times as many where people slept while they got it" in blind  # Lii 2023
    assert "131 of 175 people on the drug were sure that they got it. Of the others, 90 of 192" in blind
    assert "people notice a gap of 1.6 to 9 points; experts differ" in text_of("onset", evidence, "midazolam")


def test_the_curve_the_dose_the_subgroups_and_the_indirect_contrast_are_told_with_the_numbers_of_the_pages(evidence):
    rows = apply(evidence.results, Selection("esketamine").criteria())
    single, course = time_curve.time_curves(rows, "MD")
    told = text_of("onset", evidence, "esketamine")
    for curve in (single, course):
        assert f"we drew a line through {curve.trials} studies" in told
        for point in (curve.points[0], curve.points[-1]):
            assert f"was {-point.mean:.1f} less on the drug. It may be {-point.low:.1f} less to" in told
    assert "to 0.9 more." in told  # the course at 7 days: -4.7 to 0.9
    assert "we drew a line" not in text_of("onset", evidence, "midazolam")  # no stretch with three trials
    assert "Too few studies tried high and low doses side by side" in told
    # Q 0.94 on 1 degree of freedom: p = erfc(sqrt(Q / 2)).
    p = math.erfc(math.sqrt(0.9378613213906789 / 2))
    assert f"about {100 * p:.0f} times in 100" in text_of("response", evidence, "placebo")
    assert "Does it count what the others got" not in text_of("response", evidence, "midazolam")  # one comparator
    direct = "2.15 times as many felt much better on intranasal esketamine as on intravenous ketamine"
    assert f"{direct}. It may be 0.56 to 8.21 times as many. So there may be no gap" in text_of(
        "which", evidence, "midazolam"
    )


def test_names_times_and_events_are_everyday_words():
    assert treatment("placebo or saline") == "a dummy drug or salt water"
    assert [time(hours) for hours in (2, 24, 72, 336, 273 * 24)] == [
        "2 hours",
        "one day",
        "3 days",
        "2 weeks",
        "about 9 months",
    ]
    assert event("dysgeusia") == "had an odd taste"


def test_a_choice_without_a_study_says_so(evidence):
    assert (
        plain("response", evidence, Selection("midazolam", {"route": ("oral",)})).answer == "No study fits this choice."
    )


def opened(page: str, **parameters: object) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=30)
    for name, value in parameters.items():
        at.query_params[name] = value
    at.switch_page(f"../../pages/{page}.py")
    return at.run()


@pytest.mark.parametrize("page", PAGES)
def test_the_switch_in_the_address_shows_the_page_in_plain_words(page, evidence):
    at = opened(page, plain="on", preset="Everything", effect="Odds ratio")
    assert not at.exception
    assert at.toggle(key="plain").value
    told = plain(page, evidence, Selection("everything"))
    assert [item.value for item in at.title] == [told.question]
    shown = [item.value.replace("\\", "") for item in at.markdown]
    assert all(line.replace("\\", "") in shown for line in told.more)
    assert sum('class="picture hundred"' in item.proto.body for item in at.get("html")) == (told.hundred is not None)
    assert not [item for item in at.info if item.value.startswith("In the link")]
    at.toggle(key="plain").set_value(False).run()
    assert told.answer.replace("\\", "") not in [
        item.value.replace("\\", "") for kind in ("header", "markdown") for item in at.get(kind)
    ]
