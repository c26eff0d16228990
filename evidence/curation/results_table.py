"""The one way from what somebody brings to rows in our columns: `check`, `add`, `pool` and the workbench all take it.

What one of them understands, the others understand; what one of them leaves out with a note, the others leave out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from evidence.curation.column_mapping import ColumnMapping, apply_mapping, guess_mapping
from evidence.curation.upload import Upload, read_paste, read_upload
from evidence.dataset.csv_table import Table
from evidence.dataset.problems import Problem, problem
from evidence.dataset.records import LATER, Result


@dataclass(frozen=True, slots=True)
class ResultsTable:
    """A table of results as it came, and which of its columns is which of ours."""

    upload: Upload
    mapping: ColumnMapping

    @property
    def source(self) -> Table:
        """The table under its own header."""
        return self.upload.table

    @property
    def table(self) -> Table:
        """The table in our columns, with every note on how it was read."""
        table = apply_mapping(self.source, self.mapping)
        return replace(table, problems=(*table.problems, *self._release()))

    def _release(self) -> Iterator[Problem]:
        """Note that a file written for the first release lacks the columns of the second."""
        header, later = set(self.source.columns), LATER[Result]
        without = [name for name in later if name not in header]
        if without and header >= set(Result.columns()) - set(later):
            yield problem("columns-not-given", 1, "", "", missing=", ".join(without))


def read_results(data: bytes, sheet: str = "", mapping: ColumnMapping | None = None) -> ResultsTable:
    r"""Read the bytes of a CSV file or a workbook; without a mapping, the names of the columns say which is which.

    Never raises because of the bytes.

    >>> read_results(b"study,ai,n1i\nSmith 2020,5,20\n").table.column("events_intervention")
    ('5',)
    """
    return _results(read_upload(data, sheet), mapping)


def pasted_results(text: str) -> ResultsTable:
    """Read a block copied from a spreadsheet."""
    return _results(read_paste(text), None)


def _results(upload: Upload, mapping: ColumnMapping | None) -> ResultsTable:
    return ResultsTable(upload, mapping or guess_mapping(upload.table.columns))
