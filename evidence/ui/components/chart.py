"""A chart with everything a chart owes its reader: finding, text twin, citation card, table, downloads."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from evidence.bibliography.bibtex import bibtex
from evidence.bibliography.csl import csl_json
from evidence.bibliography.ris import ris
from evidence.dataset.records import Result
from evidence.dataset.references import Reference
from evidence.export.r_script import r_script
from evidence.questions.missing import Missing, matrix_of
from evidence.report.figures.boxes import Picture
from evidence.report.figures.style import SOURCE_SYMBOLS
from evidence.report.tables import answers as answer_tables
from evidence.serialize import to_csv
from evidence.synthesis.answers import Answer
from evidence.ui.components import cite as cite_panel
from evidence.ui.components import data_table, picture
from evidence.ui.components.citation_card import citation_card, reference_list
from evidence.ui.page import Page

TWINS = CITATIONS, TABLE, DOWNLOAD = "Citations", "Table", "Download"
Action = Callable[[Sequence[Result]], None]
Download = tuple[str, str, str, Callable[[], bytes | str]]
_SIGNS = {
    **{"full text": "● full text", "abstract": "■ abstract", "registry": "▲ registry", "review": "⬟ review"},
    "secondary": "★ secondary source",
}


def source_key(figure: go.Figure) -> str:
    """Return what the marks of a chart mean that can be clicked: of the signs of sources those that are drawn.

    Empty where no mark has a citation.
    """
    traces = [trace for trace in figure.data if trace.type == "scatter" and trace.customdata is not None]
    if not traces:
        return ""
    symbols = [symbol for trace in traces for symbol in _listed(trace.marker.symbol)]
    drawn = {symbol.removesuffix("-open") for symbol in symbols}
    kinds = [kind for kind, symbol in SOURCE_SYMBOLS.items() if symbol in drawn]
    words = [_SIGNS[kind] for kind in kinds]
    has_hollow = any(symbol == f"{SOURCE_SYMBOLS[kind]}-open" for symbol in symbols for kind in kinds)
    read = f"Read: {', '.join(words)}. " if words else ""
    return f"{read}{'Hollow: not pooled. ' if has_hollow else ''}Click a mark for its citation."


def _listed(symbols: str | Iterable[str] | None) -> list[str]:
    return [symbols] if isinstance(symbols, str) else [] if symbols is None else list(symbols)


def _picked_lines(event: object) -> list[int]:
    """Return the lines of trials.csv behind the clicked mark; empty without a click."""
    points = event["selection"]["points"] if event else []  # type: ignore[index]  # Streamlit types an event loosely
    for point in points:
        data = point.get("customdata")
        text = data[0] if isinstance(data, (list, tuple)) and data else data
        if isinstance(text, str) and text:
            return [int(part) for part in text.split() if part.isdigit()]
    return []


_OPEN = "picked"  # the chart whose card is open, with the lines of its mark: one card at a time, always in view


def _picked(key: str, lines: list[int]) -> list[int]:
    """Return the lines of the mark whose card is open; a new click on any chart closes the previous card."""
    seen = f"{key}-seen"
    if lines and lines != st.session_state.get(seen):
        st.session_state[_OPEN] = (key, lines)
    st.session_state[seen] = lines
    chart, open_lines = st.session_state.get(_OPEN, ("", []))
    return list(open_lines) if chart == key else []


def _show_boxes(boxes: Picture, key: str) -> None:
    """Draw a picture of HTML; the frame's script hands a touch on one of its marks to the buttons out of sight."""
    widget = f"{key}-tapped"

    def open_card() -> None:
        # Left empty, so that the same mark can be touched again.
        if touched := st.session_state[widget]:
            st.session_state[_OPEN] = (key, [int(line) for line in boxes.marks[int(touched)].split()])
            st.session_state[widget] = None

    # Text that the app's own script draws at once; boxes without marks are many, and quicker as one piece.
    if boxes.marks:
        st.markdown(boxes.markup, unsafe_allow_html=True)
    else:
        st.html(boxes.markup)
    names = [str(place) for place in range(len(boxes.marks))]
    if names:
        st.pills("Marks of the picture", names, key=widget, on_change=open_card, label_visibility="collapsed")


def _close() -> None:
    st.session_state.pop(_OPEN, None)


def chosen_twin(key: str) -> str | None:
    """Draw the choice of citations, table or downloads under a chart and return it; None until a reader chooses.

    It is one part of the page, where tabs are four, and each part costs a click on another question some time.
    """
    return st.segmented_control("More about this chart", TWINS, key=f"{key}-twin", label_visibility="collapsed")


