import re
from importlib import import_module

import pytest

from evidence.content import methods
from evidence.content.literature import LITERATURE
from evidence.content.methods import CHAPTERS, DECISIONS, LIMITS, NOT_DONE, PLUMBING

MODULES = [module for modules in CHAPTERS.values() for module in modules]
FUNCTIONS = [function for module in MODULES for function in methods.public_functions(module)]
COMPUTES = re.compile(r"[=√ΣΓ²³⁻]|weighted")


def text_of(function):
    return " ".join(methods.paragraphs(function.__doc__ or ""))


def test_the_modules_that_compute_are_all_there():
    wanted = {
        "stats.effect_sizes",
        "stats.absolute",
        "stats.pooling",
        "stats.sensitivity",
        "stats.regression",
        "synthesis.trial_effects",
    }
    assert wanted <= set(MODULES)
    assert len(MODULES) == len(set(MODULES))


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_every_public_function_says_what_it_gives_and_on_whose_authority(function):
    text = text_of(function)
    assert text, f"{function.__name__} has no docstring"
    if function.__name__ in PLUMBING:
        assert not COMPUTES.search(text), f"{function.__name__} has a formula, so it is no plumbing"
    else:
        assert methods.cited([text]), f"the docstring of {function.__name__} names no source: (Author year)"


def test_the_plumbing_exists():
    assert {function.__name__ for function in FUNCTIONS} >= PLUMBING


def test_every_source_named_is_in_the_literature_and_the_other_way_round():
    introductions = [import_module(f"evidence.{module}").__doc__ for module in MODULES]
    decisions = [word for decision in DECISIONS for word in decision]
    named = methods.cited(
        [*map(text_of, FUNCTIONS), *map(" ".join, map(methods.paragraphs, introductions)), *decisions]
    )
    assert named == set(LITERATURE)


def test_chapters_hold_every_formula_once():
    names = [formula.name for chapter in methods.chapters() for formula in chapter.formulas]
    assert len(names) == len(set(names)) == len(FUNCTIONS) - len(PLUMBING)
    assert "stats.effect_sizes.risk_ratio" in names
    assert "stats.sensitivity.mantel_haenszel" in names
    assert not any(name.rpartition(".")[2].startswith("_") for name in names)


def test_what_the_page_shows_is_prose():
    for chapter in methods.chapters():
        assert chapter.introduction
        for formula in chapter.formulas:
            for text in (formula.statement, formula.how):
                assert ">>>" not in text
                assert "``" not in text
                assert "None" not in text
                assert "\n" not in text
            assert formula.statement.endswith(".")


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
    for idea in ("network meta-analysis", "individual participant data", "imputation", "certainty ratings of our own"):
        assert idea in words
    assert all(line.endswith(".") for line in (*NOT_DONE, *LIMITS))


def test_frames_hold_what_they_are_made_of():
    assert len(methods.decisions_table().splitlines()) == len(DECISIONS) + 2
    assert all(line.count("|") == 4 for line in methods.decisions_table().splitlines())
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


def test_a_function_without_documentation_is_an_empty_formula():
    def bare():
        pass

    assert methods.formula_of(bare).statement == ""
