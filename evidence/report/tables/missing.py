"""The matrix of what a pool does not hold, and the queue of gaps, as tables."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

import pandas as pd

from evidence.bibliography.links import registry_link
from evidence.curation.watch import proposal_of
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Gap
from evidence.dataset.time_bins import in_words
from evidence.dataset.vocabulary import GAP_STATUSES
from evidence.formatting import plain
from evidence.questions.missing import STATES, Line, Missing, Open, direction_in_words, p_in_words, with_undated_once


def matrix(pool: Missing) -> pd.DataFrame:
    """Return one row a trial: its state, why, which way it points, p, people and where that is known from."""
    return pd.DataFrame([_row(line) for line in (*pool.lines, *pool.undated)], columns=list(_row_names()))


def _row_names() -> tuple[str, ...]:
    return ("Trial", "State", "Why", "Direction", "p", "People", "Known from", "Registration")


def _row(line: Line) -> dict[str, Any]:
    why = line.why if line.gap is None or line.gap.hours is not None else f"time unknown; {line.why}"
    values = (
        line.label,
        STATES[line.state].label,
        why,
        direction_in_words(line.direction),
        line.p_value,
        line.people,
        line.known_from,
        line.registration,
    )
    return dict(zip(_row_names(), values, strict=True))


def grid(pools: Sequence[Missing]) -> pd.DataFrame:
    """Return one row per trial and one column per pool: its state there, the direction and p as far as known."""
    trials: dict[tuple[str | None, str], dict[str, str]] = {}
    for pool in pools:
        for line in (*pool.lines, *pool.undated):
            trials.setdefault((line.trial, line.label), {})[pool.title] = _cell(line)
    titles = [pool.title for pool in pools]
    rows = [[label, *(cells.get(title, "") for title in titles)] for (_, label), cells in trials.items()]
    return pd.DataFrame(rows, columns=["Trial", *titles])


def _cell(line: Line) -> str:
    known = "" if line.direction == "unknown" else direction_in_words(line.direction).lower()
    p = "" if line.p_value is None else p_in_words(line.p_value)
    return ", ".join(part for part in (STATES[line.state].label, known, p) if part)


def absent(pools: Sequence[Missing]) -> pd.DataFrame:
    """Return the results that are known to exist and are not pooled, of every pool, one row each."""
    several = len(pools) > 1
    rows = [
        ({"Pool": title} if several else {})
        | {name: value for name, value in _row(line).items() if name not in ("Known from", "Registration")}
        | {"p": "" if line.p_value is None else p_in_words(line.p_value).removeprefix("p ")}
        for title, line in with_undated_once(pools)
    ]
    return pd.DataFrame(rows)


def records(pool: Missing) -> dict[str, Any]:
    """Return the matrix as plain values, for programs."""
    return {
        "sentence": pool.sentence,
        "trials": [
            {
                "trial": line.trial,
                "label": line.label,
                "state": line.state,
                "why": line.why,
                "direction": line.direction,
                "p": line.p_value,
                "people": line.people,
                "known_from": line.known_from,
                "registration": line.registration or None,
            }
            for line in (*pool.lines, *pool.undated)
        ],
    }


def queue_row(one: Open) -> dict[str, Any]:
    """Return a gap as the queue shows it: what, when, how many people, and what it could move."""
    gap = one.gap
    first = (gap.registration or "").split(";")[0].strip()
    return {
        "Trial": gap.label,
        "Comparator": gap.comparator or "",
        "Outcome": OUTCOMES[gap.outcome].label + (f" ({gap.instrument})" if gap.instrument else ""),
        "Time": in_words(gap.hours) if gap.hours is not None else "not known",
        "People": gap.people,
        "People pooled now": one.pooled_people,
        "Could change the interval": "yes" if one.could_change else "",
        "Why it is not in these data": GAP_STATUSES[gap.status].label,
        "Direction": direction_in_words(gap.direction),
        "p": "" if gap.p_value is None else plain(gap.p_value),
        "Known from": gap.known_from,
        "Registry": registry_link(first) or "",
        "Note": gap.note or "",
    }


def queue(opened: Iterable[Open]) -> pd.DataFrame:
    """Return the queue of gaps as a table, in its order."""
    return pd.DataFrame([queue_row(one) for one in opened])


PROPOSED_COLUMNS = ("Proposed on", "Trial", "Why it is proposed", "Registry")


def proposals(gaps: Iterable[Gap]) -> pd.DataFrame:
    """Return what `watch` proposed and nobody has settled yet, the newest first."""
    rows: list[tuple[str, str, str, str | None]] = []
    for gap in gaps:
        proposal = proposal_of(gap.note)
        if proposal is None:
            continue
        numbers = (gap.registration or "").replace(",", ";").split(";")
        rows.append(
            (
                proposal.day,
                gap.label,
                proposal.reason,
                registry_link(numbers[0].strip()) if numbers[0].strip() else None,
            )
        )
    rows.sort(key=itemgetter(0), reverse=True)
    return pd.DataFrame(rows, columns=list(PROPOSED_COLUMNS))
