"""What a reader may need before the numbers: the topic's sentences, each cited, counted from the data, or a definition.

A sentence cites references that are held in references.json; what none of them was read for is not said. A number in
a sentence is worked out from the rows; where they do not give it, the sentence is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from types import MappingProxyType

from evidence.content.numbers import worked_out
from evidence.dataset import declared
from evidence.dataset.evidence import Evidence
from evidence.formatting import counted

DEFINITION, COUNTED, CITED = "definition", "counted from the data", "cited"
KINDS: Mapping[str, str] = MappingProxyType(
    {
        CITED: "the references follow",
        COUNTED: "computed from the rows of this data version",
        DEFINITION: "says how a word is used here",
    }
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with what it rests on."""

    text: str
    kind: str
    citations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A few sentences under one heading."""

    title: str
    sentences: tuple[Sentence, ...]


def sections(evidence: Evidence) -> tuple[Section, ...]:
    """Return the sections of the topic's background, with their numbers from the data; none where it has none."""
    parts = []
    for section in evidence.topic.background:
        sentences = tuple(s for one in section.sentences if (s := _sentence(evidence, one)) is not None)
        if sentences:
            parts.append(Section(section.title, sentences))
    return tuple(parts)


def _sentence(evidence: Evidence, one: declared.Sentence) -> Sentence | None:
    citations = tuple(key for key in one.citations if key in evidence.references)
    if not one.numbers and "{" not in one.text:
        if one.citations and not citations:
            return None  # what it rests on is not here
        return Sentence(one.text, CITED if one.citations else DEFINITION, citations)
    numbers = {name: worked_out(evidence, number) for name, number in one.numbers.items()}
    numbers["all"] = counted(len(evidence.trials), "trial")
    text = one.text if None not in numbers.values() else one.otherwise
    if text is None:
        return None
    return Sentence("".join(_filled(text, numbers)), COUNTED, citations)


def _filled(text: str, numbers: Mapping[str, str | None]) -> Iterable[str]:
    for literal, name, *_ in Formatter().parse(text):
        yield literal
        if name is not None:
            yield numbers[name] or ""


def cited(sections: Iterable[Section]) -> tuple[str, ...]:
    """Return the references cited, each once, in order of first mention."""
    return tuple(dict.fromkeys(key for section in sections for one in section.sentences for key in one.citations))
