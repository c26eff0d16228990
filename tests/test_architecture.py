import ast
import re
from pathlib import Path

import pytest

import evidence

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "evidence").rglob("*.py"))
CODE = [*MODULES, *sorted((ROOT / "pages").glob("*.py")), ROOT / "dashboard.py"]


def order():
    lines = [line for line in (evidence.__doc__ or "").splitlines() if line.startswith("- `")]
    return {name: i for i, line in enumerate(lines) for name in re.findall(r"`([a-z_]+)`", line.split(":")[0])}


def part_of(path):
    return path.relative_to(ROOT / "evidence").with_suffix("").parts[0]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (
                [f"evidence.{alias.name}" for alias in node.names] if node.module == "evidence" else [node.module]
            )
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_every_module_is_on_the_map():
    parts = {part_of(path) for path in MODULES} - {"__init__", "__main__"}
    assert parts == set(order())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_up_the_map(path):
    places, own = order(), part_of(path)
    for name in imported(path):
        parts = name.split(".")
        if parts[0] == "evidence" and len(parts) > 1 and own in places and parts[1] in places and parts[1] != own:
            assert places[parts[1]] <= places[own], f"{own} imports {parts[1]}"


def test_only_the_user_interface_imports_streamlit():
    users = {part_of(path) for path in MODULES if any(name.split(".")[0] == "streamlit" for name in imported(path))}
    assert users == {"ui"}


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_modules_stay_under_300_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < 300


def test_requirements_are_pinned_exactly():
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line]
        assert all(re.fullmatch(r"-r requirements\.txt|[A-Za-z0-9-]+==[0-9.]+", line) for line in lines), name


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_tool_is_told_to_overlook_has_a_reason(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    bare = re.compile(r"#\s*(?:type: ignore(?:\[[\w, -]+\])?|(?:ruff: )?noqa(?:: [A-Z0-9, ]+)?|pragma: no cover)\s*$")
    assert [line.strip() for line in lines if bare.search(line)] == []
