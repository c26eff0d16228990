"""For how long: what followed a course of doses, and what followed stopping it at random."""

from collections.abc import Iterable
from dataclasses import dataclass

from evidence.answers import HOUSE_RULE, Answer, pool_entries
from evidence.comparisons import Question, TrialEffect, pooled_inputs
from evidence.effects import Counts, Effect, from_interval
from evidence.records import Result
from evidence.scale import interval, shown
from evidence.synthesis import Pooled
from evidence.times import HOURS_A_DAY
from evidence.words import counted, percent, plain


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How long a group stayed well: mean or median days to relapse; None where it was not reached or not reported."""

    result: Result
    arm: str
    days: float | None
    statistic: str
    followed_days: float | None
    people: int | None

    @property
    def label(self) -> str:
        """The trial, with its arm where that is not the drug."""
        return self.result.label if self.arm == self.result.intervention else f"{self.result.label}, {self.arm}"

    @property
    def is_after_course(self) -> bool:
        """Whether the days are counted after more than one dose."""
        return self.result.anchor == "last-dose" and (self.result.administrations or 2) > 1

    @property
    def in_words(self) -> str:
        """Days and statistic, or that the time was not reached or reported by the end of follow-up."""
        if self.days is not None:
            return f"{plain(self.days)} days, {self.statistic}"
        return "not reached or not reported" + (f" by day {plain(self.followed_days)}" if self.followed_days else "")


def is_follow_up(result: Result) -> bool:
    """Whether a result tells days to relapse outside a randomised withdrawal."""
    return result.outcome == "time-to-relapse" and result.design != "withdrawal" and result.unit == "days"


def follow_ups(results: Iterable[Result]) -> tuple[FollowUp, ...]:
    """Days to relapse, one value an arm, shortest first, arms without a value last.

    The statistic is the one the trial reports. A comparator arm without a value is left out.
    """
    found = []
    for result in results:
        if not is_follow_up(result):
            continue
        for arm, mean, median, people in (
            (result.intervention, result.mean_intervention, result.median_intervention, result.n_intervention),
            (result.comparator, result.mean_comparator, result.median_comparator, result.n_comparator),
        ):
            days = median if median is not None else mean
            if days is None and arm != result.intervention:
                continue
            followed = result.hours / HOURS_A_DAY
            end = followed if days is None or followed > days else None
            statistic = "median" if median is not None else "mean" if mean is not None else ""
            found.append(FollowUp(result, arm, days, statistic, end, people))
    return tuple(sorted(found, key=lambda item: (item.days is None, item.days or 0.0)))


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One randomised withdrawal, or one stratum of it: relapse by arm and the hazard ratio where it was printed."""

    result: Result
    going_on: Counts | None
    stopping: Counts | None
    effect: Effect | None


def is_withdrawal(result: Result) -> bool:
    """Whether a result is relapse in a trial that randomised responders to go on or stop."""
    return result.design == "withdrawal" and result.outcome == "relapse" and result.analysis == "main"


def withdrawals(results: Iterable[Result]) -> tuple[Withdrawal, ...]:
    """Relapse after randomised withdrawal, one entry a stratum, in the file's order."""
    found = []
    for r in results:
        if not is_withdrawal(r):
            continue
        hazard = None
        if r.effect_measure == "HR" and r.effect is not None and r.ci_low is not None and r.ci_high is not None:
            hazard = from_interval(r.effect, r.ci_low, r.ci_high, log=True)
        found.append(
            Withdrawal(
                r,
                _counts(r.events_intervention, r.n_intervention),
                _counts(r.events_comparator, r.n_comparator),
                hazard,
            )
        )
    return tuple(found)


def _counts(events: int | None, n: int | None) -> Counts | None:
    return Counts(events, n) if events is not None and n else None


def hazard_answer(entries: Iterable[Withdrawal], low_confidence: bool = False) -> Answer:
    """The log hazard ratios of strata with a printed interval, pooled; strata hold different people, so each counts."""
    question = Question(("relapse",), "HR", None, low_confidence=low_confidence)
    effects = tuple(
        TrialEffect(
            entry.result.trial,
            entry.result.label,
            (entry.result,),
            entry.effect,
            "printed hazard ratio and interval",
            question.objection(entry.result),
            entry.going_on,
            entry.stopping,
            entry.result.people,
            "HR",
        )
        for entry in entries
        if entry.effect is not None
    )
    used = pooled_inputs(effects)
    return Answer(question, effects, used, pool_entries(used, HOUSE_RULE), ())


def finding_of_courses(items: Iterable[FollowUp]) -> str:
    """How long people stayed well after a course, over groups given the drug; too different to pool."""
    groups = [item for item in items if item.arm == item.result.intervention]
    timed = [item for item in groups if item.days is not None]
    days = [item.days for item in timed if item.days is not None]
    if not days:
        return "No trial in this selection reports how long people stayed well after a course"
    known = [item.people for item in timed if item.people is not None]
    people = f", {counted(sum(known), 'person', 'people')} in those that say how many" if known else ""
    if len(days) == 1:
        return f"In the one group with a time, relapse after a course came at {groups[0].in_words}{people}"
    open_ended = len(groups) - len(days)
    rest = f"; {counted(open_ended, 'group')} without a time" if open_ended else ""
    return (
        f"After a course, relapse came at a mean or median of {plain(min(days))} to {plain(max(days))} days "
        f"({counted(len(days), 'group')}{people}{rest})"
    )


def finding_of_withdrawals(entries: Iterable[Withdrawal], pooled: Pooled | None) -> str:
    """What stopping did: relapse of 100 in each arm over the strata with counts, and the hazard ratio."""
    found = list(entries)
    counted_arms = [
        (e.going_on, e.stopping) for e in found if e.going_on and e.stopping and e.result.confidence != "low"
    ]
    if not counted_arms:
        return "No randomised withdrawal trial in this selection reports relapse in both arms with certainty"
    on = [arm for arm, _ in counted_arms if arm]
    off = [arm for _, arm in counted_arms if arm]
    relapsed_on = percent(sum(a.events for a in on), sum(a.n for a in on))
    relapsed_off = percent(sum(a.events for a in off), sum(a.n for a in off))
    text = (
        f"Of people who had done well, {relapsed_on} relapsed when treatment went on and {relapsed_off} when it was "
        "stopped at random"
    )
    if pooled is None:
        return text
    low_high = interval("HR", pooled.ci_low, pooled.ci_high).replace("–", " to ")
    strata = counted(pooled.k, "stratum", "strata")
    return f"{text} (hazard ratio {shown('HR', pooled.estimate)}, 95% CI {low_high}; {strata})"
