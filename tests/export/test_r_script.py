import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.export.r_script import ascii_text, r_script, r_string
from evidence.questions.duration import hazard_answer, withdrawals
from evidence.questions.harms import comparable, harm_of
from evidence.selection.selection import Selection, apply
from evidence.stats.sensitivity import subgroup_difference
from evidence.synthesis.answers import Model, answer
from evidence.synthesis.trial_effects import SYMPTOMS, Question
from tests.support.builders import counted, difference, result
from tools.browsers import rscript

AT_24_HOURS = BIN_OF_VALUE["24h"]
HOSTILE = (
    'Quote"); stop("in a label',
    "Backslash \\ and \\n",
    "Line\nsystem('ls')",
    "Åsberg \U0001f600 漢字 \u2028 \u202e",
    "NUL\0 inside",
)
NUMBERS = ("k", "estimate", "se", "ci_low", "ci_high", "p")
HETEROGENEITY = ("tau2", "i2", "h2", "q", "q_p", "tau2_low", "tau2_high", "pi_low", "pi_high")


def comparator(entry):
    return entry.first.comparator


def hostile_results():
    arms = [(12, 30, 5, 30), (8, 20, 0, 21), (30, 47, 7, 25), (0, 10, 0, 12), (9, 15, 6, 15)]
    return [
        counted(*arm, trial=f"trial-{place}", label=label, comparator="saline" if place % 2 else "midazolam")
        for place, (arm, label) in enumerate(zip(arms, HOSTILE, strict=True))
    ]


def mixed_results():
    printed = result(trial="printed", label="Printed", effect_measure="RR", effect=1.7, ci_low=0.9, ci_high=3.2)
    return [*hostile_results(), printed]


def shipped(evidence, preset):
    return apply(evidence.results, Selection(preset).criteria())


@pytest.fixture(scope="module")
def answers(evidence):
    response = Question(("response",), "RR", AT_24_HOURS)
    everything = Question(("response",), "RR", None)
    scores = Question(SYMPTOMS, "MD", AT_24_HOURS, instrument="MADRS")
    hostile, mixed, all_results = hostile_results(), mixed_results(), shipped(evidence, "everything")
    found = {
        "response, default": answer(shipped(evidence, "midazolam"), response, group_by=comparator),
        "response, everything": answer(all_results, everything, group_by=comparator),
        "response, esketamine at 28 days": answer(
            shipped(evidence, "esketamine"), Question(("response",), "RR", BIN_OF_VALUE["28d"])
        ),
        "dissociation, esketamine": harm_of(comparable(shipped(evidence, "esketamine")), "dissociation").difference,
        "scores, esketamine": answer(shipped(evidence, "esketamine"), scores),
        "scores, standardised": answer(all_results, Question(SYMPTOMS, "SMD", AT_24_HOURS), group_by=comparator),
        "hazard": hazard_answer(withdrawals(evidence.results)),
        "one trial": answer(hostile[:1], response),
        "two trials": answer(hostile[:2], response),
        "no trial": answer([], response),
        "counts and printed": answer(mixed, response, group_by=comparator),
        "counts missing": answer(mixed, response, Model("MH")),
    }
    for method in ("bayes", "REML", "DL", "PM", "EE", "MH"):
        for measure in ("RR", "OR", "RD"):
            asked = Question(("response",), measure, AT_24_HOURS)
            found[f"{measure} {method}"] = answer(hostile, asked, Model(method), comparator)
    for test in ("adhoc", "knha", "z"):
        found[f"PM {test}"] = answer(all_results, everything, Model("PM", test))
        found[f"DL {test}"] = answer(all_results, everything, Model("DL", test))
    return found


@pytest.fixture(scope="module")
def scripts(answers):
    return {name: r_script(one, f"Response “{name}”", "1a2b3c4d") for name, one in answers.items()}


