"""ARCHITECTURE.md names modules and functions that exist."""

import re
from importlib import import_module

import pytest

from tests.support.paths import ROOT

TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
NAMES = sorted(set(re.findall(r"`(evidence(?:\.\w+)+)`", TEXT)))
PATHS = sorted(set(re.findall(r"`((?:evidence|pages|tests|tools|deploy|docs|bench)/[\w/.-]*)`", TEXT)))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_exists(name: str) -> None:
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[cut:]:
            found = getattr(found, attribute)
        return
    raise AssertionError(name)


@pytest.mark.parametrize("path", PATHS)
def test_a_path_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_path_of_one_cell_is_told_from_file_to_diamond() -> None:
    walk = TEXT.split("## The path of one cell")[1].split("\n## ")[0]
    rooms = re.findall(r"`evidence\.(\w+)\.", walk)
    order = list(dict.fromkeys(rooms))
    assert order == ["dataset", "selection", "questions", "synthesis", "stats", "report"]
    assert len(walk.splitlines()) < 50  # a page
