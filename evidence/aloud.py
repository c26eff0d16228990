"""Charts as a screen reader says them: label, estimate, interval, whether it includes no effect, weight."""

from collections.abc import Iterable

from evidence.answers import Answer
from evidence.dose import DoseResponse
from evidence.overview import Dot
from evidence.robustness import Series
from evidence.scale import crosses, interval, shown
from evidence.statements import in_one_line
from evidence.tables import spoken
from evidence.words import counted


def answers(found: Iterable[Answer]) -> str:
    """Each pooled mark, then every trial drawn behind it."""
    return ". ".join(line for answer in found for line in (in_one_line(answer), *spoken(answer)))


def series(found: Series, measure: str) -> str:
    """Each pool of leave-one-out or of the growing evidence."""
    return "; ".join(
        f"{label}: {shown(measure, pooled.estimate)} ({interval(measure, pooled.ci_low, pooled.ci_high)}), "
        f"{crosses(pooled.ci_low, pooled.ci_high)}, {counted(pooled.k, 'trial')}"
        for label, pooled in zip(found.labels, found.pools, strict=True)
    )


def doses(found: DoseResponse) -> str:
    """The finding, then each dose arm against its own comparator."""
    lines = [found.words]
    for arm in found.arms:
        entry = arm.entry
        if entry.effect is not None:
            size = f"{shown(found.measure, entry.effect.estimate)} ({interval(found.measure, entry.low, entry.high)})"
            lines.append(f"{entry.label} {arm.dose:g} mg/kg: {size}, {crosses(entry.low, entry.high)}")
    return "; ".join(lines)


def dots(found: Iterable[Dot]) -> str:
    """How many trials the map holds, then those of the selection by year."""
    every = tuple(found)
    chosen = sorted((dot for dot in every if dot.selected), key=lambda dot: (dot.year or 0, dot.result.label))
    head = f"{len(chosen)} of {counted(len(every), 'trial')} by year and number of people randomised"
    lines = (
        f"{dot.result.label}: {dot.year or 'year not known'}, "
        f"{counted(dot.people, 'person', 'people') if dot.people else 'number of people not known'}, "
        f"{dot.result.intervention} against {dot.result.comparator}"
        for dot in chosen
    )
    return "; ".join((head, *lines))
