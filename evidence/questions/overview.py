"""The answer on one screen: four tiles, what is not known, and the trials as a map."""

import math
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Gap, PublishedEstimate, Result
from evidence.dataset.time_bins import HOURS_A_DAY, TIME_BINS, in_words
from evidence.dataset.topic import primary_scale, topic
from evidence.formatting import counted, listed, plain
from evidence.questions import certainty, contrary, duration, glance, harms, onset, response
from evidence.questions.absence import KINDS, NOT_HELD, absence
from evidence.questions.harm_sentences import NO_LONG_TERM
from evidence.selection.filters import comparator_kind
from evidence.selection.selection import Selection, apply, relaxed, trials_of
from evidence.stats.pooling import Pooled
from evidence.stats.proportions import wilson
from evidence.synthesis import sentences as effect_sentences
from evidence.synthesis.answers import Answer
from evidence.synthesis.display import Estimate, interval, shown


class Part(NamedTuple):
    """One paragraph below the number of a tile."""

    lines: tuple[str, ...]
    is_strong: bool = False


_LONGEST_LINE = 26
"""Letters that a line of a phone's tile has room for."""


_YOUNG = frozenset({"adolescent", "adolescents"})


class Brief(NamedTuple):
    """What a phone says of a tile in the fewest words: beside the question, beside the number, and below it."""

    beside_question: str
    beside_number: str
    lines: tuple[str, ...]


def _brief(question: str, what: str, per: str, *lines: str) -> Brief:
    """Put what the number is beside the question, or under the number where it has no room there."""
    has_room = len(f"{question} {what}") < _LONGEST_LINE
    return Brief(what if has_room else "", per, tuple(line for line in ("" if has_room else what, *lines) if line))


@dataclass(frozen=True, slots=True)
class Tile:
    """One question with its number, or the plain statement that there is none."""

    question: str
    page: str
    number: str
    unit: str
    interval: str
    behind: str
    certainty: str
    words: str
    results: tuple[Result, ...]
    borrowed: str = ""
    brief: Brief | None = None
    """None where a phone says the same as a desk."""

    @property
    def names(self) -> str:
        """The trials behind the number; adolescents are named as such. More than three are counted alone."""
        if not 0 < len({result.trial for result in self.results}) <= 3:
            return ""
        trials = trials_of(self.results)
        return listed(
            [
                f"{rows[0].label} (adolescents)" if rows[0].age_group in _YOUNG else rows[0].label
                for rows in trials.values()
            ]
        )

    def badge(self, is_brief: bool = False) -> str:
        """Return what marks a number of trials outside the selection; empty for one of the selection's own."""
        return self.borrowed.removeprefix("from ") if is_brief else self.borrowed

    def parts(self, is_brief: bool = False) -> tuple[Part, ...]:
        """Return what stands below the number: unit, then interval and trials, then certainty.

        On a phone they are brief: trials are counted, and named on the page that the tile leads to.
        """
        if is_brief and self.brief is not None:
            return (Part(self.brief.lines), Part((self.certainty,), True))
        behind = f"{self.behind}: {self.names}" if self.names else self.behind
        parts = (
            Part((self.unit,), True) if self.unit else Part((self.words,)),
            Part(tuple(text for text in (self.interval, behind) if text)),
            Part((self.certainty,), True),
        )
        return tuple(part for part in parts if any(part.lines))


def _ages(results: Iterable[Result]) -> str:
    """Say in a word or two that not all of the people are adults; empty where they are."""
    ages = {result.age_group for result in results}
    if not ages & _YOUNG:
        return ""
    return "adolescents" if ages <= _YOUNG else "mixed ages"


def _results(answered: Answer) -> tuple[Result, ...]:
    return tuple(result for entry in answered.used for result in entry.results)


def _risk_ratio(pooled: Pooled) -> str:
    span = f"{effect_sentences.interval_name(pooled)} {interval('RR', pooled.ci_low, pooled.ci_high)}"
    return f"risk ratio {shown('RR', pooled.estimate)} ({span})"


