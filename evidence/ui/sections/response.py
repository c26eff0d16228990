"""The sections of the Response page: its options, 100 people, each arm, L'Abbé, small studies, sensitivity."""

from collections.abc import Sequence

import streamlit as st

from evidence.dataset.records import Result
from evidence.questions import response, robustness
from evidence.questions.options import OPTIONS, PageOptions, offered_by
from evidence.questions.response import Choices
from evidence.report.composed import trials
from evidence.report.tables import answers as answer_tables
from evidence.selection.selection import trials_of
from evidence.synthesis import sentences as effect_sentences
from evidence.synthesis.answers import Answer
from evidence.ui import cache as cached
from evidence.ui import widgets
from evidence.ui.components.citation_card import escaped
from evidence.ui.components.section import show_chart
from evidence.ui.page import Page
from evidence.ui.sections import influence, made

_WITHOUT = "without"


_SHOWN = ("outcome", "time", "effect", "order", "by", "columns")
_POOLED = ("model", "interval", _WITHOUT, "low", "nocross", "nopress", "published")


def options(view: Page) -> PageOptions:
    """Draw the closed panel of options and read it: what is asked, and how the forest plot is arranged."""
    label = "Options: outcome, time, measure, order, groups, columns"
    with st.expander(label, key="response-options", on_change="rerun") as panel:
        if not widgets.is_needed(panel.open, _SHOWN):
            return PageOptions()
        columns = st.columns(3)
        outcome = widgets.option("outcome", place=columns[0])
        time = widgets.option("time", place=columns[1])
        measure = widgets.option("effect", place=columns[2])
        order = widgets.option("order", place=columns[0])
        split = widgets.option("by", offered_by("by", view.evidence), columns[1])
        known = list(offered_by("columns", view.evidence))
        label = OPTIONS["columns"].label
        extra = columns[2].multiselect(label, known, key="columns", bind="query-params", max_selections=3)
    return PageOptions(Choices(outcome, measure, time), order, split, tuple(extra))


def sensitivity_options(view: Page, shown: PageOptions, is_open: bool) -> Choices:
    """Draw the controls of the sensitivity panel where needed, and read every choice about pooling."""
    if not widgets.is_needed(is_open, _POOLED):
        return shown.choices
    known = trials_of(view.results)
    columns = st.columns(3)
    method = widgets.option("model", place=columns[0])
    interval = widgets.option("interval", place=columns[1])
    without = columns[2].multiselect(
        OPTIONS[_WITHOUT].label,
        list(known),
        format_func=lambda trial: known[trial][0].label if trial in known else trial,
        key=_WITHOUT,
        bind="query-params",
        placeholder="none; or click a mark in the chart",
    )
    with st.container(horizontal=True):
        low, no_crossovers, no_press, published = (
            widgets.option_switch(name) for name in ("low", "nocross", "nopress", "published")
        )
    return Choices(
        shown.choices.outcome,
        shown.choices.measure,
        shown.choices.time,
        response.model_of(method, interval),
        low,
        not no_crossovers,
        tuple(without),
        response.barred_citations(view.evidence.references, not no_press, published),
    )


def _leave_out(trial: str) -> None:
    chosen = list(st.session_state.get(_WITHOUT) or [])
    st.session_state[_WITHOUT] = [*chosen, trial] if trial not in chosen else [t for t in chosen if t != trial]


def leave_out_button(results: Sequence[Result]) -> None:
    """Draw the button in a trial's citation card that leaves it out of the pool, or puts it back."""
    trial = results[0].trial
    if any(result.trial != trial for result in results):
        return
    is_out = trial in (st.session_state.get(_WITHOUT) or [])
    label = "Put this trial back" if is_out else "Leave this trial out of the pool"
    st.button(label, key="leave-out", on_click=_leave_out, args=(trial,), icon=":material/playlist_remove:")


_VIEWS = ("For 100 people", "Each arm", "L’Abbé", "Small studies")
_RATE, _SLIDER, _OWN = "rate", "rate-slider", "rate-own"


