"""What a data folder is about: its title, what its drug is called, and the questions that readers start from.

topic.toml and questions.csv beside the rows say it; a folder without them is shown under neutral words and as a whole.
Like the words of vocabulary/, they hold while the folder is read and for the program once it is the one shown.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from evidence.dataset.declared import TIMES_OF_ONE_DOSE, ClaimNumber, ClaimView, Line, Part, Section, TimeBin
from evidence.dataset.problems import Problem, problem
from evidence.dataset.records import StartingQuestion
from evidence.dataset.vocabulary import COMPARATOR_KIND, GROUPS, QUESTIONS, TOPIC, Term, Words, active
from evidence.dataset.vocabulary import OUTCOME as OUTCOME_LIST

PUBLISHED_PRIORS = ("turner", "turner-drug", "turner-harm", "rhodes", "rhodes-drug", "half-normal-0.5", "half-normal-1")
"""The names in `evidence.stats.bayes.PRIORS`, which holds the numbers."""


class Search(Part):
    """The saved search for new trials, in the registry's own words."""

    condition: str = ""
    intervention: str = ""


class SmallestDifference(Part):
    """One published range of the minimal clinically important difference (MCID) of a scale, and its source."""

    low: Annotated[float, Field(gt=0)]
    high: Annotated[float, Field(gt=0)]
    source: Line
    note: Annotated[str, StringConstraints(max_length=80)] = ""
    """What the source adds to its range, in few words."""

    @property
    def in_words(self) -> str:
        """Return the range with its source, and what the source adds."""
        note = f": {self.note}" if self.note else ""
        return f"{self.low:g} to {self.high:g} ({self.source}{note})"


def _several(value: object) -> object:
    """Read a single range as a list of one."""
    return [value] if isinstance(value, Mapping) else value


Ranges = Annotated[tuple[SmallestDifference, ...], BeforeValidator(_several), Field(min_length=1)]


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


Group = Literal[
    "efficacy",
    "suicidality",
    "duration",
    "dissociative",
    "cardiovascular",
    "gastrointestinal",
    "neurological",
    "psychiatric",
    "urinary",
    "general",
    "serious",
    "discontinuation",
    "guessing",
]
KindName = Literal[
    "active placebo",
    "inert placebo",
    "active treatment",
    "no treatment",
    "other drug of the class",
    "uncontrolled",
    "not stated",
]


class Kind(Part):
    """What a group of outcomes or a kind of comparator is called, and what it means."""

    label: Line
    definition: Line


class PriorOfTau(Part):
    """A published prior on the between-trial standard deviation tau: its distribution, its numbers and whose it is."""

    label: Line
    family: Literal["log-normal", "log-t", "half-normal"]
    """Of tau² for the log families, of tau for the half-normal."""
    location: Annotated[float, Field(allow_inf_nan=False)] = 0.0
    spread: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    df: Annotated[float, Field(gt=0)] | None = None
    """Degrees of freedom of the log-t; it needs them, and no other family has them."""

    @model_validator(mode="after")
    def _has_its_numbers(self) -> Self:
        if (self.df is None) == (self.family == "log-t"):
            raise ValueError("df belongs to the log-t, which needs it")
        if self.family == "half-normal" and self.location:
            raise ValueError("a half-normal has no location")
        return self


class Priors(Part):
    """The priors of a topic, each the name of a published one or one of its own."""

    ratio: str | PriorOfTau = "turner"
    """Of log odds and risk ratios of benefits, drug against placebo."""
    ratio_active: str | PriorOfTau = "turner-drug"
    """The same, drug against another treatment."""
    harm: str | PriorOfTau = "turner-harm"
    """Of ratios of harms, drug against placebo."""
    score: str | PriorOfTau = "rhodes"
    """Of standardised differences, drug against placebo; times the SD for points."""
    score_active: str | PriorOfTau = "rhodes-drug"
    """The same, drug against another treatment."""
    hazard: str | PriorOfTau = "half-normal-0.5"
    """Of log hazard ratios."""

    @field_validator("*")
    @classmethod
    def _is_known(cls, value: str | PriorOfTau) -> str | PriorOfTau:
        if isinstance(value, str) and value not in PUBLISHED_PRIORS:
            raise ValueError(f"{value} is none of {', '.join(PUBLISHED_PRIORS)}")
        return value


