"""Harms in sentences: the largest difference in people, harm beside benefit, and what was not pooled or not drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.dataset.topic import topic
from evidence.formatting import Sentence, capital, counted, inside, listed
from evidence.questions import harms, response
from evidence.questions.blinding import MASKINGS, NOT_RANDOMISED, PLACES, felt, masking, telling_event
from evidence.questions.harms import EVENT_GROUPS, KIND_LABELS, WITHDRAWN, Harm, Scope, is_frequent
from evidence.selection.selection import Selection
from evidence.synthesis.describe import describe
from evidence.synthesis.display import interval, shown
from evidence.synthesis.sentences import Sides, absolute, behind, leading, sides_of, spelled, when

_NO_WINDOW = "observation window not stated"


def sides_among(items: Iterable[Harm]) -> Sides:
    """Name both sides of the differences."""
    return sides_of(result for item in items for result in item.results)


def _of_100(value: float) -> str:
    people = abs(round(100 * value))
    return f"{people or 'under 1'} {'more' if value > 0 else 'fewer'} of 100"


def headline(items: Iterable[Harm], sides: Sides, groups: Iterable[str] = ()) -> Sentence:
    """Name the largest difference in people, then the next ones, then what was rarer on the drug.

    `groups` are those of `harms.EVENT_GROUPS` to which the items were narrowed; none means all of them.
    """
    different = sorted((h for h in items if h.differs), key=lambda h: -(h.differs or (0.0,))[0])
    if not different:
        kinds = listed([EVENT_GROUPS[name].lower() for name in groups] or ["adverse"])
        return Sentence(f"No controlled trial has counts of {kinds} events in both arms in these data")
    more = [h for h in different if h.differs and h.differs[1] > 0]
    fewer = [h for h in reversed(different) if h.differs and h.differs[2] < 0]
    lead = (more or fewer or [max(different, key=lambda h: abs((h.differs or (0.0,))[0]))])[0]
    text, over_all = f"{capital(lead.spoken)} differs most", ""
    if lead.rates is not None:
        drug, control = (f"{100 * rate:.0f}" for rate in lead.rates)
        trial = leading(lead.difference)
        if trial is not None and trial.intervention is not None and trial.comparator is not None:
            own, against = (100 * arm.events / arm.n for arm in (trial.intervention, trial.comparator))
            text += f": {own:.0f} of 100 on {sides.drug}, {against:.0f} on {sides.comparator} in {trial.label}"
            over_all = f"over all trials {drug} against {control} of 100; "
        else:
            text += f": about {drug} of 100 on {sides.drug}, {control} on {sides.comparator}"
    assert lead.differs is not None
    estimate, low, high = lead.differs
    size = f"{shown('RD', estimate)}, 95% CI {interval('RD', low, high)}"
    numbers = f"{over_all}risk difference {size}; {behind(lead.difference)}"
    caveat = rarer = ""
    if following := [h for h in more if h is not lead][:3]:
        named = listed([f"{h.spoken} ({_of_100((h.differs or (0.0,))[0])})" for h in following])
        caveat = f"next {'comes' if len(following) == 1 else 'come'} {named}"
    if less := [h for h in fewer if h is not lead][:2]:
        named = listed([f"{h.spoken} ({_of_100((h.differs or (0.0,))[0])})" for h in less])
        rarer = f"Rarer on {sides.drug}: {named}"
    return Sentence(text, numbers, caveat, rarer)


def window(items: Iterable[Harm]) -> str:
    """Say until when the events were counted; empty without any."""
    used = [entry for item in items for entry in item.difference.used]
    vague = {entry.label: None for entry in used if any(_NO_WINDOW in (r.note or "").lower() for r in entry.results)}
    hours = sorted({entry.hours for entry in used if entry.label not in vague})
    unsaid = f"Until when they were counted is not stated for {listed(list(vague))}." if vague else ""
    if not hours:
        return f"People with the event at least once. {unsaid}" if unsaid else ""
    first, last = spelled(hours[0]), spelled(hours[-1])
    if first != last:
        amount, unit = first.split(" ")
        last = f"{amount if last.endswith(unit) else first} to {last}"
    words = f"People with the event at least once, counted from the first dose or randomisation until {last}."
    return f"{words} {unsaid}".strip()


def trade_off(items: Iterable[Harm], scope: Scope) -> str:
    """Compare the number needed to harm of the largest difference with the number needed to treat, same selection."""
    ranked = sorted((h for h in items if h.differs and h.needed), key=lambda h: -(h.differs or (0.0,))[0])
    if not ranked or (ranked[0].differs or (0.0,))[0] <= 0:
        return ""
    # Where criteria were given up, the benefit is that of the drug and route whose harm is told, not of any other.
    same = {(r.intervention, r.route) for r in ranked[0].results}
    rows = tuple(r for r in scope.compared if not scope.dropped or (r.intervention, r.route) in same)
    benefit = response.answer_for(rows, response.Choices())
    of_hundred = absolute(benefit)
    text = f"Number needed to harm, {ranked[0].spoken}: {ranked[0].needed}. "
    if of_hundred is None:
        return text + "Number needed to treat: no response with counts in both arms to set beside it."
    shared = {e.trial for e in benefit.used} & {e.trial for e in ranked[0].difference.used}
    both = f"{len(shared)} of its {benefit.k} trials are among those of the harm" if shared else "from other trials"
    time = f"{inside(when(benefit))} ({both})"
    return text + f"Number needed to treat, response {time}: {of_hundred.number_needed}; {behind(benefit)}."


def not_pooled(items: Iterable[Harm]) -> list[str]:
    """Explain why trials that report an event are not in its difference, one line per reason, each trial once."""
    reasons: dict[str, dict[str, None]] = {}
    for item in items:
        for entry in item.difference.left_out:
            reasons.setdefault(entry.excluded, {})[entry.label] = None
        for label in item.withdrawn:
            reasons.setdefault(WITHDRAWN, {})[label] = None
    return [f"No difference calculated ({reason}): {listed(list(labels))}." for reason, labels in reasons.items()]


def no_events(items: Iterable[Harm]) -> str:
    """Name the events that nobody had in either arm, whose difference is zero and whose ratio does not exist."""
    without = [h for h in items if h.differs and h.ratio.pooled is None]
    if not without:
        return ""
    nobody = not any(arm.events for h in without for arm in h.difference.counts or ())
    return (
        f"{'Nobody' if nobody else 'Nobody, or everybody,'} had it in either arm of any trial: "
        f"{listed([h.spoken for h in without])}. The risk difference is shown with "
        "the interval that the number of people allows; a risk ratio cannot be estimated."
    )


def rare(items: Iterable[Harm], least: float) -> str:
    """Name the events below the threshold."""
    cut = [h.spoken for h in items if h.differs is not None and not is_frequent(h, least)]
    named = f"{listed(cut[:8])}{f' and {len(cut) - 8} more' if len(cut) > 8 else ''}"
    return f"{counted(len(cut), 'event')} under {least:g}% in both arms not drawn: {named}." if cut else ""


def further(items: Sequence[Harm]) -> str:
    """Name the events that differ less than those drawn; empty where every event is drawn."""
    if not items:
        return ""
    names = [item.spoken for item in items]
    named = f"{listed(names[:8])}{f' and {len(names) - 8} more' if len(names) > 8 else ''}"
    return f"{counted(len(items), 'further event')}, which differ less, not drawn: {named}."


NO_LONG_TERM = "Long-term harm: these data name no event that would show it."


def nearest_to_long_term(results: Iterable[Result]) -> tuple[Result, ...]:
    """Return the rows closest to the long-term harm that the topic names, the longest follow-up first."""
    rows = [r for r in results if r.outcome in topic().long_term_outcomes]
    return tuple(sorted(rows, key=lambda r: (-r.hours, r.outcome, r.label)))


def not_measured(results: Iterable[Result]) -> str:
    """Say what no trial measures, and how many people the closest rows cover."""
    if not topic().long_term_harm:
        return NO_LONG_TERM
    near = nearest_to_long_term(results)
    text = f"Long-term harm to {topic().long_term_harm}: no trial here was designed to measure it"
    if not near:
        return f"{text}, and none reports such an event. That is absence of data, not evidence of safety."
    longest = near[0]
    return (
        f"{text}. {counted(len(near), 'row')} of {counted(len({r.trial for r in near}), 'trial')} "
        f"{'comes' if len(near) == 1 else 'come'} nearest; the longest counts until {spelled(longest.hours)} "
        f"({longest.label}, {counted(longest.n_intervention or 0, 'person', 'people')}). That is absence of data, not "
        "evidence of safety."
    )


def near_row(result: Result) -> str:
    """Describe one of those rows."""
    against = "" if result.is_controlled else " (no comparison group)"
    return f"{result.label}{against}: {describe(result)}"


def comparators(scope: Scope) -> str:
    """Say which kind of comparator is shown and which others there are; empty if there is only one."""
    others = [name for name, amount in scope.kinds.items() if amount and name != scope.kind]
    if not others:
        return ""
    words = listed([f"{KIND_LABELS[name].lower()} ({counted(scope.kinds[name], 'trial')})" for name in others])
    shown = f"{KIND_LABELS[scope.kind].lower()} ({counted(scope.kinds[scope.kind], 'trial')})"
    return f"Shown against {shown}. Different kinds of comparator are never pooled; choose {words} under Options."


def many(items: Sequence[Harm]) -> str:
    """Warn that among many events some differ by chance; empty with few."""
    if len(items) < 10:
        return ""
    return (
        f"{len(items)} events are compared here and no interval allows for that: with no true difference at all about "
        f"{max(1, round(len(items) / 20))} of them would still exclude it by chance."
    )


def headline_of_serious_events(items: Iterable[Harm], sides: Sides) -> Sentence:
    """Give serious events, suicidal thoughts and stopping, each per 100 people in both arms."""
    parts = []
    for item in items:
        if item.differs is None or item.rates is None:
            continue
        drug, control = (_rate(rate) for rate in item.rates)
        parts.append((f"{item.spoken} {drug} against {control}", behind(item.difference)))
    if not parts:
        return Sentence("No controlled trial has counts of serious events or stopping in both arms in these data")
    (first, trials), *others = parts
    more = "; ".join(f"{words} ({amount})" for words, amount in others)
    return Sentence(f"Of 100 people on {sides.drug} against {sides.comparator}: {first}", trials, more)


# What a reader expects of every trial of a drug, and which events say it.
_EXPECTED = {
    "serious adverse events": ("serious-adverse-event",),
    "suicide-related events": ("suicide", "suicide-attempt", "suicidal-ideation"),
    "stopping because of an adverse event": ("discontinuation-adverse-event",),
}


def not_counted(items: Iterable[Harm]) -> str:
    """Say which of serious events, suicide and stopping no trial counted in both arms; empty if all were."""
    counted_events = {item.event for item in items}
    gone = [words for words, events in _EXPECTED.items() if not counted_events.intersection(events)]
    return f"Not counted in both arms by any trial here: {listed(gone)}. That does not make it safe." if gone else ""


def _rate(rate: float) -> str:
    return "under 1" if 0 < rate < 0.005 else f"{100 * rate:.0f}"


@dataclass(frozen=True, slots=True)
class HarmQuestion:
    """A question about harms. Two are the same where the version of the data and all choices are."""

    version: str
    selection: str
    apart: bool = False
    against: str = harms.AUTOMATIC
    withdrawals: bool = False
    groups: tuple[str, ...] = ()
    least: float = 0.0
    most: int = 0
    """How many events to draw, those that differ most; 0 draws all."""
    results: tuple[Result, ...] = field(compare=False, default=())
    chosen: Selection = field(compare=False, default_factory=Selection)


@dataclass(frozen=True, slots=True)
class HarmAnswer:
    """The answer: the results it rests on, the events, those drawn, and the notes on them."""

    scope: Scope
    items: tuple[Harm, ...]
    drawn: tuple[Harm, ...]
    sides: Sides
    sentence: Sentence
    caption: str
    trade_off: str
    notes: tuple[str, ...]
    is_apart: bool = False

    @property
    def results(self) -> tuple[Result, ...]:
        """The results of the events that are drawn."""
        return tuple(result for item in self.drawn for result in item.results)


def masked(reported: HarmAnswer, withdrawals: bool) -> tuple[tuple[str, Harm], ...]:
    """Split each drawn event by how well people could tell their treatment, whatever the comparator."""
    split = [(value, [r for r in reported.scope.results if masking(r) == value]) for value in MASKINGS]
    pairs = [
        (value, harms.harm_of(rows, item.event, withdrawals))
        for item in reported.drawn
        for value, rows in split
        if any(r.outcome == item.event for r in rows)
    ]
    return tuple((value, harm) for value, harm in pairs if harm.differs is not None)


def marks(reported: HarmAnswer, by_masking: bool, withdrawals: bool) -> tuple[tuple[str, ...], tuple[Harm, ...]]:
    """List what the chart draws, line by line: maskings (none unless it is split) and events."""
    split = masked(reported, withdrawals) if by_masking else ()
    if not split:
        return (), reported.drawn
    return tuple(value for value, _ in split), tuple(harm for _, harm in split)


def masked_words(pairs: Iterable[tuple[str, Harm]], results: Iterable[Result]) -> str:
    """Compare the first drawn event between maskings, with the telling event, and say why that does not test blinding.

    `results` are searched for the telling event. Empty without any event.
    """
    groups = tuple(pairs)
    if not groups:
        return ""
    first, trials = groups[0][1], dict[str, set[str]]()
    parts = []
    for value, harm in groups:
        trials.setdefault(value, set()).update(entry.trial for entry in harm.difference.used)
        if harm.event == first.event and harm.rates is not None:
            drug, control = (f"{100 * rate:.0f}%" for rate in harm.rates)
            parts.append(f"{drug} v {control} {PLACES[value]} ({behind(harm.difference)})")
    text = f"{first.label}, drug v comparator: {'; '.join(parts)}."
    if telling_event() and first.event != topic().unblinding:
        rows = tuple(results)
        rates = [f"{felt(rows, own).in_words} {PLACES[value]}" for value, own in trials.items()]
        text += f" {telling_event().capitalize()} in the trials drawn: {'; '.join(rates)}."
    alone = "Only one kind of masking has counts here, so there is nothing to compare it with."
    return f"{text} {NOT_RANDOMISED if len(trials) > 1 else alone}"


def harm_question(
    version: str, results: Iterable[Result], selection: Selection, apart: bool, against: str, withdrawals: bool
) -> HarmQuestion:
    """Make the question of a view, without a threshold or a choice of groups."""
    words = f"{selection.preset}: {selection}"
    return HarmQuestion(version, words, apart, against, withdrawals, results=tuple(results), chosen=selection)


def harm_answer(question: HarmQuestion) -> HarmAnswer:
    """Answer the question: named events, or those that stand apart and that no threshold and no group cuts."""
    wanted = harms.is_apart if question.apart else harms.is_event
    scope = harms.scope(question.results, question.chosen, wanted, question.against, question.withdrawals)
    every = harms.harms(scope.compared, wanted, question.withdrawals)
    items = tuple(
        h for h in every if question.apart or not question.groups or OUTCOMES[h.event].group in question.groups
    )
    sides = sides_among(items)
    least = 0.0 if question.apart else question.least
    frequent = tuple(h for h in items if harms.is_frequent(h, least))
    drawn = frequent[: question.most] if question.most else frequent
    serious = headline_of_serious_events(items, sides)
    sentence = serious if question.apart else headline(items, sides, question.groups)
    missing = not_counted(items) if question.apart else ""
    notes = (
        further(frequent[len(drawn) :]),
        "" if question.apart else rare(items, least),
        comparators(scope),
        "" if question.apart else many(drawn),
        *not_pooled(items),
    )
    return HarmAnswer(
        scope,
        items,
        drawn,
        sides,
        sentence,
        " ".join(part for part in (scope.given_up, window(items), missing) if part),
        "" if question.apart or not drawn else trade_off(items, scope),
        tuple(note for note in notes if note),
        question.apart,
    )
