"""Rules for a whole table: rows against each other and against what other files hold.

A later row is judged against the first one of its kind, and the finding names both lines.
"""

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from evidence.dataset.fields import nearest
from evidence.dataset.problems import Problem, did_you_mean, problem
from evidence.dataset.records import (
    WORD_MODELS,
    Claim,
    Gap,
    Judgement,
    Overlap,
    PublishedEstimate,
    Rating,
    Record,
    Result,
    ReviewTrial,
    StartingQuestion,
)
from evidence.dataset.row_rules import ARMS, CHANGES, ENDPOINTS, Entry
from evidence.dataset.vocabulary import INSTRUMENTS

TRIAL_COLUMNS = (
    "label",
    "acronym",
    "registration",
    "design",
    "blinding",
    "population",
    "age_group",
    "n_randomised",
    "background",
    "masking",
)
_trial_cells = attrgetter(*TRIAL_COLUMNS)
_ARM = ("intervention", "route", "dose", "dose_note", "administrations")
_MEASUREMENT = ("trial", "comparator", "outcome", "instrument", "unit", "hours", "anchor")
_pool = attrgetter(*_MEASUREMENT, *_ARM)
_arm, _measurement = attrgetter(*_ARM), attrgetter(*_MEASUREMENT)
_comparator_cells = attrgetter(*(name for name in Result.columns() if name.endswith("_comparator")))
_ENOUGH_SDS = 10
_FEWEST_SDS = 2  # of other rows, for a scale without a typical SD
_SUGGESTIONS = 50  # looking for the nearest of many words takes time

TableRule = Callable[[Sequence[Entry]], Iterator[Problem]]


def trial_agreement(entries: Sequence[Entry]) -> Iterator[Problem]:
    """Find rows whose trial-level cells differ from those of the trial's first row."""
    first: dict[tuple[str, str], tuple[int, Any]] = {}
    agreed: dict[str, tuple[Any, ...]] = {}
    for entry in entries:
        trial, values = entry.record.trial, _trial_cells(entry.record)
        if trial is None or agreed.get(trial) == values:
            continue
        agrees = not entry.unreadable
        for column, value in zip(TRIAL_COLUMNS, values, strict=True):
            if column in entry.unreadable:
                continue
            line, known = first.setdefault((trial, column), (entry.line, value))
            if value != known:
                agrees = False
                details = {"first": _words(known), "first_line": line, "trial": trial}
                yield problem("trial-disagrees", entry.line, column, _words(value), **details)
        if agrees:
            agreed[trial] = values


def _words(value: object) -> object:
    return "" if value is None else value


def repeated_rows(entries: Sequence[Entry]) -> Iterator[Problem]:
    """Find rows that repeat an earlier one in every cell."""
    first: dict[tuple[Any, ...], int] = {}
    for entry in entries:
        if entry.unreadable:
            continue
        line = first.setdefault(_cells(entry), entry.line)
        if line != entry.line:
            yield problem("duplicate-row", entry.line, "", "", first_line=line)


def _cells(entry: Entry) -> tuple[Any, ...]:
    return tuple([value for name, value in entry.record.__dict__.items() if name != "line"])


def repeated_keys(*columns: str) -> TableRule:
    """Make a rule that finds rows which repeat the key of an earlier row with other content."""

    def rule(entries: Sequence[Entry]) -> Iterator[Problem]:
        first: dict[tuple[Any, ...], Entry] = {}
        for entry in entries:
            if not entry.unreadable.isdisjoint(columns):
                continue
            key = tuple(getattr(entry.record, column) for column in columns)
            known = first.setdefault(key, entry)
            if known is not entry and (entry.unreadable or _cells(known) != _cells(entry)):
                yield problem("duplicate-key", entry.line, columns[0], " / ".join(key), first_line=known.line)

    return rule


