"""Where the numbers come from: decisions, limits, literature and versions; the formulas are in `formulas`."""
# ruff: noqa: E501 - one decision a line

import platform
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from evidence.content.literature import LITERATURE
from evidence.stats.bayes import PRIORS, pool_bayes
from evidence.stats.effect_sizes import Effect
from evidence.stats.pooling import pool

CITED = re.compile(r"[A-Z][\w-]+(?: & [A-Z][\w-]+)? (?:19|20)\d\d\b|\bHandbook\b|\bmetafor\b")
"""How a text names a source: author and year, the Cochrane Handbook, or metafor."""
_SIGN = re.compile(r"[\\*_{}\[\]<>#|~$:]")
PACKAGES: Mapping[str, str] = MappingProxyType(
    {
        "numpy": "arrays",
        "scipy": "distributions, root finding",
        "statsmodels": "Wilson and Newcombe intervals, variance of the Mantel-Haenszel odds ratio",
        "pandas": "tables",
        "pydantic": "validation of rows",
        "plotly": "charts",
        "streamlit": "pages",
    }
)


class Decision(NamedTuple):
    """One choice that another analyst might have made differently."""

    question: str
    decision: str
    source: str


# fmt: off
DECISIONS: tuple[Decision, ...] = (
    Decision("Effect of counts", "Log risk ratio by default, log odds ratio or risk difference on request. A study with an empty cell gets 0.5 added to all four. If nobody or everybody had the event in both arms, RR and OR are not estimable: the study is shown but not pooled. The risk difference includes it.", "Handbook 10.4; metafor"),
    Decision("Effect of scores", "Mean difference on one instrument, Hedges' g across instruments. For points, a reported model-based difference with its interval is preferred to raw arm means; for g, raw means and SDs are preferred, also from another measurement on the same instrument, because the error of a model gives the SD of its residuals and inflates g.", "Handbook 6.5 and 10.5; Hedges 1981"),
    Decision("One result per trial", "Within a pool each trial gives one result: main analysis; then the scale, clinician-rated before self-rated, in the order that the vocabulary gives them; then the primary outcome; then the time nearest to the bin's centre. The rest are listed with the reason.", "Handbook 5.4"),
    Decision("Several dose arms", "Arms within the filter are combined into one: counts summed, means and SDs combined. Reported differences are averaged with correlation 0.5 for the comparator arm they share. Strata with comparators of their own are different people and are combined as such.", "Handbook 6.2.9 and 23.3.4; Borenstein 2009"),
    Decision("Crossover trials", "Used as if parallel, and can be left out; its people count once. A mean difference keeps the crossover's own, paired interval, which is narrower and right for it. A standardised difference does not: its error is that of parallel groups, because the paired one would give it up to eight times too much weight. No standard deviation is worked out from a crossover's interval.", "Handbook 23.2"),
    Decision("Kinds of comparator", "Comparisons with another treatment are drawn but not pooled if there are comparisons with placebo; otherwise they are pooled with each other. Two forms of the drug against each other are never pooled with either.", "House rule"),
    Decision("Low confidence", "Rows of low confidence are drawn hollow, and pooled only on request.", "House rule"),
    Decision("Model", "Bayesian random effects at every number of trials: a normal likelihood, a flat prior on the mean effect and a published prior on how much effects differ between trials. It is integrated in one dimension, without sampling, so that the same trials always give the same numbers. Others on request and side by side under Sensitivity: REML with Wald, Hartung-Knapp or modified Hartung-Knapp intervals, DerSimonian-Laird, Paule-Mandel, common effect, Mantel-Haenszel, and half-normal priors.", "Röver 2020; Handbook 10.10"),
    Decision("Confidence interval", "The interval of a pool is the central 95% credible interval, printed as CrI, with the probability that the effect lies on its side of no effect. One trial keeps its own confidence interval. The rule used before, Wald at two trials and modified Hartung-Knapp from three, was most sure where least is known: with equal errors and no heterogeneity its half-width is 1.39 standard errors of a trial at two trials, 2.48 at three and 1.59 at four, so that a third trial equal to the first two widened the interval.", "Röver 2015; IntHout 2014"),
    Decision("Prediction interval", "Of the true effect in another setting, from five trials on; a trial there would scatter more. With fewer trials tau is given with its interval instead.", "Higgins 2009"),
    Decision("Prior on heterogeneity", "Two or three trials cannot show how much effects differ between places; hundreds of other reviews can. Ratios: tau² log-normal(−2.12, 1.53²), against another drug (−2.35, 1.60²), adverse events (−1.87, 1.52²). Standardised differences: tau² log-t with 5 degrees of freedom (−2.99, 2.16), against another drug (−3.27, 2.14); points are that times the median standard deviation reported for the instrument. Risk differences take the prior of ratios times p(1 − p) at the risk p of all people; hazard ratios a half-normal(0.5) on tau. The prior used is printed beside every pool.", "Turner 2015; Rhodes 2015"),
    Decision("Certainty of words", "No wording depends on whether an interval excludes no effect: sentences give the estimate, its interval and its probability. Leaving a trial out shows how far the estimate and tau move.", "House rule"),
    Decision("Harms", "One number for a harm on every page: the risk difference of Mantel and Haenszel. Nothing is added to cells without events, and trials in which nobody had it stay in with their people. Where nobody had it in any trial, Newcombe's interval of all people together.", "Mantel & Haenszel 1959; Handbook 10.4.4"),
    Decision("Randomised withdrawal", "Only people who had responded are randomised, to continue or stop. That is another question, so such trials are never pooled for symptoms, response or remission, and in harms only on request. Strata of one trial are one study: their common hazard ratio.", "Handbook 23.1"),
    Decision("Single dose and course", "Beyond eight days they are never pooled together: a dose four weeks ago is not a course of four weeks. The kind with more trials is pooled, the other listed.", "House rule"),
    Decision("Heterogeneity", "tau² with its Q-profile interval, I² and H² from tau² and the typical variance, Cochran's Q.", "Viechtbauer 2007; Higgins & Thompson 2002"),
    Decision("Few trials", "No trial: said plainly. One: the trial alone, not called pooled. Two, or one trial with more than 80% of the weight: that trial first, then what the others add, then the pooled range; no number of 100 is made that nobody observed. Funnel plot and test of small studies only from ten trials on.", "Handbook 13.3"),
    Decision("Subgroups", "Where a group has fewer than five trials all groups share one tau²: two trials cannot show how much effects differ, and a group of one would else weigh in the comparison as if they did not. From five trials in every group on, each has its own. A group of one trial shows that trial's own interval. A difference between groups is not proof of a cause.", "Borenstein 2009; Handbook 10.11.3"),
    Decision("Number needed to treat", "From the pooled RR, OR or RD at a comparator rate that the reader sets. An interval that includes no effect runs through infinity. Where nobody on the comparator had the outcome no ratio is turned into people: the summary of findings pools the difference of a harm instead.", "Altman 1998; house rule"),
    Decision("Single proportions", "Wilson interval.", "Newcombe 1998"),
    Decision("One trial's risk difference", "Newcombe interval.", "Newcombe 1998"),
    Decision("Dose response", "Contrasts of doses inside trials alone, on the binary logarithm of the dose, intravenous and in mg/kg, with the covariance that a shared comparator arm makes. A line is drawn from two trials of several doses on; trials of one dose each differ in people and time as well and make none.", "Greenland & Longnecker 1992"),
    Decision("Times", "Measurements are pooled in the bins below; one between two bins belongs to none and is listed as such. Times from the last dose are never mixed with times from the first.", "House rule"),
)
NOT_DONE: tuple[str, ...] = (
    "No network meta-analysis: treatments that were not compared in one trial are not ranked against each other.",
    "No individual participant data: only published results.",
    "No imputation of missing standard deviations: a trial without one, and without an interval to derive it from, is listed and not pooled.",
    "No certainty ratings of our own: certainty is that of a published review of the same question, or “not rated”.",
    "No risk-of-bias judgements of our own: they are quoted from published reviews.",
    "No correction for publication bias: asymmetry is shown, effects are not adjusted for it.",
    "No conversion of doses between routes or between forms of a drug.",
)
LIMITS: tuple[str, ...] = (
    "The data are a curated collection, not the result of a registered systematic search; trials may be missing.",
    "Many rows come from abstracts, registries or secondary sources. The page on data quality says how many and which.",
    "Most people can tell what they were given. No model corrects an effect for broken blinding.",
    "With few trials the interval depends on the prior. Sensitivity shows the same trials under every other model.",
    "A crossover trial used as if parallel has a wider interval than its own analysis; of points its own is kept.",
    "A time bin holds trials measured at somewhat different hours.",
    "The interval of an NNT carries the uncertainty of the effect, not that of the comparator rate.",
    "Harms are as each trial chose to assess and report them; “not reported” is not zero.",
)
# fmt: on
class Width(NamedTuple):
    """Half the width of the interval of a pool of equal trials, in standard errors of one: by the old rule and now."""

    trials: int
    old: float
    now: float


