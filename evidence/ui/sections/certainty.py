"""Certainty of one pooled number: the five domains in numbers, a named person's rating, and the form that saves one."""

from datetime import UTC, datetime

import streamlit as st

from evidence.curation import store
from evidence.curation.patch import merged
from evidence.curation.store import Conflict, Refused, Saved
from evidence.dataset.evidence import RATINGS
from evidence.dataset.problems import Problem
from evidence.dataset.vocabulary import CERTAINTIES, CONCERNS
from evidence.questions import certainty_draft
from evidence.questions.missing import Missing, missing
from evidence.synthesis.answers import Answer
from evidence.ui import data as app_data
from evidence.ui import owner
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import Page

_OUTCOME, _HEAD = "rating-outcome", "rating"


def rated(page: Page, answer: Answer) -> None:
    """Draw who rated this number, how and when, where anybody has."""
    rating = certainty_draft.rating_of(page.evidence.ratings, certainty_draft.asked(page.selection, answer))
    if rating is not None:
        st.markdown(f":small[{escaped(certainty_draft.in_words(rating, page.evidence.short))}]")


def draw(page: Page, answer: Answer, absent: Missing | None) -> None:
    """Draw the five domains as the rows give them, and the form for a person's judgement."""
    _last_outcome()
    domains = certainty_draft.draft(answer, page.evidence, absent or missing(answer, page.results, page.evidence))
    if not domains:
        st.markdown("Nothing is pooled here, so there is nothing to rate.")
        return
    st.markdown("What the rows say on each domain. They judge nothing: a person does.")
    for domain in domains:
        st.markdown(f"**{domain.label}.** {escaped(domain.words)}")
    about = certainty_draft.asked(page.selection, answer)
    if about is None:
        st.info("A rating belongs to a question as everybody sees it: clear the filters and choices, then rate.")
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
            "Certainty as a whole",
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
        st.caption("Judge every domain and the whole, give your reasons and your name.")
        return
    row = certainty_draft.row(about, given, page.evidence.short)
    files = merged(app_data.data_folder(), (), (), more={RATINGS: (row,)})
    if isinstance(files, Problem):
        st.error(escaped(f"{files.message} {files.fix}"))
        return
    with st.container(horizontal=True):
        if owner.may_save():
            st.button(
                "Save the rating",
                key=f"{key}-save",
                icon=":material/save:",
                on_click=_save,
                args=(row, app_data.current().on_disk.digest),
            )
        st.download_button(
            f"Merged {RATINGS}",
            files[RATINGS][1],
            file_name=RATINGS,
            mime="text/csv",
            key=f"{key}-file",
            on_click="ignore",
            icon=":material/download:",
        )
    if not owner.may_save():
        owner.say_how_to_save("Anybody can send the merged file to whoever maintains the data.")


def _concern(name: str) -> str:
    return CONCERNS[name].label


def _save(row: tuple[str, ...], digest: str) -> None:
    if owner.may_save():
        st.session_state[_OUTCOME] = store.save(app_data.data_folder(), (), (), digest, more={RATINGS: (row,)})


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
