"""The words of a data folder: the files in vocabulary/ read and checked against each other, list by list."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evidence.dataset.csv_table import Table, read_bytes, read_table
from evidence.dataset.problems import Problem
from evidence.dataset.records import LATER, WORD_MODELS, Record, StartingQuestion, VocabularyWord
from evidence.dataset.topic import read_topic, with_topic
from evidence.dataset.validation import Checked, validate
from evidence.dataset.vocabulary import EXTENSIBLE, Words, using, word_file, word_of

WORD_FILES: Mapping[str, str] = MappingProxyType({word_file(name): name for name in EXTENSIBLE})
"""The list of each file in vocabulary/."""
QUESTIONS_FILE, WORDS_FOLDER = "questions.csv", "vocabulary"
MODELS: Mapping[str, type[Record]] = MappingProxyType(
    {**{file: WORD_MODELS[name] for file, name in WORD_FILES.items()}, QUESTIONS_FILE: StartingQuestion}
)


def words_of(checked: Mapping[str, Checked[Any]], given: Iterable[str]) -> Words:
    """Return the words of the files that are given, by list and value."""
    return MappingProxyType(
        {
            WORD_FILES[file]: {row.value: word_of(WORD_FILES[file], row.model_dump()) for row in checked[file].records}
            for file in given
            if file in WORD_FILES
        }
    )


def rows_of(name: str, checked: Checked[VocabularyWord]) -> tuple[dict[str, str], ...]:
    """Return the words of a list as the cells of its file."""
    columns = WORD_MODELS[name].columns()
    return tuple({column: _text(getattr(row, column)) for column in columns} for row in checked.records)


def _text(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def words_in(folder: Path) -> Words:
    """Return the words, the questions and the topic of a folder that has them all, without what is wrong with them."""
    checked = {}
    with using({}):  # the lists of a folder are judged by no other's
        for file, name in WORD_FILES.items():
            table = _table(folder, file)
            checked[file] = validate(table, WORD_MODELS[name]) if table else Checked((), (), 0)
    words = words_of(checked, checked)
    with using(words):
        table = _table(folder, QUESTIONS_FILE)
        questions = validate(table, StartingQuestion).records if table else ()
    return with_topic(words, read_topic(read_bytes(folder / "topic.toml"))[0], questions)


def _table(folder: Path, file: str) -> Table | None:
    data = read_bytes(folder / file)
    model = MODELS[file]
    return (
        None
        if isinstance(data, Problem)
        else read_table(data, model.columns(), LATER.get(model, ()), may_be_empty=True)
    )
