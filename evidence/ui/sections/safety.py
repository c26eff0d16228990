"""The sections of the Safety page: events, what stands apart, who counted what, what nobody measured."""

from dataclasses import dataclass, replace

import streamlit as st

from evidence.formatting import counted
from evidence.questions import harm_matrix, harm_sentences, harms
from evidence.questions.blinding import MASKINGS
from evidence.questions.harm_sentences import HarmQuestion
from evidence.report import sections
from evidence.report.composed import harms as harm_sections
from evidence.report.section import Section
from evidence.selection.selection import PRESETS
from evidence.stats.effect_sizes import MEASURES
from evidence.ui import cache as cached
from evidence.ui import filters, widgets
from evidence.ui.components import heading
from evidence.ui.components.citation_card import escaped
from evidence.ui.components.section import show_chart
from evidence.ui.page import Page
from evidence.ui.sections import certainty
from evidence.ui.sections import missing as missing_section

LEAST = 5
MOST = 8  # events drawn before a reader asks for every one


@dataclass(frozen=True)
class Options:
    """What the Safety page shows."""

    measure: str
    groups: tuple[str, ...]
    least: float
    against: str
    withdrawals: bool
    by_masking: bool = False
    every: bool = False


def options() -> Options:
    """Draw the closed panel of options and read it."""
    with st.expander("Options: measure, comparator, threshold, groups, every event", key="safety-options"):
        columns = st.columns(3)
        effects = {name: MEASURES[name].label for name in ("RD", "RR")}
        measure = widgets.beside("Effect on the right", effects, "harm", columns[0])
        against = widgets.one("Compared with", harms.KIND_LABELS, "against", columns[1])
        least = columns[2].slider(
            "Leave out events below this percentage in both arms",
            0,
            30,
            LEAST,
            key="incidence",
            bind="query-params",
            help="Serious events, thoughts of suicide and stopping are never left out.",
        )
        groups = st.pills(
            "Groups of events",
            list(harms.EVENT_GROUPS),
            format_func=lambda value: escaped(harms.EVENT_GROUPS[value]),
            selection_mode="multi",
            key="events",
            bind="query-params",
        )
        withdrawals = widgets.switch(
            "Pool randomised withdrawals too",
            "withdrawn",
            "Only people who had done well on the drug, and tolerated it, took part in them.",
        )
        every = widgets.switch(
            "Every event", "every", f"Draws every event over the threshold, not only the {MOST} that differ most."
        )
        masked = widgets.option_switch("masking")
    return Options(measure, tuple(groups or ()), float(least), against, withdrawals, masked, every)


SHAPES = (
    "● drug, □ comparator, ◆ pooled, ◇ one trial (its risk difference with Newcombe’s interval). The arms differ by "
    "the risk difference. Click a mark for its citations."
)
# A phone has the risk difference as a number alone.
_NARROW_SHAPES = (
    "● drug, □ comparator. The risk difference of one trial has Newcombe’s interval. Tap a mark for its citations."
)


def harm_question(view: Page, options: Options, apart: bool = False) -> HarmQuestion:
    """Make the question that the page asks of the view."""
    question = harm_sentences.harm_question(
        view.evidence.digest, view.evidence.results, view.selection, apart, options.against, options.withdrawals
    )
    most = 0 if options.every or options.groups or options.by_masking else MOST
    return question if apart else replace(question, groups=options.groups, least=options.least, most=most)


def finding(view: Page, options: Options) -> None:
    """Draw the finding of the page: the named events that differ most."""
    section, _ = _section(view, harm_question(view, options), options)
    heading.headline(section.sentence.large, section.sentence.below)


def events(view: Page, options: Options) -> None:
    """Draw the named events: dot plot, harm beside benefit, and what is not drawn."""
    question = harm_question(view, options)
    section, maskings = _section(view, question, options)
    st.header("What people feel or have, the largest difference first", anchor=False)
    for line in section.captions:
        st.caption(escaped(line))
    if cached.harm_answer(question).scope.dropped:
        _elsewhere(view)
    _below(view, section, maskings, "harms-events", cached.harm_answer(question).trade_off)


def _section(view: Page, question: HarmQuestion, options: Options) -> tuple[Section, tuple[str, ...]]:
    return cached.once(view, _harms, question, options.by_masking, options.measure)


