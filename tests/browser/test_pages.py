import contextlib
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Route,
    TimeoutError,
    expect,
)

from evidence.dataset.evidence import DATA, FILES, Evidence
from evidence.dataset.records import Result
from tests.support.looks import DESK, NOTHING_BESIDE, PHONE, TABLET, Watch, heading, host, settled, visit
from tests.support.server import HOST, SLOW, Server, becomes, clicked, dashboard

pytestmark = pytest.mark.browser

ADDRESSES = {
    "": "Ketamine for depression: what the trials show",
    "onset": "How fast does it work?",
    "response": "For how many does it work?",
    "duration": "How long does it last?",
    "trials": "Which trials?",
    "safety": "What harms does it do?",
}
MURROUGH = "10.1176/appi.ajp.2013.13030392"
# Labels of the first chart that lie on one another, once it has all of them.
OVERLAPS = """() => {
    const chart = document.querySelector('[data-testid=stPlotlyChart]');
    const labels = [...chart.querySelectorAll('.ytick text, .text text, .annotation-text')]
        .filter(label => label.textContent.trim()).map(label => [label.textContent, label.getBoundingClientRect()]);
    if (labels.length <= 44) return ['only ' + labels.length];
    return labels.flatMap(([a, one], i) => labels.slice(i + 1)
        .filter(([, two]) => Math.min(one.right, two.right) - Math.max(one.left, two.left) > 1
            && Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > 3).map(([b]) => a + ' on ' + b));
}"""


# Whether marks of a chart have a source to show; people drawn one by one have none.
HAS_SOURCES = "chart => [...chart.querySelectorAll('.points path')].some(e => e.__data__.data)"
# The middle of a mark that is on screen and has something to say.
VISIBLE_MARK = """chart => [...chart.querySelectorAll('.points path')].filter(e => e.__data__.data).map(e => {
    const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2];
}).find(([, y]) => y > 0 && y < innerHeight)"""


def count_line(page: Page) -> Locator:
    return page.locator(".st-key-filters button p").first


def choose(page: Page, box: str, option: str) -> None:
    """Pick an option of a list; a click that lands while the page still moves is repeated."""
    wanted = page.get_by_role("option", name=option, exact=True)
    for _ in range(10):
        page.get_by_role("combobox", name=box).click()
        with contextlib.suppress(TimeoutError):
            wanted.click(timeout=3_000)
            return
        page.keyboard.press("Escape")
    raise AssertionError(f"the list {box} offers no {option}")


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def mark_in_row(page: Page, label: str) -> tuple[float, float]:
    """Where the mark stands that lies in the row of a label of the forest plot: the middle of it on screen."""
    found = page.get_by_test_id("stPlotlyChart").first.evaluate(
        """(chart, label) => {
            const middle = e => {
                const r = e.getBoundingClientRect();
                return [r.x + r.width / 2, r.y + r.height / 2];
            };
            const text = [...chart.querySelectorAll('.ytick text')].find(t => t.textContent.includes(label));
            const [, y] = middle(text);
            return [...chart.querySelectorAll('.points path')].map(middle).filter(([, at]) => Math.abs(at - y) < 6)[0];
        }""",
        label,
    )
    return found[0], found[1]


@pytest.fixture(scope="module")
def desk(browser: Browser) -> Iterator[BrowserContext]:
    """One light window for the tests that do not mind what was fetched before."""
    context = browser.new_context(viewport=DESK, color_scheme="light", accept_downloads=True)
    context.set_default_timeout(SLOW)
    yield context
    context.close()


@pytest.fixture(scope="module")
def tab(desk: BrowserContext) -> Page:
    """One tab for the whole file: a page that is loaded where another was loaded before takes a third of the time."""
    return desk.new_page()


@pytest.fixture
def page(tab: Page) -> Page:
    """The tab, as wide as a desk."""
    tab.set_viewport_size(DESK)
    return tab