@pytest.fixture(scope="module")
def printed(scripts, tmp_path_factory):
    """What R prints, by script and name; all scripts in one process, each in its own environment."""
    program = rscript()
    if program is None:
        pytest.skip("no Rscript with metafor on this machine")
    folder = tmp_path_factory.mktemp("scripts")
    files = {}
    for number, (name, script) in enumerate(scripts.items()):
        files[name] = folder / f"{number}.R"
        files[name].write_text(script, encoding="ascii")
    run = 'for (f in commandArgs(TRUE)) { cat("==", f, "\\n"); source(f, local = new.env()) }'
    done = subprocess.run(
        [program, "--vanilla", "-e", run, *map(str, files.values())],
        capture_output=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    parts = re.split(r"^== .*$", done.stdout.decode("ascii"), flags=re.MULTILINE)[1:]
    return {name: numbers_in(part) for name, part in zip(files, parts, strict=True)}


def numbers_in(output):
    lines = [line for line in output.splitlines() if line and not line.startswith("#")]
    pairs = [line.split(" ") for line in lines]
    assert all(len(pair) == 2 for pair in pairs), lines
    assert len({name for name, _ in pairs}) == len(pairs)
    return {name: float(value) for name, value in pairs}


def close(value):
    return pytest.approx(value, rel=1e-6, abs=1e-8)


def assert_bayes(numbers, prefix, pooled):
    tolerance = 1e-3 * (pooled.ci_high - pooled.ci_low)
    assert numbers[f"{prefix}k"] == pooled.k
    for name in ("estimate", "ci_low", "ci_high"):
        assert numbers[prefix + name] == pytest.approx(getattr(pooled, name), abs=tolerance), prefix + name
    assert numbers[f"{prefix}p_at_most_zero"] == pytest.approx(pooled.p_at_most_zero, abs=1e-3)
    assert numbers[f"{prefix}tau_median"] == pytest.approx(pooled.tau2**0.5, rel=1e-3)
    assert numbers[f"{prefix}tau_high"] == pytest.approx(pooled.tau2_high**0.5, rel=1e-3)
    assert (f"{prefix}pi_low" in numbers) is (pooled.pi_low is not None)
    if pooled.pi_low is not None:
        width = pooled.pi_high - pooled.pi_low
        assert numbers[f"{prefix}pi_low"] == pytest.approx(pooled.pi_low, abs=2e-3 * width)
    assert f"{prefix}reml_estimate" in numbers


def assert_pool(numbers, prefix, pooled):
    if pooled.method == "bayes":
        assert_bayes(numbers, prefix, pooled)
        return
    for name in NUMBERS:
        assert numbers[prefix + name] == close(getattr(pooled, name)), prefix + name
    for name in HETEROGENEITY:
        value = getattr(pooled, name)
        if pooled.k == 1 or value is None:
            assert prefix + name not in numbers
        else:
            assert numbers[prefix + name] == close(value), prefix + name
    weights = [numbers[f"{prefix}weight_{place}"] for place in range(1, pooled.k + 1)]
    assert weights == close(list(pooled.weights))


def test_every_number_is_the_one_on_screen(answers, printed):
    for name, one in answers.items():
        numbers = printed[name]
        for place, entry in enumerate(one.used, 1):
            assert numbers[f"study_{place}_yi"] == close(entry.effect.estimate), name
            assert numbers[f"study_{place}_vi"] == close(entry.effect.variance), name
        if one.pooled is None:
            assert "estimate" not in numbers
            continue
        assert_pool(numbers, "", one.pooled)
        groups = [group for group in one.groups if group.used]
        if len(groups) < 2:
            assert not any(key.startswith("group_") for key in numbers)
            continue
        for place, group in enumerate(groups, 1):
            if group.pooled is None:
                assert f"group_{place}_k" not in numbers
            else:
                assert_pool(numbers, f"group_{place}_", group.pooled)
        compared = [group.compared or group.pooled for group in groups]
        between = subgroup_difference([pooled for pooled in compared if pooled is not None])
        assert between == one.difference
        assert ("common_tau2" in numbers) is one.shares_tau
        if between is None:
            assert "between_q" not in numbers
            continue
        # Errors of Bayesian pools come from two integrals, one in R and one here.
        loose = {"rel": 0.01} if one.model.method == "bayes" else {"rel": 1e-6, "abs": 1e-8}
        assert numbers["between_q"] == pytest.approx(between.q, **loose)
        assert numbers["between_df"] == between.df
        assert numbers["between_p"] == pytest.approx(between.p, **loose)


def test_the_shipped_figures_have_something_to_agree_on(answers):
    assert answers["response, default"].k >= 1
    assert answers["response, everything"].k >= 10
    assert len([group for group in answers["response, everything"].groups if group.used]) >= 3
    assert answers["scores, esketamine"].k >= 3
    assert answers["response, esketamine at 28 days"].k >= 5
    assert answers["response, esketamine at 28 days"].pooled.pi_low is not None
    assert answers["dissociation, esketamine"].pooled.method == "MH"
    assert any("differ" in entry.how for entry in answers["scores, standardised"].used)
    assert answers["counts missing"].pooled is None
    assert answers["hazard"].k >= 2


def test_scripts_are_ascii_closed_and_reach_for_nothing(scripts):
    for name, script in scripts.items():
        assert script.isascii(), name
        code = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', "\n".join(map(without_comment, script.splitlines())))
        assert code.count('"') % 2 == 0
        for opening, closing in ("()", "[]", "{}"):
            assert code.count(opening) == code.count(closing), name
        assert re.findall(r"\blibrary\((\w+)\)", code) == (["metafor"] if name != "no trial" else [])
        assert not re.search(r"\b(source|setwd|read\w*|file|url|system|load|require)\s*\(", code)
        assert "/work" not in script
        assert "/home" not in script
        assert "1a2b3c4d" in script


def without_comment(line):
    """The line up to a # that stands outside a string."""
    return re.sub(r'^((?:[^"#]|"(?:[^"\\]|\\.)*")*)#.*$', r"\1", line)


def test_a_trial_with_counts_starts_from_its_table(answers, scripts):
    assert "events_drug = 30, n_drug = 47, events_comparator = 7, n_comparator = 25" in scripts["response, default"]
    assert 'add = 1/2, to = "only0", drop00 = TRUE' in scripts["response, default"]
    assert "drop00 = FALSE" in scripts["RD REML"]
    assert "escalc" not in scripts["scores, esketamine"]
    for entry in answers["scores, esketamine"].used:
        assert ascii_text(entry.how) in scripts["scores, esketamine"]
    mixed = scripts["counts and printed"]
    assert "events_drug = NA" in mixed
    assert "yi = NA" in mixed


def test_what_is_not_pooled_is_said_with_its_reason(scripts):
    words = scripts["RR REML"].replace("\n# ", " ")
    assert "Not pooled: Asberg ? ?? (nobody or everybody had the outcome in both arms)." in words
    assert "# Nothing is pooled: this model needs counts" in scripts["counts missing"]


def test_without_a_trial_the_script_is_a_comment(scripts):
    assert all(line.startswith("#") for line in scripts["no trial"].splitlines())
    assert "nothing to compute" in scripts["no trial"]


def test_one_trial_is_not_called_pooled(scripts, answers):
    assert "nothing is pooled" in scripts["one trial"]
    assert 'method = "EE", test = "z"' in scripts["one trial"]
    assert "fit <- bayes(c(used$yi), c(used$vi), prior)" in scripts["two trials"]
    assert "sessionInfo()" in scripts["two trials"]
    assert "prior <- function(u) dnorm(2 * (u - log(1.0)), -2.12, 1.53, log = TRUE)" in scripts["two trials"]
    assert (
        'report_bayes("", fit, c(used$yi), c(used$vi), prior, TRUE, FALSE)' in scripts["two trials"]
    )  # predicts nothing
    one_difference = [difference(-7.9, -12.7, -3.2)]
    alone = r_script(answer(one_difference, Question(SYMPTOMS, "MD", AT_24_HOURS)), "", "x")
    assert "ratio = FALSE" in alone


@given(st.text())
def test_any_text_is_one_closed_r_string(text):
    written = r_string(text)
    assert written.isascii()
    assert written.isprintable()
    assert re.fullmatch(r'"(?:[^"\\]|\\["\\]|\\u[0-9a-f]{4}|\\U[0-9a-f]{8})*"', written)


@given(st.text())
def test_any_text_stays_on_its_comment_line(text):
    assert ascii_text(text).isascii()
    assert ascii_text(text).isprintable()
