"""What new rows would do before they are saved: every problem, safe fixes, what is there already, numbers that change.

What is judged is what would be written: the rows are put behind the old ones, and the whole is read as `load` reads it.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evidence.curation.append import append_references, append_rows, appended, rows_to_add
from evidence.curation.duplicates import Duplicate, duplicates
from evidence.curation.fixes import Fix, safe_fixes
from evidence.curation.new_words import NewWords, with_words
from evidence.dataset.csv_table import Row, Table
from evidence.dataset.evidence import REFERENCES, TRIALS, Evidence, evidence_of, read_files
from evidence.dataset.problems import KINDS, Problem, problem
from evidence.dataset.records import Result
from evidence.dataset.validation import unswept
from evidence.dataset.vocabulary import using
from evidence.questions.headlines import Change, Headline, Rank, compare, headlines, ranks
from evidence.serialize import BOM, guard_formula

NO_WORDS = NewWords()
_MOST_TRIALS = 20  # new trials whose influence is worked out
_MOST_RANKED = 30  # headline numbers they are ranked in
OWN_FILE = "Rows cannot be added to the project’s own file."
_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Preview:
    """New rows and references against the evidence they would join; `digest` is the evidence's, to be given to save.

    `problems` are those of the new rows and references, by the line of the table they came in; `rows` are the cells to
    save, `results` the valid ones among them, `words` what the lists are to gain. `before` and `after` are every
    headline number, `changes` those that differ. `evidence_after` is the whole as it would be.
    """

    table: Table
    rows: tuple[tuple[str, ...], ...]
    references: tuple[Mapping[str, Any], ...]
    words: NewWords
    problems: tuple[Problem, ...]
    fixes: tuple[Fix, ...]
    results: tuple[Result, ...]
    duplicates: tuple[Duplicate, ...]
    before: tuple[Headline, ...]
    after: tuple[Headline, ...]
    ranks: tuple[Rank, ...]
    digest: str
    evidence_after: Evidence | None

    @property
    def changes(self) -> tuple[Change, ...]:
        """Headline numbers that would change."""
        return compare(self.before, self.after)

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """Problems that keep the rows from being saved."""
        return tuple(item for item in self.problems if item.is_blocking)

    @property
    def can_be_saved(self) -> bool:
        """Whether there is something to save and nothing blocks it."""
        return bool(self.rows or self.references or self.words.tables) and not self.blocking


@unswept()
def preview(
    folder: Path,
    table: Table,
    references: Sequence[Mapping[str, Any]] = (),
    headlines_before: tuple[str, Sequence[Headline]] | None = None,
    words: NewWords = NO_WORDS,
) -> Preview:
    """Work out what a table in our columns (`apply_mapping`) and new CSL items would do to the evidence in a folder.

    `headlines_before` is a digest and the headline numbers of the evidence with that digest, which saves computing them
    again. `words` are checked first, so that rows may use them. Never raises because of the data; writes nothing.
    """
    files = read_files(folder)
    old = evidence_of(files)
    rows = rows_to_add(table)
    items = tuple(references)
    before = _before(old, headlines_before)
    trials, refs = files[TRIALS], files[REFERENCES]
    new_trials = append_rows(trials, rows) if isinstance(trials, bytes) else trials
    new_refs = append_references(refs, items) if isinstance(refs, bytes) else refs
    vocabulary = with_words(files, words)
    given = (new_trials, new_refs, *vocabulary.values())
    faults = tuple(one for one in given if isinstance(one, Problem))
    blank = Preview(table, rows, items, words, (), (), (), (), before, before, (), old.digest, None)
    if faults:
        return replace(blank, problems=(*table.problems, *map(_of_ours, faults)))
    assert isinstance(trials, bytes)
    new = evidence_of({**files, TRIALS: new_trials, REFERENCES: new_refs, **vocabulary})
    with using(new.words):
        lines = _lines(trials, table)
        first = min(lines, default=10**12)
        known = set(old.problems[TRIALS])
        judged = [f for f in new.problems[TRIALS] if f.line >= first or (f.is_blocking and f not in known)]
        empty = (row for row in table.rows if not any(map(str.strip, row.cells)))
        blank_rows = (problem("blank-required", row.line, "trial") for row in empty)
        problems = (
            *table.problems,
            *blank_rows,
            *(_of_upload(f, lines) for f in judged if f.code != "blank-row"),
            *_of_references(old, new),
            *(_of_word_table(one) for one in words.problems),
            *_of_words(files, new, words),
        )
        results = tuple(result for result in new.results if result.line >= first)
        after = headlines(new.results, before, results)
        same = tuple(replace(one, line=lines.get(one.line, 0)) for one in duplicates(old, results, items))
        return replace(
            blank,
            problems=problems,
            fixes=safe_fixes(table, problems),
            results=results,
            duplicates=same,
            after=after,
            ranks=_ranks(new, before, after, results),
            evidence_after=new,
        )


def _before(old: Evidence, given: tuple[str, Sequence[Headline]] | None) -> tuple[Headline, ...]:
    if given is not None and given[0] == old.digest:
        return tuple(given[1])
    with using(old.words):
        return headlines(old.results)


def problems_csv(problems: Iterable[Problem]) -> bytes:
    """Write problems as CSV for a spreadsheet: line, column, value, rule, what is wrong, how to fix it.

    >>> problems_csv([problem("percent-range", 7, "percent_intervention", "164")]).decode("utf-8-sig").split()[0]
    'line,column,value,rule,severity,message,fix'
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("line", "column", "value", "rule", "severity", "message", "fix"))
    for f in problems:
        writer.writerow((f.line, f.column, guard_formula(f.value), KINDS[f.code].title, f.severity, f.message, f.fix))
    return BOM + text.getvalue().encode("utf-8", "replace")


