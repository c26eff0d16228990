"""The workflows and forms are well formed, run commands that exist, and give rights to those who need them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from evidence.cli import main

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*-is-*.yml"))


def read(path: Path) -> dict[str, object]:
    content = yaml.safe_load(path.read_text())
    assert isinstance(content, dict)
    return content


def steps(path: Path) -> list[dict[str, object]]:
    jobs = read(path)["jobs"]
    assert isinstance(jobs, dict)
    return [step for job in jobs.values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_rights_are_named_and_time_is_limited(path: Path) -> None:
    content = read(path)
    assert content["permissions"]
    assert isinstance(content["jobs"], dict)
    assert all(job["timeout-minutes"] <= 40 for job in content["jobs"].values())


def test_what_runs_code_of_a_fork_may_write_nothing() -> None:
    for path in WORKFLOWS:
        content = read(path)
        triggers = content.get("on", content.get(True))  # YAML 1.1 reads `on` as true
        if isinstance(triggers, dict) and "pull_request" in triggers:
            assert content["permissions"] == {"contents": "read"}
        assert "pull_request_target" not in str(triggers)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_no_words_of_others_stand_in_a_script(path: Path) -> None:
    """A branch or a title is given through the environment: in the script itself it would be run."""
    for step in steps(path):
        assert "${{" not in str(step.get("run", ""))


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / "CONTRIBUTING.md", ROOT / ".pre-commit-config.yaml"], ids=str)
def test_commands_exist(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in set(re.findall(r"python -m evidence ([a-z-]+)", path.read_text())):
        assert main([command, "--help"]) == 0, command
    for command, option in set(re.findall(r"python -m evidence ([a-z-]+)[^\n|>`#]*? (--[a-z-]+)", path.read_text())):
        main([command, "--help"])
        assert option in capsys.readouterr().out, (command, option)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_forms_ask_for_the_source(path: Path) -> None:
    form = read(path)
    assert form["name"]
    assert form["description"]
    body = form["body"]
    assert isinstance(body, list)
    fields = [field for field in body if field["type"] != "markdown"]
    assert len({field["id"] for field in fields}) == len(fields)
    assert "source" in {field["id"] for field in fields}
    assert all(field["attributes"]["label"] for field in fields)


@pytest.mark.skipif(shutil.which("actionlint") is None, reason="actionlint is not installed")
def test_actionlint_has_nothing_to_say(tmp_path: Path) -> None:
    program = str(shutil.which("actionlint"))
    checked = subprocess.run([program, *map(str, WORKFLOWS)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, "")
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(WORKFLOWS[0].read_text().replace("runs-on:", "run-on:"))
    assert subprocess.run([program, str(wrong)], capture_output=True, check=False).returncode == 1
