"""How the effect rises and falls over time: one curve over all results of all trials, for a single dose or a course.

Pools bin by bin answer each time by itself. This model uses every result of a trial at once: its results correlate,
the trials differ by a random effect, and the mean follows a restricted cubic spline in the logarithm of the hours.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from evidence.dataset.records import Result
from evidence.dataset.time_bins import HOURS_A_DAY, asked_at, in_words, usual_time
from evidence.dataset.topic import primary_scale
from evidence.formatting import Sentence, counted, listed, number
from evidence.selection.filters import REPEATED, SINGLE, comparator_kind, schedule
from evidence.selection.selection import Criterion, Selection, apply
from evidence.stats.effect_sizes import MEASURES, Z95
from evidence.stats.multilevel import Multilevel, fit, restricted_cubic, sampling_covariance, spline_knots
from evidence.synthesis.display import Estimate, interval_in_words, shown
from evidence.synthesis.trial_effects import SYMPTOMS, Question, TrialEffect, trial_effects

PLACEBOS = ("active placebo", "inert placebo")
RHO = 0.5
RHOS = (0.3, 0.5, 0.7, 0.9)
MIN_TRIALS = 3
_REACH = math.log10(2)  # a trial speaks for times up to twice as early or as late as it measured
_STEPS = 60
SCHEDULES = {SINGLE: "After a single dose", REPEATED: "During and after a course"}


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The curve at one time: mean and 95% interval on the analysis scale, and the trials whose span covers it.

    Points of one `stretch` follow each other without a gap. `robust_error` is the standard error by the CR2 sandwich,
    which does not rely on the correlation that the model assumes.
    """

    hours: float
    mean: float
    low: float
    high: float
    trials: int
    stretch: int = 0
    robust_error: float | None = None

    @property
    def error(self) -> float:
        """The standard error by the model."""
        return (self.high - self.mean) / Z95


@dataclass(frozen=True, slots=True)
class TimeCurve:
    """The results of one schedule and, where enough trials allow it, the curve through them.

    `entries` are one effect per trial, time and instrument. `points` is empty where no stretch has three trials.
    `reason` says why there is no curve.
    """

    schedule: str
    measure: str
    rho: float
    entries: tuple[TrialEffect, ...]
    points: tuple[CurvePoint, ...]
    model: Multilevel | None = field(compare=False)
    reason: str = ""

    @property
    def trials(self) -> int:
        """Trials with at least one result in the model."""
        return len({entry.trial for entry in self.entries})

    @property
    def stretches(self) -> tuple[tuple[CurvePoint, ...], ...]:
        """The points in runs without a gap, each drawn as a curve of its own."""
        return tuple(tuple(run) for _, run in groupby(self.points, lambda point: point.stretch))

    @property
    def ends(self) -> tuple[CurvePoint, ...]:
        """The first and the last point, one where they are the same; none without a curve."""
        return tuple(dict.fromkeys((self.points[0], self.points[-1]))) if self.points else ()

    @property
    def title(self) -> str:
        """The schedule as a heading."""
        return SCHEDULES[self.schedule]


def time_curves(
    results: Iterable[Result], measure: str, rho: float = RHO, low_confidence: bool = False
) -> tuple[TimeCurve, TimeCurve]:
    """Return the curve of a single dose and that of a course, for "MD", "SMD" (any scale) or "RR" (response).

    Randomised withdrawals ask another question and are left out, as are trials compared with another treatment.
    """
    rows = [r for r in results if r.is_controlled and r.design != "withdrawal"]
    entries = _entries(rows, measure, low_confidence)
    single = [entry for entry in entries if schedule(entry.first) == SINGLE]
    course = [entry for entry in entries if schedule(entry.first) == REPEATED]
    return _curve(SINGLE, measure, rho, single), _curve(REPEATED, measure, rho, course)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The curves drawn for a selection, its own or those of the nearest wider one, and what was given up to reach it.

    `curves` is empty where there is none; `reason` then says why.
    """

    curves: tuple[TimeCurve, ...]
    dropped: tuple[Criterion, ...] = ()
    reason: str = ""

    @property
    def words(self) -> str:
        """Name the criteria given up; empty where the curves are the selection's own."""
        if not self.dropped:
            return ""
        return f"not only where {listed(list(dict.fromkeys(c.words for c in self.dropped)))}"


def nearest(everything: Iterable[Result], selected: Iterable[Result], selection: Selection, measure: str) -> Nearest:
    """Return the curves of the selection, else those of the first wider one that has any.

    The preset's criteria are given up one by one, the last named first; the reader's own filters are kept. A selection
    without a placebo asks another question than the curves of placebo do, so nothing is borrowed for it.
    """
    rows, preset, dropped = tuple(selected), list(selection.named.criteria), list[Criterion]()
    tried = time_curves(rows, measure)
    reason = next((curve.reason for curve in tried if curve.entries), tried[0].reason)
    is_against_placebo = any(comparator_kind(r) in PLACEBOS for r in rows)
    own = [criterion for criterion in selection.criteria() if criterion.source != "preset"]
    while not any(curve.points for curve in tried):
        if not (preset and is_against_placebo):
            return Nearest((), (), reason)
        dropped.append(preset.pop())
        tried = time_curves(apply(everything, (*preset, *own)), measure)
    return Nearest(tuple(curve for curve in tried if curve.points), tuple(dropped))


