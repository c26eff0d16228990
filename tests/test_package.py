"""The project installs: a wheel in an environment of its own, outside the checkout, answers the commands."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from evidence import __version__
from evidence.dataset.evidence import DATA, FILES
from tests.support.paths import ROOT


def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; what the wheel depends on is that of this one, so that nothing is downloaded."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, capture_output=True, check=True)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", where], capture_output=True, check=True, text=True).stdout.strip()
    Path(site, "others.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return python.parent


def ran(program: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "KETAMINE_"))}
    return subprocess.run([program, *arguments], cwd=folder, env=kept, capture_output=True, text=True, check=False)


def test_the_wheel_holds_the_data_the_types_and_no_history(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"evidence/_data/{name}" for name in FILES} <= names
    assert {"evidence/py.typed", "evidence/_data/datapackage.json", "evidence/cli/__init__.py"} <= names
    assert not [name for name in names if "history/" in name or name.startswith(("tests/", "pages/", "data/"))]
    assert wheel.name.startswith(f"ketamine_evidence-{__version__}-")


def test_the_installed_command_checks_the_data_it_came_with(environment: Path, tmp_path: Path) -> None:
    done = ran(environment / "ketamine-evidence", "check", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    rows = (DATA / "trials.csv").read_bytes().rstrip().count(b"\n")
    assert re.search(rf"^trials\.csv: {rows} rows, {rows} valid", done.stdout, re.MULTILINE), done.stdout[-300:]
    where = ran(environment / "python", "-c", "import evidence; print(evidence.__file__)", folder=tmp_path)
    assert Path(where.stdout).is_relative_to(environment.parent)


def test_the_installed_command_knows_its_own_name(environment: Path, tmp_path: Path) -> None:
    done = ran(environment / "ketamine-evidence", "--help", folder=tmp_path)
    assert done.stdout.startswith("usage: ketamine-evidence ")
    assert ran(environment / "python", "-m", "evidence", "--help", folder=tmp_path).stdout.startswith(
        "usage: python -m evidence "
    )


def test_requirements_pin_what_the_project_depends_on() -> None:
    extras = project()["optional-dependencies"]
    wanted = [*project()["dependencies"], *extras["app"], *extras["export"]]
    names = {re.split(r"[<>=\[ ]", entry)[0].lower() for entry in wanted} - {"ketamine-evidence"}
    pinned = (ROOT / "requirements.txt").read_text("utf-8").split()
    assert names == {entry.split("==")[0].lower() for entry in pinned}


def test_the_citation_file_names_this_version() -> None:
    assert f"\nversion: {__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
