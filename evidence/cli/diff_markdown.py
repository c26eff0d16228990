"""The difference of two versions as Markdown, for the comment under a pull request.

Cells come from whoever sends the rows: marks of Markdown and HTML and names that would call people are shown as plain
text. A comment may hold 65,536 characters at most; what is over is counted, not lost without a word.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from evidence.curation.diff import Difference, FileRow
from evidence.formatting import counted

MOST = 60_000  # characters of a comment
_ROWS = 50  # of one kind
_SHOWN = ("trial", "intervention", "comparator", "outcome", "instrument", "hours", "analysis")
_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|<>~&$-])")


def plain(text: str) -> str:
    """Show a text as it is: no mark of Markdown or HTML in it acts, and no name calls anybody.

    >>> plain("@team <b>").replace(chr(8203), "·").replace(chr(92), "/")
    '@·team /<b/>'
    """
    one_line = " ".join(text.split())
    return _MARKS.sub(r"\\\1", one_line).replace("@", "@\u200b").replace("://", ":\u200b//")


def markdown(changes: Difference) -> str:
    """Write the difference as Markdown: headline numbers, rows, cells, references, in the order of what matters."""
    lines = list(_lines(changes))
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line) + 1
        if size > MOST:
            kept += ["", f"… and {counted(len(lines) - len(kept), 'line')} more than fit into a comment."]
            break
        kept.append(line)
    return "\n".join(kept) + "\n"


def _lines(changes: Difference) -> Iterator[str]:
    cells = len(changes.changed)
    changed = [change for change in changes.headlines if change.is_changed]
    yield f"### Data `{changes.digests[0][:8]}` → `{changes.digests[1][:8]}`"
    yield ""
    yield (
        f"{counted(len(changes.added), 'row')} added, {len(changes.removed)} removed, "
        f"{counted(cells, 'cell')} changed; "
        f"**{counted(len(changed), 'headline number differs', 'headline numbers differ')}**."
    )
    if changes.is_empty:
        yield ""
        yield "Nothing differs in rows, references and headline numbers."
        return
    if changes.problems:
        yield from _section("What cannot be read")
        for one in changes.problems:
            yield f"- line {one.line} {plain(one.column)}: {plain(one.message)} {plain(one.fix)}"
    if changed:
        yield from _section("Headline numbers")
        yield from _table(
            ("number", "before", "after"),
            ((change.after.label, change.before.words, change.after.words) for change in changed),
        )
    for title, rows in (("Rows added", changes.added), ("Rows removed", changes.removed)):
        if rows:
            yield from _section(title)
            yield from _table(("line", *_SHOWN, "numbers"), (_row(changes.columns, row) for row in rows[:_ROWS]))
            yield from _more(rows, "row")
    if changes.changed:
        yield from _section("Cells changed")
        yield from _table(
            ("line", "trial", "column", "before", "after"),
            ((str(c.line_after), c.trial, c.column, c.before, c.after) for c in changes.changed[:_ROWS]),
        )
        yield from _more(changes.changed, "cell")
    references = (
        ("added", changes.references_added),
        ("removed", changes.references_removed),
        ("changed", changes.references_changed),
    )
    if any(keys for _, keys in references):
        yield from _section("References")
        for word, keys in references:
            if keys:
                yield f"- {word}: {', '.join(plain(key) for key in keys[:_ROWS])}"
                yield from _more(keys, "reference")


def _section(title: str) -> Iterator[str]:
    yield ""
    yield f"#### {title}"
    yield ""


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{' --- |' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(plain(cell) for cell in row)} |"


def _row(columns: Sequence[str], row: FileRow) -> Sequence[str]:
    named = dict(zip(columns, row.cells, strict=True))
    numbers = [f"{name} {text}" for name, text in named.items() if text and name.startswith(_NUMBERS)]
    return (str(row.line), *(named.get(name, "") for name in _SHOWN), ", ".join(numbers))


_NUMBERS = ("events_", "n_inter", "n_compar", "mean_", "sd_", "median_", "effect", "ci_", "p_value", "percent_")


def _more(items: Sequence[object], name: str) -> Iterator[str]:
    if len(items) > _ROWS:
        yield ""
        yield f"… and {counted(len(items) - _ROWS, name)} more."
