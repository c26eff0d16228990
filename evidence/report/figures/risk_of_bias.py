"""Risk of bias as marks: the traffic light of trials by domains, and the shares of weight in each domain."""

from collections.abc import Mapping

import plotly.graph_objects as go

from evidence.dataset.references import Reference
from evidence.dataset.vocabulary import ROB_DOMAINS, ROB_JUDGEMENTS, TOOL_WORDS
from evidence.questions.risk_of_bias import BLANK, KINDS, MARKS, NOT_JUDGED, WORST_FIRST, Board, Cell, Line, Summary
from evidence.report.figures import markup, style
from evidence.report.figures.style import JUDGEMENT_MARKS, Ink

ROW, HEAD, FOOT, RADIUS = 31, 56, 34, 12
_KEY_LETTERS = 44  # of a line of the key on a phone
_HEAD_NARROW, _FOOT_NARROW = 168, 100
_ARC = 0.5523 * RADIUS  # control points of the quarter circles that bound half a disc
_GAP = 1.2  # pixels between the halves
MOST_UNJUDGED = 1  # with a row of their own; more share one


def key_of(line: Line, cell: Cell) -> str:
    """Return the value that a mark carries: the trial and the domain."""
    return f"{line.trial} {cell.domain}"


def _heading(domain: str) -> str:
    words = ROB_DOMAINS[domain].label.split(" ")
    return markup.escape(" ".join(words[:-1])) + f"<br>{markup.escape(words[-1])}"


def _hover(line: Line, cell: Cell, names: Mapping[str, str]) -> str:
    head = f"<b>{style.in_full(line.result.label)}</b>, {ROB_DOMAINS[cell.domain].label.lower()}"
    own = [
        f"{MARKS[j.judgement]} {ROB_JUDGEMENTS[j.judgement].label}: "
        f"{markup.escape(names[j.citation])}, {markup.escape(j.locator)}"
        for j in cell.judgements
    ]
    return "<br>".join([head, *own, "click for the citation"])


def short_names(board: Board, references: Mapping[str, Reference]) -> dict[str, str]:
    """Name each judging review for hover text: first author and year, else its id."""
    names = {}
    for key in dict.fromkeys(item.citation for item in board.judgements):
        reference = references.get(key)
        author = (
            (reference.authors[0].family or reference.authors[0].literal) if reference and reference.authors else ""
        )
        names[key] = f"{author} {reference.year or ''}".strip() if reference and author else key
    return names


def key_line(board: Board) -> str:
    """Explain the signs of the board's tool."""
    words = TOOL_WORDS[board.tool].judgements
    signs = [f"<b>{MARKS[name]}</b> {ROB_JUDGEMENTS[name].label.lower()}" for name in words]
    return "\u2003".join([*signs, "half and half: reviews disagree", f"<b>{BLANK}</b> not judged"])


def drawn_lines(board: Board) -> tuple[Line, ...]:
    """Return the trials that get a row: all judged ones, and the others while they are few."""
    return board.judged + (board.unjudged if len(board.unjudged) <= MOST_UNJUDGED else ())


def traffic_light(
    board: Board, links: Mapping[str, str | None], references: Mapping[str, Reference], ink: Ink
) -> go.Figure:
    """Draw one signed disc per domain, split if reviews disagree. A click returns trial and domain."""
    lines = drawn_lines(board)
    hidden = len(board.unjudged) if len(board.unjudged) > MOST_UNJUDGED else 0
    rows = len(lines) + (1 if hidden else 0)
    head, foot = (_HEAD_NARROW, _FOOT_NARROW) if ink.narrow else (HEAD, FOOT)
    figure = style.base(ink, head + ROW * max(rows, 1) + foot, margin={"l": 8, "r": 8, "t": head, "b": foot})
    names = short_names(board, references)
    places = {line.trial: float(rows - 1 - i) for i, line in enumerate(lines)}
    labels = [style.link(style.short(line.result.label), links.get(line.result.citation), "", ink) for line in lines]
    if hidden:
        labels.append(f'<span style="color:{ink.secondary}">{hidden} more trials</span>')
    for row in range(rows - 1):
        figure.add_shape(
            type="line", xref="paper", x0=0, x1=1, y0=row + 0.5, y1=row + 0.5, line={"color": ink.grid, "width": 1}
        )
    figure.update_layout(
        xaxis={
            "side": "top",
            "range": [-0.55, len(board.domains) - 0.45],
            "tickvals": list(range(len(board.domains))),
            "ticktext": [_heading(name).replace("<br>", " " if ink.narrow else "<br>") for name in board.domains],
            "tickangle": -90 if ink.narrow else 0,
            "tickfont": {"size": style.NOTE, "color": ink.secondary},
            "showgrid": False,
            "showline": False,
        },
        yaxis={
            "range": [-0.5, max(rows, 1) - 0.5],
            "tickvals": [float(rows - 1 - i) for i in range(rows)],
            "ticktext": [f"{label}   " for label in labels],
            "automargin": True,
            "showgrid": False,
            "showline": False,
        },
    )
    placed: list[tuple[float, float, Line, Cell]] = []
    split: list[tuple[float, float, Line, Cell]] = []
    bare: list[tuple[float, float]] = []
    for line in lines:
        for place, cell in enumerate(line.cells):
            if not cell.judgements and line.is_judged:
                bare.append((float(place), places[line.trial]))
            elif cell.judgements:
                (split if cell.is_split else placed).append((float(place), places[line.trial], line, cell))
    for name, mark in JUDGEMENT_MARKS.items():
        own = [item for item in placed if item[3].verdicts[0] == name]
        if own:
            figure.add_trace(
                go.Scatter(
                    x=[x for x, _, _, _ in own],
                    y=[y for _, y, _, _ in own],
                    mode="markers+text",
                    text=[f"<b>{MARKS[name]}</b>"] * len(own),
                    textfont={"size": style.BODY, "color": mark.sign(ink)},
                    marker={"symbol": "circle", "size": 2 * RADIUS, "color": mark.fill(ink)},
                    customdata=[[key_of(line, cell)] for _, _, line, cell in own],
                    hovertext=[_hover(line, cell, names) for _, _, line, cell in own],
                    hoverinfo="text",
                    unselected={"marker": {"opacity": 1}, "textfont": {"color": mark.sign(ink)}},
                    cliponaxis=False,
                )
            )
    for x, y, _, cell in split:
        _half(figure, x, y, -1, cell.verdicts[-1], ink)
        _half(figure, x, y, 1, cell.verdicts[0], ink)
    if split:
        figure.add_trace(
            go.Scatter(
                x=[x for x, _, _, _ in split],
                y=[y for _, y, _, _ in split],
                mode="markers",
                marker={"symbol": "circle", "size": 2 * RADIUS + 4, "color": "rgba(0,0,0,0)"},
                customdata=[[key_of(line, cell)] for _, _, line, cell in split],
                hovertext=[_hover(line, cell, names) for _, _, line, cell in split],
                hoverinfo="text",
                cliponaxis=False,
            )
        )
    dots = style.text_trace([f"<b>{BLANK}</b>"] * len(bare), [y for _, y in bare], 0, "x", "centre", ink.secondary)
    figure.add_trace(dots.update(x=[x for x, _ in bare]))
    if board.judgements:
        signs = key_line(board).split("\u2003")
        lines_of_key: list[str] = []
        for sign in signs:
            if lines_of_key and (not ink.narrow or len(lines_of_key[-1]) + len(sign) < _KEY_LETTERS):
                lines_of_key[-1] += f"\u2003{sign}"
            else:
                lines_of_key.append(sign)
        key = "<br>".join(lines_of_key)
        style.note(figure, key, 0, 0, ink, xanchor="left", yanchor="top", yshift=-8, align="left")
    blank = [places[line.trial] for line in lines if not line.is_judged] + ([0.0] if hidden else [])
    if blank:
        words = ["not judged in these data" if ink.narrow else "no published judgement in these data"] * len(blank)
        figure.add_trace(style.text_trace(words, blank, -0.4, "x", "left", ink.secondary, style.NOTE))
    return figure


