"""What one valid row of each data file is: frozen Pydantic models, every field documented where it is declared.

The text under a field is its entry in the data dictionary, the tooltip on screen and the help in the form.
The order of the fields is the order of the columns.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from evidence.dataset import outcomes, vocabulary
from evidence.dataset.fields import (
    CitationKey,
    CitationList,
    Count,
    Nonnegative,
    Number,
    OptionalText,
    Percent,
    Positive,
    Probability,
    Registration,
    Slug,
    SlugList,
    SomeOf,
    Text,
    Word,
    YesOrBlank,
)


class Record(BaseModel):
    """What every record has in common: frozen, no unknown columns, and the line it stands on."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    line: Annotated[int, Field(exclude=True, repr=False)] = 0
    """Physical line in the file (the header is line 1); not a column."""

    @model_validator(mode="before")
    @classmethod
    def _leave_out_blank_cells(cls, cells: Any) -> Any:
        """Drop blank cells, so that a blank and an absent cell are the same."""
        if not isinstance(cells, Mapping):
            return cells
        return {name: text for name, text in cells.items() if not isinstance(text, str) or text.strip()}

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """List the file's columns in order."""
        return tuple(name for name, field in cls.model_fields.items() if not field.exclude)


class Result(Record):
    """One reported result of one comparison in one trial at one time point: a row of trials.csv."""

    trial: Slug
    """Short name of the trial in lower case, words joined by hyphens; the same on all its rows."""
    label: Text
    """Label used on charts: first author and year."""
    acronym: OptionalText = None
    """The trial's own acronym."""
    citation: CitationKey
    """The `id` in references.json of the paper that reports this number."""
    registration: Registration | None = None
    """Registry number: NCT, EudraCT, ISRCTN, ACTRN, ChiCTR, UMIN, CTRI, IRCT or the like."""
    design: Annotated[str, Word(vocabulary.DESIGNS)]
    """Design of the trial."""
    blinding: Annotated[str | None, Word(vocabulary.BLINDINGS)] = None
    """Who did not know the treatment."""
    population: Annotated[str, Word(vocabulary.POPULATIONS)]
    """Population, as defined by the trial."""
    age_group: Annotated[str, Word(vocabulary.AGE_GROUPS)]
    """Age group enrolled."""
    n_randomised: Count | None = None
    """People randomised (enrolled, where there was no randomisation)."""
    intervention: Annotated[str, Word(vocabulary.INTERVENTIONS)]
    """Drug of the intervention arm."""
    route: Annotated[str, Word(vocabulary.ROUTES)]
    """Route of administration."""
    dose: Positive | None = None
    """Dose of one administration, where it was fixed."""
    dose_unit: Annotated[str | None, Word(vocabulary.DOSE_UNITS)] = None
    """Unit of the dose."""
    dose_note: OptionalText = None
    """Flexible doses, schedule and other details of dosing."""
    administrations: Count | None = None
    """Doses planned by this time point; 1 is a single dose."""
    comparator: Annotated[str, Word(vocabulary.COMPARATORS)]
    """What the other arm received; `none` for an uncontrolled result."""
    background: Annotated[str | None, Word(vocabulary.BACKGROUNDS)] = None
    """What happened to other antidepressant treatment, in both arms."""
    outcome: Annotated[str, Word(outcomes.OUTCOMES)]
    """What was measured."""
    instrument: Annotated[str | None, Word(vocabulary.INSTRUMENTS)] = None
    """Rating scale the outcome was measured with."""
    unit: Annotated[str | None, Word(vocabulary.UNITS)] = None
    """Unit of means and medians."""
    hours: Nonnegative
    """Hours from the anchor to the measurement."""
    anchor: Annotated[str, Word(vocabulary.ANCHORS)]
    """What the hours are counted from."""
    analysis: Annotated[str, Word(vocabulary.ANALYSES)]
    """Kind of analysis; only `main` is pooled."""
    primary: YesOrBlank = None
    """`yes` where this was the trial's primary outcome."""
    events_intervention: Count | None = None
    """People with the outcome in the intervention arm."""
    n_intervention: Count | None = None
    """People analysed in the intervention arm."""
    events_comparator: Count | None = None
    """People with the outcome in the comparator arm."""
    n_comparator: Count | None = None
    """People analysed in the comparator arm."""
    percent_intervention: Percent | None = None
    """Per cent with the outcome in the intervention arm, as reported."""
    percent_comparator: Percent | None = None
    """Per cent with the outcome in the comparator arm, as reported."""
    mean_intervention: Number | None = None
    """Mean in the intervention arm."""
    sd_intervention: Number | None = None
    """Standard deviation in the intervention arm."""
    mean_comparator: Number | None = None
    """Mean in the comparator arm."""
    sd_comparator: Number | None = None
    """Standard deviation in the comparator arm."""
    median_intervention: Number | None = None
    """Median in the intervention arm (days, for time to relapse)."""
    median_comparator: Number | None = None
    """Median in the comparator arm (days, for time to relapse)."""
    effect_measure: Annotated[str | None, Word(vocabulary.EFFECT_MEASURES)] = None
    """Measure of the reported effect; differences are intervention minus comparator."""
    effect: Number | None = None
    """Effect as reported."""
    ci_low: Number | None = None
    """Lower limit of the reported 95% interval."""
    ci_high: Number | None = None
    """Upper limit of the reported 95% interval."""
    p_value: Probability | None = None
    """Reported p value, if exact; a bound such as p < 0.05 belongs in the note."""
    source: Annotated[str, Word(vocabulary.SOURCES)]
    """What was read to get the number."""
    locator: Text
    """Where in the source the number is: table, figure, page or section."""
    extraction: Annotated[str, Word(vocabulary.EXTRACTIONS)]
    """Whether the number was reported or calculated."""
    confidence: Annotated[str, Word(vocabulary.CONFIDENCES)]
    """How sure the curator is of the row."""
    note: OptionalText = None
    """What a reader should know about this number."""
    se: Positive | None = None
    """Standard error of the effect, as reported; of a ratio, the standard error of its logarithm."""
    schedule: Annotated[str | None, Word(vocabulary.SCHEDULES)] = None
    """Whether the drug was given once or repeatedly by this time, known even where the number of doses is not."""
    timing: Annotated[str | None, Word(vocabulary.TIMINGS)] = None
    """Whether people had the outcome at this time, at any time until then, or from an earlier time until then."""
    masking: Annotated[str | None, Word(vocabulary.MASKINGS)] = None
    """What kept people from feeling the drug, besides the comparator; the same on all rows of a trial."""
    comparator_arm: OptionalText = None
    """Short name of the comparator's people: rows of one trial that share them share this word."""
    inside: Annotated[tuple[str, ...], Field(exclude=True, repr=False)] = ()
    """Trials that everybody of this trial is in as well, from overlaps.csv; not a column."""
    shares: Annotated[tuple[str, ...], Field(exclude=True, repr=False)] = ()
    """Trials that share people with this one, how many is not known, from overlaps.csv; not a column."""
    silent_arms: Annotated[tuple[str, ...], Field(exclude=True, repr=False)] = ()
    """Arms of the same measurement of which gaps.csv says that they have no usable numbers; not a column."""
    is_retracted: Annotated[bool, Field(exclude=True, repr=False)] = False
    """Whether the publication that reports the number was retracted, from references.json; not a column."""

    @property
    def doubt(self) -> str:
        """Return why the number is shown and not pooled, whatever is asked; empty if it may be pooled."""
        if self.is_retracted:
            return "the publication was retracted"
        return "low confidence" if self.confidence == "low" else ""

    @property
    def dated(self) -> str:
        """The year as the label writes it, with a letter where two trials share name and year; empty without one.

        >>> [Result.model_construct(label=label).dated for label in ("Murrough 2013a", "TRANSFORM-1")]
        ['2013a', '']
        """
        return next((word for word in self.label.split() if word[:4].isdigit() and len(word) in (4, 5)), "")

    @property
    def year(self) -> int | None:
        """The year that the label names; None without one."""
        return int(self.dated[:4]) if self.dated else None

    @property
    def is_controlled(self) -> bool:
        """Whether the result compares two arms."""
        return self.comparator != "none"

    @property
    def people(self) -> int | None:
        """People analysed in both arms together, None where an arm's number is unknown."""
        if not self.is_controlled or self.n_intervention is None:
            return self.n_intervention
        return None if self.n_comparator is None else self.heads(self.n_intervention, self.n_comparator)

    def heads(self, intervention: int, comparator: int) -> int:
        """Count the people in two arms of this trial.

        In a crossover trial the same people are in both, unless the arms together are no more than were randomised,
        which means that only one period was analysed.
        """
        together = intervention + comparator
        is_twice = self.design == "crossover" and (self.n_randomised is None or together > self.n_randomised)
        return max(intervention, comparator) if is_twice else together


