"""What `import evidence` offers: its names, its manual, and that it needs no part of the app."""

import doctest
import inspect
import subprocess
import sys

import pytest

import evidence
from evidence.dataset.evidence import load
from evidence.questions.response import Choices, answer_for
from evidence.selection.selection import Selection, apply
from tests.support.paths import ROOT

NAMES = [
    *("Answer", "Claim", "Counts", "Effect", "Evidence", "Problem", "Judgement", "Model", "PRESETS", "Pooled"),
    *(
        "Question",
        "Reference",
        "Result",
        "PublishedEstimate",
        "Scores",
        "Selection",
        "__version__",
        "answer",
        "blinding",
    ),
    *("dose_response", "duration", "harms", "leave_one_out", "load", "meta_regression", "onset", "pool", "response"),
    *("select", "summary_of_findings", "withdrawals"),
]


def test_the_public_names_are_these() -> None:
    assert sorted(evidence.__all__) == sorted(NAMES)
    assert set(NAMES) <= set(dir(evidence))
    for name in NAMES:
        assert getattr(evidence, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="pooling_of_everything"):
        _ = evidence.pooling_of_everything


@pytest.mark.parametrize("name", [name for name in NAMES if name[0].islower()])
def test_every_public_function_is_documented(name: str) -> None:
    assert len(inspect.getdoc(getattr(evidence, name)) or "") > 40


def test_the_manual_runs() -> None:
    result = doctest.testfile(
        str(ROOT / "docs" / "library.md"), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert result.attempted > 10
    assert result.failed == 0


def test_the_library_answers_without_the_packages_of_app_and_exports() -> None:
    program = """
import sys
for name in ("streamlit", "plotly", "starlette", "pptx", "docx", "kaleido", "segno", "jinja2"):
    sys.modules[name] = None  # importing it fails
import evidence
data = evidence.load()
trials = evidence.select(data, "placebo")
assert evidence.response(trials).k and evidence.onset(trials).drawn and evidence.harms(trials)
assert evidence.duration(data.results) and evidence.withdrawals(data.results)
assert evidence.blinding(trials).groups and evidence.dose_response(data.results).line
assert evidence.summary_of_findings(data, trials).lines
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_importing_the_package_imports_nothing_else() -> None:
    program = "import sys; before = set(sys.modules); import evidence; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {name for name in done.stdout.split() if name.startswith(("evidence", "pandas", "numpy"))} == {"evidence"}


def test_a_selection_is_that_of_the_pages() -> None:
    data = load()
    chosen = Selection("esketamine", {"population": ("TRD",)}, (0.1, 1.0))
    rows = evidence.select(data, "esketamine", population="Treatment-resistant depression")
    assert rows == apply(data.results, chosen.criteria())
    assert evidence.response(rows) == answer_for(rows, Choices())
    assert evidence.response(
        rows, "OR", "28d", outcome="remission", model=evidence.Model("DL"), crossovers=False
    ).question.bin


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"preset": "all"}, "'all' is not a choice of preset. There are: midazolam, "),
        ({"popul": "TRD"}, "'popul' is not a filter. There are: drug, "),
        ({"population": ["TRD", "all"]}, "'all' is not a choice of population. There are: TRD, "),
        ({"dose": (5, 9)}, "'5, 9' is not a choice of dose. There are: two numbers"),
    ],
)
def test_a_selection_that_is_not_known_says_what_is(chosen: dict, words: str) -> None:
    with pytest.raises(ValueError, match="There are: ") as caught:
        evidence.select(load(), **chosen)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("wrong", [{"measure": "SMD"}, {"time": "1h"}, {"outcome": "relapse"}])
def test_a_question_that_is_not_known_says_what_is(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="There are: "):
        evidence.response((), **wrong)
