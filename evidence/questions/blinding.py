"""The blinding lens: what people could tell of their treatment, beside the effect in the same trials."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.dataset.time_bins import BIN_OF_VALUE, usual_time
from evidence.dataset.topic import primary_scale, topic
from evidence.dataset.vocabulary import COMPARATORS, INTERVENTIONS, terms
from evidence.formatting import Sentence, capital, counted, listed, percent
from evidence.selection.selection import Selection, apply
from evidence.stats.effect_sizes import Counts
from evidence.stats.pooling import Pooled
from evidence.synthesis.answers import Answer, answer
from evidence.synthesis.sentences import effect_in_words, effect_parts, leading, own_result
from evidence.synthesis.trial_effects import SYMPTOMS, Question, TrialEffect

MASKINGS = terms(
    ("active", "Active placebo", "Blinded, against a drug that is felt."),
    ("anaesthesia", "Masked by anaesthesia", "Blinded, given while patients were under anaesthesia."),
    ("inert", "Inert placebo", "Blinded, against nothing that is felt; most people can tell."),
    ("open", "Open or raters only", "Patients knew their treatment."),
    ("unknown", "Blinding not reported", "The source read does not say."),
)


def telling_event() -> str:
    """Return the label of the event by which people can tell their treatment, in small letters; "" for none.

    >>> telling_event()
    'dissociation'
    """
    name = topic().unblinding
    return OUTCOMES[name].label.lower() if name in OUTCOMES else ""


NEAREST = "nearest"


def opened_at(results: Iterable[Result]) -> tuple[str, str]:
    """Return the effect and the time that the lens opens with: scores where no controlled result counts responders."""
    counts = any(row.outcome == "response" and row.is_controlled for row in results)
    return "RR" if counts else "SMD", usual_time().value


"""What the lens shows before anything is chosen: measure and time."""


def masking(result: Result) -> str:
    """Classify how well people could tell their treatment, by the keys of `MASKINGS`."""
    kind = COMPARATORS[result.comparator].kind
    if result.masking == "anaesthesia":
        return "anaesthesia"
    if result.blinding in ("open-label", "single-blind") or kind == "active treatment":
        return "open"
    if kind == "active placebo":
        return "active"
    if kind == "inert placebo":
        return "inert"
    return "unknown"


def group_of(entry: TrialEffect) -> str:
    """Name the masking of a trial's entry."""
    return MASKINGS[masking(entry.first)].label


@dataclass(frozen=True, slots=True)
class Felt:
    """How many had the telling event in some trials, over those that counted it in both arms."""

    trials: tuple[str, ...]
    drug: Counts | None
    comparator: Counts | None
    results: tuple[Result, ...] = ()

    @property
    def in_words(self) -> str:
        """Both arms in per cent, or that nobody counted."""
        if self.drug is None or self.comparator is None:
            return "no count"
        return f"{percent(*_pair(self.drug))} v {percent(*_pair(self.comparator))}"


def _pair(arm: Counts) -> tuple[int, int]:
    return arm.events, arm.n


def felt(results: Iterable[Result], trials: Iterable[str]) -> Felt:
    """Sum the counts of the telling event in these trials, one per trial; only rows that compare two arms."""
    wanted, telling = frozenset(trials), topic().unblinding
    if telling not in OUTCOMES:
        return Felt((), None, None)
    rows = [r for r in results if r.outcome == telling and r.trial in wanted and r.comparator not in INTERVENTIONS]
    answered = answer(_promoted(rows), Question((telling,), "RD", None))
    counts = answered.counts
    used = tuple(r for entry in answered.used for r in entry.results)
    if counts is None:
        return Felt((), None, None)
    return Felt(tuple(entry.label for entry in answered.used), counts[0], counts[1], used)


def _promoted(rows: list[Result]) -> list[Result]:
    """Let rows of pooled arms stand in for a trial that has no main row."""
    main = {r.trial for r in rows if r.analysis == "main"}
    return [
        r.model_copy(update={"analysis": "main"}) if r.analysis == "pooled-arms" and r.trial not in main else r
        for r in rows
    ]


