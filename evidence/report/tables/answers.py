"""Results and answers as the DataFrames shown beside a chart and exported."""

import math
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from evidence.dataset.records import Result
from evidence.dataset.time_bins import in_words
from evidence.formatting import number, plain
from evidence.questions.dose import DoseResponse
from evidence.questions.duration import FollowUp, Withdrawal
from evidence.questions.overview import Dot
from evidence.questions.robustness import Contrast, Series
from evidence.stats.absolute import Absolute
from evidence.stats.effect_sizes import MEASURES
from evidence.stats.pooling import Pooled
from evidence.stats.proportions import newcombe
from evidence.synthesis.answers import Answer
from evidence.synthesis.display import Estimate, interval, shown
from evidence.synthesis.sentences import arm_in_words, probability_of
from evidence.synthesis.trial_effects import TrialEffect

NO_TAU = "not estimated"


def result_frame(results: Iterable[Result]) -> pd.DataFrame:
    """Tabulate results as in the file: its columns in its order, blank if unknown."""
    return pd.DataFrame([result.model_dump() for result in results], columns=list(Result.columns()))


def pool_frame(answers: Iterable[Answer], links: Mapping[str, str | None]) -> pd.DataFrame:
    """Tabulate each trial and time as a screen reader would say it: label, effect, interval, weight, numbers."""
    rows = []
    for answer in answers:
        rows += [_entry(answer, entry, links) for entry in answer.entries]
        groups = [group for group in answer.subgroups if group.pooled is not None and len(group.used) > 1]
        rows += [_pooled(answer.of(group), f", {group.name[:1].lower()}{group.name[1:]}", answer) for group in groups]
        if answer.pooled is not None and answer.k > 1:
            rows.append(_pooled(answer, "", answer))
    return pd.DataFrame(rows)


def _entry(answer: Answer, entry: TrialEffect, links: Mapping[str, str | None]) -> dict[str, object]:
    measure, first, weight = answer.question.measure, entry.first, answer.weight_of(entry)
    return {
        "Trial": entry.label,
        "Time": in_words(entry.hours),
        MEASURES[measure].label: shown(measure, entry.effect.estimate) if entry.effect else "not estimable",
        "95% CI": interval(measure, entry.low, entry.high) if entry.effect else "",
        "Probability": "",
        "Weight %": round(weight, 1) if weight is not None else None,
        "Drug": f"{entry.intervention.events}/{entry.intervention.n}" if entry.intervention else "",
        "Comparator": f"{entry.comparator.events}/{entry.comparator.n}" if entry.comparator else "",
        "Against": first.comparator,
        "People": entry.people,
        "From": entry.how,
        "Not pooled because": entry.excluded,
        "Source": first.source,
        "Confidence": first.confidence,
        "Citation": links.get(first.citation),
    }


def _pooled(answer: Answer, name: str, pooled_answer: Answer) -> dict[str, object]:
    pooled, measure = answer.pooled, answer.question.measure
    assert pooled is not None
    return {
        "Trial": f"Pooled{name} ({answer.k} trials)",
        "Time": answer.question.bin.short if answer.question.bin else "",
        MEASURES[measure].label: shown(measure, pooled.estimate),
        "95% CI": interval(measure, pooled.ci_low, pooled.ci_high),
        "Probability": probability_of(pooled, measure),
        "Weight %": round(sum(pooled_answer.weight_of(entry) or 0.0 for entry in answer.used), 1),
        "People": answer.people,
    }


def follow_up_frame(items: Iterable[FollowUp], links: Mapping[str, str | None]) -> pd.DataFrame:
    """Tabulate days to relapse, one row per group."""
    return pd.DataFrame(
        [
            {
                "Trial": item.label,
                "Days to relapse": item.days,
                "In words": item.in_words,
                "Statistic": item.statistic,
                "People": item.people,
                "Followed, days": item.followed_days,
                "Doses": item.result.administrations,
                "Source": item.result.source,
                "Confidence": item.result.confidence,
                "Note": item.result.note,
                "Citation": links.get(item.result.citation),
            }
            for item in items
        ]
    )


def withdrawal_frame(entries: Iterable[Withdrawal], links: Mapping[str, str | None]) -> pd.DataFrame:
    """Tabulate relapse after randomised withdrawal, one row per stratum."""
    return pd.DataFrame(
        [
            {
                "Trial": e.result.label,
                "Drug": e.result.intervention,
                "Stratum": e.result.dose_note,
                "Relapsed, going on": f"{e.going_on.events}/{e.going_on.n}" if e.going_on else "not reported",
                "Relapsed, stopping": f"{e.stopping.events}/{e.stopping.n}" if e.stopping else "not reported",
                "Hazard ratio": plain(e.result.effect) if e.effect else "not reported",
                "95% CI": f"{plain(e.result.ci_low)} to {plain(e.result.ci_high)}" if e.effect else "",
                "Source": e.result.source,
                "Confidence": e.result.confidence,
                "Note": e.result.note,
                "Citation": links.get(e.result.citation),
            }
            for e in entries
        ]
    )