@pytest.fixture(scope="module")
def many_trials(tmp_path_factory: pytest.TempPathFactory, evidence: Evidence) -> Path:
    """A data folder in which 44 trials report response at 24 hours."""
    folder = tmp_path_factory.mktemp("many")
    for name in FILES:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes((DATA / name).read_bytes())
    usual = next(r for r in evidence.trials["murrough-2013a"] if r.outcome == "response" and r.hours == 24)
    with (folder / "trials.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, Result.columns())
        writer.writeheader()
        for i in range(44):
            cells = {name: "" if value is None else value for name, value in usual.model_dump().items()}
            own = {"trial": f"author-{i}", "label": f"Longername{i} {1990 + i % 35}", "registration": "", "effect": ""}
            own |= {"effect_measure": "", "ci_low": "", "ci_high": "", "events_intervention": 10 + i % 20, "note": ""}
            writer.writerow(cells | own)
    return folder


def test_a_deep_link_as_the_first_request_of_a_process(browser: Browser) -> None:
    with dashboard() as fresh:
        context = browser.new_context(viewport=DESK, color_scheme="dark")
        watch = Watch(context)
        page = context.new_page()
        visit(page, f"{fresh.url}/response?preset=Everything&route=Intranasal", ADDRESSES["response"])
        expect(page.get_by_test_id("stTopNavLink")).to_have_count(page.get_by_test_id("stTopNavLink").count())
        expect(page.get_by_test_id("stTopNavLink").first).to_contain_text("The answer")
        expect(count_line(page)).to_contain_text("1 filter on")
        # The very first run already draws for the dark.
        ground = page.locator(".js-plotly-plot .main-svg").first
        expect(ground).not_to_have_css("background-color", "rgb(255, 255, 255)")
        assert watch.hosts == {HOST}
        assert not watch.complaints
        context.close()
        for words in ("external IP", "External URL", "Network URL", "Traceback", "Warning"):
            assert words not in fresh.log


def test_a_click_on_a_mark_opens_its_citation_and_leads_to_the_trial(page: Page, server: Server) -> None:
    visit(page, f"{server.url}/response?preset=Everything&route=Intravenous", ADDRESSES["response"])
    line = count_line(page).inner_text()
    card = page.locator(".st-key-card-response")
    clicked(page, lambda: mark_in_row(page, "Murrough 2013a"), card)
    expect(card).to_contain_text("Murrough 2013a")
    link = card.get_by_role("link", name="DOI").first
    expect(link).to_have_attribute("href", f"https://doi.org/{MURROUGH}")
    expect(link).to_have_attribute("target", "_blank")
    expect(card).to_contain_text("Review Table 3")
    card.get_by_role("link", name="Everything about Murrough 2013a").click()
    settled(page, ADDRESSES["trials"])
    expect(page.get_by_role("heading", level=2, name="Murrough 2013a")).to_be_visible()
    asked = {"preset": ["Everything"], "route": ["Intravenous"], "trial": ["murrough-2013a"]}
    assert parameters(page) == asked
    page.reload()
    settled(page, ADDRESSES["trials"])
    expect(page.get_by_role("heading", level=2, name="Murrough 2013a")).to_be_visible()
    expect(count_line(page)).to_have_text(line)


@pytest.mark.parametrize("address", ["onset", "duration", ""])
def test_a_mark_of_every_other_kind_of_chart_can_be_clicked(page: Page, server: Server, address: str) -> None:
    visit(page, f"{server.url}/{address}", ADDRESSES[address])
    charts = [chart for chart in page.get_by_test_id("stPlotlyChart").all() if chart.evaluate(HAS_SOURCES)]
    assert charts
    for chart in charts:
        chart.scroll_into_view_if_needed()
        card = page.locator("[class*=st-key-card-]")
        clicked(page, lambda chart=chart: tuple(chart.evaluate(VISIBLE_MARK)), card)
        page.get_by_role("button", name="Close").click()
        expect(card).to_have_count(0)


def test_a_label_on_the_axis_leads_to_the_paper(page: Page, server: Server) -> None:
    left: list[str] = []

    def elsewhere(url: str) -> bool:
        return host(url) != HOST

    def answered(route: Route) -> None:
        left.append(route.request.url)
        route.fulfill(body="")

    page.context.route(elsewhere, answered)
    visit(page, f"{server.url}/response", ADDRESSES["response"])
    with page.context.expect_page() as popup:
        page.locator(".ytick a", has_text="Murrough 2013a").click(force=True)
    popup.value.wait_for_url(f"https://doi.org/{MURROUGH}")
    popup.value.close()
    page.context.unroute(elsewhere)
    assert left == [f"https://doi.org/{MURROUGH}"]
    assert page.url == f"{server.url}/response"


def test_filters_travel_in_the_address_across_pages_and_reloads(page: Page, server: Server) -> None:
    visit(page, f"{server.url}/response", ADDRESSES["response"])
    narrow = count_line(page).inner_text()
    page.locator(".st-key-preset").get_by_text("Everything", exact=True).click()
    expect(count_line(page)).not_to_have_text(narrow)
    page.wait_for_url(re.compile("preset=Everything"))
    settled(page, ADDRESSES["response"])
    everything = count_line(page).inner_text()
    count_line(page).click()
    choose(page, "Route", "Intranasal")
    expect(count_line(page)).to_contain_text("1 filter on")
    expect(count_line(page)).not_to_have_text(everything)
    page.wait_for_url(re.compile("route=Intranasal"))
    expect(page.get_by_role("combobox", name="Route")).to_be_visible()  # the panel stays open for the next filter
    asked = {"preset": ["Everything"], "route": ["Intranasal"]}
    assert parameters(page) == asked
    line = count_line(page).inner_text()
    page.reload()
    settled(page, ADDRESSES["response"])
    expect(count_line(page)).to_have_text(line)
    for address, name in (("onset", "How fast"), ("", "The answer"), ("safety", "Harms"), ("response", "How many")):
        page.get_by_test_id("stTopNavLink").filter(has_text=name).click()
        settled(page, ADDRESSES[address])
        expect(count_line(page)).to_have_text(line)
        assert parameters(page) == asked
    for address in ("safety", "", "onset", "response"):
        page.go_back()
        settled(page, ADDRESSES[address])
        expect(count_line(page)).to_have_text(line)
        assert parameters(page) == asked


def test_back_leaves_a_page_in_one_press_after_an_option(page: Page, server: Server) -> None:
    visit(page, server.url, ADDRESSES[""])
    page.get_by_test_id("stTopNavLink").filter(has_text="How many").click()
    settled(page, ADDRESSES["response"])
    page.locator(".st-key-preset").get_by_text("Everything", exact=True).click()
    page.wait_for_url(re.compile("preset=Everything"))
    settled(page, ADDRESSES["response"])
    page.go_back()
    expect(heading(page, ADDRESSES[""])).to_be_visible(timeout=30_000)


def test_back_brings_a_page_with_the_options_it_had(page: Page, server: Server) -> None:
    """Both pages have an option of the same name, `measure`; `low` is one of the first alone."""
    visit(page, f"{server.url}/onset?measure=Any scale, in SDs&low=true", ADDRESSES["onset"])
    expect(page.get_by_text("standard deviations lower").first).to_be_visible()
    page.get_by_test_id("stTopNavLink").filter(has_text="How long").click()
    settled(page, ADDRESSES["duration"])
    assert parameters(page) == {}
    page.go_back()
    expect(page.get_by_text("standard deviations lower").first).to_be_visible()
    page.wait_for_url(re.compile("measure="))
    assert parameters(page) == {"measure": ["Any scale, in SDs"], "low": ["true"]}


def test_a_row_of_the_table_stays_true_when_the_table_changes(page: Page, server: Server) -> None:
    visit(page, f"{server.url}/trials?preset=Everything", ADDRESSES["trials"])
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + 18, box["y"] + 35 * 2.5)
    card = page.get_by_role("heading", level=2).first
    expect(card).to_be_visible()
    chosen = card.inner_text()
    page.wait_for_url(re.compile("trial="))
    page.get_by_placeholder("Name, acronym").fill("Murrough")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=Murrough"))
    settled(page, ADDRESSES["trials"])
    expect(card).to_have_text(chosen)


