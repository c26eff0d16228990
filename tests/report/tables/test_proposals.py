"""What the watch proposed, as the page on the data shows it."""

from evidence.dataset.records import Gap
from evidence.report.tables.missing import PROPOSED_COLUMNS, proposals


def gap(note: str | None, **cells: object) -> Gap:
    fixed = {"label": "Smith 2020", "outcome": "response", "status": "trial-not-held", "direction": "unknown"}
    return Gap.model_validate({**fixed, "known_from": "registry", "note": note, **cells})


def test_proposals_are_the_gaps_that_the_watch_wrote_newest_first() -> None:
    table = proposals(
        [
            gap("Proposed on 2026-10-01: results posted. A trial.", registration="NCT00768430"),
            gap("Read in a review."),
            gap(None),
            gap("Proposed on 2026-11-01: a new trial. Another."),
        ]
    )
    assert list(table["Proposed on"]) == ["2026-11-01", "2026-10-01"]
    assert table["Why it is proposed"][0] == "a new trial. Another."
    assert str(table["Registry"][1]).endswith("NCT00768430")
    assert table["Registry"].isna()[0]


def test_without_any_there_is_an_empty_table() -> None:
    assert list(proposals([]).columns) == list(PROPOSED_COLUMNS)
    assert proposals([]).empty
