"""The data as the app holds it: read again when a file changes, the last good version kept when one breaks."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from evidence.config import Settings
from evidence.dataset.evidence import Evidence, fingerprint, load
from evidence.dataset.vocabulary import activate


def data_folder() -> Path:
    """Return the folder of the data files that the settings name."""
    return Settings.from_env().data_folder


@dataclass
class _LastGood:
    """The newest data of this process of which every file could be read to its end."""

    evidence: Evidence | None = None
    read_at: datetime | None = None
    version: tuple[object, ...] = ()


# Not in Streamlit's cache: any browser may ask the server to clear that, also while a file is broken.
_last_good: defaultdict[str, _LastGood] = defaultdict(_LastGood)


@st.cache_resource(max_entries=4, show_spinner="Reading the evidence …")
def _load(folder: str, version: tuple[object, ...]) -> Evidence:
    return load(Path(folder))


@dataclass(frozen=True)
class Loaded:
    """What pages show, what the file on disk says now, and since when the two differ."""

    evidence: Evidence
    on_disk: Evidence
    kept_since: datetime | None


def current() -> Loaded:
    """Return the evidence to show, checking the files on every rerun, so that a repaired file needs no restart."""
    folder = data_folder()
    version, last = fingerprint(folder), _last_good[str(folder)]
    if last.evidence is not None and last.version == version:  # Streamlit's cache takes milliseconds to compare two
        activate(last.evidence.words)
        return Loaded(last.evidence, last.evidence, None)
    on_disk = _load(str(folder), version)
    if any(item.code == "file-unreadable" for name in on_disk.broken for item in on_disk.problems[name]):
        _load.clear(str(folder), version)  # the system may let the file be read again without any change of it
    if on_disk.results and not on_disk.broken:
        if last.evidence is not on_disk:
            last.evidence, last.read_at = on_disk, datetime.now(UTC)
        last.version = version
        activate(on_disk.words)
        return Loaded(on_disk, on_disk, None)
    shown = last.evidence or on_disk
    activate(shown.words)
    return Loaded(shown, on_disk, last.read_at)
