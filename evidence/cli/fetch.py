"""`fetch`: a DOI, a PubMed number or a registry number looked up at its host, and shown before it is used."""

import argparse
import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from evidence.cli.console import add_data, add_format, print_json, print_lines, progress, write_file
from evidence.cli.errors import BLOCKED, CLEAN, WRONG_USE, fail
from evidence.curation.clinicaltrials_gov import drafts
from evidence.curation.lookup import Asked, Fetched, asked_for, fetch, words
from evidence.curation.web import ONLINE_VARIABLE, OfflineError, Web, WebError, client, is_switched_on
from evidence.dataset.evidence import REFERENCES, known_citations
from evidence.formatting import counted

_DESCRIPTION = f"""\
Look up papers by DOI or PubMed number, and trials by their number at ClinicalTrials.gov, and show the answers. With
--out they are written to a file: references as CSL-JSON, for `add --references`; one registry record as JSON, for
`import-registry`.

No host is asked unless look-ups are switched on, with --online or {ONLINE_VARIABLE}=1. The hosts are doi.org
(and the services of the registration agencies that it redirects to), eutils.ncbi.nlm.nih.gov and clinicaltrials.gov; no
other host is asked.

Exit status: 0 everything was looked up; 1 something was not; 2 a usage error, look-ups are off, or a file cannot be
written.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "fetch",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("number", metavar="NUMBER", nargs="+", help="NCT…, 10.…/…, or a PubMed number")
    parser.add_argument("--out", metavar="FILE", help="also write the answer to a new file")
    add_online(parser)
    add_data(parser)
    add_format(parser)
    parser.set_defaults(run=run)


def add_online(parser: argparse.ArgumentParser) -> None:
    """Add --online."""
    parser.add_argument("--online", action="store_true", help="allow this command to query the hosts on the network")


def web(args: argparse.Namespace) -> Web | None:
    """Give the client where asking is switched on; else say in a line how to switch it on, and give none."""
    if args.online or is_switched_on():
        return client()
    fail(f"Nothing was looked up, because look-ups are off. Switch them on with --online, or with {ONLINE_VARIABLE}=1.")
    return None


def run(args: argparse.Namespace) -> int:
    """Look everything up, show it, and write it where asked."""
    asked: list[Asked] = []
    for text in args.number:
        if (one := asked_for(text)) is None:
            return fail(
                f"{text} is not a DOI, PubMed number or NCT number. Write it as 10.1176/…, 23982301 or NCT00768430."
            )
        asked.append(one)
    records = [one for one in asked if one.kind == "nct"]
    out = Path(args.out) if args.out else None
    if out is not None and records and len(asked) > 1:
        return fail("--out takes either references or one registry record: look up registry numbers one at a time.")
    if out is not None and out.exists():
        return fail(f"{out} already exists; choose another name.")
    if (asking := web(args)) is None:
        return WRONG_USE
    came, failed = look_up(asking, asked, known_citations(Path(args.data) / REFERENCES) or ())
    if out is not None and came and (why := write_file(out, _content(came))):
        return fail(why)
    if args.format == "json":
        print_json(
            {
                "found": [_as_dict(one) for one in came],
                "failed": [{"number": number, "why": why} for number, why in failed],
            }
        )
    else:
        print_lines(_lines(came, out))
    for number, why in failed:
        fail(f"{number}: {why}")
    return BLOCKED if failed else CLEAN


def look_up(web: Web, asked: Sequence[Asked], taken: Collection[str]) -> tuple[list[Fetched], list[tuple[str, str]]]:
    """Give what came, and for what did not the number and why; without a network it is asked once."""
    came: list[Fetched] = []
    failed: list[tuple[str, str]] = []
    used = set(taken)
    for one in asked:
        progress(f"Asking {one.host} for {one.number}")
        try:
            came.append(fetch(web, one, used))
        except OfflineError as error:
            failed.append((one.number, str(error)))
            break
        except WebError as error:
            failed.append((one.number, str(error)))
        else:
            used |= {str((came[-1].reference or {}).get("id", ""))}
    return came, failed


def _content(came: Sequence[Fetched]) -> bytes:
    if came[0].record is not None:
        return came[0].data
    return (json.dumps([dict(one.reference or {}) for one in came], ensure_ascii=False, indent=1) + "\n").encode()


def _as_dict(one: Fetched) -> dict[str, Any]:
    if one.record is None:
        return {"number": one.asked.number, "reference": dict(one.reference or {})}
    return {"number": one.asked.number, "title": one.record.title, "drafts": len(drafts(one.record))}


def _lines(came: Sequence[Fetched], out: Path | None) -> Iterator[str]:
    for one in came:
        yield words(one)
        if one.record is not None:
            yield f"    {counted(len(drafts(one.record)), 'draft row')} in its results"
            if out is not None:
                yield f"    Written to {out}; next: python -m evidence import-registry {out}"
    if out is not None and came and came[0].record is None:
        yield f"Written to {out}; next: python -m evidence add ROWS.csv --references {out}"
