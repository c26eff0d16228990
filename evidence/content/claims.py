"""The popular article's statements: each number that a verdict prints, computed again from the rows it stands on.

A check reads the printed number out of the explanation and computes the same number live. Where the two differ, or
the row is gone, the verdict is to be reviewed: the data has moved under it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evidence.content import claim_numbers as numbers
from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Claim
from evidence.dataset.vocabulary import VERDICTS
from evidence.formatting import counted, listed
from evidence.selection.addresses import address

SHAPES: Mapping[str, str] = MappingProxyType(
    {"supported": "●", "partly supported": "◐", "not supported": "○", "not assessed": "?"}
)
Compute = Callable[[Evidence], str | None]


@dataclass(frozen=True, slots=True)
class Check:
    """One number: what it is, where the explanation prints it (a pattern with one group), how it is computed.

    Without a pattern the number is shown beside the explanation and compared with nothing.
    """

    what: str
    pattern: str
    compute: Compute


@dataclass(frozen=True, slots=True)
class Found:
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
        live = self.live or "the rows no longer give it"
        if not self.is_compared:
            return live
        if self.agrees:
            return f"{live}, as printed"
        return f"{live}; printed: {self.printed or 'not found in the explanation'}"


@dataclass(frozen=True, slots=True)
class Assessed:
    """A claim with its numbers computed again."""

    claim: Claim
    found: tuple[Found, ...]
    address: str

    @property
    def needs_review(self) -> bool:
        """Whether any printed number is not what the rows give now."""
        return not all(item.agrees for item in self.found)

    @property
    def verdict(self) -> str:
        """The verdict as shape and word."""
        return f"{SHAPES[self.claim.verdict]} {VERDICTS[self.claim.verdict].label}"


# What each explanation prints, where it prints it, and the row it comes from. The one place that knows the wording.
CHECKS: Mapping[str, tuple[Check, ...]] = MappingProxyType(
    {
        "onset-24h": (
            Check("Points lower on the MADRS at 24 hours", r"was ([\d.]+) points lower", numbers.murrough_difference),
            Check("95% CI of the difference", r"95% CI ([\d.]+ to [\d.]+)", numbers.murrough_interval),
            Check("Responded at 24 hours", r"(\d+% against \d+%) responded", numbers.murrough_response),
            Check("Certainty in the Cochrane review", r"against midazolam as ([a-z ]+)\.", numbers.cochrane_certainty),
        ),
        "onset-hours": (
            Check("Times with a difference reported", r"reported at ([^.]+?) in separate", numbers.early_times),
        ),
        "duration-7d": (
            Check("Latest result of the trial held here", "", numbers.murrough_latest),
            Check("Published standardised difference on day 1", "", numbers.pooled_day_1),
            Check("Responded at 7 days, Lii 2023 (anaesthesia hid the drug)", "", numbers.masked_day_7),
        ),
        "response-70": (
            Check("Responded to the course", r"uncontrolled: (\d+ of \d+) patients", numbers.course_responders),
            Check("Per cent", r"\(([\d.]+%)\)", numbers.course_percent),
            Check("95% CI of the per cent (Wilson)", "", numbers.course_interval),
            Check("Infusions", r"up to (\w+) infusions", numbers.course_infusions),
            Check("Days", r"over (\d+) days", numbers.course_days),
        ),
        "duration-6m": (
            Check("Days responders were followed, at most", r"at most (\d+) days", numbers.followed_days),
            Check("Median days to relapse", r"infusion was (\d+) days", numbers.median_days),
            Check("Mean or median days in the other cohorts", r"medians of (\d+ to \d+) days", numbers.other_days),
        ),
        "duration-more": (
            Check("Relapsed, treatment went on", r"(\d+ of \d+) stable remitters", numbers.going_on),
            Check("Relapsed, treatment stopped", r"and (\d+ of \d+) when", numbers.stopping),
            Check("Hazard ratio", r"hazard ratio ([\d.]+),", numbers.hazard),
            Check("95% CI of the hazard ratio", r"95% CI ([\d.]+ to [\d.]+)", numbers.hazard_interval),
        ),
        "safety-acute": (
            Check("More frequent than with placebo in", r"in (\w+) trial here", numbers.more_frequent),
            Check("Trials that report both arms", "", numbers.acute_behind),
        ),
        "safety-long": (
            Check("Cohorts that report urinary symptoms", r"Only (\w+) small cohort", numbers.urinary_cohorts),
            Check("People with urinary symptoms", r"\((\d+ of \d+)\)", numbers.urinary_events),
            Check("Randomised trials that report a urinary event", "", numbers.urinary_controlled),
        ),
        "trd-definition": (Check("Trials here labelled treatment-resistant", "", numbers.resistant),),
        "reference-browne": (Check("Records like it in the references here", r"^(No record)", numbers.like_browne),),
        "reference-lener": (Check("Authors of the record", r"lists (.+) as its authors", numbers.lener_authors),),
        "reference-zheng": (Check("The nearest record", r"in the (Journal .+?)\.?$", numbers.zheng_record),),
    }
)
# Where each statement can be looked at: page, preset and options as they stand in the URL.
_VIEWS: Mapping[str, str] = MappingProxyType(
    {
        "onset-24h": address("response", "midazolam"),
        "onset-hours": address("onset", "everything"),
        "duration-7d": address("duration", "placebo"),
        "response-70": address("trials", "everything", trial="murrough-2013b"),
        "duration-6m": address("duration", "repeated"),
        "duration-more": address("duration", "esketamine"),
        "safety-acute": address("safety", "esketamine"),
        "safety-long": address("safety", "everything"),
        "benefit-risk": address("summary", "esketamine"),
        "trd-definition": address("trials", "everything", {"population": ["TRD"]}),
    }
)


def assess(evidence: Evidence, claim: Claim) -> Assessed:
    """A claim with every number of its explanation computed again."""
    found = []
    for check in CHECKS.get(claim.claim, ()):
        printed = re.search(check.pattern, claim.explanation) if check.pattern else None
        live = check.compute(evidence)
        found.append(Found(check.what, printed[1] if printed else None, live, bool(check.pattern)))
    return Assessed(claim, tuple(found), _VIEWS.get(claim.claim, ""))


def assess_all(evidence: Evidence) -> tuple[Assessed, ...]:
    """Every claim, in the file's order."""
    return tuple(assess(evidence, claim) for claim in evidence.claims)


def trial_address(trial: str) -> str:
    """Where everything about a trial stands."""
    return address("trials", trial=trial)


def finding(items: Iterable[Assessed]) -> str:
    """How many statements there are of each verdict."""
    assessed = tuple(items)
    counts = {name: sum(item.claim.verdict == name for item in assessed) for name in VERDICTS}
    parts = [f"{n} {VERDICTS[name].label.lower()}" for name, n in counts.items() if n]
    return f"Of {counted(len(assessed), 'statement')}, {listed(parts)}" if assessed else "No statement is held"


def to_review(items: Iterable[Assessed]) -> str:
    """Which verdicts stand on numbers that have moved; that none has, where none has."""
    assessed = tuple(items)
    moved = [item.claim.statement.rstrip(".") for item in assessed if item.needs_review]
    compared = sum(found.is_compared for item in assessed for found in item.found)
    if not moved:
        return f"All {counted(compared, 'printed number')} were computed again from the rows just now and agree."
    return f"To be reviewed, because the rows no longer give what is printed: {listed([f'“{one}”' for one in moved])}."
