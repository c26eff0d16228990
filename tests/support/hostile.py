"""A data folder in which every text cell attacks, as far as the checks let it: for the tests of what comes out."""

import csv
import io
import itertools
import json
from collections.abc import Iterable
from pathlib import Path

from evidence.dataset.csv_table import read_table
from evidence.dataset.dictionary import columns
from evidence.dataset.evidence import DATA, FILES, MODELS, REFERENCES, TOPIC_FILE, TRIALS, VOCABULARY
from evidence.dataset.records import LATER
from evidence.dataset.references import read_references
from evidence.dataset.validation import validate

# What none of the files may hold at all.
REFUSED = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<svg/onload=alert(1)>",
    "<a/href=javascript:alert(1)>x</a>",
    "&#x3c;script&#x3e;alert(1)&#x3c;/script&#x3e;",
    "=cmd|'/c calc'!A1",
    '=HYPERLINK("http://evil.test","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0",
    "right \u202eto left",
    "zero\u200bwidth",
    "nul\x00",
)
# What is plain text, and must stay so wherever it is shown.
ADMITTED = (
    "Evil [evil](javascript:alert(1)) [evil](https://evil.test/payload) ![evil](https://evil.test/x.png)",
    "Evil **evilbold** `evilcode` ~~evilgone~~ $evilmath$ :red[evilred] :material/evil:",
    'Evil" onmouseover="alert(1)" x=\'evil\' < y & evil',
    "Evil %{evil} \\evil{TeX} {evil} #evil | evil",
    "Evil " + "long " * 400,
    "Evil '); DROP TABLE evil; -- \\",
)
REFERENCE_TEXTS = ("title", "container-title", "volume", "issue", "page", "note")
# Identifiers, or numbers.
_KEPT = frozenset({"trial", "other_trial", "citation", "registration", "claim", "estimate"})
_KEPT_IN = {"review_trials.csv": frozenset({"review"}), "questions.csv": frozenset({"name", "filters"})}
_TOPIC = f"""
title = {json.dumps(ADMITTED[0])}
subject = {json.dumps(ADMITTED[1])}
drug = {json.dumps(ADMITTED[5])}
keywords = [{json.dumps(ADMITTED[0])}]

[plain_words]
midazolam = {json.dumps(ADMITTED[3])}
"""


def text_columns(file: str) -> list[str]:
    """The columns of a file that hold free text."""
    held = [column.name for column in columns(file) if column.kind == "string" and not column.words]
    return [name for name in held if name not in _KEPT | _KEPT_IN.get(file, frozenset())]


def is_refused(file: str, column: str, payload: str) -> bool:
    """Whether the first row of a shipped file is left out once a cell of it holds a payload."""
    head, *rows = _rows(file)
    first = rows[0] if rows else _example(file, head)
    cells = [payload if name == column else cell for name, cell in zip(head, first, strict=True)]
    model = MODELS[file]
    checked = validate(read_table(_written([head, cells]), model.columns(), LATER.get(model, ())), model)
    return not checked.records


def _example(file: str, head: list[str]) -> list[str]:
    """A row for a file that is shipped with its header alone: the first of each list of words, and plain text."""
    words = {column.name: column.words for column in columns(file)}
    return [words[name][0][0] if words.get(name) else "a word" for name in head]


def is_refused_in_reference(field: str, payload: str) -> bool:
    """Whether something blocks once a field of the first reference holds a payload."""
    item = json.loads((DATA / REFERENCES).read_text("utf-8"))[0] | {field: payload}
    return any(found.is_blocking for found in read_references(json.dumps([item]).encode()).problems)


def hostile_folder(folder: Path) -> Path:
    """The shipped rows with every free text in every file replaced by text that attacks."""
    folder.mkdir()
    for name in MODELS:
        head, *rows = _rows(name)
        (folder / name).parent.mkdir(exist_ok=True)
        trials: dict[str, int] = {}
        # The other files name a word by its value.
        places = [head.index(column) for column in text_columns(name) if name not in VOCABULARY or column != "value"]
        written = [head]
        for number, row in enumerate(rows):
            # The rows of a trial agree on what belongs to it, so that the text goes by the trial.
            at = trials.setdefault(row[0], len(trials)) if name == TRIALS else number
            cells = list(row)
            for shift, place in enumerate(places):
                cells[place] = f"{ADMITTED[(at + shift) % len(ADMITTED)]} {at}" if cells[place] else ""
            written.append(cells)
        (folder / name).write_bytes(_written(written))
    _references(folder)
    (folder / TOPIC_FILE).write_text(_TOPIC, "utf-8")
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")} == set(FILES)
    return folder


def _references(folder: Path) -> None:
    items = json.loads((DATA / REFERENCES).read_text("utf-8"))
    for item, shift in zip(items, itertools.count(), strict=False):
        for at, field in enumerate(REFERENCE_TEXTS):
            if item.get(field):
                item[field] = ADMITTED[(shift + at) % len(ADMITTED)]
        item["author"] = [{"family": ADMITTED[shift % 4], "given": ADMITTED[(shift + 1) % 4]}, {"literal": ADMITTED[2]}]
        item["DOI"] = f"10.1000/{shift})[evil](javascript:alert(1)"
        item["URL"] = f"https://evil.test/{shift})![evil](https://evil.test/'onmouseover='alert(1)"
    (folder / REFERENCES).write_text(json.dumps(items), "utf-8")


def _rows(file: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO((DATA / file).read_text("utf-8-sig"), newline="")))


def _written(rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
