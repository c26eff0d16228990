"""The sections of the Response page: its options, 100 people, each arm, L'Abbé, small studies, sensitivity."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from evidence.dataset.records import Result
from evidence.questions import response, robustness
from evidence.questions.options import OPTIONS, PageOptions, offered_by
from evidence.questions.response import Choices
from evidence.questions.robustness import Series
from evidence.report import alt_text as aloud
from evidence.report.figures.forest import Labels
from evidence.report.figures.forest_rows import sensitivity_rows
from evidence.report.figures.funnel import funnel
from evidence.report.figures.people import dumbbell, icon_array, labbe
from evidence.report.sections import cited
from evidence.report.tables import answers as tables
from evidence.selection.selection import trials_of
from evidence.stats.absolute import Absolute
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis import sentences as statements
from evidence.synthesis.answers import Answer
from evidence.synthesis.sentences import Sides
from evidence.ui import cache as remembered
from evidence.ui import widgets as asked
from evidence.ui.components import chart
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import Page
from evidence.ui.sections import influence

_WITHOUT = "without"


def options(view: Page) -> PageOptions:
    """Draw the closed panel of options and read it: what is asked, and how the forest plot is arranged."""
    with st.expander("Options", key="response-options"):
        columns = st.columns(3)
        outcome = asked.option("outcome", place=columns[0])
        time = asked.option("time", place=columns[1])
        measure = asked.option("effect", place=columns[2])
        order = asked.option("order", place=columns[0])
        split = asked.option("by", offered_by("by", view.evidence), columns[1])
        known = list(offered_by("columns", view.evidence))
        label = OPTIONS["columns"].label
        extra = columns[2].multiselect(label, known, key="columns", bind="query-params", max_selections=3)
    return PageOptions(Choices(outcome, measure, time), order, split, tuple(extra))


def sensitivity_options(view: Page, shown: PageOptions) -> Choices:
    """Draw the controls of the sensitivity panel and read every choice about pooling."""
    trials = trials_of(view.results)
    columns = st.columns(3)
    method = asked.option("model", place=columns[0])
    interval = asked.option("interval", place=columns[1])
    without = columns[2].multiselect(
        OPTIONS[_WITHOUT].label,
        list(trials),
        format_func=lambda trial: trials[trial][0].label if trial in trials else trial,
        key=_WITHOUT,
        bind="query-params",
        placeholder="none; or click a mark in the chart",
    )
    with st.container(horizontal=True):
        low, no_crossovers, no_press, published = (
            asked.option_switch(name) for name in ("low", "nocross", "nopress", "published")
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
    """In the citation card of one trial: leave it out of the pool, or take it back in."""
    trial = results[0].trial
    if any(result.trial != trial for result in results):
        return
    is_out = trial in (st.session_state.get(_WITHOUT) or [])
    label = "Take this trial back in" if is_out else "Leave this trial out of the pool"
    st.button(label, key="leave-out", on_click=_leave_out, args=(trial,), icon=":material/playlist_remove:")


_RATE = "rate"


def draw(view: Page, answer: Answer, sides: Sides) -> None:
    """Draw the views in tabs; only the open one is computed."""
    people, arms, rates, small = st.tabs(
        ["For 100 people", "Each arm", "L’Abbé", "Small studies"], key="view", on_change="rerun", bind="query-params"
    )
    if people.open:
        with people:
            _people(view, answer, sides)
    if arms.open:
        with arms:
            _arms(view, answer, sides)
    if rates.open:
        with rates:
            _rates(view, answer, sides)
    if small.open:
        with small:
            _small(view, answer)


def _chosen_rate(answer: Answer) -> float | None:
    """Return the comparator rate the reader set, kept in the URL; until then it follows the trials."""
    if answer.counts is None or answer.pooled is None:
        return None
    control = answer.counts[1]
    own = min(99, max(1, round(100 * control.events / control.n)))
    asked = st.query_params.get(_RATE, "")
    start = int(asked) if asked.isascii() and asked.isdigit() and 1 <= int(asked) <= 99 else own
    # The trials' own rate is part of the key: another answer gives another slider, at its own rate.
    percent = st.slider(
        "Of 100 people on the comparator, how many have the outcome?", 1, 99, start, key=f"{_RATE}-{own}"
    )
    if percent != own:
        st.query_params[_RATE] = str(percent)
    elif asked:
        del st.query_params[_RATE]
    st.caption(statements.observed_rates(answer))
    # Untouched, the rate is the trials' own, not its rounded form.
    return control.events / control.n if percent == own else percent / 100


def _people(view: Page, answer: Answer, sides: Sides) -> None:
    rate = _chosen_rate(answer)
    of_hundred = statements.absolute(answer, rate) if rate is not None else None
    if of_hundred is None:
        st.markdown("No absolute numbers: the pooled trials do not all report how many people had the outcome.")
        return
    verb = statements.verb_of(answer.question.outcomes[0])
    words = statements.in_people(of_hundred, sides, verb, statements.behind(answer))
    st.markdown(f"**{escaped(words)}**")
    figure = icon_array(of_hundred, sides, verb, view.ink)
    chart.show(
        figure,
        view,
        "people",
        words,
        words,
        cited(answer.used),
        _absolute_frame(of_hundred),
        shapes="Each sign is one person of 100.",
    )


def _absolute_frame(found: Absolute) -> pd.DataFrame:
    rows = [
        ("On the comparator, of 100", found.comparator_rate * 100, None, None),
        ("On the drug, of 100", *found.events_of_100),
        ("Difference, of 100", *(100 * value for value in found.risk_difference)),
    ]
    frame = pd.DataFrame(rows, columns=["Of 100 people", "Estimate", "95% CI from", "to"]).round(1)
    return pd.concat([frame, pd.DataFrame([{"Of 100 people": f"Number needed to treat: {found.number_needed}"}])])


def _arms(view: Page, answer: Answer, sides: Sides) -> None:
    entries = [entry for entry in answer.entries if entry.intervention and entry.comparator]
    if not entries:
        st.markdown("No trial has counts in both arms in these data.")
        return
    st.markdown("**Per cent with the outcome in each arm of each trial.**")
    alt = "; ".join(statements.arms_in_words(entry) for entry in entries)
    chart.show(
        dumbbell(entries, view.links, view.ink),
        view,
        "arms",
        f"{statements.headline_of_rates(answer, sides)}.",
        alt,
        cited(tuple(entries)),
        tables.arm_frame(entries, view.links),
        shapes="● drug, ○ comparator; thin lines are 95% intervals. Click a mark for its citation.",
    )


def _rates(view: Page, answer: Answer, sides: Sides) -> None:
    entries = [entry for entry in answer.used if entry.intervention and entry.comparator]
    if not entries:
        st.markdown("No pooled trial has counts in both arms in these data.")
        return
    st.markdown(
        "**Above the line of no effect more people have the outcome on the drug. Larger bubbles, larger trials.**"
    )
    is_ratio = answer.question.measure == "RR" and answer.pooled is not None
    ratio = MEASURES["RR"].shown(answer.pooled.estimate) if is_ratio and answer.pooled else None
    words = statements.effect_in_words(answer)
    alt = "; ".join((statements.in_one_line(answer), *(statements.arms_in_words(entry) for entry in entries)))
    figure = labbe(entries, ratio, words, view.ink, sides.drug, sides.comparator)
    table = tables.arm_frame(entries, view.links)
    chart.show(
        figure,
        view,
        "labbe",
        f"{statements.headline_of_rates(answer, sides)}.",
        alt,
        cited(tuple(entries)),
        table,
        shapes="Click a bubble for its citation.",
    )


def _small(view: Page, answer: Answer) -> None:
    _, words = robustness.small_studies(answer.used)
    st.markdown(f"**{words}**")
    if answer.k >= robustness.LEAST_FOR_FUNNEL and answer.pooled is not None:
        axis = MEASURES[answer.question.measure].label
        figure = funnel(answer.used, answer.pooled, answer.question.measure, view.ink, axis)
        script = chart.r_download([answer], "Funnel plot", view)
        table = tables.pool_frame([answer], view.links)
        alt = f"{words} {aloud.answers([answer])}"
        chart.show(figure, view, "funnel", words, alt, cited(answer.used), table, more=[script])


def sensitivity(view: Page, answer: Answer, choices: Choices, favours: tuple[str, str]) -> None:
    """Draw what the result depends on: trials left out, the model, one trial at a time, and accumulation by year."""
    contrast = robustness.with_and_without(view.results, choices)
    if contrast is not None:
        st.markdown(f"**{contrast.words}**")
        st.dataframe(tables.contrast_frame(contrast), hide_index=True, alt=contrast.words)
    if words := robustness.headline_of_models(answer):
        st.markdown(f"**Under every other model.** {words}")
        table = tables.models_frame(robustness.other_models(answer), answer.question.measure)
        st.dataframe(table, hide_index=True, alt=words)
    each, grown = remembered.without_each(answer), remembered.by_year(answer)
    st.markdown(f"**One trial left out at a time.** {robustness.headline_of_each(answer, each)}")
    if each.pools:
        _series(view, answer, each, favours, "leave-one-out", robustness.headline_of_each(answer, each))
    if len(grown.pools) > 1:
        st.markdown("**As it grew: the pooled result after each trial, by year.**")
        sides = statements.sides_of(entry.first for entry in answer.used)
        words = f"As it grew, by year: {statements.headline_of_rates(answer, sides)}."
        _series(view, answer, grown, favours, "cumulative", words)
    influence.draw(view, answer)


def _series(view: Page, answer: Answer, series: Series, favours: tuple[str, str], key: str, headline: str) -> None:
    measure = answer.question.measure
    rows = sensitivity_rows(series.labels, series.pools, measure, series.keys, view.ink)
    labels = Labels("", "", *favours, MEASURES[measure].label)
    figure = remembered.forest(tuple(rows), measure, labels, view.ink)
    chart.show(
        figure,
        view,
        key,
        headline,
        aloud.series(series, measure),
        cited(answer.used),
        tables.series_frame(series, measure),
    )
