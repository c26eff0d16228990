"""A hundred people as HTML: as many signs of each kind as the numbers say, and a name is text."""

import re
from urllib.parse import unquote

import pytest

from evidence.report.figures.people_html import hundred
from evidence.report.figures.style import LIGHT
from evidence.stats.absolute import Absolute, number_needed_to_treat
from evidence.synthesis.sentences import Sides


def absolute(comparator: float, ratio: float) -> Absolute:
    return number_needed_to_treat("RR", ratio, ratio, ratio, comparator)


@pytest.mark.parametrize(
    ("comparator", "ratio", "kinds"),
    [
        (0.2, 2.0, {"both": 20, "gained": 20, "never": 60}),
        (0.4, 0.5, {"both": 20, "lost": 20, "never": 60}),
        (0.3, 1.0, {"both": 30, "never": 70}),
    ],
)
def test_signs_are_as_many_as_people(comparator: float, ratio: float, kinds: dict[str, int]) -> None:
    for ink, in_row in ((LIGHT, 20), (LIGHT._replace(narrow=True), 10)):
        markup = hundred(absolute(comparator, ratio), Sides("drug", "other"), "responded", "in words", ink).markup
        picture = unquote(markup.partition('class="people')[2])
        drawn = dict(re.findall(r'id="(\w+)" [^>]* d="([^"]*)"', picture))
        places = {kind: re.findall(r"M([\d.]+) ([\d.]+)", path) for kind, path in drawn.items()}
        assert {kind: len(own) for kind, own in places.items()} == kinds
        every = [place for own in places.values() for place in own]
        assert (len({*every}), len({x for x, _ in every})) == (100, in_row)  # no sign lies on another
        assert all(f"<b>{amount}</b>" in markup for amount in kinds.values())


def test_a_name_is_text() -> None:
    markup = hundred(absolute(0.2, 2.0), Sides("<img src=x>", "y"), "responded", 'a "b"\n\n# c', LIGHT).markup
    assert "<img src=x" not in markup
    assert 'aria-label="a &quot;b&quot; # c"' in markup
