"""REML pooling of 20, 200 and 2,000 studies beside R metafor and PyMARE, in turn in the same run."""

import json
import math
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.measuring import RUNS, Line, interleaved, median, timed
from evidence.stats.bayes import PRIORS, pool_bayes
from evidence.stats.effect_sizes import Effect
from evidence.stats.pooling import pool
from tools.browsers import rscript

SIZES = (20, 200, 2_000)
BAYES_GOALS = {5: 20, 20: 20, 200: 200}
"""Studies and the milliseconds within which a Bayesian pool of them must be done."""
_R = """
suppressMessages(library(metafor)); library(jsonlite)
arguments <- commandArgs(TRUE); d <- fromJSON(arguments[1]); runs <- as.integer(arguments[2])
fit <- function() rma(yi = d$y, vi = d$v, method = "REML", test = "knha")
if (runs > 3) fit()
times <- replicate(runs, system.time(fit())[["elapsed"]])
cat(toJSON(list(seconds = I(times), estimate = coef(fit())[[1]]), digits = 12))
"""
_R_RUNS = 3  # of 2,000 studies, each of which takes metafor more than 20 seconds


def studies(amount: int) -> list[Effect]:
    """Make different effects and variances, the same ones every time."""
    return [Effect(0.2 + math.sin(i) / 2, 0.01 + 0.19 * ((i * 37) % 100) / 100) for i in range(1, amount + 1)]


def pymare(effects: list[Effect]) -> Callable[[], Any]:
    """Run PyMARE's REML with its summary: estimate, interval, tau² with its interval, heterogeneity."""
    from pymare import Dataset
    from pymare.estimators import VarianceBasedLikelihoodEstimator

    y = np.array([[effect.estimate] for effect in effects])
    v = np.array([[effect.variance] for effect in effects])

    def work() -> Any:
        fitted = VarianceBasedLikelihoodEstimator(method="REML").fit_dataset(Dataset(y=y, v=v)).summary()
        return fitted.get_fe_stats(), fitted.get_re_stats(), fitted.get_heterogeneity_stats()

    return work


def metafor(effects: list[Effect], runs: int) -> tuple[list[float], float] | None:
    """Time metafor's fits and return its estimate; None without R."""
    program = rscript()
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        data, script = Path(folder) / "data.json", Path(folder) / "fit.R"
        data.write_text(json.dumps({"y": [e.estimate for e in effects], "v": [e.variance for e in effects]}), "utf-8")
        script.write_text(_R, "utf-8")
        done = subprocess.run([program, script, data, str(runs)], capture_output=True, text=True, check=True)
    fitted = json.loads(done.stdout.splitlines()[-1])
    return fitted["seconds"], float(np.ravel(fitted["estimate"])[0])


def lines(runs: int = RUNS) -> list[Line]:
    """Measure one line per size."""
    every = []
    for size in SIZES:
        effects = studies(size)
        ours, theirs = interleaved([lambda e=effects: pool(e), pymare(effects)], runs)
        times = median(o / t for o, t in zip(ours, theirs, strict=True))
        words = f"ours {1000 * median(ours):.1f} ms, PyMARE {1000 * median(theirs):.1f} ms ({times:.2f} times)"
        r = metafor(effects, runs if size < 2_000 else _R_RUNS)
        if r is None:
            words += ", metafor: no R here"
        else:
            pooled = pool(effects)
            apart = abs(pooled.estimate - r[1]) if pooled else math.nan
            repeated = f" over {len(r[0])} runs" if len(r[0]) != runs else ""
            words += f", metafor {1000 * median(r[0]):,.0f} ms{repeated}; estimates differ by {apart:.0e}"
        every.append(Line(f"pooling {size:,} studies", words, "at most 1.2 times PyMARE", times <= 1.2, runs))
    return [*every, *(_bayes(size, goal, runs) for size, goal in BAYES_GOALS.items())]


def _bayes(size: int, goal: int, runs: int) -> Line:
    """Measure a Bayesian pool; every run has effects of its own, so that none is remembered."""

    def work(run: int) -> Callable[[], object]:
        effects = [Effect(e.estimate + run / 1000, e.variance) for e in studies(size)]
        return lambda: pool_bayes(effects, PRIORS["rhodes"])

    took = 1000 * median([timed(work(run)) for run in range(runs + 1)][1:])
    return Line(f"Bayesian pool of {size:,} studies", f"{took:.1f} ms", f"under {goal} ms", took < goal, runs)
