import csv
import io
import json
import re
from pathlib import Path

import pytest

from evidence.dataset.csv_table import Row, Table
from evidence.dataset.dictionary import (
    COMMAND,
    DATAPACKAGE,
    MARKDOWN,
    columns,
    datapackage,
    documents,
    markdown,
    stale,
    write,
)
from evidence.dataset.evidence import DATA, MODELS, TRIALS
from evidence.dataset.problems import KINDS
from evidence.dataset.validation import validate

PACKAGE = json.loads(datapackage())


def test_the_written_dictionary_is_true() -> None:
    assert stale(DATA.parent) == (), f"Run: {COMMAND}"


@pytest.mark.parametrize("file", MODELS)
def test_every_column_is_described_with_a_valid_example(file: str) -> None:
    model = MODELS[file]
    found = columns(file)
    assert tuple(column.name for column in found) == model.columns()
    assert all(column.text.endswith(".") and column.example for column in found)
    # Examples stand for themselves, not for one row: each is judged in the row of the shipped file.
    first = next(csv.DictReader(io.StringIO((DATA / file).read_text("utf-8"))), dict.fromkeys(model.columns(), ""))
    for column in found:
        cells = tuple(column.example if name == column.name else first[name] for name in model.columns())
        table = Table(model.columns(), model.columns(), (Row(2, cells),), count=1)
        faults = [f for f in validate(table, model).problems if f.column == column.name and f.is_blocking]
        assert [f for f in faults if KINDS[f.code].level == "cell"] == []


def test_every_word_and_every_rule_is_in_the_dictionary() -> None:
    text = markdown()
    for file in MODELS:
        for column in columns(file):
            assert f"| `{column.name}` |" in text
            assert all(f"`{value}`" in text for value, _, _ in column.words)
    assert all(f"| `{code}` |" in text for code in KINDS)
    assert not re.search(r"\{\w+\}|<class|Field\(", text)


def test_tables_have_as_many_cells_as_their_head() -> None:
    for block in re.findall(r"(?:^\|.*\n)+", markdown(), re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(widths) == 1, block[:80]


def test_limits_required_and_words_are_in_the_schema() -> None:
    schema = next(one["schema"] for one in PACKAGE["resources"] if one["path"] == TRIALS)
    fields = {field["name"]: field for field in schema["fields"]}
    assert fields["percent_intervention"]["constraints"] == {"minimum": 0, "maximum": 100}
    assert fields["n_intervention"]["type"] == "integer"
    assert fields["trial"]["constraints"]["required"] is True
    assert "midazolam" in fields["comparator"]["constraints"]["enum"]
    assert fields["mean_intervention"]["constraints"] == {}


@pytest.mark.parametrize("resource", PACKAGE["resources"][:4], ids=lambda one: one["path"])
def test_the_shipped_data_meet_the_schema(resource: dict) -> None:  # type: ignore[type-arg]
    fields = resource["schema"]["fields"]
    rows = list(csv.reader(io.StringIO((DATA / resource["path"]).read_text("utf-8"))))
    assert rows[0] == [field["name"] for field in fields]
    for row in rows[1:]:
        for field, text in zip(fields, row, strict=True):
            limits = field["constraints"]
            assert text or not limits.get("required")
            if not text:
                continue
            assert text in limits.get("enum", [text])
            assert re.fullmatch(limits.get("pattern", ".*"), text, re.DOTALL)
            if field["type"] in ("number", "integer"):
                number = (int if field["type"] == "integer" else float)(text)
                assert limits.get("minimum", number) <= number <= limits.get("maximum", number)


def test_only_what_is_not_true_is_written(tmp_path: Path) -> None:
    assert set(write(tmp_path)) == {MARKDOWN, DATAPACKAGE} == set(documents())
    assert write(tmp_path) == stale(tmp_path) == ()
    (tmp_path / MARKDOWN).write_text("x")
    assert stale(tmp_path) == (MARKDOWN,)
    (tmp_path / DATAPACKAGE).write_bytes(b"\xff")
    assert len(write(tmp_path)) == 2
