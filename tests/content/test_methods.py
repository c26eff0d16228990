import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

from evidence.content import methods
from evidence.content.formulas import CHAPTERS
from evidence.content.literature import LITERATURE
from evidence.content.methods import DECISIONS, LIMITS, NOT_DONE

ROOT = Path(__file__).resolve().parents[2]
FORMULAS = [formula for chapter in CHAPTERS for formula in chapter.formulas]
MODULES = dict.fromkeys(formula.function.rpartition(".")[0] for formula in FORMULAS)
PLUMBING = {"arrays", "pooled_inputs", "trial_effects"}  # compute nothing of their own


def public_functions(module):
    code = import_module(f"evidence.{module}")
    own = inspect.getmembers(code, inspect.isfunction)
    return {name for name, item in own if item.__module__ == code.__name__ and not name.startswith("_")}


@pytest.mark.parametrize("module", MODULES)
def test_every_public_function_of_a_module_that_computes_is_in_the_table(module):
    named = {formula.function.rpartition(".")[2] for formula in FORMULAS if formula.function.startswith(f"{module}.")}
    assert named == public_functions(module) - PLUMBING


def test_the_modules_that_compute_are_all_there():
    rooms = {f"stats.{path.stem}" for path in (ROOT / "evidence" / "stats").glob("[a-z]*.py")}
    assert rooms - {"stats.pool_report"} == set(MODULES)


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: formula.function)
def test_every_formula_says_what_it_gives_on_whose_authority_and_where_it_is_tested(formula):
    assert formula.statement.endswith(".")
    assert not formula.how.endswith(".")
    assert methods.cited([formula.source])
    module, _, name = formula.function.rpartition(".")
    tests = (ROOT / formula.tested).read_text("utf-8")
    assert re.search(rf"\b({name}|{module.rpartition('.')[2]})\b", tests)


def test_every_source_named_is_in_the_literature_and_the_other_way_round():
    texts = [text for formula in FORMULAS for text in (formula.statement, formula.how, formula.source)]
    texts += [chapter.introduction for chapter in CHAPTERS]
    assert methods.cited([*texts, *(word for decision in DECISIONS for word in decision)]) == set(LITERATURE)


def test_every_decision_has_a_question_a_decision_and_a_source():
    assert len({decision.question for decision in DECISIONS}) == len(DECISIONS)
    for decision in DECISIONS:
        assert decision.decision.endswith(".")
        sources = methods.cited([decision.source])
        assert sources <= set(LITERATURE)
        assert sources or decision.source == "House rule"


def test_the_decisions_cover_what_a_reader_may_change_or_doubt():
    words = " ".join(decision.decision for decision in DECISIONS)
    for idea in (
        "REML",
        "Hartung-Knapp",
        "Mantel-Haenszel",
        "Paule-Mandel",
        "0.5",
        "correlation",
        "Wilson",
        "Newcombe",
    ):
        assert idea in words


def test_what_is_not_done_is_said():
    words = " ".join(NOT_DONE)
    for idea in (
        "network meta-analysis",
        "individual participant data",
        "imputation",
        "trim and fill",
        "fragility",
        "sequential",
    ):
        assert idea in words
    assert all(line.endswith(".") for line in (*NOT_DONE, *LIMITS))


def test_frames_hold_what_they_are_made_of():
    paragraphs = [part for part in methods.decisions_text().split("\n\n") if not part.startswith("> ")]
    assert len(paragraphs) == len(DECISIONS)
    assert methods.decisions_text().count("> $") == sum(bool(decision.formula) for decision in DECISIONS)
    assert list(methods.literature_frame()["Cited as"]) == list(LITERATURE)
    versions = methods.versions_frame()
    assert versions["Software"].iloc[0] == "Python"
    assert "not installed" not in set(versions["Version"])


def test_a_package_that_is_not_there_is_said_not_raised(monkeypatch):
    monkeypatch.setattr(methods, "PACKAGES", {"no-such-package": "nothing"})
    assert methods.versions_frame()["Version"].iloc[1] == "not installed"


def test_markdown_signs_are_literal_outside_code():
    assert methods.as_markdown("`rma_mh(a*b)` gives 2*3_4 and [x]") == r"`rma_mh(a*b)` gives 2\*3\_4 and \[x\]"
    assert methods.as_markdown("a ` alone") == "a ' alone"


def test_the_old_rule_jumps_at_the_third_trial_and_the_present_one_narrows() -> None:
    widths = methods.widths()
    # 1.96/√2; t(2) 4.303/√3; t(3) 3.182/√4.
    assert [round(width.old, 2) for width in widths[:3]] == [1.39, 2.48, 1.59]
    now = [width.now for width in widths]
    assert now == sorted(now, reverse=True)
