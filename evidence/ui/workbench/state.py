"""What an analyst has brought, kept for the session: files, rows, references, the version seen, the last outcome."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from evidence.curation import store
from evidence.curation.new_words import NewWords
from evidence.curation.preview import NO_WORDS, Preview, preview
from evidence.curation.store import Conflict, Refused, Saved
from evidence.curation.versions import Snapshot
from evidence.dataset.csv_table import Row, Table
from evidence.dataset.evidence import Evidence, fingerprint, read_files
from evidence.dataset.records import Result
from evidence.questions import headlines
from evidence.questions.headlines import Headline
from evidence.ui import data as app_data
from evidence.ui import owner

COLUMNS = Result.columns()
Item = Mapping[str, Any]
Cells = tuple[str, ...]
_MANY_ROWS = 300  # above it the check takes a process of its own, so that nobody else waits for it
_GENERATION, _SEEN, _OUTCOME, _PREVIEW = "add-generation", "add-seen", "add-outcome", "add-preview"
_WAITING = "add-waiting"
# Set by a page itself, not by widgets; everything else that starts with add- goes when a save is done.
_KEPT = frozenset({_GENERATION, _OUTCOME})
_NOT_HERE = Refused("This session may not save: it does not have the owner’s token, or others can reach the server.")


@dataclass(frozen=True)
class Brought:
    """Rows in our columns with what was found on the way, and the references and words that come with them."""

    table: Table
    references: tuple[Item, ...] = ()
    words: NewWords = NO_WORDS

    @property
    def is_empty(self) -> bool:
        """Whether nothing was brought at all."""
        return not (self.table.rows or self.references or self.table.problems)


NOTHING = Table(COLUMNS)


def key(name: str) -> str:
    """Return a widget's key; it changes after each save, so that every input starts blank."""
    return f"add-{name}-{st.session_state.get(_GENERATION, 0)}"


def put(widget: str, value: str | None) -> None:
    """Fill a field from where it is next drawn.

    Not at once: a reader who goes on while the page is still drawn ends that run, and a field that it had not come to
    would send back what it held before.
    """
    st.session_state.setdefault(_WAITING, {})[widget] = value


def fill(widget: str) -> None:
    """Let a field that is about to be drawn hold what was put into it."""
    waiting = st.session_state.get(_WAITING, {})
    if widget in waiting:
        st.session_state[widget] = waiting.pop(widget)


def table_of(rows: Sequence[Cells]) -> Table:
    """Make a table of rows that were typed or accepted, numbered from 1."""
    if not rows:
        return NOTHING
    return Table(
        COLUMNS, COLUMNS, tuple(Row(line, tuple(cells)) for line, cells in enumerate(rows, 1)), count=len(rows)
    )


def file(
    label: str, widget: str, types: Sequence[str], help: str = "", megabytes: int = 50
) -> tuple[str, bytes] | None:
    """Draw a file upload; return name and bytes, kept while the reader visits other pages. `widget` is its key."""
    kept = f"{widget}-kept"
    megabytes = min(megabytes, int(st.get_option("server.maxUploadSize")))  # what the server takes at all

    def changed() -> None:
        if st.session_state.get(widget) is None:
            st.session_state.pop(kept, None)

    given = st.file_uploader(
        label, type=list(types), key=widget, on_change=changed, help=help or None, max_upload_size=megabytes
    )
    if given is not None and given.size > megabytes * 1_048_576:  # the browser says so too; a program does not ask it
        st.error(f"The file is larger than {megabytes} MB, the limit here.")
        st.session_state.pop(kept, None)
    elif given is not None:
        st.session_state[kept] = (given.name, given.getvalue())
    elif kept in st.session_state:
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.caption(f"Still here: {st.session_state[kept][0].replace('`', '')}")
        if right.button("Put away", key=f"{widget}-away", type="tertiary"):
            del st.session_state[kept]
            st.rerun()
    kept_file: tuple[str, bytes] | None = st.session_state.get(kept)
    return kept_file


def basket(name: str) -> list[Any]:
    """Return a list of the session: rows typed, drafts accepted, references."""
    kept: list[Any] = st.session_state.setdefault(key(name), [])
    return kept


@st.cache_resource(max_entries=4, show_spinner="Computing every headline number …")
def _headlines(digest: str, _evidence: Evidence) -> tuple[Headline, ...]:
    return headlines.headlines_of(_evidence)


