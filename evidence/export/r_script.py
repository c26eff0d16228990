"""An answer as an R script: the same trials, the same model, the same numbers from metafor.

The script holds its data, needs no other file and no package but metafor, and is plain ASCII, so that it runs in
any locale. It prints one number a line as `name value`; lines that start with # are for the reader.
"""

import textwrap
import unicodedata
from collections.abc import Iterable, Sequence

from evidence import __version__
from evidence.dataset.time_bins import in_words
from evidence.questions.missing import Missing
from evidence.stats.bayes import Prior
from evidence.stats.effect_sizes import MEASURES
from evidence.stats.pooling import Pooled
from evidence.synthesis.answers import Answer
from evidence.synthesis.trial_effects import TrialEffect

_ARMS = ("events_drug", "n_drug", "events_comparator", "n_comparator")
_COUNTS = "ai = events_drug, n1i = n_drug, ci = events_comparator, n2i = n_comparator"
_PLAIN = str.maketrans({"–": "-", "—": "-", "−": "-", "‑": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "..."})
_METHODS = {
    "REML": "a random-effects model, the variance between trials (tau2) by restricted maximum likelihood",
    "DL": "a random-effects model, the variance between trials (tau2) by DerSimonian and Laird",
    "PM": "a random-effects model, the variance between trials (tau2) by Paule and Mandel",
    "bayes": "Bayesian random effects, flat prior on the mean effect; prior on the spread between trials: ",
    "EE": "a common effect: every trial is taken to estimate one and the same number",
    "MH": "a common effect by Mantel and Haenszel, straight from the counts",
}
_TESTS = {
    "adhoc": "Interval: modified Hartung-Knapp, never narrower than the plain one at the same tau2 and t quantile.",
    "knha": "Interval: Hartung-Knapp.",
    "z": "Interval: Wald, estimate plus and minus 1.96 standard errors.",
}
# metafor's REML stops at 1e-5 by default; this goes on until no printed digit moves.
_CONTROL = {
    "REML": ", control = list(threshold = 1e-12, maxiter = 10000)",
    "PM": ", control = list(tol = 1e-12, tau2.max = 1e4)",
}
_REPORT = """\
# Prints one number per line: its name, then its value.
say <- function(name, value) cat(sprintf("%s %.10g\\n", name, value), sep = "")

# Prints everything about one pooled result. Names start with `prefix`.
report <- function(prefix, fit, ratio, predicts) {
  put <- function(name, value) say(paste0(prefix, name), value)
  put("k", fit$k)
  put("estimate", c(fit$beta))
  put("se", fit$se)
  put("ci_low", fit$ci.lb)
  put("ci_high", fit$ci.ub)
  put("p", fit$pval)
  if (ratio) {  # the estimate is a logarithm; this is what readers see
    put("ratio", exp(c(fit$beta)))
    put("ratio_ci_low", exp(fit$ci.lb))
    put("ratio_ci_high", exp(fit$ci.ub))
  }
  if (fit$k > 1) {
    put("tau2", fit$tau2)
    put("i2", fit$I2)
    put("h2", fit$H2)
    put("q", fit$QE)
    put("q_p", fit$QEp)
  }
  # Q-profile, of a tau2 that was estimated; an empty interval is 0 to 0.
  if (fit$k > 1 && inherits(fit, "rma.uni") && fit$method != "EE" && !fit$tau2.fix) {
    limits <- suppressMessages(confint(fit, control = list(tol = 1e-12, tau2.max = 1e5)))$random[1, ]
    limits[is.na(limits)] <- 0
    put("tau2_low", limits[["ci.lb"]])
    put("tau2_high", limits[["ci.ub"]])
  }
  if (predicts) {  # where the true effect in another setting may lie
    prediction <- predict(fit)
    put("pi_low", prediction$pi.lb)
    put("pi_high", prediction$pi.ub)
  }
  put(paste0("weight_", seq_len(fit$k)), weights(fit))
}
"""
_BAYES = """\
# Bayesian random effects without sampling: the spread tau between trials is integrated over a grid of log(tau).
# Given tau the mean effect is normal; what is reported is the mixture of these normals.
# `others` are the trials of other groups that share tau: each group adds its log likelihood of tau.
bayes <- function(y, v, prior, others = NULL) {
  u <- log(median(sqrt(v))) + seq(-20, 14, length.out = 20001)
  given_tau <- function(y, v) {
    w <- sapply(v, function(one) 1 / (one + exp(2 * u)))
    total <- rowSums(w)
    mean <- c(w %*% y) / total
    list(total = total, mean = mean,
         log = (rowSums(log(w)) - log(total) - rowSums(w * outer(-mean, y, "+")^2)) / 2)
  }
  own <- given_tau(y, v)
  total <- own$total
  mean <- own$mean
  logs <- prior(u) + own$log
  if (!is.null(others)) for (part in split(others, others$group)) {
    logs <- logs + given_tau(c(part$yi), c(part$vi))$log
  }
  p <- exp(logs - max(logs)) / sum(exp(logs - max(logs)))
  place <- function(q, sd) uniroot(function(x) sum(p * pnorm(x, mean, sd)) - q, range(y) + c(-1, 1),
                                   extendInt = "upX", tol = 1e-12, maxiter = 10000)$root
  tau <- exp(approx(cumsum(p) - p / 2, u, c(0.025, 0.5, 0.975), ties = "ordered")$y)
  sd <- sqrt(1 / total)
  list(k = length(y), beta = place(0.5, sd), se = sqrt(sum(p * (sd^2 + mean^2)) - sum(p * mean)^2),
       ci.lb = place(0.025, sd), ci.ub = place(0.975, sd), tau = tau, below = sum(p * pnorm(0, mean, sd)),
       pi.lb = place(0.025, sqrt(sd^2 + exp(2 * u))), pi.ub = place(0.975, sqrt(sd^2 + exp(2 * u))))
}

# Prints the Bayesian result and metafor's for comparison, with `tau2` where groups share one; and that of the package
# bayesmeta where it is installed, which pools a group by itself.
report_bayes <- function(prefix, fit, y, v, prior, ratio, predicts, tau2 = NULL) {
  put <- function(name, value) say(paste0(prefix, name), value)
  put("k", fit$k)
  put("estimate", fit$beta)
  put("ci_low", fit$ci.lb)
  put("ci_high", fit$ci.ub)
  put("p_at_most_zero", fit$below)
  if (ratio) {
    put("ratio", exp(fit$beta))
    put("ratio_ci_low", exp(fit$ci.lb))
    put("ratio_ci_high", exp(fit$ci.ub))
  }
  put("tau_low", fit$tau[1])
  put("tau_median", fit$tau[2])
  put("tau_high", fit$tau[3])
  if (predicts) {  # where the true effect in another setting may lie
    put("pi_low", fit$pi.lb)
    put("pi_high", fit$pi.ub)
  }
  if (is.null(tau2) && requireNamespace("bayesmeta", quietly = TRUE)) {
    other <- bayesmeta::bayesmeta(y = y, sigma = sqrt(v), tau.prior = function(t) exp(prior(log(t))) / t)
    put("bayesmeta_estimate", other$summary["median", "mu"])
    put("bayesmeta_ci_low", other$qposterior(mu = 0.025))
    put("bayesmeta_ci_high", other$qposterior(mu = 0.975))
  }
  reml <- rma(y, v, method = "REML", test = "knha", tau2 = tau2, control = list(threshold = 1e-12, maxiter = 10000))
  put("reml_estimate", c(reml$beta))
  put("reml_hk_low", reml$ci.lb)
  put("reml_hk_high", reml$ci.ub)
  put("reml_tau2", reml$tau2)
}
"""


