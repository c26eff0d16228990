"""Pictures of a chart, drawn and saved by the reader's own browser: the chart alone, or with finding and source."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from evidence.dataset.records import Result
from evidence.report.figures.framing import SIZES, Size, framed, pixels
from evidence.report.view import named
from evidence.ui.components import cite as citing
from evidence.ui.page import Page

# Pictures the camera button saves, by what the reader chooses: the kind of file and the size.
PICTURES: dict[str, tuple[str, Size]] = {
    f"{kind.upper()} for {size.label}": (kind, size) for size in SIZES.values() for kind in ("png", "svg")
}


def chosen(key: str) -> str:
    """Return the kind of picture chosen for a chart; the choice outlasts the tab in which it is made."""
    return str(st.session_state.get(f"{key}-picture-kept", next(iter(PICTURES))))


def _choice(key: str) -> str:
    choices, widget = list(PICTURES), f"{key}-picture"

    def keep() -> None:
        st.session_state[f"{widget}-kept"] = st.session_state[widget]

    label = "Picture saved by the camera button"
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


def plain_config(choice: str, height: int, file_name: str) -> dict[str, object]:
    """Configure the camera for the chart alone: a slide keeps 16:9 however tall the chart is."""
    return config(choice, *pixels(PICTURES[choice][1], height), file_name)


def panel(view: Page, key: str, name: str, figure: go.Figure, headline: str, results: Sequence[Result]) -> None:
    """Draw the choice of format and size and, once opened, the picture with its headline above and its source below.

    The file is drawn by the same function as in `export figure`, without a browser on the server.

    What is saved is drawn by the same function as `export figure`, without a browser on the server.
    """
    choice = _choice(key)
    with st.expander("The picture with finding and source", key=f"{key}-framed", on_change="rerun") as opened:
        if opened.open:
            st.caption(
                "The camera in this picture’s corner saves it whole, also where a narrow window cuts it off. "
                "The one at the chart saves the chart alone."
            )
            source = f"{named(results)} {citing.exported(view).source}".strip()
            drawn = framed(figure, headline, source, PICTURES[choice][1], view.ink)
            size = int(drawn.layout.width), int(drawn.layout.height)
            shown = config(choice, *size, f"{name}-with-source")
            alt = f"{headline} {source}"
            st.plotly_chart(drawn, theme=None, key=f"{key}-framed-chart", width=size[0], alt=alt, config=shown)
