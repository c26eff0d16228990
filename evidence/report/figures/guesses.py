"""Who was sure of the treatment received, and right: two rates per trial with their intervals."""

import html
from collections.abc import Sequence

import plotly.graph_objects as go

from evidence.questions.guesses import Guess
from evidence.report.figures import style
from evidence.report.figures.style import Ink

_ROW, _HEAD, _FOOT = 84, 16, 52


def guess_plot(guesses: Sequence[Guess], ink: Ink) -> go.Figure:
    """Draw a row per trial: its name, the drug above (filled) and the comparator below (open)."""
    figure = style.base(ink, _HEAD + len(guesses) * _ROW + _FOOT, margin={"l": 12, "r": 12, "t": _HEAD, "b": _FOOT})
    figure.update_xaxes(range=[0, 100], tickvals=[0, 25, 50, 75, 100], title_text="Sure and right, of 100 asked")
    figure.update_yaxes(range=[-len(guesses) + 0.4, 0.6], visible=False)
    for i, guess in enumerate(guesses):
        colour = style.mark_of(guess.results[0]).colour(ink)
        key = " ".join(str(result.line) for result in guess.results)
        _words(figure, f"<b>{html.escape(style.short(guess.label))}</b>", -i + 0.4)
        for place, name, (rate, low, high), filled in (
            (-i + 0.1, "drug", guess.rates[0], True),
            (-i - 0.25, "comparator", guess.rates[1], False),
        ):
            line = {"color": colour, "width": 2}
            ends = [100 * low, 100 * high]
            figure.add_trace(go.Scatter(x=ends, y=[place] * 2, mode="lines", line=line, hoverinfo="skip"))
            figure.add_trace(
                go.Scatter(
                    x=[100 * rate],
                    y=[place],
                    mode="markers",
                    customdata=[[key]],
                    hovertext=[f"{name}: {100 * rate:.0f} ({100 * low:.0f} to {100 * high:.0f}) of 100"],
                    hoverinfo="text",
                    marker={"size": 13, "color": colour, "symbol": "circle" if filled else "circle-open"},
                )
            )
            _words(figure, f"{name} {100 * rate:.0f}", place)
    return figure


def _words(figure: go.Figure, text: str, y: float) -> None:
    font = {"size": style.AXIS}
    figure.add_annotation(xref="paper", x=0, y=y, text=text, showarrow=False, xanchor="left", font=font)