@dataclass(frozen=True, slots=True)
class Lens:
    """One way of masking: its trials, their pooled effect, and how many of their people had the telling event."""

    value: str
    used: tuple[TrialEffect, ...]
    pooled: Pooled | None
    felt: Felt

    @property
    def label(self) -> str:
        """The masking on screen."""
        return MASKINGS[self.value].label

    @property
    def k(self) -> int:
        """Trials pooled."""
        return len(self.used)

    @property
    def people(self) -> int | None:
        """People analysed, as far as reported."""
        known = [entry.people for entry in self.used if entry.people is not None]
        return sum(known) if known else None

    @property
    def key(self) -> str:
        """Lines of the results behind the effect and the count of the telling event."""
        lines = [entry.key for entry in self.used] + [str(r.line) for r in self.felt.results]
        return " ".join(dict.fromkeys(" ".join(lines).split()))


def rank(entry: TrialEffect) -> int:
    """Return the position of an entry's masking in the fixed order."""
    return list(MASKINGS).index(masking(entry.first))


def ask(results: Iterable[Result], measure: str, time: str) -> Answer:
    """Ask for response as a ratio, or symptom scores, in a time bin (or nearest to the usual one), by masking."""
    time_bin = BIN_OF_VALUE.get(time)
    if measure == "RR":
        question = Question(("response",), "RR", time_bin)
    else:
        question = Question(SYMPTOMS, measure, time_bin, primary_scale() if measure == "MD" else None)
    return answer(results, question, group_by=group_of)


@dataclass(frozen=True, slots=True)
class Scope:
    """The answer the lens looks at, the results behind it, and what was given up to see more than one masking."""

    answer: Answer
    results: tuple[Result, ...]
    words: str


_ABOUT_MASKING = ("comparator_kind", "blinding")


def scope(everything: Iterable[Result], selection: Selection, measure: str, time: str) -> Scope:
    """Return the selection, without its limits on comparator and blinding if it contains only one kind of masking."""
    rows = tuple(everything)
    criteria = selection.criteria()
    inside = apply(rows, criteria)
    answered = ask(inside, measure, time)
    if len({masking(entry.first) for entry in answered.used}) > 1:
        return Scope(answered, inside, "")
    gone = [c for c in criteria if c.source in _ABOUT_MASKING or c.about == "comparator"]
    wider = apply(rows, [c for c in criteria if c not in gone])
    wide = ask(wider, measure, time)
    if not gone or len(wide.used) == len(answered.used):
        return Scope(answered, inside, "")
    words = listed([criterion.words for criterion in gone])
    return Scope(wide, wider, f"One kind of masking alone cannot be compared; shown without requiring that {words}.")


def lenses(answered: Answer, results: Iterable[Result]) -> tuple[Lens, ...]:
    """Group an answer by masking, in a fixed order, each group with the telling event its own trials counted."""
    rows = tuple(results)
    groups = {group.name: group for group in answered.groups}
    return tuple(
        Lens(value, group.used, group.pooled, felt(rows, (entry.trial for entry in group.used)))
        for value, term in MASKINGS.items()
        if (group := groups.get(term.label)) is not None and group.used
    )


def headline(answered: Answer, items: Iterable[Lens]) -> str:
    """Compare the effect by masking, and the telling event in the same trials, without going beyond the numbers."""
    shown = tuple(items)
    if not shown:
        return "No trial here can be sorted by how well its treatment was hidden, because nothing can be pooled"
    parts: list[str] = []
    for item in shown:
        one = Answer(answered.question, item.used, item.used, item.pooled, ())
        label, value = _effect(one)
        lead = leading(one)
        first = f"{_found_by(lead, answered.question)}, and with the others " if lead else ""
        parts.append(f"{PLACES[item.value]} {first}{f'it is {value}' if parts else f'the {label} is {value}'}")
    text = capital("; ".join(parts))
    noticed = _noticed(shown)
    return f"{text}. {noticed}" if noticed else text


