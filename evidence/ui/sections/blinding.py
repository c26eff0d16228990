"""The blinding lens as a section: the effect by masking, dissociation beside it, and the trials behind both."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from evidence.dataset.time_bins import TIME_BINS
from evidence.questions import blinding, guesses
from evidence.questions.onset import MEASURE_LABELS
from evidence.report import alt_text as aloud
from evidence.report.figures.forest import Labels, forest
from evidence.report.figures.forest_rows import FELT, masked_rows
from evidence.report.figures.guesses import guess_plot
from evidence.report.sections import cited
from evidence.report.tables import answers as tables
from evidence.report.tables import harms as harm_tables
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis import sentences as statements
from evidence.ui import cache as remembered
from evidence.ui import widgets as asked
from evidence.ui.components import chart
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import Page

SHAPES = (
    "● dissociated on the drug, □ on the comparator, ◆ pooled effect, ◇ one trial. Click a mark for its citations; a "
    "pooled one carries those of the effect and of the counts."
)
_BINS = sorted(TIME_BINS, key=lambda item: item.value != blinding.FIRST[1])
TIMES = {**{item.value: item.label for item in _BINS}, blinding.NEAREST: "Each trial’s time nearest to 24 hours"}


@dataclass(frozen=True)
class Options:
    """What the lens shows."""

    measure: str
    time: str


def options() -> Options:
    """Draw the closed panel of options and read it."""
    with st.expander("Options", key="blinding-options"):
        columns = st.columns(2)
        effects = {name: MEASURE_LABELS[name] for name in ("RR", "MD", "SMD")}
        measure = asked.beside("Effect", effects, "lens", columns[0])
        time = asked.one("Measured at", TIMES, "lens-time", columns[1])
    return Options(measure, time)


def draw(view: Page, options: Options) -> None:
    """Draw the selection by masking, widened to every comparator if it contains only one kind of masking."""
    scope = blinding.scope(view.evidence.results, view.selection, options.measure, options.time)
    found, items = scope.answer, blinding.lenses(scope.answer, scope.results)
    sides = statements.sides_of(entry.first for entry in found.used)
    kinds = statements.score_kinds(found)
    mixed = f"Pooled together: {kinds}." if kinds else ""
    st.header(escaped(blinding.headline(found, items)) + ".", anchor=False)
    st.caption(
        " ".join(
            part for part in (statements.when(found) + ".", scope.words, mixed, blinding.caution(found, items)) if part
        )
    )
    if not items:
        return
    alt = "; ".join(blinding.aloud(found, item) for item in items)
    results = [*cited(found.used), *(r for item in items for r in item.felt.results)]
    figure = remembered.lens(items, found.question, sides, view.ink)
    script = chart.r_download([found], "Effect by masking", view)
    table = harm_tables.lens_frame(items, options.measure)
    chart.show(
        figure,
        view,
        "blind-lens",
        f"{blinding.headline(found, items)}.",
        alt,
        results,
        table,
        more=[script],
        shapes=SHAPES,
    )
    for line in statements.pooled_notes(found):
        st.caption(escaped(line))
    _guesses(view)
    with st.expander("The trials behind it, by masking", key="masked", on_change="rerun", bind="query-params") as panel:
        if panel.open:
            _trials(view, scope, options)


def _trials(view: Page, scope: blinding.Scope, options: Options) -> None:
    found, measure = scope.answer, options.measure
    rows = masked_rows(found, scope.results, view.links, view.ink)
    if not rows:
        return
    sides = statements.sides_of(entry.first for entry in found.used)
    left, right = statements.favours(found.question, sides)
    labels = Labels("Drug", "Control", left, right, MEASURES[measure].label, (FELT,))
    alt = aloud.answers([found])
    figure = forest(rows, measure, labels, view.ink)
    script = chart.r_download([found], "Effect by masking", view)
    table = tables.pool_frame([found], view.links)
    chart.show(
        figure,
        view,
        "blind-trials",
        f"{statements.headline_of_rates(found, sides)}.",
        alt,
        cited(found.entries),
        table,
        more=[script],
    )
    for line in statements.not_pooled(found):
        st.caption(escaped(line))


def _guesses(view: Page) -> None:
    """Draw who was sure of the treatment received, over all trials: so few asked that no selection is applied."""
    asked_and_counted = guesses.guesses(view.evidence.results)
    elsewhere = [gap.label for gap in view.evidence.gaps if gap.outcome == guesses.OUTCOME]
    words = guesses.in_a_sentence(asked_and_counted, elsewhere)
    st.subheader("Were people sure of what they had got?", anchor=False)
    st.markdown(escaped(words))
    if asked_and_counted:
        results = tuple(result for guess in asked_and_counted for result in guess.results)
        figure = guess_plot(asked_and_counted, view.ink)
        chart.show(figure, view, "guesses", words, words, results, _guess_frame(asked_and_counted))
        st.markdown(escaped(guesses.READING))


def _guess_frame(found: tuple[guesses.Guess, ...]) -> pd.DataFrame:
    """Return a row per arm: who was sure and right, of how many asked, and the rate with its interval."""
    rows = []
    for guess in found:
        for arm, counts, (rate, low, high) in zip(
            ("drug", "comparator"), (guess.drug, guess.comparator), guess.rates, strict=True
        ):
            numbers = {"Sure and right": counts.events, "Asked": counts.n, "Of 100": round(100 * rate)}
            span = f"{100 * low:.0f} to {100 * high:.0f}"
            rows.append({"Trial": guess.label, "Arm": arm, **numbers, "95% interval": span})
    return pd.DataFrame(rows)
