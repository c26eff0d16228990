"""The form: the reference first, then the trial, the comparison, and results one by one, with their effect as typed."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from evidence.bibliography.csl import trial_of
from evidence.curation import plausibility
from evidence.curation.column_mapping import COLUMNS
from evidence.curation.new_words import is_new_word, unknown_words
from evidence.dataset.evidence import Evidence
from evidence.dataset.fields import slug_of
from evidence.dataset.problems import Problem
from evidence.dataset.records import Gap, Result
from evidence.dataset.validation import validate
from evidence.dataset.vocabulary import using
from evidence.formatting import counted
from evidence.questions import missing
from evidence.ui import data as app_data
from evidence.ui.components.citation_card import escaped
from evidence.ui.workbench import fields
from evidence.ui.workbench import references as workbench_references
from evidence.ui.workbench import state as workbench_state
from evidence.ui.workbench import words as workbench_words
from evidence.ui.workbench.state import Brought, Cells, Item

TRIAL = ("label", "trial", "acronym", "registration", "design", "blinding", "population", "age_group", "n_randomised")
COMPARISON = (
    *("intervention", "route", "dose", "dose_unit", "administrations", "schedule", "comparator", "background"),
    *("masking", "comparator_arm", "dose_note"),
)
MEASUREMENT = ("outcome", "instrument", "unit", "hours", "timing", "anchor", "analysis", "primary")
COUNTS = ("events_intervention", "n_intervention", "events_comparator", "n_comparator")
PERCENTS = ("percent_intervention", "percent_comparator")
SCORES = ("mean_intervention", "sd_intervention", "mean_comparator", "sd_comparator")
MEDIANS = ("median_intervention", "median_comparator")
EFFECT = ("effect_measure", "effect", "ci_low", "ci_high", "se", "p_value")
ORIGIN = ("source", "locator", "extraction", "confidence", "note")
# Cleared for the next result; anchor and analysis are mostly the same in it.
CLEARED = (
    *("outcome", "instrument", "unit", "hours", "primary", "locator", "note"),
    *(*COUNTS, *PERCENTS, *SCORES, *MEDIANS, *EFFECT),
)
_PREFIX = "form"
GAP = "gap"  # the parameter of an address that names what to enter
_BEGUN = "gap-begun"
_MISSING = frozenset({"blank-required"})
_DEVIATION = "sd-like-standard-error"  # judged beside the SDs in the file, not by the row alone


def from_form() -> Brought:
    """Return the rows typed so far and, once it is complete, the current one."""
    evidence = app_data.current().on_disk
    _from_the_queue(evidence)
    st.header("1 · Reference", anchor=False)
    references = workbench_references.new_references()
    citation = _citation(evidence, references)
    _suggest(citation, references)
    st.header("2 · Trial", anchor=False)
    cells = _trial(evidence)
    st.header("3 · Comparison", anchor=False)
    cells |= fields.fields(COMPARISON, _PREFIX)
    st.header("4 · Result", anchor=False)
    cells |= fields.fields(MEASUREMENT, _PREFIX)
    numbers, beside = st.columns([3, 2], gap="large")
    with numbers:
        for group in (COUNTS, SCORES, (*PERCENTS, *MEDIANS)):
            cells |= fields.fields(group, _PREFIX)
        cells |= fields.fields(EFFECT, _PREFIX, 3)
    cells |= fields.fields(ORIGIN[:4], _PREFIX)
    cells |= fields.fields(ORIGIN[4:], _PREFIX, 1)
    if citation:
        cells["citation"] = citation
    if "trial" not in cells and "label" in cells:
        cells["trial"] = slug_of(cells["label"])
    row = tuple(cells.get(column, "") for column in COLUMNS)
    problems = _problems(row, evidence, references)
    workbench_words.ask(unknown_words(problems), _PREFIX)
    with beside, st.container(border=True), using(workbench_words.known()):
        _as_typed(cells, problems, evidence)
    return Brought(workbench_state.table_of(_rows(row, problems)), references, workbench_words.typed())


def _from_the_queue(evidence: Evidence) -> None:
    """Begin with the gap that the address names, once: its trial, comparison, outcome and time; the rest is blank."""
    asked = st.query_params.get(GAP)
    if not asked:
        return
    gap = next((one.gap for one in missing.opened(evidence.gaps) if one.key == asked), None)
    if gap is None:
        st.info(
            "The list no longer includes the result named in this link: it has been added, or the list has changed."
        )
        return
    if st.session_state.get(_BEGUN) != asked:
        st.session_state[_BEGUN] = asked
        _begin(gap, evidence)
    known = f" {gap.note}" if gap.note else ""
    st.info(escaped(f"To enter: {missing.opened([gap])[0].in_words}. Known from {gap.known_from}.{known}"))


def _begin(gap: Gap, evidence: Evidence) -> None:
    given = {"label": gap.label, "trial": gap.trial or slug_of(gap.label), "registration": gap.registration or ""}
    given |= {"outcome": gap.outcome, "instrument": gap.instrument or ""}
    given |= {"hours": "" if gap.hours is None else f"{gap.hours:g}", "comparator": gap.comparator or ""}
    rows = evidence.trials.get(gap.trial or "", ())
    first = next((row for row in rows if row.comparator == gap.comparator), rows[0] if rows else None)
    if first is not None:
        given = {name: _text(first, name) for name in (*TRIAL, *COMPARISON)} | {k: v for k, v in given.items() if v}
    for name in (*TRIAL, *COMPARISON, *CLEARED):
        words = [word[0] for word in fields.known()[name].words]
        text = given.get(name, "")
        workbench_state.put(
            workbench_state.key(f"{_PREFIX}-{name}"), text if not words else text if text in words else None
        )


def _text(row: Result, name: str) -> str:
    value = getattr(row, name)
    return f"{value:g}" if isinstance(value, float) else str(value) if value is not None else ""


def _citation(evidence: Evidence, references: tuple[Item, ...]) -> str:
    new = [str(item["id"]) for item in references]
    chosen = st.selectbox(
        "The paper or record that reports the numbers *",
        [*new, *evidence.references],
        index=0 if new else None,
        format_func=lambda key: f"{key} (new)" if key in new else key,
        key=workbench_state.key(f"{_PREFIX}-citation-{len(new)}"),
        placeholder="choose an existing one, or add one above",
        help=fields.known()["citation"].text,
    )
    return chosen or ""


def _suggest(citation: str, references: tuple[Item, ...]) -> None:
    """Begin the trial with what a new reference says of it, once; what was typed stays."""
    done = workbench_state.key(f"{_PREFIX}-suggested")
    if st.session_state.get(done) == citation:
        return
    st.session_state[done] = citation
    for item in references:
        for name, text in trial_of(item).items() if item["id"] == citation else ():
            widget = workbench_state.key(f"{_PREFIX}-{name}")
            if not st.session_state.get(widget):
                workbench_state.put(widget, text)


def _trial(evidence: Evidence) -> dict[str, str]:
    """Draw the trial's own fields, copied from an existing trial if the reader chooses one."""
    kept = workbench_state.key(f"{_PREFIX}-existing")

    def taken_over() -> None:
        chosen = str(st.session_state.get(kept))
        if chosen not in evidence.trials:
            return
        first = evidence.trials[chosen][0]
        for name in (*TRIAL, *COMPARISON):
            text = _text(first, name)
            is_list = bool(fields.known()[name].words)
            workbench_state.put(workbench_state.key(f"{_PREFIX}-{name}"), (text or None) if is_list else text)

    st.selectbox(
        "A trial already in the data",
        list(evidence.trials),
        index=None,
        format_func=lambda trial: evidence.trials[trial][0].label if trial in evidence.trials else trial,
        key=kept,
        on_change=taken_over,
        placeholder="none: it is a new trial",
        help="Fills the fields of trial and comparison from its first row.",
        width=420,
    )
    return fields.fields(TRIAL, _PREFIX, 5)


