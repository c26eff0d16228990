"""Every format a view can be exported in: its name, what it is for, and the function that makes its bytes."""

import io
import logging
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from evidence import __version__
from evidence.bibliography import self_citation
from evidence.bibliography.bibtex import bibtex
from evidence.bibliography.csl import csl_json
from evidence.bibliography.ris import ris
from evidence.export.r_script import r_script
from evidence.questions.missing import matrix_of
from evidence.report.sections import sections
from evidence.report.view import ExportFailed, NothingToExport, Progress, View, quiet, tell
from evidence.selection.selection import headcount

_LOG = logging.getLogger(__name__)
Made = TypeVar("Made")
_LONGEST_WHY = 200  # letters of what a fault says of itself


class Format(NamedTuple):
    """One format: its label and what it holds, the end of its file name, its media type, and what makes it."""

    label: str
    holds: str
    suffix: str
    mime: str
    make: Callable[[View, Progress], bytes]


def _ris(view: View, _: Progress) -> bytes:
    return ris(view.references).encode("utf-8", "backslashreplace")


def _bibtex(view: View, _: Progress) -> bytes:
    return bibtex(view.references).encode("utf-8", "backslashreplace")


def _csl(view: View, _: Progress) -> bytes:
    return csl_json(view.references).encode("utf-8", "backslashreplace")


def _r(view: View, progress: Progress) -> bytes:
    story = tell(view, progress)
    answers, absent = story.answers, [one for section in sections(story) for one in section.missing]
    if not answers:
        raise NothingToExport("No trial in this view has an effect to pool, so there is nothing for R to compute.")
    version = view.evidence.short
    scripts = (
        r_script(item, f"{title}: {item.question.title}", version, matrix_of(item, absent)) for title, item in answers
    )
    return "\n".join(scripts).encode()


def _by(module: str, name: str, in_parts: bool = False) -> Callable[[View, Progress], bytes]:
    """Make a maker that imports its module when first called, as workbooks, charts and slides need large packages.

    With `in_parts` it reports each part as it starts.
    """

    def make(view: View, progress: Progress) -> bytes:
        maker = getattr(import_module(f"evidence.export.{module}"), name)
        return bytes(maker(view, progress) if in_parts else maker(view))

    return make


def _zip(view: View, progress: Progress) -> bytes:
    rows = view.rows
    stamp = (max(view.made.year, 1980), view.made.month, view.made.day, 0, 0, 0)
    file, lines, missing = io.BytesIO(), list[str](), list[str]()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, data: bytes) -> None:
            archive.writestr(zipfile.ZipInfo(name, stamp), data, zipfile.ZIP_DEFLATED)

        def within(path: str) -> Progress:
            return lambda part: progress(f"{path}, {part}")

        for name, item in FORMATS.items():
            if name == "zip":
                continue
            path = f"{name}.{item.suffix}"
            progress(f"making {path}")
            try:
                add(path, made(item.label, partial(item.make, view, within(path))))
            except NothingToExport as error:
                missing.append(f"{path} is not here: {error}")
            else:
                lines.append(f"{path:<14} {item.holds}")
        head = (
            self_citation.title(),
            "=" * len(self_citation.title()),
            "",
            f"{view.selection}: {headcount(rows)}.",
            view.stamp,
        )
        closing = (
            *("", *missing) * bool(missing),
            *("", f"SHA-256 of the data files: {view.evidence.digest}"),
            *("How to cite is in CITATION.txt. Evidence for reading and teaching, not medical advice.", ""),
        )
        add("README.txt", "\n".join((*head, "", *lines, *closing)).encode("utf-8", "backslashreplace"))
        cited = f"{view.citation}\n\nThe trials in this view:\n\n{view.cited_trials}\n"
        add("CITATION.txt", cited.encode("utf-8", "backslashreplace"))
        add("CITATION.cff", self_citation.cff(__version__, view.evidence.version, view.made).encode())
    return file.getvalue()


