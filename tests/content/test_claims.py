from dataclasses import replace
from types import MappingProxyType

import pytest

from evidence.content import claims
from evidence.content.claims import assess, assess_all
from evidence.dataset.declared import ClaimView
from evidence.dataset.topic import with_topic
from evidence.dataset.vocabulary import VERDICTS, using


def claim_of(evidence, name):
    return next(claim for claim in evidence.claims if claim.claim == name)


def changed(evidence, wanted, **cells):
    """The evidence with the cells of the wanted results replaced; None takes the result away."""
    rows = [r.model_copy(update=cells) if wanted(r) else r for r in evidence.results if cells or not wanted(r)]
    trials = {}
    for r in rows:
        trials.setdefault(r.trial, []).append(r)
    return replace(
        evidence,
        results=tuple(rows),
        trials=MappingProxyType({trial: tuple(own) for trial, own in trials.items()}),
    )


def values(evidence, name):
    return [item.live for item in assess(evidence, claim_of(evidence, name)).recomputed]


def test_every_printed_number_is_what_the_shipped_rows_give(evidence):
    assessed = assess_all(evidence)
    assert len(assessed) == len(evidence.claims)
    assert [f.what for item in assessed for f in item.recomputed if not f.agrees] == []
    assert (
        claims.to_review(assessed)
        == "All 28 numbers in the explanations have just been recomputed from the data and agree."
    )


@pytest.mark.parametrize(
    ("name", "live"),
    [
        ("onset-24h", ["7.95", "3.20 to 12.71", "64% against 28%", "very low"]),
        ("onset-hours", ["40 minutes, 2 hours and 4 hours"]),
        ("response-70", ["17 of 24", "70.8%", "51% to 85%", "six", "12"]),
        ("duration-6m", ["83", "18", "19", "16", "six", "20"]),
        ("duration-more", ["24 of 90", "39 of 86", "0.49", "0.29 to 0.84"]),
        ("safety-acute", ["every", "11 trials"]),
        ("safety-long", ["three", "1 of 91", "0 of 90", "1 of 183", "14"]),
        ("reference-browne", ["No record"]),
        ("reference-lener", ["Lener, Kadriu and Zarate"]),
        ("reference-zheng", ["Journal of Affective Disorders, 2020"]),
    ],
)
def test_the_numbers_of_a_claim(evidence, name, live):
    assert values(evidence, name) == live


@pytest.mark.parametrize(
    ("name", "trial", "outcome", "cells"),
    [
        ("onset-24h", "murrough-2013a", "symptom-endpoint", {"effect": -6.0}),
        ("onset-24h", "murrough-2013a", "response", {"events_intervention": 20}),
        ("response-70", "murrough-2013b", "response", {"events_intervention": 16}),
        ("response-70", "murrough-2013b", "response", {"administrations": 5}),
        ("duration-6m", "murrough-2013b", "time-to-relapse", {"median_intervention": 30.0}),
        ("duration-6m", "albott-2018", "time-to-relapse", {"median_intervention": 90.0}),
        ("duration-more", "daly-2019", "relapse", {"events_comparator": 30}),
        ("safety-long", "wilkinson-2018-yale", "cystitis", {"events_intervention": 1}),
        ("safety-acute", "popova-2019", "dizziness", {"events_comparator": 90}),
        ("onset-hours", "ionescu-2021", "symptom-change", {"hours": 5.0}),
    ],
)
def test_a_row_that_changes_flags_the_verdict_that_stands_on_it(evidence, name, trial, outcome, cells):
    moved = changed(evidence, lambda r: (r.trial, r.outcome) == (trial, outcome), **cells)
    item = assess(moved, claim_of(moved, name))
    assert item.needs_review
    differing = next(found for found in item.recomputed if not found.agrees)
    assert differing.live != differing.printed
    assert f"printed: {differing.printed}" in differing.in_words
    others = [one for one in assess_all(moved) if one.needs_review]
    assert [one.claim.claim for one in others] == [name]
    assert claims.to_review(others).startswith("To be reviewed")


def test_a_row_that_is_gone_flags_the_verdict(evidence):
    gone = changed(evidence, lambda r: r.trial == "daly-2019" and r.outcome == "relapse")
    item = assess(gone, claim_of(gone, "duration-more"))
    assert item.needs_review
    assert [found.live for found in item.recomputed] == [None] * 4
    assert "the data no longer give it" in item.recomputed[0].in_words


def test_an_explanation_that_no_longer_prints_the_number_is_flagged(evidence):
    claim = claim_of(evidence, "duration-6m").model_copy(update={"explanation": "It does not last."})
    item = assess(evidence, claim)
    assert item.needs_review
    assert "not found in the explanation" in item.recomputed[0].in_words


def test_every_number_belongs_to_a_claim_and_is_printed_in_it(evidence):
    declared = evidence.topic.claim_numbers
    assert {one.claim for one in declared} <= {claim.claim for claim in evidence.claims}
    for one in declared:
        printed = one.printed_in(claim_of(evidence, one.claim).explanation)
        assert (printed is None) == (one.printed is None), one.what


def test_a_view_that_this_topic_does_not_have_is_no_link(evidence):
    views = {
        "onset-24h": ClaimView(page="response", question="tea"),
        "mechanism": ClaimView(page="trials", filters={"population": ("tea drinkers",)}),
    }
    words = with_topic(evidence.words, evidence.topic.model_copy(update={"claim_views": views}))
    with using(words):
        found = {item.claim.claim: item.address for item in assess_all(replace(evidence, words=words))}
    assert set(found.values()) == {""}


def test_verdicts_have_a_shape_and_a_word(evidence):
    assert set(claims.SHAPES) == set(VERDICTS)
    assert len(set(claims.SHAPES.values())) == len(VERDICTS)
    assert assess(evidence, claim_of(evidence, "duration-7d")).verdict == "◐ Partly supported"


def test_the_verdicts_are_counted(evidence):
    assert claims.headline(assess_all(evidence)) == (
        "Of 14 statements, 3 supported, 4 partly supported, 3 not supported and 4 not assessed"
    )
    assert claims.headline(()) == "There are no statements in these data"


def test_links_lead_to_filtered_views(evidence):
    found = {item.claim.claim: item.address for item in assess_all(evidence)}
    assert found["onset-24h"] == "response"
    assert found["response-70"].endswith("&trial=murrough-2013b")
    assert found["mechanism"] == ""


def test_a_claim_without_checks_needs_no_review(evidence):
    assert not assess(evidence, claim_of(evidence, "benefit-risk")).needs_review