class Judgement(Record):
    """One published judgement of risk of bias: a row of risk_of_bias.csv."""

    trial: Slug
    """The trial judged."""
    tool: Annotated[str, Word(vocabulary.ROB_TOOLS)]
    """The tool the reviewers used."""
    domain: Annotated[str, Word(vocabulary.ROB_DOMAINS)]
    """The domain judged."""
    judgement: Annotated[str, Word(vocabulary.ROB_JUDGEMENTS)]
    """The judgement."""
    citation: CitationKey
    """The `id` in references.json of the review that judged."""
    locator: Text
    """Where in the review the judgement is."""


class PublishedEstimate(Record):
    """One pooled estimate reported by a published meta-analysis: a row of reviews.csv."""

    estimate: CitationKey
    """Short name of the estimate."""
    label: Text
    """Label of the review on charts."""
    citation: CitationKey
    """The `id` in references.json of the review."""
    intervention: Text
    """Drug pooled; `any` where several forms were pooled together."""
    route: OptionalText = None
    """Route pooled, where the review kept to one."""
    comparator: Text
    """Comparator pooled; `any control` where several were pooled together."""
    outcome: Annotated[str, Word(outcomes.OUTCOMES)]
    """What was measured."""
    hours: Nonnegative | None = None
    """Hours after the first dose, where the review names a time."""
    time: Text
    """The time in the review's words."""
    effect_measure: Annotated[str, Word(vocabulary.EFFECT_MEASURES)]
    """Measure of the estimate."""
    effect: Number
    """Pooled estimate."""
    ci_low: Number
    """Lower end of the 95% interval."""
    ci_high: Number
    """Upper end of the 95% interval."""
    k: Count | None = None
    """Trials pooled."""
    n: Count | None = None
    """People pooled."""
    i2: Percent | None = None
    """I² in per cent, as reported."""
    certainty: Annotated[str | None, Word(vocabulary.CERTAINTIES)] = None
    """GRADE certainty as the review rates it; empty where it does not."""
    note: OptionalText = None
    """What a reader should know about this estimate."""
    pole: Annotated[str | None, Word(vocabulary.POLES)] = None
    """Pole of the depression, where the review kept to one."""
    _trials: frozenset[str] = PrivateAttr(default_factory=frozenset)

    @property
    def trials(self) -> frozenset[str]:
        """The trials of trials.csv that the estimate pooled, as far as review_trials.csv lists them."""
        return self._trials

    def listing(self, trials: Iterable[str]) -> Self:
        """Return the estimate with the trials it pooled."""
        known = self.model_copy()
        known._trials = frozenset(trials)
        return known


