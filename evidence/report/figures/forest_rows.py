"""An answer as the lines of a forest plot."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from evidence.dataset.records import PublishedEstimate, Result
from evidence.dataset.time_bins import in_words
from evidence.questions.blinding import felt, group_of, lenses, masking, rank, telling_event
from evidence.questions.duration import Withdrawal
from evidence.report.figures import markup, style
from evidence.report.figures.forest import Row
from evidence.report.figures.marks import hover
from evidence.report.figures.style import Ink, Mark
from evidence.stats.effect_sizes import MEASURES, Counts
from evidence.stats.pooling import Pooled
from evidence.synthesis.answers import Answer
from evidence.synthesis.display import Estimate, interval
from evidence.synthesis.trial_effects import TrialEffect

Links = Mapping[str, str | None]


def _events(counts: Counts | None) -> str:
    return f"{counts.events}/{counts.n}" if counts else ""


def _words(measure: str, estimate: float | None, low: float | None, high: float | None) -> str:
    return Estimate(measure, estimate, low, high).text


def trial_row(answer: Answer, entry: TrialEffect, links: Links, ink: Ink) -> Row:
    """Make the row of one trial. Low-confidence and other unpooled entries keep their interval but have no weight."""
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
        symbol=style.symbol_of(first, not entry.excluded),
        key=entry.key,
        hover=hover(entry),
    )


def pooled_row(kind: str, label: str, pooled: Pooled, members: tuple[TrialEffect, ...], colour: str, note: str) -> Row:
    """Make the diamond of a pooled effect, carrying the citations of its members."""
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
        hover=f"<b>{markup.escape(label)}</b><br>{MEASURES[measure].label.lower()} {words}<br>click for the citations",
    )


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How the trials stand: their order, their groups, columns added beside their names, and what colour says."""

    order: Callable[[TrialEffect], tuple[float | str, ...]] | None = None
    group_by: Callable[[TrialEffect], str] | None = None
    columns: tuple[Callable[[TrialEffect], str], ...] = ()
    mark: Callable[[TrialEffect], Mark] = lambda entry: style.mark_of(entry.first)


def forest_rows(answer: Answer, links: Links, ink: Ink, arrangement: Arrangement | None = None) -> list[Row]:
    """List trials in order, a diamond for each group of two or more, then the overall row and the prediction."""
    arranged = arrangement or Arrangement()
    drawable = [entry for entry in answer.entries if entry.effect is not None or entry.intervention is not None]
    if arranged.order is not None:
        drawable.sort(key=arranged.order)
    group_by = arranged.group_by or (lambda _: "")
    names = list(dict.fromkeys(group_by(entry) for entry in drawable))
    rows: list[Row] = []
    for name in names:
        members = [entry for entry in drawable if group_by(entry) == name]
        rows += [Row("head", name)] if len(names) > 1 else []
        for entry in members:
            extras = tuple(text_of(entry) for text_of in arranged.columns)
            colour = arranged.mark(entry).colour(ink)
            rows.append(replace(trial_row(answer, entry, links, ink), extras=extras, colour=colour))
        if len(names) > 1:
            rows += _group_row(answer, name, arranged, ink)
        rows.append(Row("gap"))
    return [*rows, *_overall_rows(answer, ink)] if answer.k > 1 and answer.pooled else rows[:-1]


def felt_head() -> str:
    """Return the head of the column that `masked_rows` adds."""
    return telling_event().capitalize()


def masked_rows(
    answer: Answer, results: Sequence[Result], links: Links, ink: Ink, arrangement: Arrangement | None = None
) -> list[Row]:
    """Make `forest_rows` grouped and coloured by masking, with the telling event as the last column."""
    arranged = arrangement or Arrangement()
    counts = {entry.trial: felt(results, (entry.trial,)).in_words for entry in answer.entries}
    of_group = {item.label: item.felt.in_words for item in lenses(answer, results)}
    before = arranged.order or (lambda entry: (entry.label,))
    masked = Arrangement(
        order=lambda entry: (rank(entry), *before(entry)),
        group_by=group_of,
        columns=(*arranged.columns, lambda entry: counts[entry.trial]),
        mark=lambda entry: style.MASKING_MARKS[masking(entry.first)],
    )
    rows, name = forest_rows(answer, links, ink, masked), ""
    for i, row in enumerate(rows):
        name = row.label if row.kind == "head" else name
        if row.kind == "pooled":
            rows[i] = replace(row, extras=("",) * len(arranged.columns) + (of_group.get(name, ""),))
    return rows


