"""A view told from end to end: the rows it holds and the answers that its pages give, as one frozen value."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote, urlencode

from evidence import __version__
from evidence.bibliography import self_citation
from evidence.bibliography.vancouver import vancouver
from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.dataset.references import Reference
from evidence.questions import duration, harms, response
from evidence.questions import onset as onset_question
from evidence.questions import options as page_options
from evidence.questions import summary_of_findings as summary_question
from evidence.questions.duration import FollowUp, Withdrawal
from evidence.questions.harm_sentences import HarmAnswer, harm_answer, harm_question
from evidence.questions.onset import Course
from evidence.questions.options import PageOptions
from evidence.questions.subgroups import subgroups
from evidence.questions.summary_of_findings import Summary
from evidence.selection.filters import SINGLE, schedule
from evidence.selection.selection import Criterion, Selection, apply, headcount, relaxed
from evidence.selection.url import parameters
from evidence.stats.absolute import Absolute
from evidence.synthesis import sentences as effect_sentences
from evidence.synthesis.answers import Answer

LEAST_PER_CENT = 5.0
"""Events under this per cent in both arms are not drawn, as on the Safety page."""


Progress = Callable[[str], None]
"""Told of each part of a file as it is begun; what it raises ends the making."""


def quiet(_: str) -> None:
    """Say nothing of progress."""


MOST_NAMED = 8


class NothingToExport(ValueError):
    """An export that cannot be made, and why, in words for the reader."""


class ExportFailed(Exception):
    """Why a file could not be made although there is something to export; the words are for the reader."""


@dataclass(frozen=True, slots=True)
class View:
    """What is exported: the evidence, a selection of it, the day, where it can be read, and the page's own choices."""

    evidence: Evidence
    selection: Selection
    made: date
    base: str = ""
    options: tuple[tuple[str, str], ...] = ()

    @property
    def query(self) -> str:
        """The URL parameters of the view; empty where nothing but defaults is chosen."""
        own = urlencode(self.options, quote_via=quote, safe="")
        return "&".join(part for part in (parameters(self.selection), own) if part)

    @property
    def rows(self) -> tuple[Result, ...]:
        """The results in the view; raises NothingToExport where there is none."""
        selected = apply(self.evidence.results, self.selection.criteria())
        if not selected:
            raise NothingToExport(f"No result meets: {self.selection}. Choose a wider view.")
        return selected

    @property
    def chosen(self) -> PageOptions:
        """The page's own choices, read; what is not known of them is left out."""
        return page_options.read(self.options, self.evidence, self.rows)[0]

    @property
    def references(self) -> tuple[Reference, ...]:
        """The references of exactly the rows in the view, each once."""
        return references_of(self.evidence, self.rows)

    @property
    def address(self) -> str:
        """Where the view opens again; the parameters alone where the dashboard's own address is not known."""
        return f"{self.base}?{self.query}" if self.query else self.base

    @property
    def citation(self) -> str:
        """How to cite the view: the dashboard with its versions and the day, the view, its address."""
        cited = self_citation.in_words(__version__, self.evidence.version, self.made)
        where = f" Parameters: {self.query}" if self.query else ""
        where = f" Available from: {self.address}" if self.base else where
        return f"{cited} View: {self.selection} ({headcount(self.rows)}).{where}"

    @property
    def stamp(self) -> str:
        """The line under everything that is exported."""
        versions = f"program {__version__}, data version {self.evidence.version}"
        return f"{self.evidence.topic.title}; {versions}, {self.made.isoformat()}"

    @property
    def source(self) -> str:
        """The line under a picture: dashboard, data, selection, and the beginning of the data's hash."""
        return f"{self.stamp}. {self.selection}. SHA-256 of the data {self.evidence.digest[:16]}"

    @property
    def cited_trials(self) -> str:
        """The references of all trials in the view, numbered, in Vancouver style."""
        return in_vancouver(self.references)


def references_of(evidence: Evidence, results: Iterable[Result]) -> tuple[Reference, ...]:
    """List the references of results, each once, in order of first appearance."""
    keys = dict.fromkeys(result.citation for result in results)
    return tuple(evidence.references[key] for key in keys if key in evidence.references)


