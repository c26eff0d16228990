"""Does this apply to my patient: the trials behind a combination of choices, and which choice to give up when none is.

Every trial carries one entry criterion, one age group and one background treatment; a combination is met by results
that carry all of its words. Choices are given up one at a time, treatment before patient.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from evidence.dataset.records import PublishedEstimate, Result
from evidence.dataset.topic import DoseChoice, PatientChoice, topic
from evidence.dataset.vocabulary import (
    AGE_GROUPS,
    BACKGROUNDS,
    COMPARATOR_KINDS,
    INTERVENTIONS,
    POPULATIONS,
    ROUTES,
    Term,
)
from evidence.formatting import listed
from evidence.questions import certainty, findings, glance, harms
from evidence.questions.response import Choices, answer_for
from evidence.selection.filters import comparator_kind
from evidence.selection.selection import Headcount, headcount
from evidence.selection.url import address
from evidence.synthesis import sentences as effect_sentences


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: its label, how a sentence says it, the results that meet it, the filters that say the same.

    It is exact where the filters of the other pages keep just these results.
    """

    label: str
    said: str
    meets: Callable[[Result], bool]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dose: tuple[float, float] | None = None
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """One question about the patient or the treatment."""

    label: str
    options: Mapping[str, Option]


def _words(column: str, label: str, text: str, *values: str) -> Option:
    """Offer the words of a column: as a filter where the other pages have one for it."""
    filters = {_FILTER_OF[column]: values} if column in _FILTER_OF else {}
    return Option(label, text, lambda r: getattr(r, column) in values, filters, is_exact=bool(filters))


def _dose(choice: DoseChoice) -> Option:
    """Offer a dose: as a filter where it is a range of one unit, else the doses of one drug by one route."""

    def meets(r: Result) -> bool:
        if (choice.intervention or r.intervention, choice.route or r.route) != (r.intervention, r.route):
            return False
        if r.dose_unit != choice.unit:
            return False
        return bool(choice.flexible if r.dose is None else choice.low <= r.dose <= choice.high)

    if choice.intervention and choice.route:
        words = {"drug": (choice.intervention,), "route": (choice.route,)}
        return Option(choice.label, choice.said, meets, words, is_exact=False)
    return Option(choice.label, choice.said, meets, {}, (choice.low, choice.high))


_FILTER_OF = {"population": "population", "age_group": "age_group", "route": "route", "intervention": "drug"}
_LISTS: Mapping[str, tuple[str, Mapping[str, Term]]] = MappingProxyType(
    {
        "population": ("People", POPULATIONS),
        "age_group": ("Age", AGE_GROUPS),
        "background": ("Other treatment", BACKGROUNDS),
        "intervention": ("Treatment", INTERVENTIONS),
        "route": ("Route", ROUTES),
    }
)
_GIVEN_UP = ("route", "intervention", "background", "age_group", "population")  # where the topic says nothing


def _choice(about: PatientChoice) -> Choice:
    options = {one.name: _words(about.column, one.label, one.said, *one.words) for one in about.options}
    if not options:
        options = {value: _word(about.column, term) for value, term in _LISTS[about.column][1].items()}
    return Choice(about.label, options)


def _word(column: str, term: Term) -> Option:
    text = f"{term.label.lower()} route" if column == "route" else term.label.lower()
    return _words(column, term.label, text, term.value)


def _asked() -> tuple[PatientChoice, ...]:
    """Return what the topic asks about a patient; where it says nothing, one question for each list of words."""
    return topic().patient or tuple(
        PatientChoice(name=name.replace("_", "-"), label=label, column=name, given_up=1 + _GIVEN_UP.index(name))
        for name, (label, _) in _LISTS.items()
    )


class _Choices(Mapping[str, Choice]):
    """The questions about a patient, with the doses of the topic that is shown, where it names any."""

    def _all(self) -> dict[str, Choice]:
        doses = {one.name: _dose(one) for one in topic().doses}
        asked = {one.name: _choice(one) for one in _asked()}
        return {**asked, "dose": Choice("Dose", doses)} if doses else asked

    def __getitem__(self, name: str) -> Choice:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


CHOICES: Mapping[str, Choice] = _Choices()