class Claim(Record):
    """One statement of a popular article, with the verdict of the trials: a row of claims.csv."""

    claim: Slug
    """Short name of the statement."""
    topic: Annotated[str, Word(vocabulary.TOPICS)]
    """Which question it answers."""
    statement: Text
    """The statement, in our words."""
    verdict: Annotated[str, Word(vocabulary.VERDICTS)]
    """What the trials say."""
    explanation: Text
    """Why."""
    trials: SlugList = ()
    """Trials that bear on it, separated by semicolons."""
    citations: CitationList = ()
    """Citations that bear on it, separated by semicolons."""


class Overlap(Record):
    """Two trials that share people: a row of overlaps.csv."""

    trial: Slug
    """The trial that contains, extends or may share people of the other."""
    other_trial: Slug
    """The other trial."""
    relation: Annotated[str, Word(vocabulary.RELATIONS)]
    """How the two share people."""
    citation: CitationKey
    """The `id` in references.json of the source that says so."""
    note: OptionalText = None
    """What is known of the people they share."""


class Rating(Record):
    """How sure a named person is of one pooled number, and why: a row of certainty.csv.

    The judgements are that person's. The latest row of a question, outcome and time is shown, apart from published
    ratings.
    """

    question: Text
    """Short name of the question in questions.csv, or `everything`."""
    outcome: Annotated[str, Word(outcomes.OUTCOMES)]
    """The outcome rated."""
    time: Text
    """The span of time rated, by its short name, such as 24h; `all` for what is counted to its end."""
    risk_of_bias: Annotated[str, Word(vocabulary.CONCERNS)]
    """Concern about bias in the trials."""
    inconsistency: Annotated[str, Word(vocabulary.CONCERNS)]
    """Concern that results differ between trials."""
    indirectness: Annotated[str, Word(vocabulary.CONCERNS)]
    """Concern that people, treatments or outcomes are not those of the question."""
    imprecision: Annotated[str, Word(vocabulary.CONCERNS)]
    """Concern about how wide the interval is and how few people there are."""
    missing_evidence: Annotated[str, Word(vocabulary.CONCERNS)]
    """Concern about results that exist and are not pooled."""
    certainty: Annotated[str, Word(vocabulary.CERTAINTIES)]
    """The overall certainty."""
    reasons: Text
    """Why, in the rater's words."""
    rater: Text
    """Name of the person who rated."""
    rated_on: Text
    """The day of the rating, as 2026-11-27."""
    data: Text
    """Version of the data that was rated, by the first eight letters of its hash."""


