"""What new rows would change, before they are saved: headline numbers, the forest plot, influence, what is there."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from evidence.curation.duplicates import Duplicate
from evidence.curation.preview import Preview
from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.dataset.vocabulary import using
from evidence.formatting import counted, number
from evidence.questions import headlines
from evidence.questions.headlines import SUBJECTS, Change, Headline, Rank
from evidence.report import alt_text
from evidence.report.figures.forest import Labels, Row, forest
from evidence.report.figures.forest_rows import forest_rows
from evidence.report.section import Drawing, cited
from evidence.report.tables import answers as answer_tables
from evidence.selection.selection import PRESETS
from evidence.serialize import to_csv
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis import sentences as effect_sentences
from evidence.ui import cache as cached
from evidence.ui import page as pages
from evidence.ui.components import chart, data_table
from evidence.ui.components.citation_card import escaped
from evidence.ui.workbench import state as workbench_state

_DRAWN_FIRST = ("response", "points")
_MOST_NOTES = 6  # notes on what is there already, one by one
_MOST_DRAWN = 150  # trials of one forest plot; more make a picture that nobody can read and a browser hardly draw


def draw(seen: Preview) -> None:
    """Draw everything that the rows would change for readers."""
    st.header("What it would change", anchor=False)
    _there_already(seen.duplicates)
    after = seen.evidence_after
    if after is None or not seen.results:
        if seen.rows:
            st.caption("No row is valid yet, so nothing can be computed.")
        return
    with using(after.words):  # new words are known once they are saved
        _changes(seen)


def _changes(seen: Preview) -> None:
    changes = seen.changes
    trials = len({result.trial for result in seen.results})
    st.markdown(
        f"{counted(len(seen.results), 'valid row')} of {counted(trials, 'trial')}: "
        f"**{counted(len(changes), 'headline number')} of {sum(one.k > 0 for one in seen.after)} would change.**"
    )
    if not changes:
        st.caption(
            "The pages pool other outcomes, times or instruments than these, or leave such rows out by their rules: "
            "analyses that are not main, low confidence, no comparator. The rows would appear on the trial’s card."
        )
    change_table(headlines.compare(seen.before, seen.after, changed_only=False), "add", len(changes))
    if changes:
        _forest(seen)
    if seen.ranks:
        _ranks(seen.ranks)


def _there_already(same: Sequence[Duplicate]) -> None:
    """Draw what is already in the data: a few as sentences, many as a table."""
    if len(same) > _MOST_NOTES:
        frame = pd.DataFrame(
            [{"Line": str(one.line or ""), "What is there": one.kind, "In words": one.words} for one in same]
        )
        title = f"{counted(len(same), 'thing')} of these rows may be in the file already"
        st.warning(f"**{title}.**", icon=":material/content_copy:")
        st.dataframe(frame, hide_index=True, height=data_table.height(len(frame), 8), alt=title)
        return
    for one in same:
        where = f"Line {one.line}: " if one.line else ""
        note = st.info if one.kind == "trial" else st.warning
        note(escaped(f"{where}{one.words}"), icon=":material/content_copy:")


def change_frame(changes: Iterable[Change]) -> pd.DataFrame:
    """Tabulate headline numbers before, after, and the difference in words."""
    return pd.DataFrame(
        [
            {
                "Evidence": PRESETS[one.after.preset].label,
                "Outcome": SUBJECTS[one.after.subject].label,
                "Time": BIN_OF_VALUE[one.after.bin].label,
                "Before": one.before.words,
                "After": one.after.words,
                "Difference": difference_in_words(one),
                "People": f"{one.before.people or 0} → {one.after.people or 0}",
            }
            for one in changes
        ]
    )


def difference_in_words(change: Change) -> str:
    """Say how far the estimate moved: a factor for ratios, a difference otherwise."""
    if not change.is_changed:
        return "the same"
    moved = change.difference
    if moved is None:
        return "new" if change.after.estimate is not None else "gone"
    if MEASURES[change.after.measure].scale == "log":
        return f"× {number(moved, 3)}" if abs(moved - 1) >= 0.0005 else "estimate the same"
    if abs(moved) < 0.005:
        return "estimate the same"
    return f"+{number(moved, 2)}" if moved > 0 else number(moved, 2)


def change_table(changes: Sequence[Change], name: str, changed: int) -> None:
    """Draw the changed headline numbers, and the unchanged ones on request."""
    same = [one for one in changes if not one.is_changed and one.after.k]
    every = st.toggle(f"Show the {len(same)} that stay the same too", key=f"{name}-all-headlines", value=False)
    shown = [one for one in changes if one.is_changed] + (same if every else [])
    if not shown:
        return
    frame = change_frame(shown)
    st.dataframe(
        frame,
        hide_index=True,
        height=data_table.height(len(frame), 12),
        alt=f"{changed} headline numbers that change",
        column_config={"Difference": st.column_config.TextColumn(help="A factor for ratios, else after minus before.")},
    )
    st.download_button(
        "Headline numbers (CSV)",
        lambda: to_csv(frame),
        file_name="headline-numbers.csv",
        mime="text/csv",
        key=f"{name}-headlines-csv",
        on_click="ignore",
        icon=":material/download:",
    )


def _forest(seen: Preview) -> None:
    """Draw the forest plot of a changed headline number, with the new rows marked."""
    changed = {one.after.label: one.after for one in seen.changes}
    best = next((label for label, one in changed.items() if one.subject in _DRAWN_FIRST), next(iter(changed)))
    label = st.selectbox(
        "Forest plot of",
        list(changed),
        index=list(changed).index(best),
        key=workbench_state.key(f"forest-{len(changed)}"),
    )
    drawn_plot(seen, changed[label])


def drawn_plot(seen: Preview, headline: Headline) -> None:
    """Draw the plot behind one headline number as it would become."""
    evidence = seen.evidence_after
    assert evidence is not None
    view = replace(pages.current(), evidence=evidence)
    answer = headlines.answer_of(evidence.results, headline)
    if len(answer.entries) > _MOST_DRAWN:
        st.caption(f"{counted(len(answer.entries), 'trial')}, too many for one plot. The table lists all of them.")
        frame = answer_tables.pool_frame([answer], view.links)
        st.dataframe(
            frame, hide_index=True, height=data_table.height(len(frame), 12), alt=effect_sentences.in_one_line(answer)
        )
        return
    lines = {str(result.line) for result in seen.results}
    rows = [_marked(row, lines) for row in forest_rows(answer, view.links, view.ink)]
    if not rows:
        return
    sides = effect_sentences.sides_of(entry.first for entry in answer.used)
    left, right = effect_sentences.favours(answer.question, sides)
    measure = answer.question.measure
    labels = Labels(sides.drug.capitalize(), sides.comparator.capitalize(), left, right, MEASURES[measure].label)
    alt = alt_text.answers([answer])
    chart.show(
        cached.figure(Drawing(forest, (tuple(rows), measure, labels, view.ink))),
        view,
        "add-plot",
        f"With the new rows: {effect_sentences.in_one_line(answer)}.",
        alt,
        cited(answer.entries),
        answer_tables.pool_frame([answer], view.links),
    )
    for line in effect_sentences.not_pooled(answer):
        st.caption(escaped(line))


def _marked(row: Row, lines: set[str]) -> Row:
    is_new = row.kind in ("trial", "excluded") and not lines.isdisjoint(row.key.split())
    return replace(row, note=f"new, {row.note}") if is_new else row


def _ranks(ranks: Sequence[Rank]) -> None:
    frame = pd.DataFrame(
        [{"Trial": one.label, "Headline number": one.headline.label, "Rank": f"{one.rank} of {one.k}"} for one in ranks]
    )
    with st.expander(
        "How influential the new trial would be", key=workbench_state.key("ranks"), expanded=len(frame) <= 6
    ):
        st.caption("Rank 1 moves the estimate most when it is left out.")
        st.dataframe(frame, hide_index=True, alt="Influence of the new trials")
