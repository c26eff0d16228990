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
