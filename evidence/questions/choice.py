"""Which treatment? What was compared with what, directly, and one step indirectly through a shared comparator.

No ranking and no network meta-analysis: the loops that would check an indirect contrast do not exist in these trials.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

from evidence.dataset.declared import TimeBin
from evidence.dataset.records import Result
from evidence.dataset.time_bins import BIN_OF_VALUE, asked_at
from evidence.dataset.topic import ByScale, primary_scale
from evidence.dataset.vocabulary import COMPARATORS, INTERVENTIONS, ROUTES
from evidence.formatting import counted, listed
from evidence.selection.filters import comparator_kind
from evidence.stats.effect_sizes import Z95, Effect
from evidence.stats.indirect import bucher
from evidence.synthesis.answers import Answer, Model, answer
from evidence.synthesis.display import shown
from evidence.synthesis.sentences import interval_name
from evidence.synthesis.trial_effects import SYMPTOMS, Question

OUTCOMES = {"response": ("response",), "remission": ("remission",), "symptoms": SYMPTOMS}
MEASURE = {"response": "RR", "remission": "RR", "symptoms": "MD"}
# Placebos of one kind are one comparator here; every other comparator is itself.
_PLACEBOS = {"inert placebo": "Inert placebo"}


@dataclass(frozen=True, slots=True)
class Direct:
    """Trials that compared a treatment with a comparator, and what they found together."""

    treatment: str
    comparator: str
    answer: Answer
    trials: int
    people: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class Indirect:
    """Two treatments contrasted through a comparator that both were compared with (first against second)."""

    first: Direct
    second: Direct
    effect: Effect

    @property
    def via(self) -> str:
        """The comparator they share."""
        return self.first.comparator


@dataclass(frozen=True, slots=True)
class Network:
    """The geometry of one outcome at one time: every direct comparison, and every one-step indirect contrast."""

    outcome: str
    time: TimeBin
    direct: tuple[Direct, ...]
    indirect: tuple[Indirect, ...]

    @property
    def treatments(self) -> tuple[str, ...]:
        """Treatments that were compared with anything, in the order of the comparisons."""
        return tuple(dict.fromkeys(d.treatment for d in self.direct))

    @property
    def comparators(self) -> tuple[str, ...]:
        """What they were compared with."""
        return tuple(dict.fromkeys(d.comparator for d in self.direct))


def treatment_of(result: Result) -> str:
    """Return the drug with its route, as one treatment."""
    drug = INTERVENTIONS[result.intervention].label
    known = result.route and result.route != "not stated"
    return f"{ROUTES[result.route].label} {in_a_clause(drug)}" if known else drug


def in_a_clause(label: str) -> str:
    """Return a label as it is inside a sentence: its first letter small unless it begins an abbreviation.

    >>> in_a_clause("Inert placebo"), in_a_clause("ECT")
    ('inert placebo', 'ECT')
    """
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def comparator_of(result: Result) -> str:
    """Return the comparator as a node: inert placebos together, everything else by name."""
    label = COMPARATORS[result.comparator].label
    return _PLACEBOS.get(comparator_kind(result), label)


def network(results: Iterable[Result], outcome: str, time: str, model: Model | None = None) -> Network:
    """Return the comparisons of one outcome ("response", "remission", "symptoms") in a time bin.

    Randomised withdrawals are left out: only people who had done well took part.

    Raises:
        KeyError: an outcome or a time that is not known.
    """
    time_bin = BIN_OF_VALUE[time]
    question = Question(
        OUTCOMES[outcome], MEASURE[outcome], time_bin, primary_scale() if outcome == "symptoms" else None
    )
    rows = [r for r in results if r.is_controlled and r.design != "withdrawal" and r.outcome in question.outcomes]

    def pair(result: Result) -> tuple[str, str]:
        return treatment_of(result), comparator_of(result)

    direct = []
    for (treatment, comparator), group in groupby(sorted(rows, key=pair), pair):
        members = list(group)
        given = answer(members, question, model)
        if given.entries:
            direct.append(
                Direct(
                    treatment,
                    comparator,
                    given,
                    len({entry.trial for entry in given.entries}),
                    given.people,
                    comparator_kind(members[0]),
                )
            )
    direct.sort(key=lambda d: (-(d.people or 0), d.treatment, d.comparator))
    return Network(outcome, time_bin, tuple(direct), tuple(_indirect(direct)))


def _indirect(direct: Sequence[Direct]) -> Iterable[Indirect]:
    usable = [d for d in direct if d.answer.pooled is not None]
    for first, second in combinations(usable, 2):
        if first.comparator == second.comparator and first.treatment != second.treatment:
            yield Indirect(first, second, bucher(_effect(first), _effect(second)))


def _effect(direct: Direct) -> Effect:
    pooled = direct.answer.pooled
    assert pooled is not None
    return Effect(pooled.estimate, pooled.se**2)


OUTCOME_LABELS: Mapping[str, str] = ByScale(
    {"response": "Response", "remission": "Remission", "symptoms": "Symptoms ({scale})"}
)


def outcome_labels(results: Iterable[Result]) -> dict[str, str]:
    """Return the outcomes that can be chosen, those that any controlled result reports first."""
    reported = {row.outcome for row in results if row.is_controlled}
    return {
        name: OUTCOME_LABELS[name] for name in sorted(OUTCOMES, key=lambda name: reported.isdisjoint(OUTCOMES[name]))
    }


def time_labels() -> dict[str, str]:
    """Return the times that can be chosen: the usual one, and the latest of a summary.

    >>> time_labels()
    {'24h': 'At 24 hours', '28d': 'At 4 weeks'}
    """
    times = asked_at()
    return {item.value: f"At {item.spoken}" for item in dict.fromkeys((times[0], times[-1]))}


ASSUMPTION = (
    "An indirect contrast assumes that each set of trials would have had the same result in the other’s people, at the "
    "other’s doses and times. Nothing in the data can check that here."
)
NO_STEP = "No two treatments share a comparator at this time, so not even an indirect contrast is possible."


@dataclass(frozen=True, slots=True)
class Headline:
    """The answer in a few words, and its numbers in a second sentence."""

    text: str
    numbers: str


def headline(net: Network) -> Headline:
    """Return what can be said of the two most studied treatments: compared directly, indirectly, or not at all."""
    first, second, *_ = (*net.treatments, "", "")
    if not second:
        return Headline(
            f"Only {in_a_clause(first)} has a result in these data at {net.time.spoken}",
            "No other treatment has a controlled result at this time.",
        )
    when = f"at {net.time.spoken}"
    pair = {first, second}
    met = head_to_head(net)
    if met is not None:
        return Headline(f"{first} and {in_a_clause(second)} were compared directly {when}", _numbers(net, met))
    text = f"{first} or {in_a_clause(second)}? No trial in these data compared them {when}"
    step = next((i for i in net.indirect if {i.first.treatment, i.second.treatment} == pair), None)
    if step is None:
        return Headline(text, "They share no comparator with numbers that can be pooled.")
    low, high = contrast_interval(step)
    measure = MEASURE[net.outcome]
    behind = listed([counted(side.answer.k, "trial") for side in (step.first, step.second)])
    numbers = f"{shown(measure, step.effect.estimate)} (95% interval {_range(measure, low, high)})"
    return Headline(
        text,
        f"Through {in_a_clause(step.via)}, {_effect_words(measure)} of {in_a_clause(step.first.treatment)} against "
        f"{in_a_clause(step.second.treatment)} is "
        f"{numbers}; {behind}. {no_ranking(net)}",
    )


def no_ranking(net: Network) -> str:
    """Say that nothing is ranked, and that nothing could check a ranking where no loop of comparisons closes.

    >>> no_ranking(Network("response", BIN_OF_VALUE["24h"], (), ()))
    'No closed loop of comparisons could check it, so nothing is ranked.'
    """
    joined: dict[str, str] = {}

    def root(node: str) -> str:
        while joined.get(node, node) != node:
            node = joined[node]
        return node

    for direct in net.direct:
        if direct.answer.pooled is None:
            continue
        ends = root(direct.treatment), root(direct.comparator)
        if ends[0] == ends[1]:
            return "Nothing is ranked."
        joined[ends[0]] = ends[1]
    return "No closed loop of comparisons could check it, so nothing is ranked."


def head_to_head(net: Network) -> Direct | None:
    """Return the trials that compared the two most studied treatments with each other, None without any."""
    return next((d for d in net.direct if {d.treatment, d.comparator} == set(net.treatments[:2])), None)


def _effect_words(measure: str) -> str:
    return f"the difference in {primary_scale()} points" if measure == "MD" else "the risk ratio"


def _range(measure: str, low: float, high: float) -> str:
    return f"{shown(measure, low)} to {shown(measure, high)}"


def _numbers(net: Network, direct: Direct) -> str:
    pooled, measure = direct.answer.pooled, MEASURE[net.outcome]
    if pooled is None:
        return "Its numbers cannot be pooled."
    span = f"{interval_name(pooled)} {_range(measure, pooled.ci_low, pooled.ci_high)}"
    size = f"{shown(measure, pooled.estimate)} ({span})"
    return f"{_effect_words(measure).capitalize()} is {size}, {counted(direct.answer.k, 'trial')}."


def in_words(net: Network) -> str:
    """Return the network as a screen reader reads it: every comparison with its numbers."""
    measure, parts = MEASURE[net.outcome], []
    for d in net.direct:
        pooled = d.answer.pooled
        size = f"{shown(measure, pooled.estimate)} ({_range(measure, pooled.ci_low, pooled.ci_high)})" if pooled else ""
        parts.append(f"{d.treatment} against {in_a_clause(d.comparator)}: {counted(d.trials, 'trial')} {size}".strip())
    for i in net.indirect:
        low, high = contrast_interval(i)
        numbers = f"{shown(measure, i.effect.estimate)} ({_range(measure, low, high)})"
        pair = f"{i.first.treatment} against {in_a_clause(i.second.treatment)}"
        parts.append(f"{pair}, indirect through {in_a_clause(i.via)}: {numbers}")
    return ". ".join(parts) + "."


def missing_comparisons(net: Network) -> tuple[str, ...]:
    """Return a sentence per pair of the three most studied treatments: who was compared, and what is missing."""
    return tuple(closing_the_loop(a, b, net) for a, b in combinations(net.treatments[:3], 2))


def closing_the_loop(first: str, second: str, net: Network) -> str:
    """Say what would tell two treatments apart: whether they were compared head to head, and what is missing.

    >>> closing_the_loop("A", "B", Network("response", BIN_OF_VALUE["24h"], (), ()))
    'No trial in these data compared a with b on response at 24 hours. A randomised trial would answer this.'
    """
    met = [d for d in net.direct if {d.treatment, d.comparator} == {first, second}]
    when = net.time.spoken
    if met:
        names = listed([entry.label for d in met for entry in d.answer.entries])
        return f"{names} compared {in_a_clause(first)} with {in_a_clause(second)} on {net.outcome} at {when}."
    return (
        f"No trial in these data compared {in_a_clause(first)} with {in_a_clause(second)} on {net.outcome} at {when}. "
        "A randomised trial would answer this."
    )


def contrast_interval(contrast: Indirect) -> tuple[float, float]:
    """Return the 95% interval of an indirect contrast on the analysis scale."""
    half = Z95 * math.sqrt(contrast.effect.variance)
    return contrast.effect.estimate - half, contrast.effect.estimate + half
