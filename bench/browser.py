"""What a reader waits for in Chromium, beside a bare Streamlit page with one Plotly chart, in turn in the same run.

First load: a new window with an empty cache until the chart is drawn and the server has nothing more to say. Filter to
chart: from the choice of another value until the changed chart is drawn.
"""

import contextlib
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, TimeoutError

from bench.measuring import RUNS, Line, median, spread
from tests.support.server import browsing, dashboard

BARE = str(Path(__file__).with_name("bare.py"))

_TRIES = 5
_DRAWN = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    const chart = document.querySelector('[data-testid="stPlotlyChart"] .main-svg');
    return app?.dataset.testScriptState === 'notRunning' && !!chart
        && !document.querySelector('[data-testid="stSkeleton"]')
        && document.querySelector('[data-testid="stMain"]').innerText.includes('Data version');
}"""
_PATHS = """() => [...document.querySelectorAll('[data-testid="stPlotlyChart"] .points path')]
    .map(path => path.getAttribute('transform') + path.getAttribute('d')).join(';')"""
_CHANGED = f"before => (({_PATHS})() !== before) && ({_DRAWN})()"


def _first_load(browser: Browser, url: str) -> float:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    start = time.perf_counter()
    page.goto(url)
    page.wait_for_function(_DRAWN, timeout=120_000)
    seconds = time.perf_counter() - start
    context.close()
    return seconds


def _chosen(page: Page, label: str, option: str) -> float:
    """Measure the seconds from the click on an option until the changed chart is drawn."""
    before = page.evaluate(_PATHS)
    wanted = page.get_by_role("option", name=option)
    for _ in range(_TRIES):  # a page that is drawn again closes an open list
        page.get_by_role("combobox", name=label).click()
        with contextlib.suppress(TimeoutError):
            wanted.wait_for(timeout=2_000)
            break
    start = time.perf_counter()
    wanted.click()
    page.wait_for_function(_CHANGED, arg=before, timeout=120_000)
    return time.perf_counter() - start


def lines(runs: int = RUNS) -> list[Line]:
    """Time the first load of Overview and a filter change on Response, each as a ratio to the bare page."""
    with dashboard() as ours, dashboard(script=BARE) as bare, browsing() as browser:
        for url in (ours.url, bare.url):
            _first_load(browser, url)
        loads = [(_first_load(browser, ours.url), _first_load(browser, bare.url)) for _ in range(runs)]
        pages = [browser.new_page(viewport={"width": 1400, "height": 900}) for _ in range(2)]
        for page, url in zip(pages, (f"{ours.url}/response", bare.url), strict=True):
            page.goto(url)
            page.wait_for_function(_DRAWN, timeout=120_000)
        clicks = []
        for number in range(runs + 2):
            option = ("IV ketamine vs any placebo", "Ketamine 0.5 mg/kg IV vs midazolam")[number % 2]
            seconds = _chosen(pages[0], "Evidence", option), _chosen(pages[1], "Height", ("two", "one")[number % 2])
            if number > 1:
                clicks.append(seconds)
    return [
        _line("first load of Overview, cold browser", loads, 1.3, runs),
        _line("filter to chart on Response", clicks, 1.5, runs),
    ]


def _line(what: str, pairs: list[tuple[float, float]], goal: float, runs: int) -> Line:
    ratio = median(ours / bare for ours, bare in pairs)
    ours, bare = ([pair[side] for pair in pairs] for side in (0, 1))
    words = f"{ratio:.2f} times: {spread(ours, 1000, 0, ' ms')} against {spread(bare, 1000, 0, ' ms')}"
    return Line(what, words, f"at most {goal} times", ratio <= goal, runs)
