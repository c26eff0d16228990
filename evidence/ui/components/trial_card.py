"""One trial on one page: design, arms, results, harms, printed against recomputed, risk of bias, statements."""

import pandas as pd
import streamlit as st

from evidence.dataset.outcomes import BENEFIT_GROUPS, OUTCOMES
from evidence.dataset.records import Judgement, Result
from evidence.dataset.vocabulary import AGE_GROUPS, BACKGROUNDS, BLINDINGS, DESIGNS, POPULATIONS, ROB_DOMAINS
from evidence.formatting import UNKNOWN, count, counted, listed
from evidence.questions import data_quality
from evidence.questions import risk_of_bias as bias
from evidence.report.tables import trials as trial_tables
from evidence.selection.url import address
from evidence.ui import cache as cached
from evidence.ui.components import data_table
from evidence.ui.components.citation_card import escaped, reference_list, reference_text, registry_links
from evidence.ui.page import Page


def trial_card(view: Page, trial: str) -> None:
    """Draw everything known of a trial; what is unknown is shown as not reported."""
    rows = view.evidence.trials[trial]
    first = rows[0]
    st.header(escaped(first.label + (f" ({first.acronym})" if first.acronym else "")), anchor=False)
    facts = {
        "Design": escaped(DESIGNS[first.design].label),
        "Blinding": escaped(BLINDINGS[first.blinding].label) if first.blinding else UNKNOWN,
        "Population": escaped(POPULATIONS[first.population].label),
        "Age group": escaped(AGE_GROUPS[first.age_group].label),
        "People randomised": count(first.n_randomised),
        "Other treatment": escaped(BACKGROUNDS[first.background].label) if first.background else UNKNOWN,
        "Registration": registry_links(first) or UNKNOWN,
        "Arms": escaped("; ".join(trial_tables.arms_of(rows))),
    }
    st.table(facts, border="horizontal")
    benefits = tuple(r for r in rows if OUTCOMES[r.outcome].group in BENEFIT_GROUPS)
    harms = tuple(r for r in rows if OUTCOMES[r.outcome].group not in BENEFIT_GROUPS)
    _results(view, counted(len(benefits), "result"), benefits, f"Results of {first.label}")
    if harms:
        _results(view, f"Harms and vital signs · {counted(len(harms), 'result')}", harms, f"Harms in {first.label}")
    else:
        st.subheader("Harms and vital signs", anchor=False)
        st.markdown("These data have no count of harms in this trial. That does not mean that there were none.")
    _recomputed(rows)
    _bias(view, tuple(item for item in view.evidence.judgements if item.trial == trial))
    _claims(view, trial)
    st.subheader("References", anchor=False)
    reference_list(view.evidence, rows)


def _results(view: Page, title: str, rows: tuple[Result, ...], alt: str) -> None:
    st.subheader(escaped(title), anchor=False)
    if rows:
        _frame(trial_tables.results_frame(rows, view.links), alt)


def _frame(frame: pd.DataFrame, alt: str) -> None:
    st.dataframe(
        frame,
        hide_index=True,
        alt=alt,
        placeholder=data_table.UNKNOWN,
        column_config={"Citation": st.column_config.LinkColumn(display_text="open")},
    )


def _recomputed(rows: tuple[Result, ...]) -> None:
    """Draw reported effects beside those recomputed from their own rows."""
    values = data_quality.recomputed(rows)
    st.subheader("Reported and recomputed", anchor=False)
    if not values:
        st.markdown("No reported effect of this trial can be recomputed from its own row.")
        return
    apart = [one for one in values if not one.agrees]
    differ = f"{len(apart) or 'none'} {'differs' if len(apart) == 1 else 'differ'} by more than rounding"
    st.markdown(f"{counted(len(values), 'reported effect')} can be recomputed from the same row; {differ}.")
    for one in apart:
        st.caption(f":material/rule: Line {one.result.line}: {escaped(one.sentence)}. It may be adjusted.")
    frame = data_quality.recomputed_frame(values)
    _frame(frame.drop(columns=["Trial", "Open"], errors="ignore"), "Reported and recomputed effects")


def _bias(view: Page, judged: tuple[Judgement, ...]) -> None:
    """Draw the published judgements, with disagreements between reviews, and who judged."""
    st.subheader("Risk of bias", anchor=False)
    if not judged:
        st.markdown("No published judgement of this trial is in these data.")
        return
    split = [ROB_DOMAINS[cell.domain].label.lower() for cell in bias.cells_of(judged) if cell.is_split]
    if split:
        st.markdown(f"**Reviews disagree on {escaped(listed(split))}.** Every judgement is shown.")
    _frame(trial_tables.judgement_frame(judged), "Published judgements of risk of bias")
    for key in dict.fromkeys(item.citation for item in judged):
        st.caption(f"{escaped(key)}: {reference_text(view.evidence, key)}")


def _claims(view: Page, trial: str) -> None:
    """Draw the statements of the popular article that cite the trial, with their verdicts."""
    own = [item for item in cached.assessed(view.evidence) if trial in item.claim.trials]
    if not own:
        return
    st.subheader("Statements that cite it", anchor=False)
    for item in own:
        moved = " To be reviewed: its numbers have changed." if item.needs_review else ""
        st.markdown(f"**{item.verdict}:** {escaped(item.claim.statement)}{moved}")
    st.markdown(f"[All statements]({address('claims')})")
