"""Pure functions that remember their last answers: a rerun draws again only what has changed.

Their arguments are frozen values, which are the key; what comes out is shown, never changed. `st.cache_data` would give
a pickled copy each time: 80 ms for a forest plot and 31 ms for the rows of a selection, where these take under 0.01 ms.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd
import plotly.graph_objects as go

from evidence.bibliography.links import best_link
from evidence.content import background, claims
from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.questions import data_quality, glance, harm_sentences, missing, onset, overview, robustness, time_curve
from evidence.questions.data_quality import Report
from evidence.questions.harm_sentences import HarmQuestion
from evidence.questions.harms import Harm
from evidence.questions.overview import Dot, Tile
from evidence.questions.time_curve import TimeCurve
from evidence.report.composed.curves import curve as curve_section
from evidence.report.figures import glance as glance_figures
from evidence.report.figures import glance_html
from evidence.report.figures.boxes import Picture
from evidence.report.figures.style import Ink
from evidence.report.section import Drawing, Section
from evidence.report.tables import trials as trial_tables
from evidence.selection.selection import Selection, Step, apply, explain

if TYPE_CHECKING:
    from evidence.ui.page import Page

_KEPT = 256
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selection of some data. Two are the same where the version of the data and every choice are."""

    version: str
    choices: str
    evidence: Evidence = field(compare=False)
    selection: Selection = field(compare=False)


def chosen(evidence: Evidence, selection: Selection) -> Chosen:
    """Return the cache key of a selection."""
    return Chosen(evidence.digest, f"{selection.preset}; {selection}", evidence, selection)


@dataclass(frozen=True, slots=True)
class _Data:
    version: str
    evidence: Evidence = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Versions:
    shown: str
    newest: str
    evidence: Evidence = field(compare=False)
    on_disk: Evidence = field(compare=False)


def report(evidence: Evidence, on_disk: Evidence) -> Report:
    """`evidence.questions.data_quality.report`, remembered."""
    return _report(_Versions(evidence.digest, on_disk.digest, evidence, on_disk))


@lru_cache(maxsize=4)
def _report(key: _Versions) -> Report:
    return data_quality.report(key.evidence, key.on_disk)


@dataclass(frozen=True, slots=True)
class _Seen:
    key: Chosen
    ink: Ink
    page: "Page" = field(compare=False)


def once(page: "Page", make: Callable[..., T], *choices: Hashable) -> T:
    """Return what a function makes of a page and of choices on it, remembered.

    The version of the data, the selection, the colours and the choices are the key; the function belongs to a module,
    so that it is the same in every run.
    """
    made: T = _once(_Seen(chosen(page.evidence, page.selection), page.ink, page), make, choices)
    return made


@lru_cache(maxsize=_KEPT)
def _once(seen: _Seen, make: Callable[..., Any], choices: tuple[Hashable, ...]) -> Any:
    return make(seen.page, *choices)


@lru_cache(maxsize=_KEPT)
def selected(key: Chosen) -> tuple[Result, ...]:
    """`evidence.selection.selection.apply` to all results, remembered."""
    return apply(key.evidence.results, key.selection.criteria())


@lru_cache(maxsize=_KEPT)
def explained(key: Chosen) -> tuple[Step, ...]:
    """`evidence.selection.selection.explain` of all results, remembered."""
    return explain(key.evidence.results, key.selection)


def _once_per_version(function: Callable[[Evidence], T]) -> Callable[[Evidence], T]:
    """Remember what a function makes of the data as a whole, for the last few versions of them."""

    @lru_cache(maxsize=4)
    def kept(data: _Data) -> T:
        return function(data.evidence)

    return lambda evidence: kept(_Data(evidence.digest, evidence))


@_once_per_version
def links(evidence: Evidence) -> dict[str, str | None]:
    """Return where each citation leads."""
    return {name: best_link(reference) for name, reference in evidence.references.items()}


assessed = _once_per_version(claims.assess_all)


background_sections = _once_per_version(background.sections)


open_gaps = _once_per_version(missing.queue)


