"""The sections of the Safety page: events, what stands apart, who counted what, what nobody measured."""

import streamlit as st

from evidence import harm_tables, harm_words, harms, reporting
from evidence.figures.harms import harm_plot, matrix_key, matrix_plot
from evidence.outcomes import OUTCOMES
from evidence.selection import PRESETS
from evidence.ui import chart
from evidence.ui.card import escaped
from evidence.ui.safety_options import Options
from evidence.ui.view import View
from evidence.words import counted

SHAPES = (
    "● drug, □ comparator, ◆ pooled, ◇ one trial (its risk difference with Newcombe’s interval). The arms differ by "
    "the risk difference. Click a mark for its citations."
)


def events(view: View, found: harms.Scope, options: Options) -> None:
    """The finding, the dot plot of named events, harm beside benefit, and what is not drawn."""
    every = harms.harms(found.compared, harms.is_event, options.withdrawals)
    items = [h for h in every if not options.groups or OUTCOMES[h.event].group in options.groups]
    sides = harm_words.sides_among(items)
    st.subheader(harm_words.finding(items, sides) + ".", anchor=False)
    st.caption(
        " ".join(part for part in (found.given_up, harm_words.window(items)) if part)
        or "Nothing here was counted in both arms."
    )
    if found.dropped:
        _elsewhere(view)
    drawn = [h for h in items if harms.is_frequent(h, options.least)]
    if drawn:
        results = [result for item in drawn for result in item.results]
        chart.show(
            harm_plot(drawn, options.measure, sides, view.ink),
            view,
            "harms-events",
            harm_words.aloud(drawn, options.measure),
            results,
            harm_tables.harm_frame(items),
            more=[_script(drawn, options, view)],
            shapes=SHAPES,
        )
        st.markdown(f"**{escaped(harm_words.trade_off(items, found))}**")
    for line in (
        harm_words.rare(items, options.least),
        harm_words.no_events(drawn) if options.measure == "RR" else "",
        harm_words.comparators(found),
        harm_words.many(drawn),
        *harm_words.not_pooled(items),
    ):
        if line:
            st.caption(escaped(line))


def _script(drawn: list[harms.Harm], options: Options, view: View) -> chart.Download:
    answers = [item.difference if options.measure == "RD" else item.ratio for item in drawn]
    return chart.r_download(answers, "Adverse events", view)


def _choose(preset: str) -> None:
    st.session_state["preset"] = preset


def _elsewhere(view: View) -> None:
    """Buttons to the presets that hold counts of their own."""
    found = harms.elsewhere(view.evidence.results, view.selection)
    with st.container(horizontal=True):
        for name, amount in found.items():
            st.button(
                f"{PRESETS[name].label}: {counted(amount, 'trial')}",
                key=f"harms-preset-{name}",
                on_click=_choose,
                args=(name,),
            )


def apart(view: View, options: Options) -> None:
    """Serious events, thoughts of suicide and stopping; no threshold and no group cuts these."""
    found = harms.scope(view.evidence.results, view.selection, harms.is_apart, options.against, options.withdrawals)
    items = harms.harms(found.compared, harms.is_apart, options.withdrawals)
    sides = harm_words.sides_among(items)
    st.header("Serious events, thoughts of suicide, and stopping", anchor=False)
    st.subheader(harm_words.finding_apart(items, sides) + ".", anchor=False)
    st.caption(" ".join(part for part in (found.given_up, harm_words.window(items)) if part))
    drawn = [h for h in items if h.differs is not None]
    if drawn:
        results = [result for item in drawn for result in item.results]
        chart.show(
            harm_plot(drawn, options.measure, sides, view.ink),
            view,
            "harms-apart",
            harm_words.aloud(drawn, options.measure),
            results,
            harm_tables.harm_frame(items),
            more=[_script(drawn, options, view)],
            shapes=SHAPES,
        )
    for line in (harm_words.no_events(drawn), harm_words.comparators(found), *harm_words.not_pooled(items)):
        if line:
            st.caption(escaped(line))


def who_counted(view: View, found: harms.Scope, options: Options) -> None:
    """The grid of trials by events, the trials that say nothing, and the way to the registries' own tables."""
    rows = view.results if any(harms.is_event(r) for r in view.results) else found.results
    grid = reporting.matrix(rows, options.groups)
    st.subheader(reporting.finding(grid) + ".", anchor=False)
    st.caption(matrix_key())
    if grid.cells:
        results = [result for cell in grid.cells for result in cell.results]
        chart.show(
            matrix_plot(grid, view.links, view.ink),
            view,
            "harms-matrix",
            reporting.finding(grid),
            results,
            harm_tables.matrix_frame(grid, view.links),
            shapes="Click a mark for its citation.",
        )
    if silent := reporting.silence(grid):
        st.caption(escaped(silent))
    addresses = reporting.registry_tables(rows)
    if addresses:
        st.markdown("**The registry’s own tables of adverse events, where a trial is registered and has posted them:**")
        st.markdown(" · ".join(f"[{escaped(label)}, {number}]({url})" for label, number, url in addresses))


def not_measured(view: View) -> None:
    """What no trial measures, with the rows that come nearest."""
    st.header("What no trial here measures", anchor=False)
    st.markdown(escaped(harm_words.not_measured(view.evidence.results)))
    for row in harm_words.nearest_to_long_term(view.evidence.results):
        address = view.links.get(row.citation)
        source = f" [Source]({address})" if address else ""
        st.markdown(f"- {escaped(harm_words.near_row(row))}.{source}")
