"""Which one: what was compared with what, directly, and one step indirectly through a shared comparator."""

import streamlit as st

from evidence.dataset.outcomes import OUTCOMES as WORDS
from evidence.formatting import counted, listed
from evidence.questions import choice
from evidence.report.figures.network import contrast_rows, contrasts, geometry
from evidence.report.tables.choice import contrast_frame
from evidence.stats.effect_sizes import MEASURES
from evidence.ui import page as pages
from evidence.ui import widgets
from evidence.ui.components import chart, heading
from evidence.ui.components.citation_card import escaped

view = pages.current()
heading.question("Which treatment?")
outcomes, times = st.columns(2)
outcome = widgets.beside("Outcome", choice.outcome_labels(view.evidence.results), "choice", outcomes)
time = widgets.beside("Time", choice.time_labels(), "when", times)

network = choice.network(view.evidence.results, outcome, time)
measure = choice.MEASURE[outcome]
entries = tuple(entry for direct in network.direct for entry in direct.answer.entries)
cited = tuple(result for entry in entries for result in entry.results)
if not network.direct:
    st.info("No controlled trial has this outcome at this time in these data.")
    st.stop()

headline = choice.headline(network)
heading.headline(f"{headline.text}.")
st.markdown(escaped(headline.numbers))
st.markdown(f":material/warning: {escaped(choice.ASSUMPTION)}" if network.indirect else escaped(choice.NO_STEP))

rows = contrast_rows(network, view.ink)
if rows:
    better = WORDS[choice.OUTCOMES[outcome][0]].better
    sides = ("favours the second", "favours the first")
    chart.show(
        contrasts(rows, measure, sides if better == "higher" else sides[::-1], view.ink),
        view,
        "contrasts",
        f"{headline.text}.",
        choice.in_words(network),
        cited,
        contrast_frame(network),
        shapes=f"Squares: people were randomised between the two. Open diamonds: indirect. {MEASURES[measure].label}.",
    )
unpooled = [d for d in network.direct if d.answer.pooled is None]
if unpooled:
    names = listed([f"{d.treatment} against {d.comparator} ({counted(d.trials, 'trial')})" for d in unpooled])
    st.markdown(escaped(f"Compared, but without numbers that can be pooled: {names}."))

st.subheader("What was compared with what", anchor=False)
chart.show(
    geometry(network, view.ink),
    view,
    "network",
    "What was compared with what.",
    choice.in_words(network),
    cited,
    contrast_frame(network),
    shapes="Number: trials that compared the two, also those without numbers to pool. Width: people pooled. "
    "Colour: how far people could tell what they got.",
)
st.subheader("What would close the loop", anchor=False)
for line in choice.missing_comparisons(network):
    st.markdown(escaped(f"{line}"))
