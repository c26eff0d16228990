"""The whole evidence as one frozen value: five files read, checked against each other, and their hash.

The files are the truth; reading never writes them and never raises because of what they hold.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evidence.config import shipped_data
from evidence.dataset.csv_table import Table, read_bytes, read_table
from evidence.dataset.problems import KINDS, Finding, finding
from evidence.dataset.records import Claim, Judgement, Record, Result, Review
from evidence.dataset.references import Reference, References, read_references
from evidence.dataset.table_rules import CITATION_COLUMNS
from evidence.dataset.validation import Checked, validate

TRIALS, REFERENCES, JUDGEMENTS = "trials.csv", "references.json", "risk_of_bias.csv"
REVIEWS, CLAIMS = "reviews.csv", "claims.csv"
FILES = (TRIALS, REFERENCES, JUDGEMENTS, REVIEWS, CLAIMS)
MODELS: Mapping[str, type[Record]] = MappingProxyType(
    {TRIALS: Result, JUDGEMENTS: Judgement, REVIEWS: Review, CLAIMS: Claim}
)
DATA = shipped_data()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything on screen comes from one such value. `findings` and `rows` are by file name."""

    results: tuple[Result, ...]
    references: Mapping[str, Reference]
    judgements: tuple[Judgement, ...]
    reviews: tuple[Review, ...]
    claims: tuple[Claim, ...]
    findings: Mapping[str, tuple[Finding, ...]]
    rows: Mapping[str, int]
    digest: str
    trials: Mapping[str, tuple[Result, ...]] = field(default_factory=dict, repr=False)

    @property
    def short(self) -> str:
        """The first eight letters of the hash, as stamped on every export."""
        return self.digest[:8]

    @property
    def rejected(self) -> int:
        """Rows of trials.csv that were left out."""
        return self.rows[TRIALS] - len(self.results)

    @property
    def broken(self) -> tuple[str, ...]:
        """Files that cannot be read as a whole: missing, unreadable, no table, or ending in the middle of a row."""
        return tuple(
            name
            for name, found in self.findings.items()
            if any(f.is_blocking and (KINDS[f.code].level == "file" or f.code == "half-written") for f in found)
        )

    @property
    def is_valid(self) -> bool:
        """Whether nothing blocks in any file."""
        return not any(found.is_blocking for findings in self.findings.values() for found in findings)


def load(folder: Path) -> Evidence:
    """The evidence in a folder; what cannot be read is missing from it and named in its findings."""
    return evidence_of(read_files(folder))


def read_files(folder: Path) -> dict[str, bytes | Finding]:
    """The bytes of the five files by name, or why there are none."""
    return {name: read_bytes(folder / name) for name in FILES}


def evidence_of(data: Mapping[str, bytes | Finding]) -> Evidence:
    """The evidence in the bytes of the five files, as `load` gives it for a folder."""
    references = _references(data[REFERENCES])
    tables = {name: _table(data[name], model) for name, model in MODELS.items()}
    citations = references.items if references.is_readable else None
    # A trial whose rows are all left out is still known: its judgements are not at fault.
    trials = frozenset(tables[TRIALS].column("trial")) if tables[TRIALS].is_readable else None
    results = validate(tables[TRIALS], Result, citations=citations)
    judgements = validate(tables[JUDGEMENTS], Judgement, citations=citations, trials=trials)
    reviews = validate(tables[REVIEWS], Review, citations=citations)
    claims = validate(tables[CLAIMS], Claim, citations=citations, trials=trials)
    checked: dict[str, Checked[Any]] = {TRIALS: results, JUDGEMENTS: judgements, REVIEWS: reviews, CLAIMS: claims}
    findings = {name: one.findings for name, one in checked.items()}
    findings[REFERENCES] = (*references.findings, *_unused(references, tables))
    rows = {name: one.rows for name, one in checked.items()} | {REFERENCES: references.rows}
    return Evidence(
        results=results.records,
        references=references.items,
        judgements=judgements.records,
        reviews=reviews.records,
        claims=claims.records,
        findings=MappingProxyType({name: findings[name] for name in FILES}),
        rows=MappingProxyType({name: rows[name] for name in FILES}),
        digest=digest(data),
        trials=_by_trial(results.records),
    )


def fingerprint(folder: Path) -> tuple[tuple[str, int, int, int, int], ...]:
    """A cheap sign of change: name, times of change, size and inode of each file, zeros where it is missing.

    The second time is the system's own: other content with the old size and time, and a change of who may read, show.
    """
    signs = []
    for name in FILES:
        try:
            about = (folder / name).stat()
            signs.append((name, about.st_mtime_ns, about.st_ctime_ns, about.st_size, about.st_ino))
        except (OSError, ValueError):
            signs.append((name, 0, 0, 0, 0))
    return tuple(signs)


def digest_of(folder: Path) -> str:
    """The SHA-256 of the five files, as `load` gives it, without reading them as tables."""
    return digest(read_files(folder))


def known_citations(path: Path) -> Collection[str] | None:
    """The ids in a references.json; None when it cannot be read, so that nothing is judged by it."""
    references = _references(read_bytes(path))
    return references.items if references.is_readable else None


def digest(data: Mapping[str, bytes | Finding]) -> str:
    """The SHA-256 of the bytes of the five files, as `Evidence.digest` has it."""
    total = hashlib.sha256()
    for name in FILES:
        content = data[name]
        # A file that was not read counts with its reason, so that its coming back changes the hash.
        content = content.message.encode() if isinstance(content, Finding) else content
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def _references(data: bytes | Finding) -> References:
    if isinstance(data, Finding):
        return References({}, (data,), 0, is_readable=False)
    return read_references(data)


def _table(data: bytes | Finding, model: type[Record]) -> Table:
    if isinstance(data, Finding):
        return Table(model.columns(), findings=(data,))
    return read_table(data, model.columns())


def _unused(references: References, tables: Mapping[str, Table]) -> list[Finding]:
    if not all(table.is_readable for table in tables.values()):
        return []  # the citing row may stand in the file that could not be read
    cited = {
        key.strip()
        for name, model in MODELS.items()
        for column in CITATION_COLUMNS[model]
        for cell in tables[name].column(column)
        for key in cell.split(";")
    }
    unused = [reference for key, reference in references.items.items() if key not in cited]
    return [finding("unused-citation", reference.line, "id", reference.id) for reference in unused]


def _by_trial(results: tuple[Result, ...]) -> Mapping[str, tuple[Result, ...]]:
    rows: dict[str, list[Result]] = {}
    for result in results:
        rows.setdefault(result.trial, []).append(result)
    return MappingProxyType({trial: tuple(own) for trial, own in rows.items()})
