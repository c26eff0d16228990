"""`convert`: a data set that others keep in their own layout → a folder that the dashboard opens."""

import argparse
import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evidence.cli.console import add_format, called, print_json, print_lines, read_file, write_file
from evidence.cli.errors import BLOCKED, CLEAN, fail
from evidence.curation.append import append_rows
from evidence.curation.metapsy import Compared, Conversion, agreement, convert
from evidence.curation.metapsy_topic import questions_of, topic_of
from evidence.dataset.csv_table import read_bytes
from evidence.dataset.evidence import JUDGEMENTS, MODELS, QUESTIONS_FILE, REFERENCES, TOPIC_FILE, TRIALS, VOCABULARY
from evidence.dataset.problems import Problem
from evidence.dataset.vocabulary import read_shipped
from evidence.dataset.words import WORD_FILES, WORDS_FOLDER
from evidence.formatting import counted

ANCHORS = ("first-dose", "last-dose", "randomisation")
BESIDE = ("variable_description.json", "authors.json", "last_search.txt", "license", "shorthand.txt")
OF_A_TOPIC = ("intervention", "comparator")  # lists that no topic shares with another
REPORT = "conversion"  # the folder of what did not become rows
_DESCRIPTION = """\
Create a folder of data files from a data set in the Metapsy standard: a table with one row per comparison of two arms
(semicolons and decimal commas, or commas and points), a map from study to reference, and the ratings of risk of bias.
The files that Metapsy keeps with the table (variable_description.json, authors.json, last_search.txt, license) are
read if they are beside it or in its folder metadata/.

Rows that cannot be converted are kept in conversion/not-converted.csv with the reason; conversion/effect-sizes.csv
lists the effect sizes of the table beside ours.

Exit status: 0 converted; 1 not a Metapsy file, or effect sizes disagree; 2 a usage error or a file that
cannot be opened or written.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "convert",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("layout", choices=("metapsy",), help="format of the file")
    parser.add_argument("file", metavar="FILE", help="table of the data set, as CSV")
    parser.add_argument("--references", metavar="MAP.json", help="map from study to reference text, as kept by Metapsy")
    parser.add_argument("--out", metavar="DIR", required=True, help="folder to write, new or empty")
    parser.add_argument("--anchor", choices=ANCHORS, default="", help="event from which the table's times are counted")
    parser.add_argument("--force", action="store_true", help="overwrite the files of a folder that is not empty")
    add_format(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the folder, and say what became of the rows."""
    folder = Path(args.out)
    try:
        if folder.is_dir() and any(folder.iterdir()) and not args.force:
            return fail(f"{folder} is not empty; choose another folder or use --force.")
    except (OSError, ValueError) as error:
        return fail(
            f"{folder}: the folder cannot be used: {getattr(error, 'strerror', None) or 'its name is not allowed'}."
        )
    data = read_file(args.file)
    references = read_file(args.references) if args.references else None
    texts = beside(Path(args.file))
    made = convert(data, references, texts, args.anchor)
    if not made.is_convertible:
        fail(f"{called(args.file)}: {made.problem or 'No row could be converted: ' + _reasons(made)}")
        return BLOCKED
    try:
        for inner in (REPORT, WORDS_FOLDER):
            (folder / inner).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        return fail(
            f"{folder}: the folder cannot be made: {getattr(error, 'strerror', None) or 'its name is not allowed'}."
        )
    for name, content in files(made, texts.get("shorthand.txt", "")).items():
        if why := write_file(folder / name, content):
            return fail(why)
    words, apart = agreement(made.compared)
    if args.format == "json":
        print_json(_report(args, made, words, apart))
    else:
        print_lines(_lines(args, made, words, apart))
    return BLOCKED if apart else CLEAN


def beside(file: Path) -> dict[str, str]:
    """Read the files that Metapsy keeps with a table, from its own folder or from metadata/ in it."""
    texts: dict[str, str] = {}
    for name in BESIDE:
        for path in (file.parent / name, file.parent / "metadata" / name):
            content = read_bytes(path)
            if not isinstance(content, Problem):
                texts.setdefault(name, content.decode("utf-8-sig", "replace"))
    return texts


