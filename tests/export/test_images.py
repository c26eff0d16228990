import re
import xml.etree.ElementTree as ET
from datetime import date

import plotly.io as pio
import pytest
from kaleido import PageGenerator

from evidence.cli import main
from evidence.export import formats, images
from evidence.export.images import chart
from evidence.questions.options import CHART_NAMES, SIZE_NAMES
from evidence.questions.robustness import LEAST_FOR_FUNNEL
from evidence.report.figures.framing import SIZES
from evidence.report.sections import CHARTS, section, sections
from evidence.report.view import ExportFailed, NothingToExport, View, tell
from evidence.selection.selection import Selection

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def view(evidence):
    return View(evidence, Selection("everything"), date(2026, 11, 20))


@pytest.fixture(scope="module")
def told(view):
    return tell(view)


@pytest.fixture(scope="module")
def drawn(told):
    return sections(told)


@pytest.fixture
def once(monkeypatch, told):
    """The story is worked out once for all charts."""
    monkeypatch.setattr(images, "tell", lambda _: told)


@pytest.fixture
def no_browser(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setattr(images, "_PLACES", ())


def words(figure):
    return re.sub(r"<br>|</?b>", " ", figure.layout.title.text).replace("&lt;", "<").split()


def test_names_on_the_command_line_are_those_of_the_charts():
    assert list(CHART_NAMES) == list(CHARTS)
    assert list(SIZE_NAMES) == list(SIZES)


@pytest.mark.parametrize("name", [name for name in CHARTS if name != "funnel"])
@pytest.mark.usefixtures("once")
def test_every_chart_carries_its_finding_and_its_source(name, view, told):
    composed = section(told, name)
    headline, own = composed.headline, composed.figure
    slide, column = chart(name, view, SIZES["slide"]), chart(name, view, SIZES["a4"])
    for figure in (slide, column):
        assert words(figure) == headline.split()
        source = next(item.text for item in figure.layout.annotations if item.name == "source").replace("<br>", " ")
        assert view.stamp in source
        assert view.evidence.digest[:16] in source
        assert len(figure.data) == len(own.data)
    assert slide.layout.width / slide.layout.height == pytest.approx(16 / 9, abs=0.01)
    assert column.layout.width == SIZES["a4"].width
    assert column.layout.height > own.layout.height
    assert not any(item.name == "source" for item in own.layout.annotations)


@pytest.mark.usefixtures("once")
def test_the_figure_is_the_one_of_the_web_page(view, drawn):
    for item in drawn:
        if item.figure is not None:
            figure = chart(item.key, view, SIZES["slide"])
            assert words(figure) == item.headline.split()
            assert [pio.to_json(trace) for trace in figure.data] == [pio.to_json(trace) for trace in item.figure.data]


def test_a_funnel_needs_trials_and_says_how_many(view):
    with pytest.raises(NothingToExport, match=f"from {LEAST_FOR_FUNNEL} trials on"):
        chart("funnel", view, SIZES["slide"])


def test_the_funnel_is_drawn_from_enough_trials(told, monkeypatch):
    monkeypatch.setattr("evidence.questions.robustness.LEAST_FOR_FUNNEL", 3)
    assert section(told, "funnel").drawing is not None


def test_svg_and_png_are_drawn_by_chromium(tmp_path, capsys):
    svg, png = tmp_path / "a.svg", tmp_path / "a.PNG"
    asked = ["export", "figure", "--view", "preset=Everything", "--chart"]
    assert main([*asked, "response", "--size", "a4", "--out", str(svg)]) == 0
    assert main([*asked, "people", "--out", str(png)]) == 0
    root = ET.parse(svg).getroot()
    said = " ".join(" ".join(part for item in root.iter(f"{SVG}text") for part in item.itertext()).split())
    assert re.search(r"\d+ to \d+ of 100", said), "the headline is in the picture"
    assert "SHA-256 of the data" in said
    assert root.get("width") == str(SIZES["a4"].width)
    assert png.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png.read_bytes()[16:20]) == 2 * 1280
    assert str(svg) in capsys.readouterr().out


def test_the_browser_is_given_nothing_to_fetch(tmp_path):
    given = images.settings(tmp_path / "chromium")
    page = PageGenerator(plotly=given["plotlyjs"], mathjax=given["mathjax"]).generate_index()
    assert "plotly.min.js" in page
    assert not re.search(r"https?:", page)


@pytest.mark.usefixtures("no_browser")
def test_without_a_browser_there_is_a_message_and_no_file(tmp_path, capsys):
    assert main(["export", "figure", "--chart", "response", "--out", str(tmp_path / "a.svg")]) == 2
    said = capsys.readouterr().err
    assert "none was found" in said
    assert "BROWSER_PATH" in said
    assert not list(tmp_path.iterdir())


def test_a_browser_that_is_not_there_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", "/no/browser")
    assert main(["export", "figure", "--chart", "response", "--out", str(tmp_path / "a.svg")]) == 2
    assert "/no/browser" in capsys.readouterr().err


def test_a_browser_is_found_by_its_name_on_the_path(tmp_path):
    program = tmp_path / "google-chrome"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert images.find_browser({"PATH": str(tmp_path)}) == program
    assert images.find_browser({"PATH": "", "BROWSER_PATH": str(program)}) == program


def test_a_browser_that_fails_leaves_no_file_and_no_traceback(tmp_path, capsys, monkeypatch):
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("BROWSER_PATH", str(program))
    out = tmp_path / "out"
    out.mkdir()
    assert main(["export", "figure", "--chart", "response", "--out", str(out / "a.png")]) == 2
    assert f"{program} could not draw the picture" in capsys.readouterr().err
    assert not list(out.iterdir())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["figure", "--out", "a.svg"], "Which chart?"),
        (["figure", "--chart", "pie", "--out", "a.svg"], "response, people"),
        (["figure", "--chart", "people", "--out", "a.jpg"], "must end in .svg or .png"),
        (["csv", "--chart", "people", "--out", "a.csv"], "are for the format figure"),
    ],
)
def test_what_is_no_picture_is_said(asked, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["export", *asked]) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_fault_is_said_in_words():
    def broken():
        raise ZeroDivisionError("division by zero")

    with pytest.raises(ExportFailed, match=r"^The picture could not be made: division by zero\.$"):
        formats.made("The picture", broken)
