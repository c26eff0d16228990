"""What pages make is made once for each version of the data, selection, colours and choices."""

from dataclasses import replace

from evidence.dataset.evidence import Evidence
from evidence.report.figures.style import DARK, LIGHT
from evidence.selection.selection import Selection
from evidence.ui import cache
from evidence.ui.page import Page

CALLS: list[tuple[Page, int]] = []


def counted(page: Page, choice: int) -> int:
    CALLS.append((page, choice))
    return len(CALLS)


def test_a_page_is_made_anew_for_another_version_selection_colour_or_choice(evidence: Evidence) -> None:
    CALLS.clear()
    page = Page(evidence, Selection("midazolam"), (), LIGHT)
    first = cache.once(page, counted, 1)
    assert cache.once(replace(page), counted, 1) == first
    others = [
        cache.once(page, counted, 2),
        cache.once(replace(page, selection=Selection("placebo")), counted, 1),
        cache.once(replace(page, ink=DARK), counted, 1),
        cache.once(replace(page, evidence=replace(evidence, digest="other")), counted, 1),
    ]
    assert others == [2, 3, 4, 5]
    assert cache.once(page, counted, 1) == first == 1
