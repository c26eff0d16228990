"""Two versions of the data compared: rows added, removed and changed by cell, references, and every headline number."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evidence.curation.versions import Snapshot
from evidence.dataset.csv_table import Table, read_own_table
from evidence.dataset.evidence import TRIALS, evidence_of
from evidence.dataset.problems import Problem
from evidence.dataset.records import Result
from evidence.dataset.vocabulary import using
from evidence.questions.headlines import Change, Headline, compare, headlines

COLUMNS = Result.columns()
# What makes a row the same result: trial, comparison and measurement, without its numbers.
IDENTITY = (
    "trial",
    "intervention",
    "route",
    "dose",
    "comparator",
    "outcome",
    "instrument",
    "hours",
    "anchor",
    "analysis",
)
_ALIKE = 0.6  # share of filled cells that are equal, from which two rows of a trial are one row changed
_MOST = 300  # rows of one trial that are looked through for likeness
Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of one of the versions: its line there and its cells under the columns of both."""

    line: int
    cells: Cells


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that differs in a row that both versions have."""

    line_before: int
    line_after: int
    trial: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two versions. `columns` are those of the rows; `problems` say what could not be read."""

    names: tuple[str, str]
    digests: tuple[str, str]
    columns: tuple[str, ...]
    added: tuple[FileRow, ...]
    removed: tuple[FileRow, ...]
    changed: tuple[CellChange, ...]
    references_added: tuple[str, ...]
    references_removed: tuple[str, ...]
    references_changed: tuple[str, ...]
    headlines: tuple[Change, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether rows, references and headline numbers are the same."""
        references = (*self.references_added, *self.references_removed, *self.references_changed)
        return not (self.added or self.removed or self.changed or references or self.headlines)


def difference(before: Snapshot, after: Snapshot, all_headlines: bool = False) -> Difference:
    """Compare two versions; headline numbers only if they changed, unless all are requested."""
    tables = [_table(one.files[TRIALS]) for one in (before, after)]
    columns = tuple(dict.fromkeys((*COLUMNS, *tables[0].columns, *tables[1].columns)))
    used = tuple(name for name in columns if name in tables[0].columns or name in tables[1].columns)
    added, removed, changed = changed_rows(_rows(tables[0], used), _rows(tables[1], used), used)
    old, new = evidence_of(before.files), evidence_of(after.files)
    same = old.references.keys() & new.references.keys()
    with using(new.words):
        changes = compare(*_headlines(old.results, new.results), changed_only=not all_headlines)
    return Difference(
        names=(before.name, after.name),
        digests=(old.digest, new.digest),
        columns=used,
        added=added,
        removed=removed,
        changed=changed,
        references_added=tuple(key for key in new.references if key not in old.references),
        references_removed=tuple(key for key in old.references if key not in new.references),
        references_changed=tuple(
            key for key in new.references if key in same and new.references[key].raw != old.references[key].raw
        ),
        headlines=changes,
        problems=tuple(f for one in tables for f in one.problems if f.is_blocking),
    )


def _headlines(old: Sequence[Result], new: Sequence[Result]) -> tuple[tuple[Headline, ...], tuple[Headline, ...]]:
    """Compute every headline number of both versions; those that no changed row can affect only once."""
    first = headlines(old)
    keys = [[_without_line(result) for result in results] for results in (old, new)]
    if keys[0] == keys[1]:
        return first, first
    gone, come = Counter(keys[0]) - Counter(keys[1]), Counter(keys[1]) - Counter(keys[0])
    if [key for key in keys[0] if key not in gone] != [key for key in keys[1] if key not in come]:
        return first, headlines(new)  # the order of rows changed too, and may decide which of two is taken
    moved = [r for r, key in zip(old, keys[0], strict=True) if key in gone]
    moved += [r for r, key in zip(new, keys[1], strict=True) if key in come]
    return first, headlines(new, first, moved)


def _without_line(result: Result) -> tuple[object, ...]:
    return tuple([value for name, value in result.__dict__.items() if name != "line"])


def changed_rows(
    before: Sequence[FileRow], after: Sequence[FileRow], columns: Sequence[str]
) -> tuple[tuple[FileRow, ...], tuple[FileRow, ...], tuple[CellChange, ...]]:
    """Find rows added, rows removed and cells changed, whatever the order of the rows.

    Equal rows are set aside first. Of the rest, rows of the same comparison and measurement count as one changed row,
    then rows of one trial with most cells equal.

    >>> old, new = FileRow(2, ("a", "1", "x")), FileRow(2, ("a", "1", "y"))
    >>> changed_rows([old], [new], ("trial", "hours", "note"))[2][0].after
    'y'
    """
    old, new = _without_equal(before, after)
    places = [at for at, name in enumerate(columns) if name in IDENTITY]
    trial = columns.index("trial") if "trial" in columns else 0
    pairs: list[tuple[FileRow, FileRow]] = []
    old, new = _paired(old, new, places, pairs)
    old, new = _alike(old, new, trial, pairs)
    changed = tuple(
        CellChange(a.line, b.line, b.cells[trial], name, a.cells[at], b.cells[at])
        for a, b in sorted(pairs, key=lambda pair: pair[1].line)
        for at, name in enumerate(columns)
        if a.cells[at] != b.cells[at]
    )
    return tuple(new), tuple(old), changed


def _without_equal(before: Iterable[FileRow], after: Iterable[FileRow]) -> tuple[list[FileRow], list[FileRow]]:
    old, new = list(before), list(after)
    return _less(old, Counter(row.cells for row in new)), _less(new, Counter(row.cells for row in old))


def _less(rows: Iterable[FileRow], counts: Counter[Cells]) -> list[FileRow]:
    left = []
    for row in rows:
        if counts[row.cells] > 0:
            counts[row.cells] -= 1
        else:
            left.append(row)
    return left


def _paired(
    old: Sequence[FileRow], new: Sequence[FileRow], places: Sequence[int], pairs: list[tuple[FileRow, FileRow]]
) -> tuple[list[FileRow], list[FileRow]]:
    by_key: dict[Cells, list[FileRow]] = defaultdict(list)
    for row in old:
        by_key[tuple(row.cells[at] for at in places)].append(row)
    rest = []
    for row in new:
        partners = by_key[tuple(row.cells[at] for at in places)]
        if partners:
            pairs.append((partners.pop(0), row))
        else:
            rest.append(row)
    left = {row.line for partners in by_key.values() for row in partners}
    return [row for row in old if row.line in left], rest


def _alike(
    old: Sequence[FileRow], new: Sequence[FileRow], trial: int, pairs: list[tuple[FileRow, FileRow]]
) -> tuple[list[FileRow], list[FileRow]]:
    by_trial: dict[str, list[FileRow]] = defaultdict(list)
    for row in old:
        by_trial[row.cells[trial]].append(row)
    rest = []
    for row in new:
        partners = by_trial[row.cells[trial]]
        best = max(partners[:_MOST], key=lambda other: _likeness(other.cells, row.cells), default=None)
        if best is not None and _likeness(best.cells, row.cells) >= _ALIKE:
            partners.remove(best)
            pairs.append((best, row))
        else:
            rest.append(row)
    left = {row.line for partners in by_trial.values() for row in partners}
    return [row for row in old if row.line in left], rest


def _likeness(a: Cells, b: Cells) -> float:
    filled = [(x, y) for x, y in zip(a, b, strict=True) if x or y]
    return sum(x == y for x, y in filled) / len(filled) if filled else 1.0


def unreadable(one: Snapshot) -> tuple[Problem, ...]:
    """Return the problems that keep a version's trials.csv from being read; () if there are none."""
    table = _table(one.files[TRIALS])
    return () if table.is_readable else table.problems


def _table(data: bytes | Problem) -> Table:
    return Table((), problems=(data,)) if isinstance(data, Problem) else read_own_table(data)


def _rows(table: Table, columns: Sequence[str]) -> list[FileRow]:
    place: Mapping[str, int] = {name: at for at, name in enumerate(table.columns)}
    order = [place.get(name, -1) for name in columns]
    return [FileRow(row.line, tuple(row.cells[at] if at >= 0 else "" for at in order)) for row in table.rows]