class Gap(Record):
    """One result known to exist but not in these data in usable form: a row of gaps.csv."""

    trial: Slug | None = None
    """Short name of the trial; blank if trials.csv has no row of it."""
    label: Text
    """Label of the trial: first author and year."""
    registration: Registration | None = None
    """Registry number, where one is known."""
    comparator: OptionalText = None
    """What the other arm received, where it is known; a word of trials.csv or the source's own."""
    outcome: Annotated[str, Word(outcomes.OUTCOMES)]
    """What was measured."""
    instrument: Annotated[str | None, Word(vocabulary.INSTRUMENTS)] = None
    """Rating scale, where it is known."""
    hours: Nonnegative | None = None
    """Hours to the measurement, where a time is known."""
    people: Count | None = None
    """People in the comparison, where their number is known."""
    status: Annotated[str, Word(vocabulary.GAP_STATUSES)]
    """Why the result is not in these data."""
    direction: Annotated[str, Word(vocabulary.GAP_DIRECTIONS)]
    """Which way the result points, as far as a source says."""
    p_value: Probability | None = None
    """Reported p value, if exact."""
    known_from: Text
    """Source of this information: an `id` in references.json, a DOI or words."""
    note: OptionalText = None
    """What is known of the result."""


class ReviewTrial(Record):
    """One trial inside one published estimate: a row of review_trials.csv."""

    review: CitationKey
    """The `estimate` in reviews.csv."""
    trial: Slug | None = None
    """Short name of the trial; blank if trials.csv has no row of it."""
    label: Text
    """Label of the trial."""
    basis: Annotated[str, Word(vocabulary.LISTING_BASES)]
    """Whether the review lists the trial for this estimate or it was inferred."""
    note: OptionalText = None
    """How it was inferred, and what else is known."""


class VocabularyWord(Record):
    """One word of a list: a row of a file in vocabulary/."""

    value: Text
    """The word as rows write it."""
    label: Text
    """The word as pages show it."""
    definition: Text
    """What it means."""


