"""What a room can be asked before it sees the numbers, what the trials found, and both in one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from evidence.formatting import counted, plain
from evidence.questions.duration import FollowUp
from evidence.stats.absolute import Absolute
from evidence.stats.effect_sizes import Counts
from evidence.stats.proportions import wilson
from evidence.synthesis.answers import Answer
from evidence.synthesis.sentences import Sides, absolute, interval_name, sides_of, verb_of

MOST_GUESSES = 200
PEOPLE = (0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)
DAYS = (3, 7, 14, 30, 60, 90, 180, 365)


@dataclass(frozen=True, slots=True)
class Truth:
    """One number the trials found, with its interval where it has one."""

    value: float
    low: float | None = None
    high: float | None = None
    label: str = ""
    interval: str = "95% CI"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the room: its words, the axis from 0 to `top`, quick answers, and what was found."""

    key: str
    name: str
    words: str
    unit: str
    top: int
    quick: tuple[int, ...]
    truths: tuple[Truth, ...]

    @property
    def result(self) -> str:
        """What the trials found, in words; one number with its interval, or the span of several groups."""
        values = [truth.value for truth in self.truths]
        if len(values) > 1:
            return f"{min(values):.0f} to {max(values):.0f} {self.unit} in {len(values)} groups"
        only = self.truths[0]
        has_interval = only.low is not None and only.high is not None
        span = f" ({only.interval} {only.low:.0f} to {only.high:.0f})" if has_interval else ""
        return f"{only.value:.0f} {self.unit}{span}"


def allowed(asked: Asked, value: float | None) -> bool:
    """Return whether a guess lies on the axis."""
    return value is not None and 0 <= value <= asked.top


def compared(asked: Asked, guesses: Sequence[float]) -> str:
    """Compare the room's guesses with the trials' result."""
    if not guesses:
        return f"the trials found {asked.result}."
    one = len(guesses) == 1
    span = "," if one else f" ({plain(min(guesses))} to {plain(max(guesses))}), in the middle"
    room = f"{counted(len(guesses), 'guess', 'guesses')}{span} {plain(median(guesses))}"
    return f"{room}; the trials found {asked.result}."


def of_rates(answer: Answer, time: str) -> tuple[Asked, ...]:
    """Ask how many of 100 people in each arm; one trial has its arms' intervals, several have those of the pages.

    For several trials the drug's number follows from the pooled effect and the comparator's, with the effect's
    interval; the comparator's is that of all its people, with Wilson's interval.
    """
    counts, risks = answer.counts, absolute(answer)
    if counts is None or risks is None:
        return ()
    sides = sides_of(entry.first for entry in answer.used)
    verb = verb_of(answer.question.outcomes[0])
    drug, control = (_of_arm(arm) for arm in counts)
    if answer.k > 1:
        drug = _pooled(answer, risks)
    return tuple(
        Asked(key, name, _words(name, verb, time), "of 100 people", 100, PEOPLE, (truth,))
        for key, name, truth in (("drug", sides.drug, drug), ("comparator", sides.comparator, control))
    )


def of_event(answer: Answer, rates: tuple[float, float] | None, verb: str) -> tuple[Asked, ...]:
    """Ask how many of 100 people on the drug have an event; `rates` are those the Safety page shows."""
    counts = answer.counts
    if counts is None or rates is None:
        return ()
    sides: Sides = sides_of(entry.first for entry in answer.used)
    risks = absolute(answer)
    truth = _of_arm(counts[0]) if answer.k == 1 or risks is None else _pooled(answer, risks)
    return (Asked("event", sides.drug, _words(sides.drug, verb, ""), "of 100 people", 100, PEOPLE, (truth,)),)


def of_days(items: Sequence[FollowUp]) -> tuple[Asked, ...]:
    """Ask for the days until half of those who responded had relapsed, one number per group that reports it."""
    timed = [item for item in items if item.days is not None and item.arm == item.result.intervention]
    truths = tuple(Truth(item.days or 0.0, label=item.label) for item in timed)
    if not truths:
        return ()
    top = next((day for day in DAYS[-3:] if day >= 2 * max(truth.value for truth in truths)), DAYS[-1])
    words = "How many days do responders stay well after a course of doses?"
    return (Asked("days", "", words, "days", top, tuple(day for day in DAYS if day <= top), truths),)


def _words(name: str, verb: str, time: str) -> str:
    return f"Of 100 people on {name}, how many {verb}{f' {time}' if time else ''}?"


def _pooled(answer: Answer, risks: Absolute) -> Truth:
    name = interval_name(answer.pooled) if answer.pooled is not None else "95% CI"
    return Truth(*risks.events_of_100, interval=name)


def _of_arm(arm: Counts) -> Truth:
    low, high = wilson(arm)
    return Truth(100 * arm.events / arm.n, 100 * low, 100 * high)
