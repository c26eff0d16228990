"""What a data folder is about: its title, what its drug is called, and the questions that readers start from.

topic.toml and questions.csv beside the rows say it; a folder without them is shown under neutral words and as a whole.
Like the words of vocabulary/, they hold while the folder is read and for the program once it is the one shown.
"""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from evidence.dataset.declared import ClaimNumber, ClaimView, Line, Part, Section
from evidence.dataset.problems import Problem, problem
from evidence.dataset.records import StartingQuestion
from evidence.dataset.vocabulary import QUESTIONS, TOPIC, Words, active


class Search(Part):
    """The saved search for new trials, in the registry's own words."""

    condition: str = ""
    intervention: str = ""


class SmallestDifference(Part):
    """The published range of the minimal clinically important difference (MCID) of a scale, and its source."""

    low: Annotated[float, Field(gt=0)]
    high: Annotated[float, Field(gt=0)]
    source: Line


class Colour(Part):
    """How a comparator is drawn: its colour on light and on dark paper, and the dash of its intervals."""

    light: Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
    dark: Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
    dash: Literal["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"] = "solid"


class DoseChoice(Part):
    """One dose that a reader may ask for: a range in one unit, or the doses of one drug by one route."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]
    label: Line
    said: Line
    """How a sentence says it."""
    unit: str
    low: Annotated[float, Field(ge=0)]
    high: Annotated[float, Field(gt=0)]
    intervention: str = ""
    route: str = ""
    flexible: bool = False
    """Whether a dose that was changed between visits counts too."""


class Topic(Part):
    """What a data folder is about."""

    title: Line = "The evidence"
    """Title of the dashboard, its exports and the static site."""
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
    plain_condition: Line = "the illness"
    """What plain language calls what is treated, as in “signs of the illness”."""
    long_term_harm: Annotated[str, StringConstraints(max_length=80)] = ""
    """What the drug is feared to harm in the long run, as in “harm to bladder and memory”; blank for nothing named."""
    long_term_outcomes: tuple[str, ...] = ()
    """The outcomes that come nearest to such harm."""
    primary_scale: Annotated[str, StringConstraints(max_length=80)] = ""
    """The scale whose points are pooled; where it is not named, the one that most trials of the folder used."""
    smallest_differences: Annotated[Mapping[str, SmallestDifference], Field(alias="smallest_difference")] = Field(
        default_factory=dict
    )
    """The smallest differences that matter to people, by scale."""
    colours: Mapping[str, Colour] = Field(default_factory=dict)
    """How comparators are drawn; one without a colour gets one of its own."""
    also_written: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    """Other spellings of a column's words, in small letters and digits only."""
    examples: Annotated[Mapping[str, Mapping[str, str]], Field(alias="example")] = Field(default_factory=dict)
    """What a row of each file looks like, for the data dictionary and the template."""
    doses: Annotated[tuple[DoseChoice, ...], Field(alias="dose_choice")] = ()
    """The doses that a reader may ask for on the page about one patient."""
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


def with_scale(words: Words, scale: str) -> Words:
    """Return the words of a folder whose topic names this scale as the primary one."""
    about = topic_of(words).model_copy(update={"primary_scale": scale})
    return MappingProxyType({**words, TOPIC: {**words.get(TOPIC, {}), TOPIC: about}})


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


def primary_scale() -> str:
    """Return the scale whose points are pooled.

    >>> primary_scale()
    'MADRS'
    """
    return topic().primary_scale


class ByScale(Mapping[str, str]):
    """Words by name, each with the name of the primary scale of the topic that is shown."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words

    def __getitem__(self, name: str) -> str:
        words = self._words[name].format(scale=primary_scale()).strip()
        return words[:1].upper() + words[1:]

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)
