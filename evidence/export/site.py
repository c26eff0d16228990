"""The whole dashboard as static files for any web host, CDN or stick: a page a question, the trials, the data.

Links are relative, so that the folder works from disk and under any path. Nothing is asked for from another host;
scripts are plotly.js, held once for all pages, and those written here, which each page names by their hashes.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from markupsafe import Markup
from plotly.offline import get_plotlyjs

from evidence.bibliography.bibtex import bibtex
from evidence.bibliography.csl import csl_json
from evidence.bibliography.links import registry_link
from evidence.bibliography.ris import ris
from evidence.dataset.records import Result
from evidence.export.references import Entry, entry
from evidence.export.spreadsheets import rows_json, rows_xlsx
from evidence.export.templating import render
from evidence.export.web_page import linked_page
from evidence.formatting import counted
from evidence.report.sections import sections
from evidence.report.tables import answers as answer_tables
from evidence.report.tables.trials import arms_of
from evidence.report.view import NothingToExport, Progress, View, quiet, tell
from evidence.selection.selection import PRESETS, Selection, headcount
from evidence.serialize import to_csv
from evidence.synthesis.describe import describe

PLOTLY = "plotly.js"
_FILES: Mapping[str, str] = {
    "trials.csv": "every result, in the columns of the data file",
    "trials.xlsx": "the same as a workbook, with what the columns mean",
    "trials.json": "results and references for a program",
    "references.ris": "references for a reference manager (RIS)",
    "references.bib": "references for BibTeX",
    "references.json": "references as CSL-JSON",
}


class _Question(NamedTuple):
    label: str
    file: str = ""
    headcount: str = ""
    headlines: tuple[str, ...] = ()
    why: str = ""


class _Fact(NamedTuple):
    text: str
    url: str | None = None


def site(view: View, progress: Progress = quiet) -> dict[str, bytes]:
    """Make the files of the site, by path; every preset gets its page, whatever the view's own selection.

    Raises NothingToExport if there is no result at all.
    """
    everything = replace(view, selection=Selection("everything"))
    files = {PLOTLY: get_plotlyjs().encode(), **_data(everything)}
    questions = []
    for name in PRESETS:
        progress(f"making {name}.html")
        own = replace(view, selection=Selection(name))
        try:
            files[f"{name}.html"] = linked_page(own, _policy)
        except NothingToExport as error:
            questions.append(_Question(PRESETS[name].label, why=str(error)))
            continue
        headlines = tuple(section.headline for section in sections(tell(own))[:3])
        questions.append(_Question(PRESETS[name].label, f"{name}.html", str(headcount(own.rows)), headlines))
    files["trials.html"] = _trials(everything)
    files["index.html"] = render(
        "site_index.html.j2",
        policy=Markup(_policy([])),
        title=view.evidence.topic.title,
        view=everything,
        headcount=headcount(everything.rows),
        questions=questions,
        files=_FILES,
    )
    return files


def _data(view: View) -> dict[str, bytes]:
    references = tuple(view.evidence.references.values())
    return {
        "trials.csv": to_csv(answer_tables.result_frame(view.rows)),
        "trials.xlsx": rows_xlsx(view),
        "trials.json": rows_json(view),
        "references.ris": ris(references).encode("utf-8", "backslashreplace"),
        "references.bib": bibtex(references).encode("utf-8", "backslashreplace"),
        "references.json": csl_json(references).encode("utf-8", "backslashreplace"),
    }


def _policy(scripts: Sequence[str]) -> str:
    """Allow only plotly.js beside the page, on a host or on disk, and the inline scripts, by their hashes."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(("'self'", "file:", *(f"'sha256-{one}'" for one in hashes))) if scripts else "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
        "connect-src 'none'; form-action 'none'; base-uri 'none'"
    )


def _trials(view: View) -> bytes:
    trials = view.evidence.trials
    return render(
        "site_trials.html.j2",
        policy=Markup(_policy([])),
        title=f"{counted(len(trials), 'trial')}, and what each reports",
        trials=[_trial(view, key, rows) for key, rows in trials.items()],
    )


def _trial(view: View, key: str, rows: tuple[Result, ...]) -> dict[str, Any]:
    return {
        "key": key,
        "label": rows[0].label,
        "facts": list(_about(rows[0])),
        "arms": arms_of(rows),
        "references": list(_references(view, rows)),
        "count": counted(len(rows), "result"),
        "results": [f"{describe(row)} ({row.locator})" for row in rows],
    }


def _about(result: Result) -> Iterator[_Fact]:
    yield _Fact(f"{result.design}, {result.population}")
    if result.n_randomised:
        yield _Fact(f"{result.n_randomised} randomised")
    for number in (result.registration or "").split(";"):
        if number := number.strip():
            yield _Fact(number, registry_link(number))


def _references(view: View, rows: tuple[Result, ...]) -> Iterator[Entry]:
    for key in dict.fromkeys(row.citation for row in rows):
        reference = view.evidence.references.get(key)
        yield Entry(key, ()) if reference is None else entry(reference)
