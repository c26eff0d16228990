"""How many respond to a course of doses when nobody is compared: cohorts pooled as proportions, overlaps once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evidence.dataset.records import Overlap, Result
from evidence.dataset.time_bins import HOURS_A_DAY, in_words
from evidence.formatting import Sentence, count, counted, listed
from evidence.selection.filters import REPEATED, schedule
from evidence.selection.selection import trials_of
from evidence.stats.effect_sizes import Counts
from evidence.stats.glmm import Proportion, pool_proportions
from evidence.stats.proportions import wilson

FIRST_DAY, LAST_DAY = 9, 31
NO_COMPARISON = "no comparison group"


@dataclass(frozen=True, slots=True)
class Cohort:
    """One cohort given a course: responders and people at the last count within the window, and why it is left out."""

    result: Result
    counts: Counts
    excluded: str = ""

    @property
    def label(self) -> str:
        """The trial's name on charts."""
        return self.result.label

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the cohort's own rate."""
        return wilson(self.counts)


@dataclass(frozen=True, slots=True)
class Courses:
    """All cohorts with counts, largest first, and the pool of those that share no people."""

    cohorts: tuple[Cohort, ...]
    pooled: Proportion | None

    @property
    def used(self) -> tuple[Cohort, ...]:
        """The cohorts that are pooled."""
        return tuple(cohort for cohort in self.cohorts if not cohort.excluded)

    @property
    def people(self) -> int:
        """People in the cohorts that are pooled."""
        return sum(cohort.counts.n for cohort in self.used)


def is_course(result: Result) -> bool:
    """Return whether a result is the response of an uncontrolled arm to several doses, 9 to 31 days after the first."""
    return (
        not result.is_controlled
        and result.outcome == "response"
        and result.analysis == "main"
        and result.timing in (None, "at-time")
        and result.design != "withdrawal"
        and result.anchor != "last-dose"
        and schedule(result) == REPEATED
        and FIRST_DAY * HOURS_A_DAY <= result.hours <= LAST_DAY * HOURS_A_DAY
        and result.events_intervention is not None
        and bool(result.n_intervention)
    )


def courses(results: Iterable[Result], overlaps: Sequence[Overlap] = ()) -> Courses:
    """Return the cohorts given a course and their pooled response.

    One result per cohort: the latest within the window, on the most people. Of two cohorts that share people, or may,
    the larger counts. Low-confidence rows are shown and not pooled. The pool is a logistic model with a random
    intercept (Stijnen 2010).
    """
    cohorts = []
    for rows in trials_of(r for r in results if is_course(r)).values():
        latest = max(rows, key=lambda r: (r.hours, r.n_intervention or 0))
        assert latest.events_intervention is not None
        assert latest.n_intervention is not None
        cohorts.append(Cohort(latest, Counts(latest.events_intervention, latest.n_intervention), latest.doubt))
    cohorts.sort(key=lambda cohort: (-cohort.counts.n, cohort.label))
    kept: list[Cohort] = []
    partners = _partners(overlaps)
    pooled_so_far: dict[str, Cohort] = {}
    for cohort in cohorts:
        sharing = [pooled_so_far[trial] for trial in partners.get(cohort.result.trial, ()) if trial in pooled_so_far]
        twin = min(sharing, key=lambda one: (-one.counts.n, one.label), default=None)
        reason = cohort.excluded or (f"shares or may share people with {twin.label}" if twin else "")
        kept.append(Cohort(cohort.result, cohort.counts, reason))
        if not reason:
            pooled_so_far[cohort.result.trial] = kept[-1]
    pooled = pool_proportions([cohort.counts for cohort in kept if not cohort.excluded])
    return Courses(tuple(kept), pooled)


def _partners(overlaps: Sequence[Overlap]) -> dict[str, set[str]]:
    """Return the trials that share people with each trial, or may."""
    partners: dict[str, set[str]] = {}
    for row in overlaps:
        partners.setdefault(row.trial, set()).add(row.other_trial)
        partners.setdefault(row.other_trial, set()).add(row.trial)
    return partners


def in_a_sentence(cohorts: Courses) -> Sentence:
    """Say what share responded, with its interval and that nobody was compared; true for every number of cohorts."""
    used = cohorts.used
    if not used:
        return Sentence("No cohort in these data counts responders to a course of doses 9 to 31 days after the first")
    if len(used) == 1 or cohorts.pooled is None:
        first = used[0]
        low, high = first.interval
        rest = f"{counted(len(used) - 1, 'more cohort')} cannot be pooled with it" if len(used) > 1 else ""
        text = f"In {first.label} {first.counts.events} of {first.counts.n} people responded"
        exact = f"{text} ({_hundred(low)} to {_hundred(high)} of 100), {NO_COMPARISON}"
        return Sentence(f"{text}, {NO_COMPARISON}", caveat=rest, exact=exact)
    rate, low, high = cohorts.pooled.proportion
    return Sentence(
        f"About {_hundred(rate)} of 100 people responded to a course",
        f"{_hundred(low)} to {_hundred(high)}; {counted(len(used), 'cohort')}, {count(cohorts.people)} people, "
        f"{NO_COMPARISON}",
    )


def prediction(cohorts: Courses) -> str:
    """Say where the rate of another clinic may lie; empty under five cohorts, from which it cannot be judged."""
    if cohorts.pooled is None or len(cohorts.used) < 5:
        return ""
    low, high = cohorts.pooled.prediction
    return (
        f"In another clinic like these the rate may lie anywhere from {_hundred(low)} to {_hundred(high)} of 100. "
        "These cohorts cannot show how much of this is due to the drug: people also improve with time and expectation."
    )


def left_out(cohorts: Courses) -> str:
    """Name the cohorts that are shown and not pooled, with why; empty without any."""
    parts = [f"{cohort.label} ({cohort.excluded})" for cohort in cohorts.cohorts if cohort.excluded]
    return f"Shown, not pooled: {listed(parts)}." if parts else ""


def when(cohort: Cohort) -> str:
    """Return the time of the count after the first dose in words."""
    return in_words(cohort.result.hours)


def _hundred(rate: float) -> str:
    return f"{100 * rate:.0f}"
