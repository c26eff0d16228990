"""One effect a trial: which results of a trial enter a pool, how dose arms are combined, and why the rest do not.

The choice is the Cochrane Handbook's (5.4, 6.2.9, 23.3.4): main analyses only; then by instrument (its rank in the
vocabulary: clinician-rated before self-rated), the trial's primary outcome, the time nearest to the bin's centre. Dose
arms that remain are combined into one. Nothing is dropped without a reason on record.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from evidence.dataset.declared import TimeBin
from evidence.dataset.outcomes import OUTCOMES, is_state
from evidence.dataset.records import Result
from evidence.dataset.time_bins import usual_time
from evidence.dataset.topic import topic
from evidence.dataset.vocabulary import INSTRUMENTS, INTERVENTIONS, NO_INSTRUMENT_RANK
from evidence.selection.selection import trials_of
from evidence.stats.effect_sizes import MEASURES, Z95, Counts, Effect
from evidence.synthesis import arms
from evidence.synthesis.arms import Origin, measured

_OTHER_TIMING = {
    "any-time": "people who had it at any time until then, not at the time",
    "sustained": "people in whom it lasted until then, not at the time",
}
SYMPTOMS = ("symptom-change", "symptom-endpoint")


@dataclass(frozen=True, slots=True)
class Question:
    """What is pooled: outcomes, effect measure, time bin (None: the time nearest to the usual one) and what is let in.

    `without` names trials the reader leaves out; `barred` gives a reason for each citation that is not let in.
    """

    outcomes: tuple[str, ...]
    measure: str
    bin: TimeBin | None
    instrument: str | None = None
    low_confidence: bool = False
    crossovers: bool = True
    without: tuple[str, ...] = ()
    barred: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def centre(self) -> float:
        """The hour that the chosen result should be near."""
        return self.bin.centre if self.bin else usual_time().centre

    @property
    def title(self) -> str:
        """The outcome, its instrument and the time bin, as a heading.

        >>> Question(("response",), "RR", None).title
        'Response, each trial at its time nearest to 24 hours'
        """
        name = OUTCOMES[self.outcomes[0]].label if len(self.outcomes) == 1 else "Symptom score"
        scale = f" ({self.instrument})" if self.instrument else ""
        time = self.bin.label.lower() if self.bin else f"each trial at its time nearest to {usual_time().spoken}"
        return f"{name}{scale}, {time}"

    def objection(self, result: Result) -> str:
        """Explain why this question does not pool a result that has numbers; empty if it does."""
        if result.trial in self.without:
            return "left out by the reader"
        if result.doubt and (result.is_retracted or not self.low_confidence):
            return result.doubt
        if result.design == "crossover" and not self.crossovers:
            return "crossover"
        return self.barred.get(result.citation, "")


@dataclass(frozen=True, slots=True)
class TrialEffect:
    """One trial's effect on a question, with the results behind it; or None and the reason why it has none."""

    trial: str
    label: str
    results: tuple[Result, ...]
    effect: Effect | None
    origin: Origin | None
    excluded: str = ""
    intervention: Counts | None = None
    comparator: Counts | None = None
    people: int | None = None
    measure: str = ""

    @property
    def key(self) -> str:
        """The lines of the results behind the effect, as a mark carries them."""
        return " ".join(str(result.line) for result in self.results)

    @property
    def how(self) -> str:
        """How the effect came about, in words; empty where there is none."""
        return arms.how(self.origin, self.results)

    @property
    def low(self) -> float | None:
        """Lower end of the 95% interval, on the analysis scale: the printed one where the effect is printed."""
        return self._end(-1)

    @property
    def high(self) -> float | None:
        """Upper end of the 95% interval, on the analysis scale: the printed one where the effect is printed."""
        return self._end(1)

    def _end(self, side: int) -> float | None:
        if self.effect is None:
            return None
        only = self.results[0] if len(self.results) == 1 else None
        printed = None if only is None else only.ci_low if side < 0 else only.ci_high
        if printed is not None and self.is_printed:
            return math.log(printed) if MEASURES[self.measure].scale == "log" else printed
        return self.effect.estimate + side * Z95 * self.effect.standard_error

    @property
    def is_printed(self) -> bool:
        """Whether the effect is the one the trial printed, rather than worked out from its arms."""
        return self.origin is not None and self.origin.is_printed and len(self.results) == 1

    @property
    def first(self) -> Result:
        """The result that stands for the trial's description."""
        return self.results[0]

    @property
    def hours(self) -> float:
        """Hours of the measurement."""
        return self.first.hours

    @property
    def is_low_confidence(self) -> bool:
        """Whether any result behind the effect is of low confidence."""
        return any(result.confidence == "low" for result in self.results)


Known = dict[tuple[int, ...], "TrialEffect"]
"""Entries of one question by the identities of the results of their trial."""


