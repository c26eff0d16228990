"""The whole dashboard as static files for any web host, CDN or stick: a page a question, the trials, the data.

Links are relative, so that the folder works from disk and under any path. Nothing is asked for from another host;
scripts are plotly.js, held once for all pages, and those written here, which each page names by their hashes.
"""

import base64
import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from plotly.offline import get_plotlyjs

from evidence.bibliography.bibtex import bibtex
from evidence.bibliography.csl import csl_json
from evidence.bibliography.links import links, registry_link
from evidence.bibliography.ris import ris
from evidence.bibliography.vancouver import vancouver
from evidence.dataset.records import Result
from evidence.export.spreadsheets import rows_json, rows_xlsx
from evidence.export.web_page import page
from evidence.formatting import counted
from evidence.report.sections import sections
from evidence.report.tables import answers as tables
from evidence.report.tables.trials import arms_of
from evidence.report.view import NothingToExport, Progress, View, quiet, tell
from evidence.selection.selection import PRESETS, Selection, headcount
from evidence.serialize import to_csv
from evidence.synthesis.describe import describe

PLOTLY = "plotly.js"
_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL)
_META = re.compile(r'<meta http-equiv="Content-Security-Policy" content="[^"]*">')
_HOME = '<nav><a href="index.html">All questions</a> · <a href="trials.html">All trials</a></nav>\n'
_FILES: Mapping[str, str] = {
    "trials.csv": "every result, in the columns of the data file",
    "trials.xlsx": "the same as a workbook, with what the columns mean",
    "trials.json": "results and references for a program",
    "references.ris": "references for a reference manager (RIS)",
    "references.bib": "references for BibTeX",
    "references.json": "references as CSL-JSON",
}
_STYLE = """
body { font: 16px/1.5 "Source Sans 3", "Source Sans Pro", "Liberation Sans", Arial, sans-serif; color: #1f2933;
  background: #fff; margin: 2rem auto; max-width: 60rem; padding: 0 1.5rem }
h1 { font-size: 1.7rem; line-height: 1.2 } h2 { font-size: 1.25rem; margin-top: 2.5rem } a { color: #00629b }
.quiet, footer { color: #616e7c } li { margin-bottom: .3rem; overflow-wrap: anywhere } section { margin-bottom: 1.5rem }
.list { columns: 4 11rem } code { overflow-wrap: anywhere }
"""


def site(view: View, progress: Progress = quiet) -> dict[str, bytes]:
    """The files of the site by their paths; the view's own selection counts for nothing, every preset has its page.

    Raises NothingToExport where there is no result at all.
    """
    whole = replace(view, selection=Selection("everything"))
    files = {PLOTLY: get_plotlyjs().encode(), **_data(whole)}
    told = {}
    for name in PRESETS:
        progress(f"making {name}.html")
        own = replace(view, selection=Selection(name))
        try:
            text = page(own).decode()
        except NothingToExport as error:
            told[name] = str(error)
            continue
        told[name] = "".join(f"<li>{html.escape(section.headline)}</li>\n" for section in sections(tell(own))[:3])
        files[f"{name}.html"] = _apart(text).encode("utf-8", "xmlcharrefreplace")
    files["trials.html"] = _trials(whole).encode("utf-8", "xmlcharrefreplace")
    files["index.html"] = _index(whole, told, files).encode("utf-8", "xmlcharrefreplace")
    return files


def _data(view: View) -> dict[str, bytes]:
    references = tuple(view.evidence.references.values())
    return {
        "trials.csv": to_csv(tables.result_frame(view.rows)),
        "trials.xlsx": rows_xlsx(view),
        "trials.json": rows_json(view),
        "references.ris": ris(references).encode("utf-8", "backslashreplace"),
        "references.bib": bibtex(references).encode("utf-8", "backslashreplace"),
        "references.json": csl_json(references).encode("utf-8", "backslashreplace"),
    }


