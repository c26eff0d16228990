"""The blinding lens as a section: the effect by masking, the telling event beside it, and the trials behind both."""

from dataclasses import dataclass

import streamlit as st

from evidence.dataset.time_bins import TIME_BINS, usual_time
from evidence.questions import blinding, guesses
from evidence.questions.onset import MEASURE_LABELS
from evidence.report.composed import trust
from evidence.report.section import Section
from evidence.ui import widgets
from evidence.ui.components import heading
from evidence.ui.components.citation_card import escaped
from evidence.ui.components.section import show_chart
from evidence.ui.page import Page

_SHAPES = (
    "◆ pooled effect, ◇ one trial. Click a mark for its citations; a pooled one carries those of the effect and of the "
    "counts."
)
_EFFECTS_ALONE = "◆ pooled effect, ◇ one trial. Click a mark for its citations."


def shapes(scope: blinding.Scope) -> str:
    """Say what the marks mean; those of the telling event only where its counts are drawn."""
    counts = [item.felt for item in blinding.lenses(scope.answer, scope.results)]
    name = blinding.telling_event() if any(one.drug and one.comparator for one in counts) else ""
    return f"● {name} on the drug, □ on the comparator, {_SHAPES}" if name else _EFFECTS_ALONE


def times() -> dict[str, str]:
    """Return the times that can be chosen, the usual one first."""
    usual = usual_time()
    bins = {item.value: item.label for item in sorted(TIME_BINS, key=lambda item: item != usual)}
    return {**bins, blinding.NEAREST: f"Each trial’s time nearest to {usual.spoken}"}


@dataclass(frozen=True)
class Options:
    """What the lens shows."""

    measure: str
    time: str


def options(view: Page) -> Options:
    """Draw the closed panel of options and read it."""
    first, _ = blinding.opened_at(view.evidence.results)
    with st.expander("Options: effect, time", key="blinding-options"):
        columns = st.columns(2)
        effects = {name: MEASURE_LABELS[name] for name in sorted(("RR", "MD", "SMD"), key=lambda name: name != first)}
        measure = widgets.beside("Effect", effects, "lens", columns[0])
        time = widgets.one("Measured at", times(), "lens-time", columns[1])
    return Options(measure, time)


def draw(view: Page, options: Options) -> None:
    """Draw the selection by masking, widened to every comparator if it contains only one kind of masking."""
    scope = blinding.scope(view.evidence.results, view.selection, options.measure, options.time)
    lens = trust.lens(scope, view.ink)
    heading.headline(lens.sentence.large, lens.sentence.below)
    for line in lens.captions:
        st.caption(escaped(line))
    if lens.drawing is None:
        return
    show_chart(lens, view, shapes=shapes(scope), key="blind-lens")
    _notes(lens)
    _guesses(view)
    with st.expander("The trials behind it, by masking", key="masked", on_change="rerun", bind="query-params") as panel:
        if panel.open:
            trials = trust.lens_trials(scope, view.links, view.ink)
            show_chart(trials, view, key="blind-trials")
            _notes(trials)


def _guesses(view: Page) -> None:
    """Draw who was sure of the treatment received, over all trials: so few asked that no selection is applied."""
    counts = guesses.guesses(view.evidence.results)
    elsewhere = [gap.label for gap in view.evidence.gaps if gap.outcome == guesses.OUTCOME]
    section = trust.treatment_guesses(counts, elsewhere, view.ink)
    st.subheader(section.title, anchor=False)
    st.markdown(escaped(section.headline))
    show_chart(section, view, shapes="● drug, ○ comparator. Click a mark for its citation.")
    for line in section.notes:
        st.markdown(escaped(line))


def _notes(section: Section) -> None:
    for line in section.notes:
        st.caption(escaped(line))
