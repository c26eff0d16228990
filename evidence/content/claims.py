"""The statements of a popular article: each number that a verdict prints, worked out again from the rows behind it.

The topic declares the numbers. Where the rows no longer give what the explanation prints, or the row is gone, the
verdict is to be reviewed: the data has moved under it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evidence.content.numbers import worked_out
from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Claim
from evidence.dataset.topic import Topic
from evidence.dataset.vocabulary import VERDICTS
from evidence.formatting import counted, listed
from evidence.selection.filters import FILTERS
from evidence.selection.selection import PRESETS
from evidence.selection.url import address

SHAPES: Mapping[str, str] = MappingProxyType(
    {"supported": "●", "partly supported": "◐", "not supported": "○", "not assessed": "?"}
)


@dataclass(frozen=True, slots=True)
class Recomputation:
    """A check carried out: the number printed and the number the rows give now; None where there is none."""

    what: str
    printed: str | None
    live: str | None
    is_compared: bool

    @property
    def agrees(self) -> bool:
        """Whether the rows give what is printed; a number that is compared with nothing agrees."""
        return not self.is_compared or (self.printed is not None and self.printed == self.live)

    @property
    def in_words(self) -> str:
        """Both numbers, and whether they agree."""
        live = self.live or "the data no longer give it"
        if not self.is_compared:
            return live
        if self.agrees:
            return f"{live}, as stated"
        return f"{live}; printed: {self.printed or 'not found in the explanation'}"


@dataclass(frozen=True, slots=True)
class Assessed:
    """A claim with its numbers computed again."""

    claim: Claim
    recomputed: tuple[Recomputation, ...]
    address: str
    picture: str = ""
    """A chart under the claim, as `ClaimView` names it."""

    @property
    def needs_review(self) -> bool:
        """Whether any printed number is not what the rows give now."""
        return not all(item.agrees for item in self.recomputed)

    @property
    def verdict(self) -> str:
        """The verdict as shape and word."""
        return f"{SHAPES[self.claim.verdict]} {VERDICTS[self.claim.verdict].label}"


def _view(topic: Topic, claim: str) -> str:
    """Return the address where a statement can be looked at; empty where this topic has no such view."""
    view = topic.claim_views.get(claim)
    if view is None or view.question not in PRESETS:
        return ""
    for name, words in view.filters.items():
        if name not in FILTERS or any(word not in FILTERS[name].terms for word in words):
            return ""
    options = {"trial": view.trial} if view.trial else {}
    return address(view.page, view.question, view.filters, None, **options)


def assess(evidence: Evidence, claim: Claim) -> Assessed:
    """Return a claim with every number of its explanation worked out again."""
    recomputed = tuple(
        Recomputation(one.what, one.printed_in(claim.explanation), worked_out(evidence, one), one.printed is not None)
        for one in evidence.topic.claim_numbers
        if one.claim == claim.claim
    )
    shown = evidence.topic.claim_views.get(claim.claim)
    return Assessed(claim, recomputed, _view(evidence.topic, claim.claim), shown.picture if shown else "")


def assess_all(evidence: Evidence) -> tuple[Assessed, ...]:
    """Every claim, in the file's order."""
    return tuple(assess(evidence, claim) for claim in evidence.claims)


def trial_address(trial: str) -> str:
    """Where everything about a trial stands."""
    return address("trials", trial=trial)


def headline(items: Iterable[Assessed]) -> str:
    """How many statements there are of each verdict."""
    assessed = tuple(items)
    counts = {name: sum(item.claim.verdict == name for item in assessed) for name in VERDICTS}
    parts = [f"{n} {VERDICTS[name].label.lower()}" for name, n in counts.items() if n]
    return (
        f"Of {counted(len(assessed), 'statement')}, {listed(parts)}"
        if assessed
        else "There are no statements in these data"
    )


def to_review(items: Iterable[Assessed]) -> str:
    """Which verdicts stand on numbers that have moved; that none has, where none has."""
    assessed = tuple(items)
    moved = [item.claim.statement.rstrip(".") for item in assessed if item.needs_review]
    compared = sum(recomputation.is_compared for item in assessed for recomputation in item.recomputed)
    if not moved:
        return (
            f"All {counted(compared, 'number')} in the explanations have just been recomputed from the data and agree."
        )
    return f"To be reviewed, because the data give other numbers: {listed([f'“{one}”' for one in moved])}."
