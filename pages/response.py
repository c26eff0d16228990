"""For how many: the forest plot, what is pooled, what it means for 100 people, and what it hangs on."""

import streamlit as st

from evidence.dataset.outcomes import OUTCOMES
from evidence.questions import (
    blinding,
    certainty,
    response,
    robustness,
    subgroups,
)
from evidence.questions import risk_of_bias as bias
from evidence.report import alt_text as aloud
from evidence.report.figures.forest import Labels
from evidence.report.figures.forest_rows import FELT, Arrangement, forest_rows, masked_rows, review_rows
from evidence.report.tables import answers as tables
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis import sentences as statements
from evidence.ui import cache as remembered
from evidence.ui import filters
from evidence.ui import page as views
from evidence.ui.components import chart, published
from evidence.ui.components.citation_card import escaped
from evidence.ui.sections import response as response_views

view = views.current()
st.title("For how many does it work?", anchor=False)
if not view.results:
    filters.empty_notice(view.evidence.results, view.selection)
    st.stop()

body = st.container()
options = response_views.options(view)
with st.expander("Sensitivity: what if it is pooled in another way?", key="sensitivity", on_change="rerun") as panel:
    choices = response_views.sensitivity_options(view, options)

splits = subgroups.subgroups(view.evidence.judgements)
answer = response.answer_for(view.results, choices, splits[options.split].group)
sides = statements.sides_of(entry.first for entry in answer.used)
left, right = statements.favours(answer.question, sides)
reviews = certainty.published(view.evidence.reviews, answer)
with body:
    st.header(escaped(statements.finding_of_rates(answer, sides)) + ".", anchor=False)
    st.caption(" ".join(part for part in (OUTCOMES[options.outcome].definition, statements.caution(answer)) if part))
    known = response.columns(view.evidence.judgements)
    columns = tuple(known[name] for name in options.columns)
    arrangement = Arrangement(response.ORDERS[options.order], splits[options.split].group, columns)
    by_masking = options.split == "masking"
    if by_masking:
        rows = masked_rows(answer, view.results, view.links, view.ink, arrangement)
    else:
        rows = forest_rows(answer, view.links, view.ink, arrangement)
    rows += review_rows(reviews, answer, view.links, view.ink)
    if rows:
        heads = tuple(name.capitalize() for name in options.columns) + ((FELT,) if by_masking else ())
        labels = Labels(
            sides.drug.capitalize(), sides.comparator.capitalize(), left, right, MEASURES[options.measure].label, heads
        )
        alt = aloud.answers([answer])
        chart.show(
            remembered.forest(tuple(rows), options.measure, labels, view.ink),
            view,
            "response",
            f"{statements.finding_of_rates(answer, sides)}.",
            alt,
            views.cited(answer.entries),
            tables.pool_frame([answer], view.links),
            action=response_views.leave_out_button,
            more=[chart.r_download([answer], OUTCOMES[options.outcome].label, view)],
        )
    if "risk of bias" in options.columns:
        st.caption(escaped(bias.symbols_key(view.evidence.judgements, (entry.trial for entry in answer.entries))))
    if by_masking:
        lenses = blinding.lenses(answer, view.results)
        st.caption(escaped(f"{blinding.finding(answer, lenses)}. {blinding.caution(answer, lenses)}"))
    notes = (*statements.pooled_notes(answer), robustness.interval_notice(answer), *statements.not_pooled(answer))
    for line in filter(None, notes):
        st.caption(escaped(line))
    published.captions(view, answer)
    response_views.draw(view, answer, sides)
if panel.open:
    with panel:
        response_views.sensitivity(view, answer, choices, (left, right))
