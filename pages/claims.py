"""Is the popular summary right: each statement with its verdict, the numbers computed again, and its citations."""

import streamlit as st

from evidence.bibliography.links import links
from evidence.content import claims
from evidence.content.claims import Assessed, Recomputation
from evidence.dataset.vocabulary import TOPICS, VERDICTS
from evidence.formatting import counted
from evidence.questions import courses
from evidence.report import sections
from evidence.ui import cache
from evidence.ui import page as pages
from evidence.ui.components import heading
from evidence.ui.components.citation_card import escaped, reference_text
from evidence.ui.components.section import show_section

view = pages.current()
evidence = view.evidence


def agrees(recomputation: Recomputation) -> str:
    """Say whether a number agrees with the statement: a quiet note, or a loud one if it does not."""
    if not recomputation.is_compared:
        return ""
    if recomputation.agrees:
        return ":gray[as stated]"
    return f"**· differs, printed {escaped(recomputation.printed or 'nowhere in the explanation')}**"


def card(item: Assessed) -> None:
    """Draw one statement: verdict, reason, numbers, citations, and the link to the view."""
    claim = item.claim
    with st.container(border=True, key=f"claim-{claim.claim}"):
        words, numbers = st.columns([3, 2], gap="large")
        with words:
            st.subheader(escaped(item.verdict), anchor=False, help=VERDICTS[claim.verdict].definition)
            st.markdown(f"**{escaped(claim.statement)}**")
            st.markdown(escaped(claim.explanation))
            trials = [
                f"[{escaped(evidence.trials[trial][0].label)}]({claims.trial_address(trial)})"
                for trial in claim.trials
                if trial in evidence.trials
            ]
            ways = [f"[See it in the data]({item.address})"] if item.address else []
            ways += [f"Trials: {', '.join(trials)}"] if trials else []
            if ways:
                st.markdown(" · ".join(ways))
        with numbers:
            if item.needs_review:
                st.warning("To be reviewed: some numbers in this text no longer match the data.")
            if item.recomputed:
                st.caption("Computed from the data just now")
            for number in item.recomputed:
                value = escaped(number.live or "no row gives it")
                st.markdown(f"{escaped(number.what)}  \n**{value}** {agrees(number)}")
        if item.picture == "cohorts":
            cohorts()
        if claim.citations:
            with st.expander(counted(len(claim.citations), "citation"), key=f"claim-citations-{claim.claim}"):
                for key in claim.citations:
                    reference = evidence.references.get(key)
                    places = [f"[{place.label}]({place.url})" for place in links(reference)] if reference else []
                    st.markdown(f"{reference_text(evidence, key)} {' · '.join(places)}")


def cohorts() -> None:
    """Draw every cohort given a course, with the pooled rate: what a statement on a single cohort has beside it."""
    pooled = courses.courses(evidence.results, evidence.overlaps)
    show_section(sections.cohorts(pooled, (), view.links, view.ink), view, is_first=False)


heading.question("Is the popular summary right?")
assessed = cache.assessed(evidence)
heading.headline(f"{claims.headline(assessed)}.")
if not assessed:
    st.caption("Statements to check belong in claims.csv, each with its verdict and citations.")
    st.stop()
st.caption(
    f"{escaped(claims.to_review(assessed))} Statements of one popular article, in our words; verdicts are the "
    "curator’s. This page is about all trials, whatever is chosen on other pages."
)

chosen = st.pills(
    "Verdict",
    list(VERDICTS),
    format_func=lambda name: f"{claims.SHAPES[name]} {VERDICTS[name].label}",
    selection_mode="multi",
    key="claim-verdict",
    bind="query-params",
    label_visibility="collapsed",
)
shown = [item for item in assessed if not chosen or item.claim.verdict in chosen]
if not shown:
    st.info("No statement has this verdict.")
for topic, term in TOPICS.items():
    own = [item for item in shown if item.claim.topic == topic]
    if not own:
        continue
    st.header("The article’s references, checked" if topic == "reference" else term.label, anchor=False)
    for item in own:
        card(item)