def show(
    figure: go.Figure,
    view: Page,
    key: str,
    headline: str,
    alt: str,
    results: Sequence[Result],
    table: pd.DataFrame,
    action: Action | None = None,
    more: Sequence[Download] = (),
    shapes: str | None = None,
    below: DeltaGenerator | None = None,
    boxes: Picture | None = None,
) -> None:
    """Draw a figure with its citations, table and downloads.

    `results` are those drawn, in the order of their citations. `headline` is the sentence over the chart, which its
    picture carries; `action` draws what else a reader can do with a clicked mark; `more` are downloads beside the usual
    ones; `shapes` says what the marks mean where they do not say the source, empty where the picture says it; `below`
    is the place of citations, table and downloads, by default under the chart; `boxes` is the same picture in HTML,
    drawn in place of the figure.
    """
    name = f"{view.evidence.topic.file_prefix}-{key}-{view.evidence.short}"
    event = None
    if boxes is not None:
        _show_boxes(boxes, key)
    else:
        event = st.plotly_chart(
            figure,
            theme=None,
            key=key,
            on_select="rerun",
            selection_mode="points",
            alt=alt,
            config=picture.framed_config(view, key, name, figure, headline, results),
        )
    by_line = {result.line: result for result in view.evidence.results}
    drawn = {result.line for result in results}
    picked = [by_line[line] for line in _picked(key, _picked_lines(event)) if line in drawn and line in by_line]
    with below or nullcontext():
        if picked:
            citation_card(view.evidence, picked, key, action, close=_close)
        if shapes is None:
            shapes = source_key(figure)
        if shapes:
            st.caption(shapes)
        twin = chosen_twin(key)
        if twin == CITATIONS:
            reference_list(view.evidence, results)
        elif twin == TABLE:
            st.dataframe(
                table,
                hide_index=True,
                alt=f"The numbers of the chart: {alt}",
                placeholder=data_table.UNKNOWN,
                column_config={"Citation": st.column_config.LinkColumn(display_text="open")},
            )
        elif twin == DOWNLOAD:
            downloads(view, key, name, results, more)
            picture.panel(view, key, name, figure, headline, results, has_camera=boxes is None)


def r_download(
    answers: Sequence[Answer], title: str, view: Page, parts: Sequence[str] = (), absent: Sequence[Missing] = ()
) -> Download:
    """Make the R script of a pooled chart: the same trials and model, the same numbers from metafor.

    `parts` gives each answer a heading of its own.
    """
    named = zip(answers, parts or [""] * len(answers), strict=True)
    heads = [(answer, f"{title}: {answer.question.title}{part and f' ({part})'}") for answer, part in named]

    def make() -> str:
        return "\n".join(
            r_script(answer, head, view.evidence.short, matrix_of(answer, absent))
            for answer, head in heads
            if answer.pooled
        )

    return ("R script", "R", "text/plain", make)


def downloads(view: Page, key: str, name: str, results: Sequence[Result], more: Sequence[Download] = ()) -> None:
    """Offer rows, references and how to cite, of exactly what is drawn."""
    keys = list(dict.fromkeys(result.citation for result in results))
    references = [view.evidence.references[k] for k in keys if k in view.evidence.references]
    files: list[Download] = [
        ("Rows (CSV)", "csv", "text/csv", lambda: to_csv(answer_tables.result_frame(results))),
        *more,
    ]
    offer(view, key, name, references, files)
    st.caption(f"Cite these trials with RIS, BibTeX or CSL-JSON. Data version {view.evidence.short}.")


def offer(view: Page, key: str, name: str, references: Sequence[Reference], files: Sequence[Download]) -> None:
    """Draw one button per file, then the references in reference managers' formats, and how to cite."""
    cited: list[Download] = [
        ("RIS", "ris", "application/x-research-info-systems", lambda: ris(references)),
        ("BibTeX", "bib", "application/x-bibtex", lambda: bibtex(references)),
        ("CSL-JSON", "json", "application/json", lambda: csl_json(references)),
    ]
    with st.container(horizontal=True):
        for label, suffix, mime, make in (*files, *cited):
            st.download_button(
                label, make, file_name=f"{name}.{suffix}", mime=mime, key=f"{key}-{suffix}", on_click="ignore"
            )
    cite_panel.cite(view, key, references)
