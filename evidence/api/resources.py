"""What the interface answers: one function a resource, from the evidence and a query to a reply.

Numbers and files come from the functions behind the pages and the command line; nothing is worked out here.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from evidence import __version__
from evidence.api.parameters import (
    FILTER_PARAMETERS,
    POOL_PARAMETERS,
    SYMPTOMS,
    YES,
    Fault,
    RefusedError,
    Values,
    choice,
    selection,
)
from evidence.bibliography.bibtex import bibtex
from evidence.bibliography.csl import csl_json
from evidence.bibliography.ris import ris
from evidence.dataset.evidence import Evidence
from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.dataset.topic import primary_scale
from evidence.questions import certainty, response
from evidence.questions.missing import missing
from evidence.questions.response import Choices
from evidence.report.tables import missing as missing_tables
from evidence.report.tables.answers import result_frame
from evidence.selection.selection import apply
from evidence.serialize import to_csv, to_json
from evidence.stats.pool_report import Study, bayes_report, pool_report
from evidence.stats.pooling import Method
from evidence.synthesis import trial_effects
from evidence.synthesis.answers import Answer, Model, answer
from evidence.synthesis.priors import prior_of
from evidence.synthesis.trial_effects import Question

JSON = "application/json"
CSV = "text/csv; charset=utf-8"
JSON_LD = "application/ld+json"
REFERENCE_TYPES: Mapping[str, str] = {
    "csl": "application/vnd.citationstyles.csl+json",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "bibtex": "application/x-bibtex; charset=utf-8",
}
TRIAL_PARAMETERS = (choice("format", "How the rows are written.", ("json", "csv"), "json"), *FILTER_PARAMETERS)
POOLED_PARAMETERS = (*POOL_PARAMETERS, *FILTER_PARAMETERS)
REFERENCE_PARAMETERS = (choice("format", "How the references are written.", tuple(REFERENCE_TYPES), "csl"),)


@dataclass(frozen=True, slots=True)
class Reply:
    """A body that is made only when it is asked for, its media type, and the name of the file it may become."""

    media_type: str
    body: Callable[[], bytes]
    file: str = ""
    status: int = 200
    is_cached: bool = True


Resource = Callable[[Evidence, Values, str], Reply]


def json_bytes(value: Any) -> bytes:
    """Return plain values as the bytes of a JSON reply."""
    return to_json(value).encode()


def tag(evidence: Evidence, path: str, values: Values, base: str) -> str:
    """Make the entity tag of a reply from the data, the program, the question and the server's own address.

    It is weak, because the server may send the same text compressed.
    """
    question = json.dumps([evidence.digest, __version__, path, sorted(values.items()), base])
    return f'W/"{hashlib.sha256(question.encode()).hexdigest()[:32]}"'


def trials(evidence: Evidence, values: Values, base: str) -> Reply:
    """Return the results of a selection, row by row as in trials.csv."""
    chosen = selection(values)
    rows = apply(evidence.results, chosen.criteria())
    if values["format"] == ("csv",):
        return Reply(CSV, lambda: to_csv(result_frame(rows)), f"trials-{evidence.short}.csv")
    return Reply(
        JSON,
        lambda: json_bytes(
            {
                "data_version": evidence.short,
                "selection": str(chosen),
                "trials": len({row.trial for row in rows}),
                "count": len(rows),
                "results": [row.model_dump(mode="json") for row in rows],
            }
        ),
    )


def pooled(evidence: Evidence, values: Values, base: str) -> Reply:
    """Pool one question, with every number behind it, as `python -m evidence pool --format json` does."""
    outcome, measure = values["outcome"][0], _measure(values["outcome"][0], values["measure"])
    model = response.model_of(values["method"][0], values["test"][0])

    def body() -> bytes:
        chosen = selection(values)
        rows = apply(evidence.results, chosen.criteria())
        answered = _answer(evidence, values, outcome, measure)
        studies = [
            Study(e.label, e.effect if e in answered.used else None, None if e in answered.used else e.excluded)
            for e in answered.entries
        ]
        prior = prior_of(answered.question, answered.used, rows, model.prior) if model.method == "bayes" else None
        if prior is not None and answered.k > 1:
            report = bayes_report(studies, measure, prior) | {"prior_in_words": prior.words}
        else:  # one trial is its own result whatever the model
            method = cast("Method", "REML" if model.method == "bayes" else model.method)
            report = pool_report(studies, measure, method, model.test)
        for study, entry in zip(report["studies"], answered.entries, strict=True):
            study |= {"trial": entry.trial, "citation": entry.first.citation, "hours": entry.hours, "from": entry.how}
        asked = {
            "data_version": evidence.short,
            "selection": str(chosen),
            "outcome": outcome,
            "time": answered.question.bin.value if answered.question.bin else response.NEAREST,
            "title": answered.question.title,
        }
        absent = {"missing": missing_tables.records(missing(answered, rows, evidence))}
        return json_bytes(asked | report | absent | {"certainty": _certainty(evidence, answered)})

    return Reply(JSON, body)


def _certainty(evidence: Evidence, answered: Answer) -> dict[str, str | None]:
    """Return the published rating of these very trials, or null, and what reviews of other trials rated in words."""
    own = certainty.rating(evidence.reviews, answered)
    return {
        "rating": own.certainty if own is not None else None,
        "review": own.citation if own is not None else None,
        "words": certainty.words_for(evidence.reviews, answered),
    }


def _measure(outcome: str, asked: tuple[str, ...]) -> str:
    allowed = ("MD", "SMD") if outcome == SYMPTOMS else response.MEASURE_CHOICES
    if not asked:
        return allowed[0]
    if asked[0] not in allowed:
        raise RefusedError([Fault("measure", asked[0], f"measure does not take “{asked[0]}” for {outcome}.", allowed)])
    return asked[0]


def _answer(evidence: Evidence, values: Values, outcome: str, measure: str) -> Answer:
    rows = apply(evidence.results, selection(values).criteria())
    time, low, crossovers = values["time"][0], values["low"] == (YES,), values["nocross"] != (YES,)
    barred = response.barred_citations(evidence.references, values["nopress"] != (YES,), values["published"] == (YES,))
    if outcome != SYMPTOMS:
        return response.answer_for(
            rows, Choices(outcome, measure, time, low_confidence=low, crossovers=crossovers, barred=barred)
        )

    scale = primary_scale() if measure == "MD" else None
    usual = Question(trial_effects.SYMPTOMS, measure, None, scale, low)

    def at(value: str, question: Question) -> Answer:
        return answer(rows, replace(question, bin=BIN_OF_VALUE.get(value)), Model("EE"))

    if time == response.AUTOMATIC:
        time = response.automatic_time(lambda value: at(value, usual))
    return at(time, replace(usual, crossovers=crossovers, barred=barred))


def references(evidence: Evidence, values: Values, base: str) -> Reply:
    """Return every reference in the requested format."""
    name = values["format"][0]
    write, ending = {"csl": (csl_json, "json"), "ris": (ris, "ris"), "bibtex": (bibtex, "bib")}[name]
    file = f"references-{evidence.short}.{ending}"
    return Reply(REFERENCE_TYPES[name], lambda: write(evidence.references.values()).encode(), file)


def health(evidence: Evidence, values: Values, base: str) -> Reply:
    """Report whether there is evidence to show, with its hash; 503 if there is none."""
    is_well = bool(evidence.results)
    body = {
        "status": "ok" if is_well else "no data",
        "data": evidence.digest,
        "data_version": evidence.short,
        "program": __version__,
        "trials": len(evidence.trials),
        "results": len(evidence.results),
    }
    return Reply(JSON, lambda: json_bytes(body), status=200 if is_well else 503, is_cached=False)