class OutcomeWord(VocabularyWord):
    """One outcome that results report: a row of vocabulary/outcome.csv."""

    group: Annotated[str, Word(outcomes.OUTCOME_GROUPS)]
    """The group it is shown in, which says whether it is a benefit or a harm."""
    direction: Annotated[str, Word(vocabulary.DIRECTIONS)]
    """Which direction is good for the patient."""
    state: YesOrBlank = None
    """`yes` if people either have it or not at a given time, so that only results at that time are pooled."""


class ScaleWord(VocabularyWord):
    """One rating scale: a row of vocabulary/instrument.csv."""

    group: Annotated[str, Word(vocabulary.RATERS)]
    """Who rates."""
    direction: Annotated[str | None, Word(vocabulary.DIRECTIONS)] = None
    """Which direction of its score is good for the patient; blank where a converted file does not say."""
    low: Number | None = None
    """The lowest possible score; blank with the highest where neither was read in a source."""
    high: Number | None = None
    """The highest possible score."""
    rank: Count | None = None
    """Its place in the choice of one result per trial; 0 comes first, blank goes by who rates."""
    typical_sd: Positive | None = None
    """A typical standard deviation after treatment, in points, where one is known."""
    range_source: OptionalText = None
    """Where the range was read."""


class ComparatorWord(VocabularyWord):
    """One comparator: a row of vocabulary/comparator.csv."""

    group: Annotated[str, Word(vocabulary.COMPARATOR_KINDS)]
    """How far people could guess their treatment."""


class RouteWord(VocabularyWord):
    """One route: a row of vocabulary/route.csv."""

    group: Annotated[str, Word(vocabulary.SPEEDS)]
    """How soon the drug acts by it."""


WORD_MODELS: Mapping[str, type[VocabularyWord]] = {
    **dict.fromkeys(vocabulary.EXTENSIBLE, VocabularyWord),
    "outcome": OutcomeWord,
    "instrument": ScaleWord,
    "comparator": ComparatorWord,
    "route": RouteWord,
}
"""What a word of each list says of itself."""


class StartingQuestion(Record):
    """One question that readers start from: a row of questions.csv. The first opens; a blank cell asks for nothing."""

    name: Slug
    """Short name of the question, as links have it."""
    label: Text
    """The question as readers see it."""
    intervention: Annotated[tuple[str, ...], SomeOf(vocabulary.INTERVENTIONS)] = ()
    """Drugs, separated by semicolons."""
    route: Annotated[tuple[str, ...], SomeOf(vocabulary.ROUTES)] = ()
    """Routes, separated by semicolons."""
    dose: Positive | None = None
    """The dose of one administration."""
    dose_unit: Annotated[str | None, Word(vocabulary.DOSE_UNITS)] = None
    """Unit of the dose."""
    comparator: Annotated[tuple[str, ...], SomeOf(vocabulary.COMPARATORS)] = ()
    """Comparators, separated by semicolons."""
    comparator_kind: Annotated[tuple[str, ...], SomeOf(vocabulary.COMPARATOR_KINDS)] = ()
    """Kinds of comparator, separated by semicolons."""
    schedule: Annotated[str | None, Word(vocabulary.SCHEDULES)] = None
    """Whether the drug was given once or repeatedly."""
    population: Annotated[tuple[str, ...], SomeOf(vocabulary.POPULATIONS)] = ()
    """Populations, separated by semicolons."""
    age_group: Annotated[tuple[str, ...], SomeOf(vocabulary.AGE_GROUPS)] = ()
    """Age groups, separated by semicolons."""


# Columns that came with the second release: a file without them is read with these cells blank.
LATER: Mapping[type[Record], tuple[str, ...]] = {
    Result: ("se", "schedule", "timing", "masking", "comparator_arm"),
    PublishedEstimate: ("pole",),
    OutcomeWord: ("state",),
    ScaleWord: ("low", "high", "rank", "typical_sd", "range_source"),
    StartingQuestion: (
        *("intervention", "route", "dose", "dose_unit", "comparator", "comparator_kind", "schedule"),
        *("population", "age_group"),
    ),
}