def given_up_first() -> tuple[str, ...]:
    """Return the choices in the order in which they are given up when nothing is left.

    >>> given_up_first()[0]
    'dose'
    """
    asked = sorted(_asked(), key=lambda one: one.given_up)
    return tuple(name for name in ("dose", *(one.name for one in asked)) if name in CHOICES)


def offered(results: Iterable[Result]) -> dict[str, Choice]:
    """Return the choices with the answers that any result meets; a question without two of them is left out.

    A question that the topic words itself stays with a single answer: not to choose it is the other.
    """
    rows, own = tuple(results), bool(topic().patient)
    values = {}
    for name, choice in CHOICES.items():
        options = {value: option for value, option in choice.options.items() if any(map(option.meets, rows))}
        if len(options) > (0 if own else 1):
            values[name] = Choice(choice.label, options)
    return values


# Pages that keep all filters, with the question each answers.
PAGES: Mapping[str, str] = MappingProxyType(
    {
        "onset": "How fast?",
        "response": "For how many?",
        "duration": "How long?",
        "safety": "What harms?",
        "summary": "Outcome by outcome",
        "trials": "Which trials?",
    }
)


@dataclass(frozen=True, slots=True)
class Match:
    """The results behind a combination, and the choices that had to be given up to have any."""

    chosen: Mapping[str, str]
    dropped: tuple[str, ...]
    results: tuple[Result, ...]

    @property
    def kept(self) -> dict[str, Option]:
        """The options that the results meet."""
        return {name: option_of(name, value) for name, value in self.chosen.items() if name not in self.dropped}

    @property
    def count(self) -> Headcount:
        """Trials and people."""
        return headcount(self.results)

    def address(self, page: str, **words: tuple[str, ...]) -> str:
        """Write the address of a page that shows these results; a match that is not exact shows more of them."""
        filters: dict[str, tuple[str, ...]] = {}
        dose = None
        for option in self.kept.values():
            for name, values in option.words.items():
                chosen = filters.get(name, values)
                filters[name] = tuple(value for value in chosen if value in values)
            dose = option.dose or dose
        return address(page, "everything", {**filters, **words}, dose)

    @property
    def unfiltered(self) -> tuple[str, ...]:
        """The choices that no filter of the other pages says exactly."""
        return tuple(CHOICES[name].label for name, option in self.kept.items() if not option.is_exact)


def option_of(name: str, value: str) -> Option:
    """Return the option behind a choice."""
    return CHOICES[name].options[value]


def _meeting(results: Iterable[Result], chosen: Mapping[str, str]) -> tuple[Result, ...]:
    options = [option_of(name, value) for name, value in chosen.items()]
    return tuple(r for r in results if all(option.meets(r) for option in options))


def match(results: Iterable[Result], chosen: Mapping[str, str]) -> Match:
    """Find the results that meet every choice, giving up choices one at a time until some do.

    If dropping a single choice is enough, that one is dropped, the treatment's before the patient's; otherwise the
    first of them goes, and so on.
    """
    everything = tuple(results)
    known = {n: v for n, v in chosen.items() if n in CHOICES and v in CHOICES[n].options}
    left, dropped = dict(known), []
    matching = _meeting(everything, left)
    while not matching and left:
        order = [name for name in given_up_first() if name in left]
        enough = (n for n in order if _meeting(everything, {m: v for m, v in left.items() if m != n}))
        name = next(enough, order[0])
        del left[name]
        dropped.append(name)
        matching = _meeting(everything, left)
    return Match(MappingProxyType(known), tuple(dropped), matching)


def headline(matched: Match) -> str:
    """Say how many trials and people the combination covers, and what was given up to find any."""
    if not matched.chosen:
        return f"Nothing chosen yet: all {matched.count} are counted"
    person = listed([option_of(name, value).said for name, value in matched.chosen.items()])
    if not matched.dropped:
        return f"{matched.count} matching this combination: {person}"
    lost = listed([f"{CHOICES[n].label.lower()} ({option_of(n, matched.chosen[n]).said})" for n in matched.dropped])
    kept = listed([option.said for option in matched.kept.values()]) if matched.kept else "all in these data"
    return f"No trial meets all of these choices: {person}. Dropping {lost} leaves {matched.count}: {kept}"


