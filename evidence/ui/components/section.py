"""Draw a section of a report on a page: headline, captions, chart with all that belongs to it, notes."""

from collections.abc import Sequence

import streamlit as st

from evidence.report.figures.boxes import Picture
from evidence.report.section import Section
from evidence.ui import cache
from evidence.ui.components import chart, heading
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import Page


def show_section(
    section: Section,
    page: Page,
    is_first: bool = True,
    action: chart.Action | None = None,
    shapes: str | None = None,
) -> None:
    """Draw a section; the chart comes with citations, table and downloads, and the notes stand under it.

    `is_first` says that it is the page's main section, whose headline is a heading of the first level under the title.
    """
    if is_first:
        heading.headline(section.sentence.large, section.sentence.below)
    else:
        heading.smaller(section.sentence.large, section.sentence.below)
    show_below_headline(section, page, action, shapes)


def show_below_headline(
    section: Section, page: Page, action: chart.Action | None = None, shapes: str | None = None
) -> None:
    """Draw what belongs to a headline that is drawn already: captions, chart, trials and notes."""
    _captions([escaped(line) for line in section.captions])
    show_chart(section, page, action, shapes)
    trials = "  \n".join(f"**{lead}** {escaped(labels)}" for lead, labels in section.trials)
    _captions([*([trials] if trials else []), *(escaped(line) for line in section.notes)])


def _captions(paragraphs: Sequence[str]) -> None:
    """Draw paragraphs as one part of the page: each part is worked through four times a rerun by the browser."""
    if paragraphs:
        st.caption("\n\n".join(paragraphs))


def show_chart(
    section: Section,
    page: Page,
    action: chart.Action | None = None,
    shapes: str | None = None,
    key: str = "",
    parts: Sequence[str] = (),
    boxes: Picture | None = None,
) -> None:
    """Draw the chart of a section with what belongs to it; nothing where there is nothing to draw.

    `key` is that of its widgets where it is not the section's own; `parts` head the answers in the R script; `boxes` is
    the same picture in HTML, drawn in place of the chart.
    """
    if section.drawing is None or section.table is None:
        return
    script = [chart.r_download(section.answers, section.script, page, parts, section.missing)] if section.script else []
    chart.show(
        cache.figure(section.drawing),
        page,
        key or section.key,
        section.headline,
        section.alt,
        section.results,
        section.table,
        action=action,
        more=script,
        shapes=shapes,
        boxes=boxes,
    )
