"""Numbers that a topic declares: which rows they come from, how they are shown, and what stands where none is."""

import pytest
from pydantic import ValidationError

from evidence.content.numbers import worked_out
from evidence.dataset.declared import ClaimNumber, Number, Sentence
from evidence.dataset.evidence import Evidence

ONE = {"trial": "murrough-2013a", "outcome": "response", "hours": 24}


def shown(evidence: Evidence, show: str, of: str = "results", **where: object) -> str | None:
    return worked_out(evidence, Number.model_validate({"of": of, "show": show, "where": where}))


def test_a_row_is_shown_by_its_columns(evidence: Evidence) -> None:
    assert shown(evidence, "{events_intervention} of {n_intervention}", **ONE) == "30 of 47"
    assert shown(evidence, "{rate_intervention:0}, {rate_intervention:1}", **ONE) == "64%, 63.8%"
    # Wilson's interval of 30 in 47, by hand: centre 0.6277, half 0.1323.
    assert shown(evidence, "{wilson_low:1} to {wilson_high:1}", **ONE) == "49.5% to 76.0%"
    assert shown(evidence, "{hours:days} d", **ONE) == "1 d"


def test_rows_are_counted(evidence: Evidence) -> None:
    assert shown(evidence, "{trials:word}", outcome=["cystitis", "urinary-retention"]) == "three"
    assert shown(evidence, "{trials} of {all}", trial="none-*") == f"0 of {len(evidence.trials)}"
    assert shown(evidence, "{trials}", trial="murrough-2013?") == "0", "only * stands for other letters"
    assert shown(evidence, "{labels}", trial="murrough-2013*") == "Murrough 2013a and Murrough 2013b"


def test_what_no_row_gives_is_nothing(evidence: Evidence) -> None:
    assert shown(evidence, "{events_intervention}", trial="nowhere") is None
    assert shown(evidence, "{latest}", trial="nowhere") is None
    number = Number(where={"trial": "nowhere"}, show="{ids}", of="results", none="No row")
    assert worked_out(evidence, number) == "No row"


def test_references_and_estimates_have_numbers_too(evidence: Evidence) -> None:
    assert shown(evidence, "{container_title}, {year}", of="references", id="Zheng2020").endswith("2020")  # type: ignore[union-attr]
    assert shown(evidence, "{certainty}", of="reviews", citation="Dean2021Cochrane", hours=24, outcome="response")


@pytest.mark.parametrize(
    "fields",
    [
        {"show": "{mood}"},
        {"show": "{hours:long}"},
        {"where": {"mood": "good"}},
        {"of": "references", "where": {"outcome": "response"}},
    ],
)
def test_a_number_names_what_there_is(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Number.model_validate(fields)


def test_a_sentence_declares_its_numbers() -> None:
    with pytest.raises(ValidationError, match="not among the numbers"):
        Sentence(text="Of {many} trials, none.")
    with pytest.raises(ValidationError, match="declared in `numbers` or cited"):
        Sentence(text="All 12 trials were small.")


def test_where_a_number_is_printed() -> None:
    def printed(words: str, text: str) -> str | None:
        return ClaimNumber(claim="a", what="b", printed=words).printed_in(text)

    assert printed("in {} trial", "It is so in every trial.") == "every"
    assert printed("in the {}", "It stands in the Lancet, 2020.") == "Lancet, 2020"
    assert printed("{} with this", "No record with this title.") == "No record"
    assert printed("in {} trial", "It is so.") is None
    with pytest.raises(ValidationError):
        ClaimNumber(claim="a", what="b", printed="no gap")