def looked_at(brought: Brought) -> Preview:
    """Return what the rows and references would do, recomputed only when they or the files change."""
    folder = app_data.data_folder()
    words = json.dumps([dict(item) for item in brought.references], sort_keys=True, default=str)
    sign = (str(folder), fingerprint(folder), brought.table.rows, brought.table.problems, words, brought.words)
    known = st.session_state.get(_PREVIEW)
    if known is not None and known[0] == sign:
        shown: Preview = known[1]
        return shown
    evidence = app_data.current().on_disk
    known_numbers = (evidence.digest, _headlines(evidence.digest, evidence))
    given = (brought.table, brought.references, known_numbers, brought.words)
    if len(brought.table.rows) > _MANY_ROWS:
        from evidence.ui.workbench import reading  # it keeps what it read by the keys of this module

        words_for_it = ("Checking the rows against the data", "The rows were not checked.", "Check them again")
        result = reading.work("preview", sign, "preview", str(folder), *given, words=words_for_it)
        if not isinstance(result, Preview):
            st.stop()
        shown = result
    else:
        shown = preview(folder, *given)
    st.session_state[_PREVIEW] = (sign, shown)
    return shown


def newest(name: str) -> Snapshot:
    """Read the files as they are now."""
    return Snapshot(name, read_files(app_data.data_folder()))


def seen(brought: Brought) -> Snapshot:
    """Return the version of the data at the time these rows were started; the newest while there are none."""
    first_seen: Snapshot | None = st.session_state.get(_SEEN)
    if first_seen is None or brought.is_empty:
        first_seen = newest("when you began")
        st.session_state[_SEEN] = first_seen
    return first_seen


def accept_newer() -> None:
    """Go on with the newer version of the data: what is saved next is compared with it."""
    st.session_state[_SEEN] = newest("when you began")
    st.session_state.pop(_OUTCOME, None)


def save(rows: Sequence[Cells], references: Sequence[Item], digest: str, words: NewWords = NO_WORDS) -> None:
    """Save, unless the data changed since they were seen; on success every input starts blank."""
    folder = app_data.data_folder()
    outcome = store.save(folder, rows, references, digest, more=words.tables) if owner.may_save() else _NOT_HERE
    st.session_state[_OUTCOME] = outcome
    if isinstance(outcome, Saved):
        trials = list(dict.fromkeys(row[0] for row in rows))
        start_again()
        st.session_state[_OUTCOME] = outcome
        st.session_state[f"{_OUTCOME}-trials"] = trials


def save_judgements(rows: Sequence[Cells], digest: str) -> None:
    """Save judgements of bias; on success every input starts blank."""
    folder = app_data.data_folder()
    outcome = store.save(folder, (), (), digest, judgements=rows) if owner.may_save() else _NOT_HERE
    if isinstance(outcome, Saved):
        start_again()
        st.session_state.pop("bias-import-file-kept", None)
    st.session_state[_OUTCOME] = outcome


def undo(digest: str) -> None:
    """Take the last save back."""
    st.session_state[_OUTCOME] = store.undo(app_data.data_folder(), digest) if owner.may_save() else _NOT_HERE


def outcome() -> Saved | Conflict | Refused | None:
    """Return the outcome of the last save or undo."""
    kept: Saved | Conflict | Refused | None = st.session_state.get(_OUTCOME)
    return kept


def forget_success() -> None:
    """Forget a successful save once something new is entered."""
    if isinstance(outcome(), Saved):
        del st.session_state[_OUTCOME]


def saved_trials() -> list[str]:
    """List the trials of the last save."""
    trials: list[str] = st.session_state.get(f"{_OUTCOME}-trials", [])
    return trials


def start_again() -> None:
    """Forget everything brought."""
    number = int(st.session_state.get(_GENERATION, 0))
    for name in [str(name) for name in st.session_state if str(name).startswith("add-") and name not in _KEPT]:
        del st.session_state[name]
    st.session_state.pop(_OUTCOME, None)
    st.session_state[_GENERATION] = number + 1


def keep_record(data: bytes) -> None:
    """Keep a registry's record that was looked up, for the tab that drafts its rows."""
    st.session_state[key("record-kept")] = data


def kept_record() -> bytes:
    """Return the record that was looked up last, or nothing."""
    data = st.session_state.get(key("record-kept"), b"")
    return data if isinstance(data, bytes) else b""
