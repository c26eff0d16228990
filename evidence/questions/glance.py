"""The first screen's picture and sentence: how many respond at each time, the harms, and when depression comes back."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Gap, PublishedEstimate, Result
from evidence.dataset.time_bins import HOURS_A_DAY, TIME_BINS
from evidence.dataset.topic import primary_scale, topic
from evidence.formatting import capital, counted, inside, listed, plain
from evidence.questions import certainty, contrary, duration, findings, harms, response, time_curve
from evidence.questions.absence import FIRST_HOUR, LAST_HOUR, Absence, blanks_between
from evidence.questions.duration import FollowUp
from evidence.questions.time_curve import Nearest
from evidence.selection.filters import REPEATED, schedule
from evidence.selection.selection import Selection, relaxed, trials_of
from evidence.synthesis import sentences
from evidence.synthesis.answers import Answer
from evidence.synthesis.sentences import Sides

_RESPONSE = "response"
_SHOWN_EVENTS = 3


def named_events(results: Iterable[Result]) -> tuple[str, ...]:
    """Return the harms that a summary looks at: those the topic names, else every named event of the results."""
    named = topic().felt
    return tuple(named) if named else tuple(dict.fromkeys(r.outcome for r in results if harms.is_event(r)))


def verb_of(event: str) -> str:
    """Return what people with a harm feel or have, after their number.

    >>> verb_of("nausea"), verb_of("vertigo")
    ('feel sick', 'have vertigo')
    """
    return topic().felt.get(event) or f"have {OUTCOMES[event].label.lower()}"


@dataclass(frozen=True, slots=True)
class Responders:
    """Of 100 people on each side, how many respond at about one time."""

    hours: float
    drug: float
    low: float
    high: float
    comparator: float
    answer: Answer

    @property
    def is_repeated(self) -> bool:
        """Whether every result behind it comes from more than one dose."""
        return all(schedule(entry.first) == REPEATED for entry in self.answer.used)

    @property
    def key(self) -> str:
        """The lines of trials.csv behind it."""
        return " ".join(entry.key for entry in self.answer.used)

    @property
    def in_words(self) -> str:
        """Time, numbers of 100 with the interval, trials and people."""
        sides = sentences.sides_of(entry.first for entry in self.answer.used)
        interval = sentences.interval_name(self.answer.pooled) if self.answer.pooled else "95% CI"
        return (
            f"{sentences.when(self.answer)} {self.drug:.0f} of 100 respond on {sides.drug} ({interval} "
            f"{self.low:.0f} to {self.high:.0f}) and {self.comparator:.0f} on {sides.comparator}; "
            f"{sentences.behind(self.answer)}"
        )


@dataclass(frozen=True, slots=True)
class Felt:
    """Of 100 people on each side, how many have a harm by the time its counting ended."""

    event: str
    hours: float
    drug: float
    comparator: float
    answer: Answer

    @property
    def key(self) -> str:
        """The lines of trials.csv behind it."""
        return " ".join(entry.key for entry in self.answer.used)

    @property
    def verb(self) -> str:
        """Return what people feel, after their number."""
        return verb_of(self.event)

    @property
    def in_words(self) -> str:
        """Numbers of 100 and how long they were counted."""
        sides = sentences.sides_of(entry.first for entry in self.answer.used)
        return (
            f"{self.drug:.0f} of 100 {self.verb} on {sides.drug}, {self.comparator:.0f} on {sides.comparator}, counted "
            f"up to {sentences.spelled(self.hours)}; {sentences.behind(self.answer)}"
        )


NO_CURVE = "No curve over time: too few trials at the same times"
NOT_HELD, NOT_REPORTED = "not-held", "not-reported"


@dataclass(frozen=True, slots=True)
class Blank:
    """A span of hours without a count of responders: whether a source says that one exists, and of which trials."""

    start: float
    end: float
    why: str
    names: tuple[str, ...] = ()

    @property
    def in_words(self) -> str:
        """Return the span and why it is empty."""
        span = f"{sentences.spelled(self.start)} to {sentences.spelled(self.end)}"
        if self.why == NOT_HELD:
            return f"{span}: responders were counted, and the counts are not in these data ({listed(list(self.names))})"
        return f"{span}: no count of responders is reported in what was read"


@dataclass(frozen=True, slots=True)
class Glance:
    """What one axis from an hour to a year shows for a selection."""

    responders: tuple[Responders, ...]
    felt: tuple[Felt, ...]
    harms_are_borrowed: bool
    relapses: tuple[FollowUp, ...]
    relapses_are_borrowed: bool
    main: Answer
    rating: PublishedEstimate | None
    blanks: tuple[Absence, ...] = ()
    """Spans of hours without a bar, and what is known of the trials there."""
    larger: PublishedEstimate | None = None
    """A rated review of the same question on more people."""
    opposite: str = ""
    """Which trials outside the pool found the opposite, in a sentence."""
    curves: Nearest = field(default_factory=lambda: Nearest(()))
    """The difference in points as a curve over time, or why there is none."""

    @property
    def sides(self) -> Sides:
        """What the responders compare."""
        return sentences.sides_of(entry.first for answered in self.responders for entry in answered.answer.used)

    @property
    def harm_sides(self) -> Sides:
        """What the harms compare."""
        return sentences.sides_of(entry.first for answered in self.felt for entry in answered.answer.used)

    @property
    def days_to_relapse(self) -> tuple[float, float] | None:
        """The shortest and the longest mean or median time to relapse after a course."""
        days = [item.days for item in self.relapses if item.days is not None]
        return (min(days), max(days)) if days else None

    @property
    def results(self) -> tuple[Result, ...]:
        """Every row drawn, responders first."""
        answers = [answered.answer for answered in self.responders] + [answered.answer for answered in self.felt]
        rows = [row for answered in answers for entry in answered.used for row in entry.results]
        behind_curves = [row for curve in self.curves.curves for entry in curve.entries for row in entry.results]
        return tuple(dict.fromkeys([*rows, *(item.result for item in self.relapses), *behind_curves]))

    @property
    def curve_sides(self) -> Sides:
        """What the curves compare."""
        return sentences.sides_of(entry.first for curve in self.curves.curves for entry in curve.entries)

    @property
    def curves_in_words(self) -> tuple[str, ...]:
        """Each curve with its ends, bands and trials, and what was given up for them; why there is none instead."""
        if not self.curves.curves:
            return (NO_CURVE,) if self.curves.reason else ()
        sides = self.curve_sides
        head = f"Curves of {primary_scale()} points, {sides.drug} against {sides.comparator}"
        lines = [time_curve.in_short(curve) for curve in self.curves.curves]
        return (f"{head}, {self.curves.words}" if self.curves.words else head, *lines)


def glance(
    results: Iterable[Result],
    selected: tuple[Result, ...],
    selection: Selection,
    reviews: Iterable[PublishedEstimate],
    gaps: Iterable[Gap] = (),
) -> Glance:
    """Return responders of the selection at each time, with harms and relapse of the nearest selection that has any.

    `gaps` are results that a source says exist; those of the selection's trials tell blanks apart.
    """
    everything = tuple(results)
    main = response.answer_for(selected, response.Choices())
    felt, harms_are_borrowed = _felt(everything, selection)
    wider = relaxed(everything, selection, duration.is_follow_up)
    relapses = tuple(
        item
        for item in duration.follow_ups(wider.results)
        if item.is_after_course and item.arm == item.result.intervention and item.days is not None
    )
    known = tuple(reviews)
    rating, larger = certainty.rating(known, main), findings.larger_review(known, main, selected)
    responders = _responders(selected)
    used = [row for bar in responders for entry in bar.answer.used for row in entry.results]
    hours = [bar.hours for bar in responders]
    blanks = blanks_between(hours, used, selected, trials_of(everything), tuple(gaps), (_RESPONSE,))
    opposite = contrary.in_a_sentence(contrary.contrary(selected, main))
    curves = time_curve.nearest(everything, selected, selection, "MD")
    return Glance(
        responders,
        felt,
        harms_are_borrowed,
        relapses,
        bool(wider.dropped),
        main,
        rating,
        blanks,
        larger,
        opposite,
        curves,
    )


def _responders(selected: tuple[Result, ...]) -> tuple[Responders, ...]:
    answers = []
    for time in TIME_BINS:
        answer = response.answer_for(selected, response.Choices(time=time.value))
        of_hundred = sentences.absolute(answer)
        if answer.pooled is None or of_hundred is None:
            continue
        logs = [math.log(max(entry.hours, FIRST_HOUR)) for entry in answer.used]
        hours = round(math.exp(sum(logs) / len(logs)), 6)
        drug, low, high = of_hundred.events_of_100
        own = answer.used[0].intervention
        if len(answer.used) == 1 and own is not None:
            drug = 100 * own.events / own.n  # of one trial its own people, not what is left of them with 0.5 added
        answers.append(Responders(hours, drug, low, high, 100 * of_hundred.comparator_rate, answer))
    return tuple(answers)


def in_words_of_blank(blank: Absence) -> str:
    """Return what is known of responders in a span without a bar."""
    start, end = (sentences.spelled(hours) for hours in (blank.start, blank.end))
    span = f"From {start} on" if blank.end == LAST_HOUR else f"Between {start} and {end}"
    return f"{span}: responders {blank.in_words}"


def in_words(facts: Glance) -> str:
    """Return the picture in words: every number with its time, the curves, how long until relapse, and every blank."""
    drawn = [*(item.in_words for item in facts.responders), *(item.in_words for item in facts.felt)]
    blank = [in_words_of_blank(one) for one in facts.blanks]
    until = until_when(facts.relapses, facts.relapses_are_borrowed)
    return "; ".join([*drawn, *facts.curves_in_words, until, *blank]) or "Nothing to draw"


def _felt(everything: tuple[Result, ...], selection: Selection) -> tuple[tuple[Felt, ...], bool]:
    """Return the three named harms that differ most, of the selection's own trials where they count any."""
    scope = harms.felt_scope(everything, selection)
    answers = []
    for event in named_events(scope.compared):
        item = harms.harm_of(scope.compared, event)
        if item.difference.pooled is None or item.rates is None:
            continue
        hours = max(entry.hours for entry in item.difference.used)
        drug, comparator = (100 * rate for rate in item.rates)
        answers.append(Felt(event, hours, drug, comparator, item.difference))
    answers.sort(key=lambda item: item.comparator - item.drug)
    return tuple(answers[:_SHOWN_EVENTS]), bool(scope.dropped)