def _half(figure: go.Figure, x: float, y: float, side: int, verdict: str, ink: Ink) -> None:
    """Draw half a disc with its sign, left (side −1) or right (side 1); in pixels, so that it stays round."""
    mark, r, edge = JUDGEMENT_MARKS[verdict], RADIUS, side * _GAP
    path = (
        f"M {edge},{r} C {edge + side * _ARC},{r} {edge + side * r},{_ARC} {edge + side * r},0 "
        f"C {edge + side * r},{-_ARC} {edge + side * _ARC},{-r} {edge},{-r} Z"
    )
    figure.add_shape(
        type="path",
        path=path,
        xsizemode="pixel",
        ysizemode="pixel",
        xanchor=x,
        yanchor=y,
        fillcolor=mark.fill(ink),
        line={"width": 0},
    )
    figure.add_annotation(
        x=x,
        y=y,
        xshift=side * (r / 2 + 0.5),
        text=f"<b>{MARKS[verdict]}</b>",
        showarrow=False,
        font={"size": style.AXIS, "color": mark.sign(ink)},
        captureevents=False,
    )


def _share(name: str, value: float) -> str:
    """Label a part of a bar with sign and per cent, as far as there is room."""
    if value >= 20:
        return f"{MARKS.get(name, '')} {KINDS[name].lower()} {value:.0f}%".strip()
    return f"{MARKS.get(name, '')} {value:.0f}%".strip() if value >= 12 else MARKS.get(name, "") if value >= 4 else ""


def weighted_bar(summary: Summary, ink: Ink) -> go.Figure:
    """Draw per cent of the weight by judgement, one labelled bar per domain."""
    bar = 34
    figure = style.base(ink, bar * len(summary.shares) + 46, margin={"l": 8, "r": 26, "t": 6, "b": 40}, barmode="stack")
    domains = [f"{ROB_DOMAINS[item.domain].label}   " for item in summary.shares]
    for name in (*reversed(WORST_FIRST), NOT_JUDGED):
        values = [item.shares.get(name, 0.0) for item in summary.shares]
        if not any(values):
            continue
        mark = JUDGEMENT_MARKS[name]
        figure.add_trace(
            go.Bar(
                x=values,
                y=domains,
                orientation="h",
                width=0.66,
                marker={"color": mark.fill(ink), "line": {"color": ink.paper, "width": 1.5}},
                text=[_share(name, value) for value in values],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                textfont={"size": style.NOTE, "color": mark.sign(ink)},
                hovertext=[
                    f"{domain.strip()}: {KINDS[name].lower()} {value:.0f}% of the weight"
                    for domain, value in zip(domains, values, strict=True)
                ],
                hoverinfo="text",
            )
        )
    figure.update_layout(
        xaxis={
            "range": [0, 100],
            "tickvals": [0, 25, 50, 75, 100],
            "ticktext": ["0%", "25%", "50%", "75%", "100%"],
            "title": {"text": "Share of the weight"},
            "showgrid": False,
        },
        yaxis={"autorange": "reversed", "automargin": True, "showgrid": False, "showline": False},
    )
    return figure
