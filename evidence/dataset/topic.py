"""What a data folder is about: its title, what its drug is called, and the questions that readers start from.

topic.toml and questions.csv beside the rows say it; a folder without them is shown under neutral words and as a whole.
Like the words of vocabulary/, they hold while the folder is read and for the program once it is the one shown.
"""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError

from evidence.dataset.declared import ClaimNumber, ClaimView, Line, Part, Section
from evidence.dataset.problems import Problem, problem
from evidence.dataset.records import StartingQuestion
from evidence.dataset.vocabulary import QUESTIONS, TOPIC, Words, active


class Search(Part):
    """The saved search for new trials, in the registry's own words."""

    condition: str = ""
    intervention: str = ""


class Topic(Part):
    """What a data folder is about."""

    title: Line = "The evidence"
    """What stands over the dashboard, its exports and the static site."""
    subject: Line = "the drug and the condition of these trials"
    """What the trials are about, as a sentence continues “trials of …”."""
    drug: Line = "the drug"
    """What all forms of the drug are called together."""
    file_prefix: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)] = "evidence"
    """How the names of exported files begin."""
    authors: Line = "The contributors to these data"
    """Who is cited for the data and the dashboard."""
    keywords: tuple[Line, ...] = ()
    """Words by which search engines and catalogues know the data."""
    version: Annotated[str, StringConstraints(pattern=r"^([0-9]{4}\.[0-9]+\.[0-9]+)?$")] = ""
    """The version of the data: year of the search, change, correction."""
    anchors: tuple[str, ...] = ("first-dose", "randomisation")
    """What the hours of results that are pooled may be counted from."""
    plain_words: Mapping[str, Line] = Field(default_factory=dict)
    """How plain language calls a word."""
    search: Search = Search()
    """The saved search for new trials."""
    background: tuple[Section, ...] = ()
    """What a reader may need before the numbers, in sections of sentences."""
    claim_numbers: Annotated[tuple[ClaimNumber, ...], Field(alias="claim_number")] = ()
    """The numbers that the verdicts in claims.csv rest on."""
    claim_views: Annotated[Mapping[str, ClaimView], Field(alias="claim_view")] = Field(default_factory=dict)
    """Where a claim can be looked at, by its name."""

    @property
    def citations(self) -> tuple[str, ...]:
        """Return the references that the background cites."""
        return tuple(key for section in self.background for one in section.sentences for key in one.citations)

    def strangers(self, citations: Collection[str] | None, claims: Collection[str]) -> Iterator[Problem]:
        """Give a problem for each reference and each claim that the topic names and its folder does not have."""
        for key in dict.fromkeys(self.citations):
            if citations is not None and key not in citations:
                yield problem("unknown-citation", 1, "background", key, suggestion="")
        for name in dict.fromkeys((*(one.claim for one in self.claim_numbers), *self.claim_views)):
            if name not in claims:
                yield problem("topic-claim", 1, "claim", name)


NEUTRAL = Topic()


def read_topic(data: bytes | Problem) -> tuple[Topic, tuple[Problem, ...]]:
    """Return the topic in the bytes of topic.toml, and what is wrong with it; neutral words where it cannot be read.

    >>> read_topic(b'title = "Tea for sleep"')[0].title
    'Tea for sleep'
    >>> read_topic(b"titel = 1")[1][0].code
    'topic'
    """
    if isinstance(data, Problem):
        return NEUTRAL, (data,)
    if not data.strip():
        return NEUTRAL, (problem("file-empty", 0),)
    try:
        fields = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return NEUTRAL, (problem("topic", 1, "", "", reason=str(error)),)
    try:
        return Topic.model_validate(fields), ()
    except ValidationError as error:
        wrong = error.errors(include_url=False)
    # A fault in one field leaves the others as they are.
    sound = {name: value for name, value in fields.items() if name not in {str(one["loc"][0]) for one in wrong}}
    return Topic.model_validate(sound), tuple(_problem_of(one) for one in wrong)


def _problem_of(error: Any) -> Problem:
    place = ".".join(str(part) for part in error["loc"])
    return problem("topic", 1, place, str(error.get("input", ""))[:80], reason=f"{place}: {error['msg']}")


def with_topic(words: Words, topic: Topic, questions: tuple[StartingQuestion, ...] = ()) -> Words:
    """Return the words of a folder together with its topic and its questions, to be used or activated as one."""
    return MappingProxyType({**words, TOPIC: {TOPIC: topic, QUESTIONS: questions}})


def topic() -> Topic:
    """Return the topic that is being read here, else the one that the program shows."""
    return topic_of(active())


def topic_of(words: Words) -> Topic:
    """Return the topic that goes with the words of a folder."""
    found = words.get(TOPIC, {}).get(TOPIC)
    return found if isinstance(found, Topic) else NEUTRAL


def questions() -> tuple[StartingQuestion, ...]:
    """Return the questions that readers start from; the first is the one that opens."""
    found = active().get(TOPIC, {}).get(QUESTIONS)
    return found if isinstance(found, tuple) else ()
