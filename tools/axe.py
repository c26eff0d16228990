"""Every page under axe-core in both themes: `python -m tools.axe`, or `make axe`, writes docs/accessibility.md."""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import files
from typing import NamedTuple

from playwright.sync_api import Browser, Page

from tests.support.server import IDLE, ROOT, browsing, dashboard, visited

REPORT = ROOT / "docs" / "accessibility.md"
THEMES = ("light", "dark")
DESK = {"width": 1400, "height": 900}
PAGES = ("", *sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem != "overview"))
BLOCKING = ("serious", "critical")
STREAMLIT = {
    ("presentation-role-conflict", "section[data-testid='stFileUploaderDropzone']"): (
        "The drop zone of Streamlit's file uploader carries a label on a presentational section; the button in it is "
        "named and reached by keyboard."
    ),
}
"""Findings of Streamlit's own parts, by rule and the selector of the element, with the reason they stay."""
CONTRAST = ("color-contrast",)
_RUN = """async rules => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
    const only = rules || {type: 'tag', values: tags};
    const found = await axe.run(document, {resultTypes: ['violations'], runOnly: only});
    return {engine: found.testEngine.version, passes: found.passes.length, violations: found.violations.flatMap(rule =>
        rule.nodes.map(node => ({rule: rule.id, impact: rule.impact, html: node.html.slice(0, 160),
                                 why: node.failureSummary, target: node.target.join(' ')})))};
}"""
_CHOICES = "[class*='-twin'] button, .st-key-view button"  # under a chart, and the pictures of a result
_MATCHES = "([target, wanted]) => [...document.querySelectorAll(target)].every(part => part.matches(wanted))"
_OPEN = """() => [...document.querySelectorAll('[data-testid=stMain] details:not([open]) summary')]
    .filter(part => part.checkVisibility()).map(part => part.click()).length"""


class Violation(NamedTuple):
    """One element that breaks one rule."""

    rule: str
    impact: str
    html: str
    why: str
    is_streamlit: bool


class Outcome(NamedTuple):
    """What axe found on one page in one state and theme."""

    page: str
    theme: str
    state: str
    engine: str
    passes: int
    violations: tuple[Violation, ...]

    @property
    def ours(self) -> tuple[Violation, ...]:
        """Those that Streamlit does not answer for."""
        return tuple(v for v in self.violations if not v.is_streamlit)


def script() -> str:
    """The axe-core that the package brings."""
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def judged(page: Page, name: str, theme: str, state: str, rules: tuple[str, ...] = ()) -> Outcome:
    """Run axe on what the page shows now, with the rules named or every rule of WCAG 2.2 AA."""
    result = page.evaluate(_RUN, list(rules) or None)
    violations = tuple(
        Violation(v["rule"], v["impact"], v["html"], v["why"], _is_streamlit(page, v["rule"], v["target"]))
        for v in result["violations"]
    )
    return Outcome(name or "overview", theme, state, result["engine"], result["passes"], violations)


def _is_streamlit(page: Page, rule: str, target: str) -> bool:
    return any(rule == known and page.evaluate(_MATCHES, [target, part]) for known, part in STREAMLIT)


def visit(page: Page, url: str, name: str) -> None:
    """Open a page and wait until it is drawn."""
    visited(page, f"{url}/{name}")


def _states(page: Page, name: str, theme: str) -> Iterator[Outcome]:
    """As loaded; then with every panel open, each tab, and each choice under a chart in turn."""
    yield judged(page, name, theme, "as loaded")
    if page.evaluate(_OPEN):
        page.wait_for_function(IDLE)
        yield judged(page, name, theme, "panels open")
    labels = page.get_by_role("tab").filter(visible=True).all_inner_texts()
    for label in dict.fromkeys(labels[1:]):
        page.get_by_role("tab", name=label, exact=True).first.click()
        page.wait_for_function(IDLE)
        yield judged(page, name, theme, f"tab {label}")
    choices = page.locator(_CHOICES).filter(visible=True)
    for label in dict.fromkeys(choices.all_inner_texts()):
        choice = choices.filter(has_text=label).first
        if choice.get_attribute("aria-checked") == "false":
            choice.click()
            page.wait_for_function(IDLE)
            yield judged(page, name, theme, f"choice {label}")


def outcomes(browser: Browser, url: str) -> Iterator[Outcome]:
    """Every page in both themes and every state."""
    for theme in THEMES:
        context = browser.new_context(viewport=DESK, color_scheme=theme, reduced_motion="reduce")
        context.set_default_timeout(60_000)
        context.add_init_script(script())
        page = context.new_page()
        for name in PAGES:
            visit(page, url, name)
            yield from _states(page, name, theme)
        context.close()


def report(result: Iterable[Outcome]) -> str:
    """Return the report as Markdown: one row per page, then the violations."""
    every = tuple(result)
    engine = every[0].engine
    lines = [
        "# Accessibility, as measured",
        "",
        f"axe-core {engine} with the rules of WCAG 2.0, 2.1 and 2.2, levels A and AA, and its best practices; "
        f"Streamlit {version('streamlit')}; {datetime.now(UTC):%d %B %Y}. Written by `make axe`.",
        "",
        "Each page was tested as loaded, with every panel open, on each tab, and with each choice under a "
        "chart. Each number counts the elements that break a rule.",
        "",
        "| page | theme | states | serious or critical, ours | moderate or minor, ours | in Streamlit’s parts |",
        "|---|---|---|---|---|---|",
    ]
    for page, theme in dict.fromkeys((o.page, o.theme) for o in every):
        here = [o for o in every if (o.page, o.theme) == (page, theme)]
        grave = {(v.rule, v.html) for o in here for v in o.ours if v.impact in BLOCKING}
        light = {(v.rule, v.html) for o in here for v in o.ours if v.impact not in BLOCKING}
        theirs = {(v.rule, v.html) for o in here for v in o.violations if v.is_streamlit}
        lines.append(f"| {page} | {theme} | {len(here)} | {len(grave)} | {len(light)} | {len(theirs)} |")
    lines += ["", "## Violations of ours", ""]
    ours = sorted({(o.page, v.impact, v.rule, v.html) for o in every for v in o.ours})
    lines += [f"- {page}, {impact}, {rule}: `{' '.join(html.split())}`" for page, impact, rule, html in ours] or [
        "None."
    ]
    lines += ["", "## Violations in Streamlit’s parts, not fixed here", ""]
    lines += [f"- {rule} on `{part}`: {why}" for (rule, part), why in STREAMLIT.items()]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the report; 1 where a serious or critical finding is ours."""
    with dashboard() as server, browsing() as browser:
        result = []
        for outcome in outcomes(browser, server.url):
            result.append(outcome)
            for v in outcome.violations:
                owner = "Streamlit" if v.is_streamlit else "ours"
                sys.stdout.write(f"{outcome[:3]} {owner} {v.impact} {v.rule}\n  {v.html}\n  {v.why}\n")
    REPORT.write_text(report(result), "utf-8")
    grave = [v for o in result for v in o.ours if v.impact in BLOCKING]
    sys.stdout.write(f"{len(result)} states, {len(grave)} serious or critical findings of ours; see {REPORT.name}\n")
    return 1 if grave else 0


if __name__ == "__main__":
    sys.exit(main())