def _group_row(answer: Answer, name: str, arranged: Arrangement, ink: Ink) -> list[Row]:
    """Make the diamond of a group of two or more, in the colour of its trials if they share one."""
    group = next((g for g in answer.groups if g.name == name), None)
    if group is None or group.pooled is None or len(group.used) < 2:
        return []
    marks = {arranged.mark(entry) for entry in group.used}
    colour = marks.pop().colour(ink) if len(marks) == 1 else ink.pooled
    return [pooled_row("pooled", "Pooled", group.pooled, group.used, colour, f"{len(group.used)} trials")]


def _overall_rows(answer: Answer, ink: Ink) -> list[Row]:
    pooled = answer.pooled
    assert pooled is not None
    rows = [pooled_row("overall", f"All {answer.k} trials", pooled, answer.used, ink.pooled, "")]
    if pooled.pi_low is not None and pooled.pi_high is not None:
        words = interval(answer.question.measure, pooled.pi_low, pooled.pi_high)
        rows.append(
            Row(
                "prediction",
                "True effect in another setting (95%)",
                estimate=pooled.estimate,
                low=pooled.pi_low,
                high=pooled.pi_high,
                words=words,
                hover=f"95% prediction interval {words}",
            )
        )
    return rows


def review_rows(reviews: Sequence[PublishedEstimate], answer: Answer, links: Links, ink: Ink) -> list[Row]:
    """Make rows for published estimates in the answer's own measure, in their own style, under our diamond."""
    rows = []
    measure = MEASURES[answer.question.measure]
    for review in reviews:
        if review.effect_measure != answer.question.measure:
            continue
        values = (review.effect, review.ci_low, review.ci_high)
        estimate, low, high = (math.log(v) for v in values) if measure.scale == "log" else values
        words = _words(review.effect_measure, estimate, low, high)
        rows.append(
            Row(
                "review",
                review.label,
                links.get(review.citation),
                f"published, {review.k} trials" if review.k else "published",
                estimate,
                low,
                high,
                words=words,
                colour=ink.secondary,
                symbol="diamond-open",
                hover=f"<b>{style.in_full(review.label)}</b><br>{measure.label.lower()} {words}<br>"
                "published meta-analysis",
            )
        )
    return rows


def sensitivity_rows(
    labels: Sequence[str], pools: Sequence[Pooled], measure: str, keys: Sequence[str], ink: Ink
) -> list[Row]:
    """Make one line per pool, for leave-one-out and cumulative plots."""
    return [
        Row(
            "trial",
            label,
            None,
            "",
            pooled.estimate,
            pooled.ci_low,
            pooled.ci_high,
            words=_words(measure, pooled.estimate, pooled.ci_low, pooled.ci_high),
            colour=ink.pooled,
            symbol="diamond",
            key=key,
            hover=f"<b>{markup.escape(label)}</b><br>{_words(measure, pooled.estimate, pooled.ci_low, pooled.ci_high)}",
        )
        for label, pooled, key in zip(labels, pools, keys, strict=True)
    ]


def withdrawal_rows(entries: Sequence[Withdrawal], pooled: Pooled | None, links: Links, ink: Ink) -> list[Row]:
    """Make rows of randomised withdrawals: relapse by arm, the hazard ratio, a diamond from two strata on."""
    rows = []
    for entry in entries:
        r, effect = entry.result, entry.effect
        # The interval as printed: one worked out again from its width may differ in the last digit.
        low, high = (math.log(r.ci_low), math.log(r.ci_high)) if effect and r.ci_low and r.ci_high else (None, None)
        words = _words("HR", effect.estimate, low, high) if effect else "not reported"
        stratum = next((s for s in ("remission", "response") if f"stable {s} stratum" in (r.dose_note or "")), "")
        rows.append(
            Row(
                kind="trial" if effect and not r.doubt else "excluded",
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
                hover=f"<b>{style.in_full(r.label)}</b><br>hazard ratio of relapse {words}",
            )
        )
    if pooled is not None and pooled.k > 1:
        words = _words("HR", pooled.estimate, pooled.ci_low, pooled.ci_high)
        keys = " ".join(row.key for row in rows if row.kind == "trial")
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
