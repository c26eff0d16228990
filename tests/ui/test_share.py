import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.testing.v1 import AppTest

from evidence import __version__
from evidence.api import security_headers
from evidence.dataset.evidence import load
from evidence.questions.options import OPTIONS
from evidence.selection.selection import PRESETS, Selection
from evidence.ui import share, window
from tests.support.screens import opened
from tests.support.server import IDLE, SLOW

SET_ON = {
    "response": ("outcome", "time", "effect", "order", "model", "interval"),
    "onset": ("measure",),
    "duration": ("measure",),
}


def notes(at: AppTest) -> str:
    return " ".join(item.value for item in at.info if item.value.startswith("In the link"))


def test_the_two_scripts_can_be_allowed_by_their_hashes():
    sources = [share.script_source(), window.script_source()]
    policy = security_headers.policy(scripts=sources)
    assert policy.count("'sha256-") == 3
    assert all(source in policy for source in sources)
    for script in (share.SCRIPT, window.SCRIPT):
        assert not re.search("<[a-z/]", script)


def test_the_button_holds_the_filters_as_text():
    held = share.button(Selection("everything"), '"><script>')
    assert 'data-view="preset=Everything"' in held
    assert held.count("<script>") == 1
    assert 'data-view=""' in share.button(Selection(), "")
    assert 'data-view="plain=true"' in share.button(Selection(), "", is_plain=True)


def test_a_link_that_was_made_with_other_data_says_so_until_another_page():
    at = opened("trials", data="deadbeef")
    assert f"made with data version deadbeef, and these are {load().version}" in notes(at).replace("\\", "")
    assert "data" not in at.query_params
    assert "made with" not in notes(at.switch_page("../../pages/safety.py").run())
    assert notes(opened("trials", data=load().short)) == ""


def test_a_link_may_name_what_a_filter_offers_by_its_value_in_the_files_and_in_any_capitals():
    at = opened("trials", preset="EVERYTHING", route="oral", population=["trd", "bipolar"])
    assert at.pills(key="preset").value == "everything"
    assert at.multiselect(key="route").value == ["oral"]
    assert at.multiselect(key="population").value == ["TRD", "bipolar"]
    assert any("route=Oral" in item.proto.body for item in at.get("html")), "the Share button puts it into the address"
    assert not notes(at)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"route": ["Oral", "by post"]}, "“route=by post” is unknown here and was ignored."),
        ({"preset": "Nothing of the kind"}, "“preset=Nothing of the kind” is unknown here"),
        ({"dose": ["0.5", "9"]}, "The dose is two numbers"),
        ({"effect": "Sharpe ratio"}, "“effect=Sharpe ratio”"),
        ({"low": "perhaps"}, "“low=perhaps”"),
        ({"from_the_future": "<b>1</b>"}, "from_the_future=\\<b\\>1"),
    ],
)
def test_what_a_link_asks_for_and_is_not_known_is_said_and_dropped(asked, words):
    at = opened("response", preset=asked.pop("preset", "Everything"), **asked)
    assert not at.exception
    assert words in notes(at).replace("\\_", "_").replace("\\[", "[")
    assert "from_the_future" not in at.query_params
    at.session_state["response-options"] = True
    at.run()
    at.selectbox(key="order").set_value("effect").run()
    assert words in notes(at).replace("\\_", "_"), "the note stays while the page is open"


def test_a_link_of_known_words_says_nothing():
    given = {"route": ["Oral", "Intranasal"], "dose": ["0.5", "0.5"], "low": "true", "trial": "x", "rate": "20"}
    assert not notes(opened("response", preset="Everything", **given))
    assert not notes(opened("trials", trial="murrough-2013a", q="Murrough"))


@pytest.mark.parametrize("page", SET_ON)
def test_a_link_that_names_the_defaults_says_nothing(page):
    plain = opened(page)
    first = {name: OPTIONS[name].default_label for name in SET_ON[page]}
    at = opened(page, preset=PRESETS["midazolam"].label, **first)
    assert not notes(at)
    assert [item.value for item in at.subheader] == [item.value for item in plain.subheader]


def test_an_option_of_a_page_that_ended_early_is_not_called_unknown():
    assert not notes(opened("response", route="Oral", effect="Odds ratio"))


def test_of_a_choice_named_twice_the_last_counts():
    at = opened("overview", preset=["Repeated doses", "Everything", "Everything"])
    assert at.pills(key="preset").value == "everything"