def tiles(
    results: Iterable[Result],
    selected: tuple[Result, ...],
    selection: Selection,
    reviews: Iterable[PublishedEstimate],
    gaps: Iterable[Gap] = (),
) -> tuple[Tile, ...]:
    """Make the tiles onset and response of the selection, duration and harms of the nearest that has any.

    `results` are all there are, `selected` those that meet the selection, `gaps` those that a source says exist.
    """
    reviews = tuple(reviews)
    return (
        onset_tile(selected, reviews, gaps),
        response_tile(selected, reviews),
        duration_tile(results, selection),
        harms_tile(results, selection, reviews),
    )


def onset_tile(results: tuple[Result, ...], reviews: Iterable[PublishedEstimate], gaps: Iterable[Gap] = ()) -> Tile:
    """Return the first comparison and the difference there; no time is the one at which the drug works."""
    answers = [a for a in onset.course(results, "MD").answers if a.pooled is not None]
    question = "How fast?"
    if not answers:
        words = f"No controlled trial in this selection has {primary_scale()} scores with an interval in these data."
        return Tile(question, "onset", "Not reported", "", "", "", "", words, ())
    first = answers[0]
    assert first.pooled is not None
    sides = effect_sentences.sides_of(e.first for e in first.used)
    lead = effect_sentences.leading(first)
    value = lead.effect.estimate if lead is not None and lead.effect is not None else first.pooled.estimate
    lower = "lower" if value < 0 else "higher"
    points = shown("MD", abs(value))
    hours = sorted({entry.hours for entry in first.used})
    number = effect_sentences.spelled(hours[0])
    if len(hours) > 1:
        number = f"{in_words(hours[0])} to {in_words(hours[-1])}"
    kinds = effect_sentences.score_kinds(first)
    span = f"{effect_sentences.interval_name(first.pooled)} {interval('MD', first.pooled.ci_low, first.pooled.ci_high)}"
    whose = f" in {lead.label}" if lead is not None else ""
    pooled = f"all trials: {shown('MD', first.pooled.estimate)} ({span})" if lead is not None else span
    called, behind = onset.first_compared(first, results, gaps), effect_sentences.behind(first)
    short, ages = span.removeprefix("95% "), _ages(_results(first))
    return Tile(
        question,
        "onset",
        f"At {number}",
        f"{called}: {points} points {lower}{whose}",
        pooled + (f"; {kinds}" if kinds else ""),
        behind,
        certainty.in_short(reviews, first),
        f"{points} {primary_scale()} points {lower} on {sides.drug} than on {sides.comparator}.",
        _results(first),
        brief=_brief(
            question,
            called.removesuffix(" to compare"),
            "",
            f"{lead.label}: {shown('MD', value)} points" if lead is not None else f"{points} points {lower}",
            f"{ages or 'all'}: {short}" if ages or lead is not None else span,
            behind,
        ),
    )


