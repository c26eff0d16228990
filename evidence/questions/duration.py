"""For how long: what followed a course of doses, and what followed randomised withdrawal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evidence.dataset.records import Result
from evidence.dataset.time_bins import HOURS_A_DAY
from evidence.dataset.topic import topic
from evidence.formatting import Sentence, counted, listed, percent, plain
from evidence.questions.blinding import MASKINGS, masking
from evidence.selection.selection import counted_once
from evidence.stats.effect_sizes import Counts, Effect, from_interval
from evidence.synthesis.answers import HOUSE_RULE, Answer, Model, pool_entries
from evidence.synthesis.arms import Origin
from evidence.synthesis.display import interval_in_words, shown
from evidence.synthesis.priors import prior_of
from evidence.synthesis.trial_effects import Question, TrialEffect, pooled_inputs


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
    """Return whether a result gives days to relapse outside a randomised withdrawal."""
    return result.outcome == "time-to-relapse" and result.design != "withdrawal" and result.unit == "days"


def follow_ups(results: Iterable[Result]) -> tuple[FollowUp, ...]:
    """List days to relapse, one value per arm, shortest first, arms without a value last.

    The statistic is the one the trial reports. A comparator arm without a value is left out, and so is a trial whose
    people are all in another one that is listed.
    """
    outcome = []
    for result in counted_once(r for r in results if is_follow_up(r))[0]:
        if not is_follow_up(result) or result.is_retracted:
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
            outcome.append(FollowUp(result, arm, days, statistic, end, people))
    return tuple(sorted(outcome, key=lambda item: (item.days is None, item.days or 0.0)))


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One randomised withdrawal, or one stratum of it: relapse by arm and the hazard ratio where it was printed."""

    result: Result
    going_on: Counts | None
    stopping: Counts | None
    effect: Effect | None


def is_withdrawal(result: Result) -> bool:
    """Return whether a result is relapse in a trial that randomised responders to continue or stop."""
    return result.design == "withdrawal" and result.outcome == "relapse" and result.analysis == "main"


def masking_of(entries: Sequence[Withdrawal]) -> str:
    """Say how well people in withdrawal trials could tell that they had been taken off, and why it matters."""
    groups: dict[str, dict[str, None]] = {}
    for entry in entries:
        groups.setdefault(MASKINGS[masking(entry.result)].label.lower(), {})[entry.result.label] = None
    if not groups:
        return ""
    words = "; ".join(f"{name}: {listed(list(labels))}" for name, labels in groups.items())
    return f"By blinding: {words}. Everyone had felt the drug before, so people may notice its absence."


def retracted(results: Iterable[Result]) -> str:
    """Name the trials whose days to relapse are not shown because the publication was retracted; empty without any."""
    labels = dict.fromkeys(r.label for r in results if is_follow_up(r) and r.is_retracted)
    return f"Not shown, because the publication was retracted: {listed(list(labels))}." if labels else ""


def withdrawals(results: Iterable[Result]) -> tuple[Withdrawal, ...]:
    """List relapse after randomised withdrawal, one entry per stratum, in the order of the file."""
    entries = []
    for r in results:
        if not is_withdrawal(r):
            continue
        hazard = None
        if r.effect_measure == "HR" and r.effect is not None and r.ci_low is not None and r.ci_high is not None:
            hazard = from_interval(r.effect, r.ci_low, r.ci_high, log=True)
        entries.append(
            Withdrawal(
                r,
                _counts(r.events_intervention, r.n_intervention),
                _counts(r.events_comparator, r.n_comparator),
                hazard,
            )
        )
    return tuple(entries)


def _counts(events: int | None, n: int | None) -> Counts | None:
    return Counts(events, n) if events is not None and n else None


