"""Files as people have them, read and judged as new rows of the project's data."""

from typing import NamedTuple

from evidence.curation.column_mapping import ColumnMapping, apply_mapping, guess_mapping
from evidence.curation.upload import Upload, read_upload
from evidence.dataset.evidence import DATA, known_citations
from evidence.dataset.problems import Problem
from evidence.dataset.records import Result
from evidence.dataset.validation import validate
from tests.support.paths import CASES

CITATIONS = known_citations(DATA / "references.json")


class Judged(NamedTuple):
    """An upload, the mapping guessed for it, its valid rows and everything found."""

    upload: Upload
    mapping: ColumnMapping
    results: tuple[Result, ...]
    problems: tuple[Problem, ...]

    @property
    def blocking(self) -> list[tuple[int, str, str]]:
        """Line, column and code of what blocks."""
        return [(f.line, f.column, f.code) for f in self.problems if f.is_blocking]

    @property
    def notes(self) -> list[tuple[int, str, str]]:
        """Line, column and code of what does not block; the cases are older than the column for the timing."""
        found = [f for f in self.problems if not f.is_blocking and f.code != "timing-missing"]
        return [(f.line, f.column, f.code) for f in found]

    def words(self, code: str) -> str:
        """What the findings of a code say."""
        return " ".join(f"{f.message} {f.fix}" for f in self.problems if f.code == code)


def judge(data: bytes, sheet: str = "") -> Judged:
    """The bytes of a table read and judged as `add` does it, without the headline numbers."""
    upload = read_upload(data, sheet)
    mapping = guess_mapping(upload.table.columns)
    checked = validate(apply_mapping(upload.table, mapping), Result, citations=CITATIONS)
    return Judged(upload, mapping, checked.records, checked.problems)


def case(name: str, sheet: str = "") -> Judged:
    """A file of tests/data/cases, judged."""
    return judge((CASES / name).read_bytes(), sheet)


def row(**cells: object) -> bytes:
    """A CSV of one good row, with other cells where they are named."""
    header, line = (CASES / "t-base-score.csv").read_text("utf-8").splitlines()[:2]
    names, texts = header.split(","), line.split(",")
    both = {**dict(zip(names, texts, strict=True)), **{name: str(text) for name, text in cells.items()}}
    return ",".join(both).encode() + b"\n" + ",".join(f'"{text}"' for text in both.values()).encode() + b"\n"
