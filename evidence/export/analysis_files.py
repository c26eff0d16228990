"""A view's studies as other programs read them: metafor's escalc columns, the Metapsy data standard, RevMan's heads."""

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pandas as pd

from evidence.dataset.records import Result
from evidence.dataset.time_bins import HOURS_A_DAY, TIME_BINS
from evidence.dataset.topic import primary_scale
from evidence.dataset.vocabulary import INSTRUMENTS
from evidence.formatting import MINUS
from evidence.questions import duration, harms, response
from evidence.questions.response import Choices
from evidence.report.view import NothingToExport, View
from evidence.serialize import BOM, guard_formula, to_csv
from evidence.synthesis.answers import Answer, answer
from evidence.synthesis.arms import measured
from evidence.synthesis.describe import dose_of
from evidence.synthesis.trial_effects import SYMPTOMS, Question, TrialEffect

_HOURS_A_WEEK = 7 * HOURS_A_DAY
_NOTHING = "No result in this view compares two arms in numbers that can be analysed."


def analyses(rows: Iterable[Result], chosen: Choices | None = None) -> tuple[Answer, ...]:
    """Answer every question that any trial reports: outcomes and scores by time, events, randomised withdrawal.

    `chosen` is how the Response page pools: its effect measure, and the results it includes.
    """
    results, choices = tuple(rows), chosen or Choices()
    low = choices.low_confidence
    asked = (low, choices.crossovers, choices.without, choices.barred)
    questions = [
        Question((name,), choices.measure, item, None, *asked)
        for name in response.OUTCOME_CHOICES
        for item in TIME_BINS
    ]
    scores = [Question(SYMPTOMS, "MD", item, primary_scale(), low) for item in TIME_BINS]
    scores += [Question(SYMPTOMS, "SMD", item, None, low) for item in TIME_BINS]
    answers = [answer(results, question, choices.model) for question in questions]
    answers += [answer(results, question) for question in scores]
    answers += [item.ratio for item in harms.harms(results, harms.is_harm)]
    answers.append(duration.hazard_answer(duration.withdrawals(results)))
    return tuple(
        item for item in answers if any(e.effect is not None or e.intervention is not None for e in item.entries)
    )


def _entries(view: View) -> list[tuple[Answer, TrialEffect]]:
    entries = [
        (item, entry)
        for item in analyses(view.rows, view.chosen.choices)
        for entry in item.entries
        if entry.effect is not None or entry.intervention is not None
    ]
    if not entries:
        raise NothingToExport(_NOTHING)
    return entries


def metafor_csv(view: View) -> bytes:
    """Write one row per trial and question, with the columns that metafor's `escalc` and `rma` take.

    ai of n1i had the event with the drug, ci of n2i with the comparator; yi and vi are on the analysis scale (the
    logarithm of a ratio). `pooled` is TRUE for the rows that the dashboard pools for that question.
    """
    rows = []
    for item, entry in _entries(view):
        drug, control, first = entry.intervention, entry.comparator, entry.first
        rows.append(
            {
                "question": item.question.title,
                "measure": item.question.measure,
                "study": entry.label,
                "ai": drug.events if drug else None,
                "n1i": drug.n if drug else None,
                "ci": control.events if control else None,
                "n2i": control.n if control else None,
                "yi": entry.effect.estimate if entry.effect else None,
                "vi": entry.effect.variance if entry.effect else None,
                "ni": entry.people,
                "pooled": "TRUE" if entry in item.used else "FALSE",
                "not_pooled_because": entry.excluded,
                "from": entry.how,
                "hours": first.hours,
                "drug": first.intervention,
                "comparator": first.comparator,
                "population": first.population,
                "design": first.design,
                "confidence": first.confidence,
                "trial": entry.trial,
                "citation": first.citation,
                "registration": first.registration,
                "lines": entry.key,
            }
        )
    # Without a byte order mark: R would take it for a part of the first name.
    return to_csv(pd.DataFrame(rows, dtype=object)).removeprefix(BOM)


def revman_csv(view: View) -> bytes:
    """Write one row per trial and question, with RevMan's column names, to be imported by hand.

    GIV is the effect on the analysis scale with its standard error, for generic inverse variance.
    """
    rows = []
    for item, entry in _entries(view):
        drug, control, only = entry.intervention, entry.comparator, entry.results[0]
        scores = _scores(only) if len(entry.results) == 1 and item.question.measure in ("MD", "SMD") else None
        note = entry.excluded or entry.how
        rows.append(
            {
                "Comparison": f"{only.intervention} versus {only.comparator}",
                "Outcome": item.question.title,
                "Effect measure": item.question.measure,
                "Study": entry.label,
                "Study year": only.year or "",
                "Experimental cases": drug.events if drug else None,
                "Experimental mean": scores[0] if scores else None,
                "Experimental SD": scores[1] if scores else None,
                "Experimental N": drug.n if drug else scores[2] if scores else None,
                "Control cases": control.events if control else None,
                "Control mean": scores[3] if scores else None,
                "Control SD": scores[4] if scores else None,
                "Control N": control.n if control else scores[5] if scores else None,
                "GIV mean": entry.effect.estimate if entry.effect else None,
                "GIV SE": entry.effect.standard_error if entry.effect else None,
                "Applicability": "YES" if entry in item.used else "NO",
                "Footnotes": note,
            }
        )
    return to_csv(pd.DataFrame(rows, dtype=object))