class PatientOption(Part):
    """One answer about a patient: its label, how a sentence says it, and the words of the rows that meet it."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$", max_length=40)]
    label: Line
    said: Line
    words: Annotated[tuple[str, ...], Field(min_length=1)]


class PatientChoice(Part):
    """One question about a patient, answered by the words of one column."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)]
    label: Line
    column: Literal["population", "age_group", "background", "intervention", "route"]
    given_up: int = 0
    """When nothing is left, choices with a lower number are given up first."""
    options: Annotated[tuple[PatientOption, ...], Field(alias="option")] = ()
    """The answers; blank: one for each word of the column."""


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
    time_bins: Annotated[tuple[TimeBin, ...], Field(alias="time_bin", min_length=1)] = TIMES_OF_ONE_DOSE
    """Which measurements are pooled together, in the order of time."""
    usual_times: tuple[str, ...] = ()
    """The bins of a summary; a question opens at the first. Blank: 24h, 7d and 28d, or the first three."""
    plain_words: Mapping[str, Line] = Field(default_factory=dict)
    """How plain language calls a word."""
    plain_events: Mapping[str, Line] = Field(default_factory=dict)
    """How plain language says that people had an event, as in “felt sick”."""
    felt: Mapping[str, Line] = Field(default_factory=dict)
    """The harms that the first picture looks at, in order, each as people have it: “feel sick”. Blank: every harm."""
    acute: tuple[str, ...] = ()
    """The harms on the common time axis of benefit and harm; without them those of `felt`."""
    unblinding: str = ""
    """The event by which people can tell that they were given the drug; blank for none."""
    condition: Line = "the illness"
    """What is treated, as in “depression came back”."""
    outcome_groups: Annotated[Mapping[Group, Kind], Field(alias="outcome_group")] = Field(default_factory=dict)
    """What groups of outcomes are called and mean here."""
    comparator_kinds: Annotated[Mapping[KindName, Kind], Field(alias="comparator_kind")] = Field(default_factory=dict)
    """What kinds of comparators are called and mean here."""
    priors: Priors = Priors()
    """The priors on how far trials differ, by kind of effect."""
    patient: Annotated[tuple[PatientChoice, ...], Field(alias="patient_choice")] = ()
    """What a reader may say about a patient; blank: the words that the rows use."""
    patient_note: Annotated[str, StringConstraints(max_length=400)] = ""
    """What a reader should know of how trials are counted there."""
    plain_condition: Line = "the illness"
    """What plain language calls what is treated, as in “signs of the illness”."""
    long_term_harm: Annotated[str, StringConstraints(max_length=80)] = ""
    """What the drug is feared to harm in the long run, as in “harm to bladder and memory”; blank for nothing named."""
    long_term_outcomes: tuple[str, ...] = ()
    """The outcomes that come nearest to such harm."""
    primary_scale: Annotated[str, StringConstraints(max_length=80)] = ""
    """The scale whose points are pooled; where it is not named, the one that most trials of the folder used."""
    smallest_differences: Annotated[Mapping[str, Ranges], Field(alias="smallest_difference")] = Field(
        default_factory=dict
    )
    """The published ranges of the smallest difference that matters to people, by scale."""
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

    @field_validator("time_bins")
    @classmethod
    def _follow_each_other(cls, bins: tuple[TimeBin, ...]) -> tuple[TimeBin, ...]:
        for first, second in pairwise(bins):
            if second.low <= first.high:
                raise ValueError(f"{second.value} begins before {first.value} has ended")
        if len({item.value for item in bins}) < len(bins):
            raise ValueError("two bins have one value")
        return bins

    @field_validator("usual_times")
    @classmethod
    def _times_are_bins(cls, values: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        known = {item.value for item in info.data.get("time_bins", ())}
        for value in values:
            if value not in known:
                raise ValueError(f"{value} is the value of no time_bin")
        return values

    @property
    def asked_at(self) -> tuple[TimeBin, ...]:
        """Return the bins that a summary shows, at least one; the first is the usual time."""
        wanted = self.usual_times or ("24h", "7d", "28d")
        bins = {item.value: item for item in self.time_bins}
        return tuple(bins[value] for value in wanted if value in bins) or self.time_bins[:3]

    @property
    def citations(self) -> tuple[str, ...]:
        """Return the references that the background cites."""
        return tuple(key for section in self.background for one in section.sentences for key in one.citations)

    def unknown_words(self, words: Words) -> Iterator[Problem]:
        """Give a problem for each word that the topic names and that the lists of its folder do not have."""
        events = {"felt": self.felt, "acute": self.acute, "plain_events": self.plain_events}
        named = [(field, OUTCOME_LIST, name) for field, names in events.items() for name in names]
        named += [("unblinding", OUTCOME_LIST, self.unblinding)] if self.unblinding else []
        named += [
            (f"patient_choice {choice.name}", choice.column, word)
            for choice in self.patient
            for option in choice.options
            for word in option.words
        ]
        for field, name, word in named:
            if name in words and word not in words[name]:
                reason = f"{word} is not in vocabulary/{name}.csv"
                yield problem("topic", 1, field, word, reason=f"{field}: {reason}")

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
    problems: list[Problem] = []
    while True:  # a fault in one field leaves the others as they are
        try:
            return Topic.model_validate(fields), tuple(problems)
        except ValidationError as error:
            wrong = error.errors(include_url=False)
        items = [
            one for one in wrong if one["loc"][-1] != "str" or one["type"] != "string_type"
        ]  # of a name or a table
        problems += [_problem_of(one) for one in items or wrong]
        fields = {name: value for name, value in fields.items() if name not in {str(one["loc"][0]) for one in wrong}}


def _problem_of(error: Any) -> Problem:
    place = ".".join(str(part) for part in error["loc"] if re.fullmatch(r"[a-z0-9_ -]+", str(part)))
    reason = f"{place}: {error['msg'].removeprefix('Value error, ')}"
    return problem("topic", 1, place, str(error.get("input", ""))[:80], reason=reason)


def with_topic(words: Words, topic: Topic, questions: tuple[StartingQuestion, ...] = ()) -> Words:
    """Return the words of a folder together with its topic and its questions, to be used or activated as one."""
    named = {GROUPS: _terms(topic.outcome_groups), COMPARATOR_KIND: _terms(topic.comparator_kinds)}
    return MappingProxyType({**words, **named, TOPIC: {TOPIC: topic, QUESTIONS: questions}})


def _terms(kinds: Mapping[Any, Kind]) -> dict[str, Term]:
    return {value: Term(value, kind.label, kind.definition) for value, kind in kinds.items()}


def with_scale(words: Words, scale: str) -> Words:
    """Return the words of a folder whose topic names this scale as the primary one."""
    about = topic_of(words).model_copy(update={"primary_scale": scale})
    return MappingProxyType({**words, TOPIC: {**words.get(TOPIC, {}), TOPIC: about}})


def topic() -> Topic:
    """Return the topic that is being read here, else the one that the program shows."""
    return topic_of(active())


def topic_of(words: Words) -> Topic:
    """Return the topic that goes with the words of a folder."""
    written = words.get(TOPIC, {}).get(TOPIC)
    return written if isinstance(written, Topic) else NEUTRAL


def questions() -> tuple[StartingQuestion, ...]:
    """Return the questions that readers start from; the first is the one that opens."""
    written = active().get(TOPIC, {}).get(QUESTIONS)
    return written if isinstance(written, tuple) else ()


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
