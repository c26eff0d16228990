"""What an empty topic still needs, in the order in which it is filled in: said by `new` and by every page."""

from typing import NamedTuple

from evidence.dataset.evidence import QUESTIONS_FILE, REFERENCES, TOPIC_FILE, TRIALS, Evidence
from evidence.dataset.topic import Topic


class Step(NamedTuple):
    """One file to fill in: what goes into it, and whether something is there."""

    file: str
    what: str
    is_done: bool


def first_steps(evidence: Evidence, folder: str = "DIR") -> tuple[Step, ...]:
    """Return the steps from an empty folder to the first page with a number; `folder` is how a command names it."""
    words, neutral = evidence.words, Topic()
    lists = ("intervention", "comparator")
    return (
        Step(
            TOPIC_FILE,
            "the title, the drug or therapy, and what it treats",
            evidence.topic.title != neutral.title and evidence.topic.drug != neutral.drug,
        ),
        Step(
            "vocabulary/intervention.csv and comparator.csv",
            "the treatments and comparators of your rows; the other lists have words, and take any that check reports "
            "as unknown",
            all(words.get(name) for name in lists),
        ),
        Step(
            REFERENCES + " and " + TRIALS,
            f"the references and the rows: python -m evidence add ROWS --references REFS --data {folder}",
            bool(evidence.references) and bool(evidence.rows.get(TRIALS)),
        ),
        Step(
            QUESTIONS_FILE,
            "the questions that readers can start from; the dashboard opens with the first",
            bool(evidence.rows.get(QUESTIONS_FILE)),
        ),
    )
