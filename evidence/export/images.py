"""A chart as SVG or PNG without a page: drawn by plotly.js in a browser that is on this computer, without a network."""

import logging
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import plotly
import plotly.graph_objects as go

from evidence.config import Settings
from evidence.report.figures.framing import SIZES, Size, framed
from evidence.report.figures.style import LIGHT
from evidence.report.sections import section
from evidence.report.view import ExportFailed, NothingToExport, View, tell

_LOG = logging.getLogger(__name__)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_SECONDS = 60.0


def find_browser(environment: Mapping[str, str] | None = None) -> Path:
    """Find Chromium or Chrome: BROWSER_PATH, else on the PATH; raises ExportFailed if there is none."""
    given = os.environ if environment is None else environment
    named = Settings.from_env(given).browser
    if named:
        if not Path(named).is_file():
            raise ExportFailed(f"BROWSER_PATH names {named}, where there is no browser. Correct it, or remove it.")
        return Path(named)
    paths = (shutil.which(name, path=given.get("PATH", "")) for name in _NAMES)
    places = [path for path in paths if path] + [path for path in _PLACES if Path(path).is_file()]
    if not places:
        raise ExportFailed(
            "Pictures need Chromium or Chrome, and none was found. Install one, or name it in BROWSER_PATH; "
            "or open the page and use the camera button in the chart’s corner."
        )
    return Path(places[0])


def settings(browser: Path) -> dict[str, Any]:
    """Configure how the browser starts: plotly.js from Plotly's own package, nothing from anywhere else."""
    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return {"path": str(browser), "plotlyjs": str(script), "mathjax": False, "timeout": _SECONDS}


def chart(name: str, view: View, size: Size) -> go.Figure:
    """Return a chart of a view in the size of a picture; raise NothingToExport where there is nothing to draw in it."""
    composed = section(tell(view), name)
    if composed is None or composed.drawing is None:
        headline = composed.headline if composed else "No numbers of people can be worked out."
        raise NothingToExport(f"This view has nothing to draw as “{name}”. {headline}")
    return framed(composed.drawing.figure(), composed.headline, view.source, size, LIGHT)


def picture(name: str, view: View, size: str, kind: str) -> bytes:
    """Draw a chart of a view as SVG or PNG; raises ExportFailed, or NothingToExport if there is nothing to draw."""
    browser = find_browser()
    return render(chart(name, view, SIZES[size]), kind, SIZES[size].scale if kind == "png" else 1, browser)


def render(figure: go.Figure, kind: str, scale: int, browser: Path) -> bytes:
    """Render a figure at its own size."""
    import kaleido  # brings the driver of the browser, which nothing else needs

    options = {"format": kind, "width": figure.layout.width, "height": figure.layout.height, "scale": scale}
    try:
        return bytes(kaleido.calc_fig_sync(figure, opts=options, kopts=settings(browser)))
    except Exception as error:  # the browser and its driver fail in many ways, of which none is ours
        _LOG.exception("%s could not draw a picture", browser)
        raise ExportFailed(f"{browser} could not draw the picture: {str(error) or type(error).__name__}") from error
