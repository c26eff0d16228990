"""Harms, the grid of who counted what, the one time axis and the blinding lens as DataFrames."""

from collections.abc import Iterable, Mapping
from itertools import zip_longest

import pandas as pd

from evidence.dataset.outcomes import OUTCOME_GROUPS, OUTCOMES
from evidence.dataset.time_bins import in_words
from evidence.formatting import percent, plain
from evidence.questions.blinding import MASKINGS, Lens, telling_event
from evidence.questions.harm_matrix import Matrix
from evidence.questions.harms import Harm
from evidence.questions.timeline import Timeline
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis.display import Estimate, interval, shown


def harm_frame(items: Iterable[Harm], maskings: Iterable[str] = ()) -> pd.DataFrame:
    """Tabulate events: both arms summed and as drawn, both effects, the number needed, trials and people.

    With `maskings`, one per item, a row also says how well its people could tell their treatment.
    """
    rows = []
    for item, masking in zip_longest(items, maskings, fillvalue=""):
        assert isinstance(item, Harm)
        counts = item.difference.counts
        rows.append(
            {
                "Event": item.label,
                "Group": item.group,
                **({"Blinding": MASKINGS[masking].label} if masking else {}),
                "Drug": f"{counts[0].events}/{counts[0].n}" if counts else "",
                "Comparator": f"{counts[1].events}/{counts[1].n}" if counts else "",
                "Drug, of 100": round(100 * item.rates[0], 1) if item.rates else None,
                "Comparator, of 100": round(100 * item.rates[1], 1) if item.rates else None,
                "Risk difference (95% CI)": item.in_words("RD"),
                f"{MEASURES['RR'].label} (95% CI)": item.in_words("RR"),
                "Number needed": str(item.needed) if item.needed else "",
                "Trials": item.difference.k,
                "Trials with a ratio": item.ratio.k,
                "People": item.difference.people,
                "Counted by": ", ".join(entry.label for entry in item.difference.used),
            }
        )
    return pd.DataFrame(rows)


def matrix_frame(grid: Matrix, links: Mapping[str, str | None]) -> pd.DataFrame:
    """Tabulate each trial and event, including what is not reported."""
    return pd.DataFrame(
        [
            {
                "Trial": cell.label,
                "Event": OUTCOMES[cell.event].label,
                "Group": OUTCOME_GROUPS[OUTCOMES[cell.event].group].label,
                "Reported": cell.in_words,
                "% on the drug": round(cell.percent, 1) if cell.percent is not None else None,
                "Citation": links.get(cell.results[0].citation) if cell.results else None,
            }
            for cell in grid.cells
        ]
    )


def timeline_frame(course: Timeline) -> pd.DataFrame:
    """Tabulate the marks of the common time axis: what, when, how much, how many trials."""
    rows: list[dict[str, object]] = []
    for item in course.effects:
        pooled, measure = item.pooled, item.question.measure
        if pooled is None or item.question.bin is None:
            continue
        words = Estimate(measure, pooled.estimate, pooled.ci_low, pooled.ci_high).text
        rows.append(
            {
                "What": course.axis,
                "When": item.question.bin.label,
                "Value": words,
                "Trials": ", ".join(entry.label for entry in item.used),
            }
        )
    rows += [
        {
            "What": f"{OUTCOMES[count.event].label}, counted until",
            "When": in_words(count.hours),
            "Value": count.text + ("" if count.comparator else ", no comparison"),
            "Trials": ", ".join(dict.fromkeys(cell.label for cell in count.cells)),
        }
        for count in course.counts
    ]
    rows += [
        {
            "What": OUTCOMES[row.outcome].label,
            "When": in_words(row.hours),
            "Value": f"mean {plain(row.mean_intervention)} mmHg, no comparison",
            "Trials": row.label,
        }
        for row in course.pressures
    ]
    rows += [
        {
            "What": "Relapse after a course, from the last dose",
            "When": in_words((i.days or 0) * 24),
            "Value": i.in_words,
            "Trials": i.label,
        }
        for i in course.relapses
    ]
    for w in course.withdrawals:
        if w.going_on and w.stopping:
            going = percent(w.going_on.events, w.going_on.n)
            rows.append(
                {
                    "What": "Relapse, going on against stopping, from randomisation",
                    "When": in_words(w.result.hours),
                    "Value": f"{going} v {percent(w.stopping.events, w.stopping.n)}",
                    "Trials": w.result.label,
                }
            )
    return pd.DataFrame(rows)


def _counts_of(item: Lens) -> dict[str, str]:
    """Return the counts of the event by which people can tell, under names for the columns."""
    arms, name = item.felt, telling_event().capitalize()
    pairs = {"drug": arms.drug, "comparator": arms.comparator}
    counts = {f"{name} on the {side}": f"{arm.events}/{arm.n}" if arm else "no count" for side, arm in pairs.items()}
    return {**counts, f"{name} counted by": ", ".join(arms.trials)}


def lens_frame(items: Iterable[Lens], measure: str) -> pd.DataFrame:
    """Tabulate each kind of masking: the effect, and the telling event in the same trials."""
    rows = []
    for item in items:
        effect = "not estimable"
        if item.pooled is not None:
            low_high = interval(measure, item.pooled.ci_low, item.pooled.ci_high)
            effect = f"{shown(measure, item.pooled.estimate)} ({low_high})"
        rows.append(
            {
                "Masking": item.label,
                f"{MEASURES[measure].label} (95% CI)": effect,
                "Trials": len(item.used),
                "People": item.people,
                "Pooled": ", ".join(entry.label for entry in item.used),
                **(_counts_of(item) if telling_event() else {}),
            }
        )
    return pd.DataFrame(rows)