def _r_prior(prior: Prior) -> str:
    """Write the log density of log(tau) as an R function."""
    shift = f"(u - log({prior.scale!r}))"
    if prior.family == "half-normal":
        density = f"dnorm(exp{shift}, 0, {prior.spread!r}, log = TRUE) + log(2) + {shift}"
    elif prior.family == "log-normal":
        density = f"dnorm(2 * {shift}, {prior.location!r}, {prior.spread!r}, log = TRUE) + log(2)"
    else:
        place = f"(2 * {shift} - ({prior.location!r})) / {prior.spread!r}"
        density = f"dt({place}, {prior.df!r}, log = TRUE) + log(2 / {prior.spread!r})"
    return f"prior <- function(u) {density}"


def r_script(answer: Answer, title: str, data_version: str, absent: Missing | None = None) -> str:
    r"""Write the R script that prints an answer's numbers to ten digits, or a comment if there is nothing to pool.

    Trials with counts start from their 2×2 table; the others from effect and variance, with a note on their origin.

    `absent` is what the pool does not hold; it goes into comments, one line per trial.

    >>> from evidence.synthesis.trial_effects import Question
    >>> nothing = Answer(Question(("response",), "RR", None), (), (), None, ())
    >>> print(r_script(nothing, "Response", "1a2b3c4d").replace(__version__, "0.2.0"), end="")
    # Response
    #
    # Data version 1a2b3c4d, program 0.2.0. No trial has an effect: nothing to compute.
    """
    if not answer.used:
        nothing = comment(
            f"Data version {data_version}, program {__version__}. No trial has an effect: nothing to compute."
        )
        return "\n".join((comment(title), "#", nothing, *_left_out(answer), *_missing(absent))) + "\n"
    measure = MEASURES[answer.question.measure]
    scale = f"the logarithm of the {measure.label.lower()}" if measure.scale == "log" else measure.label.lower()
    parts = [
        "\n".join(
            (
                comment(title),
                "#",
                comment(f"Data version {data_version}, program {__version__}."),
                "# Needs R with the package metafor, version 3.8 or newer, and nothing else:",
                '#   install.packages("metafor")',
                comment(f"Effects (yi) are {scale}, vi their sampling variances."),
                *_left_out(answer),
                *_missing(absent),
            )
        ),
        f'suppressMessages(library(metafor))\ncat({r_string(f"# {title}")}, "\\n")',
        _data(answer),
        _effects(answer),
        _REPORT.rstrip(),
        *([_BAYES.rstrip(), _r_prior(answer.prior)] if answer.prior is not None else []),
        *_pools(answer),
        'cat(paste0("# ", capture.output(sessionInfo())), sep = "\\n")',
    ]
    return "\n\n".join(parts) + "\n"


