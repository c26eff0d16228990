"""The report of ``python -m evidence pool`` as an aligned table; ratios as readers see them, not as logarithms."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from evidence.stats.bayes import PRIORS
from evidence.stats.effect_sizes import MEASURES, Z95, Counts, Measure
from evidence.stats.pooling import ONE_EFFECT
from evidence.stats.proportions import wilson

_TESTS = {"adhoc": "modified Hartung-Knapp interval", "knha": "Hartung-Knapp interval", "z": "Wald interval"}
_METHODS = {
    "REML": "random effects, tau² by REML",
    "DL": "random effects, tau² by DerSimonian-Laird",
    "PM": "random effects, tau² by Paule-Mandel",
    "EE": "common effect",
}


def text_report(report: Mapping[str, Any]) -> str:
    """Format one table's report as text: studies, pooled effect, heterogeneity, subgroups.

    Args:
        report: What `evidence.cli.pool.report` returns.
    """
    measure = MEASURES[report["measure"]]
    test = f", {_TESTS[report['test']]}" if report["test"] else ""
    lines = [f"{report['file']}: {measure.label}, {_METHODS[report['method']]}{test}, k = {report['k']}", ""]
    left_out = {id(s): one for s, one in zip(_pooled(report), report["leave_one_out"], strict=False)}
    rows = [["Study", report["measure"], "95% CI", "Weight", "Without it", "95% CI"]]
    for study in report["studies"]:
        if study["excluded"]:
            rows.append([study["study"], study["excluded"]])
            continue
        half_width = Z95 * math.sqrt(study["vi"])
        other = left_out.get(id(study))
        rows.append(
            [
                study["study"],
                *_estimate(measure, study["yi"], study["yi"] - half_width, study["yi"] + half_width),
                f"{study['weight']:.1f}%",
                *(_of(measure, other) if other else ("", "")),
            ]
        )
    if report["k"]:
        rows.append(["Pooled" if report["k"] > 1 else "One study", *_of(measure, report), "100.0%", "", ""])
        if report["pi_low"] is not None:
            rows.append(["Prediction", "", _interval(measure, report["pi_low"], report["pi_high"]), "", "", ""])
    lines += _aligned(rows)
    lines += ["", *_heterogeneity(report)] if report["k"] > 1 else []
    if report["k"] == 0:
        lines += ["", "No study could be pooled."]
    if report["subgroups"] is not None:
        lines += ["", *_subgroups(measure, report)]
    return "\n".join(lines)


def bayes_text(report: Mapping[str, Any]) -> str:
    """Write one table's Bayesian report as text: studies, pooled effect, tau, prediction, prior.

    Args:
        report: What `evidence.stats.pool_report.bayes_report` returns, with the name of the file.
    """
    measure, prior = MEASURES[report["measure"]], PRIORS[report["prior"]]
    lines = [f"{report['file']}: {measure.label}, Bayesian random effects, k = {report['k']}", ""]
    rows = [["Study", report["measure"], "95% CI", "Weight", "Shrunk to"]]
    for study in report["studies"]:
        if study["excluded"]:
            rows.append([study["study"], study["excluded"]])
            continue
        half_width = Z95 * math.sqrt(study["vi"])
        rows.append(
            [
                study["study"],
                *_estimate(measure, study["yi"], study["yi"] - half_width, study["yi"] + half_width),
                f"{study['weight']:.1f}%",
                _number(measure.shown(study["shrunk"])),
            ]
        )
    if report["k"]:
        rows.append(["Mean effect", *_of(measure, report), "100.0%", ""])
        rows.append(["Another setting", "", _interval(measure, report["pi_low"], report["pi_high"]), "", ""])
    lines += _aligned(rows)
    if not report["k"]:
        return "\n".join([*lines, "", "No study could be pooled."])
    scale = f", tau times {_number(report['prior_scale'])}" if report["prior_scale"] != 1 else ""
    lines += [
        "",
        "Mean effect: posterior median and central 95% credible interval.",
        f"Probability that it is at most {measure.null_value:g}: {report['p_at_most_zero']:.4f}",
        f"tau = {_number(report['tau_median'])} "
        f"(95% CrI {_number(report['tau_low'])} to {_number(report['tau_high'])})",
        f"Prior on tau: {prior.label}{scale}; flat prior on the mean effect.",
    ]
    if report["subgroups"] is not None:
        groups = [["Subgroup", "k", report["measure"], "95% CrI", "tau"]]
        for group in report["subgroups"]:
            words = [*_of(measure, group), _number(group["tau_median"])] if group["k"] else ["–", "", ""]
            groups.append([group["value"] or "(blank)", str(group["k"]), *words])
        lines += ["", *_aligned(groups)]
    return "\n".join(lines)


def proportion_text(report: Mapping[str, Any]) -> str:
    """Write one table's pooled proportion as text: groups, proportion, tau², prediction.

    Args:
        report: What `evidence.stats.pool_report.proportion_report` returns, with the name of the file.
    """
    lines = [f"{report['file']}: proportion, logistic model with a random intercept, k = {report['k']}", ""]
    rows = [["Group", "Events", "n", "Proportion", "95% CI"]]
    for study in report["studies"]:
        if study["excluded"]:
            rows.append([study["study"], study["excluded"]])
            continue
        counts = Counts(study["events"], study["n"])
        low, high = wilson(counts)
        share = f"{counts.events / counts.n:.3f}"
        rows.append([study["study"], str(counts.events), str(counts.n), share, f"{low:.3f} to {high:.3f}"])
    if report["k"]:
        limits = f"{report['proportion_low']:.3f} to {report['proportion_high']:.3f}"
        rows.append(["Pooled", "", "", f"{report['proportion']:.3f}", limits])
        limits = f"{report['proportion_pi_low']:.3f} to {report['proportion_pi_high']:.3f}"
        rows.append(["Another group", "", "", "", limits])
    lines += _aligned(rows)
    if not report["k"]:
        why = "nobody or everybody had the event, in all groups or within each"
        return "\n".join([*lines, "", f"No proportion can be pooled: {why}, or no group has numbers."])
    return "\n".join([*lines, "", f"tau² = {_number(report['tau2'])} on the logit scale, by maximum likelihood"])


def _pooled(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [study for study in report["studies"] if not study["excluded"]]


def _number(value: float) -> str:
    if value and not 1e-3 <= abs(value) < 1e6:
        return f"{value:.3g}"
    return f"{value:.3f}"


def _interval(measure: Measure, low: float, high: float) -> str:
    return f"{_number(measure.shown(low))} to {_number(measure.shown(high))}"


def _estimate(measure: Measure, estimate: float, low: float, high: float) -> tuple[str, str]:
    return _number(measure.shown(estimate)), _interval(measure, low, high)


def _of(measure: Measure, pooled: Mapping[str, Any]) -> tuple[str, str]:
    return _estimate(measure, pooled["estimate"], pooled["ci_low"], pooled["ci_high"])


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    # A row of two cells is a name and a remark; the remark stands outside the columns.
    full = [row for row in rows if len(row) > 2]
    widths = [max(len(row[column]) for row in full) for column in range(len(rows[0]))]
    widths[0] = max(len(row[0]) for row in rows)
    lines = []
    for row in rows:
        if len(row) == 2:
            lines.append(f"{row[0].ljust(widths[0])}  – {row[1]}")
            continue
        cells = [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def _p(value: float) -> str:
    return "< 0.0001" if value < 0.0001 else f"= {value:.4f}"


def _heterogeneity(report: Mapping[str, Any]) -> list[str]:
    lines = [
        f"Pooled p {_p(report['p'])}",
        f"Q = {report['q']:.2f}, df = {report['k'] - 1}, p {_p(report['q_p'])}; "
        f"I² = {report['i2']:.1f}%, H² = {report['h2']:.2f}",
    ]
    if report["tau2_low"] is not None:
        lines.append(
            f"tau² = {_number(report['tau2'])} "
            f"(95% CI {_number(report['tau2_low'])} to {_number(report['tau2_high'])}, Q-profile)"
        )
    if report["egger"]:
        few = "; fewer than ten studies, of little use" if report["k"] < 10 else ""
        lines.append(
            f"Egger t = {report['egger']['z']:.2f}, df = {report['egger']['df']}, p {_p(report['egger']['p'])}{few}"
        )
    if report["hk_narrower"]:
        lines.append("The plain Hartung-Knapp interval would be narrower than the Wald interval.")
    return lines


def _subgroups(measure: Measure, report: Mapping[str, Any]) -> list[str]:
    rows = [["Subgroup", "k", report["measure"], "95% CI", "tau²"]]
    for group in report["subgroups"]:
        name = group["value"] or "(blank)"
        if group["k"]:
            tau2 = _number(group["tau2"]) if group["k"] > 1 and group["method"] not in ONE_EFFECT else "–"
            rows.append([name, str(group["k"]), *_of(measure, group), tau2])
        else:
            rows.append([name, "0", "–", "", ""])
    lines = _aligned(rows)
    if test := report["subgroup_test"]:
        lines.append(f"Difference: Q = {test['q']:.2f}, df = {test['df']}, p {_p(test['p'])}")
    return lines
