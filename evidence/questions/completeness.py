"""Which trial reports which outcome in which time bin: the matrix behind “not reported”."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pandas as pd

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.dataset.time_bins import TIME_BINS, bin_of
from evidence.dataset.topic import topic

REPORTED, PARTLY, MISSING = "●", "○", ""
KEY = (
    "Ideation is suicidal; any, serious and stopped are about adverse events. ● numbers for both arms · ○ reported "
    "without numbers that can be pooled · blank: not reported"
)
_SUBJECTS: Mapping[str, tuple[str, ...] | str] = {
    "Symptom score": ("symptom-change", "symptom-endpoint"),
    "Response": ("response",),
    "Remission": ("remission",),
    "Suicidal ideation": "suicidality",
    "Relapse": ("relapse", "time-to-relapse"),
    "Any event": ("any-adverse-event",),
    "Serious event": ("serious-adverse-event",),
    "Stopped for event": ("discontinuation-adverse-event",),
}


def subjects() -> dict[str, tuple[str, ...] | str]:
    """Return the subjects, with the group of the event by which people can tell where the topic names one."""
    telling = OUTCOMES.get(topic().unblinding)
    own = {telling.label: telling.group} if telling is not None else {}
    before = dict(list(_SUBJECTS.items())[:5])
    return {**before, **own, **_SUBJECTS}


def outcomes_of(subject: str) -> frozenset[str]:
    """Return the outcomes that a subject counts: those it names, or every outcome of its group."""
    known = subjects()[subject]
    if isinstance(known, str):
        return frozenset(o.value for o in OUTCOMES.values() if o.group == known)
    return frozenset(known)


BETWEEN = "Between these times"
HEADS: Mapping[str, str] = MappingProxyType(
    {
        "Symptom score": "Symptoms",
        "Suicidal ideation": "Ideation",
        "Serious event": "Serious",
        "Stopped for event": "Stopped",
        BETWEEN: "between",
    }
)
"""Names of columns that fit over a sign on a narrow screen; the others are short as they are."""


def heads() -> Mapping[str, str]:
    """Return names of columns that fit over a sign, those of the time bins too."""
    return {**HEADS, **{item.label: item.short for item in TIME_BINS}}


def is_complete(result: Result) -> bool:
    """Return whether a result can be compared: counts or scores of both arms, or an effect with its interval."""
    counts = (result.events_intervention, result.n_intervention, result.events_comparator, result.n_comparator)
    scores = (result.mean_intervention, result.sd_intervention, result.mean_comparator, result.sd_comparator)
    printed = (result.effect, result.ci_low, result.ci_high)
    return any(None not in cells for cells in (counts, scores, printed))


def by_outcome(trials: Mapping[str, tuple[Result, ...]]) -> pd.DataFrame:
    """Tabulate which outcomes each trial reports at any time: one row per trial, one column per outcome, a total."""
    rows, about = [], subjects()
    of = f"Of {len(about)}"
    for results in trials.values():
        signs = {name: _sign(r for r in results if r.outcome in outcomes_of(name)) for name in about}
        rows.append({"Trial": results[0].label, **signs, of: sum(sign != MISSING for sign in signs.values())})
    return pd.DataFrame(rows, columns=["Trial", *about, of])


def by_time(trials: Mapping[str, tuple[Result, ...]], subject: str) -> pd.DataFrame:
    """Tabulate one outcome by time bin, one row per trial; trials that never report it come last."""
    known = outcomes_of(subject)
    rows = []
    for results in trials.values():
        own = [r for r in results if r.outcome in known]
        signs = {t.label: _sign(r for r in own if bin_of(r.hours) == t) for t in TIME_BINS}
        between = _sign(r for r in own if bin_of(r.hours) is None)
        rows.append({"Trial": results[0].label, **signs, BETWEEN: between})
    rows.sort(key=lambda row: all(sign == MISSING for name, sign in row.items() if name != "Trial"))
    return pd.DataFrame(rows, columns=["Trial", *(t.label for t in TIME_BINS), BETWEEN])


def in_words(frame: pd.DataFrame, subject: str) -> str:
    """Say how many trials report an outcome at all."""
    reported = int((frame.drop(columns="Trial") != MISSING).any(axis=1).sum())
    return f"{reported} of {len(frame)} trials report this: {subject.lower()}."


def _sign(results: Iterable[Result]) -> str:
    own = list(results)
    return MISSING if not own else REPORTED if any(is_complete(r) for r in own) else PARTLY
