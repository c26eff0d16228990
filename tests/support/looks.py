"""What a browser shows of any page: whether it can be read, what lies on what, what it asked for and complained of."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, ViewportSize, expect

from tests.support.server import IDLE, SLOW

DESK: ViewportSize = {"width": 1400, "height": 900}
TABLET: ViewportSize = {"width": 820, "height": 1180}
PHONE: ViewportSize = {"width": 390, "height": 844}
# Whether every heading, label and link in the text has a contrast of 4.5 to the ground.
READABLE = """() => {
    const parts = colour => colour.match(/[0-9.]+/g).map(Number);
    const light = colour => parts(colour).slice(0, 3).map(v => v / 255)
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = light(getComputedStyle(document.querySelector('[data-testid="stApp"]')).backgroundColor);
    const words = document.querySelectorAll('h1, h2, h3, .ytick text, .xtick text, .ytick a, [data-testid=stMain] p a');
    return Math.min(...[...words].filter(word => word.checkVisibility()).map(word => {
        const style = getComputedStyle(word);
        const ink = light(word instanceof SVGElement ? style.fill : style.color);
        return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    })) >= 4.5;
}"""
# Text of pages and charts that is smaller than 14 pixels (13 in a chart), or of less contrast than 4.5 to the ground;
# a sign of one letter on a mark has the mark behind it and is left out.
FAINT = """() => {
    const parts = colour => (colour.match(/[0-9.]+/g) || [0, 0, 0]).map(Number);
    const light = colour => parts(colour).slice(0, 3).map(v => v / 255)
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = light(getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor);
    const main = ['p', 'li', 'h1', 'h2', 'h3'].map(name => `[data-testid=stMain] ${name}`);
    const chart = ['.xtick text', '.ytick text', '.annotation-text', '.xtitle', '.ytitle'];
    return [...document.querySelectorAll([...main, ...chart].join(', '))].flatMap(word => {
        const text = word.textContent.trim();
        if (!word.checkVisibility() || text.length < 2 || word.closest('button, [role=tab]')) return [];
        const style = getComputedStyle(word), isDrawn = word instanceof SVGElement;
        const ink = light(isDrawn ? style.fill : style.color), size = parseFloat(style.fontSize);
        const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
        return [...(size < (isDrawn ? 13 : 14) ? [`${size} px: ${text}`] : []),
            ...(ratio < 4.5 && size < 24 ? [`${ratio.toFixed(2)}: ${text}`] : [])];
    });
}"""
# Labels that a mark of their chart lies on.
MARKS_ON_LABELS = """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap(chart => {
    const box = element => element.getBoundingClientRect();
    const labels = [...chart.querySelectorAll('.ytick text')].filter(label => label.textContent.trim());
    return [...chart.querySelectorAll('.points path')].flatMap(mark => labels.filter(label =>
        box(label).left < box(mark).right - 1 && box(label).right > box(mark).left + 1
        && box(label).top < box(mark).bottom - 3 && box(label).bottom > box(mark).top + 3
    ).map(label => label.textContent));
})"""


NOTHING_BESIDE = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"


class Watch:
    """What a browser context asked for and complained about."""

    def __init__(self, context: BrowserContext) -> None:
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("page", lambda page: page.on("websocket", lambda socket: self.hosts.add(host(socket.url))))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            self.hosts.add(host(request.url))

    def _said(self, message: ConsoleMessage) -> None:
        # Streamlit looks for its own server below the page's address first and gets a 404.
        if message.type == "error" and "/_stcore/" not in message.location["url"]:
            self.complaints.append(message.text)


def host(url: str) -> str:
    return urlsplit(url).hostname or ""


def visit(page: Page, url: str, title: str) -> None:
    """Load a page anew, in a session of its own."""
    page.goto(url)
    settled(page, title)


def go_to(page: Page, title: str) -> None:
    """Choose a page in the menu by its title; the drawer that holds it is opened first."""
    links = page.get_by_test_id("stTopNavLink").or_(page.get_by_test_id("stTopNavDropdownLink"))
    wanted = links.filter(has_text=re.compile(f"^{re.escape(title)}$"))
    drawers = page.get_by_test_id("stTopNavSection")
    expect(drawers.first).to_be_visible(timeout=SLOW)
    for drawer in drawers.all():
        if wanted.count():
            break
        drawer.click()
        expect(page.get_by_test_id("stTopNavPopover")).to_be_visible()
    wanted.click()


def heading(page: Page, title: str) -> Locator:
    """The title as the page draws it, not that of the document it came with."""
    return page.get_by_test_id("stMain").get_by_role("heading", level=1, name=title, exact=True)


def settled(page: Page, title: str) -> None:
    """Wait until the page with this title is drawn and the server has nothing more to say."""
    expect(heading(page, title)).to_be_visible(timeout=SLOW)
    page.wait_for_function(IDLE, timeout=SLOW)
