"""The first screen's picture for a phone: the same rows behind its marks, and nothing in it but its own boxes."""

from html.parser import HTMLParser
from itertools import pairwise

import pytest

from evidence.dataset.evidence import Evidence
from evidence.questions import glance, time_curve
from evidence.report.figures import glance_html
from evidence.report.figures.style import DARK, LIGHT
from evidence.selection.selection import PRESETS, Selection, apply
from tests.support.builders import counted


class Boxes(HTMLParser):
    """Every tag of a markup with its attributes, and its text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("preset", PRESETS)
def test_each_button_has_words_and_leads_to_its_rows(evidence: Evidence, preset: str) -> None:
    chosen = Selection(preset)
    found = glance.glance(
        evidence.results, apply(evidence.results, chosen.criteria()), chosen, evidence.reviews, evidence.gaps
    )
    picture = glance_html.glance(found, "in words", DARK)
    buttons = [look for tag, look in Boxes(picture.markup).tags if tag == "button"]
    assert [look["data-mark"] for look in buttons] == [str(place) for place in range(len(picture.marks))]
    said = [item.in_words for item in (*found.responders, *found.felt)]
    one_each = [look["aria-label"] for look in buttons if look["class"] in ("mark pair", "mark pair thin", "mark felt")]
    assert one_each == said
    # Bars are thin only where two pairs would lie on each other.
    days = [bar.hours / 24 for bar in found.responders]
    if not any("thin" in str(look["class"]) for look in buttons):
        assert all(later / earlier > 2 for earlier, later in pairwise(days))
    else:
        assert any(later / earlier < 2.5 for earlier, later in pairwise(days))
    assert {int(line) for key in picture.marks for line in key.split()} == {row.line for row in found.results}


def test_curves_lie_where_their_points_do_and_name_their_values(evidence: Evidence) -> None:
    chosen = Selection("esketamine")
    found = glance.glance(evidence.results, apply(evidence.results, chosen.criteria()), chosen, evidence.reviews)
    boxes = Boxes(glance_html.glance(found, "", LIGHT).markup)
    areas = [str(look["style"]) for tag, look in boxes.tags if tag == "i" and look["class"] == "area"]
    curves = found.curves.curves
    assert len(areas) == 2 * len(curves) == 4
    # The outline of a band goes along its points and back.
    assert [area.count("%,") + 1 for area in areas[::2]] == [2 * len(curve.points) for curve in curves]
    text = "".join(boxes.text)
    for curve in curves:
        assert time_curve.value_at(curve, time_curve.point_asked(curve)) in text
    spots = [look for tag, look in boxes.tags if tag == "i" and look["class"] == "spot"]
    assert len(spots) == sum(len(curve.entries) for curve in curves)


def test_a_bar_is_as_high_as_its_people_and_its_interval_as_long() -> None:
    row = counted(15, 50, 5, 50)
    found = glance.glance([row], (row,), Selection(), ())
    (bar,) = found.responders
    boxes = Boxes(glance_html.glance(found, "", LIGHT).markup)
    looks = {look["class"]: str(look["style"]) for tag, look in boxes.tags if tag == "i" and look["class"] == "whisker"}
    heights = [str(look["style"]) for tag, look in boxes.tags if look.get("class") == "bar"]
    # 10 of 100 on the comparator, times a risk ratio of 3.
    assert ["height:10.0%" in heights[0], "height:30.0%" in heights[1]] == [True, True]
    assert looks["whisker"] == f"bottom:{bar.low:.1f}%;height:{bar.high - bar.low:.1f}%"


def test_a_name_from_the_data_is_text() -> None:
    row = counted(15, 50, 5, 50, label="<img src=x onerror=a()>\n\n# A")
    found = glance.glance([row], (row,), Selection(), ())
    markup = glance_html.glance(found, row.label, LIGHT).markup
    boxes = Boxes(markup)
    assert {tag for tag, _ in boxes.tags} <= {"div", "span", "button", "i", "b", "br"}
    assert not any(name.startswith("on") for _, look in boxes.tags for name in look)
    assert "\n" not in markup
    assert boxes.tags[0][1]["aria-label"] == "<img src=x onerror=a()> # A"
