"""How the effect rises and falls over time: one curve over all results of all trials, for a single dose or a course.

Pools bin by bin answer each time by itself. This model uses every result of a trial at once: its results correlate,
the trials differ by a random effect, and the mean follows a restricted cubic spline in the logarithm of the hours.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from evidence.dataset.records import Result
from evidence.dataset.time_bins import in_words
from evidence.dataset.topic import primary_scale
from evidence.formatting import counted
from evidence.selection.filters import REPEATED, SINGLE, comparator_kind, schedule
from evidence.stats.effect_sizes import MEASURES, Z95
from evidence.stats.multilevel import Multilevel, fit, restricted_cubic, sampling_covariance, spline_knots
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
    """The curve at one time: mean and 95% interval on the analysis scale, and the trials whose span covers it."""

    hours: float
    mean: float
    low: float
    high: float
    trials: int


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
    model: Multilevel | None
    reason: str = ""

    @property
    def trials(self) -> int:
        """Trials with at least one result in the model."""
        return len({entry.trial for entry in self.entries})

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
        reason = f"No stretch of time has results of {MIN_TRIALS} trials or more, so no curve is drawn."
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
    mean, error = model.predict(restricted_cubic([at for at, _ in covered], knots))
    points = tuple(
        CurvePoint(10**at, float(m), float(m - Z95 * e), float(m + Z95 * e), k)
        for (at, k), m, e in zip(covered, mean, error, strict=True)
    )
    return TimeCurve(kind, measure, rho, ordered, points, model)


def _log(entry: TrialEffect) -> float:
    return math.log10(max(entry.hours, 0.5))


def _grid(times: Sequence[Sequence[float]]) -> list[tuple[float, int]]:
    """Return the log10 hours at which the curve is drawn, with how many trials cover each: at least three."""
    flat = [t for block in times for t in block]
    if not flat:
        return []
    low, high = min(flat), max(flat)
    steps = [low + (high - low) * i / (_STEPS - 1) for i in range(_STEPS)] if high > low else [low]
    covered = [(at, sum(min(t) - _REACH <= at <= max(t) + _REACH for t in times)) for at in steps]
    return [(at, k) for at, k in covered if k >= MIN_TRIALS]


def in_a_sentence(curve: TimeCurve) -> str:
    """Say what the curve rests on and where it is drawn; nothing about where it is "clear"."""
    if not curve.points:
        return curve.reason
    results, trials = counted(len(curve.entries), "result"), counted(curve.trials, "trial")
    first, last = (in_words(float(f"{p.hours:.2g}")) for p in (curve.points[0], curve.points[-1]))
    where = f"at {first}" if first == last else f"from {first} to {last}"
    return (
        f"The curve rests on {results} of {trials}. It is drawn {where}: only there do at least {MIN_TRIALS} trials "
        "have results, each no more than twice as early or as late as the time shown."
    )


def sensitivity(results: Iterable[Result], measure: str, kind: str, hours: float) -> list[tuple[float, CurvePoint]]:
    """Return the curve's nearest point to an hour for each assumed correlation in `RHOS`; empty without a curve."""
    rows, out = tuple(results), []
    for rho in RHOS:
        curve = next(c for c in time_curves(rows, measure, rho) if c.schedule == kind)
        if curve.points:
            nearest = min(curve.points, key=lambda p: abs(math.log(p.hours / hours)))
            out.append((rho, nearest))
    return out


def on_axis(measure: str, value: float) -> float:
    """Return a value of the analysis scale as the axis shows it: a ratio from its logarithm.

    >>> on_axis("RR", 0.0), on_axis("MD", -2.0)
    (1.0, -2.0)
    """
    return math.exp(value) if MEASURES[measure].scale == "log" else value