def main_rows_of_one_pool(entries: Sequence[Entry]) -> Iterator[Problem]:
    """Find main rows that describe the same comparison, outcome and time as an earlier main row."""
    first: dict[tuple[Any, ...], Entry] = {}
    columns = (*_MEASUREMENT, *_ARM)
    for entry in entries:
        if entry.record.analysis != "main" or not entry.unreadable.isdisjoint(columns):
            continue
        known = first.setdefault(_pool(entry.record), entry)
        if known is not entry and (entry.unreadable or known.unreadable or _cells(known) != _cells(entry)):
            yield problem("same-pool", entry.line, "", "", first_line=known.line)


def shared_comparators(entries: Sequence[Entry]) -> Iterator[Problem]:
    """Yield main rows of another arm that repeat the comparator data of an earlier row without naming its people."""
    first: dict[tuple[Any, ...], tuple[int, tuple[Any, ...]]] = {}
    for entry in entries:
        row = entry.record
        if row.analysis != "main" or row.comparator in (None, "none") or entry.unreadable or row.comparator_arm:
            continue
        data = _comparator_cells(row)
        if not any(value is not None for value in data):
            continue
        arm = _arm(row)
        line, known = first.setdefault((*_measurement(row), *data), (entry.line, arm))
        if arm != known:
            yield problem("shared-comparator", entry.line, "comparator", row.comparator, first_line=line)


def suspicious_deviations(entries: Sequence[Entry]) -> Iterator[Problem]:
    """Find standard deviations that look like standard errors.

    An SD is suspicious when it is below a third of the usual SD of its instrument and unit, and
    SD × √n lies within half and twice the usual SD. Usual is the median of the file where it gives
    ten SDs or more, otherwise a typical SD for the few scales where one is known, otherwise the median
    of the other rows.
    """
    arms: dict[tuple[Any, Any], list[tuple[Entry, str, float]]] = defaultdict(list)
    for entry in entries:
        for arm in ARMS:
            sd = getattr(entry.record, f"sd_{arm}")
            if sd is not None and sd > 0:
                arms[entry.record.instrument, entry.record.unit].append((entry, arm, sd))
    for (instrument, unit), known in arms.items():
        shared: float | None = None
        if len(known) >= _ENOUGH_SDS:
            shared = statistics.median(sd for _, _, sd in known)
        elif unit == "points" and instrument in INSTRUMENTS:
            shared = INSTRUMENTS[instrument].typical_sd
        for entry, arm, sd in known:
            n = getattr(entry.record, f"n_{arm}")
            usual = shared
            if usual is None:
                others = [other for row, _, other in known if row is not entry]
                if len(others) < _FEWEST_SDS:
                    continue
                usual = statistics.median(others)
            if n is None or sd >= usual / 3 or not usual / 2 <= sd * math.sqrt(n) <= usual * 2:
                continue
            about = {"usual": f"{usual:.3g}", "instrument": instrument or "this scale"}
            details = about | {"n": n, "times": f"{sd * math.sqrt(n):.3g}"}
            yield problem("sd-like-standard-error", entry.line, f"sd_{arm}", sd, **details)


_LEAST_GAP = 1.0  # points: differences below it change their sign with the scores at baseline
_PLACE = ("trial", "instrument", "unit", "hours", "anchor")
_SIDE = ("intervention", "route", "dose", "comparator")
_place, _place_and_side = attrgetter(*_PLACE), attrgetter(*_PLACE, *_SIDE)
_ENDPOINT_OF = {"symptom-change": "symptom-endpoint", "suicidal-ideation-change": "suicidal-ideation-endpoint"}