_CSV, _JSON = "text/csv", "application/json"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "csv": Format(
            "Rows (CSV)", "The rows, in the columns of the data file.", "csv", _CSV, _by("spreadsheets", "rows_csv")
        ),
        "xlsx": Format(
            "Rows (Excel)",
            "The rows, references, meaning of the columns.",
            "xlsx",
            _SHEET,
            _by("spreadsheets", "rows_xlsx"),
        ),
        "json": Format(
            "Rows (JSON)", "The rows and references for a program.", "json", _JSON, _by("spreadsheets", "rows_json")
        ),
        "metafor": Format(
            "metafor (CSV)",
            "One row per trial and question: ai, n1i, ci, n2i, yi, vi.",
            "csv",
            _CSV,
            _by("analysis_files", "metafor_csv"),
        ),
        "metapsy": Format(
            "Metapsy (CSV)",
            "The Metapsy data standard: semicolons, decimal commas, NA.",
            "csv",
            _CSV,
            _by("analysis_files", "metapsy_csv"),
        ),
        "revman": Format(
            "RevMan style (CSV)", "Data rows under RevMan’s heads.", "csv", _CSV, _by("analysis_files", "revman_csv")
        ),
        "r": Format("R script", "Pools the same trials with metafor; includes the data.", "R", "text/plain", _r),
        "ris": Format(
            "References (RIS)", "The trials in the view.", "ris", "application/x-research-info-systems", _ris
        ),
        "bibtex": Format("References (BibTeX)", "The trials in the view.", "bib", "application/x-bibtex", _bibtex),
        "csl": Format("References (CSL-JSON)", "The trials in the view.", "json", _JSON, _csl),
        "html": Format(
            "Web page (HTML)",
            "Headlines, charts, tables, references in one file; offline.",
            "html",
            "text/html",
            _by("web_page", "page", in_parts=True),
        ),
        "handout": Format(
            "Hand-out (one A4 page)",
            "One page to print: headline, forest plot, harms, certainty, QR code.",
            "html",
            "text/html",
            _by("handout", "handout", in_parts=True),
        ),
        "pptx": Format(
            "Slides (PowerPoint)",
            "16:9, native shapes, speaker notes.",
            "pptx",
            _SLIDES,
            _by("slides", "deck", in_parts=True),
        ),
        "zip": Format("Everything (ZIP)", "All the other formats, with how to cite.", "zip", "application/zip", _zip),
    }
)


def export(name: str, view: View, progress: Progress = quiet) -> bytes:
    """Export a view to the bytes of a format; raises NothingToExport, with the reason, if there is nothing to export.

    `progress` is called with each part as it starts; an exception it raises ends the export.
    """
    progress(f"making {name}")
    making = FORMATS[name]
    return making.make(view, progress) if name == "zip" else made(making.label, partial(making.make, view, progress))


def made(label: str, make: Callable[[], Made]) -> Made:
    """Call a maker; log an unexpected error and raise it as ExportFailed, worded for the reader."""
    try:
        return make()
    except (NothingToExport, ExportFailed):
        raise
    except Exception as error:
        _LOG.exception("%s could not be made", label)
        why = " ".join(str(error).split())[:_LONGEST_WHY]
        raise ExportFailed(f"{label} could not be made: {why or type(error).__name__}.") from error


def objection(name: str, view: View) -> str:
    """Say why a view cannot be exported in a format; empty if it can. Fast: only short files are made to find out."""
    try:
        if name in ("metafor", "metapsy", "revman", "r"):
            export(name, view)
        view.rows  # noqa: B018 - raises where there is none
    except NothingToExport as error:
        return str(error)
    return ""


def file_name(name: str, view: View) -> str:
    """Name the file after the format and the version of the data.

    >>> from datetime import date
    >>> from evidence.dataset.evidence import DATA, load
    >>> from evidence.selection.selection import Selection
    >>> file_name("ris", View(load(DATA), Selection(), date(2026, 11, 20))).startswith("ketamine-ris-")
    True
    """
    return f"{view.evidence.topic.file_prefix}-{name}-{view.evidence.short}.{FORMATS[name].suffix}"
