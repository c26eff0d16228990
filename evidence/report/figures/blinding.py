"""The blinding lens: the telling event by arm on the left, the effect in the same trials on the right."""

from collections.abc import Sequence
from dataclasses import replace

import plotly.graph_objects as go

from evidence.formatting import counted
from evidence.questions.blinding import Lens, telling_event
from evidence.report.figures import style
from evidence.report.figures.style import Ink
from evidence.report.figures.two_panels import PanelRow, PanelWords, effects_alone, panels
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis.display import Estimate
from evidence.synthesis.sentences import Sides, favours
from evidence.synthesis.trial_effects import Question


def lens_rows(items: Sequence[Lens], measure: str, ink: Ink) -> list[PanelRow]:
    """Make one line per kind of masking; a group whose trials did not count the telling event says so."""
    rows = []
    for item in items:
        if item.pooled is None:
            continue
        effect = (item.pooled.estimate, item.pooled.ci_low, item.pooled.ci_high)
        words = Estimate(measure, *effect).text
        people = f" · {counted(item.people, 'person', 'people')}" if item.people else ""
        arms = item.felt
        rates = None
        if arms.drug is not None and arms.comparator is not None:
            rates = (arms.drug.events / arms.drug.n, arms.comparator.events / arms.comparator.n)
        name = telling_event()
        text = f"{name} counts of {len(arms.trials) or 'none'}" if name else ""
        rows.append(
            PanelRow(
                label=item.label,
                note=f"{counted(len(item.used), 'trial')}{people}\n{text}".rstrip(),
                rates=rates,
                effect=effect,
                words=words,
                key=item.key,
                hover=f"<b>{item.label}</b><br>{MEASURES[measure].label} {words}<br>{text}",
                is_single=len(item.used) == 1,
                colour=style.MASKING_MARKS[item.value].colour(ink),
                missing="no count",
            )
        )
    return rows


def lens_plot(items: Sequence[Lens], question: Question, sides: Sides, ink: Ink) -> go.Figure:
    """Draw the telling event by arm beside the effect, one line per kind of masking."""
    left, right = favours(question, sides)
    measure = question.measure
    name = telling_event()
    event = f"People with {name}" if name else "No telling event is named"
    words = PanelWords(sides.drug.capitalize(), "Comparator", event, MEASURES[measure].label, left, right)
    rows = lens_rows(items, measure, ink)
    if not any(row.rates for row in rows):
        return effects_alone([replace(row, note=row.note.split("\n")[0]) for row in rows], measure, words, ink)
    return panels(rows, measure, words, ink, ink.secondary)