def change_signs(entries: Sequence[Entry]) -> Iterator[Problem]:
    """Find changes whose sign says the opposite of the trial's other arms, or of its scores at the same time.

    A rise beside falls in every other arm is most often an improvement without its sign, unless it is small. The
    difference of changes and that of endpoint scores may have opposite signs where groups differed at baseline, so
    only differences of a point or more on both are compared.
    """
    arms: dict[tuple[Any, ...], list[tuple[Entry, str, float]]] = defaultdict(list)
    ends: dict[tuple[Any, ...], Entry] = {}
    mains = [entry for entry in entries if entry.record.analysis == "main"]
    for entry in mains:
        row = entry.record
        if row.outcome in CHANGES:
            for arm in ARMS:
                if (mean := getattr(row, f"mean_{arm}")) is not None:
                    arms[(row.outcome, *_place(row))].append((entry, arm, mean))
        elif row.outcome in ENDPOINTS and _gap(row) is not None:
            ends.setdefault((row.outcome, *_place_and_side(row)), entry)
    for known in arms.values():
        for at, (entry, arm, mean) in enumerate(known):
            others = [(one, value) for place, (one, _, value) in enumerate(known) if place != at]
            falls = others and all(value < 0 for _, value in others)
            if mean >= _LEAST_GAP and falls and mean >= min(-value for _, value in others) / 2:
                other, value = others[0]
                details = {"against": f"another arm changed by {value:g}", "other_line": other.line}
                yield problem("change-sign", entry.line, f"mean_{arm}", mean, **details)
    for entry in mains:
        row = entry.record
        end = ends.get((_ENDPOINT_OF.get(row.outcome), *_place_and_side(row)))
        if end is None:
            continue
        change, score = _gap(row), _gap(end.record)
        if change is None or score is None or change[1] * score[1] >= 0:
            continue
        if min(abs(change[1]), abs(score[1])) >= _LEAST_GAP:
            details = {"against": f"the scores at that time differ by {score[1]:g}", "other_line": end.line}
            yield problem("change-sign", entry.line, change[0], change[1], **details)


def _gap(row: Any) -> tuple[str, float] | None:
    """Return the difference in points between the arms and the column that says it."""
    if row.effect_measure == "MD" and row.effect is not None:
        return "effect", row.effect
    if row.unit == "points" and row.mean_intervention is not None and row.mean_comparator is not None:
        return "mean_intervention", round(row.mean_intervention - row.mean_comparator, 6)
    return None


def unknown_keys(code: str, columns: Sequence[str], known: Collection[str] | None) -> TableRule:
    """Make a rule that finds citations or trials missing from another file; no rule if that file is unreadable."""

    def rule(entries: Sequence[Entry]) -> Iterator[Problem]:
        offered: dict[str, str] = {}
        for entry in entries if known is not None else ():
            for column in columns:
                value = getattr(entry.record, column)
                for key in value if isinstance(value, tuple) else (value,):
                    if key is None or key in (known or ()):
                        continue
                    if key not in offered and len(offered) < _SUGGESTIONS:
                        offered[key] = did_you_mean(nearest(key, known or ()))
                    yield problem(code, entry.line, column, key, suggestion=offered.get(key, ""))

    return rule


TABLE_RULES: Mapping[type[Record], tuple[TableRule, ...]] = MappingProxyType(
    {
        Result: (
            trial_agreement,
            repeated_rows,
            main_rows_of_one_pool,
            shared_comparators,
            suspicious_deviations,
            change_signs,
        ),
        Judgement: (repeated_rows, repeated_keys("trial", "tool", "domain", "citation")),
        PublishedEstimate: (repeated_rows, repeated_keys("estimate")),
        Claim: (repeated_rows, repeated_keys("claim")),
        Overlap: (repeated_rows, repeated_keys("trial", "other_trial")),
        Gap: (repeated_rows,),
        Rating: (repeated_rows,),
        ReviewTrial: (repeated_rows,),
        StartingQuestion: (repeated_rows, repeated_keys("name"), repeated_keys("label")),
        **dict.fromkeys(WORD_MODELS.values(), (repeated_rows, repeated_keys("value"))),
    }
)
CITATION_COLUMNS: Mapping[type[Record], tuple[str, ...]] = MappingProxyType(
    {
        Result: ("citation",),
        Judgement: ("citation",),
        PublishedEstimate: ("citation",),
        Claim: ("citations",),
        Overlap: ("citation",),
    }
)
TRIAL_KEYS: Mapping[type[Record], tuple[str, ...]] = MappingProxyType(
    {
        Judgement: ("trial",),
        Claim: ("trials",),
        Overlap: ("trial", "other_trial"),
        Gap: ("trial",),
        ReviewTrial: ("trial",),
    }
)
ESTIMATE_KEYS: Mapping[type[Record], tuple[str, ...]] = MappingProxyType({ReviewTrial: ("review",)})
