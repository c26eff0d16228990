"""Word lists: every value a word cell may hold, with its label, definition and meaning.

The files, the pages and the exports use the same words. Those that the program itself reads a meaning from (designs,
analyses, tools) stand here; those of the subject (outcomes, scales, comparators, drugs, routes, people) are data, in
the folder vocabulary/ beside the rows. A folder's words hold while it is read (`using`), and for the program once it is
the one shown (`activate`); validation, filters, tooltips and the data dictionary follow. A list of which a folder has
no file is that of the data that come with the program.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from types import MappingProxyType
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from evidence.config import shipped_data

logger = logging.getLogger(__name__)
Direction = Literal["higher", "lower"]


class Term(NamedTuple):
    """One allowed word: the value in the file, its label on screen, what it means, the group it belongs to."""

    value: str
    label: str
    definition: str
    group: str = ""


class Outcome(NamedTuple):
    """One outcome. `better` says which direction is good for the patient.

    People are in a state or not at a time, as in response: only a result at the time is pooled as one.
    """

    value: str
    label: str
    group: str
    better: Direction
    definition: str
    is_state: bool = False


class Instrument(NamedTuple):
    """One rating scale: who rates, its range, which direction is better, a typical standard deviation after treatment.

    `rank` orders the choice of one result a trial (0 is preferred).
    """

    value: str
    label: str
    rater: Literal["clinician", "self", "composite"]
    rank: int
    low: float | None = None
    high: float | None = None
    definition: str = ""
    better: Direction | None = None
    typical_sd: float | None = None


class Comparator(NamedTuple):
    """One comparator and its kind, which says how far patients could guess their treatment."""

    value: str
    label: str
    kind: str
    definition: str


Word = TypeVar("Word", Term, Outcome, Instrument, Comparator)
Words = Mapping[str, Mapping[str, Any]]  # the words of a topic: list → value → word

_shown: list[Words] = []  # of the topic that the program shows, once one is; replaced whole, never changed
_read: ContextVar[Words | None] = ContextVar("words of the folder that is being read", default=None)


def activate(words: Words) -> None:
    """Make a topic's words those of the whole program, in place of the ones before."""
    _shown[:] = [words]


@contextmanager
def using(words: Words) -> Iterator[None]:
    """Let a topic's words hold inside the block, for this thread alone."""
    token = _read.set(words)
    try:
        yield
    finally:
        _read.reset(token)


def active() -> Words:
    """Return the words of the topic that is being read here, else of the one shown, else of the data that are shipped."""
    reading = _read.get()
    if reading is not None:
        return reading
    return _shown[0] if _shown else shipped_words()


class WordList(Mapping[str, Word], Generic[Word]):
    """The words of one list by value, in order: those of the folder, then those that the program itself reads."""

    def __init__(self, items: Sequence[Word], name: str = "", ours_first: bool = False) -> None:
        self.name = name
        self._ours_first = ours_first
        self._own: dict[str, Word] = {item.value: item for item in items}
        self._merged: tuple[Words | None, dict[str, Word]] = (None, self._own)

    def _words(self) -> dict[str, Word]:
        if not self.name:  # a list that no folder adds to
            return self._own
        words = active()
        known, merged = self._merged
        if known is not words:
            is_given = self.name in words or self._ours_first  # what a topic calls a kind is nobody else's
            more = words.get(self.name, {}) if is_given else shipped_words().get(self.name, {})
            others = {k: v for k, v in self._own.items() if k not in more}
            merged = {**self._own, **more} if self._ours_first else {**more, **others}
            self._merged = (words, merged)
        return merged

    def __getitem__(self, value: str) -> Word:
        return self._words()[value]

    def __iter__(self) -> Iterator[str]:
        return iter(self._words())

    def __len__(self) -> int:
        return len(self._words())

    def __contains__(self, value: object) -> bool:
        return value in self._words()


def index(items: tuple[Word, ...]) -> Mapping[str, Word]:
    """Map each value to its word, in the given order."""
    return WordList(items)


def terms(*rows: tuple[str, str, str], name: str = "", ours_first: bool = False) -> Mapping[str, Term]:
    """Rows of (value, label, definition) as a read-only mapping from value to Term.

    A list with a name takes the words of a folder in front of these, or in their places.
    """
    return WordList(tuple(Term(*row) for row in rows), name, ours_first)


GROUPS, COMPARATOR_KIND = "outcome_group", "comparator_kind"  # lists that a topic names in topic.toml

# fmt: off