def hazard_answer(entries: Iterable[Withdrawal], low_confidence: bool = False) -> Answer:
    """Pool the log hazard ratios of strata with a reported interval; strata enrol different people, so each counts."""
    question = Question(("relapse",), "HR", None, low_confidence=low_confidence)
    effects = tuple(
        TrialEffect(
            entry.result.trial,
            entry.result.label,
            (entry.result,),
            entry.effect,
            Origin.PRINTED_HAZARD,
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
    # Strata of one trial are one study: their common hazard ratio, whose precision is that of all its people.
    strata = Model("EE") if len({entry.trial for entry in used}) < 2 else HOUSE_RULE
    prior = prior_of(question, used) if strata is HOUSE_RULE else None
    return Answer(question, effects, used, pool_entries(used, strata, prior), (), strata, prior)


def headline_of_courses(items: Iterable[FollowUp]) -> Sentence:
    """Say how long people stayed well after a course, across groups given the drug; they differ too much to pool."""
    groups = [item for item in items if item.arm == item.result.intervention]
    timed = [item for item in groups if item.days is not None]
    days = [item.days for item in timed if item.days is not None]
    if not days:
        return Sentence("No trial in this selection has a time to relapse after a course in these data")
    known = [item.people for item in timed if item.people is not None]
    people = f", {counted(sum(known), 'person', 'people')} in those that report how many" if known else ""
    if len(days) == 1:
        return Sentence(f"In the one group with a time, relapse after a course came at {groups[0].in_words}{people}")
    open_ended = len(groups) - len(days)
    rest = f"; {counted(open_ended, 'group')} without a time" if open_ended else ""
    return Sentence(
        f"After a course, relapse came at a mean or median of {plain(min(days))} to {plain(max(days))} days",
        f"{counted(len(days), 'group')}{people}{rest}",
    )


def reading_courses(items: Iterable[FollowUp]) -> str:
    """Explain how to read days to relapse together: what a mean counts, and how few groups had a comparator."""
    result = list(items)
    groups = [item for item in result if item.arm == item.result.intervention]
    compared = [item.result.label for item in groups if item.result.is_controlled]
    text = "Without a comparator it is unknown who would have relapsed anyway"
    text += f"; only {listed(compared)} had one." if compared else "."
    means = dict.fromkeys(item.result.label for item in groups if item.statistic == "mean")
    if means:
        text += f" A mean ({listed(list(means))}) counts only those who relapsed, so it is shorter than a median."
    if any(item.days is not None and item.followed_days is not None for item in result):
        text += " Dotted: to the end of follow-up."
    return text


def certain(entries: Iterable[Withdrawal]) -> tuple[Withdrawal, ...]:
    """Keep the strata behind the relapse rates: counts in both arms, low confidence left out."""
    return tuple(e for e in entries if not e.result.doubt and e.going_on and e.stopping)


def _certain_arms(entries: Iterable[Withdrawal]) -> tuple[list[Counts], list[Counts]]:
    pairs = [(e.going_on, e.stopping) for e in certain(entries)]
    complete = [(on, off) for on, off in pairs if on is not None and off is not None]
    return [on for on, _ in complete], [off for _, off in complete]


def relapse_rates(entries: Iterable[Withdrawal]) -> tuple[str, str]:
    """Return the relapse percentages of those continuing and stopping, over strata with counts of both arms.

    Low confidence is left out.
    """
    on, off = _certain_arms(entries)
    rates = [
        percent(sum(arm.events for arm in arms), sum(arm.n for arm in arms)) if arms else "not reported"
        for arms in (on, off)
    ]
    return rates[0], rates[1]


def relapse_counts(entries: Iterable[Withdrawal]) -> tuple[Counts, Counts] | None:
    """Sum the relapses of those continuing and stopping, over strata with counts of both arms; None without any."""
    on, off = _certain_arms(entries)
    if not on:
        return None
    going = Counts(sum(arm.events for arm in on), sum(arm.n for arm in on))
    return going, Counts(sum(arm.events for arm in off), sum(arm.n for arm in off))


def in_one_look(items: Iterable[FollowUp], entries: Iterable[Withdrawal]) -> str:
    """Say when depression comes back after a course, and how many relapse going on and stopping."""
    courses = [i for i in items if i.days is not None and i.arm == i.result.intervention]
    days = sorted(i.days for i in courses if i.days is not None)
    withdrawn = list(entries)
    parts = []
    if days:
        span = f"{plain(days[0])} to {plain(days[-1])}" if days[0] != days[-1] else plain(days[0])
        back = f"{topic().condition} came back {span} days after a course of {_drugs(i.result for i in courses)}."
        parts.append(f"{back[:1].upper()}{back[1:]}")
    else:
        parts.append("No trial has a time to relapse after a course in these data.")
    if pair := relapse_counts(withdrawn):
        on, off = (f"{100 * arm.events / arm.n:.0f}" for arm in pair)
        drug = _drugs(entry.result for entry in certain(withdrawn))
        parts.append(f"Randomised to continue {drug}, {on} of 100 relapsed; to stop, {off}.")
    return " ".join(parts)


def _drugs(results: Iterable[Result]) -> str:
    return " or ".join(dict.fromkeys(result.intervention for result in results))


def behind_strata(answered: Answer) -> str:
    """Describe the strata, trials and people behind a pooled hazard ratio."""
    trials = counted(len({entry.trial for entry in answered.used}), "trial")
    people = f", {counted(answered.people, 'person', 'people')}" if answered.people else ""
    return f"{trials}, {counted(answered.k, 'group')}{people}"


def headline_of_withdrawals(entries: Iterable[Withdrawal]) -> Sentence:
    """Say what stopping did: relapses per 100 in each arm over the strata with counts, and the hazard ratio."""
    result = list(entries)
    if not _certain_arms(result)[0]:
        return Sentence(
            "No randomised withdrawal trial in this selection has a certain count of relapse in both arms in these data"
        )
    on, off = relapse_rates(result)
    text = f"Of people who had done well, {on} relapsed when randomised to continue and {off} when randomised to stop"
    strata = hazard_answer(result)
    if strata.pooled is None:
        return Sentence(text)
    low_high = interval_in_words("HR", strata.pooled.ci_low, strata.pooled.ci_high)
    ratio = f"hazard ratio {shown('HR', strata.pooled.estimate)}, 95% CI {low_high}"
    return Sentence(text, f"{ratio}; {behind_strata(strata)}")


def left_out_of_withdrawals(entries: Iterable[Withdrawal]) -> str:
    """Say which withdrawal trials are drawn but not counted, and why; empty if none is."""
    names: dict[str, dict[str, None]] = {}
    for entry in entries:
        if entry.result.doubt:
            names.setdefault(entry.result.doubt, {})[entry.result.label] = None
    return " ".join(
        f"Not counted in the sentence or pooled ({why}): {listed(list(labels))}." for why, labels in names.items()
    )