def r_string(text: str) -> str:
    r"""Write a text as an ASCII R string on one line: other letters as \uXXXX, unprintable characters as spaces.

    >>> print(r_string('Åsberg "1979"\n'))
    "\u00c5sberg \"1979\" "
    """
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    point = ord(character)
    if character in '"\\':
        return f"\\{character}"
    if 0x20 <= point < 0x7F:
        return character
    if not character.isprintable():
        return " "
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def ascii_text(text: str) -> str:
    r"""Reduce a text to one ASCII line for a comment: accents dropped, other characters as question marks.

    >>> ascii_text("tau² of Åsberg –\nnext")
    'tau2 of Asberg - next'
    """
    spread = " ".join("".join(c if c.isprintable() else " " for c in text.translate(_PLAIN)).split())
    letters = (c for c in unicodedata.normalize("NFKD", spread) if not unicodedata.combining(c))
    return "".join(c if " " <= c <= "~" else " " if c.isspace() else "?" for c in letters)


def comment(text: str) -> str:
    """Wrap a text in comment lines."""
    return "\n".join(f"# {line}" for line in textwrap.wrap(ascii_text(text), 100)) or "#"


def _left_out(answer: Answer) -> list[str]:
    return [comment(f"Not pooled: {entry.label} ({entry.excluded}).") for entry in answer.left_out]


def _missing(absent: Missing | None) -> list[str]:
    """Write what the pool does not hold: the sentence, then each trial that is not pooled."""
    if absent is None or not absent.lines:
        return []
    lines = (*(line for line in absent.lines if line.state != "pooled"), *absent.undated)
    return ["#", comment(f"Missing evidence. {absent.sentence}"), *(comment(f"- {line.in_words}") for line in lines)]


def _has_counts(answer: Answer, entry: TrialEffect) -> bool:
    has = entry.intervention is not None and entry.comparator is not None
    return has and MEASURES[answer.question.measure].needs == "counts"