def trial_effects(results: Iterable[Result], question: Question, known: Known | None = None) -> tuple[TrialEffect, ...]:
    """Make one entry per trial that reports the outcome in the bin; `excluded` says why one is not pooled.

    Who asks the same question of several selections of the same results hands in `known`: a trial whose results are
    the same objects as before keeps its entry.
    """
    asked = [r for r in results if r.outcome in question.outcomes]
    if question.bin is not None:
        low, high = question.bin.low, question.bin.high
        asked = [r for r in asked if low <= r.hours <= high]
    asked = [r for r in asked if r.is_controlled]
    if known is None:
        return tuple(_of_trial(rows, question) for rows in trials_of(asked).values())
    entries = []
    for rows in trials_of(asked).values():
        key = tuple(map(id, rows))
        entry = known.get(key)
        if entry is None:
            entry = known[key] = _of_trial(rows, question)
        entries.append(entry)
    return tuple(entries)


def pooled_inputs(entries: Iterable[TrialEffect]) -> tuple[TrialEffect, ...]:
    """Keep the entries that have an effect and are not excluded."""
    return tuple(entry for entry in entries if entry.effect is not None and not entry.excluded)


def _of_trial(rows: tuple[Result, ...], question: Question) -> TrialEffect:
    def left_out(reason: str, among: Sequence[Result] = rows) -> TrialEffect:
        return TrialEffect(rows[0].trial, rows[0].label, tuple(among), None, None, reason)

    main = [r for r in rows if r.analysis == "main"]
    if not main:
        return left_out("only a subgroup, sensitivity or later-period analysis")
    anchored = [r for r in main if r.anchor in topic().anchors]
    if not anchored:
        return left_out("time counted from the last dose")
    outside = [r for r in anchored if r.comparator not in INTERVENTIONS]
    if not outside:
        return left_out(f"both arms had a form of {topic().drug}", anchored)
    if rows[0].design == "non-randomised":
        return left_out("the groups were not randomised", outside)
    if rows[0].design == "withdrawal" and OUTCOMES[rows[0].outcome].group == "efficacy":
        return left_out("only people who had responded were randomised, to continue or stop", outside)
    timed = [r for r in outside if not is_state(r.outcome) or r.timing in (None, "at-time")]
    if not timed:
        return left_out(_OTHER_TIMING[outside[0].timing or ""], outside)
    outside = timed
    # A result with an objection speaks for its trial only where there is none without; it is drawn, not pooled.
    preferred = [r for r in outside if not question.objection(r)] or outside
    fitting = [r for r in preferred if question.instrument in (None, r.instrument)]
    if not fitting:
        return left_out(f"not measured on {question.instrument}", anchored)
    if question.measure == "MD":
        in_points = [r for r in fitting if r.unit == "points"]
        if not in_points:
            return left_out("not in points of the scale", fitting)
        fitting = in_points
    ranked = sorted(fitting, key=lambda r: _rank(r, question)) if len(fitting) > 1 else fitting
    first_scale = ranked[0].instrument
    best: TrialEffect | None = None
    for lead in ranked:
        if best is not None and best.effect is not None and lead.instrument != first_scale:
            break
        entry = _entry([r for r in ranked if _same_measurement(r, lead)], question)
        if entry.effect is not None and entry.origin not in _RESIDUAL:
            return entry
        if best is None or (best.effect is None and entry.effect is not None):
            best = entry
    assert best is not None
    return best


# The standard deviation behind these is that of a model's residuals, smaller than the raw one: means and SDs of the
# same trial go first, also where they are those of another measurement on the same instrument.
_RESIDUAL = (Origin.PRINTED_DIFFERENCE, Origin.DIFFERENCE_SE, Origin.DIFFERENCE_P)


def _rank(result: Result, question: Question) -> tuple[int, bool, float, int]:
    instrument = INSTRUMENTS.get(result.instrument or "")
    return (
        instrument.rank if instrument else NO_INSTRUMENT_RANK,
        result.primary != "yes",
        abs(result.hours - question.centre),
        result.line,
    )


def _same_measurement(a: Result, b: Result) -> bool:
    return a is b or _measurement(a) == _measurement(b)


_measurement = attrgetter("instrument", "outcome", "hours", "anchor", "comparator", "intervention", "route", "unit")


def _entry(of_one: Sequence[Result], question: Question) -> TrialEffect:
    effect = measured(of_one, question.measure)
    first = effect.results[0]
    return TrialEffect(
        first.trial,
        first.label,
        effect.results,
        effect.effect,
        effect.origin,
        effect.excluded or next((reason for r in effect.results if (reason := question.objection(r))), ""),
        effect.intervention,
        effect.comparator,
        effect.people,
        question.measure,
    )