def named(results: Iterable[Result], where: str = "", most: int = MOST_NAMED) -> str:
    """Name the trials behind a picture or a slide in one line: labels with citation keys, each once.

    `where` says where to find those beyond the first `most`.
    """
    labels = list(dict.fromkeys(f"{r.label} [{r.citation}]" for r in results))
    more = f" and {len(labels) - most} more{where}" if len(labels) > most else ""
    return f"Trials: {'; '.join(labels[:most])}{more}." if labels else ""


def in_vancouver(references: Iterable[Reference]) -> str:
    """List references with numbers, one per line, ready to copy."""
    return "\n".join(f"{i}. {vancouver(item)}" for i, item in enumerate(references, 1))


@dataclass(frozen=True, slots=True)
class Story:
    """Every answer the pages of a view give with their options as they first stand."""

    view: View
    chosen: PageOptions
    measure: str
    onset: Course
    response: Answer
    single: Course
    courses: tuple[FollowUp, ...]
    courses_dropped: tuple[Criterion, ...]
    withdrawals: tuple[Withdrawal, ...]
    hazard: Answer
    withdrawals_dropped: tuple[Criterion, ...]
    harms: HarmAnswer
    serious: HarmAnswer
    summary: Summary

    @property
    def of_hundred(self) -> Absolute | None:
        """What response means for a hundred people, at the rate chosen or the trials' own."""
        return effect_sentences.absolute(self.response, self.chosen.rate)

    @property
    def answers(self) -> tuple[tuple[str, Answer], ...]:
        """Every pooled answer of the story with the heading it stands under."""
        result = [("Response", self.response)]
        result += [("How soon it works", item) for item in self.onset.drawn]
        result += [("After one dose", item) for item in self.single.drawn]
        result += [("After randomised withdrawal", self.hazard)]
        result += [("Adverse events", item.difference) for item in self.harms.drawn]
        result += [("Serious events and stopping", item.difference) for item in self.serious.drawn]
        return tuple((title, item) for title, item in result if item.pooled is not None)


def _harms(view: View, apart: bool) -> HarmAnswer:
    evidence = view.evidence
    asked = harm_question(evidence.digest, evidence.results, view.selection, apart, harms.AUTOMATIC, False)
    return harm_answer(replace(asked, least=LEAST_PER_CENT))


def tell(view: View, progress: Progress = quiet) -> Story:
    """Answer everything a view asks; the time course uses the first of points, SDs and ratio that gives a mark."""
    progress("working out how soon it works")
    rows, everything, selection, chosen = view.rows, view.evidence.results, view.selection, view.chosen
    low, same, masked = chosen.choices.low_confidence, chosen.same, chosen.masked
    measures = [chosen.measure] if chosen.measure else list(onset_question.MEASURE_LABELS)
    courses = {m: onset_question.course(rows, m, same, low, by_masking=masked) for m in measures}
    measure = next((m for m, item in courses.items() if item.drawn), measures[0])
    progress("working out for how many it works")
    answer = response.answer_for(rows, chosen.choices, subgroups(view.evidence.judgements)[chosen.split].group)
    progress("working out for how long it lasts")
    once = [r for r in rows if schedule(r) == SINGLE and r.hours >= 12]
    single = onset_question.course(once, measure, by_masking=masked)
    followed = relaxed(everything, selection, duration.is_follow_up)
    stopped = relaxed(everything, selection, duration.is_withdrawal, at_once=True)
    withdrawals = duration.withdrawals(stopped.results)
    progress("working out the harms")
    named = _harms(view, apart=False)
    progress("working out serious events and stopping")
    serious = _harms(view, apart=True)
    progress("working out the summary of findings")
    return Story(
        view,
        chosen,
        measure,
        courses[measure],
        answer,
        single,
        tuple(item for item in duration.follow_ups(followed.results) if item.is_after_course),
        followed.dropped,
        withdrawals,
        duration.hazard_answer(withdrawals),
        stopped.dropped,
        named,
        serious,
        summary_question.summarise(rows, view.evidence.reviews, str(selection)),
    )
