"""An answer as the lines of a forest plot."""

from collections.abc import Callable, Mapping, Sequence

from evidence.answers import Answer
from evidence.comparisons import TrialEffect
from evidence.duration import Withdrawal
from evidence.effects import MEASURES, Z95, Counts
from evidence.figures import style
from evidence.figures.forest import Row
from evidence.figures.marks import hover
from evidence.figures.style import Ink
from evidence.scale import interval, shown
from evidence.synthesis import Pooled
from evidence.times import in_words

Links = Mapping[str, str | None]


def _events(counts: Counts | None) -> str:
    return f"{counts.events}/{counts.n}" if counts else ""


def _words(measure: str, estimate: float | None, low: float | None, high: float | None) -> str:
    return f"{shown(measure, estimate)} ({interval(measure, low, high)})"


def trial_row(answer: Answer, entry: TrialEffect, links: Links, ink: Ink) -> Row:
    """One trial. Low-confidence and other unpooled entries keep their interval but have no weight."""
    effect, first = entry.effect, entry.first
    return Row(
        kind="trial" if entry in answer.used else "excluded",
        label=entry.label,
        url=links.get(first.citation),
        note=in_words(entry.hours),
        estimate=effect.estimate if effect else None,
        low=entry.low,
        high=entry.high,
        weight=answer.weight_of(entry),
        drug=_events(entry.intervention),
        control=_events(entry.comparator),
        words=_words(entry.measure, effect.estimate, entry.low, entry.high) if effect else "not estimable",
        colour=style.mark_of(first).colour(ink),
        symbol=style.symbol_of(first),
        key=entry.key,
        hover=hover(entry),
    )


def pooled_row(kind: str, label: str, pooled: Pooled, members: tuple[TrialEffect, ...], colour: str, note: str) -> Row:
    """A diamond: the pooled effect of its members, whose citations it carries."""
    measure = members[0].measure
    words = _words(measure, pooled.estimate, pooled.ci_low, pooled.ci_high)
    pairs = [(m.intervention, m.comparator) for m in members]
    drug = [d for d, c in pairs if d is not None and c is not None]
    control = [c for d, c in pairs if d is not None and c is not None]
    complete = len(drug) == len(members)
    return Row(
        kind="overall" if kind == "overall" else "pooled",
        label=label,
        note=note,
        estimate=pooled.estimate,
        low=pooled.ci_low,
        high=pooled.ci_high,
        words=words,
        colour=colour,
        key=" ".join(m.key for m in members),
        drug=f"{sum(a.events for a in drug)}/{sum(a.n for a in drug)}" if complete else "",
        control=f"{sum(a.events for a in control)}/{sum(a.n for a in control)}" if complete else "",
        hover=f"<b>{label}</b><br>{MEASURES[measure].label.lower()} {words}<br>click for the citations",
    )


def forest_rows(
    answer: Answer,
    links: Links,
    ink: Ink,
    group_by: Callable[[TrialEffect], str] | None = None,
    order: Callable[[TrialEffect], tuple[float | str, ...]] | None = None,
    group_label: Callable[[str], str] = str,
) -> list[Row]:
    """Trials in order, a diamond for each group of two or more, then the overall row and the prediction."""
    drawable = [entry for entry in answer.entries if entry.effect is not None]
    if order is not None:
        drawable.sort(key=order)
    rows: list[Row] = []
    names = list(dict.fromkeys(group_by(entry) for entry in drawable)) if group_by else []
    if group_by and len(names) > 1:
        for name in names:
            members = [entry for entry in drawable if group_by(entry) == name]
            rows.append(Row("head", group_label(name)))
            rows += [trial_row(answer, entry, links, ink) for entry in members]
            group = next((g for g in answer.groups if g.name == name), None)
            if group and group.pooled and len(group.used) > 1:
                colour = style.mark_of(members[0].first).colour(ink)
                one_comparator = len({m.first.comparator for m in group.used}) == 1
                note = f"{len(group.used)} trials"
                rows.append(
                    pooled_row(
                        "pooled", "Pooled", group.pooled, group.used, colour if one_comparator else ink.pooled, note
                    )
                )
            rows.append(Row("gap"))
    else:
        rows += [trial_row(answer, entry, links, ink) for entry in drawable]
        rows += [Row("gap")] if rows else []
    if answer.pooled is not None and answer.k > 1:
        rows.append(pooled_row("overall", f"All {answer.k} trials", answer.pooled, answer.used, ink.pooled, ""))
        if answer.pooled.pi_low is not None:
            low, high = answer.pooled.pi_low, answer.pooled.pi_high
            words = interval(answer.question.measure, low, high)
            rows.append(
                Row(
                    "prediction",
                    "Where a new trial may fall (95%)",
                    estimate=answer.pooled.estimate,
                    low=low,
                    high=high,
                    words=words,
                    hover=f"95% prediction interval {words}",
                )
            )
    elif rows and rows[-1].kind == "gap":
        rows.pop()
    return rows


def withdrawal_rows(entries: Sequence[Withdrawal], pooled: Pooled | None, links: Links, ink: Ink) -> list[Row]:
    """Randomised withdrawals: relapse by arm in columns, the hazard ratio drawn, a diamond from two strata on."""
    rows = []
    for entry in entries:
        r, effect = entry.result, entry.effect
        half = Z95 * effect.standard_error if effect else 0.0
        low, high = (effect.estimate - half, effect.estimate + half) if effect else (None, None)
        words = _words("HR", effect.estimate, low, high) if effect else "not reported"
        stratum = next((s for s in ("remission", "response") if f"stable {s} stratum" in (r.dose_note or "")), "")
        rows.append(
            Row(
                kind="trial" if effect else "excluded",
                label=r.label,
                url=links.get(r.citation),
                note=f"{r.intervention}, {stratum}" if stratum else r.intervention,
                estimate=effect.estimate if effect else None,
                low=low,
                high=high,
                words=words,
                drug=_events(entry.going_on),
                control=_events(entry.stopping),
                colour=style.mark_of(r).colour(ink),
                symbol=style.symbol_of(r),
                key=str(r.line),
                hover=f"<b>{r.label}</b><br>hazard ratio of relapse {words}",
            )
        )
    if pooled is not None and pooled.k > 1:
        words = _words("HR", pooled.estimate, pooled.ci_low, pooled.ci_high)
        keys = " ".join(str(entry.result.line) for entry in entries if entry.effect is not None)
        rows.append(
            Row(
                "overall",
                f"Pooled, {pooled.k} strata",
                estimate=pooled.estimate,
                low=pooled.ci_low,
                high=pooled.ci_high,
                words=words,
                colour=ink.pooled,
                key=keys,
                hover=f"<b>Pooled</b><br>hazard ratio of relapse {words}",
            )
        )
    return rows
