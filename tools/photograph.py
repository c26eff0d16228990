"""Photographs every page into docs/: light and 1400 pixels wide, the overview in the dark as well.

Run as a script with names of pages to photograph only those; without any, every page.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, Page, expect

from tests.support.server import IDLE, browsing, dashboard
from tools.browsers import chromium

_DOCS = Path(__file__).resolve().parent
_SIZE = {"width": 1400, "height": 1000}
_SLOW = 60_000
_FIRST = "overview"


def _open(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_test_id("stMain").get_by_role("heading", level=1)).to_be_visible(timeout=_SLOW)
    page.wait_for_function(IDLE, timeout=_SLOW)
    page.mouse.move(0, _SIZE["height"] - 1)


def _addresses(url: str) -> dict[str, str]:
    """Name and address of every page; the first one stands at the root."""
    names = sorted(path.stem for path in (_DOCS.parent / "pages").glob("*.py"))
    return {name: f"{url}/" if name == _FIRST else f"{url}/{name}" for name in names}


def _guess(page: Page) -> None:
    """Bring a seminar to the step where the room has guessed and sees what the trials found."""
    page.get_by_role("button", name="Start").click()
    for step in (1, 2):
        expect(page.get_by_text(f"Step {step} of")).to_be_visible(timeout=_SLOW)
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Step 3 of")).to_be_visible(timeout=_SLOW)
    for value in (30, 40, 50, 60, 80):
        page.get_by_role("button", name=str(value), exact=True).click()
        expect(page.get_by_role("button", name=f"{value} ×").first).to_be_visible(timeout=_SLOW)
    page.get_by_role("button", name="Reveal").click()
    expect(page.get_by_text("the trials found")).to_be_visible(timeout=_SLOW)
    page.wait_for_function(IDLE, timeout=_SLOW)


def photograph(browser: Browser, address: str, path: Path, scheme: str) -> None:
    """One screen of one page as PNG."""
    page = browser.new_page(viewport=_SIZE, color_scheme="dark" if scheme == "dark" else "light")
    _open(page, address)
    if path.stem == "seminar":
        _guess(page)
    page.screenshot(path=path, animations="disabled")
    page.close()


def main(wanted: Sequence[str]) -> int:
    """Photograph the pages named, or all; 1 where there is no Chromium or no such page."""
    if chromium() is None:
        sys.stderr.write("No Chromium found: run python tools/browsers.py first.\n")
        return 1
    with dashboard() as server, browsing() as browser:
        addresses = _addresses(server.url)
        unknown = [name for name in wanted if name not in addresses]
        if unknown:
            sys.stderr.write(f"No page called {', '.join(unknown)}; there are {', '.join(addresses)}.\n")
            return 1
        for name in wanted or addresses:
            photograph(browser, addresses[name], _DOCS / f"{name}.png", "light")
            if name == _FIRST:
                photograph(browser, addresses[name], _DOCS / f"{name}-dark.png", "dark")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