def _problems(row: Cells, evidence: Evidence, references: tuple[Item, ...]) -> tuple[Problem, ...]:
    known = {*evidence.references, *(str(item["id"]) for item in references)}
    with using(workbench_words.known()):
        return validate(workbench_state.table_of([row]), Result, citations=known).problems


def _as_typed(cells: Mapping[str, str], problems: tuple[Problem, ...], evidence: Evidence) -> None:
    """Show what the numbers come to, and what looks wrong, beside the fields."""
    st.markdown("**What the numbers say**")
    unfit = {f.column for f in problems if f.is_blocking}
    row = plausibility.partial(cells, unfit)
    lines: list[str] = []
    if row is not None:
        for arm in ("intervention", "comparator"):
            share = plausibility.share_in_words(getattr(row, f"events_{arm}"), getattr(row, f"n_{arm}"))
            lines += [f"{arm.capitalize()}: {share}"] if share else []
        lines += [f"{name}: {text}" for name, text in plausibility.effects_in_words(row).items()]
        if "outcome" in cells and (way := plausibility.direction_in_words(cells["outcome"])):
            lines.append(way)
    for line in lines or ["Percentages with Wilson intervals and the effect appear here as you type."]:
        st.markdown(escaped(line))
    to_correct = [f for f in problems if f.code not in {*_MISSING, _DEVIATION} and not is_new_word(f)]
    doubts = [fields.in_labels(f"{f.message} {f.fix}", f.column) for f in to_correct]
    if row is not None:
        doubts += map(fields.in_labels, plausibility.unusual_deviations(row, evidence.results))
    if row is not None and {"dose", "intervention", "route"} <= set(cells) - unfit:
        doubts += [text] if (text := plausibility.unusual_dose(row, evidence.results)) else []
    for text in doubts:
        st.markdown(f":orange[:material/warning:] {escaped(text)}")
    missing = [fields.title(f.column) for f in problems if f.code in _MISSING]
    if missing and cells:
        st.caption(f"Still needed: {', '.join(missing)}.")


def _rows(row: Cells, problems: tuple[Problem, ...]) -> list[Cells]:
    """Return the rows added so far, and the current one unless it has errors; another can then be typed."""
    kept = workbench_state.basket("form-rows")
    is_whole = not any(f.is_blocking for f in problems)

    def put_down() -> None:
        kept.append(row)
        for name in CLEARED:
            fields.clear(_PREFIX, name)

    st.button(
        "Add this result and start another",
        key=workbench_state.key("form-next"),
        disabled=not is_whole,
        on_click=put_down,
        icon=":material/playlist_add:",
        help="Keeps trial, comparison, anchor, analysis and origin; clears the rest of the result.",
    )
    if kept:
        listing(kept, "form")
    return [*kept, row] if is_whole else list(kept)


def rows_frame(rows: Sequence[Cells]) -> pd.DataFrame:
    """Tabulate rows, leaving out columns that are all blank."""
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame[[column for column in COLUMNS if (frame[column] != "").any()]]


def listing(rows: list[Cells], name: str) -> None:
    """Draw the rows added so far, with a way to remove the last one."""
    with st.expander(f"{counted(len(rows), 'row')} added", expanded=True, key=workbench_state.key(f"{name}-listing")):
        st.dataframe(rows_frame(rows), hide_index=True, alt="Rows added so far")
        st.button(
            "Remove the last one",
            key=workbench_state.key(f"{name}-pop"),
            on_click=rows.__delitem__,
            args=(-1,),
            icon=":material/undo:",
        )
