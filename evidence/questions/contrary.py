"""Trials outside a pool of responders whose own result points the other way.

A trial that measured at another time, or that gives a difference of risks without counts, cannot enter a ratio. The
pooled number alone would then speak for it.
"""

from collections.abc import Iterable

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.dataset.time_bins import in_words
from evidence.formatting import inside, listed
from evidence.selection.selection import trials_of
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis.answers import Answer
from evidence.synthesis.display import interval, shown
from evidence.synthesis.trial_effects import Question, TrialEffect, pooled_inputs, trial_effects

OUTCOMES_IN_ORDER = ("response", "remission")


def contrary(results: Iterable[Result], answer: Answer) -> tuple[TrialEffect, ...]:
    """Return each trial of the same comparison outside the pool whose response or remission points the other way.

    Of a trial the response speaks, else its remission; a ratio, else a difference of risks; the time nearest to 24
    hours. Results with an objection, which no pool would take, do not speak.
    """
    if answer.pooled is None or answer.question.outcomes[0] not in OUTCOMES_IN_ORDER:
        return ()
    used = {entry.trial for entry in answer.used}
    compared = {entry.first.comparator for entry in answer.used}
    rows = [
        row
        for row in results
        if row.outcome in OUTCOMES_IN_ORDER and row.trial not in used and row.comparator in compared
    ]
    items: list[TrialEffect] = []
    for trial in trials_of(rows).values():
        entry = _own(trial)
        if entry is not None and entry.effect is not None and entry.effect.estimate * answer.pooled.estimate < 0:
            items.append(entry)
    return tuple(items)


def _own(rows: tuple[Result, ...]) -> TrialEffect | None:
    for outcome in OUTCOMES_IN_ORDER:
        for measure in ("RR", "RD"):
            usable = pooled_inputs(trial_effects(rows, Question((outcome,), measure, None)))
            if usable:
                return usable[0]
    return None


def in_a_sentence(results: Iterable[TrialEffect]) -> str:
    """Say which trials found the opposite, with outcome, time and numbers; empty without any."""
    entries = tuple(results)
    if not entries:
        return ""
    who = "Another trial" if len(entries) == 1 else f"{len(entries)} other trials"
    return f"{who} outside this pool found the opposite: {listed([_in_words(entry) for entry in entries])}."


def _in_words(entry: TrialEffect) -> str:
    name = OUTCOMES[entry.first.outcome].label.lower()
    return f"{entry.label} ({name} at {in_words(entry.hours)}: {_size(entry)})"


def _size(entry: TrialEffect) -> str:
    if entry.intervention is not None and entry.comparator is not None:
        drug, control = (100 * arm.events / arm.n for arm in (entry.intervention, entry.comparator))
        return f"{drug:.0f} against {control:.0f} of 100"
    assert entry.effect is not None
    assert entry.low is not None
    assert entry.high is not None
    label = MEASURES[entry.measure].label.lower()
    span = interval(entry.measure, entry.low, entry.high)
    return f"{label} {shown(entry.measure, entry.effect.estimate)}, 95% CI {span}"


def differences_alone(answer: Answer) -> str:
    """Say what trials that give a difference of risks and no counts found, where the pool is of ratios; else empty."""
    if answer.question.measure not in ("RR", "OR"):
        return ""
    items, compared = [], {entry.first.comparator for entry in answer.used}
    for entry in answer.left_out:
        if entry.effect is not None or (compared and entry.first.comparator not in compared):
            continue
        (own, *_) = trial_effects(entry.results, Question(answer.question.outcomes, "RD", None)) or (entry,)
        if own.effect is not None and not own.excluded:
            items.append(f"{own.label}: {inside(_size(own))}")
    return f"No counts, so not in the ratio: {listed(items)}." if items else ""