def map_frame(dots: Iterable[Dot], links: Mapping[str, str | None]) -> pd.DataFrame:
    """Tabulate the evidence map: selected trials first, then by year."""
    ordered = sorted(dots, key=lambda dot: (not dot.selected, dot.year or 0, dot.result.label))
    return pd.DataFrame(
        [
            {
                "Trial": dot.result.label,
                "Year": dot.year,
                "People": dot.people,
                "Drug": dot.result.intervention,
                "Against": dot.result.comparator,
                "Design": dot.result.design,
                "In the selection": "yes" if dot.selected else "no",
                "Citation": links.get(dot.result.citation),
            }
            for dot in ordered
        ]
    )


def arm_frame(entries: Iterable[TrialEffect], links: Mapping[str, str | None]) -> pd.DataFrame:
    """Tabulate per cent with the outcome by arm (Wilson interval) and the difference (Newcombe's interval)."""
    rows = []
    for entry in entries:
        drug, control = entry.intervention, entry.comparator
        if drug is None or control is None:
            continue
        low, high = newcombe(drug, control)
        difference = drug.events / drug.n - control.events / control.n
        rows.append(
            {
                "Trial": entry.label,
                "Time": in_words(entry.hours),
                "Drug": f"{entry.first.intervention} {arm_in_words(drug)}",
                "Comparator": f"{entry.first.comparator} {arm_in_words(control)}",
                "Difference": Estimate("RD", difference, low, high).text,
                "Citation": links.get(entry.first.citation),
            }
        )
    return pd.DataFrame(rows)


def absolute_frame(risks: Absolute) -> pd.DataFrame:
    """Return what an effect means for 100 people: both sides and their difference, with the number needed to treat."""
    rows = [
        ("On the comparator, of 100", risks.comparator_rate * 100, None, None),
        ("On the drug, of 100", *risks.events_of_100),
        ("Difference, of 100", *(100 * value for value in risks.risk_difference)),
    ]
    frame = pd.DataFrame(rows, columns=["Of 100 people", "Estimate", "95% CI from", "to"]).round(1)
    return pd.concat([frame, pd.DataFrame([{"Of 100 people": f"Number needed to treat: {risks.number_needed}"}])])


def models_frame(models: Sequence[tuple[str, Pooled]], measure: str) -> pd.DataFrame:
    """Tabulate estimate, interval and tau of the same trials, one row per model."""
    return pd.DataFrame(
        [
            {
                "Model": name,
                MEASURES[measure].label: shown(measure, pooled.estimate),
                "95% interval": interval(measure, pooled.ci_low, pooled.ci_high),
                "tau": number(math.sqrt(pooled.tau2), 1 if measure == "MD" else 2) if pooled.has_tau else NO_TAU,
            }
            for name, pooled in models
        ]
    )


def series_frame(series: Series, measure: str) -> pd.DataFrame:
    """Tabulate the pools of leave-one-out or of the cumulative analysis."""
    return pd.DataFrame(
        [
            {
                "Pool": label,
                "Trials": pooled.k,
                MEASURES[measure].label: shown(measure, pooled.estimate),
                "95% interval": interval(measure, pooled.ci_low, pooled.ci_high),
                "tau²": number(pooled.tau2, 3) if pooled.has_tau else NO_TAU,
                "I² %": round(pooled.i2) if pooled.k > 1 else None,
            }
            for label, pooled in zip(series.labels, series.pools, strict=True)
        ]
    )


def contrast_frame(contrast: Contrast) -> pd.DataFrame:
    """Tabulate the answer with and without the trials left out, side by side."""
    both = Series(
        ("With all trials", "Without those left out"),
        tuple(a.pooled for a in (contrast.everything, contrast.reduced) if a.pooled is not None),
        ("", ""),
    )
    if len(both.pools) < 2:
        return pd.DataFrame()
    return series_frame(both, contrast.everything.question.measure)


def dose_frame(doses: DoseResponse, links: Mapping[str, str | None]) -> pd.DataFrame:
    """Tabulate dose arms, lowest dose first."""
    return pd.DataFrame(
        [
            {
                "Trial": arm.entry.label,
                "Dose, mg/kg": arm.dose,
                "Time": in_words(arm.entry.hours),
                MEASURES[doses.measure].label: shown(doses.measure, arm.entry.effect.estimate),
                "95% CI": interval(doses.measure, arm.entry.low, arm.entry.high),
                "People": arm.entry.people,
                "Against": arm.entry.first.comparator,
                "Citation": links.get(arm.entry.first.citation),
            }
            for arm in doses.arms
            if arm.entry.effect is not None
        ]
    )