def draw(view: Page, answer: Answer, choices: Choices, options: PageOptions) -> None:
    """Draw the result in the picture that the reader chose."""
    of_hundred, each_arm, rates = _VIEWS[:3]
    chosen = st.segmented_control(
        "The result in other pictures",
        _VIEWS,
        default=of_hundred,
        required=True,
        key="view",
        bind="query-params",
        label_visibility="collapsed",
    )
    if chosen == of_hundred:
        _people(view, answer, choices, options)
    elif chosen == each_arm:
        _arms(view, answer)
    elif chosen == rates:
        _rates(view, answer)
    else:
        _small(view, answer)


def _chosen_rate(own: int) -> int:
    """Return the per cent on the comparator that the reader set, kept in the URL; until then that of the trials."""
    asked = st.query_params.get(_RATE, "")
    # Another answer has a rate of its own. The slider stays, as to make one the browser lays out the page once more.
    if _SLIDER not in st.session_state or st.session_state.get(_OWN) != own:
        is_rate = asked.isascii() and asked.isdigit() and 1 <= int(asked) <= 99
        st.session_state[_SLIDER], st.session_state[_OWN] = int(asked) if is_rate else own, own
    percent: int = st.session_state[_SLIDER]
    if percent != own:
        st.query_params[_RATE] = str(percent)
    elif asked:
        del st.query_params[_RATE]
    return percent


def _people(view: Page, answer: Answer, choices: Choices, options: PageOptions) -> None:
    nothing = "No absolute numbers: the pooled trials do not all report how many people had the outcome."
    if answer.counts is None or answer.pooled is None:
        st.markdown(nothing)
        return
    control = answer.counts[1]
    own = min(99, max(1, round(100 * control.events / control.n)))
    percent = _chosen_rate(own)
    # Untouched, the rate is the trials' own, not its rounded form.
    rate = control.events / control.n if percent == own else percent / 100
    drawn = cached.once(view, made.people, choices, options, rate)
    if drawn is None:
        st.markdown(nothing)
    else:
        st.markdown(f"**{escaped(drawn.section.headline)}**")
        show_chart(drawn.section, view, shapes="", boxes=drawn.picture)
    st.slider("Of 100 people on the comparator, how many have the outcome?", 1, 99, key=_SLIDER)
    st.caption(effect_sentences.observed_rates(answer))


def _arms(view: Page, answer: Answer) -> None:
    section = trials.arms(answer, view.links, view.ink)
    if section.drawing is None:
        st.markdown("No trial has counts in both arms in these data.")
        return
    st.markdown("**Per cent with the outcome in each arm of each trial.**")
    shapes = "● drug, ○ comparator; thin lines are 95% intervals. Click a mark for its citation."
    show_chart(section, view, shapes=shapes)


def _rates(view: Page, answer: Answer) -> None:
    section = trials.labbe(answer, view.links, view.ink)
    if section.drawing is None:
        st.markdown("No pooled trial has counts in both arms in these data.")
        return
    st.markdown(
        "**Above the line of no effect more people have the outcome on the drug. Larger bubbles, larger trials.**"
    )
    show_chart(section, view, shapes="Click a bubble for its citation.")


def _small(view: Page, answer: Answer) -> None:
    section = trials.funnel(answer, view.links, view.ink)
    st.markdown(f"**{section.headline}**")
    show_chart(section, view)


def sensitivity(view: Page, answer: Answer, choices: Choices) -> None:
    """Draw what the result depends on: trials left out, the model, one trial at a time, and accumulation by year."""
    contrast = robustness.with_and_without(view.results, choices)
    if contrast is not None:
        st.markdown(f"**{contrast.words}**")
        st.dataframe(answer_tables.contrast_frame(contrast), hide_index=True, alt=contrast.words)
    if words := robustness.headline_of_models(answer):
        st.markdown(f"**Under every other model.** {words}")
        table = answer_tables.models_frame(robustness.other_models(answer), answer.question.measure)
        st.dataframe(table, hide_index=True, alt=words)
    each = trials.without_each(answer, cached.without_each(answer), view.ink)
    st.markdown(f"**{each.title}.** {each.headline}")
    show_chart(each, view)
    grown = trials.by_year(answer, cached.by_year(answer), view.ink)
    if grown.drawing is not None:
        st.markdown("**Cumulative: the pooled result after each trial, by year.**")
        show_chart(grown, view)
    influence.draw(view, answer)