_VERBS = {"high": "respond", "moderate": "probably respond", "low": "may respond", "very low": "may respond"}


def sentence(facts: Glance) -> str:
    """Answer in one or two sentences: how many respond with the verb of the published certainty, and until when."""
    of_hundred = sentences.absolute(facts.main)
    parts = []
    if of_hundred is None:
        parts.append("These data do not give the number of responders per 100 people.")
    else:
        sides = sentences.sides_of(entry.first for entry in facts.main.used)
        drug, comparator = of_hundred.events_of_100[0], 100 * of_hundred.comparator_rate
        rated = facts.rating.certainty if facts.rating else None
        verb = _VERBS.get(rated or "", "responded")
        when = sentences.when(facts.main).split(" (")[0]
        lead = sentences.leading(facts.main)
        if lead is not None and lead.intervention is not None and lead.comparator is not None:
            # One trial carries the pool: its own people are named, not what a model makes of them.
            drug, comparator = (100 * arm.events / arm.n for arm in (lead.intervention, lead.comparator))
            when, verb = f"{when} in {lead.label}", "responded"
        parts.append(
            f"{when}, about {drug:.0f} of 100 people {verb} to {sides.drug}, {comparator:.0f} to {sides.comparator}."
        )
    if days := facts.days_to_relapse:
        low, high = (plain(day) for day in days)
        span = f"{low} to {high} days" if low != high else f"{low} days"
        what = topic().condition
        back = f"{what} came back"
        where = f"In other trials{_of_another_drug(facts)} {back}" if facts.relapses_are_borrowed else capital(back)
        parts.append(f"{where} {span} after a course.")
    return " ".join(parts)


