"""What a reader waits for in Chromium, beside the smallest Streamlit pages that show as much, in turn in one run.

First load: a new window with an empty cache until the picture is drawn and the server has nothing more to say, beside
a page with one Plotly chart. Filter to chart: from the click on another question until the changed chart is drawn,
beside a page that draws the same figures from ready JSON. Phone: the sentence and the picture with a processor four
times slower, beside title and chart of the page with one Plotly chart. Seen is what the browser has painted in the
window, be it from the document itself or from the app.
"""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import plotly.graph_objects as go
from playwright.sync_api import Browser, Page
from streamlit.testing.v1 import AppTest

from bench.measuring import RUNS, Line, median, spread
from evidence.dataset.evidence import DATA, load
from evidence.questions.response import Choices, answer_for
from evidence.report.figures.people import icon_array
from evidence.report.figures.style import LIGHT
from evidence.selection.selection import PRESETS, Selection, apply
from evidence.synthesis import sentences
from tests.support.paths import APP
from tests.support.server import Server, browsing, dashboard

BARE = str(Path(__file__).with_name("bare.py"))
READY_FOLDER = "BENCH_READY"  # what bench/ready.py reads
READY = str(Path(__file__).with_name("ready.py"))
PHONE = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile "
    "Safari/537.36"
)
QUESTIONS = ("midazolam", "placebo")

_DRAWN = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    const chart = document.querySelector('[data-testid="stPlotlyChart"] .main-svg');
    return app?.dataset.testScriptState === 'notRunning' && !!chart
        && !document.querySelector('[data-testid="stSkeleton"]')
        && document.querySelector('[data-testid="stMain"]').innerText.includes('Data version');
}"""
_SEEN = """() => {
    const seen = parts => [...document.querySelectorAll(parts)].some(part =>
        part.checkVisibility() && part.getBoundingClientRect().top < innerHeight);
    return seen('[data-testid="stPlotlyChart"] .main-svg, .picture .bar') && seen('h2, h1')
        && performance.getEntriesByName('first-contentful-paint').length > 0;
}"""
# Waits in the page itself, frame by frame, so that no poll of the driver is measured.
_CLICKED = """([name, before, paths, drawn]) => new Promise(done => {
    const words = new Function('return ' + paths)(), ready = new Function('return ' + drawn)();
    const pill = [...document.querySelectorAll('[data-testid="stButtonGroup"] button')]
        .find(button => button.textContent.trim() === name);
    const start = performance.now();
    pill.click();
    const look = () => words() !== before && ready() ? done((performance.now() - start) / 1000)
        : requestAnimationFrame(look);
    look();
})"""
_PATHS = """() => [...document.querySelectorAll('[data-testid="stPlotlyChart"] .points path')]
    .map(path => path.getAttribute('transform') + path.getAttribute('d')).join(';')"""


def _first_load(browser: Browser, url: str, slower: int = 1, drawn: str = _DRAWN) -> float:
    phone = slower > 1
    context = browser.new_context(
        viewport={"width": 390, "height": 844} if phone else {"width": 1400, "height": 900},
        is_mobile=phone,
        user_agent=PHONE if phone else None,
    )
    page = context.new_page()
    if phone:
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    start = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_function(drawn, timeout=120_000)
    seconds = time.perf_counter() - start
    context.close()
    return seconds


def _chosen(page: Page, name: str) -> float:
    """Measure the seconds from the click on a question until the changed chart is drawn."""
    before = page.evaluate(_PATHS)
    return float(page.evaluate(_CLICKED, [name, before, _PATHS, _DRAWN]))


def _people(question: str) -> go.Figure:
    """Draw the hundred people of a question as the exports do."""
    evidence = load(DATA)
    answer = answer_for(apply(evidence.results, Selection(question).criteria()), Choices())
    absolute = sentences.absolute(answer)
    assert absolute is not None
    sides = sentences.sides_of(entry.first for entry in answer.used)
    return icon_array(absolute, sides, sentences.verb_of(answer.question.outcomes[0]), LIGHT)


@contextmanager
def _ready() -> Iterator[Server]:
    """Serve the figures that Response draws for the two questions, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        for question in QUESTIONS:
            at = AppTest.from_file(str(APP), default_timeout=60)
            at.query_params["preset"] = question
            at.switch_page("../../pages/response.py").run()
            specs = [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]
            specs.append(json.loads(_people(question).to_json()))  # which the page draws as HTML
            (Path(folder) / f"{question}.json").write_text(json.dumps(specs), "utf-8")
        before = os.environ.get(READY_FOLDER)
        os.environ[READY_FOLDER] = folder
        try:
            with dashboard(script=READY) as server:
                yield server
        finally:
            os.environ.pop(READY_FOLDER)
            if before is not None:
                os.environ[READY_FOLDER] = before


def lines(runs: int = RUNS) -> list[Line]:
    """Time the first load of the first screen and a change of question on Response, each beside its rival."""
    with dashboard() as ours, dashboard(script=BARE) as bare, _ready() as rival, browsing() as browser:
        for url in (ours.url, bare.url):
            _first_load(browser, url)
        loads = [(_first_load(browser, ours.url), _first_load(browser, bare.url)) for _ in range(runs)]
        phones = [
            tuple(_first_load(browser, url, slower=4, drawn=_SEEN) for url in (ours.url, bare.url)) for _ in range(runs)
        ]
        pages = [browser.new_page(viewport={"width": 1400, "height": 900}) for _ in range(2)]
        for page, url in zip(pages, (f"{ours.url}/response", rival.url), strict=True):
            page.goto(url)
            page.wait_for_function(_DRAWN, timeout=120_000)
        clicks = []
        for number in range(runs + 4):
            question = QUESTIONS[(number + 1) % 2]
            seconds = _chosen(pages[0], PRESETS[question].label), _chosen(pages[1], question)
            if number > 3:
                clicks.append(seconds)
    on_phone, bare_phone = ([pair[side] for pair in phones] for side in (0, 1))
    return [
        _line("first load of the first screen, cold browser", loads, 1.2, runs),
        Line(
            "sentence and picture on a phone, processor four times slower",
            f"{spread(on_phone, 1000, 0, ' ms')}; a bare page with a chart {spread(bare_phone, 1000, 0, ' ms')}",
            "3 s",
            median(on_phone) <= 3,
            runs,
        ),
        _line("question to chart on Response", clicks, 1.5, runs, 0.2),
    ]


def _line(what: str, pairs: list[tuple[float, float]], goal: float, runs: int, most: float | None = None) -> Line:
    ratio = median(ours / bare for ours, bare in pairs)
    ours, bare = ([pair[side] for pair in pairs] for side in (0, 1))
    words = f"{ratio:.2f} times: {spread(ours, 1000, 0, ' ms')} against {spread(bare, 1000, 0, ' ms')}"
    wanted = f"at most {goal} times" + (f", {1000 * most:.0f} ms" if most is not None else "")
    return Line(what, words, wanted, ratio <= goal and (most is None or median(ours) <= most), runs)