def response_tile(results: tuple[Result, ...], reviews: Iterable[PublishedEstimate]) -> Tile:
    """Say how many of 100 respond with the drug and with the comparator, and how certain both numbers are.

    If one trial dominates the pool its own numbers are shown large, with the pooled range beside them.
    """
    answered = response.answer_for(results, response.Choices())
    question = "For how many?"
    of_hundred = effect_sentences.absolute(answered)
    if answered.pooled is None or of_hundred is None or answered.counts is None:
        words = f"{effect_sentences.headline_of_rates(answered, effect_sentences.sides_of(()))}."
        missing = "not reported" if answered.pooled is None else "of 100 cannot be said"
        return Tile(question, "response", missing.capitalize(), "", "", "", "", words, ())
    sides = effect_sentences.sides_of(e.first for e in answered.used)
    when = effect_sentences.when(answered)
    time = f"{when[0].lower()}{when[1:]}"
    _, low, high = of_hundred.events_of_100
    lead = answered.used[0] if answered.k == 1 else effect_sentences.leading(answered)
    if lead is not None and lead.intervention is not None and lead.comparator is not None:
        drug, control = (100 * arm.events / arm.n for arm in (lead.intervention, lead.comparator))
        unit, whose = f"of 100 responded in {lead.label}, {time}", f"in {lead.label}"
        spread = "all trials: " if answered.k > 1 else ""
    else:
        drug, control = of_hundred.events_of_100[0], 100 * of_hundred.comparator_rate
        unit, whose = f"of 100 respond, {time}", ""
        lowest, highest = (100 * value for value in wilson(answered.counts[1]))
        spread = f"{low:.0f} to {high:.0f} against {lowest:.0f} to {highest:.0f} of 100; "
    opposite = ""
    if others := contrary.contrary(results, answered):
        opposite = f"{'another trial' if len(others) == 1 else f'{len(others)} other trials'} found the opposite"
        unit += f"; {opposite}"
    behind = effect_sentences.behind(answered)
    return Tile(
        question,
        "response",
        f"{drug:.0f} v {control:.0f}",
        unit,
        f"{spread}{_risk_ratio(answered.pooled)}",
        behind,
        certainty.in_short(reviews, answered),
        f"On {sides.drug} against {sides.comparator}: symptom score at least halved.",
        _results(answered),
        brief=_brief(
            question,
            time,
            "of 100",
            whose,
            f"{'all' if answered.k > 1 and whose else 'drug'}: {low:.0f} to {high:.0f} of 100",
            behind,
            opposite,
        ),
    )


def duration_tile(results: Iterable[Result], selection: Selection) -> Tile:
    """Give relapse after randomised withdrawal if selected, else how long people stay well after a course."""
    results = tuple(results)
    inside = [entry for entry in duration.withdrawals(apply(results, selection.criteria())) if entry.effect is not None]
    if inside:
        return _withdrawal_tile(inside)
    wider = relaxed(results, selection, duration.is_follow_up)
    items = [i for i in duration.follow_ups(wider.results) if i.is_after_course and i.arm == i.result.intervention]
    days = [item.days for item in items if item.days is not None]
    question = "How long?"
    if not days:
        words = "No trial in this selection has a time to relapse after a course in these data."
        return Tile(question, "duration", "Not reported", "", "", "", "", words, ())
    known = [item.people for item in items if item.people is not None]
    spread = plain(min(days)) + (f"–{plain(max(days))}" if len(days) > 1 else "")
    words = "Mean or median, after the last dose of a course."
    return Tile(
        question,
        "duration",
        f"{spread} days",
        "until relapse",
        "no interval",
        f"{counted(len(items), 'group')}, {_responders(known, len(items))}",
        "Certainty: not rated",
        words,
        tuple(item.result for item in items),
        borrowed="from other trials" if wider.dropped else "",
        brief=_brief(question, "", "", "until relapse; no interval", _in_groups(known, len(items))),
    )


def _responders(known: list[int], groups: int) -> str:
    """Count the people in the groups that give a number; if none does, that is not zero."""
    if not known:
        return "number of people not reported"
    people = counted(sum(known), "responder")
    return people if len(known) == groups else f"{people} in the {len(known)} that report how many"


def _in_groups(known: list[int], groups: int) -> str:
    """Say the same in the fewest words.

    >>> _in_groups([30, 23], 2), _in_groups([53], 6)
    ('53 people in 2 groups', '53 people in 1 of 6 groups')
    """
    if not known:
        return f"{counted(groups, 'group')}, {_responders(known, groups)}"
    some = "" if len(known) == groups else f"{len(known)} of "
    return f"{counted(sum(known), 'person', 'people')} in {some}{counted(groups, 'group')}"