def _policy(scripts: list[str]) -> str:
    """Only plotly.js beside the page, on a host or on disk, and the inline scripts whose hashes are named."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(("'self'", "file:", *(f"'sha256-{one}'" for one in hashes))) if scripts else "'none'"
    text = (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
        "connect-src 'none'; form-action 'none'; base-uri 'none'"
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{text}">'


def _apart(text: str) -> str:
    """A page of its own as a page of the site: plotly.js from beside it, a way back, and the narrower policy."""
    first = next(found for found in _SCRIPT.finditer(text) if len(found[1]) > 1_000_000)
    text = f'{text[: first.start()]}<script src="{PLOTLY}"></script>{text[first.end() :]}'
    inline = [found[1] for found in _SCRIPT.finditer(text) if found[1]]
    text = _META.sub(lambda _: _policy(inline), text, count=1)
    return text.replace("<body>\n", f"<body>\n{_HOME}", 1)


def _plain(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'{_policy([])}\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}"
        "<footer>Evidence for reading and teaching, not medical advice.</footer>\n</body>\n</html>\n"
    )


def _index(view: View, told: Mapping[str, str], files: Mapping[str, bytes]) -> str:
    def question(name: str) -> str:
        label = html.escape(PRESETS[name].label)
        if f"{name}.html" not in files:
            return f'<section>\n<h2>{label}</h2>\n<p class="quiet">{html.escape(told[name])}</p>\n</section>\n'
        count = html.escape(str(headcount(replace(view, selection=Selection(name)).rows)))
        heading = f'<h2><a href="{name}.html">{label}</a></h2>'
        return f'<section>\n{heading}\n<p class="quiet">{count}</p>\n<ul>\n{told[name]}</ul>\n</section>\n'

    downloads = "".join(f'<li><a href="{name}" download>{name}</a>: {words}</li>\n' for name, words in _FILES.items())
    body = (
        "<h1>Ketamine in depression: the evidence</h1>\n"
        f'<p>{html.escape(str(headcount(view.rows)))}, {len(view.rows)} results. <a href="trials.html">All trials</a>'
        f' with what each reports.</p>\n<p class="quiet">{html.escape(view.stamp)}</p>\n'
        f"{''.join(question(name) for name in PRESETS)}<h2>Data</h2>\n<ul>\n{downloads}</ul>\n"
        f"<h2>How to cite</h2>\n<p>{html.escape(view.citation)}</p>\n"
        f'<p class="quiet">SHA-256 of the data files: <code>{view.evidence.digest}</code></p>\n'
    )
    return _plain("Ketamine in depression: the evidence", body)


def _trials(view: View) -> str:
    trials = view.evidence.trials
    items = "".join(
        f'<li><a href="#{html.escape(trial, quote=True)}">{html.escape(rows[0].label)}</a></li>\n'
        for trial, rows in trials.items()
    )
    cards = "".join(_card(view, trial, rows) for trial, rows in trials.items())
    title = f"{counted(len(trials), 'trial')}, and what each reports"
    return _plain(title, f'{_HOME}<h1>{title}</h1>\n<ul class="list">\n{items}</ul>\n{cards}')


def _card(view: View, trial: str, rows: tuple[Result, ...]) -> str:
    first = rows[0]
    arms = "".join(f"<li>{html.escape(line)}</li>\n" for line in arms_of(rows))
    results = "".join(f"<li>{html.escape(describe(row))} ({html.escape(row.locator)})</li>\n" for row in rows)
    return (
        f'<section id="{html.escape(trial, quote=True)}">\n<h2>{html.escape(first.label)}</h2>\n'
        f'<p class="quiet">{" · ".join(_about(first))}</p>\n<ul>\n{arms}</ul>\n'
        f"<ul>\n{''.join(_references(view, rows))}</ul>\n"
        f"<details>\n<summary>{counted(len(rows), 'result')}</summary>\n<ul>\n{results}</ul>\n</details>\n</section>\n"
    )


def _about(result: Result) -> Iterator[str]:
    yield html.escape(f"{result.design}, {result.population}")
    if result.n_randomised:
        yield f"{result.n_randomised} randomised"
    for number in (result.registration or "").split(";"):
        if number := number.strip():
            url = registry_link(number)
            yield f'<a href="{html.escape(url, quote=True)}">{html.escape(number)}</a>' if url else html.escape(number)


def _references(view: View, rows: tuple[Result, ...]) -> Iterator[str]:
    for key in dict.fromkeys(row.citation for row in rows):
        reference = view.evidence.references.get(key)
        if reference is None:
            yield f"<li>{html.escape(key)}</li>\n"
            continue
        found = (f'<a href="{html.escape(link.url, quote=True)}">{link.label}</a>' for link in links(reference))
        yield f"<li>{html.escape(vancouver(reference))} {' · '.join(found)}</li>\n"