def _scores(row: Result) -> tuple[float, float, int, float, float, int] | None:
    cells = (
        *(row.mean_intervention, row.sd_intervention, row.n_intervention),
        *(row.mean_comparator, row.sd_comparator, row.n_comparator),
    )
    m1, s1, n1, m2, s2, n2 = cells
    if m1 is None or s1 is None or n1 is None or m2 is None or s2 is None or n2 is None:
        return None
    return m1, s1, n1, m2, s2, n2


# The Metapsy data standard (docs.metapsy.org): its columns, then ours. A row fills one group of data columns.
METAPSY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "design": (
            *("study", "condition_arm1", "condition_arm2", "multi_arm1", "multi_arm2", "outcome_type", "instrument"),
            *("time", "time_weeks", "rating"),
        ),
        "scores": ("mean_arm1", "mean_arm2", "sd_arm1", "sd_arm2", "n_arm1", "n_arm2"),
        "changes": (
            *("mean_change_arm1", "mean_change_arm2", "sd_change_arm1", "sd_change_arm2"),
            *("n_change_arm1", "n_change_arm2"),
        ),
        "counts": ("event_arm1", "event_arm2", "totaln_arm1", "totaln_arm2"),
        "g": ("precalc_g", "precalc_g_se"),
        "ratio": ("precalc_log_rr", "precalc_log_rr_se"),
        "own": (
            *("outcome", "hours", "anchor", "analysis", "design", "population", "age_group", "dose", "route"),
            *("confidence", "source", "registration", "citation", "trial", "line"),
        ),
    }
)
METAPSY_COLUMNS = tuple(name for group in METAPSY.values() for name in group)


def metapsy_csv(view: View) -> bytes:
    """Write one row per controlled result in the Metapsy data standard: semicolons, decimal commas, NA if unknown.

    A row has its means and SDs, or its counts, or Hedges' g or the log risk ratio derived from a reported effect.
    Results without any of these, and those without a comparator, are left out.
    """
    compared = [row for row in view.rows if row.is_controlled]
    several = Counter(_measurement(row) for row in compared)
    lines = []
    for row in compared:
        data = _metapsy_data(row)
        if data:
            lines.append(_metapsy_design(row, several[_measurement(row)] > 1) | data | _own(row))
    if not lines:
        raise NothingToExport(_NOTHING)
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(METAPSY_COLUMNS)
    writer.writerows([_metapsy_cell(line.get(name)) for name in METAPSY_COLUMNS] for line in lines)
    return file.getvalue().encode("utf-8", "backslashreplace")


def _measurement(row: Result) -> tuple[object, ...]:
    names = ("trial", "outcome", "instrument", "hours", "anchor", "analysis", "comparator")
    return tuple(getattr(row, name) for name in names)


def _metapsy_design(row: Result, is_multi: bool) -> dict[str, object]:
    name = row.label.removesuffix(row.dated).rstrip() if row.dated else ""
    instrument = INSTRUMENTS.get(row.instrument or "")
    rating = {"self": "self-report", "clinician": "clinician"}.get(instrument.rater if instrument else "")
    is_score = row.outcome.endswith(("-change", "-endpoint"))
    arm = f"{row.intervention} {dose_of(row)}".strip()
    return {
        "study": f"{name}, {row.dated}" if name else row.label,
        "condition_arm1": row.intervention,
        "condition_arm2": row.comparator,
        "multi_arm1": arm if is_multi else None,
        "multi_arm2": row.comparator if is_multi else None,
        "outcome_type": "msd" if is_score else row.outcome,
        "instrument": row.instrument,
        "time": "follow-up" if row.anchor == "last-dose" else "post",
        # Weeks since the first dose stand for weeks since randomisation; from the last dose they would not.
        "time_weeks": row.hours / _HOURS_A_WEEK if row.anchor != "last-dose" else None,
        "rating": rating,
    }


def _metapsy_data(row: Result) -> dict[str, object]:
    if _is_change_or_score(row) and (scores := _scores(row)) is not None:
        m1, s1, n1, m2, s2, n2 = scores
        names = METAPSY["changes" if row.outcome.endswith("-change") else "scores"]
        return dict(zip(names, (m1, m2, s1, s2, n1, n2), strict=True))
    counts = (row.events_intervention, row.events_comparator, row.n_intervention, row.n_comparator)
    if None not in counts:
        return dict(zip(METAPSY["counts"], counts, strict=True))
    for group, measure, applies in (("g", "SMD", _is_change_or_score), ("ratio", "RR", _is_ratio)):
        effect = measured((row,), measure).effect if applies(row) else None
        if effect is not None:
            return dict(zip(METAPSY[group], (effect.estimate, effect.standard_error), strict=True))
    return {}


def _is_change_or_score(row: Result) -> bool:
    return row.unit in (None, "points") and row.outcome.endswith(("-change", "-endpoint"))


def _is_ratio(row: Result) -> bool:
    return row.effect_measure == "RR"


def _own(row: Result) -> dict[str, object]:
    kept = {name: getattr(row, name) for name in METAPSY["own"] if name not in ("dose", "line")}
    return kept | {"dose": dose_of(row) or None, "line": row.line}


def _metapsy_cell(value: object) -> str:
    """Format a cell as the standard requires: NA if unknown, a decimal comma, no semicolon, no formula."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "NA"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.12g}".replace(".", ",")
    text = " ".join(str(value).replace(";", ",").replace(MINUS, "-").split())
    return guard_formula(text) or "NA"