DESIGNS = terms(
    ("parallel", "Parallel groups", "Each person is randomised to one arm."),
    ("crossover", "Crossover", "Each person receives every treatment, in random order."),
    ("withdrawal", "Randomised withdrawal", "Responders are randomised to continue or to stop."),
    ("single-arm", "Uncontrolled", "Everyone receives the drug; there is no comparison group."),
    ("non-randomised", "Not randomised", "Two or more groups that were not randomised; never pooled with randomised trials."),
    name="design",
)
MASKINGS = terms(
    ("anaesthesia", "Under anaesthesia", "The drug was given during anaesthesia, so that nobody could feel it."),
    name="masking",
)
SCHEDULES = terms(
    ("single", "Single dose", "The drug was given once by this time."),
    ("repeated", "Repeated doses", "The drug was given more than once by this time, known even where the number is not."),
)
TIMINGS = terms(
    ("at-time", "At this time", "The state of people at the time of the measurement."),
    ("any-time", "At any time until then", "People in whom it happened at least once by this time."),
    ("sustained", "Kept until then", "People in whom it lasted from an earlier time to this one."),
)
BLINDINGS = terms(
    ("double-blind", "Double-blind", "Neither patients nor raters were told the treatment."),
    ("single-blind", "Single-blind", "Only the raters, or only the patients, were not told."),
    ("open-label", "Open-label", "Everybody knew the treatment."),
    name="blinding",
)
POPULATIONS = terms(name="population")
AGE_GROUPS = terms(name="age_group")
BACKGROUNDS = terms(name="background")
INTERVENTIONS = terms(name="intervention")
ROUTES = terms(name="route")
DOSE_UNITS = terms(name="dose_unit")
ANCHORS = terms(
    ("first-dose", "first dose", "Hours are counted from the start of the first dose."),
    ("last-dose", "last dose", "Hours are counted from the last dose of the course."),
    ("randomisation", "randomisation", "Hours are counted from randomisation."),
    name="anchor",
)
ANALYSES = terms(
    ("main", "Main", "The trial's main analysis of this result; the only kind that is pooled."),
    ("sensitivity", "Sensitivity", "Another analysis of the same people and time."),
    ("subgroup", "Subgroup", "Part of the randomised people."),
    ("pooled-arms", "Pooled arms", "Several arms reported together that are also reported separately."),
    ("period-2", "Second period", "After re-randomisation or crossing over."),
    ("model", "Model", "A model over several times, beside the result at one time."),
)
UNITS = terms(name="unit")
EFFECT_MEASURES = terms(
    ("RR", "Risk ratio", "Risk with the drug divided by the risk with the comparator."),
    ("OR", "Odds ratio", "Odds with the drug divided by the odds with the comparator."),
    ("RD", "Risk difference", "Risk with the drug minus the risk with the comparator, as a fraction."),
    ("MD", "Mean difference", "Mean with the drug minus the mean with the comparator."),
    ("SMD", "Standardised mean difference", "Mean difference in units of the standard deviation."),
    ("HR", "Hazard ratio", "Hazard with the drug divided by the hazard with the comparator."),
)
SOURCES = terms(
    ("full text", "Full text", "The full article was read."),
    ("abstract", "Abstract", "Only the abstract was read."),
    ("registry", "Registry", "A trial registry's results record was read."),
    ("review", "Review", "Read in the tables of a systematic review."),
    ("secondary", "Secondary", "Read in another publication, label or summary."),
)
EXTRACTIONS = terms(
    ("reported", "Reported", "The number is in the source."),
    ("calculated", "Calculated", "Calculated from numbers in the source; the note says how."),
)
CONFIDENCES = terms(
    ("high", "High", "The number was read in the source and is unambiguous."),
    ("medium", "Medium", "Read second hand, calculated, or with one unclear detail."),
    ("low", "Low", "Conflicting or incomplete; pooled only on request."),
)
COMPARATOR_KINDS = terms(
    ("active placebo", "Active placebo", "A drug that is felt but does not treat the illness, so that guessing is harder."),
    ("inert placebo", "Inert placebo", "Nothing that is felt; most people can tell which they got."),
    ("active treatment", "Active treatment", "Another treatment of the illness."),
    ("no treatment", "No treatment", "A randomised group without the drug or a placebo."),
    ("other drug of the class", "Drug against drug", "Another form or dose of the drug itself."),
    ("uncontrolled", "Uncontrolled", "No comparison group."),
    ("not stated", "Not classified", "It is not stated whether it is felt or treats the illness."),
    name=COMPARATOR_KIND, ours_first=True,
)
COMPARATORS: Mapping[str, Comparator] = WordList((
    Comparator("none", "None", "uncontrolled", "An uncontrolled result, also inside a randomised trial."),
), "comparator")
INSTRUMENTS: Mapping[str, Instrument] = WordList((), "instrument")
NO_INSTRUMENT_RANK = 5
ROB_TOOLS = terms(
    ("Cochrane RoB 1", "Cochrane RoB 1", "Cochrane risk-of-bias tool of 2011."),
    ("Cochrane RoB 2", "Cochrane RoB 2", "Cochrane risk-of-bias tool of 2019."),
    ("ROBINS-I", "ROBINS-I", "Risk of bias in non-randomised studies of interventions."),
)
ROB_DOMAINS = terms(
    ("random-sequence-generation", "Random sequence", "How the random sequence was made."),
    ("allocation-concealment", "Allocation concealment", "Whether the next allocation could be foreseen."),
    ("blinding-of-participants-and-personnel", "Blinding of participants", "Whether patients and staff could tell the treatment."),
    ("blinding-of-outcome-assessment", "Blinding of raters", "Whether raters could tell the treatment."),
    ("incomplete-outcome-data", "Missing outcomes", "People lost, and how they were counted."),
    ("selective-reporting", "Selective reporting", "Whether planned results are missing."),
    ("other-bias", "Other bias", "Anything else."),
    ("confounding", "Confounding", "Whether the groups differed in other factors that affect the outcome."),
    ("selection-of-participants", "Selection of participants", "Whether people were selected into the study by what happened later."),
    ("classification-of-interventions", "Classification of interventions", "Whether it is certain who received which treatment."),
    ("randomisation-process", "Randomisation process", "How the groups were formed, and whether they were comparable."),
    ("deviations-from-intended-interventions", "Deviations from intended interventions", "Whether people received the intended treatment, and who knew it."),
    ("missing-outcome-data", "Missing outcome data", "Whether results are missing for people in the study."),
    ("measurement-of-the-outcome", "Measurement of the outcome", "Whether the rating could depend on the treatment."),
    ("selection-of-the-reported-result", "Selection of the reported result", "Whether the result was chosen from several."),
    ("overall", "Overall", "The tool's judgement of the result as a whole."),
)
ROB_JUDGEMENTS = terms(
    ("low", "Low risk", "The reviewers saw little reason to doubt."),
    ("unclear", "Unclear", "The report does not say enough."),
    ("some concerns", "Some concerns", "The reviewers saw some reason to doubt."),
    ("high", "High risk", "The reviewers saw good reason to doubt."),
    ("moderate", "Moderate risk", "Sound for a non-randomised study, but not comparable with a well-performed randomised trial."),
    ("serious", "Serious risk", "The reviewers saw important problems."),
    ("critical", "Critical risk", "Too problematic to provide evidence on the effect."),
    ("no information", "No information", "The report gives no information on which to judge."),
)


