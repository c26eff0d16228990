"""Compare our effect sizes with those of a data set that others compiled, row by row, and write docs/metapsy.md.

Run as a script: `python -m tools.agreement`. The data set is that in tests/data/metapsy; what its authors publish is
quoted in `PUBLISHED` with its source, and pooled again from the rows they name.
"""
# ruff: noqa: E501 - one sentence a line

import math
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from evidence.cli.convert import beside
from evidence.curation.metapsy import Compared, Conversion, Row, agreement, convert, rows_of
from evidence.stats.effect_sizes import Effect
from evidence.stats.pooling import pool

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "tests" / "data" / "metapsy" / "data.csv"
PAGE = ROOT / "docs" / "metapsy.md"


class Published(NamedTuple):
    """A pooled result as its authors print it, and the outcome types that went into it."""

    what: str
    kinds: frozenset[str]
    k: int
    people: int
    estimate: float
    low: float
    high: float


PUBLISHED = (
    Published("Hedges’ g of symptoms", frozenset({"msd", "imsd"}), 12, 585, -0.90, -1.26, -0.55),
    Published("Risk ratio of response", frozenset({"response"}), 5, 380, 2.77, 1.93, 3.97),
    Published("Risk ratio of remission", frozenset({"remission"}), 6, 405, 4.04, 3.39, 4.82),
)
SOURCE = (
    "sypres.io, “Psilocybin for Depression”, release 25.1.2; Nature Mental Health 2026, doi 10.1038/s44220-026-00630-8"
)


def made() -> Conversion:
    """Convert the data set with its references and what lies beside it."""
    return convert(FILE.read_bytes(), FILE.with_name("references.json").read_bytes(), beside(FILE))


def chosen(rows: Iterable[Row], kinds: frozenset[str]) -> list[Row]:
    """Return the rows of the published main analysis.

    Primary instrument and time, nothing after crossing over, no sustained response, no 10 mg arm of Goodwin 2022, and
    without Krempien 2023 and Carhart-Harris 2021.
    """
    return [
        row
        for row in rows
        if row.text("primary_instrument") == row.text("primary_timepoint") == "1"
        and row.outcome in kinds
        and row.text("post_crossover") != "1"
        and "sustained" not in row.text("study_time_point").casefold()
        and not (row.text("study") == "Goodwin 2022" and "10 mg" in (row.text("multi_arm1"), row.text("multi_arm2")))
        and row.text("study") not in ("Krempien 2023", "Carhart-Harris 2021")
    ]


def again(
    published: Published, rows: Iterable[Row], compared: Mapping[int, Compared]
) -> tuple[int, float, float, float]:
    """Pool the rows of a published result from our effects, as its authors did: REML with Hartung and Knapp's interval."""
    ours = [compared[row.line] for row in chosen(rows, published.kinds)]
    pooled = pool([Effect(one.ours, one.our_se**2) for one in ours], "REML", "knha")
    assert pooled is not None
    numbers = (pooled.estimate, pooled.ci_low, pooled.ci_high)
    if any(one.measure == "log RR" for one in ours):
        numbers = (math.exp(numbers[0]), math.exp(numbers[1]), math.exp(numbers[2]))
    return pooled.k, *numbers


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def page() -> str:
    """Write the page."""
    conversion, rows = made(), rows_of(FILE.read_bytes())
    compared = {one.line: one for one in conversion.compared}
    _, apart = agreement(conversion.compared)
    lines = [
        "# Agreement with another data set",
        "",
        "<!-- Written by python -m tools.agreement. -->",
        "The data set *depression-psiloctr* of the Metapsy project (doi 10.5281/zenodo.15714852, Open Data Commons Attribution "
        "Licence 1.0) was compiled by others: 220 rows of 15 studies of psilocybin in depression. `convert metapsy` converts it to a topic:",
        "",
        f"- **{len(conversion.results)} of {conversion.rows} rows** become results; {len(conversion.kept)} are set aside:",
        *(f"    - line {one.line}: {one.why} (`{one.name}`)" for one in conversion.kept),
        f"- **{len(conversion.compared) - len(apart)} of {len(conversion.compared)} effect sizes agree** with the columns "
        "`.g` and `.log_rr` computed by its authors.",
        f"- {sum(one.is_imputed for one in conversion.compared)} rows depend on numbers that its authors imputed; they are marked below.",
        "",
        "| Effect | Rows | Largest difference in the effect | in the standard error |",
        "|:--|--:|--:|--:|",
    ]
    for measure, name in (("g", "Hedges’ g"), ("log RR", "log risk ratio")):
        some = [one for one in conversion.compared if one.measure == measure]
        errors = [abs(one.our_se - one.their_se) for one in some if one.their_se is not None]
        lines.append(f"| {name} | {len(some)} | {max(abs(one.difference) for one in some):.1g} | {max(errors):.1g} |")
    lines += [
        "",
        "Values of g differ because the formulas differ: theirs, from the R package esc, uses J = 1 − 3/(4·df − 1) and a standard "
        "error based on the uncorrected d; ours uses the exact J and a standard error based on g. With their formula all 139 "
        "rows of scores agree to nine digits (`tests/curation/test_metapsy.py`).",
        "",
        "## Pooled results",
        "",
        f"Published: {SOURCE}. The table compares them with the same rows, pooled from our effects with REML and the Hartung–Knapp interval:",
        "",
        "| Outcome | k | People | Published | Here |",
        "|:--|--:|--:|:--|:--|",
    ]
    for one in PUBLISHED:
        k, *numbers = again(one, rows, compared)
        here = f"{_number(numbers[0])} ({_number(numbers[1])} to {_number(numbers[2])})"
        theirs = f"{_number(one.estimate)} ({_number(one.low)} to {_number(one.high)})"
        lines.append(f"| {one.what} | {k} | {one.people} | {theirs} | {here} |")
    lines += [
        "",
        "The pages of the dashboard pool these rows differently: Bayesian random effects, one span of time, one comparison. Their "
        "numbers therefore differ from these.",
        "",
        "## Row by row",
        "",
        "| Line | Row | Effect | Here | In the file | Difference | Imputed |",
        "|--:|:--|:--|--:|--:|--:|:--|",
    ]
    lines += [
        f"| {one.line} | `{one.name}` | {one.measure} | {one.ours:.4f} | {one.theirs:.4f} | {one.difference:.5f} | "
        f"{'yes' if one.is_imputed else ''} |"
        for one in conversion.compared
    ]
    return "\n".join(lines).replace("| -", "| −") + "\n"


def main() -> int:
    """Write the page; with --check fail where it is out of date."""
    text = page()
    if "--check" in sys.argv[1:]:
        return int(PAGE.read_text("utf-8") != text)
    PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