def test_the_drawn_rows_arrive_as_csv(page: Page, server: Server, evidence: Evidence) -> None:
    visit(page, f"{server.url}/response?preset=Everything", ADDRESSES["response"])
    page.get_by_role("radio", name="Download").first.click()
    with page.expect_download() as arriving:
        page.get_by_role("button", name="Rows (CSV)").first.click()
    download = arriving.value
    assert download.suggested_filename == f"ketamine-response-{evidence.short}.csv"
    text = Path(download.path()).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    labels = page.get_by_test_id("stPlotlyChart").first.locator(".ytick a").all_text_contents()
    assert "Murrough 2013a" in labels
    assert {row["label"] for row in rows if row["label"] == "Murrough 2013a"}
    assert {row["outcome"] for row in rows} == {"response"}
    shipped = {(r.trial, r.citation, r.hours) for r in evidence.results}
    assert {(row["trial"], row["citation"], float(row["hours"])) for row in rows} <= shipped


def test_44_trials_stand_in_one_plot_without_overlap(page: Page, many_trials: Path) -> None:
    with dashboard(many_trials) as server:
        visit(page, f"{server.url}/response", ADDRESSES["response"])
        expect(count_line(page)).to_contain_text("44 of 44 trials")
        links = page.get_by_test_id("stPlotlyChart").first.locator(".ytick a")
        expect(links).to_have_count(44)
        becomes(page, OVERLAPS, [])
        page.set_viewport_size(TABLET)
        page.wait_for_function(
            "() => document.querySelector('.js-plotly-plot .main-svg').getBoundingClientRect().right <= innerWidth"
        )
        becomes(page, OVERLAPS, [])
        becomes(page, NOTHING_BESIDE)


def test_the_layout_follows_the_width_of_the_window(page: Page, server: Server) -> None:
    visit(page, f"{server.url}/response", ADDRESSES["response"])
    height = "() => document.querySelector('[data-testid=stPlotlyChart]').getBoundingClientRect().height"
    wide = page.evaluate(height)
    page.set_viewport_size(PHONE)
    page.wait_for_function(f"() => ({height})() > {wide} * 1.2", timeout=SLOW)
    page.set_viewport_size(DESK)
    page.wait_for_function(f"() => Math.abs(({height})() - {wide}) < 2", timeout=SLOW)


def test_the_camera_takes_the_chart_with_its_finding_and_source(page: Page, server: Server) -> None:
    visit(page, f"{server.url}/response", "For how many does it work?")
    taken = page.get_by_test_id("stPlotlyChart").first.evaluate(
        """async box => {
            const chart = box.querySelector('.js-plotly-plot');
            const at = () => [(chart.layout.title || {}).text || '', (chart.layout.annotations || []).length];
            const before = at();
            chart.querySelector('.modebar-btn').dispatchEvent(new MouseEvent('click', {bubbles: true}));
            const during = at();
            await new Promise(done => setTimeout(done, 50));
            return [before, during, at()];
        }"""
    )
    (title, notes), (framed, more), after = taken
    assert title == ""
    assert "people)" in framed.replace("<br>", " ")  # the finding ends with how many stand behind it
    assert more == notes + 1
    assert after == [title, notes]
