"""The answers in plain words: a few short sentences a question, with numbers of 100, from the answers of the pages."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from evidence.content import claims
from evidence.dataset.evidence import Evidence
from evidence.dataset.outcomes import BENEFIT_GROUPS, OUTCOMES
from evidence.dataset.records import PublishedEstimate, Result
from evidence.dataset.time_bins import usual_time
from evidence.dataset.topic import topic
from evidence.dataset.vocabulary import INSTRUMENTS
from evidence.formatting import count, counted, inside
from evidence.questions import (
    blinding,
    certainty,
    choice,
    contrary,
    courses,
    dose,
    duration,
    findings,
    guesses,
    harms,
    meaning,
    missing,
    onset,
    response,
    subgroups,
    time_curve,
)
from evidence.questions import risk_of_bias as bias
from evidence.questions import summary_of_findings as summary_question
from evidence.questions.harms import Harm
from evidence.report import plain_beside
from evidence.selection.filters import SINGLE, schedule
from evidence.selection.selection import Selection, apply, headcount, relaxed, trials_of
from evidence.stats.absolute import Absolute
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis import sentences as effect_sentences
from evidence.synthesis.answers import Answer
from evidence.synthesis.sentences import spelled

# A name as `statements.sides_of` writes it → the same with what it is.
_TREATMENTS: Mapping[str, str] = MappingProxyType(
    {
        "placebo of any kind": "a dummy drug",
        "placebo": "a dummy drug",
        "the comparator": "the other care",
    }
)
# Events that every topic has, by the names of the outcomes; a topic adds its own.
_EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "serious-adverse-event": "had a serious health problem",
        "long-lasting-adverse-event": "had a problem that stayed",
        "any-adverse-event": "had some unwanted effect",
        "discontinuation-adverse-event": "stopped because of a bad effect",
        "discontinuation-any-cause": "stopped for some reason",
    }
)
_SURETY: Mapping[str, str] = MappingProxyType(
    {
        "very low": "Experts who checked this trust it very little. The truth may be far from these numbers.",
        "low": "Experts who checked this trust it only a little. The truth may well be other than these numbers.",
        "moderate": "Experts who checked this trust it fairly well. The truth is likely close to these numbers.",
        "high": "Experts who checked this trust it well.",
    }
)
UNRATED = "We have no report in which experts say how far to trust this. So take it with care."
_BETTER = "“Much better” means that at least half of the signs of {} were gone."


def treatment(name: str) -> str:
    """Name a side of a comparison in everyday words.

    >>> treatment("midazolam or saline"), treatment("ketamine")
    ('midazolam (a calming drug) or salt water', 'ketamine')
    """
    about = topic()
    known = {**_TREATMENTS, f"any form of {about.drug}": about.drug, **about.plain_words}
    longest_first = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    return re.sub(longest_first, lambda match: known[match[0]], name)


def event(name: str) -> str:
    """Describe what happened to people, as the end of a sentence."""
    return topic().plain_events.get(name) or _EVENTS.get(name) or f"had: {OUTCOMES[name].label.lower()}"


def time(hours: float) -> str:
    """Write a time in everyday words.

    >>> time(24), time(4), time(168), time(672), time(72), time(0.67)
    ('one day', '4 hours', 'one week', '4 weeks', '3 days', '40 minutes')
    """
    days = hours / 24
    if days == 1:
        return "one day"
    if days >= 7 and days % 7 == 0 and days < 84:
        return "one week" if days == 7 else f"{days / 7:.0f} weeks"
    if days >= 84:
        return f"about {days / 30.4:.0f} months"
    return spelled(hours).replace("1 hour", "one hour") if hours == 1 else spelled(hours)


def when(answer: Answer) -> str:
    """Describe the time of the pooled results, or the span they cover."""
    hours = sorted({entry.hours for entry in answer.used or answer.entries})
    if not hours:
        return f"about {usual_time().spoken}"
    return time(hours[0]) if len(hours) == 1 else f"{time(hours[0])} to {time(hours[-1])}"


def behind(answer: Answer) -> str:
    """Say how many studies and people a number is based on."""
    people = f" with {count(answer.people)} people" if answer.people is not None else ""
    few = " That is very little to go on." if answer.k == 1 or (answer.people or 0) < 100 else ""
    return f"This comes from {counted(answer.k, 'study', 'studies')}{people}.{few}"


def surety(reviews: Iterable[PublishedEstimate], answer: Answer) -> str:
    """Say how far experts trust the numbers, if any rated the same question."""
    rated = certainty.rating(reviews, answer)
    return _SURETY.get((rated.certainty if rated else None) or "", UNRATED)


LEAST_PER_CENT = 5.0
ELSEWHERE = "The studies you chose do not count these harms on both sides. So these numbers come from other studies."
_HAPPENING: Mapping[str, str] = MappingProxyType(
    {
        "response": "felt much better",
        "remission": "had almost no signs of {condition} left",
        "relapse": "got ill again",
    }
)


def happening(outcome: str) -> str:
    """Say what people did who had an outcome, as the end of a sentence.

    >>> happening("remission")
    'had almost no signs of low mood left'
    """
    if outcome in OUTCOMES and OUTCOMES[outcome].group not in BENEFIT_GROUPS:
        return event(outcome)
    return _HAPPENING.get(outcome, "felt much better").format(condition=topic().plain_condition)


@dataclass(frozen=True, slots=True)
class Hundred:
    """What a picture of a hundred people needs: the absolute effect, both sides and what people did."""

    absolute: Absolute
    sides: effect_sentences.Sides
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


def _rates(answered: Answer) -> tuple[str, str, Hundred | None]:
    """Say how many of 100 on both sides, and how uncertain that is."""
    absolute = effect_sentences.absolute(answered)
    if absolute is None:
        if answered.pooled is not None:
            return "The studies here cannot say how many of 100 people felt much better with each treatment.", "", None
        return "No study here tells how many people felt much better with each treatment.", "", None
    sides = effect_sentences.sides_of(entry.first for entry in answered.used)
    drug, low, high = absolute.events_of_100
    control = 100 * absolute.comparator_rate
    did = happening(answered.question.outcomes[0])
    lead = effect_sentences.leading(answered)
    own = effect_sentences.absolute(effect_sentences.alone(answered, lead)) if lead is not None else None
    if own is not None:
        main, others = own.events_of_100[0], 100 * own.comparator_rate
        answer = (
            f"In the main study, after {when(answered)}, {main:.0f} of 100 people on {treatment(sides.drug)} {did}. On "
            f"{treatment(sides.comparator)} it was {others:.0f} of 100."
        )
        spread = _doubt(answered, sides.drug, low, high).replace("The true", "From all the studies, the true", 1)
        return answer, spread, Hundred(own, sides, did)
    answer = (
        f"After {when(answered)}, about {drug:.0f} of 100 people on {treatment(sides.drug)} {did}. On "
        f"{treatment(sides.comparator)} it was about {control:.0f} of 100."
    )
    return answer, _doubt(answered, sides.drug, low, high), Hundred(absolute, sides, did)


def _doubt(answered: Answer, drug: str, low: float, high: float) -> str:
    spread = f"The true number on {treatment(drug)} may lie between {low:.0f} and {high:.0f} of 100."
    pooled = answered.pooled
    if pooled is None or pooled.p_at_most_zero is None:
        return f"{spread} One study alone can be far off."
    chance = 100 * (1 - pooled.p_at_most_zero if pooled.estimate > 0 else pooled.p_at_most_zero)
    size = "more than 99" if chance > 99.5 else f"about {chance:.0f}"
    return f"{spread} The chance that there is a gap this way at all is {size} in 100."


def response_in_plain(asked: Asked) -> Plain:
    """Answer for how many people it works."""
    answered = response.answer_for(asked.rows, response.Choices())
    answer, doubt, hundred = _rates(answered)
    if hundred is None:
        return Plain("How many people feel better?", answer)
    larger, better = review_in_plain(asked.evidence.reviews, answered), _BETTER.format(topic().plain_condition)
    first, *rest = (larger, answer, better) if larger else (answer, better)
    beside = (
        plain_beside.opposite(contrary.contrary(asked.rows, answered)),
        plain_beside.elsewhere(answered),
        plain_beside.absent(missing.missing(answered, asked.rows, asked.evidence)),
        plain_beside.between_groups(_by_comparator(asked)),
    )
    more = (*rest, doubt, behind(answered), surety(asked.evidence.reviews, answered), *filter(None, beside))
    return Plain("How many people feel better?", first, more, hundred)


def _by_comparator(asked: Asked) -> Answer:
    split = subgroups.subgroups(asked.evidence.judgements)["comparator"]
    return response.answer_for(asked.rows, response.Choices(), split.group)


def review_in_plain(reviews: Iterable[PublishedEstimate], answer: Answer) -> str:
    """Say what a larger published review found, and how far its experts trust it; empty without one."""
    review = findings.larger_review(reviews, answer)
    if review is None or review.effect is None or review.n is None:
        return ""
    middle = 1.0 if MEASURES[review.effect_measure].scale == "log" else 0.0
    above = review.effect > middle
    if review.outcome in _HAPPENING or OUTCOMES[review.outcome].group not in BENEFIT_GROUPS:
        amount = f"{'more' if above else 'fewer'} people {happening(review.outcome)}"
    else:
        amount = f"there was {'more' if above else 'less'} {topic().plain_condition}"
    sides = effect_sentences.sides_of(entry.first for entry in answer.used)
    unsure = review.ci_low is None or review.ci_high is None or review.ci_low <= middle <= review.ci_high
    chance = " There may be no gap." if unsure else ""
    studies = f"{counted(review.k, 'study', 'studies')} with " if review.k else ""
    trust = {"very low": "very little", "low": "only a little", "moderate": "fairly well", "high": "well"}
    return (
        f"A big review of {studies}{count(review.n)} people found that {amount} on {treatment(sides.drug)} than on "
        f"{treatment(sides.comparator)}.{chance} Experts trust that {trust[review.certainty or 'low']}."
    )


def _so_many(points: float) -> str:
    return "less than one point" if points < 0.5 else counted(round(points), "point")


def _points(answered: Answer) -> tuple[str, str]:
    """Describe the difference in points on the scale, and how uncertain it is."""
    assert answered.pooled is not None
    sides = effect_sentences.sides_of(entry.first for entry in answered.used)
    size, ends = abs(answered.pooled.estimate), (answered.pooled.ci_low, answered.pooled.ci_high)
    less = "less" if answered.pooled.estimate < 0 else "more"
    lead = effect_sentences.leading(answered)
    if lead is not None and lead.effect is not None:
        size, less = abs(lead.effect.estimate), "less" if lead.effect.estimate < 0 else "more"
    where = "in the main study, " if lead is not None else ""
    gap = (
        f"{where}after {when(answered)} people had about {_so_many(size)} {less} of {topic().plain_condition} on "
        f"{treatment(sides.drug)} than on {treatment(sides.comparator)}"
    )
    if ends[0] <= 0 <= ends[1]:
        spread = f"The true gap may lie between {_so_many(abs(ends[0]))} less and {_so_many(abs(ends[1]))} more."
    else:
        low, high = sorted(map(abs, ends))
        spread = f"The true gap may lie between {low:.0f} and {_so_many(high)}."
    scale = INSTRUMENTS.get(answered.question.instrument or "")
    if scale is None or scale.low is None or scale.high is None:
        return gap, spread
    return gap, f"The scale runs from {scale.low:g} to {scale.high:g} points. {spread}"


def onset_in_plain(asked: Asked) -> Plain:
    """Answer how soon it works."""
    question = "How soon does it help?"
    pooled = [item for item in onset.course(asked.rows, "MD").answers if item.pooled is not None]
    if not pooled:
        return Plain(question, "No study here lets us say how soon it helps.")
    shown = pooled[0]
    gap, spread = _points(shown)
    answer = f"The first time that we know of: {gap}."
    early = {r.trial for r in asked.rows if r.is_controlled and r.hours <= 6 and r.outcome.startswith("symptom")}
    looked = f"Only {counted(len(early), 'study', 'studies')}" if early else "No study"
    sooner = f"{looked} here looked at {topic().plain_condition} in the first 6 hours. So it may help sooner, or not."
    larger = review_in_plain(asked.evidence.reviews, shown)
    first, *rest = (larger, answer) if larger else (answer,)
    more = (*rest, spread, sooner, behind(shown), surety(asked.evidence.reviews, shown), _noticed(asked, pooled))
    curves = (plain_beside.over_time(curve) for curve in time_curve.time_curves(asked.rows, "MD"))
    doses = onset.dose_course(dose.comparable(asked.evidence.results, asked.selection), "MD")
    more = (*more, *curves, plain_beside.more_of_it(doses))
    return Plain(question, first, tuple(filter(None, more)))


def _noticed(asked: Asked, answers: Iterable[Answer]) -> str:
    """Say how likely a gap is that a person would notice, at the time that most studies measured."""
    most = onset.fullest(tuple(answers))
    prior = meaning.prior_of(asked.rows, most)
    words = plain_beside.noticed(meaning.beyond_the_smallest(most, prior), most)
    return f"After {when(most)}: {inside(words)}" if words else ""


def duration_in_plain(asked: Asked) -> Plain:
    """Answer how long it lasts."""
    question, everything = "How long does it last?", asked.evidence.results
    once = [row for row in asked.rows if schedule(row) == SINGLE and row.hours >= 12]
    pooled = [item for item in onset.course(once, "MD").answers if item.pooled is not None]
    if not pooled:
        answer = "No study here tells how long one dose helps."
    else:
        last = pooled[-1]
        gap, spread = _points(last)
        answer = f"After one dose, the last check that we know of: {gap}."
    wider = relaxed(everything, asked.selection, duration.is_follow_up)
    days = [i.days for i in duration.follow_ups(wider.results) if i.is_after_course and i.days is not None]
    more = []
    if pooled:
        larger = review_in_plain(asked.evidence.reviews, last)
        more += [larger] if larger else []
        more += [spread, behind(last), surety(asked.evidence.reviews, last)]
    if days:
        more.append(
            f"Some groups had a few weeks of doses and then none. Their {topic().plain_condition} came "
            f"back after {min(days):.0f} to {max(days):.0f} days. We do not know who would have got ill in any case."
        )
    stopped = duration.withdrawals(relaxed(everything, asked.selection, duration.is_withdrawal, at_once=True).results)
    on, off = duration.relapse_rates(stopped)
    if on.endswith("%"):
        behind_it = [entry.result for entry in duration.certain(stopped)]
        studies = counted(len({result.trial for result in behind_it}), "study", "studies")
        drug = treatment(effect_sentences.sides_of(behind_it).drug)
        more.append(
            f"In {studies} of {drug}, people who had got well were put by chance in two groups. Of 100 who "
            f"went on with the drug, about {on[:-1]} got ill again. Of 100 who stopped, it was about {off[:-1]}."
        )
    after = relaxed(everything, asked.selection, courses.is_course)
    if words := plain_beside.after_course(courses.courses(after.results, asked.evidence.overlaps)):
        more.append(words)
    compared = [row.hours for row in asked.rows if row.is_controlled]
    if compared:
        more.append(f"The longest that these studies set two groups side by side is {time(max(compared))}.")
    return Plain(question, answer, (*more, *(() if pooled else (UNRATED,))))


def _event(item: Harm) -> str:
    assert item.rates is not None
    drug, control = (f"{100 * rate:.0f}" for rate in item.rates)
    sides = effect_sentences.sides_of(entry.first for entry in item.difference.used)
    done = event(item.event)
    if drug == control == "0" and item.difference.people is not None:
        return (
            f"Of {counted(item.difference.people, 'person', 'people')} on {treatment(sides.drug)} or "
            f"{treatment(sides.comparator)}, nobody {done}. Those are too few to show how rare it is."
        )
    return f"{drug} of 100 {done} on {treatment(sides.drug)}. On {treatment(sides.comparator)} it was {control} of 100."


def safety_in_plain(asked: Asked) -> Plain:
    """Answer what harms it has."""
    question = "What harm can it do?"
    scopes = [
        harms.scope(asked.evidence.results, asked.selection, wanted) for wanted in (harms.is_event, harms.is_apart)
    ]
    events = [h for h in harms.harms(scopes[0].compared, harms.is_event) if harms.is_frequent(h, LEAST_PER_CENT)]
    apart = [h for h in harms.harms(scopes[1].compared, harms.is_apart) if h.differs is not None]
    reported, grave = ([_event(item) for item in items if item.rates is not None] for items in (events[:5], apart[:3]))
    if not reported and not grave:
        return Plain(question, "We have no study that counts the harms on both sides.")
    wide = ELSEWHERE if reported and scopes[0].dropped else ""
    longest = max(entry.hours for item in (*events, *apart) for entry in item.difference.used)
    later = f"The longest count of harms here ended after {time(longest)}. It can not show what years of use may do."
    rated = surety(asked.evidence.reviews, (events or apart)[0].difference)
    lines = [line for line in (*reported, _less_common(events), wide, *grave, later, rated) if line]
    return Plain(question, lines[0], tuple(lines[1:]))


def _less_common(events: Iterable[Harm]) -> str:
    """Describe the event that the drug reduced most, and whether that may be chance; empty if there is none."""
    less = [(item, item.differs) for item in events if item.differs is not None and item.differs[0] < 0]
    if not less:
        return ""
    item, (_, _, high) = less[-1]
    chance = " That may be chance." if high >= 0 else ""
    return f"One thing was less common on the drug: fewer people {event(item.event)}.{chance}"


def overview_in_plain(asked: Asked) -> Plain:
    """Give the short answer to all four questions."""
    result, soon, cost = response_in_plain(asked), onset_in_plain(asked), safety_in_plain(asked)
    parts = (
        *result.more,
        soon.answer,
        *soon.more[1:2],
        duration_in_plain(asked).answer,
        cost.answer,
        *(line for line in cost.more if line == ELSEWHERE),
    )
    return Plain("What is the short answer?", result.answer, parts, result.hundred)


def summary_in_plain(asked: Asked) -> Plain:
    """Answer outcome by outcome."""
    summary = summary_question.summarise(asked.rows, asked.evidence.reviews, str(asked.selection))
    reported: list[tuple[str, str]] = []
    for line in summary.lines:
        if line.of_hundred is None:
            continue
        drug, control = line.of_hundred.events_of_100[0], 100 * line.of_hundred.comparator_rate
        did = happening(line.answer.question.outcomes[0])
        chance = " There may be no gap." if line.includes_no_effect else ""
        words = (
            f"After {when(line.answer)}, about {drug:.0f} of 100 people on {treatment(line.sides.drug)} {did}. On "
            f"{treatment(line.sides.comparator)} it was about {control:.0f}.{chance}"
        )
        reported.append((words, surety(asked.evidence.reviews, line.answer)))
    if not reported:
        return Plain("What did the studies find?", "The studies here do not count people in a way that we can use.")
    # How far a number is trusted is said below it, once for neighbours that are trusted alike.
    parts = [
        text
        for rated, lines in groupby(reported, key=lambda item: item[1])
        for text in (*(one for one, _ in lines), rated)
    ]
    return Plain("What did the studies find?", parts[0], tuple(parts[1:]))


_BY_CHANCE = ("parallel", "crossover", "withdrawal")


def plain(page: str, evidence: Evidence, selection: Selection) -> Plain:
    """Write a page in plain words; a page about the methods or the data says what it is for."""
    asked = Asked(evidence, selection)
    if page in _ANSWERS:
        return _ANSWERS[page](asked) if asked.rows else Plain("What do the studies say?", "No study fits this choice.")
    return Plain(
        *_WORK.get(page, ("What is this page for?", "It has no short version. Turn plain words off to see it."))
    )


def is_answer(page: str) -> bool:
    """Return whether a page answers a question on the drug, and has its answer in plain words."""
    return page in _ANSWERS


def _blinding(asked: Asked) -> Plain:
    controlled = trials_of(row for row in asked.rows if row.is_controlled)
    kinds = [blinding.masking(rows[0]) for rows in controlled.values()]
    same, open_ = kinds.count("active"), kinds.count("inert") + kinds.count("open")
    pooled = blinding.scope(asked.evidence.results, asked.selection, *blinding.opened_at(asked.evidence.results))
    felt = blinding.felt(pooled.results, (entry.trial for entry in pooled.answer.used))
    answer = "Many people can feel that they got the drug. Then hope alone may make them feel better."
    more = ["So the real gap may be smaller than it looks."]
    if same:
        more.append(
            f"Here, {counted(same, 'study', 'studies')} of {len(controlled)} gave the others a drug that is felt, too. "
            "That makes it harder to tell."
        )
    if open_:
        more.append(f"In {counted(open_, 'study', 'studies')} people could easily tell, or knew, what they got.")
    if felt.drug is not None and felt.comparator is not None:
        drug, control = (100 * arm.events / arm.n for arm in (felt.drug, felt.comparator))
        more.append(
            f"Of 100 people on the drug, {drug:.0f} felt cut off from the world. In the other groups it was "
            f"{control:.0f}."
        )
    more.append(plain_beside.by_masking(pooled.answer, blinding.lenses(pooled.answer, pooled.results)))
    more.append(plain_beside.sure(guesses.guesses(asked.evidence.results)))
    return Plain("Did people know what they got?", answer, tuple(filter(None, more)))


def _bias(asked: Asked) -> Plain:
    board = bias.board(asked.rows, asked.evidence.judgements)
    worst = [line for line in board.judged if any("high" in cell.verdicts for cell in line.cells)]
    judged, total = len(board.judged), len(board.lines)
    answer = f"Experts have checked {judged} of {counted(total, 'study', 'studies')} here for weak points."
    if not judged:
        answer = "No report that we have read has checked these studies for weak points."
    grave = f"In {counted(len(worst), 'study', 'studies')} they found a serious weak point."
    more = [grave if worst else "In none of them did they find a serious weak point."] if judged else []
    more.append(
        "A weak point can make a drug look better than it is. One such point is when people can tell what they got."
    )
    if total > judged:
        more.append(f"We have no check of the other {total - judged}, so we can not say how good they are.")
    return Plain("Can we trust the studies?", answer, tuple(more))


def _claims(asked: Asked) -> Plain:
    items = claims.assess_all(asked.evidence)
    verdicts = [item.claim.verdict for item in items]
    good, part, bad = (verdicts.count(name) for name in ("supported", "partly supported", "not supported"))
    opening = f"A known article says {len(items)} things on {topic().drug}."
    answer = f"{opening} {good} hold up, {part} hold up in part, {bad} do not."
    words = {"supported": "Holds up", "partly supported": "In part", "not supported": "Does not hold up"}
    quoted = tuple(f"{words.get(i.claim.verdict, 'Not checked')}: {i.claim.statement}" for i in items)
    return Plain("Is the article right?", answer, ("We set each point beside what the studies found.",), None, quoted)


def _patient(asked: Asked) -> Plain:
    heads = headcount(asked.evidence.results)
    answer = f"We have {heads.trials} studies with about {count(heads.people)} people. They may not be like you."
    more = (
        "Turn plain words off to choose age, illness, dose and more. The page then counts the studies of such people.",
        "A study of other people may not tell what will happen to you. Talk to your doctor.",
    )
    return Plain("Is it right for me?", answer, more)


def _trials(asked: Asked) -> Plain:
    heads = headcount(asked.rows)
    sizes = [rows[0].n_randomised for rows in trials_of(asked.rows).values()]
    known = sorted(size for size in sizes if size is not None)
    studies = counted(heads.trials, "study", "studies")
    answer = f"Your choice has {studies} with about {count(heads.people)} people."
    more = []
    if known:
        middle = known[len(known) // 2]
        more.append(f"The biggest had {count(known[-1])} people. Half of them had {count(middle)} or fewer.")
    chance = sum(rows[0].design in _BY_CHANCE for rows in trials_of(asked.rows).values())
    if chance:
        more.append(
            f"In {chance} of them, chance alone set who got which drug. That makes the groups alike, so that we can "
            "compare them."
        )
    more.append(f"The last look at people came after {time(max(row.hours for row in asked.rows))}.")
    return Plain("Which studies are there?", answer, tuple(more))


def _which(asked: Asked) -> Plain:
    net = choice.network(asked.evidence.results, "response", usual_time().value)
    if len(net.treatments) < 2:
        return Plain("Which drug is better?", "The studies here tried one drug only.")
    met = choice.head_to_head(net) is not None
    answer = "We do not know. No study here set the two main drugs side by side."
    more = (
        "We can only guess, from studies that set each drug beside a dummy drug.",
        *filter(None, (plain_beside.by_way_of(net),)),
        "Such a guess can be far off. The people in those studies may not have been alike.",
    )
    if met:
        return Plain("Which drug is better?", "Some studies set the two main drugs side by side.")
    return Plain("Which drug is better?", answer, more)


_ANSWERS: Mapping[str, Callable[[Asked], Plain]] = MappingProxyType(
    {
        "overview": overview_in_plain,
        "onset": onset_in_plain,
        "response": response_in_plain,
        "duration": duration_in_plain,
        "safety": safety_in_plain,
        "blinding": _blinding,
        "bias": _bias,
        "summary": summary_in_plain,
        "claims": _claims,
        "patient": _patient,
        "trials": _trials,
        "which": _which,
    }
)
_FOR = "What is this page for?"
_WORK: Mapping[str, tuple[str, str, tuple[str, ...]]] = MappingProxyType(
    {
        "methods": (_FOR, "It shows how we work out each number.", ("It is made for people who want to check us.",)),
        "quality": (_FOR, "It lists problems and gaps in our data.", ("It helps us to fix mistakes.",)),
        "add": (_FOR, "Here a person can add a new study.", ("Each row is checked before it is kept.",)),
        "compare": (_FOR, "It sets two versions of the data side by side.", ("You see what a new study has changed.",)),
        "dictionary": (_FOR, "It says what each column of the data means.", ("It is made for people who add data.",)),
        "background": (
            "What should I know first?",
            "It says what the drug is, who is treated with it, and what is known of how it works.",
            ("The full page tells more. Turn plain words off to read it.",),
        ),
        "export": (_FOR, "Here you can save what you see as a file.", ("One of the files is a page to print.",)),
        "seminar": (_FOR, "It helps a teacher to show the studies step by step.", ()),
    }
)