def in_short(curve: TimeCurve) -> str:
    """Say for one curve when it is drawn, its first and last value with their bands, and its trials.

    Raises `ValueError` for a curve without a point.
    """
    if not curve.points:
        raise ValueError("no curve is drawn")
    ends = [f"{_value(curve.measure, p.mean)} at {time_of(p.hours)} ({_band(curve.measure, p)})" for p in curve.ends]
    return f"{curve.title}, curve over time: {listed(ends)}; {counted(curve.trials, 'trial')}"


def _entries(rows: Sequence[Result], measure: str, low_confidence: bool) -> list[TrialEffect]:
    """Return one usable effect per trial, time and instrument, in that order."""
    outcomes = ("response",) if measure == "RR" else SYMPTOMS
    scale = primary_scale() if measure == "MD" else None
    question = Question(outcomes, measure, None, scale, low_confidence=low_confidence)
    asked = [r for r in rows if r.outcome in outcomes and (measure != "MD" or r.instrument == scale)]

    def key(result: Result) -> tuple[str, float, str, bool]:
        return result.trial, result.hours, result.instrument or "", schedule(result) == SINGLE

    entries = []
    for _, group in groupby(sorted(asked, key=key), key):
        usable = [e for e in trial_effects(list(group), question) if e.effect is not None and not e.excluded]
        entries += usable
    placebo = [entry for entry in entries if comparator_kind(entry.first) in PLACEBOS]
    alone = len({entry.first.comparator for entry in entries}) == 1
    return placebo or (entries if alone else [])


def _curve(kind: str, measure: str, rho: float, entries: Sequence[TrialEffect]) -> TimeCurve:
    ordered = tuple(sorted(entries, key=lambda entry: (entry.trial, entry.hours)))
    blocks = [list(group) for _, group in groupby(ordered, lambda entry: entry.trial)]
    times = [[_log(entry) for entry in block] for block in blocks]
    covered = _grid(times)
    if not covered:
        reason = f"No stretch of time has results of {MIN_TRIALS} trials or more, so no curve over time is drawn."
        return TimeCurve(kind, measure, rho, ordered, (), None, reason)
    flat = [t for block in times for t in block]
    knots = spline_knots(flat)
    covariances = [
        sampling_covariance(
            [entry.effect.variance for entry in block if entry.effect is not None],
            at,
            [entry.first.instrument or "" for entry in block],
            rho,
        )
        for block, at in zip(blocks, times, strict=True)
    ]
    effects = [entry.effect.estimate for entry in ordered if entry.effect is not None]
    try:
        model = fit(effects, restricted_cubic(flat, knots), covariances, [len(block) for block in blocks])
    except ValueError:
        return TimeCurve(kind, measure, rho, ordered, (), None, "The trials measured at too few times for a curve.")
    design = restricted_cubic([at for at, *_ in covered], knots)
    mean, error = model.predict(design)
    robust = model.predict(design, robust=True)[1] if model.robust is not None else None
    points = tuple(
        CurvePoint(
            10**at,
            float(m),
            float(m - Z95 * e),
            float(m + Z95 * e),
            k,
            stretch,
            float(robust[place]) if robust is not None else None,
        )
        for place, ((at, k, stretch), m, e) in enumerate(zip(covered, mean, error, strict=True))
    )
    return TimeCurve(kind, measure, rho, ordered, points, model)


def _log(entry: TrialEffect) -> float:
    return math.log10(max(entry.hours, 0.5))


def _grid(times: Sequence[Sequence[float]]) -> list[tuple[float, int, int]]:
    """Return the log10 hours at which the curve is drawn, how many trials cover each, at least three, and the stretch.

    A gap between two stretches is a time that fewer trials reach: the curve stops and begins again.
    """
    flat = [t for block in times for t in block]
    if not flat:
        return []
    low, high = min(flat), max(flat)
    steps = [low + (high - low) * i / (_STEPS - 1) for i in range(_STEPS)] if high > low else [low]
    asked = [math.log10(item.centre) for item in asked_at() if low <= math.log10(item.centre) <= high]
    steps = sorted({*steps, *asked})
    covered: list[tuple[float, int, int]] = []
    stretch, is_open = 0, False
    for at in steps:
        k = sum(min(t) - _REACH <= at <= max(t) + _REACH for t in times)
        if k >= MIN_TRIALS:
            covered.append((at, k, stretch))
        elif is_open:
            stretch += 1
        is_open = k >= MIN_TRIALS
    return covered


def in_a_sentence(curve: TimeCurve) -> str:
    """Say what the curve rests on and where it is drawn; nothing about where it is "clear"."""
    if not curve.points:
        return curve.reason
    results, trials = counted(len(curve.entries), "result"), counted(curve.trials, "trial")
    return (
        f"The curve rests on {results} of {trials}. It is drawn {listed([_reach(one) for one in curve.stretches])}: "
        f"only there do at least {MIN_TRIALS} trials have results, each no more than twice as early or as late as the "
        "time shown."
    )