@lru_cache(maxsize=_KEPT)
def tiles(key: Chosen) -> tuple[Tile, ...]:
    """`evidence.questions.overview.tiles`, remembered."""
    return overview.tiles(key.evidence.results, selected(key), key.selection, key.evidence.reviews, key.evidence.gaps)


@lru_cache(maxsize=_KEPT)
def at_a_glance(key: Chosen) -> glance.Glance:
    """`evidence.questions.glance.glance`, remembered."""
    return glance.glance(key.evidence.results, selected(key), key.selection, key.evidence.reviews, key.evidence.gaps)


@lru_cache(maxsize=_KEPT)
def glance_drawn(key: Chosen, ink: Ink) -> go.Figure:
    """`evidence.report.figures.glance.glance`, remembered."""
    return _ready(glance_figures.glance(at_a_glance(key), ink))


@lru_cache(maxsize=_KEPT)
def glance_table(key: Chosen) -> pd.DataFrame:
    """`evidence.report.tables.trials.results_frame` of what the first screen draws, remembered."""
    return trial_tables.results_frame(at_a_glance(key).results, links(key.evidence))


@lru_cache(maxsize=_KEPT)
def glance_in_boxes(key: Chosen, ink: Ink) -> Picture:
    """`evidence.report.figures.glance_html.glance`, remembered."""
    return glance_html.glance(at_a_glance(key), glance.in_words(at_a_glance(key)), ink)


@lru_cache(maxsize=_KEPT)
def around(key: Chosen, course: onset.Course) -> onset.Around:
    """`evidence.questions.onset.around`, remembered."""
    return onset.around(key.evidence.results, key.selection, course, key.evidence.gaps)


@lru_cache(maxsize=_KEPT)
def time_curves(key: Chosen, measure: str, low_confidence: bool, ink: Ink) -> tuple[tuple[TimeCurve, Section], ...]:
    """Return the curves of the selection that have any result, each with its section; remembered."""
    curves = time_curve.time_curves(selected(key), measure, low_confidence=low_confidence)
    known = links(key.evidence)
    return tuple((curve, curve_section(curve, known, ink)) for curve in curves if curve.entries)


@lru_cache(maxsize=_KEPT)
def not_known_in_short(key: Chosen) -> str:
    """`evidence.questions.overview.not_known_in_short`, remembered."""
    evidence = key.evidence
    judged = frozenset(item.trial for item in evidence.judgements)
    return overview.not_known_in_short(selected(key), judged, evidence.gaps, evidence.trials)


@lru_cache(maxsize=_KEPT)
def not_known(key: Chosen) -> tuple[str, ...]:
    """`evidence.questions.overview.not_known`, remembered."""
    judged = frozenset(one.trial for one in key.evidence.judgements)
    return overview.not_known(selected(key), judged, key.evidence.gaps, key.evidence.trials)


@lru_cache(maxsize=_KEPT)
def dots(key: Chosen) -> tuple[Dot, ...]:
    """`evidence.questions.overview.evidence_map`, remembered."""
    return tuple(overview.evidence_map(key.evidence.trials, selected(key)))


@lru_cache(maxsize=_KEPT)
def figure(drawing: Drawing) -> go.Figure:
    """Return the figure of a drawing, remembered."""
    return _ready(drawing.figure())


def _ready(drawn: go.Figure) -> go.Figure:
    """Work out once what the browser is sent.

    Every rerun sends the chart again, and Plotly copies a figure in full each time it is asked for its contents.
    """
    contents = drawn.to_dict()
    drawn.to_dict = lambda: contents
    return drawn


without_each = lru_cache(maxsize=_KEPT)(robustness.without_each)


by_year = lru_cache(maxsize=_KEPT)(robustness.by_year)


harm_answer = lru_cache(maxsize=_KEPT)(harm_sentences.harm_answer)


@lru_cache(maxsize=_KEPT)
def harms_marks(question: HarmQuestion, by_masking: bool = False) -> tuple[tuple[str, ...], tuple[Harm, ...]]:
    """`evidence.questions.harm_sentences.marks` of what `harm_answer` draws, remembered."""
    return harm_sentences.marks(harm_answer(question), by_masking, question.withdrawals)