@pytest.mark.parametrize("page", ["overview", "response", "bias", "summary", "blinding"])
def test_beside_every_download_stands_how_to_cite_view_and_trials(page, evidence):
    at = opened(page, preset="Everything", **({"effect": "Odds ratio"} if page == "response" else {}))
    for chart in at.get("plotly_chart"):
        at.session_state[f"{chart.proto.id.split('-', 2)[-1]}-twin"] = "Download"
    at.run()
    ways = [item for item in at.expander if item.label.startswith("Cite this view")]
    charts = len(at.get("plotly_chart"))
    assert len(ways) == max(charts, 1)
    for way in ways:
        view, trials = (item.value for item in way.get("code"))
        assert f"data version {evidence.version}" in view
        assert f"View: Everything ({len(evidence.trials)} trials" in view
        assert "preset=Everything" in view
        assert trials.startswith("1. ")
    if page == "response":
        assert "effect=Odds%20ratio" in ways[0].get("code")[0].value


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One tab for both tests."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(SLOW)
    yield context.new_page()
    context.close()


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def copied(page: Page) -> str:
    """What Share copies, pressed by keyboard."""
    page.get_by_role("button", name="Share").press("Enter")
    expect(page.locator(".share [role=status]")).to_have_text("Title and link copied")
    return str(page.evaluate("() => navigator.clipboard.readText()"))


@pytest.mark.browser
def test_a_shared_link_opens_the_same_view_across_pages_reload_and_back(page, server):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    heading = page.get_by_role("heading", level=1)
    page.goto(f"{server.url}/overview?preset=Everything&preset=Everything&route=Intranasal&utm=1")
    expect(heading).to_have_text("Ketamine for depression: what the trials show", timeout=SLOW)
    page.wait_for_function(IDLE, timeout=SLOW)
    assert page.get_by_role("dialog").count() == 0
    expect(page.get_by_test_id("stAlert")).to_contain_text("“utm=1” is unknown here")
    wanted = {"preset": ["Everything"], "route": ["Intranasal"]}
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query) == wanted)
    evidence = load()
    title = "Ketamine for depression: what the trials show"
    first, link = copied(page).splitlines()
    assert first == f"{title} ({title}; data version {evidence.version}, program {__version__})"
    assert link == f"{page.url}&data={evidence.short}"
    # A click before the link is wholly open keeps its filters.
    page.goto(f"{server.url}/response?preset=Everything&route=Intranasal&effect=Odds+ratio")
    page.get_by_test_id("stTopNavLink").filter(has_text="How fast").click()
    expect(heading).to_have_text("How fast does it work?", timeout=SLOW)
    page.wait_for_function(IDLE, timeout=SLOW)
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query) == wanted)
    link = copied(page).splitlines()[1]
    page.goto(link)
    expect(heading).to_have_text("How fast does it work?", timeout=SLOW)
    page.wait_for_function(IDLE, timeout=SLOW)
    page.wait_for_url(link.removesuffix(f"&data={evidence.short}"))
    expect(page.get_by_test_id("stAlert").filter(has_text="it was made with")).to_have_count(0)
    page.reload()
    page.wait_for_function(IDLE, timeout=SLOW)
    page.wait_for_url(link.removesuffix(f"&data={evidence.short}"))
    page.get_by_test_id("stTopNavLink").filter(has_text="Harms").click()
    expect(heading).to_have_text("What harms does it do?", timeout=SLOW)
    page.go_back()
    expect(heading).to_have_text("How fast does it work?", timeout=SLOW)
    page.wait_for_function(IDLE, timeout=SLOW)
    assert copied(page).splitlines()[1] == link
    page.goto(f"{server.url}/methods?plain=on")
    expect(heading).to_have_text("What is this page for?", timeout=SLOW)
    page.wait_for_url(f"{server.url}/methods?plain=true")


@pytest.mark.browser
def test_where_the_clipboard_is_shut_the_link_stands_ready_to_be_copied(page, server):
    page.add_init_script("""
        Object.defineProperty(navigator, 'clipboard', {value: undefined});
        document.execCommand = () => false;
    """)
    page.goto(f"{server.url}/methods")
    page.get_by_role("button", name="Share").click()
    field = page.get_by_label("Title and link")
    expect(field).to_be_focused()
    assert field.input_value().endswith(f"\n{server.url}/methods?data={load().short}")