class Tool(NamedTuple):
    """The words of one tool: its domains in their order, and its judgements."""

    domains: tuple[str, ...]
    judgements: tuple[str, ...]


_LATER = (
    "deviations-from-intended-interventions",
    "missing-outcome-data",
    "measurement-of-the-outcome",
    "selection-of-the-reported-result",
    "overall",
)
_BEFORE = ("confounding", "selection-of-participants", "classification-of-interventions")
TOOL_WORDS: Mapping[str, Tool] = MappingProxyType(
    {
        "Cochrane RoB 1": Tool(tuple(ROB_DOMAINS)[:7], ("low", "unclear", "high")),
        "Cochrane RoB 2": Tool(("randomisation-process", *_LATER), ("low", "some concerns", "high", "no information")),
        "ROBINS-I": Tool((*_BEFORE, *_LATER), ("low", "moderate", "serious", "critical", "no information")),
    }
)
POLES = terms(
    ("unipolar", "Unipolar depression", "People with bipolar disorder were left out."),
    ("bipolar", "Bipolar depression", "People with bipolar disorder alone."),
)
CERTAINTIES = terms(
    ("high", "High certainty", "The true effect is very probably close to the estimate."),
    ("moderate", "Moderate certainty", "The true effect is probably close to the estimate."),
    ("low", "Low certainty", "The true effect may differ much from the estimate."),
    ("very low", "Very low certainty", "The true effect is probably different from the estimate."),
)
CONCERNS = terms(
    ("none", "No serious concern", "Nothing in this domain lowers the certainty."),
    ("serious", "Serious concern", "The domain lowers the certainty by one level."),
    ("very serious", "Very serious concern", "The domain lowers the certainty by two levels."),
    name="concern",
)
VERDICTS = terms(
    ("supported", "Supported", "The trials support the statement."),
    ("partly supported", "Partly supported", "The trials support part of it, or support it with conditions."),
    ("not supported", "Not supported", "No trial in these data supports it."),
    ("not assessed", "Not assessed", "These trials cannot answer it."),
)
TOPICS = terms(
    ("onset", "How fast", "How soon it works."),
    ("response", "How many", "For how many it works."),
    ("duration", "How long", "For how long it lasts."),
    ("safety", "Harms", "What harms it does."),
    ("background", "Background", "Definitions and mechanism."),
    ("reference", "Reference", "What the article cites."),
)
RELATIONS = terms(
    ("contains", "Contains", "Everyone in the other trial is also in this one."),
    ("extension-of", "Extension of", "People went on from the other trial into this one."),
    ("may-overlap", "May share people", "Some people may be in both; how many is not known."),
)
GAP_STATUSES = terms(
    ("published-not-read", "Published, not read", "The result is published; what was read here does not give it."),
    ("no-usable-numbers", "No usable numbers", "The source gives a finding, not the numbers that pooling needs."),
    ("registry-results-not-read", "In a registry, not read", "A registry has results that were not read here."),
    ("trial-not-held", "Trial not in these data", "The trial has no row here at all."),
    ("arm-not-usable", "An arm without numbers", "One of the trial's arms lacks the numbers that pooling needs."),
)
GAP_DIRECTIONS = terms(
    ("favours-drug", "Favours the drug", "The source says that the drug did better."),
    ("favours-comparator", "Favours the comparator", "The source says that the comparator did better."),
    ("no-difference", "No difference found", "The source says that no difference was found."),
    ("unknown", "Not known", "Nothing read says which way the result points."),
)
LISTING_BASES = terms(
    ("listed", "Listed", "The review lists the trial among those of this estimate."),
    ("inferred", "Inferred", "The trial follows from the numbers or the text of the review, which does not list it for this estimate."),
)
OUTCOME = "outcome"  # the list in `evidence.dataset.outcomes`
TOPIC, QUESTIONS = "topic", "questions"  # no lists: what the folder is about, which goes with its words
LISTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "instrument": INSTRUMENTS,
        "comparator": COMPARATORS,
        "intervention": INTERVENTIONS,
        "route": ROUTES,
        "population": POPULATIONS,
        "age_group": AGE_GROUPS,
        "background": BACKGROUNDS,
        "dose_unit": DOSE_UNITS,
        "unit": UNITS,
        "anchor": ANCHORS,
        "design": DESIGNS,
        "blinding": BLINDINGS,
        "masking": MASKINGS,
    }
)
EXTENSIBLE = terms(*((name, name.replace("_", " "), f"Words of the column {name}.") for name in (OUTCOME, *LISTS)))
RATERS = terms(
    ("clinician", "Clinician", "Somebody else rates."),
    ("self", "Self", "People rate themselves."),
    ("composite", "Several", "A parent, a teacher, or several scales together."),
)
DIRECTIONS = terms(
    ("higher", "Higher", "A higher number is better for the patient."),
    ("lower", "Lower", "A lower number is better for the patient."),
)
SPEEDS = terms(
    ("minutes", "Within minutes", "The drug acts within minutes."),
    ("slower", "Slower", "The drug is swallowed, or acts later for another reason."),
    ("not stated", "Not stated", "It is not stated how soon the drug acts by this route."),
)
_RANKS = {"clinician": 1, "self": 3, "composite": 4}