def _lines(old: bytes, table: Table) -> dict[int, int]:
    """Map each line of the future file to the line of the submitted table."""
    line = 1 + old.count(b"\n") + old.count(b"\r") - old.count(b"\r\n")
    line += 0 if old.endswith((b"\n", b"\r")) else 1
    lines = {}
    for row in table.rows:
        lines[line] = row.line
        line += 1 + sum(len(_BREAK.findall(cell)) for cell in row.cells if "\n" in cell or "\r" in cell)
    return lines


def _of_upload(item: Problem, lines: Mapping[int, int]) -> Problem:
    """Return a problem of the file to be with its lines as those of the table that was brought."""
    message, other = item.message, item.related_line
    if other:
        place = f"{lines[other]} of the new rows" if other in lines else f"{other} of {TRIALS}"
        message = re.sub(rf"\b([Ll]ine) {other}\b", rf"\g<1> {place}", message)
    return replace(item, line=lines.get(item.line, 0), message=message, related_line=0)


def _of_ours(item: Problem) -> Problem:
    return replace(item, line=0, message=f"{OWN_FILE} {item.message}")


def _of_references(old: Evidence, new: Evidence) -> list[Problem]:
    last = max((reference.line for reference in old.references.values()), default=0)
    known = set(old.problems[REFERENCES])
    problems = [f for f in new.problems[REFERENCES] if f.line > last and f not in known]
    return [replace(f, line=0) for f in problems]


def _of_words(files: Mapping[str, bytes | Problem], new: Evidence, words: NewWords) -> list[Problem]:
    """Return what is wrong with the new words, named by the line of the table they came in."""
    problems = []
    for name, lines in words.lines.items():
        base = appended(name, files[name], ())
        first = min(_lines(base, Table((), rows=(Row(0, ()),)))) if isinstance(base, bytes) else 0
        for one in new.problems[name]:
            at = one.line - first
            if 0 <= at < len(lines):
                place = f"line {lines[at]} of the words"
                problems.append(replace(one, line=0, message=f"On {place}: {one.message}"))
    return problems


def _of_word_table(item: Problem) -> Problem:
    place = f"On line {item.line} of the words: " if item.line else "In the words: "
    return replace(item, line=0, message=place + item.message)


def _ranks(
    new: Evidence, before: Sequence[Headline], after: Sequence[Headline], results: Sequence[Result]
) -> tuple[Rank, ...]:
    trials = {result.trial for result in results}
    if not 0 < len(trials) <= _MOST_TRIALS:
        return ()
    changed = [change.after for change in compare(before, after)][:_MOST_RANKED]
    return tuple(rank for headline in changed for rank in ranks(new.results, headline, trials))