def _data(answer: Answer) -> str:
    counted = [_has_counts(answer, entry) for entry in answer.used]
    names = _names_of_groups(answer)
    rows = []
    for number, (entry, has_counts) in enumerate(zip(answer.used, counted, strict=True), 1):
        cells = [f"study = {r_string(entry.label)}"]
        if names:
            cells.append(f"group = {r_string(names[number - 1])}")
        if any(counted):
            cells += [f"{name} = {value}" for name, value in zip(_ARMS, _counts(entry, has_counts), strict=True)]
        if not all(counted):
            cells += _effect(entry, has_counts)
        comma = "," if number < len(counted) else ""
        note = f"{number}. {entry.how}; {in_words(entry.hours)}; {entry.first.citation}"
        rows += [f"  {line}" for line in comment(note).splitlines()]
        rows.append(f"  data.frame({', '.join(cells)}){comma}")
    intro = "One row per trial, each with how its effect was obtained, the time of measurement and the citation."
    if not all(counted) and any(counted):
        intro += " Trials without counts give the reported effect (yi) and its variance (vi)."
    return "\n".join((comment(intro), "trials <- rbind(", *rows, ")"))


def _counts(entry: TrialEffect, has_counts: bool) -> Sequence[object]:
    if not has_counts or entry.intervention is None or entry.comparator is None:
        return ("NA",) * len(_ARMS)
    return entry.intervention.events, entry.intervention.n, entry.comparator.events, entry.comparator.n


def _effect(entry: TrialEffect, has_counts: bool) -> list[str]:
    if has_counts or entry.effect is None:
        return ["yi = NA", "vi = NA"]
    return [f"yi = {float(entry.effect.estimate)!r}", f"vi = {float(entry.effect.variance)!r}"]


def _names_of_groups(answer: Answer) -> list[str]:
    """List the group of each pooled trial; empty if there is only one."""
    if not answer.subgroups:
        return []
    return [next((group.name for group in answer.subgroups if entry in group.used), "") for entry in answer.used]


def _effects(answer: Answer) -> str:
    lines = []
    if any(_has_counts(answer, entry) for entry in answer.used):
        # A difference of risks is defined where nobody had an event; a ratio is not.
        drops = "FALSE" if answer.question.measure == "RD" else "TRUE"
        lines += [
            "# Effects and variances from the counts; half a person is added to all four cells of a trial with an",
            "# empty cell, and to no other. Effects that are already there stay.",
            f'trials <- escalc("{answer.question.measure}", {_COUNTS}, data = trials,',
            f'                 add = 1/2, to = "only0", drop00 = {drops}, replace = FALSE)',
        ]
    lines += [
        "# One line per trial for the reader, then its numbers.",
        'cat(paste0("# ", seq_len(nrow(trials)), ": ", trials$study, "\\n"), sep = "")',
        'cat(sprintf("study_%d_yi %.10g\\nstudy_%d_vi %.10g\\n",',
        '            seq_len(nrow(trials)), trials$yi, seq_len(nrow(trials)), trials$vi), sep = "")',
    ]
    return "\n".join(lines)


def _pools(answer: Answer) -> Iterable[str]:
    if answer.pooled is None:
        yield comment("Nothing is pooled: this model needs counts of both arms from every trial.")
        return
    yield _pool(answer, answer.pooled, "All trials together", "fit", "", "")
    if answer.shares_tau:
        yield _common_tau(answer)
    fits = []
    for number, group in enumerate(answer.subgroups, 1):
        heading = f"Group {number}: {group.name}"
        if group.pooled is None:
            yield comment(f"{heading}. It cannot be pooled by this model.")
            continue
        subset = f", subset = group == {r_string(group.name)}"
        fits.append(f"fit_{number}")
        yield _pool(answer, group.pooled, heading, fits[-1], f"group_{number}_", subset)
        if group.compared is not None and len(group.used) == 1:
            fits[-1] = f"compared_{number}"
            yield "\n".join(_compared(group.compared, fits[-1], subset))
    if len(fits) > 1:
        yield "\n".join(
            (
                "# Do the groups differ? Their pooled effects against each other, each weighted by 1/se^2.",
                f"fits <- list({', '.join(fits)})",
                "between <- rma(yi = sapply(fits, function(f) c(f$beta)), sei = sapply(fits, function(f) f$se),",
                '               method = "EE")',
                'say("between_q", between$QE)',
                'say("between_df", between$k - 1)',
                'say("between_p", between$QEp)',
            )
        )


