import json
import re

import plotly.graph_objects as go
import pytest

from evidence.formatting import capital
from evidence.report.figures.framing import SIZES
from evidence.ui.components import chart
from tests.support.screens import opened

CHARTS = {
    "overview": ("map",),
    "onset": ("onset",),
    "response": ("response", "people"),
    "duration": ("single", "cohorts", "course", "withdrawal"),
    "safety": ("harms-events", "harms-apart"),
    "blinding": ("blind-lens",),
    "bias": ("bias", "bias-weights"),
}
# The charts in them are drawn when they are opened.
PANELS = {"overview": "map-panel", "duration": "withdrawals", "response": "people-more"}


def title_of(spec):
    return spec["layout"]["title"]["text"].replace("<br>", " ").replace("&lt;", "<").removeprefix("<b>")[:-4]


def letters(text):
    return re.sub(r"\W+", "", text)


@pytest.mark.parametrize("page", CHARTS)
def test_a_picture_carries_the_finding_on_the_page_and_its_source(page, evidence):
    at = opened(page, preset="Everything")
    if page in PANELS:
        at.session_state[PANELS[page]] = True
        at.run()
    alone = len(at.get("plotly_chart"))
    for key in CHARTS[page]:
        at.session_state[f"{key}-twin"] = "Download"
        at.session_state[f"{key}-picture"] = "SVG for an A4 column"
        at.session_state[f"{key}-framed"] = True
    at.run()
    assert not at.exception
    # The camera at a chart saves the same picture: its settings carry the frame.
    own = [item.proto for item in at.get("plotly_chart") if not item.proto.id.endswith("-framed-chart")]
    frames = [json.loads(proto.config).get("toImageButtonOptions", {}).get("frame") for proto in own if proto.config]
    assert sum(frame is not None and "Trials: " in frame["annotation"]["text"] for frame in frames) >= len(
        CHARTS[page]
    ) - (
        page == "response"  # a hundred people are HTML, without a camera
    )
    assert len(at.get("plotly_chart")) == alone + len(CHARTS[page])
    said = {h.value.replace("\\", "") for kind in ("header", "subheader", "markdown") for h in at.get(kind)}
    pictures = [item.proto for item in at.get("plotly_chart") if item.proto.id.endswith("-framed-chart")]
    assert len(pictures) == len(CHARTS[page])
    for proto in pictures:
        spec, config = json.loads(proto.spec), json.loads(proto.config)["toImageButtonOptions"]
        title = title_of(spec)
        if title.startswith("After a course, relapse came"):  # the head of the page says it in other words
            assert re.search(r"\d+ to \d+ days", title)[0] in at.header[0].value
        elif page != "overview":
            # A page writes the numbers behind a finding in a line of their own, which begins with a capital.
            heads = {letters(text) for text in said if letters(title).startswith(letters(text))}
            lines = {capital(letters(text)) for text in (*said, "")}
            assert {capital(letters(title).removeprefix(head)) for head in heads} & lines
        source = next(item["text"] for item in spec["layout"]["annotations"] if item.get("name") == "source")
        source = source.replace("<br>", " ")
        assert source.startswith("Trials: ")
        assert f"data version {evidence.version}" in source
        assert evidence.digest[:16] in source
        assert (config["format"], config["width"]) == ("svg", SIZES["a4"].width)
        assert config["height"] == spec["layout"]["height"]
        assert config["filename"].endswith("-with-source")


@pytest.mark.parametrize(
    ("symbols", "words"),
    [
        ([("pentagon", "star")], "Read: ⬟ review, ★ secondary source. Click a mark for its citation."),
        (
            ["circle", ("square-open",)],
            "Read: ● full text, ■ abstract. Hollow: not pooled. Click a mark for its citation.",
        ),
        (["diamond", "diamond-open"], "Click a mark for its citation."),
        ([], ""),
    ],
)
def test_the_key_of_a_chart_names_the_signs_that_are_drawn(symbols, words):
    figure = go.Figure([go.Scatter(x=[1], customdata=[["2"]], marker={"symbol": symbol}) for symbol in symbols])
    figure.add_trace(go.Scatter(x=[1], marker={"symbol": "triangle-up"}))  # the end of an interval, not a mark
    assert chart.source_key(figure) == words


def test_a_key_speaks_of_sources_only_where_marks_say_them():
    """The two arms of a guess are filled and hollow, and nothing of it is unpooled."""
    said = [item.value for item in opened("blinding", preset="Everything").caption]
    assert any(line.startswith("● drug, ○ comparator.") for line in said)
    assert not any("Hollow" in line and "Read" in line for line in said)
