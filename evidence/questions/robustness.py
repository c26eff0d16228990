"""How far an answer hangs on single trials, on small ones and on how it is pooled; each with its sentence."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, cast

from evidence.dataset.records import PublishedEstimate, Result
from evidence.dataset.vocabulary import EFFECT_MEASURES
from evidence.formatting import Sentence, counted, listed, number, probability, ratio
from evidence.questions.certainty import is_about
from evidence.questions.response import Choices, answer_for
from evidence.stats.bayes import PRIORS, pool_bayes
from evidence.stats.effect_sizes import MEASURES, Effect
from evidence.stats.pooling import ONE_EFFECT, Method, Pooled, Test, pool
from evidence.stats.sensitivity import Egger, cumulative, egger, leave_one_out, peters, size_test
from evidence.synthesis.answers import Answer, Model, pool_entries
from evidence.synthesis.display import interval, interval_in_words, shown
from evidence.synthesis.sentences import behind
from evidence.synthesis.trial_effects import TrialEffect

LEAST_FOR_FUNNEL = 10
MAX_BAYES: Final = 30
"""Trials up to which the pools without each trial, and those by year, are Bayesian; above, REML is as good."""


@dataclass(frozen=True, slots=True)
class Series:
    """Pools of several sets of trials, each with a label and the lines behind what it adds or leaves out."""

    labels: tuple[str, ...]
    pools: tuple[Pooled, ...]
    keys: tuple[str, ...]


def without_each(answer: Answer) -> Series:
    """Pool the trials without each one in turn; empty with fewer than two."""
    used, model = answer.used, answer.model
    if len(used) < 2:
        return Series((), (), ())
    if model.method == "MH" or (model.method == "bayes" and len(used) <= MAX_BAYES):
        result = [pool_entries([e for e in used if e is not entry], model, answer.prior) for entry in used]
        pools = [pooled for pooled in result if pooled is not None]
        used = tuple(entry for entry, pooled in zip(used, result, strict=True) if pooled is not None)
    else:
        effects = [entry.effect for entry in used if entry.effect is not None]
        pools = list(leave_one_out(effects, *_fast(model)))
    return Series(tuple(f"Without {e.label}" for e in used), tuple(pools), tuple(e.key for e in used))


def by_year(answer: Answer) -> Series:
    """Pool the trials as they accumulated, year by year."""
    used = tuple(sorted(answer.used, key=lambda entry: (entry.first.dated, entry.label)))
    model = answer.model
    labels = tuple(entry.label if i == 0 else f"+ {entry.label}" for i, entry in enumerate(used))
    keys = tuple(entry.key for entry in used)
    if model.method == "MH" or (model.method == "bayes" and len(used) <= MAX_BAYES):
        result = [pool_entries(used[: i + 1], model, answer.prior) for i in range(len(used))]
        kept = [i for i, pooled in enumerate(result) if pooled is not None]
        pools = tuple(pooled for pooled in result if pooled is not None)
        return Series(tuple(labels[i] for i in kept), pools, tuple(keys[i] for i in kept))
    effects = [entry.effect for entry in used if entry.effect is not None]
    return Series(labels, cumulative(effects, *_fast(model)), keys)


def _fast(model: Model) -> tuple[Method, Test | None]:
    """Replace a slow model by one that can be fitted thousands of times: REML for the Bayesian one."""
    return ("REML", None) if model.method in ("bayes", "MH") else (cast("Method", model.method), model.test)


class EachLeftOut(NamedTuple):
    """What leaving out one trial at a time does: the omission that moves most, and the range over all of them."""

    largest: Sentence
    over_all: str = ""


def headline_of_each(answer: Answer, series: Series) -> str:
    """Say what leaving out one trial at a time does, in one line."""
    largest, over_all = each_left_out(answer, series)
    return f"{largest}. {over_all}".strip()


def each_left_out(answer: Answer, series: Series) -> EachLeftOut:
    """Say which omission moves the pooled effect most, and between what estimate and tau lie over all omissions.

    Whether an interval goes on excluding no effect says more about the degrees of freedom than about the trial left
    out, so it is not said.
    """
    if answer.pooled is None or not series.pools:
        return EachLeftOut(Sentence("Leaving one trial out needs at least two trials"))
    pooled, measure = answer.pooled, answer.question.measure
    most = max(range(len(series.pools)), key=lambda i: abs(series.pools[i].estimate - pooled.estimate))
    moved = series.pools[most]
    before, after = shown(measure, pooled.estimate), shown(measure, moved.estimate)
    headline = f"{series.labels[most]} the result moves most: from {before} to {after}"
    largest = Sentence(headline, exact=f"{headline} ({interval(measure, moved.ci_low, moved.ci_high)})")
    estimates = [one.estimate for one in series.pools]
    text = (
        f"Leaving out any one trial the estimate lies between {shown(measure, min(estimates))} and "
        f"{shown(measure, max(estimates))}"
    )
    if answer.k < 3 or not all(one.has_tau for one in series.pools):
        return EachLeftOut(largest, f"{text}.")
    taus = [math.sqrt(one.tau2) for one in series.pools]
    digits = 1 if measure == "MD" else 2
    taus_in_words = f"tau between {number(min(taus), digits)} and {number(max(taus), digits)}"
    reml = ""
    if pooled.method == "bayes" and series.pools[0].method != "bayes":
        reml = f" Above {MAX_BAYES} trials these pools are made by REML."
    return EachLeftOut(largest, f"{text}, {taus_in_words}.{reml}")


@dataclass(frozen=True, slots=True)
class Contrast:
    """An answer with and without the trials a reader left out, and the difference in words."""

    everything: Answer
    reduced: Answer
    words: str


def with_and_without(results: Iterable[Result], choices: Choices) -> Contrast | None:
    """Contrast the answers with and without the trials of `choices.without`; None if nothing is left out."""
    if not choices.without:
        return None
    rows = tuple(results)
    everything, reduced = answer_for(rows, replace(choices, without=())), answer_for(rows, choices)
    names = [entry.label for entry in everything.used if entry.trial in choices.without]
    if not names:
        return None
    return Contrast(everything, reduced, _contrast_words(everything, reduced, names))


def _contrast_words(everything: Answer, reduced: Answer, names: list[str]) -> str:
    measure, before, after = everything.question.measure, everything.pooled, reduced.pooled
    if before is None or after is None:
        return f"Without {listed(names)} nothing is left to pool."
    text = (
        f"Leaving out {listed(names)} moves the result from {shown(measure, before.estimate)} "
        f"({interval(measure, before.ci_low, before.ci_high)}; {behind(everything)}) to "
        f"{shown(measure, after.estimate)} ({interval(measure, after.ci_low, after.ci_high)}; {behind(reduced)}). "
    )
    return text.strip()


_SPAN: Final = 4.0
"""Times over which trials may be spread and still be set against each other by size."""


def _asymmetry(entries: Sequence[TrialEffect], effects: Sequence[Effect]) -> tuple[Egger | None, str]:
    """Run the asymmetry test that fits the measure, and name it."""
    arms = [(e.intervention, e.comparator) for e in entries if e.intervention is not None and e.comparator is not None]
    measure = entries[0].measure
    if measure in ("RR", "OR") and len(arms) == len(effects) == len(entries):
        return peters(effects, arms), "Peters’ test"
    people = [entry.people for entry in entries if entry.people]
    if measure == "SMD" and len(people) == len(effects) == len(entries):
        return size_test(effects, people), "Test of effect against number of people"
    return egger(effects), "Egger’s test"


def small_studies(entries: Sequence[TrialEffect]) -> tuple[Egger | None, str]:
    """Test for small-study effects from ten trials on; below that, explain why there is no test.

    Peters' test for ratios of counts, the number of people for standardised differences, otherwise Egger's (Handbook
    13.3.5.4). Trials measured at very different times are not tested, because time would be mistaken for size.
    """
    effects = [entry.effect for entry in entries if entry.effect is not None]
    if len(effects) < LEAST_FOR_FUNNEL:
        return None, (
            f"With {counted(len(effects), 'trial')} a funnel plot cannot tell missing studies from chance; it is drawn "
            f"from {LEAST_FOR_FUNNEL} trials on."
        )
    hours = [entry.hours for entry in entries]
    if max(hours) > _SPAN * max(min(hours), 1.0):
        return (
            None,
            "The trials were measured at different times, so small and large ones are not set against each other.",
        )
    test, name = _asymmetry(entries, effects)
    if test is None:
        return None, "All trials are of the same size, so asymmetry cannot be tested."
    direction = "Small trials differ from large ones more" if test.p < 0.1 else "No more asymmetry"
    return test, (
        f"{name}: t {number(test.z, 2)} on {test.df} degrees of freedom, {probability(test.p)}. {direction} than "
        "chance would often bring; asymmetry has causes other than missing studies."
    )


def other_models(answer: Answer) -> tuple[tuple[str, Pooled], ...]:
    """Pool the same trials under every other model, each with its name; empty with fewer than two trials.

    Paule-Mandel, DerSimonian-Laird and the intervals of REML, the common effect, Mantel-Haenszel if all trials have
    counts, and the Bayesian model under half-normal priors.
    """
    if answer.k < 2:
        return ()
    scale = answer.prior.scale if answer.prior is not None else 1.0
    effects = [entry.effect for entry in answer.used if entry.effect is not None]
    models: list[tuple[str, Pooled | None]] = []
    if answer.prior is not None:
        models.append((f"Bayesian, {answer.prior.words}", pool_bayes(effects, answer.prior)))
    for name in ("half-normal-0.5", "half-normal-1"):
        prior = PRIORS[name].times(scale)
        models.append((f"Bayesian, {prior.words}", pool_bayes(effects, prior)))
    models += [
        ("REML, Wald", pool(effects, "REML", "z")),
        ("REML, Hartung–Knapp", pool(effects, "REML", "knha")),
        ("REML, modified Hartung–Knapp", pool(effects, "REML", "adhoc")),
        ("DerSimonian–Laird, Wald", pool(effects, "DL", "z")),
        ("Paule–Mandel, Wald", pool(effects, "PM", "z")),
        ("Common effect", pool(effects, "EE")),
        ("Mantel–Haenszel", pool_entries(answer.used, Model("MH"))),
    ]
    return tuple((name, pooled) for name, pooled in models if pooled is not None)


def headline_of_models(answer: Answer) -> str:
    """Give the range of estimates and limits across models, and say whether the choice of model matters.

    It matters if some intervals include no effect and others do not: the conclusion would then depend on a choice that
    the data cannot make.
    """
    models, measure = other_models(answer), answer.question.measure
    if not models:
        return ""
    estimates = [pooled.estimate for _, pooled in models]
    widths = sorted(models, key=lambda item: item[1].ci_high - item[1].ci_low)
    ends = [
        f"{name if pooled.p_at_most_zero is None else 'Bayesian'}: "
        f"{interval_in_words(measure, pooled.ci_low, pooled.ci_high)}"
        for name, pooled in (widths[0], widths[-1])
    ]
    text = (
        f"Over {len(models)} models the estimate lies between {shown(measure, min(estimates))} and "
        f"{shown(measure, max(estimates))}; the narrowest interval is that of {ends[0]}, the widest that of {ends[1]}."
    )
    includes = [pooled.ci_low <= 0 <= pooled.ci_high for _, pooled in models]
    if any(includes) and not all(includes):
        none = MEASURES[measure].null_value
        text += (
            f" The choice of model matters here: {sum(includes)} of {len(models)} intervals include {none:g}, the "
            "others do not."
        )
    return text


def interval_notice(answer: Answer) -> str:
    """Explain the interval shown if plain Hartung-Knapp is narrower than Wald; empty if it is not."""
    if answer.pooled is None or answer.k < 2 or answer.model.method in ONE_EFFECT or not answer.pooled.hk_narrower:
        return ""
    return {
        "knha": "The trials agree so closely that this Hartung–Knapp interval is narrower than Wald’s: interpret it "
        "with caution.",
        "adhoc": "The trials agree so closely that a plain Hartung–Knapp interval would be narrower than Wald’s; the "
        "modified one shown is not narrowed by that.",
        "z": "",
        "credible": "",
    }[answer.pooled.test]


def published_words(review: PublishedEstimate, answer: Answer) -> str:
    """Describe a published estimate of the same question, and why ours may differ."""
    is_ratio = review.effect_measure in ("RR", "OR", "HR")
    value = ratio if is_ratio else number
    size = f"{value(review.effect)} (95% CI {value(review.ci_low)} to {value(review.ci_high)})"
    kept = [counted(review.k, "trial")] if review.k is not None else []
    kept += [counted(review.n, "person", "people")] if review.n is not None else []
    rated = f", {review.certainty} certainty" if review.certainty else ", certainty not rated"
    if not is_about(review, answer):
        # A certainty belongs to the evidence that was rated; of other trials it says nothing about these.
        level = f", which it rated {review.certainty}" if review.certainty else ""
        rated = f"; a review of mostly other trials{level}"
    reasons = []
    if review.k is not None and review.k != answer.k:
        reasons.append(f"it pooled {counted(review.k, 'trial')} and this page {answer.k}")
    if review.effect_measure != answer.question.measure:
        reasons.append("it used another effect measure")
    reasons.append("its model and its choice of results may not be ours")
    return (
        f"{review.label}: {EFFECT_MEASURES[review.effect_measure].label.lower()} {size}"
        f"{'; ' + ', '.join(kept) if kept else ''}{rated}. Why ours may differ: {'; '.join(reasons)}."
    )
