"""The first screen in the document says what the page says, and nothing that a link made up."""

import html
import re
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from streamlit.testing.v1 import AppTest

from evidence.dataset.evidence import TRIALS
from evidence.selection.selection import PRESETS
from evidence.selection.url import parameters, parse_view
from evidence.ui import first_paint
from tests.support.paths import APP

PHONE, DESK = "Mozilla/5.0 (Linux; Android 15) Mobile Safari", "Mozilla/5.0 (X11; Linux x86_64)"


def words(text: str) -> str:
    """A text without its markup, of HTML or of Markdown."""
    bare = re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL)
    bare = re.sub(r":small\[([^\]]*)\]", r"\1", html.unescape(bare))
    return " ".join(re.sub(r"[\\*#]", "", bare).split())


@pytest.mark.parametrize(("preset", "agent"), [("midazolam", PHONE), ("midazolam", DESK), ("everything", DESK)])
def test_every_sentence_and_number_is_that_of_the_page(
    preset: str, agent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = PRESETS[preset].label
    painted = first_paint.paint(f"preset={quote(label)}", agent)
    assert painted is not None
    monkeypatch.setattr("evidence.ui.window.names_a_phone", lambda _: agent == PHONE)
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.query_params["preset"] = label
    at.run()
    said = words(painted.markup)
    assert painted.title == words(at.title[0].value)
    texts = [at.title[0].value, at.header[0].value, at.caption[-1].value, *(one.value for one in at.markdown)]
    shown = [text for text in texts if not re.match(r"\s*- |<", text)]  # the panel of what is not known is closed
    assert len(shown) > 8
    assert [text for text in shown if words(text) not in said] == []
    picture = [one.value for one in at.markdown if one.value.startswith('<div class="picture')]
    assert [words(one) in said for one in picture] == [True] * (agent == PHONE)
    assert painted.description.startswith(words(at.header[0].value))


def test_every_page_has_a_title_of_its_own() -> None:
    assert first_paint.name("nonsense") is None
    pages = [page.stem for page in (APP.parents[2] / "pages").glob("*.py")]
    named = [first_paint.name(page) for page in pages]
    assert len({one.title for one in named if one}) == len(pages) > 15
    response = first_paint.name("response")
    assert response is not None
    assert response.title == "How many · Ketamine for depression"
    assert "98 trials" in response.description


def test_its_links_lead_to_the_pages_with_what_was_chosen() -> None:
    painted = first_paint.paint("preset=Everything&population=TRD&dose=0.4&dose=0.6&embed=true", PHONE)
    assert painted is not None
    links = [html.unescape(link) for link in re.findall(r'<a [^>]*href="([^"]*)"', painted.markup)]
    asked = parse_view("preset=Everything&population=TRD&dose=0.4&dose=0.6").selection
    pages = {link.partition("?")[0] for link in links if parse_view(link).selection == asked}
    assert pages >= {"onset", "response", "duration", "safety"}
    assert f"./?{parameters(parse_view('preset=midazolam').selection)}embed=true" in links
    assert all("embed=true" in link for link in links)
    assert "<header>" not in painted.markup


@pytest.mark.parametrize(
    "query",
    [
        "preset=nonsense",
        "preset=",
        "route=by+post",
        "dose=0.5",
        "trial=murrough-2013a",
        "plain=true",
        "map-panel=true",
        "utm_source=evil",
        "preset=Everything&" + "&".join(["route=Oral"] * 80),
        "drug=esketamine",  # no trial of it in the first question
        "%ff%00",
    ],
)
def test_a_link_that_asks_for_more_gets_the_page_alone(query: str) -> None:
    assert first_paint.paint(query, PHONE) is None


def test_no_letter_of_a_link_comes_back() -> None:
    plain = first_paint.paint("preset=Everything", DESK)
    for query in (
        "preset=%20eVeRyThing%20",
        "preset=Everything&embed=%22evil",
        "preset=Repeated+doses&preset=everything",
    ):
        assert first_paint.paint(query, DESK) == plain
    framed = first_paint.paint(urlencode({"embed": "true", "embed_options": "dark_theme"}), DESK)
    assert framed is not None
    assert "color-scheme: dark" in framed.markup


def test_faulty_data_are_left_to_the_page(data_copy: Path) -> None:
    assert first_paint.paint("", PHONE) is not None
    (data_copy / TRIALS).write_bytes((data_copy / TRIALS).read_bytes()[:-400])
    assert first_paint.paint("", PHONE) is None


def test_a_flood_of_questions_fills_no_memory() -> None:
    assert first_paint._painted.cache_info().maxsize == 64