def _withdrawal_tile(entries: list[duration.Withdrawal]) -> Tile:
    pooled = duration.hazard_answer(entries)
    hazard = pooled.pooled
    on, off = duration.relapse_rates(entries)
    assert hazard is not None
    return Tile(
        question := "How long?",
        "duration",
        f"{on} v {off}",
        "relapse: continuing v stopping",
        f"hazard ratio {Estimate('HR', hazard.estimate, hazard.ci_low, hazard.ci_high).text}",
        behind := duration.behind_strata(pooled),
        certainty.in_words(None),
        "Of people who had become well on the drug, fewer relapsed when treatment went on.",
        tuple(entry.result for entry in entries),
        brief=_brief(
            question,
            "",
            "",
            "relapse: continuing v stopping",
            f"hazard ratio {interval('HR', hazard.ci_low, hazard.ci_high)}",
            behind,
        ),
    )


def harms_tile(results: Iterable[Result], selection: Selection, reviews: Iterable[PublishedEstimate]) -> Tile:
    """Say how many have the harm that patients notice first and that unblinds the trials."""
    wider = harms.felt_scope(results, selection)
    item = harms.most_felt(wider.compared)
    question = "What harms?"
    if item is None or item.rates is None:
        words = "No trial in this selection has counts of a named harm in both arms in these data."
        return Tile(question, "safety", "Not reported", "", "", "", "", words, ())
    estimate = item.difference
    sides = effect_sentences.sides_of(e.first for e in estimate.used)
    drug, control = (100 * rate for rate in item.rates)
    verb, behind = glance.verb_of(item.event), effect_sentences.behind(estimate)
    words = f"{item.label}: the share with it at least once on each side."
    if wider.dropped:
        words += " Not counted in both arms here."
    return Tile(
        question,
        "safety",
        f"{drug:.0f} v {control:.0f}",
        f"of 100 {verb}: {sides.drug} v {sides.comparator}",
        f"risk difference {item.in_words('RD')}, {effect_sentences.until(estimate)}",
        behind,
        certainty.in_short(reviews, estimate),
        words,
        _results(estimate),
        borrowed="from other trials" if wider.dropped else "",
        brief=_brief(
            question,
            "",
            "of 100",
            f"{verb}: {sides.drug} v {sides.comparator}" if wider.dropped else verb,
            f"difference {interval('RD', *differs[1:])}" if (differs := item.differs) else "",
            behind,
        ),
    )


_A_DAY = 24.0


def _early() -> float | None:
    """Return the hours within which the first bin of the topic begins; None where no bin ends within a day."""
    first = next((item.high for item in TIME_BINS if item.high > 0), math.inf)
    return first if first <= _A_DAY else None


_LATEST = float("inf")


def _benefits() -> frozenset[str]:
    """Return the outcomes that say how people fare; a topic may add some, so they are looked up."""
    return frozenset(name for name, outcome in OUTCOMES.items() if outcome.group in ("efficacy", "duration"))


def not_known_in_short(
    results: tuple[Result, ...],
    judged: frozenset[str],
    gaps: Iterable[Gap] = (),
    every: Mapping[str, tuple[Result, ...]] | None = None,
) -> str:
    """Summarise in one line what the selection cannot tell; `not_known`, which takes the same, has the sentences."""
    trials, gaps, benefits = trials_of(results), tuple(gaps), _benefits()
    every = trials if every is None else every
    compared = [r for r in results if r.is_controlled and r.outcome in benefits]
    soon = _early()
    early = {r.trial for r in compared if soon is not None and r.hours <= soon}
    parts = []

    def why(span: tuple[float, float], used: Container[str] = ()) -> str:
        silent = absence(results, every, gaps, benefits, span, used)
        kinds = [KINDS[kind].label.lower() for kind, labels in silent.trials.items() if labels and kind in KINDS]
        return "; ".join(f"some {label}" for label in kinds) if len(kinds) > 1 else KINDS[silent.kind].label.lower()

    late = len(trials) - len(early)
    if late and soon is not None:
        span = f"the first {effect_sentences.spelled(soon)} in {late} of {counted(len(trials), 'trial')}"
        parts.append(f"{span} ({why((-1, soon), early)})")
    if compared:
        longest = max(r.hours for r in compared)
        parts.append(f"any comparison after {effect_sentences.spelled(longest)} ({why((longest, _LATEST))})")
    feared = topic().long_term_harm
    parts.append(f"harm to {feared} from long use" if feared else "harm from long use")
    if unjudged := [trial for trial in trials if trial not in judged]:
        parts.append(f"risk of bias in {len(unjudged)} of {counted(len(trials), 'trial')}")
    return " · ".join(parts)