MOST_TRIALS = 10


def widths() -> tuple[Width, ...]:
    """Return how wide the interval of 2 to 10 trials is that all found the same, by the old rule and by the present.

    The old rule took Wald's interval at two trials and the modified Hartung-Knapp one from three.
    """
    rows = []
    for trials in range(2, MOST_TRIALS + 1):
        effects = [Effect(0.0, 1.0)] * trials
        old, now = pool(effects), pool_bayes(effects, PRIORS["rhodes"])
        assert old is not None
        assert now is not None
        rows.append(Width(trials, (old.ci_high - old.ci_low) / 2, (now.ci_high - now.ci_low) / 2))
    return tuple(rows)


def as_markdown(text: str) -> str:
    r"""Convert a text of the code to Markdown: backticks mark code, every other sign is escaped.

    >>> print(as_markdown("`a*b` is a*b"))
    `a*b` is a\*b
    """
    outside_first = text.split("`")
    if len(outside_first) % 2 == 0:  # a backtick without its pair
        outside_first = [text.replace("`", "'")]
    return "`".join(part if place % 2 else _SIGN.sub(r"\\\g<0>", part) for place, part in enumerate(outside_first))


def cited(texts: Iterable[str]) -> set[str]:
    """Return the keys of `LITERATURE` that texts name, known or not; metafor is cited by its article."""
    return {"Viechtbauer 2010" if name == "metafor" else name for text in texts for name in CITED.findall(text) if name}


def literature_frame() -> pd.DataFrame:
    """Everything the methods cite."""
    return pd.DataFrame(
        [{"Cited as": key, "Reference": one.text, "Address": one.url or None} for key, one in LITERATURE.items()]
    )


def decisions_table() -> str:
    """Write the decisions as a Markdown table, one per row: question, decision, source."""
    rows = (
        f"| **{as_markdown(d.question)}** | {as_markdown(d.decision)} | {as_markdown(d.source)} |" for d in DECISIONS
    )
    return "\n".join(("| Question | Decision | Source |", "|:--|:--|:--|", *rows))


def versions_frame() -> pd.DataFrame:
    """Tabulate the software that computed the numbers of this page."""
    rows = [{"Software": "Python", "Version": platform.python_version(), "Used for": "everything"}]
    for package, use in PACKAGES.items():
        try:
            number = version(package)
        except PackageNotFoundError:
            number = "not installed"
        rows.append({"Software": package, "Version": number, "Used for": use})
    return pd.DataFrame(rows)
