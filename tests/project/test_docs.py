"""The documentation site: every page is in the menu, what is made is up to date, and links of the root are kept."""

from pathlib import Path

import yaml

from evidence.cli.new import TOPIC
from evidence.dataset.topic import Topic
from tools import agreement
from tools.docs_pages import SHOWN, linked, methods

ROOT = Path(__file__).parents[2]


def pages(menu: object) -> set[str]:
    """Return the files that a menu names, at every depth."""
    if isinstance(menu, str):
        return {menu}
    parts = menu.values() if isinstance(menu, dict) else menu
    assert not isinstance(parts, str)
    return set().union(*map(pages, parts))  # type: ignore[call-overload]


def test_the_menu_has_every_page() -> None:
    named = pages(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"])
    written = {path.name for path in (ROOT / "docs").glob("*.md")}
    assert named == written | set(SHOWN.values()) | {"methods.md"}


def test_the_comparison_with_another_data_set_is_up_to_date() -> None:
    assert agreement.PAGE.read_text("utf-8") == agreement.page(), "run python -m tools.agreement"


def test_published_pools_are_those_of_the_same_rows() -> None:
    conversion, rows = agreement.made(), agreement.rows_of(agreement.FILE.read_bytes())
    compared = {one.line: one for one in conversion.compared}
    for one in agreement.PUBLISHED:
        k, estimate, low, high = agreement.again(one, rows, compared)
        assert k == one.k
        assert abs(estimate - one.estimate) < 0.01  # g has another standard error; ratios are the same to two digits
        assert (round(low, 2), round(high, 2)) == (one.low, one.high)


def test_links_of_the_root_lead_to_pages() -> None:
    text = "[a](CONTRIBUTING.md#x), [b](docs/library.md), [c](deploy/README.md), [d](https://example.org), [e](#f)"
    assert linked(text) == (
        "[a](contributing.md#x), [b](library.md), c (`deploy/README.md`), [d](https://example.org), [e](#f)"
    )


def test_methods_have_every_formula() -> None:
    text = methods()
    assert "`evidence.stats.bayes.pool_bayes`" in text
    assert text.count("tested in `tests/") > 40


def test_every_field_of_a_topic_is_explained_and_laid_out_by_new() -> None:
    explained = (ROOT / "docs" / "topic.md").read_text("utf-8")
    for name, field in Topic.model_fields.items():
        written = field.alias or name
        assert f"`{written}`" in explained or f"[{written}" in explained, written
        if name not in ("examples", "doses", "claim_views", "also_written"):
            assert written in TOPIC, written
