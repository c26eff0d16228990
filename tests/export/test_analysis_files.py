import io
import math
import subprocess
from datetime import date

import pandas as pd
import pytest

from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.export.analysis_files import METAPSY, METAPSY_COLUMNS, analyses
from evidence.export.formats import export
from evidence.questions import response
from evidence.questions.harms import harm_of, is_harm
from evidence.report.view import View, tell
from evidence.selection.selection import Selection
from evidence.stats.bayes import pool_bayes
from evidence.stats.effect_sizes import Effect
from evidence.stats.pooling import pool
from evidence.synthesis import arms
from evidence.synthesis.answers import Model, answer
from evidence.synthesis.trial_effects import SYMPTOMS, Question
from tools.browsers import rscript

GROUPS = ("scores", "changes", "counts", "g", "ratio")
R = """
suppressMessages(library(metafor))
d <- read.csv(file("stdin"), encoding = "UTF-8")
a <- d[d$measure == "RR" & !is.na(d$ai), c("ai", "n1i", "ci", "n2i", "yi", "vi")]
a <- escalc("RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = a, var.names = c("y2", "v2"), drop00 = TRUE)
apart <- c(max(abs(a$yi - a$y2), na.rm = TRUE), max(abs(a$vi - a$v2), na.rm = TRUE))
cat(nrow(a), apart, sum(is.na(a$yi) != is.na(a$y2)), "\\n")
r <- d[d$question == "Response, 12 to 36 hours" & d$pooled, ]
fit <- rma(yi, vi, data = r, test = "adhoc", control = list(threshold = 1e-12, maxiter = 10000))
cat(fit$k, c(fit$beta), fit$ci.lb, fit$ci.ub, "\\n")
"""
R2 = """
d <- read.csv2(file("stdin"), na.strings = "NA", encoding = "UTF-8")
numeric <- c("time_weeks", grep("^(mean|sd|n|event|totaln|precalc)_", names(d), value = TRUE))
sound <- all(sapply(d[numeric], function(x) is.numeric(x) || all(is.na(x))))
cat(nrow(d), sound, sum(d$event_arm1, na.rm = TRUE), "\\n")
"""


@pytest.fixture(scope="module")
def view(evidence):
    return View(evidence, Selection("everything"), date(2026, 11, 20))


@pytest.fixture(scope="module")
def metafor(view):
    return export("metafor", view)


@pytest.fixture(scope="module")
def metapsy(view):
    return export("metapsy", view)


def table(data):
    return pd.read_csv(io.BytesIO(data))


def in_r(script, data):
    program = rscript()
    if program is None:
        pytest.skip("no R with metafor")
    done = subprocess.run([program, "-e", script], input=data, capture_output=True, check=True)
    lines = [line.split() for line in done.stdout.decode().splitlines()]
    return [[word == "TRUE" if word.isalpha() else float(word) for word in words] for words in lines]


@pytest.mark.parametrize(
    "question",
    [
        Question(("response",), "RR", BIN_OF_VALUE["24h"]),
        Question(("remission",), "RR", BIN_OF_VALUE["28d"]),
        Question(SYMPTOMS, "MD", BIN_OF_VALUE["24h"], "MADRS"),
        Question(SYMPTOMS, "SMD", BIN_OF_VALUE["7d"]),
    ],
    ids=lambda question: question.title,
)
def test_metafor_rows_are_what_the_pages_pool(view, metafor, question):
    rows = table(metafor)
    rows = rows[(rows.question == question.title) & (rows.measure == question.measure) & rows.pooled]
    page = answer(view.rows, question)
    assert list(rows.study) == [entry.label for entry in page.used]
    assert list(rows.yi) == [entry.effect.estimate for entry in page.used]
    assert list(rows.vi) == [entry.effect.variance for entry in page.used]
    effects = [Effect(y, v) for y, v in zip(rows.yi, rows.vi, strict=True)]
    for pooled, shown in (
        (pool_bayes(effects, page.prior), page.pooled),
        (pool(effects), answer(view.rows, question, Model("REML")).pooled),
    ):
        assert (pooled.estimate, pooled.ci_low) == (shown.estimate, shown.ci_low)