def word_file(name: str) -> str:
    """Return the file of a list.

    >>> word_file("outcome")
    'vocabulary/outcome.csv'
    """
    return f"vocabulary/{name}.csv"


def word_of(name: str, row: Mapping[str, Any]) -> Any:
    """Return the word that the cells of a row of a list's file give."""
    value, label, definition = row["value"], row["label"], row["definition"]
    if name == OUTCOME:
        return Outcome(value, label, row["group"], row["direction"], definition, row.get("state") == "yes")
    if name == "comparator":
        return Comparator(value, label, row["group"], definition)
    if name == "instrument":
        rater, rank = row["group"], row.get("rank")
        low, high, deviation = row.get("low"), row.get("high"), row.get("typical_sd")
        rank = _RANKS[rater] if rank is None else rank
        return Instrument(value, label, rater, rank, low, high, definition, row["direction"], deviation)
    return Term(value, label, definition, row.get("group") or "")


def read_shipped(name: str) -> bytes:
    """Return the bytes of a file of the data that come with the program; none where there is none."""
    path = shipped_data() / name
    return path.read_bytes() if path.is_file() else b""


@cache
def shipped_words() -> Words:
    """Return the words of the data that come with the program; none where they cannot be read."""
    from evidence.dataset.words import words_in  # it imports this module itself

    try:
        return words_in(shipped_data())
    except OSError:
        logger.exception("the words of the shipped data cannot be read")
        return MappingProxyType({})
