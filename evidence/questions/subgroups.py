"""Ways to split the trials of an answer: comparator, population, dose, route, age, design, risk of bias."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from evidence.dataset.records import Judgement
from evidence.dataset.vocabulary import (
    AGE_GROUPS,
    BLINDINGS,
    COMPARATORS,
    DESIGNS,
    POPULATIONS,
    ROB_JUDGEMENTS,
    ROUTES,
)
from evidence.formatting import plain
from evidence.questions import blinding
from evidence.questions.risk_of_bias import WORST_FIRST
from evidence.synthesis.answers import Grouping
from evidence.synthesis.sentences import spoken
from evidence.synthesis.trial_effects import TrialEffect


class Subgroup(NamedTuple):
    """A way to split: its name on screen and the group of an entry, in words."""

    label: str
    group: Grouping


def _dose(entry: TrialEffect) -> str:
    doses = sorted({r.dose for r in entry.results if r.dose is not None})
    if not doses or len({r.dose for r in entry.results}) != len(doses):
        return "Flexible or unknown dose"
    return " and ".join(plain(dose) for dose in doses) + f" {entry.first.dose_unit}"


def _bias(judgements: Iterable[Judgement]) -> Grouping:
    worst: dict[str, str] = {}
    for judged in judgements:
        known = worst.get(judged.trial, "low")
        worst[judged.trial] = min(known, judged.judgement, key=WORST_FIRST.index)
    words = {
        **{name: f"{ROB_JUDGEMENTS[name].label} in a domain" for name in WORST_FIRST},
        "low": "Low risk in all domains judged",
    }
    return lambda entry: words[worst[entry.trial]] if entry.trial in worst else "Not judged"


def subgroups(judgements: Iterable[Judgement]) -> Mapping[str, Subgroup]:
    """List every way to split, by its name in the URL. Risk of bias is the worst published judgement of a trial."""
    return MappingProxyType(
        {
            "comparator": Subgroup("Comparator", lambda e: f"Against {spoken(e.first.comparator)}"),
            "kind": Subgroup("Kind of comparator", lambda e: COMPARATORS[e.first.comparator].kind.capitalize()),
            "population": Subgroup("Population", lambda e: POPULATIONS[e.first.population].label),
            "dose": Subgroup("Dose", _dose),
            "route": Subgroup("Route", lambda e: ROUTES[e.first.route].label),
            "age": Subgroup("Age group", lambda e: AGE_GROUPS[e.first.age_group].label),
            "design": Subgroup("Design", lambda e: DESIGNS[e.first.design].label),
            "blinding": Subgroup(
                "Blinding", lambda e: BLINDINGS[e.first.blinding].label if e.first.blinding else "Not reported"
            ),
            "masking": Subgroup("Masking", blinding.group_of),
            "bias": Subgroup("Risk of bias", _bias(judgements)),
        }
    )
