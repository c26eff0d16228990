"""What is installed is what was looked at: the locks hold every pin, each with hashes, and no address of a registry."""

import json
import re

import pytest

from tests.support.paths import ROOT
from tools.lock import LOCKS, SBOM, pins

STALE = "run make lock"


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize(("source", "lock"), LOCKS.items())
def test_a_lock_holds_the_pins_of_its_requirements(source: str, lock: str) -> None:
    locked = pins(text(lock))
    asked = pins(text(source))
    assert asked
    missing = {name: versions for name, versions in asked.items() if not versions <= locked.get(name, set())}
    assert not missing, STALE


@pytest.mark.parametrize("lock", LOCKS.values())
def test_every_package_of_a_lock_has_hashes_and_no_address(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", text(lock).split("\n", 1)[1].strip())
    assert len(entries) > 50
    assert all(re.match(r"[a-z0-9._-]+==\S+( ; [^\\]+)? \\\n", entry) for entry in entries)
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted-host", text(lock))


def test_what_runs_is_locked_alike_for_developers() -> None:
    run, *others = (pins(text(lock)) for lock in LOCKS.values())
    for other in others:
        assert {name: versions for name, versions in run.items() if other.get(name) != versions} == {}, STALE


def test_the_bill_of_materials_lists_what_runs() -> None:
    bill = json.loads(text(SBOM))
    assert bill["bomFormat"] == "CycloneDX"
    listed: dict[str, set[str]] = {}
    for part in bill["components"]:
        assert part["purl"].startswith("pkg:pypi/")
        listed.setdefault(part["name"].lower().replace("_", "-"), set()).add(part["version"])
    assert listed == pins(text("requirements.lock")), STALE


@pytest.mark.parametrize("name", ["Makefile", "deploy/Dockerfile"])
def test_every_installation_asks_for_hashes(name: str) -> None:
    lines = [line for line in text(name).splitlines() if "pip install" in line]
    assert lines
    assert all("--require-hashes" in line for line in lines)
