"""Does this apply to my patient: choices, the trials and people behind them, and the pages that show them."""

import streamlit as st

from evidence.dataset.topic import topic
from evidence.formatting import listed
from evidence.questions import patient
from evidence.ui import page as pages
from evidence.ui.components import heading
from evidence.ui.components.citation_card import escaped

_FIRST = 3  # questions that lie over the answer; the others follow below it


def clear() -> None:
    """Take every choice back."""
    for name in patient.CHOICES:
        st.session_state[f"patient-{name}"] = None


view = pages.current()
results = view.evidence.results
heading.question("Does this apply to my patient?")
first = st.container(horizontal=True, gap="small", key="patient-first")
body = st.container()
with st.container(key="patient-further"):
    st.markdown("**More about patient and treatment**")
    further = st.container(horizontal=True, gap="small")
chosen = {}
for at, (name, choice) in enumerate(patient.offered(results).items()):
    with (first if at < _FIRST else further).container(width="content"):
        value = st.pills(
            choice.label,
            list(choice.options),
            format_func=lambda value, choice=choice: escaped(choice.options[value].label),
            key=f"patient-{name}",
            bind="query-params",
            help=escaped(patient.definitions(name)) or None,
        )
        if value:
            chosen[name] = value
matched = patient.match(results, chosen)
with body:
    notes = (
        patient.thinness(matched) if chosen else "",
        patient.who(matched) if chosen else "",
        patient.uncontrolled(matched),
    )
    heading.headline(f"{patient.headline(matched)}.", " ".join(note for note in notes if note))
    if chosen and matched.results:
        # Above the further choices, so that the answer stands where the eye is; below lies how it came about.
        lines, felt = patient.answers(matched, view.evidence.reviews), patient.harms_of(matched)
        benefit, harm = st.columns([3, 2], gap="large")
        with benefit:
            st.markdown(
                "**Benefit**" if lines else "None of these trials compares responders in numbers that can be pooled."
            )
            for kind, words, where in lines:
                st.markdown(f"- **{kind}.** {escaped(words)} [See the trials]({where})")
        with harm:
            if felt:
                st.markdown("**Harm**")
            for kind, words in felt:
                st.markdown(f"- **{kind}.** {escaped(words)}")
            if not felt:
                st.markdown(
                    "No trial has a count of a named harm in both arms in these data. That does not make it safe."
                )
        st.button(
            "Clear choices", key="patient-clear", type="tertiary", icon=":material/filter_alt_off:", on_click=clear
        )

if chosen and matched.results:
    st.header("Open the pages for these trials", anchor=False)
    st.markdown(" · ".join(f"[{question}]({matched.address(page)})" for page, question in patient.PAGES.items()))
    if matched.unfiltered:
        names = listed(list(matched.unfiltered)).lower()
        st.caption(f"Those pages cannot filter by this and may show more trials: {names}.")
    st.header("Choice by choice", anchor=False)
    st.table(patient.choice_frame(results, matched).map(escaped), border="horizontal", hide_index=True)
note = topic().patient_note or "Each trial is counted under its own entry criterion only."
st.caption(escaped(f"All trials count here, whatever the filter elsewhere selects. {note}"))
