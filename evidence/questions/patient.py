"""Does this apply to my patient: the trials behind a combination of choices, and which choice to give up when none is.

Every trial carries one entry criterion, one age group and one background treatment; a combination is met by results
that carry all of its words. Choices are given up one at a time, treatment before patient.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from evidence.dataset.records import PublishedEstimate, Result
from evidence.dataset.topic import DoseChoice, topic
from evidence.dataset.vocabulary import AGE_GROUPS, COMPARATOR_KINDS, ROUTES
from evidence.formatting import listed
from evidence.questions import certainty, findings, glance, harms
from evidence.questions.response import Choices, answer_for
from evidence.selection.filters import comparator_kind
from evidence.selection.selection import Headcount, headcount
from evidence.selection.url import address
from evidence.synthesis import sentences as statements


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


def _population(label: str, said: str, *values: str) -> Option:
    return Option(label, said, lambda r: r.population in values, {"population": values})


def _age(value: str) -> Option:
    label = AGE_GROUPS[value].label
    return Option(label, label.lower(), lambda r: r.age_group == value, {"age_group": (value,)})


def _route(value: str) -> Option:
    label = ROUTES[value].label
    return Option(label, f"{label.lower()} route", lambda r: r.route == value, {"route": (value,)})


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


def _background(label: str, said: str, *values: str) -> Option:
    return Option(label, said, lambda r: r.background in values, is_exact=False)


_ALWAYS: Mapping[str, Choice] = MappingProxyType(
    {
        "polarity": Choice(
            "Diagnosis",
            {
                "unipolar": _population("Unipolar", "unipolar depression", "TRD", "MDD", "MDD-SI"),
                "bipolar": _population("Bipolar", "bipolar depression", "bipolar"),
            },
        ),
        "resistance": Choice(
            "Resistance to treatment",
            {
                "TRD": _population("Treatment-resistant", "treatment-resistant depression", "TRD"),
                "any": _population("Not required", "resistance not required", "MDD", "MDD-SI"),
            },
        ),
        "age": Choice("Age", {value: _age(value) for value in AGE_GROUPS}),
        "ideation": Choice(
            "Suicidal ideation",
            {"present": _population("Present", "suicidal ideation as an entry criterion", "MDD-SI")},
        ),
        "treatment": Choice(
            "Other antidepressants",
            {
                "add-on": _background(
                    "Add-on",
                    "added to another antidepressant",
                    "stable antidepressant",
                    "new antidepressant",
                    "usual care",
                ),
                "washout": _background("Washout", "other antidepressants stopped before", "washout"),
            },
        ),
        "route": Choice("Route", {value: _route(value) for value in ROUTES}),
    }
)


class _Choices(Mapping[str, Choice]):
    """The questions about a patient, with the doses of the topic that is shown, where it names any."""

    def _all(self) -> dict[str, Choice]:
        doses = {one.name: _dose(one) for one in topic().doses}
        return {**_ALWAYS, "dose": Choice("Dose", doses)} if doses else dict(_ALWAYS)

    def __getitem__(self, name: str) -> Choice:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


CHOICES: Mapping[str, Choice] = _Choices()
# What is given up first when nothing is left: the treatment's details, then the patient's.
GIVEN_UP_FIRST = ("dose", "treatment", "route", "ideation", "resistance", "age", "polarity")
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
                held = filters.get(name, values)
                filters[name] = tuple(value for value in held if value in values)
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
    found = _meeting(everything, left)
    while not found and left:
        order = [name for name in GIVEN_UP_FIRST if name in left]
        enough = (n for n in order if _meeting(everything, {m: v for m, v in left.items() if m != n}))
        name = next(enough, order[0])
        del left[name]
        dropped.append(name)
        found = _meeting(everything, left)
    return Match(MappingProxyType(known), tuple(dropped), found)


def headline(found: Match) -> str:
    """Say how many trials and people the combination covers, and what was given up to find any."""
    if not found.chosen:
        return f"Nothing chosen yet: all {found.count} are counted"
    said = listed([option_of(name, value).said for name, value in found.chosen.items()])
    if not found.dropped:
        return f"{found.count} behind this combination: {said}"
    lost = listed([f"{CHOICES[n].label.lower()} ({option_of(n, found.chosen[n]).said})" for n in found.dropped])
    kept = listed([option.said for option in found.kept.values()]) if found.kept else "nothing else"
    return f"No trial meets all of it: {said}. Without {lost}, {found.count} are left: {kept}"


def thinness(found: Match) -> str:
    """Say how much of all the evidence that is, plainly if it is little."""
    if found.count.trials == 1:
        return "One trial: what it found may not hold for other people."
    if found.count.trials <= 3:
        return "Very few trials: what they found may not hold for other people."
    return ""


def choice_frame(results: Iterable[Result], found: Match) -> pd.DataFrame:
    """Tabulate, for each choice, the trials and people that meet it alone, and those left if it is given up."""
    everything = tuple(results)
    rows = []
    for name, value in found.chosen.items():
        alone = headcount(_meeting(everything, {name: value}))
        others = {n: v for n, v in found.chosen.items() if n != name and n not in found.dropped}
        without = headcount(_meeting(everything, others))
        rows.append(
            {
                "Choice": CHOICES[name].label,
                "": option_of(name, value).label,
                "Trials with it alone": str(alone),
                "Left if it is given up": str(without),
                "Given up": "yes" if name in found.dropped else "no",
            }
        )
    return pd.DataFrame(rows)


_MOST_NAMED = 4


def answers(found: Match, reviews: Iterable[PublishedEstimate] = ()) -> list[tuple[str, str, str]]:
    """List, for each kind of comparator, response with trials and certainty, and the address that shows it."""
    known = tuple(reviews)
    lines = []
    for kind, term in COMPARATOR_KINDS.items():
        rows = [r for r in found.results if comparator_kind(r) == kind]
        answer = answer_for(rows, Choices())
        if answer.pooled is None:
            continue
        sides = statements.sides_of(entry.first for entry in answer.used)
        names = listed([entry.label for entry in answer.used]) if answer.k <= _MOST_NAMED else ""
        words = f"{findings.with_review(known, answer, statements.headline_of_rates(answer, sides))}."
        words += f" {names}." if names else ""
        words += f" {certainty.words_for(known, answer)}."
        lines.append((term.label, words, found.address("response", comparator_kind=(kind,))))
    return lines


def harms_of(found: Match) -> list[tuple[str, str]]:
    """List, for each kind of comparator, how many of 100 people feel each of the named harms."""
    lines = []
    for kind, term in COMPARATOR_KINDS.items():
        rows = tuple(r for r in found.results if comparator_kind(r) == kind)
        parts = []
        for event, felt in glance.FELT.items():
            item = harms.harm_of(rows, event)
            if item.difference.pooled is None or item.rates is None:
                continue
            drug, control = (f"{100 * rate:.0f}" for rate in item.rates)
            parts.append((item.rates[1] - item.rates[0], f"{drug} {felt} ({control} on the comparator)"))
        if parts:
            lines.append((term.label, f"Of 100 people, {listed([words for _, words in sorted(parts)[:3]])}."))
    return lines


def uncontrolled(found: Match) -> str:
    """Say how many of the trials have no comparison at all; empty if all have one."""
    trials = {r.trial for r in found.results}
    controlled = {r.trial for r in found.results if r.is_controlled}
    without = len(trials) - len(controlled)
    return f"Of these trials {without} had no comparison group." if without else ""
