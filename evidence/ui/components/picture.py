"""Pictures of a chart, drawn and saved by the reader's own browser: the chart alone, or with finding and source."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from evidence.dataset.records import Result
from evidence.report.figures.framing import SIZES, Size, frame_of, framed
from evidence.report.view import named
from evidence.ui.components import cite as cite_panel
from evidence.ui.page import Page

# Pictures the camera button saves, by what the reader chooses: the kind of file and the size.
PICTURES: dict[str, tuple[str, Size]] = {
    f"{kind.upper()} for {size.label}": (kind, size) for size in SIZES.values() for kind in ("png", "svg")
}


def chosen(key: str) -> str:
    """Return the kind of picture chosen for a chart; the choice outlasts the downloads in which it is made."""
    return str(st.session_state.get(f"{key}-picture-kept", next(iter(PICTURES))))


def _choice(key: str) -> str:
    choices, widget = list(PICTURES), f"{key}-picture"

    def keep() -> None:
        st.session_state[f"{widget}-kept"] = st.session_state[widget]

    label = "Format and size of the saved picture"
    return st.selectbox(label, choices, choices.index(chosen(key)), key=widget, on_change=keep, width=360)


def config(choice: str, width: int, height: int, file_name: str) -> dict[str, object]:
    """Configure Plotly's camera button for the chosen format, size and sharpness."""
    kind, size = PICTURES[choice]
    scale = size.scale if kind == "png" else 1
    return {
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "scrollZoom": False,
        "toImageButtonOptions": {
            "format": kind,
            "width": width,
            "height": height,
            "scale": scale,
            "filename": file_name,
        },
    }


def framed_config(
    view: Page, key: str, name: str, figure: go.Figure, headline: str, results: Sequence[Result]
) -> dict[str, object]:
    """Return the settings for the camera at a chart: the picture that it saves has the finding and the source.

    The frame travels beside the size of the picture; the frame's script puts it round the chart for the moment in which
    the picture is taken.
    """
    choice = chosen(key)
    frame = frame_of(figure, headline, source_of(view, results), PICTURES[choice][1], view.ink)
    settings = config(choice, frame.width, frame.height, f"{name}-with-source")
    settings["displayModeBar"] = False if view.ink.narrow else "hover"  # on a phone it would lie on the marks
    options = settings["toImageButtonOptions"]
    assert isinstance(options, dict)
    options["frame"] = {"title": frame.title, "margin": frame.margin, "annotation": frame.annotation}
    return settings


def source_of(view: Page, results: Sequence[Result]) -> str:
    """Return the line under a picture: the trials drawn and the data they come from."""
    return f"{named(results)} {cite_panel.exported(view).source}".strip()


def panel(
    view: Page,
    key: str,
    name: str,
    figure: go.Figure,
    headline: str,
    results: Sequence[Result],
    has_camera: bool = True,
) -> None:
    """Draw the choice of format and size and, once opened, the picture with its headline above and its source below.

    `has_camera` says that the chart on the page has a camera on a wide window; a picture of HTML has none.
    The file is drawn by the same function as in `export figure`, without a browser on the server.
    """
    choice = _choice(key)
    with st.expander("The picture with headline and source", key=f"{key}-framed", on_change="rerun") as opened:
        if opened.open:
            words = "The camera in the corner saves the full picture, even if a narrow window cuts it off"
            also = "; the camera at the chart saves the same picture" if has_camera and not view.ink.narrow else ""
            st.caption(f"{words}{also}.")
            source = source_of(view, results)
            drawn = framed(figure, headline, source, PICTURES[choice][1], view.ink)
            size = int(drawn.layout.width), int(drawn.layout.height)
            shown = config(choice, *size, f"{name}-with-source")
            alt = f"{headline} {source}"
            st.plotly_chart(drawn, theme=None, key=f"{key}-framed-chart", width=size[0], alt=alt, config=shown)
