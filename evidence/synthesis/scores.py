"""Change and end scores in one pool: said beside the number."""

from collections.abc import Iterable

from evidence.formatting import counted
from evidence.synthesis.answers import Answer


def score_kinds(answer: Answer) -> str:
    """How many pooled trials give change scores and how many end scores; empty where all give one kind.

    Both estimate the same difference in points in a randomised trial; in standard deviations they need not.
    """
    changes = sum(entry.first.outcome == "symptom-change" for entry in answer.used)
    ends = sum(entry.first.outcome == "symptom-endpoint" for entry in answer.used)
    if not changes or not ends:
        return ""
    return f"{counted(changes, 'trial')} with change scores, {ends} with end scores"


def score_kinds_over(answers: Iterable[Answer]) -> str:
    """The same for the times of a course, as a sentence; empty where no time pools both."""
    mixed = [
        f"{answer.question.bin.short}: {words}"
        for answer in answers
        if answer.question.bin is not None and (words := score_kinds(answer))
    ]
    if not mixed:
        return ""
    return f"Change from baseline and scores at the end are pooled together ({'; '.join(mixed)})."