def not_known(
    results: tuple[Result, ...],
    judged: frozenset[str],
    gaps: Iterable[Gap] = (),
    trials: Mapping[str, tuple[Result, ...]] | None = None,
) -> tuple[str, ...]:
    """Return what the selection cannot tell, each counted from its rows.

    What a source says exists (`gaps`), what nothing read reports and what was not measured are told apart. `trials` are
    all rows of the trials, where the selection leaves some out.
    """
    gaps, own, benefits = tuple(gaps), trials_of(results), _benefits()
    every = own if trials is None else trials
    compared = [r for r in results if r.is_controlled and r.outcome in benefits]
    first = _early()
    early = {r.trial for r in compared if first is not None and r.hours <= first}
    lines = []
    if compared:
        longest = max(compared, key=lambda r: r.hours)
        beyond = absence(results, every, gaps, benefits, (longest.hours, _LATEST))
        line = (
            f"Beyond {effect_sentences.spelled(longest.hours)} no comparison of symptoms is in these data "
            f"({longest.label} is the longest): {beyond.in_words}"
        )
        if beyond.kind != NOT_HELD and longest.hours < 182 * HOURS_A_DAY:
            line += "; these data cannot show six months of benefit"
        lines.append(f"{line}.")
    late = len(own) - len(early)
    if late and first is not None:
        soon = absence(results, every, gaps, benefits, (-1, first), early)
        who = f"{late} of {counted(len(own), 'trial')}" if len(own) > 1 else "the one trial"
        span = f"Symptoms within the first {effect_sentences.spelled(first)}"
        line = f"{span}: these data have no comparison from {who}: {soon.in_words}."
        lines.append(line + (" How fast it starts to work is largely unknown." if len(early) <= 2 else ""))
    unblinded = [rows[0].label for rows in own.values() if any(comparator_kind(r) == "inert placebo" for r in rows)]
    if unblinded:
        lines.append(
            f"Patients can feel the drug: {counted(len(unblinded), 'trial')} compared it with something not felt, "
            "so expectation cannot be told apart from effect there."
        )
    unjudged = [trial for trial in own if trial not in judged]
    if unjudged:
        lines.append(f"Risk of bias: judged for {len(own) - len(unjudged)} of {len(own)} trials.")
    return (*lines, _long_term(results))


def _long_term(results: Iterable[Result]) -> str:
    """Say what long-term harm the trials cannot show, and which events come nearest."""
    if not topic().long_term_harm:
        return NO_LONG_TERM
    reported = {r.outcome for r in results}
    nearest = [OUTCOMES[name].label.lower() for name in topic().long_term_outcomes if name in reported]
    near = (
        f"; the nearest rows are {listed(nearest)}" if nearest else ", and no trial in this selection has such an event"
    )
    return f"Long-term harm to {topic().long_term_harm}: no trial here was designed to measure it{near}."


class Dot(NamedTuple):
    """One trial on the evidence map."""

    result: Result
    year: int | None
    people: int | None
    selected: bool


def evidence_map(trials: Mapping[str, tuple[Result, ...]], selected: Iterable[Result]) -> tuple[Dot, ...]:
    """Place every trial by year and size, with the comparator of its first controlled result."""
    chosen: dict[str, Result] = {}
    for result in selected:
        if result.trial not in chosen or (result.is_controlled and not chosen[result.trial].is_controlled):
            chosen[result.trial] = result
    dots = []
    for trial, rows in trials.items():
        shown_row = chosen.get(trial) or next((r for r in rows if r.is_controlled), rows[0])
        dots.append(Dot(shown_row, rows[0].year, rows[0].n_randomised, trial in chosen))
    return tuple(dots)
