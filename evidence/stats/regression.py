"""Effects against one moderator: mixed-effects meta-regression; arithmetic only."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from evidence.stats.effect_sizes import Z95, Effect
from evidence.stats.pooling import Test, arrays, pool, reml, two_sided_p


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient with its standard error, 95 % interval and p."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    p: float


@dataclass(frozen=True, slots=True)
class Regression:
    """A straight line through the effects, on their analysis scale.

    `centre` is the moderator's mean, where the line has the height `height` and both errors are `height_se` and
    `slope.se`; the covariance of the two is `covariance`.
    """

    k: int
    test: str
    tau2: float
    intercept: Coefficient
    slope: Coefficient
    centre: float
    height: float
    height_se: float
    covariance: float
    critical: float

    def predict(self, x: float) -> tuple[float, float, float]:
        """Mean effect at one moderator value with its 95 % confidence limits: (estimate, low, high).

        >>> line = meta_regression([Effect(1.0, 0.1), Effect(2.0, 0.1), Effect(3.0, 0.1)], [0.0, 1.0, 2.0])
        >>> round(line.predict(1.0)[0], 6)
        2.0
        """
        step = x - self.centre
        estimate = self.height + self.slope.estimate * step
        variance = self.height_se**2 + 2 * step * self.covariance + (step * self.slope.se) ** 2
        half_width = self.critical * math.sqrt(max(0.0, variance))
        return estimate, estimate - half_width, estimate + half_width


def meta_regression(effects: Sequence[Effect], moderator: Sequence[float], test: Test = "adhoc") -> Regression | None:
    """Line of effect on moderator, REML tau²; None below three effects or when the moderator does not vary.

    Coefficients are weighted least squares with weights 1/(v + tau²); "knha" multiplies their covariance by
    Σw·residual²/(k − 2), "adhoc" by that but never less than 1, both with t of k − 2 degrees of freedom (Knapp &
    Hartung 2003); "z" leaves it alone.

    >>> line = meta_regression([Effect(1.0, 0.1), Effect(2.0, 0.1), Effect(3.0, 0.1)], [0.0, 1.0, 2.0])
    >>> round(line.slope.estimate, 6), round(line.intercept.estimate, 6), line.tau2
    (1.0, 1.0, 0.0)
    """
    if len(effects) != len(moderator):
        raise ValueError(f"{len(effects)} effects but {len(moderator)} moderator values")
    if not all(math.isfinite(value) for value in moderator):
        raise ValueError("a moderator value is not a finite number")
    k = len(effects)
    x = np.array(moderator, dtype=float)
    spread = float(np.ptp(x)) if k else 0.0
    if k < 3 or spread <= 1e-12 * float(np.abs(x).max()):
        return None
    y, v = arrays(effects)
    centre = float(x.mean())
    # A line's tau² does not depend on the moderator's origin or unit; this one keeps the arithmetic exact.
    tau2 = reml(y[:, None], v[:, None], (x - centre) / spread)[0]
    design = np.column_stack([np.ones(k), x - centre])
    weights = 1 / (v + tau2)
    covariance = np.linalg.inv(design.T @ (weights[:, None] * design))
    origin = float(np.median(y))
    height, slope = covariance @ (design.T @ (weights * (y - origin)))
    residual = y - origin - height - slope * (x - centre)
    factor = float(weights @ residual**2) / (k - 2)
    covariance *= {"adhoc": max(1.0, factor), "knha": factor, "z": 1.0}[test]
    df = None if test == "z" else k - 2
    critical = Z95 if df is None else float(stdtrit(df, 0.975))

    def coefficient(estimate: float, variance: float) -> Coefficient:
        se = math.sqrt(max(0.0, variance))
        low, high = estimate - critical * se, estimate + critical * se
        return Coefficient(estimate, se, low, high, two_sided_p(estimate, se, df))

    at_zero = covariance[0, 0] - 2 * centre * covariance[0, 1] + centre**2 * covariance[1, 1]
    return Regression(
        k=k,
        test=test,
        tau2=tau2,
        intercept=coefficient(float(origin + height - slope * centre), float(at_zero)),
        slope=coefficient(float(slope), float(covariance[1, 1])),
        centre=centre,
        height=float(origin + height),
        height_se=math.sqrt(covariance[0, 0]),
        covariance=float(covariance[0, 1]),
        critical=critical,
    )


@dataclass(frozen=True, slots=True)
class DoseArms:
    """The arms of one trial: their effects against one comparator, the moderator of each, and what they share.

    `shared` is the sampling covariance of any two of the effects, which the comparator arm that they share makes.
    """

    effects: tuple[Effect, ...]
    moderator: tuple[float, ...]
    shared: float


def within_slope(arms: DoseArms) -> Effect | None:
    """Slope of the effect on the moderator inside one trial; None below two arms at different values.

    Generalised least squares with an intercept of the trial's own: b = (x'Mx)⁻¹x'My with M the inverse covariance
    corrected for the intercept; the covariance holds the shared comparator arm off its diagonal, which the contrast
    between arms then cancels (Greenland & Longnecker 1992).

    >>> slope = within_slope(DoseArms((Effect(0.2, 0.3), Effect(0.5, 0.3)), (0.0, 1.0), 0.2))
    >>> round(slope.estimate, 6), round(slope.variance, 6)
    (0.3, 0.2)
    """
    x = np.array(arms.moderator, dtype=float)
    if len(x) < 2 or float(np.ptp(x)) <= 1e-12 * max(1.0, float(np.abs(x).max())):
        return None
    y, v = arrays(arms.effects)
    covariance = np.full((len(x), len(x)), arms.shared)
    np.fill_diagonal(covariance, v)
    inverse = np.linalg.inv(covariance)
    ones = np.ones(len(x))
    centred = inverse - np.outer(inverse @ ones, ones @ inverse) / float(ones @ inverse @ ones)
    information = float(x @ centred @ x)
    return Effect(float(x @ centred @ y) / information, 1 / information)


def within_line(trials: Sequence[DoseArms]) -> Regression | None:
    """Line of effect on moderator from contrasts inside trials alone; None below two trials with such a contrast.

    The slopes of the trials are pooled as a common one, Σb/var / Σ1/var with a Wald interval; the line passes through
    the weighted mean of all arms. What differs between trials makes no slope (Greenland & Longnecker 1992).

    >>> one = DoseArms((Effect(0.2, 0.3), Effect(0.5, 0.3)), (0.0, 1.0), 0.2)
    >>> line = within_line([one, one])
    >>> line.k, round(line.slope.estimate, 3), round(line.slope.se, 3)
    (2, 0.3, 0.316)
    """
    inside = [one for arms in trials if (one := within_slope(arms)) is not None]
    pooled = pool(inside, "EE")
    if pooled is None or pooled.k < 2:
        return None
    effects = [effect for arms in trials for effect in arms.effects]
    x = np.array([value for arms in trials for value in arms.moderator], dtype=float)
    y, v = arrays(effects)
    weights = 1 / v
    centre, height = float(weights @ x / weights.sum()), float(weights @ y / weights.sum())
    height_se = 1 / math.sqrt(float(weights.sum()))
    slope = Coefficient(pooled.estimate, pooled.se, pooled.ci_low, pooled.ci_high, pooled.p)
    start, start_se = height - pooled.estimate * centre, math.hypot(height_se, centre * pooled.se)
    low, high = start - Z95 * start_se, start + Z95 * start_se
    intercept = Coefficient(start, start_se, low, high, two_sided_p(start, start_se, None))
    return Regression(pooled.k, "z", 0.0, intercept, slope, centre, height, height_se, 0.0, Z95)
