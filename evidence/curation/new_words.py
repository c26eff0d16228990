"""Words that come with new rows: a table of list, value, label, definition, group, direction, low and high.

What a list does not need stays blank; what it needs and lacks is asked for. Nothing is guessed, least of all which
direction is good for patients.
"""

from dataclasses import dataclass
from typing import Final

from evidence.dataset.csv_table import read_table
from evidence.dataset.problems import Problem
from evidence.dataset.records import TopicWord

COLUMNS: Final = ("list", "value", "label", "definition", "group", "direction", "low", "high")
# Which column of vocabulary.csv the group of a word is, by its list.
_GROUP: Final = {"outcome": "group", "comparator": "kind", "instrument": "rater"}


@dataclass(frozen=True, slots=True)
class NewWords:
    """Rows for vocabulary.csv, the line each came from, and what is wrong with the table they came in."""

    rows: tuple[tuple[str, ...], ...] = ()
    lines: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_new_words(data: bytes) -> NewWords:
    r"""Return the words of a table as rows of vocabulary.csv.

    >>> head = b"list,value,label,definition,group,direction,low,high\n"
    >>> found = read_new_words(head + b"outcome,joy,Joy,J.,efficacy,higher,,\n")
    >>> found.rows[0][:6], found.lines
    (('outcome', 'joy', 'Joy', 'J.', 'efficacy', 'higher'), (2,))
    """
    table = read_table(data, COLUMNS)
    rows = []
    for row in table.rows:
        cells = dict(zip(COLUMNS, (cell.strip() for cell in row.cells), strict=True))
        group = _GROUP.get(cells["list"], "group")
        own = {**cells, "better": cells["direction"], "group": "", group: cells["group"]}
        rows.append(tuple(own.get(name, "") for name in TopicWord.columns()))
    return NewWords(tuple(rows), tuple(row.line for row in table.rows), table.problems)
