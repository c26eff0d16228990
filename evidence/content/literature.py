"""What the methods cite: author and year as the text says them, and the whole reference with its address."""
# ruff: noqa: E501 - one reference a line

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Source(NamedTuple):
    """One reference in Vancouver style, and where it can be read ("" where no address is certain)."""

    text: str
    url: str


# fmt: off
LITERATURE: Mapping[str, Source] = MappingProxyType({
    "Altman 1998": Source("Altman DG. Confidence intervals for the number needed to treat. BMJ. 1998;317:1309–12.", "https://doi.org/10.1136/bmj.317.7168.1309"),
    "Baujat 2002": Source("Baujat B, Mahé C, Pignon JP, Hill C. A graphical method for exploring heterogeneity in meta-analyses: application to a meta-analysis of 65 trials. Stat Med. 2002;21:2641–52.", "https://doi.org/10.1002/sim.1221"),
    "Borenstein 2009": Source("Borenstein M, Hedges LV, Higgins JPT, Rothstein HR. Introduction to meta-analysis. Chichester: Wiley; 2009.", "https://doi.org/10.1002/9780470743386"),
    "Bucher 1997": Source("Bucher HC, Guyatt GH, Griffith LE, Walter SD. The results of direct and indirect treatment comparisons in meta-analysis of randomized controlled trials. J Clin Epidemiol. 1997;50:683–91.", "https://doi.org/10.1016/S0895-4356(97)00049-8"),
    "Deeks & Higgins 2010": Source("Deeks JJ, Higgins JPT. Statistical algorithms in Review Manager 5. The Cochrane Collaboration; 2010.", ""),
    "DerSimonian & Laird 1986": Source("DerSimonian R, Laird N. Meta-analysis in clinical trials. Control Clin Trials. 1986;7:177–88.", "https://doi.org/10.1016/0197-2456(86)90046-2"),
    "Duru 2008": Source("Duru G, Fantino B. The clinical relevance of changes in the Montgomery-Asberg Depression Rating Scale using the minimum clinically important difference approach. Curr Med Res Opin. 2008;24:1329–35.", "https://doi.org/10.1185/030079908X291958"),
    "Egger 1997": Source("Egger M, Davey Smith G, Schneider M, Minder C. Bias in meta-analysis detected by a simple, graphical test. BMJ. 1997;315:629–34.", "https://doi.org/10.1136/bmj.315.7109.629"),
    "Fleiss 1981": Source("Fleiss JL. Statistical methods for rates and proportions. 2nd ed. New York: Wiley; 1981.", ""),
    "Furukawa 2011": Source("Furukawa TA, Leucht S. How to obtain NNT from Cohen's d: comparison of two methods. PLoS One. 2011;6:e19070.", "https://doi.org/10.1371/journal.pone.0019070"),
    "Greenland & Longnecker 1992": Source("Greenland S, Longnecker MP. Methods for trend estimation from summarized dose-response data, with applications to meta-analysis. Am J Epidemiol. 1992;135:1301–9.", "https://doi.org/10.1093/oxfordjournals.aje.a116237"),
    "Greenland & Robins 1985": Source("Greenland S, Robins JM. Estimation of a common effect parameter from sparse follow-up data. Biometrics. 1985;41:55–68.", ""),
    "Handbook": Source("Higgins JPT, Thomas J, Chandler J, Cumpston M, Li T, Page MJ, Welch VA, editors. Cochrane handbook for systematic reviews of interventions, version 6. Cochrane.", "https://training.cochrane.org/handbook"),
    "Harrell 2015": Source("Harrell FE Jr. Regression modeling strategies. 2nd ed. Cham: Springer; 2015.", "https://doi.org/10.1007/978-3-319-19425-7"),
    "Hartung & Knapp 2001": Source("Hartung J, Knapp G. A refined method for the meta-analysis of controlled clinical trials with binary outcome. Stat Med. 2001;20:3875–89.", "https://doi.org/10.1002/sim.1009"),
    "Hedges 1981": Source("Hedges LV. Distribution theory for Glass's estimator of effect size and related estimators. J Educ Stat. 1981;6:107–28.", "https://doi.org/10.3102/10769986006002107"),
    "Hengartner 2021": Source("Hengartner MP, Plöderl M. Estimates of the minimal important difference to evaluate the clinical significance of antidepressants in the acute treatment of moderate-to-severe depression. BMJ Evid Based Med. 2021.", "https://doi.org/10.1136/bmjebm-2020-111600"),
    "Higgins 2009": Source("Higgins JPT, Thompson SG, Spiegelhalter DJ. A re-evaluation of random-effects meta-analysis. J R Stat Soc A. 2009;172:137–59.", "https://doi.org/10.1111/j.1467-985X.2008.00552.x"),
    "Higgins & Thompson 2002": Source("Higgins JPT, Thompson SG. Quantifying heterogeneity in a meta-analysis. Stat Med. 2002;21:1539–58.", "https://doi.org/10.1002/sim.1186"),
    "IntHout 2014": Source("IntHout J, Ioannidis JPA, Borm GF. The Hartung-Knapp-Sidik-Jonkman method for random effects meta-analysis is straightforward and considerably outperforms the standard DerSimonian-Laird method. BMC Med Res Methodol. 2014;14:25.", "https://doi.org/10.1186/1471-2288-14-25"),
    "Knapp & Hartung 2003": Source("Knapp G, Hartung J. Improved tests for a random effects meta-regression with a single covariate. Stat Med. 2003;22:2693–710.", "https://doi.org/10.1002/sim.1482"),
    "Konstantopoulos 2011": Source("Konstantopoulos S. Fixed effects and variance components estimation in three-level meta-analysis. Res Synth Methods. 2011;2:61–76.", "https://doi.org/10.1002/jrsm.35"),
    "Lau 1992": Source("Lau J, Antman EM, Jimenez-Silva J, Kupelnick B, Mosteller F, Chalmers TC. Cumulative meta-analysis of therapeutic trials for myocardial infarction. N Engl J Med. 1992;327:248–54.", "https://doi.org/10.1056/NEJM199207233270406"),
    "Mantel & Haenszel 1959": Source("Mantel N, Haenszel W. Statistical aspects of the analysis of data from retrospective studies of disease. J Natl Cancer Inst. 1959;22:719–48.", ""),
    "Newcombe 1998": Source("Newcombe RG. Two-sided confidence intervals for the single proportion; Interval estimation for the difference between independent proportions. Stat Med. 1998;17:857–72 and 873–90.", ""),
    "Olkin 2012": Source("Olkin I, Dahabreh IJ, Trikalinos TA. GOSH: a graphical display of study heterogeneity. Res Synth Methods. 2012;3:214–23.", "https://doi.org/10.1002/jrsm.1053"),
    "Paule & Mandel 1982": Source("Paule RC, Mandel J. Consensus values and weighting factors. J Res Natl Bur Stand. 1982;87:377–85.", "https://doi.org/10.6028/jres.087.022"),
    "Peters 2006": Source("Peters JL, Sutton AJ, Jones DR, Abrams KR, Rushton L. Comparison of two methods to detect publication bias in meta-analysis. JAMA. 2006;295:676–80.", "https://doi.org/10.1001/jama.295.6.676"),
    "Pustejovsky & Rodgers 2019": Source("Pustejovsky JE, Rodgers MA. Testing for funnel plot asymmetry of standardized mean differences. Res Synth Methods. 2019;10:57–71.", "https://doi.org/10.1002/jrsm.1332"),
    "Pustejovsky & Tipton 2018": Source("Pustejovsky JE, Tipton E. Small-sample methods for cluster-robust variance estimation and hypothesis testing in fixed effects models. J Bus Econ Stat. 2018;36:672–83.", "https://doi.org/10.1080/07350015.2016.1247004"),
    "Rhodes 2015": Source("Rhodes KM, Turner RM, Higgins JPT. Predictive distributions were developed for the extent of heterogeneity in meta-analyses of continuous outcome data. J Clin Epidemiol. 2015;68:52–60.", "https://doi.org/10.1016/j.jclinepi.2014.08.012"),
    "Robins 1986": Source("Robins J, Breslow N, Greenland S. Estimators of the Mantel-Haenszel variance consistent in both sparse data and large-strata limiting models. Biometrics. 1986;42:311–23.", ""),
    "Röver 2015": Source("Röver C, Knapp G, Friede T. Hartung-Knapp-Sidik-Jonkman approach and its modification for random-effects meta-analysis with few studies. BMC Med Res Methodol. 2015;15:99.", "https://doi.org/10.1186/s12874-015-0091-1"),
    "Röver 2020": Source("Röver C. Bayesian random-effects meta-analysis using the bayesmeta R package. J Stat Softw. 2020;93(6):1–51.", "https://doi.org/10.18637/jss.v093.i06"),
    "Röver & Friede 2017": Source("Röver C, Friede T. Discrete approximation of a mixture distribution via restricted divergence. J Comput Graph Stat. 2017;26:217–22.", "https://doi.org/10.1080/10618600.2016.1276840"),
    "Sato 1989": Source("Sato T, Greenland S, Robins JM. On the variance estimator for the Mantel-Haenszel risk difference. Biometrics. 1989;45:1323–4.", ""),
    "Sterne & Egger 2005": Source("Sterne JAC, Egger M. Regression methods to detect publication and other bias in meta-analysis. In: Rothstein HR, Sutton AJ, Borenstein M, editors. Publication bias in meta-analysis. Chichester: Wiley; 2005. p. 99–110.", ""),
    "Stijnen 2010": Source("Stijnen T, Hamza TH, Özdemir P. Random effects meta-analysis of event outcome in the framework of the generalized linear mixed model with applications in sparse data. Stat Med. 2010;29:3046–67.", "https://doi.org/10.1002/sim.4040"),
    "Turner 2015": Source("Turner RM, Jackson D, Wei Y, Thompson SG, Higgins JPT. Predictive distributions for between-study heterogeneity and simple methods for their application in Bayesian meta-analysis. Stat Med. 2015;34:984–98.", "https://doi.org/10.1002/sim.6381"),
    "Viechtbauer 2005": Source("Viechtbauer W. Bias and efficiency of meta-analytic variance estimators in the random-effects model. J Educ Behav Stat. 2005;30:261–93.", "https://doi.org/10.3102/10769986030003261"),
    "Viechtbauer 2007": Source("Viechtbauer W. Confidence intervals for the amount of heterogeneity in meta-analysis. Stat Med. 2007;26:37–52.", "https://doi.org/10.1002/sim.2514"),
    "Viechtbauer 2010": Source("Viechtbauer W. Conducting meta-analyses in R with the metafor package. J Stat Softw. 2010;36(3):1–48.", "https://doi.org/10.18637/jss.v036.i03"),
    "Viechtbauer & Cheung 2010": Source("Viechtbauer W, Cheung MWL. Outlier and influence diagnostics for meta-analysis. Res Synth Methods. 2010;1:112–25.", "https://doi.org/10.1002/jrsm.11"),
})
