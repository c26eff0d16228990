"""The answers in plain words: a few short sentences a question, with numbers of 100, from the answers of the pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.formatting import counted
from evidence.questions import duration, harms, onset, response
from evidence.questions import summary_of_findings as sof
from evidence.questions.harms import Harm
from evidence.report.plain_words import BETTER, UNRATED, behind, event, surety, time, treatment, when
from evidence.selection.selection import SINGLE, Selection, apply, relaxed, schedule
from evidence.stats.absolute import Absolute
from evidence.synthesis import sentences as statements
from evidence.synthesis.answers import Answer

LEAST_PER_CENT = 5.0
ELSEWHERE = "The studies you chose do not count these harms on both sides. So these numbers come from other studies."
_MADRS_POINTS = 60  # ten signs, each from 0 to 6
_HAPPENING: Mapping[str, str] = MappingProxyType(
    {
        "response": "felt much better",
        "remission": "had almost no signs of low mood left",
        "relapse": "got ill again",
        "dissociation": event("dissociation"),
        "serious-adverse-event": event("serious-adverse-event"),
        "discontinuation-adverse-event": event("discontinuation-adverse-event"),
        "discontinuation-any-cause": event("discontinuation-any-cause"),
    }
)


@dataclass(frozen=True, slots=True)
class Hundred:
    """What a picture of a hundred people needs: the absolute effect, both sides and what people did."""

    absolute: Absolute
    sides: statements.Sides
    verb: str


@dataclass(frozen=True, slots=True)
class Plain:
    """One page in plain words: its question, the answer in one sentence, what else to know, a picture if there is one.

    `quoted` are sentences of other people, shown as they are.
    """

    question: str
    answer: str
    more: tuple[str, ...] = ()
    hundred: Hundred | None = None
    quoted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """The evidence, what is selected of it, and the rows on screen."""

    evidence: Evidence
    selection: Selection

    @property
    def rows(self) -> tuple[Result, ...]:
        """The results of the selection."""
        return apply(self.evidence.results, self.selection.criteria())


def _rates(found: Answer) -> tuple[str, str, Hundred | None]:
    """How many of 100 on both sides, and how far that may be off."""
    absolute = statements.absolute(found)
    if absolute is None:
        if found.pooled is not None:
            return "The studies here cannot say how many of 100 people felt much better with each treatment.", "", None
        return "No study here tells how many people felt much better with each treatment.", "", None
    sides = statements.sides_of(entry.first for entry in found.used)
    drug, low, high = absolute.events_of_100
    control = 100 * absolute.comparator_rate
    did = _HAPPENING.get(found.question.outcomes[0], "felt much better")
    answer = (
        f"After {when(found)}, about {drug:.0f} of 100 people on {treatment(sides.drug)} {did}. On "
        f"{treatment(sides.comparator)} it was about {control:.0f} of 100."
    )
    return answer, _doubt(found, sides.drug, low, high), Hundred(absolute, sides, did)


def _doubt(found: Answer, drug: str, low: float, high: float) -> str:
    spread = f"The true number on {treatment(drug)} may lie between {low:.0f} and {high:.0f} of 100."
    if _is_open(found):
        return f"{spread} So there may be no gap at all."
    return f"{spread} So some gap is likely, but we do not know how big it is."


def _is_open(found: Answer) -> bool:
    return found.pooled is None or found.pooled.ci_low <= 0 <= found.pooled.ci_high


def response_in_plain(asked: Asked) -> Plain:
    """For how many."""
    found = response.answer_for(asked.rows, response.Choices())
    answer, doubt, hundred = _rates(found)
    if hundred is None:
        return Plain("How many people feel better?", answer)
    more = (BETTER, doubt, behind(found), surety(asked.evidence.reviews, found))
    return Plain("How many people feel better?", answer, more, hundred)


def _so_many(points: float) -> str:
    return "less than one point" if points < 0.5 else counted(round(points), "point")


def _points(found: Answer) -> tuple[str, str]:
    """The gap in points of the scale of low mood, and how far it may be off."""
    assert found.pooled is not None
    sides = statements.sides_of(entry.first for entry in found.used)
    size, ends = abs(found.pooled.estimate), (found.pooled.ci_low, found.pooled.ci_high)
    less = "less" if found.pooled.estimate < 0 else "more"
    gap = (
        f"after {when(found)} people had about {_so_many(size)} {less} of low mood on {treatment(sides.drug)} than on "
        f"{treatment(sides.comparator)}"
    )
    if ends[0] <= 0 <= ends[1]:
        spread = f"The true gap may lie between {_so_many(abs(ends[0]))} less and {_so_many(abs(ends[1]))} more."
    else:
        low, high = sorted(map(abs, ends))
        spread = f"The true gap may lie between {low:.0f} and {_so_many(high)}."
    return gap, f"The scale runs from 0 to {_MADRS_POINTS} points. {spread}"


def onset_in_plain(asked: Asked) -> Plain:
    """How soon."""
    question = "How soon does it help?"
    found = [item for item in onset.course(asked.rows, "MD").answers if item.pooled is not None]
    if not found:
        return Plain(question, "No study here lets us say how soon it helps.")
    first = onset.earliest_clear(found)
    gap, spread = _points(first or found[0])
    if first is None:
        answer = f"We can not say how soon it helps. At the first check, {gap}, but that may be chance."
    else:
        answer = f"The first time at which we see a clear gap: {gap}."
    early = {r.trial for r in asked.rows if r.is_controlled and r.hours <= 6 and r.outcome.startswith("symptom")}
    looked = f"Only {counted(len(early), 'study', 'studies')}" if early else "No study"
    sooner = f"{looked} here looked at low mood in the first 6 hours. So it may help sooner, or not."
    shown = first or found[0]
    return Plain(question, answer, (spread, sooner, behind(shown), surety(asked.evidence.reviews, shown)))


def duration_in_plain(asked: Asked) -> Plain:
    """For how long."""
    question, everything = "How long does it last?", asked.evidence.results
    once = [row for row in asked.rows if schedule(row) == SINGLE and row.hours >= 12]
    found = [item for item in onset.course(once, "MD").answers if item.pooled is not None]
    clear = [item for item in found if onset.earliest_clear([item]) is not None]
    if not found:
        answer = "No study here tells how long one dose helps."
    elif not clear:
        answer = "After one dose, we see no clear gap at any time that was checked."
    elif clear[-1] is found[-1]:
        last = when(clear[-1])
        answer = f"After one dose, the gap was still clear at {last}. No study here gives the score at a later time."
    else:
        answer = (
            f"After one dose, the gap was clear up to {when(clear[-1])}. At {when(found[-1])} it was no longer clear."
        )
    wider = relaxed(everything, asked.selection, duration.is_follow_up)
    days = [i.days for i in duration.follow_ups(wider.results) if i.is_after_course and i.days is not None]
    more = []
    if found:
        shown = (clear or found)[-1]
        more += [behind(shown), surety(asked.evidence.reviews, shown)]
    if days:
        more.append(
            f"Some groups had a few weeks of doses and then none. Their low mood came back after {min(days):.0f} to "
            f"{max(days):.0f} days. We do not know who would have got ill in any case."
        )
    stopped = duration.withdrawals(relaxed(everything, asked.selection, duration.is_withdrawal, at_once=True).results)
    on, off = duration.relapse_rates(stopped)
    if on.endswith("%"):
        behind_it = [entry.result for entry in duration.certain(stopped)]
        studies = counted(len({result.trial for result in behind_it}), "study", "studies")
        drug = treatment(statements.sides_of(behind_it).drug)
        more.append(
            f"In {studies} of {drug}, people who had got well were put by chance in two groups. Of 100 who "
            f"went on with the drug, about {on[:-1]} got ill again. Of 100 who stopped, it was about {off[:-1]}."
        )
    compared = [row.hours for row in asked.rows if row.is_controlled]
    if compared:
        more.append(f"The longest that these studies set two groups side by side is {time(max(compared))}.")
    return Plain(question, answer, (*more, *(() if found else (UNRATED,))))


def _event(item: Harm) -> str:
    assert item.rates is not None
    drug, control = (f"{100 * rate:.0f}" for rate in item.rates)
    sides = statements.sides_of(entry.first for entry in item.difference.used)
    done = event(item.event)
    if drug == control == "0" and item.difference.people is not None:
        return (
            f"Of {counted(item.difference.people, 'person', 'people')} on {treatment(sides.drug)} or "
            f"{treatment(sides.comparator)}, nobody {done}. Those are too few to show how rare it is."
        )
    return f"{drug} of 100 {done} on {treatment(sides.drug)}. On {treatment(sides.comparator)} it was {control} of 100."


def safety_in_plain(asked: Asked) -> Plain:
    """At what cost."""
    question = "What harm can it do?"
    scopes = [
        harms.scope(asked.evidence.results, asked.selection, wanted) for wanted in (harms.is_event, harms.is_apart)
    ]
    events = [h for h in harms.harms(scopes[0].compared, harms.is_event) if harms.is_frequent(h, LEAST_PER_CENT)]
    apart = [h for h in harms.harms(scopes[1].compared, harms.is_apart) if h.differs is not None]
    told, grave = ([_event(item) for item in items if item.rates is not None] for items in (events[:5], apart[:3]))
    if not told and not grave:
        return Plain(question, "No study here counts the harms on both sides.")
    wide = ELSEWHERE if told and scopes[0].dropped else ""
    longest = max(entry.hours for item in (*events, *apart) for entry in item.difference.used)
    later = f"The longest count of harms here ended after {time(longest)}. It can not show what years of use may do."
    rated = surety(asked.evidence.reviews, (events or apart)[0].difference)
    lines = [line for line in (*told, _less_common(events), wide, *grave, later, rated) if line]
    return Plain(question, lines[0], tuple(lines[1:]))


def _less_common(events: Iterable[Harm]) -> str:
    """The event that the drug made rarer by most, and whether that may be chance; empty where there is none."""
    less = [(item, item.differs) for item in events if item.differs is not None and item.differs[0] < 0]
    if not less:
        return ""
    item, (_, _, high) = less[-1]
    chance = " That may be chance." if high >= 0 else ""
    return f"One thing was less common on the drug: fewer people {event(item.event)}.{chance}"


def overview_in_plain(asked: Asked) -> Plain:
    """The short answer to all four."""
    found, soon, cost = response_in_plain(asked), onset_in_plain(asked), safety_in_plain(asked)
    parts = (
        *found.more,
        soon.answer,
        *soon.more[1:2],
        duration_in_plain(asked).answer,
        cost.answer,
        *(line for line in cost.more if line == ELSEWHERE),
    )
    return Plain("What is the short answer?", found.answer, parts, found.hundred)


def summary_in_plain(asked: Asked) -> Plain:
    """Outcome by outcome."""
    found = sof.summarise(asked.rows, asked.evidence.reviews, str(asked.selection))
    told: list[tuple[str, str]] = []
    for line in found.lines:
        if line.of_hundred is None:
            continue
        drug, control = line.of_hundred.events_of_100[0], 100 * line.of_hundred.comparator_rate
        did = _HAPPENING[line.answer.question.outcomes[0]]
        chance = " There may be no gap." if line.includes_no_effect else ""
        words = (
            f"After {when(line.answer)}, about {drug:.0f} of 100 people on {treatment(line.sides.drug)} {did}. On "
            f"{treatment(line.sides.comparator)} it was about {control:.0f}.{chance}"
        )
        told.append((words, surety(asked.evidence.reviews, line.answer)))
    if not told:
        return Plain("What did the studies find?", "The studies here do not count people in a way that we can use.")
    # How far a number is trusted is said below it, once for neighbours that are trusted alike.
    parts = [
        text for rated, lines in groupby(told, key=lambda item: item[1]) for text in (*(one for one, _ in lines), rated)
    ]
    return Plain("What did the studies find?", parts[0], tuple(parts[1:]))
