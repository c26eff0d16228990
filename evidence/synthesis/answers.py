"""A question answered: every trial's effect, what is pooled, and the people behind it, as one frozen value."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.dataset.time_bins import HOURS_A_DAY
from evidence.dataset.vocabulary import COMPARATORS
from evidence.selection.filters import REPEATED, SINGLE, comparator_kind, schedule
from evidence.stats.bayes import Prior, pool_bayes, pool_bayes_together
from evidence.stats.effect_sizes import Z95, Counts, Effect
from evidence.stats.pooling import ONE_EFFECT, Method, Pooled, Test, arrays, common_tau_squared, pool, summarise
from evidence.stats.proportions import newcombe
from evidence.stats.sensitivity import SubgroupTest, mantel_haenszel, subgroup_difference
from evidence.synthesis.priors import EMPIRICAL, prior_of
from evidence.synthesis.trial_effects import Known, Question, TrialEffect, pooled_inputs, trial_effects

Grouping = Callable[[TrialEffect], str]


@dataclass(frozen=True, slots=True)
class Model:
    """How effects are pooled: Bayesian random effects by default, or an estimator of tau² with its interval.

    Method "MH" is the common effect of Mantel and Haenszel, from counts only. `test` None is the usual interval of the
    method, `prior` "" the prior that the question gets (`evidence.synthesis.priors`).
    """

    method: Method | Literal["MH", "bayes"] = "bayes"
    test: Test | None = None
    prior: str = EMPIRICAL


HOUSE_RULE = Model()
FEWEST_FOR_PREDICTION = 5
"""Trials from which a prediction interval is shown."""
FEWEST_FOR_OWN_TAU = 5
"""Trials of a group below which its own tau² is too uncertain to go by (Handbook 10.11.3)."""


@dataclass(frozen=True, slots=True)
class Group:
    """The trials of one subgroup and the effect pooled over them.

    `compared` is the effect with which the group enters the test of a difference where the groups share one tau²: that
    of a group of one trial is wider than the trial's own interval, because it too is one setting among others.
    """

    name: str
    used: tuple[TrialEffect, ...]
    pooled: Pooled | None
    compared: Pooled | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """All entries in reading order, the pooled result of those used, and the subgroups."""

    question: Question
    entries: tuple[TrialEffect, ...]
    used: tuple[TrialEffect, ...]
    pooled: Pooled | None
    groups: tuple[Group, ...]
    model: Model = HOUSE_RULE
    prior: Prior | None = None

    @property
    def k(self) -> int:
        """Trials pooled."""
        return len(self.used)

    @property
    def trials(self) -> int:
        """Return the trials behind what is pooled; strata of one trial are one."""
        return len({entry.trial for entry in self.used})

    @property
    def people(self) -> int | None:
        """Return the people analysed in the pooled trials, as far as reported; people in two trials count once."""
        pooled = {entry.trial for entry in self.used}
        known = [e.people for e in self.used if e.people is not None and not pooled.intersection(e.first.inside)]
        return sum(known) if known else None

    @property
    def without_people(self) -> int:
        """Return how many pooled trials do not say how many people were analysed."""
        return sum(entry.people is None for entry in self.used)

    @property
    def left_out(self) -> tuple[TrialEffect, ...]:
        """Entries that report the outcome but are not pooled, each with its reason."""
        used = {(entry.trial, entry.key) for entry in self.used}
        return tuple(entry for entry in self.entries if (entry.trial, entry.key) not in used)

    @property
    def subgroups(self) -> tuple[Group, ...]:
        """The groups with trials that are pooled, where there are at least two."""
        filled = tuple(group for group in self.groups if group.used)
        return filled if len(filled) > 1 else ()

    def of(self, group: Group) -> "Answer":
        """Return the answer of one of the groups by itself."""
        return replace(self, entries=group.used, used=group.used, pooled=group.pooled, groups=())

    @property
    def shares_tau(self) -> bool:
        """Whether the subgroups are pooled with one tau², because one of them has few trials."""
        return any(group.compared is not None for group in self.groups)

    @property
    def counts(self) -> tuple[Counts, Counts] | None:
        """Events and people of both arms, summed over the pooled trials, where all of them give counts."""
        pairs = [(entry.intervention, entry.comparator) for entry in self.used]
        if not pairs or any(drug is None or control is None for drug, control in pairs):
            return None
        drugs = [drug for drug, _ in pairs if drug is not None]
        controls = [control for _, control in pairs if control is not None]
        return (
            Counts(sum(arm.events for arm in drugs), sum(arm.n for arm in drugs)),
            Counts(sum(arm.events for arm in controls), sum(arm.n for arm in controls)),
        )

    @property
    def difference(self) -> SubgroupTest | None:
        """The test of a difference between the subgroups; None under two groups with an effect."""
        pools = [effect for group in self.groups if (effect := group.compared or group.pooled) is not None]
        return subgroup_difference(pools) if len(pools) > 1 else None

    def weight_of(self, entry: TrialEffect) -> float | None:
        """Return the weight of an entry in the pooled result, in per cent, or None if it is not pooled."""
        if self.pooled is None:
            return None
        pairs = zip(self.used, self.pooled.weights, strict=True)
        # The name first: entries are long to compare.
        return next((weight for used, weight in pairs if used.trial == entry.trial and used == entry), None)


def pool_entries(entries: Iterable[TrialEffect], model: Model, prior: Prior | None = None) -> Pooled | None:
    """Pool entries that all have an effect; None without any, or if the model needs counts they lack.

    A Bayesian model without a `prior` falls back on REML: points on an instrument whose standard deviation nobody
    reports. With fewer than `FEWEST_FOR_PREDICTION` trials there is no prediction interval, because too little is known
    of how far effects differ.
    """
    return _with_prediction(_pool_entries(tuple(entries), model, prior))


def _with_prediction(pooled: Pooled | None) -> Pooled | None:
    if pooled is None or pooled.k >= FEWEST_FOR_PREDICTION:
        return pooled
    return replace(pooled, pi_low=None, pi_high=None)


def _pool_entries(used: tuple[TrialEffect, ...], model: Model, prior: Prior | None) -> Pooled | None:
    effects = [entry.effect for entry in used if entry.effect is not None]
    if model.method == "bayes":
        return pool_bayes(effects, prior) if prior is not None else pool(effects)
    if model.method != "MH":
        return pool(effects, method=model.method, test=model.test)
    pairs = [(e.intervention, e.comparator) for e in used if e.intervention is not None and e.comparator is not None]
    if not pairs or len(pairs) != len(used):
        return None
    match used[0].measure:
        case "RD":
            return _risk_differences(pairs)
        case "RR" | "OR" as measure:
            return mantel_haenszel(pairs, measure)
    return None


def _risk_differences(pairs: list[tuple[Counts, Counts]]) -> Pooled | None:
    """Pool by Mantel-Haenszel; if nobody had the event, use Newcombe's interval of the arms taken together.

    Mantel-Haenszel's own interval would be 0 to 0 there, as if no event in few people proved none in many.
    """
    pooled = mantel_haenszel(pairs, "RD")
    if pooled is None or any(arm.events for pair in pairs for arm in pair):
        return pooled
    drug, control = (Counts(0, sum(pair[side].n for pair in pairs)) for side in (0, 1))
    low, high = newcombe(drug, control)
    return replace(pooled, ci_low=low, ci_high=high, se=(high - low) / (2 * Z95), p=1.0)


def _comparison(entry: TrialEffect) -> str:
    """Return what a trial compares with, as far as pooling goes: placebos are one kind, each treatment is its own."""
    kind = comparator_kind(entry.first)
    if kind in ("active placebo", "inert placebo"):
        return "placebo"
    return entry.first.comparator if kind == "active treatment" else kind


def _of_one_kind(entries: tuple[TrialEffect, ...]) -> tuple[TrialEffect, ...]:
    """Keep comparisons of different kinds apart: with placebo, with nothing, with another treatment.

    Comparisons with placebo stay where there are any, else those of the kind with most trials.
    """
    kinds = Counter(_comparison(entry) for entry in pooled_inputs(entries))
    if len(kinds) < 2:
        return entries
    kept = "placebo" if "placebo" in kinds else kinds.most_common(1)[0][0]
    spoken = "placebo" if kept == "placebo" else _spoken(kept)
    return tuple(
        replace(entry, excluded=f"compared with {_spoken(own)}, the others with {spoken}")
        if not entry.excluded and entry.effect is not None and (own := _comparison(entry)) != kept
        else entry
        for entry in entries
    )


_LATE = 8 * HOURS_A_DAY
"""Hours after which a single dose and a course of doses ask different questions."""


def _of_one_schedule(entries: tuple[TrialEffect, ...]) -> tuple[TrialEffect, ...]:
    """Keep single doses and courses apart beyond eight days: a dose four weeks ago is not a course of four weeks.

    The kind with most trials stays, a course where both have as many.
    """
    late = [
        entry
        for entry in pooled_inputs(entries)
        if entry.hours > _LATE and OUTCOMES[entry.first.outcome].group == "efficacy" and schedule(entry.first)
    ]
    kinds = Counter(schedule(entry.first) for entry in late)
    if len(kinds) < 2:
        return entries
    kept = SINGLE if kinds[SINGLE] > kinds[REPEATED] else REPEATED
    apart = {entry.trial for entry in late if schedule(entry.first) != kept}
    reason = "after a course of doses" if kept == SINGLE else "after a single dose"
    others = "a single dose" if kept == SINGLE else "a course"
    return tuple(
        replace(entry, excluded=f"{reason}, the others after {others}")
        if entry.trial in apart and not entry.excluded and entry.effect is not None
        else entry
        for entry in entries
    )


def _spoken(comparison: str) -> str:
    known = COMPARATORS.get(comparison)
    if known is not None:
        return known.value if known.value.isupper() else known.label.lower()
    return comparison


def _pooled_groups(groups: Sequence[Group], model: Model, prior: Prior | None) -> tuple[Group, ...]:
    """Pool each group: with one tau² for all of them where any has fewer than `FEWEST_FOR_OWN_TAU` trials.

    A group of one trial shows that trial's own result, as everywhere.
    """
    filled = [group for group in groups if group.used]
    is_random = model.method not in ONE_EFFECT
    if len(filled) < 2 or not is_random or all(len(group.used) >= FEWEST_FOR_OWN_TAU for group in filled):
        return tuple(replace(group, pooled=pool_entries(group.used, model, prior)) for group in groups)
    effects = [[entry.effect for entry in group.used if entry.effect is not None] for group in filled]
    together = dict(zip((group.name for group in filled), _pool_together(effects, model, prior), strict=True))
    return tuple(
        replace(
            group,
            pooled=pool_entries(group.used, model, prior) if len(group.used) < 2 else together[group.name],
            compared=together.get(group.name),
        )
        for group in groups
    )


def _pool_together(effects: Sequence[Sequence[Effect]], model: Model, prior: Prior | None) -> list[Pooled | None]:
    if model.method == "bayes" and prior is not None:
        return [_with_prediction(pooled) for pooled in pool_bayes_together(effects, prior)]
    method: Method = "REML"
    if model.method != "bayes" and model.method != "MH":  # mypy narrows these one by one
        method = model.method
    test = None if model.method == "bayes" else model.test
    tau2 = common_tau_squared(effects, method)
    pools = [summarise(*arrays(own), tau2, method, test) for own in effects]
    # An interval of tau² from the trials of one group alone is not that of the common one.
    return [_with_prediction(replace(pooled, tau2_low=None, tau2_high=None)) for pooled in pools]


def answer(
    results: Iterable[Result],
    question: Question,
    model: Model | None = None,
    group_by: Grouping | None = None,
    known: Known | None = None,
) -> Answer:
    """Answer a question from the results; k = 0, 1 and 2 are ordinary answers.

    `known` are entries of the same question, as `trial_effects` takes them.
    """
    model = model or HOUSE_RULE
    rows = tuple(results)
    entries = _of_one_schedule(_of_one_kind(trial_effects(rows, question, known)))
    used = pooled_inputs(entries)
    prior = prior_of(question, used, rows, model.prior) if model.method == "bayes" and len(used) > 1 else None
    groups: tuple[Group, ...] = ()
    if group_by is not None:
        names = dict.fromkeys(group_by(entry) for entry in entries)
        members = {name: tuple(entry for entry in used if group_by(entry) == name) for name in names}
        groups = _pooled_groups([Group(name, own, None) for name, own in members.items()], model, prior)
    return Answer(question, entries, used, pool_entries(used, model, prior), groups, model, prior)
