"""Charts as a screen reader says them: label, estimate, interval, probability, weight."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from evidence.dataset.outcomes import OUTCOMES
from evidence.formatting import counted, listed
from evidence.questions import harm_matrix
from evidence.questions.blinding import MASKINGS
from evidence.questions.dose import DoseResponse
from evidence.questions.harm_matrix import Matrix
from evidence.questions.harms import Harm
from evidence.questions.overview import Dot
from evidence.questions.robustness import Series
from evidence.synthesis.answers import Answer
from evidence.synthesis.display import aloud
from evidence.synthesis.sentences import behind, in_one_line, probability_of
from evidence.synthesis.trial_effects import TrialEffect


def answers(pools: Iterable[Answer]) -> str:
    """Describe each pooled mark, those of its groups, then every trial drawn behind it."""
    return ". ".join(line for answer in pools for line in (in_one_line(answer), *_groups(answer), *_trials(answer)))


def _groups(answer: Answer) -> list[str]:
    return [f"{group.name}: {in_one_line(answer.of(group))}" for group in answer.subgroups]


def _trials(answer: Answer) -> list[str]:
    """Describe each trial drawn: label, effect, weight."""
    return [
        f"{entry.label}: {aloud(entry.measure, entry.effect.estimate, entry.low, entry.high)}, {_weight(answer, entry)}"
        for entry in answer.entries
        if entry.effect is not None
    ]


def _weight(answer: Answer, entry: TrialEffect) -> str:
    weight = answer.weight_of(entry)
    return "not pooled" if weight is None else f"weight {weight:.1f}%"


def harms(items: Iterable[Harm], measure: str, maskings: Sequence[str] = ()) -> str:
    """Describe each event drawn: both arms, effect, trials and people, each trial's weight, and masking if any."""
    lines = []
    for item, masking in zip_longest(items, maskings, fillvalue=""):
        assert isinstance(item, Harm)
        answer = item.difference if measure == "RD" or not item.ratio.used else item.ratio
        name = f"{item.label}, {MASKINGS[masking].label.lower()}" if masking else item.label
        arms = f"{100 * item.rates[0]:.0f}% against {100 * item.rates[1]:.0f}%, " if item.rates else ""
        line = f"{name}: {arms}{aloud(measure, *(item.effect(measure) or (None, None, None)))}, {behind(answer)}"
        if answer.k > 1:
            line += f" ({', '.join(f'{entry.label} {_weight(answer, entry)}' for entry in answer.used)})"
        lines.append(line)
    return "; ".join(lines)


def matrix(grid: Matrix) -> str:
    """Say how much of the grid is filled, then for each event who counted it, the range, and who had none."""
    lines = [harm_matrix.headline(grid)]
    for event in grid.events:
        counted_in = [cell for cell in grid.cells if cell.event == event and cell.percent is not None]
        shares = sorted(counted_in, key=lambda cell: cell.percent or 0.0)
        none = [cell.label for cell in counted_in if cell.state.endswith("zero")]
        parts = [f"{OUTCOMES[event].label}: counted by {len(counted_in)} of {counted(len(grid.trials), 'trial')}"]
        if shares:
            ends = list(dict.fromkeys(f"{cell.percent:.0f}% in {cell.label}" for cell in (shares[0], shares[-1])))
            parts.append("on the drug " + " to ".join(ends))
        if none:
            parts.append(f"zero in {listed(none)}")
        parts.append(f"not reported by {len(grid.trials) - len(counted_in)}")
        lines.append(", ".join(parts))
    return "; ".join(lines)


def series(line: Series, measure: str) -> str:
    """Describe each pool of leave-one-out or of the cumulative analysis."""
    return "; ".join(
        f"{label}: {aloud(measure, pooled.estimate, pooled.ci_low, pooled.ci_high)}, "
        f"{f'{chance}, ' if (chance := probability_of(pooled, measure)) else ''}{counted(pooled.k, 'trial')}"
        for label, pooled in zip(line.labels, line.pools, strict=True)
    )


def doses(curve: DoseResponse) -> str:
    """Give the headline, then each dose arm against its own comparator."""
    lines = [curve.words]
    for arm in curve.arms:
        entry = arm.entry
        if entry.effect is not None:
            size = aloud(curve.measure, entry.effect.estimate, entry.low, entry.high)
            lines.append(f"{entry.label} {arm.dose:g} mg/kg: {size}")
    return "; ".join(lines)


def dots(marks: Iterable[Dot]) -> str:
    """Say how many trials are on the map, then list those of the selection by year."""
    every = tuple(marks)
    chosen = sorted((dot for dot in every if dot.selected), key=lambda dot: (dot.year or 0, dot.result.label))
    head = f"{len(chosen)} of {counted(len(every), 'trial')} by year and number of people randomised"
    lines = (
        f"{dot.result.label}: {dot.year or 'year not known'}, "
        f"{counted(dot.people, 'person', 'people') if dot.people else 'number of people not known'}, "
        f"{dot.result.intervention} against {dot.result.comparator}"
        for dot in chosen
    )
    return "; ".join((head, *lines))
