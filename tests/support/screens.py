"""Pages without a browser: opening one with an address, and what is on it."""

import re
from typing import Any

from streamlit.testing.v1 import AppTest

from evidence.dataset.evidence import Evidence
from evidence.selection.filters import FILTERS
from evidence.selection.selection import PRESETS
from tests.support.paths import APP, ROOT

FRAME = {"preset", *FILTERS, "dose", "plain", "window-narrow", "window-dark"}  # what the frame asks on every page
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
# The others are about all the data, or about one trial.
FILTERED = [page for page in PAGES if "empty_notice" in (ROOT / "pages" / f"{page}.py").read_text("utf-8")]
LABELS = {name: preset.label for name, preset in PRESETS.items()}
WORDY = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error", "metric", "table")
FORBIDDEN = re.compile(r"\b(?:nan|NaN|NaT|None(?! of)|inf|undefined|Infinity)\b|\{\w*\}|\bsignifican(?:t|ce|tly)\b")
# Numbers of a chart travel as base64.
NOT_WORDS = re.compile(r'"bdata":"[^"]*"')


def opened(page: str, **parameters: str | list[str]) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=30)
    at.session_state["filters"] = True  # the panel of the filters is open, so that its widgets are there
    for name, value in parameters.items():
        at.query_params[name] = value
    at.switch_page(f"../../pages/{page}.py")
    return at.run()


def sound_page(page: str, **parameters: str | list[str]) -> AppTest:
    at = opened(page, **parameters)
    assert not at.exception, at.exception[0].message
    return at


def count_line(at: AppTest) -> str:
    return next(str(panel.proto.popover.label) for panel in at.get("popover"))


def trials_on_screen(at: AppTest) -> int:
    found = re.search(r"(\d+) of \d+ trials", count_line(at))
    assert found
    return int(found[1])


def words_of(at: AppTest) -> list[str]:
    words = []
    for kind in WORDY:
        for element in at.get(kind):
            words += [str(getattr(element, name, "")) for name in ("label", "value", "help")]
    for chart in at.get("plotly_chart"):
        words += [chart.proto.alt, NOT_WORDS.sub("", chart.proto.spec)]
    return words


def assert_sound(at: AppTest) -> None:
    assert not at.exception, at.exception[0].message
    assert at.title
    assert at.caption[-1].value.startswith("Data version ")


def written_by_others(evidence: Evidence) -> list[str]:
    notes = [result.note for result in evidence.results if result.note]
    return notes + [reference.title for reference in evidence.references.values() if reference.title]


def clicked(*lines: int) -> dict[str, Any]:
    point = {"customdata": [" ".join(map(str, lines))], "curve_number": 0, "point_index": 0, "point_number": 0}
    return {"selection": {"points": [point], "point_indices": [0], "box": [], "lasso": []}}


def line_of(evidence: Evidence, trial: str, **cells: object) -> int:
    return next(
        r.line for r in evidence.trials[trial] if all(getattr(r, name) == value for name, value in cells.items())
    )
