"""What a reader waits for in Chromium, beside the smallest Streamlit pages that show as much, in turn in one run.

First load: a new window with an empty cache until the picture is drawn and the server has nothing more to say, beside
a page with one Plotly chart. Filter to chart: from the click on another question until the changed chart is drawn,
beside a page that draws the same figures from ready JSON. One question has more trials than the other: a round is the
way there and back, and rounds are compared. Processor time, which other work on the machine lengthens less, includes
what a click leaves to be done after the chart. Phone: the sentence and the picture with a processor four times slower,
beside title and chart of the page with one Plotly chart. Seen is what the browser has painted in the window, be it
from the document itself or from the app.
"""

import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import plotly.graph_objects as go
from playwright.sync_api import Browser
from streamlit.testing.v1 import AppTest

from bench.measuring import RUNS, Line, median, processor_time, spread
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
ROUNDS = 15  # at least; a click takes less than a second, and few of them say little

_DRAWN = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    const chart = document.querySelector('[data-testid="stPlotlyChart"] .main-svg');
    return app?.dataset.testScriptState === 'notRunning' && !!chart
        && !document.querySelector('[data-testid="stSkeleton"]')
        && document.querySelector('[data-testid="stMain"]').textContent.includes('Data version');
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
# What a click leaves to be done is neither measured with the next click nor allowed to slow down the rival's.
_SETTLED = "() => new Promise(done => setTimeout(() => requestIdleCallback(done), 200))"
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


class Click(NamedTuple):
    """The seconds of a click until the chart, and the processor time of the page's main thread until it is at rest."""

    wall: float
    processor: float


class Clicked:
    """A page open in a window of its own, whose questions are clicked, and the server it comes from."""

    def __init__(self, browser: Browser, server: Server, path: str = "") -> None:
        self._page = browser.new_page(viewport={"width": 1400, "height": 900})
        self._page.goto(f"{server.url}{path}")
        self._page.wait_for_function(_DRAWN, timeout=120_000)
        self._session = self._page.context.new_cdp_session(self._page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._server = server

    def click(self, name: str) -> Click:
        """Measure the way from the click on a question to the changed chart."""
        before, used = self._page.evaluate(_PATHS), self._used()
        seconds = float(self._page.evaluate(_CLICKED, [name, before, _PATHS, _DRAWN]))
        self._page.evaluate(_SETTLED)
        return Click(seconds, self._used() - used)

    def _used(self) -> float:
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")

    @property
    def server_time(self) -> float:
        """The processor time that the server has used so far."""
        return processor_time(self._server.pid)


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
        pages = Clicked(browser, ours, "/response"), Clicked(browser, rival)
        _rounds(pages, 2)  # which nobody counts: the browser compiles what it runs often
        servers = [page.server_time for page in pages]
        rounds = _rounds(pages, max(runs, ROUNDS))
        servers = [page.server_time - before for page, before in zip(pages, servers, strict=True)]
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
        _question_to_chart(rounds, servers),
    ]


Round = dict[str, tuple[Click, Click]]


def _rounds(pages: Sequence[Clicked], count: int) -> list[Round]:
    """Click to the other question and back, on both pages in turn; each goes first every other time."""
    rounds = []
    for number in range(count):
        clicks: Round = {}
        for question in reversed(QUESTIONS):
            names = PRESETS[question].label, question
            both = {side: pages[side].click(names[side]) for side in ((0, 1) if number % 2 else (1, 0))}
            clicks[question] = both[0], both[1]
        rounds.append(clicks)
    return rounds


def _question_to_chart(rounds: Sequence[Round], servers: Sequence[float]) -> Line:
    """Compare rounds: the ratio of their times, then each way alone, then what the processor did for a click."""
    ratios = [sum(ours.wall for ours, _ in one.values()) / sum(its.wall for _, its in one.values()) for one in rounds]
    ours, its = ([pair[side] for one in rounds for pair in one.values()] for side in (0, 1))

    def way(question: str) -> str:
        both = (1000 * median(one[question][side].wall for one in rounds) for side in (0, 1))
        return " against ".join(f"{milliseconds:.0f}" for milliseconds in both)

    used = [median(click.processor for click in side) for side in (ours, its)]
    served = [seconds / len(ours) for seconds in servers]
    words = (
        f"{spread(ratios, digits=2)} times: {spread((click.wall for click in ours), 1000, 0, ' ms')} against "
        f"{spread((click.wall for click in its), 1000, 0, ' ms')}; to the question with more trials "
        f"{way(QUESTIONS[1])} ms, to that with fewer {way(QUESTIONS[0])} ms; processor time "
        f"{' against '.join(f'{1000 * seconds:.0f}' for seconds in used)} ms in the browser, "
        f"{' against '.join(f'{1000 * seconds:.0f}' for seconds in served)} ms in the server"
    )
    is_met = median(ratios) <= 1.5 and median(click.wall for click in ours) <= 0.2
    return Line("question to chart on Response", words, "at most 1.5 times, 200 ms", is_met, len(rounds))


def _line(what: str, pairs: list[tuple[float, float]], goal: float, runs: int) -> Line:
    ratio = median(ours / bare for ours, bare in pairs)
    ours, bare = ([pair[side] for pair in pairs] for side in (0, 1))
    words = f"{ratio:.2f} times: {spread(ours, 1000, 0, ' ms')} against {spread(bare, 1000, 0, ' ms')}"
    return Line(what, words, f"at most {goal} times", ratio <= goal, runs)