def test_metafor_counts_are_those_of_the_pages(view, metafor):
    rows = table(metafor)
    assert set(zip(rows.study, rows.ai, rows.n1i, strict=True)) >= {
        (entry.label, entry.intervention.events, entry.intervention.n)
        for entry in response.answer_for(view.rows, response.Choices()).used
    }
    nausea = harm_of([r for r in view.rows if is_harm(r)], "nausea").ratio
    found = rows[rows.question.str.startswith("Nausea") & rows.pooled]
    assert list(found.ai) == [entry.intervention.events for entry in nausea.used]


def test_every_row_left_out_has_a_reason(metafor):
    rows = table(metafor)
    assert rows.loc[~rows.pooled, "not_pooled_because"].notna().all()


def test_metafor_gives_the_same_numbers_in_r(view, metafor):
    (rows, yi, vi, differ), fit = in_r(R, metafor)
    assert rows > 150
    assert (yi, vi, differ) == (pytest.approx(0, abs=1e-9), pytest.approx(0, abs=1e-9), 0)
    page = response.answer_for(view.rows, response.Choices(model=Model("REML"))).pooled
    assert fit == pytest.approx([page.k, page.estimate, page.ci_low, page.ci_high], abs=1e-6)


def test_metapsy_has_the_columns_of_its_standard_in_one_group_a_row(view, metapsy):
    rows = pd.read_csv(io.BytesIO(metapsy), sep=";", decimal=",", na_values="NA")
    assert tuple(rows.columns) == METAPSY_COLUMNS
    filled = pd.DataFrame({group: rows[list(METAPSY[group])].notna().any(axis=1) for group in GROUPS})
    assert (filled.sum(axis=1) == 1).all()
    for group in GROUPS:
        assert rows.loc[filled[group], list(METAPSY[group])].notna().all(axis=None)
    assert set(rows.rating.dropna()) <= {"clinician", "self-report"}
    by_line = {row.line: row for row in view.rows}
    for row in rows.itertuples():
        ours = by_line[row.line]
        if not math.isnan(row.event_arm1):
            assert (row.event_arm1, row.event_arm2) == (ours.events_intervention, ours.events_comparator)
            assert (row.totaln_arm1, row.totaln_arm2) == (ours.n_intervention, ours.n_comparator)
        for kind in ("", "_change"):
            if not math.isnan(getattr(row, f"mean{kind}_arm1")):
                for arm, side in ((1, "intervention"), (2, "comparator")):
                    assert getattr(row, f"mean{kind}_arm{arm}") == pytest.approx(getattr(ours, f"mean_{side}"))
                    assert getattr(row, f"n{kind}_arm{arm}") == getattr(ours, f"n_{side}")
                    assert getattr(row, f"sd{kind}_arm{arm}") > 0
                    if (sd := getattr(ours, f"sd_{side}")) is not None:
                        assert getattr(row, f"sd{kind}_arm{arm}") == pytest.approx(sd)
        if not math.isnan(row.precalc_log_rr) and ours.effect_measure == "RR":
            half = math.log(ours.ci_high / ours.ci_low) / 2 / 1.959964
            assert (row.precalc_log_rr, row.precalc_log_rr_se) == pytest.approx((math.log(ours.effect), half))
        if not math.isnan(row.precalc_g):
            page = arms.measured((ours,), "SMD").effect
            assert (row.precalc_g, row.precalc_g_se) == pytest.approx((page.estimate, page.standard_error))
        assert row.condition_arm1 == ours.intervention
        assert math.isnan(row.time_weeks) or row.time_weeks == pytest.approx(ours.hours / 168)


def test_metapsy_is_read_by_r_as_numbers(view, metapsy):
    ((rows, numeric, events),) = in_r(R2, metapsy)
    assert (rows, numeric) == (metapsy.count(b"\r\n") - 1, True)
    ours = pd.read_csv(io.BytesIO(metapsy), sep=";", decimal=",")
    assert events == ours.event_arm1.sum()


def test_revman_rows_agree_with_metafor_rows(view, metafor):
    ours, theirs = table(metafor), pd.read_csv(io.BytesIO(export("revman", view)))
    assert list(theirs["GIV mean"].dropna()) == list(ours.yi.dropna())
    assert (theirs["GIV SE"].dropna() ** 2).to_list() == pytest.approx(list(ours.vi.dropna()))
    assert list(theirs["Experimental cases"].dropna()) == list(ours.ai.dropna())
    assert list(theirs["Applicability"] == "YES") == list(ours.pooled)


def test_the_script_holds_every_pooled_answer(view):
    script = export("r", view).decode()
    assert script.count("library(metafor)") == len(tell(view).answers)
    assert len(analyses(view.rows)) > 40