def time_of(hours: float) -> str:
    """Write a time of the curve with two digits, in days from two days on.

    >>> time_of(23.97), time_of(169.9)
    ('24 h', '7.1 d')
    """
    rounded = float(f"{hours:.2g}") if hours < 2 * HOURS_A_DAY else HOURS_A_DAY * float(f"{hours / HOURS_A_DAY:.2g}")
    return in_words(rounded)


def _reach(stretch: Sequence[CurvePoint]) -> str:
    first, last = (time_of(p.hours) for p in (stretch[0], stretch[-1]))
    return f"at {first}" if first == last else f"from {first} to {last}"


def headline(curve: TimeCurve) -> Sentence:
    """Say where the curve lies at its first and last time and at the usual one between them, each with its band."""
    if not curve.points:
        return Sentence(curve.reason)
    usual = usual_time().centre
    nearest = min(curve.points, key=lambda p: abs(math.log(p.hours / usual)))
    chosen = [curve.points[0], nearest, curve.points[-1]]
    if abs(math.log(nearest.hours / usual)) > _NEAR:
        chosen.remove(nearest)
    parts = {time_of(p.hours): p for p in chosen}
    where = "After a single dose" if curve.schedule == SINGLE else "During and after a course"
    values = [f"{_value(curve.measure, p.mean)} at {time}" for time, p in parts.items()]
    bands = [f"{time}: {_band(curve.measure, p)}, {counted(p.trials, 'trial')}" for time, p in parts.items()]
    return Sentence(f"{where} the curve lies at {listed(values)}", f"95% CI at {'; at '.join(bands)}")


_NEAR = 0.15  # how far, as a natural logarithm, a point may lie from the usual time to speak for it


def value_at(curve: TimeCurve, point: CurvePoint) -> str:
    """Return the curve's value at a point with its time, without the unit.

    >>> value_at(TimeCurve("single dose", "MD", 0.5, (), (), None), CurvePoint(24, -4.06, -5, -3, 3))
    '−4.1 at 24 h'
    """
    return f"{shown(curve.measure, point.mean)} at {time_of(point.hours)}"


def _value(measure: str, value: float) -> str:
    if measure == "MD":
        return f"{shown(measure, value)} points"
    return f"{MEASURES[measure].label.lower()} {shown(measure, value)}"


def _band(measure: str, point: CurvePoint) -> str:
    return interval_in_words(measure, point.low, point.high)


def sensitivity(curve: TimeCurve, hours: float) -> list[tuple[float, CurvePoint]]:
    """Return the curve's nearest point to an hour for each assumed correlation in `RHOS`; empty without a curve."""
    tried = []
    for rho in RHOS:
        other = _curve(curve.schedule, curve.measure, rho, curve.entries)
        if other.points:
            tried.append((rho, min(other.points, key=lambda p: abs(math.log(p.hours / hours)))))
    return tried


def point_asked(curve: TimeCurve) -> CurvePoint:
    """Return the point nearest to the time one asks for: the topic's first after one dose, its last in a course."""
    hours = asked_at()[0 if curve.schedule == SINGLE else -1].centre
    return min(curve.points, key=lambda p: abs(math.log(p.hours / hours)))


def by_correlation(curve: TimeCurve) -> str:
    """Say what the curve would be at the time it is asked for if results of a trial correlated otherwise."""
    if not curve.points:
        return ""
    point = point_asked(curve)
    tried = sensitivity(curve, point.hours)
    if not tried:
        return ""
    at = time_of(tried[0][1].hours)
    values = [f"{rho:g}: {Estimate(curve.measure, p.mean, p.low, p.high).text}" for rho, p in tried]
    text = f"At {at}, by the correlation assumed between results of one trial: {'; '.join(values)}."
    if point.robust_error is not None:
        text += (
            f" Standard error there: {number(point.error, 2)} by the model, {number(point.robust_error, 2)} by the CR2 "
            "sandwich, which does not rely on that correlation."
        )
    return text


TWO_MODELS = (
    "Curve and pools are two models, so their numbers at one time may differ: the curve takes every result of a trial, "
    "at all of its times, a pool only the results of one span."
)
"""Why the curve and the pool of a span do not agree to the digit."""
LIMITS = (
    "A curve through trials of different people, doses and comparators: its shape is that of the trials that measured "
    f"at each time. Results of one trial are taken to correlate (by {RHO:g} between times of which one is ten times "
    "as late); the correlation is assumed, as no trial reports it."
)
"""How to read any curve."""


def on_axis(measure: str, value: float) -> float:
    """Return a value of the analysis scale as the axis shows it: a ratio from its logarithm.

    >>> on_axis("RR", 0.0), on_axis("MD", -2.0)
    (1.0, -2.0)
    """
    return math.exp(value) if MEASURES[measure].scale == "log" else value