def definitions(name: str) -> str:
    """Say what the words of a question mean, where they are words of a list: from what age a trial calls people older.

    >>> definitions("age").partition(";")[2].partition(";")[0]
    ' Older adults: aged 60 or 65 and over'
    """
    columns = {one.name: one.column for one in _asked()}
    words = _LISTS[columns[name]][1] if columns.get(name) == "age_group" else {}
    meanings = {term.label: term.definition.rstrip(".") for term in words.values() if term.definition}
    return "; ".join(f"{label}: {text[0].lower()}{text[1:]}" for label, text in meanings.items())


def who(matched: Match) -> str:
    """Name the entry criterion that all of the trials share; empty where they differ."""
    enrolled = {result.population for result in matched.results} & set(POPULATIONS)
    return f"Entry criterion: {POPULATIONS[enrolled.pop()].label.lower()}." if len(enrolled) == 1 else ""


def thinness(matched: Match) -> str:
    """Say how much of all the evidence that is, plainly if it is little."""
    if matched.count.trials == 1:
        return "One trial: what it found may not hold for other people."
    if matched.count.trials <= 3:
        return "Very few trials: what they found may not hold for other people."
    return ""


def choice_frame(results: Iterable[Result], matched: Match) -> pd.DataFrame:
    """Tabulate, for each choice, the trials and people that meet it alone, and those left if it is given up."""
    everything = tuple(results)
    rows = []
    for name, value in matched.chosen.items():
        alone = headcount(_meeting(everything, {name: value}))
        others = {n: v for n, v in matched.chosen.items() if n != name and n not in matched.dropped}
        without = headcount(_meeting(everything, others))
        rows.append(
            {
                "Choice": CHOICES[name].label,
                "": option_of(name, value).label,
                "Trials with this choice alone": str(alone),
                "Trials if it is dropped": str(without),
                "Dropped": "yes" if name in matched.dropped else "no",
            }
        )
    return pd.DataFrame(rows)


_MOST_NAMED = 4


def answers(matched: Match, reviews: Iterable[PublishedEstimate] = ()) -> list[tuple[str, str, str]]:
    """List, for each kind of comparator, response with trials and certainty, and the address that shows it."""
    known = tuple(reviews)
    lines = []
    for kind, term in COMPARATOR_KINDS.items():
        rows = [r for r in matched.results if comparator_kind(r) == kind]
        answer = answer_for(rows, Choices())
        if answer.pooled is None:
            continue
        sides = effect_sentences.sides_of(entry.first for entry in answer.used)
        names = listed([entry.label for entry in answer.used]) if answer.k <= _MOST_NAMED else ""
        words = f"{findings.after_review(known, answer, effect_sentences.headline_of_rates(answer, sides))}."
        words += f" {names}." if names else ""
        words += f" {certainty.words_for(known, answer)}."
        lines.append((term.label, words, matched.address("response", comparator_kind=(kind,))))
    return lines


def harms_of(matched: Match) -> list[tuple[str, str]]:
    """List, for each kind of comparator, how many of 100 people feel each of the named harms."""
    lines = []
    for kind, term in COMPARATOR_KINDS.items():
        rows = tuple(r for r in matched.results if comparator_kind(r) == kind)
        parts = []
        for event in glance.named_events(rows):
            felt = glance.verb_of(event)
            item = harms.harm_of(rows, event)
            if item.difference.pooled is None or item.rates is None:
                continue
            drug, control = (f"{100 * rate:.0f}" for rate in item.rates)
            parts.append((item.rates[1] - item.rates[0], f"{drug} {felt} ({control} on the comparator)"))
        if parts:
            lines.append((term.label, f"Of 100 people, {listed([words for _, words in sorted(parts)[:3]])}."))
    return lines


def uncontrolled(matched: Match) -> str:
    """Say how many of the trials have no comparison at all; empty if all have one."""
    trials = {r.trial for r in matched.results}
    controlled = {r.trial for r in matched.results if r.is_controlled}
    without = len(trials) - len(controlled)
    return f"Of these trials {without} had no comparison group." if without else ""
