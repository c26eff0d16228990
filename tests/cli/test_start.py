"""A command starts quickly because it imports what it needs and no more."""

import subprocess
import sys
from pathlib import Path

import pytest

from evidence import cli
from evidence.cli import COMMANDS, main
from tests.support.paths import ROOT

HEAVY = (
    *("numpy", "pandas", "scipy", "statsmodels", "plotly", "openpyxl", "streamlit", "starlette", "httpx2"),
    *("pptx", "docx", "kaleido", "segno", "jinja2"),
)


def imported(*arguments: str) -> set[str]:
    program = f"import sys\nfrom evidence.cli import main\nmain({list(arguments)!r})\nprint('\\n', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_help_imports_no_other_room() -> None:
    modules = imported("--help")
    assert not modules & {*HEAVY, "pydantic"}
    assert {name for name in modules if name.startswith("evidence.")} == {"evidence.cli", "evidence.cli.errors"}


def test_check_imports_no_statistics_and_no_charts() -> None:
    modules = imported("check")
    assert "pydantic" in modules  # the probe sees what is imported
    assert not modules & set(HEAVY)


def test_every_module_with_a_command_is_listed() -> None:
    modules = Path(cli.__file__).parent.glob("*.py")
    registering = {p.stem.replace("_", "-") for p in modules if "\ndef register(" in p.read_text("utf-8")}
    assert registering == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_its_own_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f" {command} " in capsys.readouterr().out.splitlines()[0]


def test_help_lists_every_command_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert all(f"{command} {line}" in shown for command, line in COMMANDS.items())


def test_an_unknown_command_is_named_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chek"]) == 2
    error = capsys.readouterr().err
    assert "'chek'" in error
    assert all(command in error for command in COMMANDS)
