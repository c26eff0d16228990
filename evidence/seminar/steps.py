"""One step of a lesson, the lesson, and how a sentence is cut to a headline."""

import re
from dataclasses import dataclass

from evidence.dataset.records import Result
from evidence.questions.blinding import Lens
from evidence.report.view import Story
from evidence.seminar.guesses import Asked
from evidence.synthesis.answers import Answer

_BRACKETS = re.compile(r" \(([^()]*\d[^()]*|trials measured at different times)\)")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what stands large, what stands under it, what only the speaker reads, its sources and its figure.

    `figure` is a name that `drawing` knows, empty where the step has none; `asked` makes it a step to guess at.
    """

    id: str
    title: str
    headline: str
    sentences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    figure: str = ""
    asked: tuple[Asked, ...] = ()
    also_cited: tuple[str, ...] = ()

    @property
    def citations(self) -> tuple[str, ...]:
        """Keys of the references behind the step, each once."""
        return tuple(dict.fromkeys((*(result.citation for result in self.results), *self.also_cited)))


@dataclass(frozen=True, slots=True)
class Lesson:
    """A story with its steps, the answer that the middle of the lesson is about, and that answer by masking."""

    story: Story
    steps: tuple[Step, ...]
    answer: Answer
    masked: Answer
    lenses: tuple[Lens, ...]

    def at(self, name: str | None) -> int:
        """The place of a step named by its id or number; a number out of range gives the nearest, else the first.

        Numbers count from 1.
        """
        ids = [step.id for step in self.steps]
        if name in ids:
            return ids.index(name)
        if name is not None and re.fullmatch(r"-?[0-9]{1,6}", name):
            return min(max(int(name) - 1, 0), len(ids) - 1)
        return 0


def headline(sentence: str) -> tuple[str, str]:
    """A sentence without its numbers in brackets, up to its first semicolon; and those numbers.

    >>> headline("54 of 100 responded (risk ratio 2.3, 95% CI 1.2 to 4.4; 2 trials); next come others (3).")
    ('54 of 100 responded.', 'risk ratio 2.3, 95% CI 1.2 to 4.4; 2 trials')
    """
    first = _BRACKETS.search(sentence)
    short = _BRACKETS.sub("", sentence).partition("; ")[0].rstrip(".")
    return f"{short}.", first[1] if first else ""


def said(*lines: str) -> tuple[str, ...]:
    """The lines that say something."""
    return tuple(line for line in lines if line)