def finding(answered: Answer, items: Iterable[Lens]) -> Sentence:
    """Return the headline with its estimates large and their intervals in the line below, where they can be parted."""
    shown = tuple(items)
    ones = [Answer(answered.question, item.used, item.used, item.pooled, ()) for item in shown]
    sizes = [effect_parts(one) for one in ones]
    leads = [leading(one) for one in ones]
    if not shown or not all(sizes) or any(lead is not None and lead.intervention is None for lead in leads):
        return Sentence(headline(answered, shown))
    large: list[str] = []
    below: list[str] = []
    is_named = False
    for item, parts, lead in zip(shown, sizes, leads, strict=True):
        assert parts is not None
        place = PLACES[item.value]
        if lead is not None:
            large.append(f"{place} {_found_by(lead, answered.question)}")
            below.append(f"{place}, with the others, {parts.measure} {parts.size} ({parts.interval}; {parts.behind})")
            continue
        large.append(f"{place} {'it' if is_named else f'the {parts.measure} of {_outcome(answered)}'} is {parts.size}")
        below.append(f"{place} {parts.interval}; {parts.behind}")
        is_named = True
    noticed = _noticed(shown)
    more = [*(capital(one) for one in below), *([noticed] if noticed else [])]
    return Sentence(capital("; ".join(large)), more=". ".join(more))


def _noticed(shown: Sequence[Lens]) -> str:
    """Return what the trials counted of the telling event, as a sentence; empty where a topic names none."""
    counted_in = [item for item in shown if item.felt.drug is not None]
    k = sum(len(item.used) for item in shown)
    if not telling_event():
        return ""
    if not counted_in:
        whose = "the trial" if k == 1 else f"any of the {k} trials"
        return f"These data have no count of {telling_event()} in both arms of {whose}"
    sizes = [f"{item.felt.in_words} {PLACES[item.value]}" for item in counted_in]
    number = sum(len(item.felt.trials) for item in counted_in)
    return (
        f"Of the {counted(k, 'trial')} {number} counted {telling_event()} in both arms: {listed(sizes)} "
        "(drug v comparator)"
    )


def _found_by(lead: TrialEffect, question: Question) -> str:
    """Return what the trial that carries a group found, as a clause."""
    result = own_result(lead, question)
    return f"{result} in {lead.label}" if lead.intervention is not None else f"{lead.label} found {result}"


NOT_RANDOMISED = (
    "Trials were not randomised to a kind of placebo: groups differ in people, drug, dose, time and number of doses as "
    "well, so a difference between them is a hint, not a test of blinding."
)
PLACES: Mapping[str, str] = MappingProxyType(
    {
        "active": "against active placebo",
        "anaesthesia": "masked by anaesthesia",
        "inert": "against inert placebo",
        "open": "without blinding of patients",
        "unknown": "with blinding not reported",
    }
)


def _outcome(answered: Answer) -> str:
    outcomes = answered.question.outcomes
    return "symptom scores" if outcomes == SYMPTOMS else OUTCOMES[outcomes[0]].label.lower()


def _effect(answered: Answer) -> tuple[str, str]:
    """Return the measure with the outcome, and the estimate with trials and people."""
    parts = effect_parts(answered)
    if parts is None:
        return _outcome(answered), "not pooled"
    return f"{parts.measure} of {_outcome(answered)}", f"{parts.size} ({parts.interval}; {parts.behind})"


def aloud(answered: Answer, item: Lens) -> str:
    """Describe one kind of masking for screen readers."""
    one = Answer(answered.question, item.used, item.used, item.pooled, ())
    noticed = f"; {telling_event()} {item.felt.in_words}" if telling_event() else ""
    return f"{item.label}: {effect_in_words(one)}{noticed}"


def caution(answered: Answer, items: Iterable[Lens]) -> str:
    """Explain why groups of trials are not a randomised comparison, and what the test of a difference is based on."""
    shown = tuple(items)
    if len(shown) < 2:
        return (
            f"Only one kind of masking has {_outcome(answered)} to pool here, so there is nothing to compare it with."
        )
    small = [f"“{item.label}”" for item in shown if len(item.used) == 1]
    alone = f" {listed(small)} {'are one trial each' if len(small) > 1 else 'is one trial'}." if small else ""
    return f"{NOT_RANDOMISED}{alone}"