def _common_tau(answer: Answer) -> str:
    """Write the line that fits one tau² for all groups, by the estimator of the answer or else by REML."""
    methods = {group.compared.method for group in answer.groups if group.compared is not None} - {"bayes"}
    method = next(iter(methods), "REML")
    return "\n".join(
        (
            comment(
                "The groups share one variance between trials, because one of them has too few to show it: "
                "tau2 with the group as a moderator."
            ),
            "common <- rma(yi, vi, mods = ~ 0 + group, data = trials,",
            f'              method = "{method}"{_CONTROL.get(method, "")})',
            'say("common_tau2", common$tau2)',
        )
    )


def _compared(compared: Pooled, name: str, subset: str) -> Iterable[str]:
    """Write how a group of one trial enters the comparison: with the spread between trials added to its variance."""
    yield "# Against the other groups this trial is one setting among others, so its variance includes tau2."
    if compared.method == "bayes":
        rows = _rows_of(subset)
        yield f"used <- trials[{rows}, ]"
        yield f"{name} <- bayes(c(used$yi), c(used$vi), prior, trials[!({rows}), ])"
    else:
        yield f"{name} <- rma(yi, vi, data = trials{subset}, tau2 = common$tau2,"
        yield f'{" " * len(name)}        method = "{compared.method}", test = "z")'


def _rows_of(subset: str) -> str:
    """Return the rows of `trials` that a subset argument means, TRUE for all of them."""
    return subset.removeprefix(", subset = ").replace("group ==", "trials$group ==") or "TRUE"


def _pool(answer: Answer, pooled: Pooled, heading: str, name: str, prefix: str, subset: str) -> str:
    lines = [comment(f"{heading}.")]
    if pooled.k == 1:
        lines.append("# One trial: its own result, nothing is pooled.")
    elif pooled.method == "bayes":
        lines += [comment(f"Model: {_METHODS[pooled.method]}{pooled.prior}.")]
    else:
        lines += [comment(f"Model: {_METHODS[pooled.method]}."), comment(_TESTS[pooled.test])]
    indent = " " * len(f"{name} <- rma(")
    if pooled.method == "bayes":
        return "\n".join((*lines, *_bayes(answer, pooled, heading, name, prefix, subset)))
    if pooled.method == "MH":
        drops = "FALSE" if answer.question.measure == "RD" else "TRUE"
        lines += [
            "# The half is added for the effects of single trials only, never for the pooled one.",
            f"{name} <- rma.mh({_COUNTS},",
            f'{indent}   data = trials{subset}, measure = "{answer.question.measure}",',
            f'{indent}   add = c(1/2, 0), to = c("only0", "none"), drop00 = c({drops}, FALSE))',
        ]
    else:
        # One effect has no variance between trials, whatever the estimator.
        method = "EE" if pooled.k == 1 else pooled.method
        control = _CONTROL.get(method, "")
        tau2 = ", tau2 = common$tau2" if subset and answer.shares_tau and pooled.k > 1 else ""
        lines += [
            f"{name} <- rma(yi, vi, data = trials{subset},",
            f'{indent}method = "{method}", test = "{pooled.test}"{tau2}{control})',
        ]
    ratio = str(MEASURES[answer.question.measure].scale == "log").upper()
    predicts = str(pooled.pi_low is not None).upper()
    if prefix:
        lines.append(f'cat("# {prefix.rstrip("_")}:", {r_string(heading.partition(": ")[2])}, "\\n")')
    lines.append(f'report("{prefix}", {name}, ratio = {ratio}, predicts = {predicts})')
    return "\n".join(lines)


def _bayes(answer: Answer, pooled: Pooled, heading: str, name: str, prefix: str, subset: str) -> Iterable[str]:
    """Write the lines that fit and report one Bayesian pool, of all trials or of a group."""
    rows, is_shared = _rows_of(subset), bool(subset) and answer.shares_tau
    ratio = str(MEASURES[answer.question.measure].scale == "log").upper()
    predicts = str(pooled.pi_low is not None).upper()
    yield f"used <- trials[{rows}, ]"
    others = f", trials[!({rows}), ]" if is_shared else ""
    yield f"{name} <- bayes(c(used$yi), c(used$vi), prior{others})"
    if prefix:
        yield f'cat("# {prefix.rstrip("_")}:", {r_string(heading.partition(": ")[2])}, "\\n")'
    tau2 = ", common$tau2" if is_shared else ""
    yield f'report_bayes("{prefix}", {name}, c(used$yi), c(used$vi), prior, {ratio}, {predicts}{tau2})'
