"""Every formula behind the numbers on screen: what it gives, how, on whose authority, and the tests that check it."""
# ruff: noqa: E501 - one formula a line

from typing import Final, NamedTuple


class Formula(NamedTuple):
    """One formula: the function that computes it, what it gives, how, the source, and the file of its tests."""

    function: str
    statement: str
    how: str
    source: str
    tested: str


class Chapter(NamedTuple):
    """Formulas of one subject under an introduction."""

    title: str
    introduction: str
    formulas: tuple[Formula, ...]


# fmt: off
CHAPTERS: Final[tuple[Chapter, ...]] = (
    Chapter(
        "One result per trial",
        "Which results of a trial enter a pool, how dose arms are combined, and why the rest do not. The choice is the Cochrane Handbook's (5.4, 6.2.9, 23.3.4): main analyses only; then by instrument (MADRS, Hamilton, other clinician-rated, self-rated), the trial's primary outcome, the time nearest to the bin's centre. Dose arms that remain are combined into one. Nothing is dropped without a reason on record.\n\nFrom the arms of one measurement to one effect: counts summed, scores combined, reported effects averaged. Dose arms that share a comparator arm are combined into one with the comparator counted once; arms with comparators of their own are different people and are combined as such (Cochrane Handbook 6.2.9, 6.5.2.10, 23.3.4).",
        (
        ),
    ),
    Chapter(
        "The effect of one study",
        "One study's effect and its variance. Conventions: metafor's `escalc` (`add=1/2, to=\"only0\", drop00=TRUE`); Cochrane Handbook, chapters 6 and 10.",
        (
            Formula("stats.effect_sizes.risk_ratio", "Log risk ratio; no result when both arms have no event or nothing but events.", "log(a/n1) − log(c/n2), variance 1/a − 1/n1 + 1/c − 1/n2; a table with an empty cell gets 0.5 added to all four", "Handbook 6.4.1 and 10.4.4; Deeks & Higgins 2010", "tests/stats/test_effect_sizes.py"),
            Formula("stats.effect_sizes.odds_ratio", "Log odds ratio; no result when both arms have no event or nothing but events.", "log(ad/bc), variance 1/a + 1/b + 1/c + 1/d, empty cells as for the risk ratio", "Handbook 6.4.1; Deeks & Higgins 2010", "tests/stats/test_effect_sizes.py"),
            Formula("stats.effect_sizes.risk_difference", "Risk difference; estimated even where nobody had an event.", "a/n1 − c/n2, variance ab/n1³ + cd/n2³, empty cells as for the risk ratio", "Handbook 6.4.1; Deeks & Higgins 2010", "tests/stats/test_effect_sizes.py"),
            Formula("stats.effect_sizes.mean_difference", "Difference of means, intervention minus comparator.", "m1 − m2, variance sd1²/n1 + sd2²/n2", "Handbook 6.5.1", "tests/stats/test_effect_sizes.py"),
            Formula("stats.effect_sizes.hedges_g", "Standardised mean difference, Hedges' g; no result with fewer than four participants in all.", "g = J·(m1 − m2)/sd_pooled with the exact J = Γ(m/2)/(√(m/2)·Γ((m−1)/2)), m = n1 + n2 − 2, and variance 1/n1 + 1/n2 + g²/(2(n1 + n2))", "Hedges 1981; Handbook 6.5.1", "tests/stats/test_effect_sizes.py"),
            Formula("stats.effect_sizes.from_interval", "Effect from a reported estimate and its 95 % Wald interval; on the log scale for a ratio.", "Standard error = (high − low) / (2·1.96), of the logarithms for a ratio", "Handbook 6.3.1, 6.3.2", "tests/stats/test_effect_sizes.py"),
            Formula("stats.effect_sizes.from_standard_error", "Effect from a reported estimate and its standard error, of the logarithm for a ratio.", "Variance = SE²", "Handbook 6.3", "tests/synthesis/test_precision.py"),
            Formula("stats.effect_sizes.standard_error_from_p", "Standard error of a difference, or of the logarithm of a ratio, from its exact two-sided p value.", "SE = |difference| / t, t the quantile at 1 − p/2 with the degrees of freedom of the test, or the normal quantile where it was a z test. No result where p says nothing: of a difference of 0, or p of 0 or 1", "Handbook 6.5.2.3 and 6.3.2", "tests/synthesis/test_precision.py"),
            Formula("stats.effect_sizes.g_from_standard_error", "Hedges' g from a mean difference and its standard error.", "SD = SE / √(1/n1 + 1/n2), then as Hedges' g", "Handbook 6.5.2.3", "tests/synthesis/test_precision.py"),
            Formula("stats.effect_sizes.standard_deviation_from_interval", "Standard deviation common to two arms, from the 95 % interval of their difference in means.", "sd = (high − low) / (2·t) / √(1/n1 + 1/n2), t with n1 + n2 − 2 degrees of freedom", "Handbook 6.5.2.3", "tests/stats/test_effect_sizes.py"),
            Formula("stats.effect_sizes.g_from_mean_difference", "Hedges' g from a mean difference with its 95 % interval.", "The difference divided by the standard deviation that its interval implies, corrected as Hedges' g", "Hedges 1981; Handbook 6.5.2.3", "tests/stats/test_effect_sizes.py"),
            Formula("stats.effect_sizes.combine_counts", "One arm holding all participants of several: their events and people summed.", "", "Handbook 23.3.4", "tests/stats/test_effect_sizes.py"),
            Formula("stats.effect_sizes.combine_scores", "One arm holding all participants of several, with the mean and SD of them all.", "sd² = (Σ(n−1)sd² + Σn(m − M)²) / (N − 1), M = Σnm/N", "Handbook 6.5.2.10, for any number of arms", "tests/stats/test_effect_sizes.py"),
            Formula("stats.effect_sizes.average_effects", "Plain mean of effects that share one comparator arm.", "Variance = (Σv + 2ρ·Σ√(vᵢvⱼ)) / m²", "Handbook 6.2.9; Borenstein 2009, chapter 24", "tests/stats/test_effect_sizes.py"),
        ),
    ),
    Chapter(
        "Pooling and heterogeneity",
        "Bayesian random effects by one-dimensional integration over tau: no sampling, the same numbers on every run. Effects y with known variances v, yᵢ ~ N(mu, vᵢ + tau²), a flat prior on mu and one of `PRIORS` on tau. Given tau, mu is normal with mean m = Σwy/Σw and variance 1/Σw, w = 1/(v + tau²); its posterior is the mixture of these normals over the posterior of tau, prior(tau) · Π√w · (Σw)^(−1/2) · exp(−Q/2) (Röver 2020). The posterior of tau is integrated to nine digits. The normals of the mixture stand where R's bayesmeta puts them, by restricted divergence (Röver & Friede 2017), at half its step: its own limits are up to 0.12 % of an interval's width wider than the integral without steps, and these lie between the two.\n\nEffects of several studies → one pooled effect, its intervals and heterogeneity. Every number is the one metafor's `rma` gives (Viechtbauer 2010), on the scale of the effects put in.",
        (
            Formula("stats.bayes.posterior", "Bayesian random effects: the posterior of the mean effect under a prior on tau; no result without any effect.", "p(tau | y) ∝ prior(tau) · Π√w · (Σw)^(−1/2) · exp(−Q/2) with w = 1/(v + tau²), integrated by Gauss-Legendre panels in log tau; mu | tau ~ N(m, 1/Σw); a new setting's effect adds tau² to that variance; a trial's own effect given tau is the mean of its result and m, weighted by precision", "Röver 2020; priors of Turner 2015 and Rhodes 2015", "tests/stats/test_bayes.py"),
            Formula("stats.bayes.pool_bayes", "Bayesian pooled effect; one effect keeps its own interval, no result without any.", "The median and central 95 % interval of the mean effect; tau² is the square of tau's median, its limits likewise; I² and H² follow from it as for the other methods, the weights are means over the posterior of tau", "Röver 2020", "tests/stats/test_bayes.py"),
            Formula("stats.bayes.pool_bayes_together", "Bayesian pools of groups of studies that share one tau and have a mean each; no result for an empty group.", "The posterior of tau is proportional to its prior times the product of the groups' likelihoods; given tau each group's mean is normal with variance 1/Σw, w = 1/(v + tau²)", "Handbook 10.11.3; Röver 2020", "tests/stats/test_bayes.py"),
            Formula("stats.pooling.pool", "Pooled effect by inverse variance weights 1/(v + tau²); no result without any effect.", "Without a `test` the modified Hartung-Knapp interval (\"adhoc\": factor never below 1, t with k − 1 degrees of freedom; Röver 2015) is used from three studies on and the Wald interval (\"z\") below and for a common effect, for which Hartung-Knapp is not meant. A test that is asked for is used whatever k, except that one study is always given with its Wald interval. The prediction interval is estimate ± crit·√(se² + tau²) with the same critical value (Higgins 2009), from three studies on", "Higgins 2009; Röver 2015", "tests/stats/test_pooling.py"),
            Formula("stats.pooling.summarise", "Everything about a pool that follows from its tau².", "I² = tau²/(s² + tau²) and H² = 1 + tau²/s² with the typical variance s² (Higgins & Thompson 2002), or from Q for a common effect", "Higgins & Thompson 2002", "tests/stats/test_pooling.py"),
            Formula("stats.pooling.two_sided_p", "Two-sided p of no effect.", "estimate / se against the normal distribution (Wald), or against t with `df` degrees of freedom", "Hartung & Knapp 2001", "tests/stats/test_pooling.py"),
            Formula("stats.pooling.generalised_q", "Generalised Q, Σ(y − mean)²/(v + tau²); Cochran's Q at tau² = 0.", "", "Viechtbauer 2007", "tests/stats/test_pooling.py"),
            Formula("stats.pooling.tau_squared", "Between-study variance tau² by one of the methods; 0 for one study and for a common effect.", "REML (Viechtbauer 2005), DL: (Q − (k − 1)) / (Σw − Σw²/Σw), w = 1/v (DerSimonian & Laird 1986), or PM: the root of generalised Q(tau²) = k − 1", "Paule & Mandel 1982", "tests/stats/test_pooling.py"),
            Formula("stats.pooling.common_tau_squared", "Between-study variance tau² that groups with a mean each have in common; 0 for a common effect.", "REML with the groups as a moderator, DL: (ΣQ − Σ(k − 1)) / Σ(Σw − Σw²/Σw), or PM: ΣQ(tau²) = Σ(k − 1), summed over the groups", "Borenstein 2009; Viechtbauer 2005", "tests/stats/test_pooling.py"),
            Formula("stats.pooling.reml", "Restricted maximum likelihood tau² of every column of y and v, with an optional moderator (one per row).", "The highest of the values on a grid of tau² and, next to it, the root of the likelihood's slope, y'PPy = tr(P) with P = W − WX(X'WX)⁻¹X'W", "Viechtbauer 2005", "tests/stats/test_pooling.py"),
        ),
    ),
    Chapter(
        "What the pooled effect depends on",
        "How much a pooled effect depends on single studies, on their size, on groups and on the method.\n\nBeside it, every subset of the studies pooled (GOSH), and Baujat's two coordinates.",
        (
            Formula("stats.sensitivity.leave_one_out", "The pool without each study in turn; none with fewer than two.", "Each is pooled anew, tau² included", "Viechtbauer & Cheung 2010", "tests/stats/test_sensitivity.py"),
            Formula("stats.sensitivity.cumulative", "The pool of the first study, of the first two, and so on, in the order given.", "Each is pooled anew, tau² included", "Lau 1992", "tests/stats/test_sensitivity.py"),
            Formula("stats.sensitivity.influence", "Positions of the studies, the one whose omission changes the pooled estimate most first.", "Ordered by |estimate without the study − estimate with all|", "Viechtbauer & Cheung 2010", "tests/stats/test_sensitivity.py"),
            Formula("stats.sensitivity.egger", "Egger's test of funnel asymmetry; no result below three studies, with equal errors or with a perfect fit.", "Least squares of effect on standard error weighted by 1/v, t with k − 2 degrees of freedom: metafor's `regtest(model=\"lm\", predictor=\"sei\")`", "Egger 1997; Sterne & Egger 2005", "tests/stats/test_sensitivity.py"),
            Formula("stats.sensitivity.peters", "Peters' test of funnel asymmetry for ratios; no result where Egger's has none either.", "Least squares of effect on 1/n, weighted by 1/(1/events + 1/non-events) of both arms together, t with k − 2 degrees of freedom: unlike a ratio's standard error, the number of people is not tied to its size", "Peters 2006", "tests/stats/test_sensitivity.py"),
            Formula("stats.sensitivity.size_test", "Test of funnel asymmetry for standardised differences; no result where Egger's has none either.", "Least squares of effect on 2/√n, which is √(1/n1 + 1/n2) of two equal arms, weighted by 1/v, t with k − 2 degrees of freedom: the standard error of g grows with g itself, the number of people does not", "Pustejovsky & Rodgers 2019", "tests/stats/test_sensitivity.py"),
            Formula("stats.sensitivity.subgroup_difference", "Test of a difference between groups; no result unless two or more have an estimate with an error.", "Q = Σ(estimate − mean)²/se² with weights 1/se², χ² with groups − 1 degrees of freedom: groups are compared as fixed, with a tau² of their own or one in common, as they were pooled", "Borenstein 2009, chapter 19", "tests/stats/test_sensitivity.py"),
            Formula("stats.sensitivity.mantel_haenszel", "Pool of counts by Mantel and Haenszel; no result if it cannot be estimated.", "Nothing is added to empty cells (Mantel & Haenszel 1959). OR with the variance of Robins 1986, RR and RD with those of Greenland & Robins 1985 and Sato 1989; Q, I² and H² from the studies' own effects as metafor's `rma.mh`", "Greenland & Robins 1985; Mantel & Haenszel 1959; Robins 1986; Sato 1989; Viechtbauer 2010", "tests/stats/test_sensitivity.py"),
            Formula("stats.subsets.all_subsets", "The pool of every non-empty subset of the studies by REML (GOSH plot; Olkin 2012).", "All subsets are fitted at once by Fisher scoring with halved steps, as metafor's `rma` fits each. No result without studies and beyond a number that a browser can draw", "Viechtbauer 2005", "tests/stats/test_subsets.py"),
            Formula("stats.subsets.contributions", "Baujat's coordinates of each study, as metafor's `baujat` gives them for REML.", "Heterogeneity is (y − mean)²/(v + tau²); influence is (mean without it − mean)²/variance of the mean without it. No result with fewer than two studies", "Baujat 2002", "tests/stats/test_subsets.py"),
        ),
    ),
    Chapter(
        "One curve over time",
        "One curve through several results per trial: a mixed model with known sampling covariances and a trial effect. Results of one trial share people, so their errors are correlated. The model is y = Xβ + u(trial) + e, with u ~ N(0, tau²) and e ~ N(0, V), V known and block diagonal by trial (Konstantopoulos 2011). It is the model of `metafor::rma.mv(yi, V, mods = ~ X - 1, random = ~ 1 | trial)`.",
        (
            Formula("stats.multilevel.restricted_cubic", "Restricted cubic spline: a constant, x, and one column per knot beyond two.", "The curve is cubic between knots and straight outside them (Harrell 2015). With two knots or fewer it is a straight line", "Harrell 2015", "tests/stats/test_multilevel.py"),
            Formula("stats.multilevel.spline_knots", "Three knots at the 10th, 50th and 90th percentiles, or none where a line must do.", "", "Harrell 2015", "tests/stats/test_multilevel.py"),
            Formula("stats.multilevel.sampling_covariance", "Covariance of the sampling errors of the results of one trial.", "Results at times t and s correlate by rho^|log10 t − log10 s|, so that rho is the correlation of two results of which one is ten times as late; on different instruments the correlation is multiplied by rho once more", "a working model, as in Konstantopoulos 2011", "tests/stats/test_multilevel.py"),
            Formula("stats.multilevel.fit", "The curve by restricted maximum likelihood, with the CR2 sandwich beside it.", "Generalised least squares with the covariance V + tau² inside each trial, tau² at the highest restricted likelihood (Konstantopoulos 2011); the sandwich corrects each trial's residuals for its leverage", "Pustejovsky & Tipton 2018", "tests/stats/test_multilevel.py"),
        ),
    ),
    Chapter(
        "Indirect contrasts",
        "Two treatments contrasted through a comparator they share (Bucher 1997).",
        (
            Formula("stats.indirect.bucher", "First treatment against second, where both were compared with the same third.", "The difference of the two effects; its variance is the sum of theirs (Bucher 1997). It holds only if the two sets of trials would have found the same difference in each other's people, times and doses", "Bucher 1997", "tests/stats/test_indirect.py"),
            Formula("stats.indirect.inconsistency", "By how much a direct and an indirect effect differ, and the two-sided p of no difference.", "z = (direct − indirect) / √(sum of their variances)", "Bucher 1997", "tests/stats/test_indirect.py"),
        ),
    ),
    Chapter(
        "Dose response",
        "Effects against one moderator: mixed-effects meta-regression.",
        (
            Formula("stats.regression.meta_regression", "Line of effect on moderator, REML tau²; no result below three effects or when the moderator does not vary.", "Coefficients are weighted least squares with weights 1/(v + tau²); \"knha\" multiplies their covariance by Σw·residual²/(k − 2), \"adhoc\" by that but never less than 1, both with t of k − 2 degrees of freedom (Knapp & Hartung 2003); \"z\" leaves it alone", "Knapp & Hartung 2003", "tests/stats/test_regression.py"),
            Formula("stats.regression.within_slope", "Slope of the effect on the moderator inside one trial; no result below two arms at different values.", "Generalised least squares with an intercept of the trial's own: b = (x'Mx)⁻¹x'My with M the inverse covariance corrected for the intercept; the covariance holds the shared comparator arm off its diagonal, which the contrast between arms then cancels", "Greenland & Longnecker 1992", "tests/stats/test_regression.py"),
            Formula("stats.regression.within_line", "Line of effect on moderator from contrasts inside trials alone; no result below two trials with such a contrast.", "The slopes of the trials are pooled as a common one, Σb/var / Σ1/var with a Wald interval; the line passes through the weighted mean of all arms. What differs between trials makes no slope", "Greenland & Longnecker 1992", "tests/stats/test_regression.py"),
        ),
    ),
    Chapter(
        "Absolute terms",
        "A pooled effect in absolute terms: risk with the drug, events of 100, number needed to treat.\n\nDifferences of scores as people: responders after Furukawa, and the chance of more than an MCID.\n\nIntervals of one proportion and of the difference of two in one trial.\n\nProportions of several groups pooled by a logistic model with a random intercept, on the logit scale. Events x of n people, x ~ binomial(n, p), logit p ~ N(mu, tau²), fitted by maximum likelihood with adaptive Gauss-Hermite quadrature, as metafor's `rma.glmm(measure=\"PLO\")` does: no 0.5 is added to a group without events.",
        (
            Formula("stats.absolute.number_needed_to_treat", "Risk with the drug, risk difference and NNT that a pooled RR, OR, HR or RD with its interval implies.", "Ratios are taken as readers see them, not as logarithms; the interval does not carry the uncertainty of the comparator rate itself. risk = rate·RR, rate·OR / (1 − rate + rate·OR), 1 − (1 − rate)^HR or rate + RD (Handbook 15.4.4); NNT = 1/|RD|, its interval written through infinity when that of RD holds 0", "Altman 1998", "tests/stats/test_absolute.py"),
            Formula("stats.responders.responders", "Rate of responders on a drug, from the rate on the comparator and a standardised mean difference.", "Φ(Φ⁻¹(rate) + benefit), with benefit the SMD in the direction of better", "Furukawa 2011; Handbook 15.5", "tests/stats/test_responders.py"),
            Formula("stats.responders.chance_beyond", "Probability that a normal quantity exceeds a threshold, such as the MCID.", "1 − Φ((threshold − mean)/SD); 1 or 0 where the SD is 0", "Duru 2008; Hengartner 2021", "tests/stats/test_responders.py"),
            Formula("stats.proportions.wilson", "95 % Wilson interval of one arm's proportion.", "(p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n)", "Newcombe 1998", "tests/stats/test_effect_sizes.py"),
            Formula("stats.proportions.people_for_points", "People of both arms together who would show two means to differ, two-sided at 5 %.", "n of an arm = 2·((z + z')·SD/difference)², with z of 97.5 % and z' of the power", "Fleiss 1981", "tests/questions/test_certainty_draft.py"),
            Formula("stats.proportions.people_needed", "People of both arms together who would show two proportions to differ, two-sided at 5 %.", "n of an arm = (z·√(2p̄(1 − p̄)) + z'·√(p₁(1 − p₁) + p₂(1 − p₂)))² / (p₁ − p₂)², with z of 97.5 % and z' of the power", "Fleiss 1981", "tests/questions/test_certainty_draft.py"),
            Formula("stats.proportions.newcombe", "95 % Newcombe interval of one trial's risk difference.", "The difference with the distances of both arms' Wilson limits from their rates added as squares, method 10", "Newcombe 1998", "tests/stats/test_effect_sizes.py"),
            Formula("stats.glmm.pool_proportions", "Pooled proportion by maximum likelihood; no result without a group, and where the likelihood has no peak.", "It has none where nobody or everybody had the event, over all groups or within each of them. logit p ~ N(mu, tau²); 21 points of adaptive quadrature; the standard error of mu from the observed information of mu and tau together (Stijnen 2010; Handbook 10.4.4). One group is given with tau² = 0", "Handbook; Stijnen 2010", "tests/stats/test_glmm.py"),
        ),
    ),
)
# fmt: on