def _harms(view: Page, question: HarmQuestion, by_masking: bool, measure: str) -> tuple[Section, tuple[str, ...]]:
    maskings, drawn = cached.harms_marks(question, by_masking)
    harm_answer = cached.harm_answer(question)
    section = sections.harms(harm_answer, measure, view.ink, maskings, drawn)
    return sections.with_missing_harms(section, harm_answer, view.evidence), maskings


def _below(view: Page, section: Section, maskings: tuple[str, ...], key: str, bold: str = "") -> None:
    parts = [MASKINGS[value].label for value in maskings]
    shapes = _NARROW_SHAPES if view.ink.narrow else SHAPES
    show_chart(section, view, shapes=shapes, key=key, parts=parts)
    for line in section.notes:
        st.markdown(f"**{escaped(line)}**") if line == bold else st.caption(escaped(line))
    missing_section.show(section.missing, f"missing-{key}")


def _choose(preset: str) -> None:
    filters.ask_instead(preset)


def _elsewhere(view: Page) -> None:
    """Draw buttons to the presets that have counts of their own."""
    counts = harms.elsewhere(view.evidence.results, view.selection)
    with st.container(horizontal=True):
        for name, amount in counts.items():
            st.button(
                f"{PRESETS[name].label}: {counted(amount, 'trial')}",
                key=f"harms-preset-{name}",
                on_click=_choose,
                args=(name,),
            )


def apart(view: Page, options: Options) -> None:
    """Draw serious events, thoughts of suicide and stopping; no threshold and no group cuts these."""
    section, maskings = _section(view, harm_question(view, options, apart=True), options)
    st.header(section.title, anchor=False)
    heading.smaller(section.sentence.large, section.sentence.below)
    for line in section.captions:
        st.caption(escaped(line))
    _below(view, section, maskings, "harms-apart")


def rated(view: Page, options: Options) -> None:
    """Draw who rated the events drawn, and the panel for a rating; the event that differs most comes first."""
    named, apart = (cached.harm_answer(harm_question(view, options, apart=kind)) for kind in (False, True))
    items = {item.event: item for item in (*named.drawn, *apart.drawn)}
    pools = [(item.label, item.difference) for item in items.values()]
    why_not = certainty.OTHER_TRIALS if named.scope.dropped or apart.scope.dropped else ""
    if options.against != harms.AUTOMATIC or options.withdrawals:
        why_not = "A rating belongs to a question as everybody sees it: clear comparator and withdrawals, then rate."
    if not why_not:
        certainty.rated(view, pools)
    certainty.panel(view, pools, (), why_not)


def who_counted(view: Page, in_scope: harms.Scope, options: Options) -> None:
    """Draw the grid of trials by events, the trials that report none, and the links to the registries' tables."""
    rows = view.results if any(harms.is_event(r) for r in view.results) else in_scope.results
    section = harm_sections.matrix(harm_matrix.matrix(rows, options.groups), view.links, view.ink)
    st.subheader(escaped(section.headline), anchor=False)
    for line in section.captions:
        st.caption(line)
    if view.ink.narrow and section.table is not None:
        # Names of trials and of events leave a phone no room for a grid; the table has the same, and the citations.
        st.dataframe(
            section.table,
            hide_index=True,
            alt=section.alt,
            column_config={"Citation": st.column_config.LinkColumn(display_text="open")},
        )
    else:
        show_chart(section, view, shapes="Click a mark for its citation.", key="harms-matrix")
    for line in section.notes:
        st.caption(escaped(line))
    addresses = harm_matrix.registry_tables(rows)
    if addresses:
        st.markdown("**The registry’s own tables of adverse events, where a trial is registered and has posted them:**")
        st.markdown(" · ".join(f"[{escaped(label)}, {number}]({url})" for label, number, url in addresses))


def not_measured(view: Page) -> None:
    """Draw what no trial measures, with the closest rows."""
    st.header("What no trial here measures", anchor=False)
    st.markdown(escaped(harm_sentences.not_measured(view.evidence.results)))
    links = view.links
    for row in harm_sentences.nearest_to_long_term(view.evidence.results):
        address = links.get(row.citation)
        source = f" [Source]({address})" if address else ""
        st.markdown(f"- {escaped(harm_sentences.near_row(row))}.{source}")
