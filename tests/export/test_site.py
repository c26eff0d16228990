import csv
import functools
import io
import re
import threading
from collections.abc import Iterator
from datetime import date
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from evidence import cli
from evidence.export.site import site
from evidence.report.sections import sections
from evidence.report.view import View, tell
from evidence.selection.selection import PRESETS, Selection
from tests.support.server import HOST

DAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def files(evidence) -> dict[str, bytes]:
    return site(View(evidence, Selection(), DAY))


def pages(files: dict[str, bytes]) -> dict[str, str]:
    return {name: data.decode() for name, data in files.items() if name.endswith(".html")}


def test_every_question_has_its_page_and_the_index_says_its_findings(files, evidence):
    index = pages(files)["index.html"]
    for name in PRESETS:
        first = sections(tell(View(evidence, Selection(name), DAY)))[0]
        assert f'href="{name}.html"' in index
        assert first.headline in index
        assert first.headline in pages(files)[f"{name}.html"]


def test_plotly_is_there_once_and_no_page_holds_it(files):
    assert files["plotly.js"].count(b"plotly.js v") == 1
    assert all(len(text) < 1_000_000 for text in pages(files).values())


def test_every_relative_link_leads_to_a_file_or_a_place_of_the_site(files):
    for name, text in pages(files).items():
        for target in re.findall(r'(?:href|src)="([^"]*)"', text):
            if not re.match(r"https?://", target):
                file, _, place = target.partition("#")
                assert not target.startswith("/")
                held = files[file or name]
                assert not place or f'id="{place}"'.encode() in held


def test_no_inline_script_is_allowed_but_those_that_are_there(files):
    for name, text in pages(files).items():
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
        assert "unsafe-inline" not in policy.partition("style-src")[0]
        scripts = [script for script in re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL) if script]
        assert policy.count("'sha256-") == len(scripts), name


def test_every_trial_has_its_place_and_every_row_is_in_the_data(files, evidence):
    text = pages(files)["trials.html"]
    assert all(f'<section id="{trial}">' in text for trial in evidence.trials)
    rows = list(csv.DictReader(io.StringIO(files["trials.csv"].decode("utf-8-sig"))))
    assert len(rows) == len(evidence.results)


def test_the_command_writes_it_and_keeps_what_is_there(tmp_path, monkeypatch, capsys):
    made = {"index.html": b"new", "plotly.js": b"x"}
    monkeypatch.setattr("evidence.export.site.site", lambda *_: made)
    out = tmp_path / "deep" / "site"
    assert cli.main(["export", "site", "--out", str(out)]) == 0
    assert {path.name for path in out.iterdir()} == set(made)
    assert cli.main(["export", "site", "--out", str(out)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert cli.main(["export", "site", "--out", str(out), "--force"]) == 0
    assert cli.main(["export", "site", "--out", str(tmp_path / "b"), "--view", "preset=Everything"]) == 2


@pytest.fixture
def served(files, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """The site on disk, and by a plain web server under a path that is not the root."""
    place = tmp_path / "some" / "where"
    place.mkdir(parents=True)
    for name, data in files.items():
        (place / name).write_bytes(data)
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer((HOST, 0), handler) as host:
        thread = threading.Thread(target=host.serve_forever)
        thread.start()
        yield place, f"http://{HOST}:{host.server_port}/some/where/index.html"
        host.shutdown()
        thread.join()


@pytest.mark.browser
def test_charts_are_drawn_from_disk_and_under_any_path(browser, served):
    place, address = served
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for start in ((place / "index.html").as_uri(), address):
        page.goto(start)
        page.get_by_role("link", name=PRESETS["midazolam"].label, exact=True).click()
        page.wait_for_function("() => document.querySelectorAll('.main-svg').length > 5")
        page.get_by_role("link", name="All questions").click()
        page.wait_for_url("**/index.html")
    assert [line for line in said if "favicon" not in line] == []
