"""`export`: a view as a file, the same bytes that the Export page offers."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from evidence.cli.console import add_data, print_json, print_lines, progress, write_file
from evidence.cli.errors import BLOCKED, CLEAN, fail
from evidence.dataset.evidence import load
from evidence.export.formats import FORMATS, export, made
from evidence.questions import options as page_options
from evidence.questions.options import CHART_NAMES, PICTURE_KINDS, SIZE_NAMES
from evidence.report.view import ExportFailed, NothingToExport, View
from evidence.selection.selection import Selection, apply, headcount
from evidence.selection.url import options_in, parse_view

SITE, FIGURE = "site", "figure"
STOPPED = 130  # what a shell gives to a program that Ctrl-C ends


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "export",
        description="Write a view of the evidence to a file. Formats: "
        + "; ".join(f"{name}: {item.label}" for name, item in FORMATS.items())
        + "; figure: one chart as SVG or PNG, with Chromium or Chrome on this computer"
        + "; site: the whole dashboard as static files, --out being their folder"
        ". An existing file is kept unless --force is given. Exit status: 0 written, 1 nothing to "
        "export, 2 not written.",
    )
    parser.add_argument(
        "format",
        metavar="FORMAT",
        choices=[*FORMATS, FIGURE, SITE],
        help=f"one of: {', '.join((*FORMATS, FIGURE, SITE))}",
    )
    parser.add_argument(
        "--view",
        metavar="PARAMETERS",
        default="",
        help="parameters of a page’s address, as in 'preset=Everything&population=TRD', or the whole address",
    )
    parser.add_argument("--out", metavar="PATH", required=True, help="file to write")
    parser.add_argument("--chart", metavar="NAME", help=f"figure: which chart, of {', '.join(CHART_NAMES)}")
    parser.add_argument("--size", choices=SIZE_NAMES, help="figure: for a slide (the default) or an A4 column")
    parser.add_argument("--base", metavar="URL", default="", help="address of the dashboard, for the citation")
    parser.add_argument("--force", action="store_true", help="overwrite an existing file")
    parser.add_argument("--json", action="store_true", help="print what was written as JSON")
    add_data(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the file, or say why not and leave none."""
    path = Path(args.out)
    if args.format != FIGURE and (args.chart or args.size):
        return fail("--chart and --size are for the format figure.")
    if args.format == SITE:
        return _site(args, path)
    try:
        if path.exists() and not args.force:
            return fail(f"{path} already exists; choose another name or use --force.")
    except (OSError, ValueError):
        return fail(f"{path}: the file cannot be written: its name is not allowed.")
    if args.format == FIGURE and (why := _not_a_figure(args, path)):
        return fail(why)
    evidence = load(Path(args.data))
    if not evidence.results:
        return fail(f"{args.data}: no result could be read; run python -m evidence check.")
    selection, notes = parse_view(args.view, with_options=True)
    view = View(evidence, selection, datetime.now(UTC).date(), args.base, options_in(args.view))
    more = page_options.read(view.options, evidence, apply(evidence.results, selection.criteria()))[1]
    for note in (*notes, *more):
        fail(f"note: {note}")
    try:
        data = _figure(args, path, view) if args.format == FIGURE else export(args.format, view, progress)
    except NothingToExport as error:
        fail(f"Nothing was written: {error}")
        return BLOCKED
    except ExportFailed as error:
        return fail(f"Nothing was written: {error}")
    except KeyboardInterrupt:
        fail("Stopped; nothing was written.")
        return STOPPED
    if why := write_file(path, data):
        return fail(why)
    count = headcount(view.rows)
    if args.json:
        print_json({"file": str(path), "bytes": len(data), "view": str(selection), "rows": len(view.rows)})
    else:
        print_lines([f"{path} was written: {selection}; {count}, {len(view.rows)} results.", view.citation])
    return CLEAN


def _not_a_figure(args: argparse.Namespace, path: Path) -> str:
    """Explain why the request is not a picture; empty if it is one."""
    if args.chart not in CHART_NAMES:
        return f"Which chart? Add --chart with one of: {', '.join(CHART_NAMES)}."
    if _kind(path) not in PICTURE_KINDS:
        return f"{path}: the name of a picture must end in .svg or .png."
    return ""


def _kind(path: Path) -> str:
    return path.suffix.removeprefix(".").lower()


def _figure(args: argparse.Namespace, path: Path, view: View) -> bytes:
    from evidence.export.images import picture

    progress(f"drawing {args.chart}")
    return made("the picture", lambda: picture(args.chart, view, args.size or SIZE_NAMES[0], _kind(path)))


def _site(args: argparse.Namespace, folder: Path) -> int:
    """Write the files of the site into a folder that is new or empty, or over those that are there."""
    if args.view:
        return fail("The site contains every question: leave out --view.")
    try:
        if folder.is_dir() and any(folder.iterdir()) and not args.force:
            return fail(f"{folder} is not empty; choose another folder or use --force.")
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        return fail(
            f"{folder}: the folder cannot be used: {getattr(error, 'strerror', None) or 'its name is not allowed'}."
        )
    evidence = load(Path(args.data))
    if not evidence.results:
        return fail(f"{args.data}: no result could be read; run python -m evidence check.")
    from evidence.export.site import site

    view = View(evidence, Selection("everything"), datetime.now(UTC).date(), args.base)
    try:
        files = made("the site", lambda: site(view, progress))
    except (NothingToExport, ExportFailed) as error:
        return fail(f"Nothing was written: {error}")
    except KeyboardInterrupt:
        fail("Stopped; nothing was written.")
        return STOPPED
    for name, data in files.items():
        if why := write_file(folder / name, data):
            return fail(why)
    size = sum(map(len, files.values()))
    if args.json:
        print_json({"folder": str(folder), "files": len(files), "bytes": size, "data_sha256": evidence.digest})
    else:
        print_lines([f"{folder}/index.html was written with {len(files) - 1} files beside it, {size:,} bytes in all."])
    return CLEAN
