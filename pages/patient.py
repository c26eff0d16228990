"""Does this apply to my patient: choices, the trials and people behind them, and the pages that show them."""

import streamlit as st

from evidence.dataset.topic import topic
from evidence.formatting import listed
from evidence.questions import patient
from evidence.ui import page as pages
from evidence.ui.components.citation_card import escaped


def clear() -> None:
    """Take every choice back."""
    for name in patient.CHOICES:
        st.session_state[f"patient-{name}"] = None


view = pages.current()
results = view.evidence.results
st.title("Does this apply to my patient?", anchor=False)
body = st.container()

left, right = st.columns(2, gap="large")
asked = patient.offered(results)
wide = {name: st.container() for name in ("route", "dose")}
narrow = [name for name in asked if name not in wide]
PLACES = {**dict.fromkeys(narrow[(len(narrow) + 1) // 2 :], right), **wide}
chosen = {}
for name, choice in asked.items():
    with PLACES.get(name, left):
        value = st.pills(
            choice.label,
            list(choice.options),
            format_func=lambda value, choice=choice: escaped(choice.options[value].label),
            key=f"patient-{name}",
            bind="query-params",
        )
        if value:
            chosen[name] = value
if chosen:
    st.button("Clear choices", key="patient-clear", type="tertiary", icon=":material/filter_alt_off:", on_click=clear)

matched = patient.match(results, chosen)
with body:
    st.header(escaped(patient.headline(matched)) + ".", anchor=False)
    notes = (
        patient.thinness(matched) if chosen else "",
        patient.uncontrolled(matched),
        "All trials count here, whatever the filter above selects.",
    )
    st.caption(" ".join(note for note in notes if note))
    if chosen and matched.results:
        # Above the choices, so that the answer stands where the eye is; below them lies how it came about.
        lines, felt = patient.answers(matched, view.evidence.reviews), patient.harms_of(matched)
        st.markdown(
            "**Benefit**" if lines else "None of these trials compares responders in numbers that can be pooled."
        )
        for kind, words, where in lines:
            st.markdown(f"- **{kind}.** {escaped(words)} [See the trials]({where})")
        if felt:
            st.markdown("**Harm**")
        for kind, words in felt:
            st.markdown(f"- **{kind}.** {escaped(words)}")
        if not felt:
            st.markdown("No trial has a count of a named harm in both arms in these data. That does not make it safe.")

if chosen and matched.results:
    st.header("Open the pages for these trials", anchor=False)
    st.markdown(" · ".join(f"[{question}]({matched.address(page)})" for page, question in patient.PAGES.items()))
    if matched.unfiltered:
        names = listed(list(matched.unfiltered)).lower()
        st.caption(f"Those pages have no filter for just this and may show more trials: {names}.")
    st.header("Choice by choice", anchor=False)
    st.table(patient.choice_frame(results, matched).map(escaped), border="horizontal", hide_index=True)
note = topic().patient_note or "Each trial counts under one entry criterion, its own."
st.caption(escaped(note))
