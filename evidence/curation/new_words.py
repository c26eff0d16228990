"""Words that come with new rows: a table of list, value, label, definition, group, direction, low and high.

What a list does not need stays blank; what it needs and lacks is asked for. Nothing is guessed, least of all which
direction is good for patients.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from evidence.curation.append import appended
from evidence.dataset.csv_table import Row, Table, read_table
from evidence.dataset.fields import nearest
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.problems import Problem, did_you_mean, problem
from evidence.dataset.records import WORD_MODELS
from evidence.dataset.validation import validate
from evidence.dataset.vocabulary import EXTENSIBLE, LISTS, OUTCOME, Words, using, word_file, word_of
from evidence.dataset.words import WORD_FILES

COLUMNS: Final = ("list", "value", "label", "definition", "group", "direction", "low", "high")
Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class NewWords:
    """Rows for the files in vocabulary/ by file, the line each came from, and what is wrong with their table."""

    tables: Mapping[str, Rows] = field(default_factory=dict)
    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return sum(map(len, self.tables.values()))


def needed(name: str) -> tuple[str, ...]:
    """Return the columns that a word of a list needs or may fill, besides the name of its list.

    >>> needed("route"), needed("population")
    (('value', 'label', 'definition', 'group'), ('value', 'label', 'definition'))
    """
    return tuple(column for column in WORD_MODELS[name].columns() if column in COLUMNS)


def read_new_words(data: bytes) -> NewWords:
    r"""Return the words of a table as rows of the files in vocabulary/.

    >>> head = b"list,value,label,definition,group,direction,low,high\n"
    >>> found = read_new_words(head + b"outcome,joy,Joy,J.,efficacy,higher,,\n")
    >>> found.tables["vocabulary/outcome.csv"][0][:5], found.lines
    (('joy', 'Joy', 'J.', 'efficacy', 'higher'), {'vocabulary/outcome.csv': (2,)})
    """
    table = read_table(data, COLUMNS, COLUMNS[4:])
    return new_words(table)


def typed_words(words: Iterable[Mapping[str, str]]) -> NewWords:
    """Return words that were typed, cells by column, as rows of the files in vocabulary/."""
    rows = tuple(Row(at, tuple(word.get(name, "") for name in COLUMNS)) for at, word in enumerate(words, 1))
    return new_words(Table(COLUMNS, COLUMNS, rows, count=len(rows)))


def new_words(table: Table) -> NewWords:
    """Return the words of a table that has the columns of new words."""
    tables: dict[str, list[tuple[str, ...]]] = {}
    lines: dict[str, list[int]] = {}
    problems = list(table.problems)
    for row in table.rows:
        cells = dict(zip(COLUMNS, (cell.strip() for cell in row.cells), strict=True))
        name = cells.pop("list")
        if name not in EXTENSIBLE:
            problems.append(_no_list(row.line, name))
            continue
        model = WORD_MODELS[name]
        unasked = [column for column in cells if column not in model.columns() and cells[column]]
        problems += (problem("word-not-asked", row.line, column, cells[column], list=name) for column in unasked)
        if name == "instrument" and not cells["direction"]:
            problems.append(problem("blank-required", row.line, "direction"))
        tables.setdefault(word_file(name), []).append(tuple(cells.get(column, "") for column in model.columns()))
        lines.setdefault(word_file(name), []).append(row.line)
    return NewWords(
        {file: tuple(rows) for file, rows in tables.items()},
        {file: tuple(at) for file, at in lines.items()},
        tuple(problems),
    )


def _no_list(line: int, name: str) -> Problem:
    if not name:
        return problem("blank-required", line, "list")
    allowed = f"Use one of: {', '.join(EXTENSIBLE)}."
    return problem(
        "unknown-term", line, "list", name, suggestion=did_you_mean(nearest(name, EXTENSIBLE)), allowed=allowed
    )


def with_words(files: Mapping[str, bytes | Problem], words: NewWords) -> dict[str, bytes | Problem]:
    """Return the files in vocabulary/ as the words change them; a problem where one cannot be added to."""
    return {file: appended(file, files[file], rows) for file, rows in words.tables.items()}


def words_with(words: Words, new: NewWords) -> Words:
    """Return the words of a folder with new ones behind them, those left out that do not say what their list needs."""
    grown: dict[str, Mapping[str, Any]] = {}
    for file, rows in new.tables.items():
        name, model = WORD_FILES[file], WORD_MODELS[WORD_FILES[file]]
        table = Table(model.columns(), model.columns(), tuple(Row(at, row) for at, row in enumerate(rows, 1)))
        with using(words):
            base = {value: OUTCOMES[value] for value in OUTCOMES} if name == OUTCOME else dict(LISTS[name])
            own = {row.value: word_of(name, row.model_dump()) for row in validate(table, model).records}
        grown[name] = {**base, **own}
    return MappingProxyType({**words, **grown})


def unknown_words(problems: Sequence[Problem]) -> tuple[tuple[str, str], ...]:
    """Return the list and the value of every word that rows use and no list has, each once."""
    return tuple(dict.fromkeys((one.column, one.value) for one in problems if is_new_word(one)))


def is_new_word(item: Problem) -> bool:
    """Return whether a problem is a word that no list has and that could be added to one."""
    return item.code == "unknown-term" and item.column in EXTENSIBLE
