"""One trial on one page: design, arms, every result with its source, risk of bias, claims, references."""

import streamlit as st

from evidence import trial_tables
from evidence.quality import discrepancies
from evidence.ui.card import escaped, reference_list, registry_links
from evidence.ui.view import View
from evidence.vocabulary import AGE_GROUPS, BACKGROUNDS, BLINDINGS, DESIGNS, POPULATIONS
from evidence.words import UNKNOWN, count


def trial_card(view: View, trial: str) -> None:
    """Everything known of a trial; what is unknown is shown as not reported."""
    rows = view.evidence.trials[trial]
    first = rows[0]
    st.header(first.label + (f" ({first.acronym})" if first.acronym else ""), anchor=False)
    facts = {
        "Design": DESIGNS[first.design].label,
        "Blinding": BLINDINGS[first.blinding].label if first.blinding else UNKNOWN,
        "Population": POPULATIONS[first.population].label,
        "Age group": AGE_GROUPS[first.age_group].label,
        "People randomised": count(first.n_randomised),
        "Other treatment": BACKGROUNDS[first.background].label if first.background else UNKNOWN,
        "Registration": registry_links(first) or UNKNOWN,
        "Arms": escaped("; ".join(trial_tables.arms_of(rows))),
    }
    st.table(facts, border="horizontal")
    st.subheader(f"{len(rows)} results", anchor=False)
    st.dataframe(
        trial_tables.results_frame(rows, view.links),
        hide_index=True,
        alt=f"Results of {first.label}",
        column_config={"Citation": st.column_config.LinkColumn(display_text="open")},
    )
    for line, sentence in discrepancies(rows).items():
        st.caption(f":material/rule: Line {line}: {escaped(sentence)}. The printed effect may be adjusted.")
    judged = [j for j in view.evidence.judgements if j.trial == trial]
    st.subheader("Risk of bias", anchor=False)
    if judged:
        st.dataframe(trial_tables.judgement_frame(judged), hide_index=True, alt=f"Risk of bias of {first.label}")
    else:
        st.markdown("No published judgement is held for this trial.")
    claims = [claim for claim in view.evidence.claims if trial in claim.trials]
    if claims:
        st.subheader("Statements it bears on", anchor=False)
        for claim in claims:
            st.markdown(f"- {escaped(claim.statement)} **{claim.verdict.capitalize()}.**")
    st.subheader("References", anchor=False)
    reference_list(view.evidence, rows)
