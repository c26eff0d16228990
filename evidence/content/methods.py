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
_BETWEEN = re.compile(r",\\q?quad\s*")
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
    """One choice that another analyst might have made differently, and its formula in TeX where there is one.

    A brace round one word keeps a space before its end, so that no formula is taken for a name that was not filled in.
    """

    question: str
    decision: str
    source: str
    formula: str = ""


# fmt: off
DECISIONS: tuple[Decision, ...] = (
    Decision("Effect of counts", "Log risk ratio by default, log odds ratio or risk difference on request. A study with an empty cell gets 0.5 added to all four. If nobody or everybody had the event in both arms, RR and OR are not estimable: the study is shown but not pooled. The risk difference includes it.", "Handbook 10.4; metafor", r"\log RR=\log\frac{a/n_1}{c/n_2},\quad v=\frac1a-\frac1{n_1 }+\frac1c-\frac1{n_2 }"),
    Decision("Effect of scores", "Mean difference on one instrument, Hedges' g across instruments. For points, a reported model-based difference with its interval is preferred to raw arm means; for g, raw means and SDs are preferred, also from another measurement on the same instrument, because the error of a model gives the SD of its residuals and inflates g.", "Handbook 6.5 and 10.5; Hedges 1981", r"g=J\,\frac{\bar x_1-\bar x_2}{s },\quad J\approx 1-\frac{3 }{4(n_1+n_2-2)-1}"),
    Decision("One result per trial", "Within a pool each trial gives one result: main analysis; then the scale, clinician-rated before self-rated, in the order that the vocabulary gives them; then the primary outcome; then the time nearest to the bin's centre. The rest are listed with the reason.", "Handbook 5.4"),
    Decision("Several dose arms", "Arms within the filter are combined into one: counts summed, means and SDs combined. Reported differences are averaged with correlation 0.5 for the comparator arm they share. Strata with comparators of their own are different people and are combined as such.", "Handbook 6.2.9 and 23.3.4; Borenstein 2009", r"v\left(\tfrac{d_1+d_2}2\right)=\tfrac14\left(v_1+v_2+2\cdot 0.5\sqrt{v_1v_2 }\right)"),
    Decision("Crossover trials", "Used as if parallel, and can be left out; its people count once. A mean difference keeps the crossover's own, paired interval, which is narrower and right for it. A standardised difference does not: its error is that of parallel groups, because the paired one would give it up to eight times too much weight. No standard deviation is calculated from a crossover's interval.", "Handbook 23.2", r"v(g)=\frac1{n_1 }+\frac1{n_2 }+\frac{g^2}{2(n_1+n_2)}"),
    Decision("Kinds of comparator", "Inert and active placebo are pooled together and compared on the page Blinding. No treatment is not a placebo, and each other treatment is a comparison of its own, never pooled with another. If a selection contains several kinds, placebo is pooled, otherwise the kind with most trials; the others are drawn only. Comparisons between two forms of the drug are never pooled with either.", "House rule"),
    Decision("Low confidence", "Rows of low confidence are drawn hollow, and pooled only on request.", "House rule"),
    Decision("Model", "Bayesian random effects at every number of trials: a normal likelihood, a flat prior on the mean effect and a published prior on how much effects differ between trials. It is integrated in one dimension, without sampling, so that the same trials always give the same numbers. Others on request and side by side under Sensitivity: REML with Wald, Hartung-Knapp or modified Hartung-Knapp intervals, DerSimonian-Laird, Paule-Mandel, common effect, Mantel-Haenszel, and half-normal priors.", "Röver 2020; Handbook 10.10", r"y_i\sim N(\mu,\,v_i+\tau^2),\quad p(\tau\mid y)\propto p(\tau)\prod\sqrt{w_i }\,\left(\textstyle\sum w_i\right)^{-1/2}e^{-Q/2},\quad w_i=\frac1{v_i+\tau^2}"),
    Decision("Confidence interval", "The interval of a pool is the central 95% credible interval, printed as CrI, with the probability that the effect lies on its side of no effect. One trial keeps its own confidence interval. The rule used before, Wald at two trials and modified Hartung-Knapp from three, was most certain where least is known: with equal errors and no heterogeneity its half-width is 1.39 standard errors of a trial at two trials, 2.48 at three and 1.59 at four, so that a third trial equal to the first two widened the interval.", "Röver 2015; IntHout 2014", r"P(\mu\le x\mid y)=\int\Phi\!\left(\frac{x-m(\tau)}{1/\sqrt{\sum w_i}}\right)p(\tau\mid y)\,d\tau"),
    Decision("Prediction interval", "Given for the true effect in another setting, from five trials on; the result of a trial there would vary more. With fewer trials tau is given with its interval instead.", "Higgins 2009", r"\theta_{new }\mid\tau,y\sim N\!\left(m(\tau),\ \frac1{\sum w_i}+\tau^2\right)"),
    Decision("Prior on heterogeneity", "Two or three trials cannot show how much effects differ between places; hundreds of other reviews can. Ratios: tau² log-normal(−2.12, 1.53²), against another drug (−2.35, 1.60²), adverse events (−1.87, 1.52²). Standardised differences: tau² log-t with 5 degrees of freedom (−2.99, 2.16), against another drug (−3.27, 2.14); points are that times the median standard deviation reported for the instrument. Risk differences take the prior of ratios times p(1 − p) at the risk p of all people; hazard ratios a half-normal(0.5) on tau. The prior used is printed beside every pool.", "Turner 2015; Rhodes 2015", r"\log\tau^2\sim N(-2.12,\,1.53^2)\ \text{for ratios},\qquad \log\tau^2\sim -2.99+2.16\,t_5\ \text{for standardised differences}"),
    Decision("Certainty of words", "No wording depends on whether an interval excludes no effect: sentences give the estimate, its interval and its probability. Leaving a trial out shows how far the estimate and tau move.", "House rule"),
    Decision("Harms", "One estimate per harm on every page: the risk difference of Mantel and Haenszel. Nothing is added to cells without events, and trials in which nobody had it stay in with their people. Where nobody had it in any trial, Newcombe's interval of all people together.", "Mantel & Haenszel 1959; Handbook 10.4.4", r"RD_{MH }=\frac{\sum (a_in_{2i }-c_in_{1i })/n_i}{\sum n_{1i }n_{2i }/n_i}"),
    Decision("Randomised withdrawal", "Only people who had responded are randomised, to continue or stop. That is another question, so such trials are never pooled for symptoms, response or remission, and in harms only on request. Strata of one trial are one study: their common hazard ratio.", "Handbook 23.1", r"\log HR=\frac{\sum \log HR_i/v_i}{\sum 1/v_i}"),
    Decision("Single dose and course", "Beyond eight days they are never pooled together: a dose four weeks ago is not a course of four weeks. The kind with more trials is pooled, the other listed.", "House rule"),
    Decision("Heterogeneity", "tau² with its Q-profile interval, I² and H² from tau² and the typical variance, Cochran's Q.", "Viechtbauer 2007; Higgins & Thompson 2002", r"I^2=\frac{\tau^2}{\tau^2+s^2},\quad Q=\sum (y_i-\bar y)^2/v_i"),
    Decision("Few trials", "No trial: the page says so. One: the trial alone, not called pooled. Two, or one trial with more than 80% of the weight: the trial with more weight first, which need not be the one with more people, then what the others add, then the pooled range; no number per 100 is calculated that was not observed. Funnel plot and test of small studies only from ten trials on.", "Handbook 13.3", r"w_1/\textstyle\sum w_i>0.8\ \text{or }\ k=2"),
    Decision("Subgroups", "If a group has fewer than five trials, all groups share one tau²: two trials cannot show how much effects differ, and a group of one trial would otherwise count in the comparison as if effects did not differ. From five trials in every group on, each has its own. A group of one trial shows that trial's own interval. A difference between groups is not proof of a cause.", "Borenstein 2009; Handbook 10.11.3", r"p(\tau\mid y)\propto p(\tau)\prod_g L_g(\tau),\qquad Q_{between }=\sum_g(\mu_g-\bar\mu)^2/se_g^2"),
    Decision("Number needed to treat", "From the pooled RR, OR or RD at a comparator rate that the reader sets. An interval that includes no effect runs through infinity. If nobody on the comparator had the outcome, no ratio is converted into people: the summary of findings pools the difference of a harm instead.", "Altman 1998; house rule", r"NNT=\frac1{p_0(RR-1)}"),
    Decision("Standard error", "A trial that gives a difference with an exact p and the people of both arms has given its standard error as well: this is algebra, not a guess, and the table says “SE from p”. “p < 0.05” gives only a bound, so such a result is listed and not pooled. A reported standard error takes precedence.", "Handbook 6.5.2.3", r"SE=\frac{|d|}{t_{1-p/2,\ n_1+n_2-2}}"),
    Decision("Estimator of tau²", "Among the other models Paule-Mandel's tau² is the exact root of its equation. Software that stops a set distance before the root gives other digits in points than in standard deviations.", "Paule & Mandel 1982", r"\sum\frac{(y_i-\bar y)^2}{v_i+\tau^2}=k-1"),
    Decision("Small studies", "Examined within one span of time and from ten trials on, because differences in time would look like differences in size, and fewer trials show nothing. The standard error of a ratio or of g grows with the effect itself, so the number of people takes its place: Peters' test for ratios, the root of 1/n for g.", "Peters 2006; Pustejovsky & Rodgers 2019; Handbook 13.3", r"y_i=\alpha+\beta\,\tfrac1{n_i }\ \text{(ratios)},\qquad y_i=\alpha+\beta\sqrt{\tfrac1{n_{1i }}+\tfrac1{n_{2i }}}\ \text{(g)}"),
    Decision("Certainty", "A published rating belongs to the body of evidence that it rated. It is shown beside a number here only where the review's list of trials shares at least half of the people of both; else the line says that the review rated other trials. Where a rated review has more people than these data, its estimate stands first.", "House rule", r"2\,n_{shared }\ge n_{review }\ \text{and }\ 2\,n_{shared }\ge n_{here }"),
    Decision("Missing results", "Each pool is shown with the trials that meet the selection but are not in it: left out, without usable numbers, reported but not yet here, or not reported in the sources read. These are different things, and only the reports can show which applies.", "Handbook 13.3"),
    Decision("Single proportions", "Wilson interval.", "Newcombe 1998"),
    Decision("One trial's risk difference", "Newcombe interval.", "Newcombe 1998"),
    Decision("Dose response", "Contrasts of doses inside trials alone, on the binary logarithm of the dose, intravenous and in mg/kg, with the covariance due to a shared comparator arm. A line is drawn if at least two trials tested several doses; trials of one dose each also differ in people and time and do not contribute.", "Greenland & Longnecker 1992", r"\log RR_{jk }=\beta\,(\log_2 dose_j-\log_2 dose_k),\quad \mathrm{cov }=\frac1c-\frac1{n }"),
    Decision("Times", "Measurements are pooled in the bins below; one between two bins belongs to none and is listed as such. Times from the last dose are never mixed with times from the first.", "House rule"),
)
NOT_DONE: tuple[str, ...] = (
    "No network meta-analysis and no ranking: without closed loops of comparisons, direct and indirect evidence cannot be checked against each other. “Which one” shows one-step contrasts with their assumption.",
    "No individual participant data: only published results.",
    "No imputation of missing standard deviations: a trial without one, and without an interval to derive it from, is listed and not pooled.",
    "No certainty rating by the program: certainty is that of a published review of the same question, or “not rated”. A named person may rate on the five domains of GRADE, which are filled with numbers; that rating is shown with name, day and reasons, apart from published ones.",
    "No risk-of-bias judgements of our own: they are quoted from published reviews.",
    "No correction for publication bias (trim and fill, PET-PEESE): from a handful of trials such a correction is a guess with an interval. Asymmetry and the missing trials are shown instead.",
    "No fragility index: it restates the number of people and the p value.",
    "No sequential boundaries: nothing here was planned before the data were seen, so no error rate can be kept.",
    "No E-value: it is about confounding, which randomisation deals with. Whether people could tell their treatment is another question, with its own page.",
    "No conversion of doses between routes or between forms of a drug.",
)
LIMITS: tuple[str, ...] = (
    "The data are a curated collection, not the result of a registered systematic search; trials may be missing.",
    "Many rows come from abstracts, registries or secondary sources. The page on data quality says how many and which.",
    "Most people can tell what they were given. No model corrects an effect for broken blinding.",
    "With few trials the interval depends on the prior. Sensitivity shows the same trials under every other model.",
    "A crossover trial used as if parallel has a wider interval than its own analysis; for points its own interval is kept.",
    "A time bin contains trials measured at somewhat different hours.",
    "The interval of an NNT reflects the uncertainty of the effect, not that of the comparator rate.",
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


def _side_by_side(formula: str) -> str:
    r"""Part formulas that are side by side, so that a narrow window breaks a line between them, not within one.

    >>> print(_side_by_side(r"a=1,\quad b=2 \text{ always}"))
    ${a=1},$ &emsp; $b=2 \text{ always}$
    """
    pieces = _BETWEEN.split(formula)
    if len(pieces) > 1:
        pieces = [piece if r"\text" in piece else f"{{{piece}}}" for piece in pieces]
    return ",$ &emsp; $".join(pieces).join("$$")


def decisions_text() -> str:
    """Write the decisions as paragraphs of Markdown: question, decision, source, and the formula below it."""
    parts = []
    for one in DECISIONS:
        text = f"**{as_markdown(one.question)}.** {as_markdown(one.decision)} *{as_markdown(one.source)}*"
        parts.append(f"{text}\n\n> {_side_by_side(one.formula)}" if one.formula else text)
    return "\n\n".join(parts)


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
