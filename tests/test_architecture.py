import ast
import re

import pytest

from tests.support.paths import ROOT

MODULES = sorted((ROOT / "evidence").rglob("*.py"))
CODE = [*MODULES, *sorted((ROOT / "pages").glob("*.py")), ROOT / "dashboard.py"]


def test_requirements_are_pinned_exactly():
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line]
        assert all(re.fullmatch(r"-r requirements\.txt|[A-Za-z0-9-]+==[0-9.]+", line) for line in lines), name


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_tool_is_told_to_overlook_has_a_reason(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    bare = re.compile(r"#\s*(?:type: ignore(?:\[[\w, -]+\])?|(?:ruff: )?noqa(?:: [A-Z0-9, ]+)?|pragma: no cover)\s*$")
    assert [line.strip() for line in lines if bare.search(line)] == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_variable_is_named_by_a_participle_that_says_nothing(path):
    empty = {"found", "held", "said", "told", "stands", "stood"}
    functions = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.FunctionDef | ast.Lambda)]
    names = {
        node.id if isinstance(node, ast.Name) else node.arg
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    }
    assert names.isdisjoint(empty), sorted(names & empty)
