"""One effect a trial: which results of a trial enter a pool, how dose arms are combined, and why the rest do not.

The choice is the Cochrane Handbook's (5.4, 6.2.9, 23.3.4): main analyses only; then by instrument (MADRS, Hamilton,
other clinician-rated, self-rated), the trial's primary outcome, the time nearest to the bin's centre. Dose arms that
remain are combined into one. Nothing is dropped without a reason on record.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from evidence import effects
from evidence.effects import Z95, Counts, Effect, Scores
from evidence.records import Result
from evidence.selection import trials_of
from evidence.times import TimeBin
from evidence.vocabulary import INSTRUMENTS, INTERVENTIONS, NO_INSTRUMENT_RANK

SYMPTOMS = ("symptom-change", "symptom-endpoint")
SCORE_MEASURES = ("MD", "SMD")


@dataclass(frozen=True, slots=True)
class Question:
    """What is pooled: outcomes, effect measure, time bin (None: the time nearest to 24 hours) and what is let in."""

    outcomes: tuple[str, ...]
    measure: str
    bin: TimeBin | None
    instrument: str | None = None
    low_confidence: bool = False
    crossovers: bool = True

    @property
    def centre(self) -> float:
        """The hour that the chosen result should be near."""
        return self.bin.centre if self.bin else 24.0


@dataclass(frozen=True, slots=True)
class TrialEffect:
    """One trial's effect on a question, with the results behind it; or None and the reason why it has none."""

    trial: str
    label: str
    results: tuple[Result, ...]
    effect: Effect | None
    how: str
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
    def low(self) -> float | None:
        """Lower end of the 95% Wald interval, on the analysis scale."""
        return self.effect.estimate - Z95 * self.effect.standard_error if self.effect else None

    @property
    def high(self) -> float | None:
        """Upper end of the 95% Wald interval, on the analysis scale."""
        return self.effect.estimate + Z95 * self.effect.standard_error if self.effect else None

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


def trial_effects(results: Iterable[Result], question: Question) -> tuple[TrialEffect, ...]:
    """One entry for each trial that reports the outcome in the bin; `excluded` says why one is not pooled."""
    asked = [r for r in results if r.outcome in question.outcomes and r.is_controlled]
    if question.bin is not None:
        asked = [r for r in asked if question.bin.holds(r.hours)]
    return tuple(_of_trial(rows, question) for rows in trials_of(asked).values())


def pooled_inputs(entries: Iterable[TrialEffect]) -> tuple[TrialEffect, ...]:
    """The entries that have an effect and are not excluded."""
    return tuple(entry for entry in entries if entry.effect is not None and not entry.excluded)


def _of_trial(rows: tuple[Result, ...], question: Question) -> TrialEffect:
    def left_out(reason: str, among: Sequence[Result] = rows) -> TrialEffect:
        return TrialEffect(rows[0].trial, rows[0].label, tuple(among), None, "", reason)

    main = [r for r in rows if r.analysis == "main"]
    if not main:
        return left_out("only a subgroup, sensitivity or later-period analysis")
    anchored = [r for r in main if r.anchor != "last-dose"]
    if not anchored:
        return left_out("time counted from the last dose")
    if all(r.comparator in INTERVENTIONS for r in anchored):
        return left_out("both arms had a form of ketamine", anchored)
    sure = [r for r in anchored if r.confidence != "low"]
    preferred = anchored if question.low_confidence or not sure else sure
    fitting = [r for r in preferred if question.instrument in (None, r.instrument)]
    if not fitting:
        return left_out(f"not measured on {question.instrument}", anchored)
    if question.measure == "MD" and not any(r.unit == "points" for r in fitting):
        return left_out("not in points of the scale", fitting)
    ranked = sorted(fitting, key=lambda r: _rank(r, question))
    best: TrialEffect | None = None
    for lead in ranked:
        entry = _combined([r for r in ranked if _same_measurement(r, lead)], question)
        if entry.effect is not None:
            return entry
        best = best or entry
    assert best is not None
    return best


def _rank(result: Result, question: Question) -> tuple[int, bool, float, int]:
    instrument = INSTRUMENTS.get(result.instrument or "")
    return (
        instrument.rank if instrument else NO_INSTRUMENT_RANK,
        result.primary != "yes",
        abs(result.hours - question.centre),
        result.line,
    )


def _same_measurement(a: Result, b: Result) -> bool:
    names = ("instrument", "outcome", "hours", "anchor", "comparator", "intervention", "route", "unit")
    return all(getattr(a, name) == getattr(b, name) for name in names)


def _combined(arms: Sequence[Result], question: Question) -> TrialEffect:
    for attempt in _WAYS[question.measure]:
        entry = attempt(arms, question)
        if entry is not None:
            break
    else:
        entry = TrialEffect(arms[0].trial, arms[0].label, tuple(arms), None, "", _missing(arms, question))
    return _judged(replace(entry, measure=question.measure), question)


def _judged(entry: TrialEffect, question: Question) -> TrialEffect:
    if not entry.excluded and entry.is_low_confidence and not question.low_confidence:
        return replace(entry, excluded="low confidence")
    if not entry.excluded and not question.crossovers and entry.first.design == "crossover":
        return replace(entry, excluded="crossover")
    return entry


def _shared(arms: Sequence[Result], names: tuple[str, ...]) -> bool:
    return len({tuple(getattr(arm, name) for name in names) for arm in arms}) == 1