def files(made: Conversion, shorthand: str = "") -> dict[str, bytes]:
    """Give the files of the folder by name."""
    tables: dict[str, Sequence[Mapping[str, str]]] = {
        TRIALS: made.results,
        JUDGEMENTS: made.judgements,
        QUESTIONS_FILE: questions_of(made),
    }
    written = {
        name: table(model.columns(), tables.get(name, ())) for name, model in MODELS.items() if name not in VOCABULARY
    }
    written |= word_lists(made.words)
    written[REFERENCES] = (json.dumps(made.references, ensure_ascii=False, indent=1) + "\n").encode()
    written[TOPIC_FILE] = topic_of(made, shorthand)
    reasons = {one.line: one.why for one in made.kept}
    aside = [
        {"line": str(line), "why": why, **dict(zip(made.header, cells, strict=True))}
        for (line, why), cells in zip(sorted(reasons.items()), made.kept_rows, strict=True)
    ]
    written[f"{REPORT}/not-converted.csv"] = table(("line", "why", *made.header), aside)
    written[f"{REPORT}/effect-sizes.csv"] = table(_COMPARED, [_compared(one) for one in made.compared])
    return written


_COMPARED = ("line", "row", "measure", "ours", "theirs", "difference", "our_se", "their_se", "imputed")


def _compared(one: Compared) -> dict[str, str]:
    return {
        "line": str(one.line),
        "row": one.name,
        "measure": one.measure,
        "ours": f"{one.ours:.6f}",
        "theirs": f"{one.theirs:.6f}",
        "difference": f"{one.difference:.6f}",
        "our_se": f"{one.our_se:.6f}",
        "their_se": "" if one.their_se is None else f"{one.their_se:.6f}",
        "imputed": "yes" if one.is_imputed else "",
    }


def word_lists(new: Mapping[str, Mapping[str, Mapping[str, str]]]) -> dict[str, bytes]:
    """Give the files in vocabulary/: drugs and comparators are the folder's own, other lists gain the new words.

    Every list stands there whole, so that the folder says by itself what its words mean.
    """
    lists = {}
    for file, name in WORD_FILES.items():
        columns = MODELS[file].columns()
        is_own = name in OF_A_TOPIC
        begun = table(columns, ()) if is_own else read_shipped(file) or table(columns, ())
        rows = [[word.get(column, "") for column in columns] for word in new.get(name, {}).values()]
        grown = append_rows(begun, rows, columns)
        lists[file] = begun if isinstance(grown, Problem) else grown
    return lists


def table(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Write rows as CSV under their header; what a row lacks is blank, what has no column is left out."""
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def _reasons(made: Conversion) -> str:
    counts: dict[str, int] = {}
    for one in made.kept:
        counts[one.why] = counts.get(one.why, 0) + 1
    return "; ".join(f"{counted(amount, 'row')}: {why}" for why, amount in counts.items()) + "."


def _report(args: argparse.Namespace, made: Conversion, words: str, apart: Sequence[Compared]) -> dict[str, Any]:
    return {
        "file": args.file,
        "folder": args.out,
        "rows": made.rows,
        "converted": len(made.results),
        "trials": len({row["trial"] for row in made.results}),
        "judgements": len(made.judgements),
        "references": len(made.references),
        "not_converted": [one._asdict() for one in made.kept],
        "effect_sizes": {
            "words": words,
            "compared": len(made.compared),
            "apart": [_compared(one) for one in apart],
            "imputed": [one.line for one in made.compared if one.is_imputed],
        },
        "notes": list(made.notes),
        "words": {name: list(words) for name, words in made.words.items()},
    }


def _lines(args: argparse.Namespace, made: Conversion, words: str, apart: Sequence[Compared]) -> Iterator[str]:
    name = called(args.file)
    for one in made.kept:
        yield f"{name}:{one.line} not converted: {one.why} ({one.name})"
    for row in apart:
        yield f"{name}:{row.line} {row.measure} is {row.ours:.4f} here and {row.theirs:.4f} in the file ({row.name})"
    yield from made.notes
    yield words
    trials = len({row["trial"] for row in made.results})
    yield (
        f"{args.out}: {len(made.results)} of {counted(made.rows, 'row')} of {counted(trials, 'trial')}, "
        f"{counted(len(made.judgements), 'judgement')} of risk of bias, {counted(len(made.references), 'reference')}."
    )
    yield f"Check it with: python -m evidence check {args.out}"
