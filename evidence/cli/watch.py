"""`watch`: what is new in the registry and at Crossref, as proposals in gaps.csv."""

import argparse
import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from evidence.cli import fetch
from evidence.cli.console import add_data, add_format, print_json, print_lines, write_file
from evidence.cli.errors import CLEAN, WRONG_USE, fail
from evidence.curation.watch import STATE, News, Search, watch, with_proposals
from evidence.dataset.csv_table import read_bytes
from evidence.dataset.evidence import load
from evidence.dataset.problems import Problem
from evidence.formatting import counted

GAPS, TOPIC = "gaps.csv", "topic.toml"
NEWS, UNASKED = 1, 3
_DESCRIPTION = """\
Ask ClinicalTrials.gov for new or changed results of every registration in trials.csv and gaps.csv and for new trials
with the search saved in topic.toml, and Crossref for retractions of the cited papers. News is written to gaps.csv as
dated proposals; trials.csv is never changed. watch.json records what was seen.

No host is asked unless look-ups are switched on, with --online or KETAMINE_EVIDENCE_ONLINE=1.

Exit status: 0 nothing new; 1 proposals were written (with --dry-run: would be); 2 a usage error, look-ups are off,
or a file cannot be read or written; 3 a host did not answer, and the answers of the others were kept.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "watch",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--dry-run", action="store_true", help="query and report what is new, without writing anything")
    fetch.add_online(parser)
    add_data(parser)
    add_format(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask, and write the proposals."""
    folder = Path(args.data)
    evidence = load(folder)
    if not evidence.results:
        return fail(f"{args.data}: no result could be read; run python -m evidence check.")
    search = saved_search(folder)
    if isinstance(search, str):
        return fail(search)
    if (asking := fetch.web(args)) is None:
        return WRONG_USE
    gaps, state = _bytes(folder / GAPS), _bytes(folder / STATE)
    news = watch(asking, evidence, gaps, state, search, datetime.now(UTC).date())
    if not args.dry_run:
        remembered = (json.dumps(news.state, indent=1, sort_keys=True) + "\n").encode()
        if news.proposals and (why := write_file(folder / GAPS, with_proposals(gaps, news.proposals))):
            return fail(why)
        if why := write_file(folder / STATE, remembered):
            return fail(why)
    if args.format == "json":
        print_json({"proposals": list(news.proposals), "asked": dict(news.asked), "failures": list(news.failures)})
    else:
        print_lines(_lines(news, dry=args.dry_run))
    for failure in news.failures:
        fail(failure)
    return UNASKED if news.failures else NEWS if news.proposals else CLEAN


def saved_search(folder: Path) -> Search | str:
    """Read the saved search in topic.toml; no words where there is none, or why it cannot be read."""
    data = read_bytes(folder / TOPIC)
    if isinstance(data, Problem):
        return Search()
    try:
        terms = tomllib.loads(data.decode()).get("search", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return f"{folder / TOPIC} is not a TOML file: {error}."
    if not isinstance(terms, dict):
        return f"{folder / TOPIC}: [search] needs condition and intervention."
    return Search(str(terms.get("condition", "")), str(terms.get("intervention", "")))


def _bytes(path: Path) -> bytes:
    data = read_bytes(path)
    return b"" if isinstance(data, Problem) else data


def _lines(news: News, *, dry: bool) -> Iterator[str]:
    for row in news.proposals:
        yield f"+ {row['label']}: {row['note']}"
    asked = ", ".join(f"{amount} {name}" for name, amount in news.asked.items())
    where = "nothing was written" if dry else f"written to {GAPS}" if news.proposals else "gaps.csv is unchanged"
    yield f"Looked at {asked}: {counted(len(news.proposals), 'proposal')}; {where}."