def _of_another_drug(facts: Glance) -> str:
    """Name the drug of the borrowed relapses where it is not that of the number before them; else return nothing."""
    other = {item.result.intervention for item in facts.relapses}
    if other <= {entry.first.intervention for entry in facts.main.used}:
        return ""
    return f" of {listed(sorted(other))}"


def trust(facts: Glance, is_brief: bool = False) -> str:
    """Say how far to trust the number of responders: certainty, interval, trials and people.

    Behind a larger review it can be brief, where trials and people are said beside it.
    """
    if not facts.main.used:
        nothing = "No trial of this selection has counts of responders in both arms at one time in these data."
        return f"{findings.in_one_sentence(facts.larger)} {nothing}" if facts.larger is not None else nothing
    rated = facts.rating.certainty if facts.rating else None
    of_hundred = sentences.absolute(facts.main)
    interval = ""
    if of_hundred is not None:
        _, low, high = of_hundred.events_of_100
        who = "All together, " if sentences.leading(facts.main) is not None else "The "
        interval = f" {who}{of_hundred.events_of_100[0]:.0f} could be {low:.0f} to {high:.0f}."
    judged = _JUDGED.get(rated or "", "certainty not rated")
    opposite = f" {facts.opposite}" if facts.opposite else ""
    if facts.larger is not None and is_brief:
        words = f"{judged}.{interval}{opposite}"
    else:
        is_rated = "The evidence is " if judged in _JUDGED.values() else ""
        words = f"{capital(f'{is_rated}{judged}')}: {sentences.behind(facts.main)}.{interval}{opposite}"
    if facts.larger is None:
        return words
    return f"{findings.in_one_sentence(facts.larger)} In these data: {inside(words)}"


_JUDGED = {
    "very low": "very uncertain",
    "low": "of low certainty",
    "moderate": "of moderate certainty",
    "high": "of high certainty",
}


def until_when(follow_ups: Sequence[FollowUp], are_borrowed: bool = False) -> str:
    """Say how long until relapse after a course, in the fewest words, and whether other trials say so."""
    days = sorted(item.days for item in follow_ups if item.days is not None)
    if not days:
        return ""
    span = plain(days[0]) if days[0] == days[-1] else f"{plain(days[0])}–{plain(days[-1])}"
    other = " in other trials" if are_borrowed else ""
    return f"{span} days after a course{other}: {topic().condition} back ({counted(len(days), 'group')})"


def hours_of(item: FollowUp) -> float:
    """Convert the days of a time to relapse to hours."""
    return (item.days or 0.0) * HOURS_A_DAY