def _by_counts(arms: Sequence[Result], question: Question) -> TrialEffect | None:
    """From events and people, dose arms summed; a comparator arm that they share counts once."""
    usable = [
        (arm, Counts(arm.events_intervention, arm.n_intervention), Counts(arm.events_comparator, arm.n_comparator))
        for arm in arms
        if arm.events_intervention is not None
        and arm.n_intervention
        and arm.events_comparator is not None
        and arm.n_comparator
    ]
    if not usable:
        return None
    used = tuple(arm for arm, _, _ in usable)
    intervention = effects.combine_counts([drug for _, drug, _ in usable])
    controls = [control for _, _, control in usable]
    shared = _shared(used, ("events_comparator", "n_comparator"))
    comparator = controls[0] if shared else effects.combine_counts(controls)
    function = effects.MEASURES[question.measure].function
    effect = function(intervention, comparator) if function else None
    return TrialEffect(
        used[0].trial,
        used[0].label,
        used,
        effect,
        "counts" if len(used) == 1 else f"counts, {len(used)} dose arms combined",
        "" if effect else "nobody or everybody had the outcome in both arms",
        intervention,
        comparator,
        intervention.n + comparator.n,
    )


def _by_printed(arms: Sequence[Result], question: Question) -> TrialEffect | None:
    """From the printed effect and its interval; dose arms averaged as sharing a comparator."""
    printed = [arm for arm in arms if arm.effect_measure == question.measure and _has_interval(arm)]
    if not printed:
        return None
    is_log = effects.MEASURES[question.measure].scale == "log"
    parts = [effects.from_interval(_f(arm.effect), _f(arm.ci_low), _f(arm.ci_high), log=is_log) for arm in printed]
    effect = parts[0] if len(parts) == 1 else effects.average_effects(parts)
    how = "printed effect and interval" if len(parts) == 1 else f"printed effects, {len(parts)} dose arms averaged"
    return TrialEffect(printed[0].trial, printed[0].label, tuple(printed), effect, how, people=_people(printed))


def _by_scores(arms: Sequence[Result], question: Question) -> TrialEffect | None:
    """From means, standard deviations and people, dose arms combined."""
    usable = [(arm, *scores) for arm in arms if (scores := _scores(arm)) is not None]
    if not usable:
        return None
    used = tuple(arm for arm, _, _ in usable)
    intervention = effects.combine_scores([drug for _, drug, _ in usable])
    controls = [control for _, _, control in usable]
    shared = _shared(used, ("mean_comparator", "sd_comparator", "n_comparator"))
    comparator = controls[0] if shared else effects.combine_scores(controls)
    function = effects.MEASURES[question.measure].function
    effect = function(intervention, comparator) if function else None
    how = "means and SDs" if len(used) == 1 else f"means and SDs, {len(used)} dose arms combined"
    return TrialEffect(used[0].trial, used[0].label, used, effect, how, people=intervention.n + comparator.n)


def _by_difference(arms: Sequence[Result], question: Question) -> TrialEffect | None:
    """SMD from a printed mean difference: its interval and the arm sizes give the SD (Handbook 6.5.2.3)."""
    usable = tuple(
        arm
        for arm in arms
        if arm.effect_measure == "MD" and _has_interval(arm) and arm.n_intervention and arm.n_comparator
    )
    if not usable:
        return None
    parts = [
        effects.g_from_mean_difference(
            _f(arm.effect), _f(arm.ci_low), _f(arm.ci_high), arm.n_intervention or 0, arm.n_comparator or 0
        )
        for arm in usable
    ]
    effect = parts[0] if len(parts) == 1 else effects.average_effects(parts)
    how = "printed difference, SD from its interval"
    return TrialEffect(usable[0].trial, usable[0].label, usable, effect, how, people=_people(usable))


_WAYS = {
    "RR": (_by_counts, _by_printed),
    "OR": (_by_counts, _by_printed),
    "RD": (_by_counts, _by_printed),
    "HR": (_by_printed,),
    "MD": (_by_printed, _by_scores),
    "SMD": (_by_scores, _by_printed, _by_difference),
}


def _scores(arm: Result) -> tuple[Scores, Scores] | None:
    values = (
        arm.mean_intervention,
        arm.sd_intervention,
        arm.n_intervention,
        arm.mean_comparator,
        arm.sd_comparator,
        arm.n_comparator,
    )
    if any(value is None for value in values):
        return None
    mean_i, sd_i, n_i, mean_c, sd_c, n_c = (_f(value) for value in values)
    return Scores(mean_i, sd_i, int(n_i)), Scores(mean_c, sd_c, int(n_c))


def _f(value: float | None) -> float:
    assert value is not None
    return value


def _has_interval(arm: Result) -> bool:
    return arm.effect is not None and arm.ci_low is not None and arm.ci_high is not None and arm.ci_low < arm.ci_high


def _people(arms: Sequence[Result]) -> int | None:
    """People behind dose arms, a shared comparator counted once."""
    drug = [arm.n_intervention for arm in arms]
    control = [arm.n_comparator for arm in arms]
    if any(n is None for n in (*drug, *control)):
        return arms[0].n_randomised
    comparator = control[0] if _shared(arms, ("n_comparator",)) else sum(n or 0 for n in control)
    return sum(n or 0 for n in drug) + (comparator or 0)


def _missing(arms: Sequence[Result], question: Question) -> str:
    if question.measure in SCORE_MEASURES:
        if any(arm.effect is not None or arm.mean_intervention is not None for arm in arms):
            return "no interval, SD or number of people reported"
        return "no difference or means reported"
    if any(arm.percent_intervention is not None for arm in arms):
        return "only percentages reported, no numbers of people"
    return "counts not reported for both arms"
