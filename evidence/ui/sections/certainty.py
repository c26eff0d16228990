"""Certainty of one pooled number: the five domains in numbers, a named person's rating, and the form that saves one."""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from evidence.curation import store
from evidence.curation.patch import merged
from evidence.curation.store import Conflict, Refused, Saved
from evidence.dataset.evidence import RATINGS
from evidence.dataset.problems import Problem
from evidence.dataset.vocabulary import CERTAINTIES, CONCERNS
from evidence.questions import certainty_draft
from evidence.questions.certainty_draft import Pool
from evidence.questions.missing import Missing, matrix_of, missing
from evidence.ui import data as app_data
from evidence.ui import owner
from evidence.ui.components import merged_file
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import Page

OTHER_TRIALS = "These numbers come from trials outside the question chosen above: choose theirs, then rate."
_OUTCOME, _HEAD = "rating-outcome", "rating"


def rated(page: Page, pools: Sequence[Pool]) -> None:
    """Draw who rated these numbers, how and when, where anybody has."""
    evidence = page.evidence
    for line in certainty_draft.rated(evidence.ratings, page.selection, pools, evidence.short):
        st.markdown(f":small[{escaped(line)}]")


def panel(page: Page, pools: Sequence[Pool], absent: Sequence[Missing], why_not: str = "") -> None:
    """Draw the panel in which a person sees the five domains of a number in numbers, and may rate it.

    `pools` are the numbers of the page with their names, that of its headline first; `why_not` says why none can be
    rated as the page is set.
    """
    title = "How certain is it? The five domains in numbers, and a rating"
    with st.expander(title, key="certainty", on_change="rerun", bind="query-params") as rate:
        if rate.open:
            _last_outcome()
            _draw(page, [pool for pool in pools if pool[1].pooled is not None], absent, why_not)


def _draw(page: Page, pools: Sequence[Pool], absent: Sequence[Missing], why_not: str) -> None:
    """Draw the five domains as the rows give them, and the form for a person's judgement."""
    if not pools:
        st.markdown("Nothing is pooled here, so there is nothing to rate.")
        return
    names, chosen = [name for name, _ in pools], 0
    if len(pools) > 1:
        chosen = st.selectbox(
            "Which number?", range(len(pools)), format_func=lambda at: escaped(names[at]), key=f"{_HEAD}-which"
        )
    answer = pools[chosen][1]
    known = matrix_of(answer, absent) or missing(answer, page.results, page.evidence)
    st.markdown("What the data show for each domain. A person makes the judgement.")
    for domain in certainty_draft.draft(answer, page.evidence, known):
        st.markdown(f"**{domain.label}.** {escaped(domain.words)}")
    about = certainty_draft.asked(page.selection, answer)
    if why_not or about is None:
        st.info(
            why_not or "A rating applies to a question as everyone sees it: clear the filters and options, then rate."
        )
        return
    _form(page, about)


def _form(page: Page, about: tuple[str, str, str]) -> None:
    """Draw a choice for each domain and the whole, without a proposal, and what can be done with the row."""
    key = f"{_HEAD}-{'-'.join(about)}"
    given: dict[str, str] = {}
    columns = st.columns(len(certainty_draft.DOMAINS))
    for column, (name, label) in zip(columns, certainty_draft.DOMAINS.items(), strict=True):
        given[name] = (
            column.selectbox(
                label, list(CONCERNS), index=None, format_func=_concern, key=f"{key}-{name}", placeholder="judge"
            )
            or ""
        )
    left, middle = st.columns([1, 1])
    given["certainty"] = (
        left.selectbox(
            "Overall certainty",
            list(CERTAINTIES),
            index=None,
            format_func=lambda name: CERTAINTIES[name].label,
            key=f"{key}-certainty",
            placeholder="judge",
        )
        or ""
    )
    given["rater"] = middle.text_input("Your name", key=f"{key}-rater", placeholder="as it will be shown")
    given["reasons"] = st.text_area("Reasons", key=f"{key}-reasons", placeholder="why each domain lowers it, or not")
    given["rated_on"] = datetime.now(UTC).date().isoformat()
    if not all(value.strip() for value in given.values()):
        st.caption("Judge every domain and the overall certainty, and give your reasons and your name.")
        return
    row = certainty_draft.row(about, given, page.evidence.short)
    files = merged(app_data.data_folder(), (), (), more={RATINGS: (row,)})
    if isinstance(files, Problem):
        st.error(escaped(f"{files.message} {files.fix}"))
        return
    merged_file.offer(files, "Save the rating", key, _save, (row,), "new-rating.patch")


def _concern(name: str) -> str:
    return CONCERNS[name].label


def _save(rows: tuple[tuple[str, ...], ...], digest: str) -> None:
    if owner.may_save():
        st.session_state[_OUTCOME] = store.save(app_data.data_folder(), (), (), digest, more={RATINGS: rows})


def _undo(digest: str) -> None:
    if owner.may_save():
        st.session_state[_OUTCOME] = store.undo(app_data.data_folder(), digest)


def _last_outcome() -> None:
    """Say what came of the last save, and offer to take it back."""
    result = st.session_state.get(_OUTCOME)
    if isinstance(result, Saved):
        done = "The rating is saved" if result.version.what == "add" else "The rating is undone"
        st.success(f"**{done}.** The data version is now `{result.digest[:8]}`.", icon=":material/check_circle:")
    elif isinstance(result, Refused):
        st.error(f"**Nothing was written.** {escaped(result.reason)}")
    elif isinstance(result, Conflict):
        st.error("**Nothing was written:** the data changed in the meantime. Save again to add it to the newer files.")
    digest = app_data.current().on_disk.digest
    if owner.may_save() and isinstance(result, Saved) and store.can_undo(app_data.data_folder(), digest):
        st.button("Undo", key="rating-undo", on_click=_undo, args=(digest,), icon=":material/undo:")
