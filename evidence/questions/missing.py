"""What a pool does not hold: every trial that meets the selection, and what is known where it is not pooled (ROB-ME).

Not reported, reported but not in the data, and in the data without usable numbers are three different things.
"""

import math
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from evidence.dataset.evidence import Evidence
from evidence.dataset.fields import slug_of
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Gap, Result
from evidence.dataset.time_bins import bin_of, in_words
from evidence.dataset.vocabulary import GAP_DIRECTIONS, GAP_STATUSES, INTERVENTIONS, terms
from evidence.formatting import count, counted, listed
from evidence.selection.selection import trials_of
from evidence.stats.effect_sizes import MEASURES, Effect
from evidence.synthesis.answers import Answer, answer, pool_entries
from evidence.synthesis.trial_effects import SYMPTOMS, Question, TrialEffect

STATES = terms(
    ("pooled", "Pooled", "The trial is in the pooled number."),
    ("left-out", "Left out", "The trial has numbers; this question does not pool them, for the reason given."),
    ("not-usable", "Measured, not usable", "The trial reports the outcome without the numbers that pooling needs."),
    ("not-held", "Reported, not yet in these data", "A source says that the result exists; the data here lack it."),
    ("not-reported", "Not reported", "Nothing that was read says that the trial measured it at this time."),
)
SAME, OPPOSITE = ("favours-drug", "favours-comparator")
_UNUSABLE = (
    "no interval",
    "no difference",
    "only percentages",
    "counts not",
    "no usable",
    "no hazard",
    "the measure of",
)
_VAGUE = {"placebo", "none"}  # comparators that do not say which drug or route a trial tested


@dataclass(frozen=True, slots=True)
class Line:
    """One trial beside a pool: its state and why, which way it points and how surely, and where that is known from."""

    trial: str | None
    label: str
    state: str
    why: str
    direction: str
    p_value: float | None
    people: int | None
    known_from: str
    registration: str = ""
    gap: Gap | None = None

    @property
    def in_brief(self) -> str:
        """Return the trial with its state, direction and p, without the reason."""
        return self._phrase(with_why=False)

    @property
    def in_words(self) -> str:
        """Return the trial with what is known of it, in one phrase."""
        return self._phrase(with_why=True)

    def _phrase(self, with_why: bool) -> str:
        state = STATES[self.state].label.lower()
        parts = [f"{state} ({self.why})" if self.why and with_why else state]
        if self.direction != "unknown":
            parts.append(GAP_DIRECTIONS[self.direction].label.lower())
        if self.p_value is not None:
            parts.append(p_in_words(self.p_value))
        if self.people is not None and with_why:
            parts.append(counted(self.people, "person", "people"))
        return f"{self.label}: {', '.join(parts)}"


@dataclass(frozen=True, slots=True)
class Missing:
    """The matrix of a pool, pooled trials first, and results of unknown time that may belong to it."""

    lines: tuple[Line, ...]
    undated: tuple[Line, ...]
    favoured: str
    pool: Answer
    title: str = ""

    @property
    def absent(self) -> tuple[Line, ...]:
        """Return the lines of results that are known to exist and are not pooled, undated ones last."""
        return (*self.of("left-out", "not-usable", "not-held"), *self.undated)

    @property
    def short(self) -> str:
        """Return the counts alone: trials pooled, of how many, and the rest by state."""
        parts = [_part(self.of(state), state) for state in STATES if state != "pooled"]
        head = f"{len(self.of('pooled'))} of {counted(len(self.lines), 'trial')} pooled"
        return "; ".join((head, listed([part for part in parts if part]))) if any(parts) else head

    def of(self, *states: str) -> tuple[Line, ...]:
        """Return the lines in these states."""
        return tuple(line for line in self.lines if line.state in states)

    @property
    def sentence(self) -> str:
        """Return the matrix in words: how many trials and people are pooled, and which way the missing ones point."""
        return f"{self.extent} {self.directions}".strip()

    @property
    def extent(self) -> str:
        """Say how many trials and people are pooled, and how many are not for which reason."""
        if not self.lines:
            return ""
        parts = [_part(self.of(state), state) for state in STATES if state != "pooled"]
        asked = counted(len(self.lines), "trial that meets", "trials that meet")
        text = f"{len(self.of('pooled'))} of {asked} the selection pooled"
        return f"{text}{_people(self)}" + (f"; {listed([part for part in parts if part])}." if any(parts) else ".")

    @property
    def directions(self) -> str:
        """Say which way the results that are not pooled point, as far as that is known."""
        absent = [line for line in self.lines if line.state not in ("pooled", "not-reported")]
        return _directions(absent, self.favoured)


def _part(lines: Sequence[Line], state: str) -> str:
    words = {
        "left-out": "{} left out",
        "not-usable": "{} without usable numbers",
        "not-held": "{} reported but not yet in these data",
        "not-reported": "{} not reported in the sources read",
    }
    return words[state].format(len(lines)) if lines else ""


def _people(pool: Missing) -> str:
    pooled = [line.people for line in pool.of("pooled")]
    rest = [line.people for line in pool.lines if line.state in ("left-out", "not-usable", "not-held")]
    if None in pooled or not pooled:
        return ""
    inside, outside = sum(n or 0 for n in pooled), sum(n or 0 for n in rest)
    if None in rest and not outside:
        return f" ({counted(inside, 'person', 'people')}; the number in the others is not known)"
    at_least = "at least " if None in rest else ""
    return f" ({count(inside)} of {at_least}{count(inside + outside)} people)"


def _directions(absent: Sequence[Line], favoured: str) -> str:
    known = [line.direction for line in absent if line.direction != "unknown"]
    if not absent or not favoured:
        return ""
    if not known:
        return "The direction of the missing results is unknown."
    same = sum(direction == favoured for direction in known)
    opposite = sum(direction in (SAME, OPPOSITE) and direction != favoured for direction in known)
    none = sum(direction == "no-difference" for direction in known)
    counts = [f"{same} found the same direction" if same else "", f"{opposite} the opposite" if opposite else ""]
    counts += [f"{none} no difference" if none else "", f"{len(absent) - len(known)} not known"]
    parts = [part for part in counts if part and not part.startswith("0 ")]
    return f"Of those missing: {listed(parts)}."


def p_in_words(p: float) -> str:
    """Return a p value as text, those under a thousandth as such.

    >>> p_in_words(0.0304), p_in_words(0.00004)
    ('p 0.03', 'p < 0.001')
    """
    return "p < 0.001" if p < 0.001 else f"p {p:.2g}"


def missing(answered: Answer, results: Iterable[Result], evidence: Evidence, title: str = "") -> Missing:
    """Return the matrix of an answer over the selected results: one line per trial, those not held among them.

    `title` names the pool where several stand together; by default it is the time or the outcome.
    """
    return missing_of_each([(answered, title)], results, evidence)[0]


def missing_of_each(
    pools: Iterable[tuple[Answer, str]], results: Iterable[Result], evidence: Evidence
) -> tuple[Missing, ...]:
    """Return the matrix of each of several answers over the same results; a title may be blank, as in `missing`."""
    rows = tuple(r for r in results if r.is_controlled)
    trials = trials_of(rows)
    comparators = {r.comparator for r in rows} - _VAGUE - set(INTERVENTIONS)
    return tuple(_missing(answered, trials, comparators, evidence, title) for answered, title in pools)


def _missing(
    answered: Answer, trials: Mapping[str, Sequence[Result]], comparators: Set[str], evidence: Evidence, title: str
) -> Missing:
    question = answered.question
    gaps = [gap for gap in evidence.gaps if _asks(gap, question)]
    entries: dict[str, list[TrialEffect]] = {}
    for entry in answered.entries:  # strata of one trial are entries of their own
        entries.setdefault(entry.trial, []).append(entry)
    used = {entry.trial for entry in answered.used}
    lines = []
    for trial, own in trials.items():
        gap = next((g for g in gaps if g.trial == trial and _in_time(g, question) and _compares(g, own)), None)
        lines.append(_line(trial, own, entries.get(trial, ()), gap, trial in used, question))
    absent = [g for g in gaps if g.trial is None and g.comparator in comparators]
    absent = list({gap.label: gap for gap in reversed(absent)}.values())[::-1]
    lines += [_of_gap(gap) for gap in absent if _in_time(gap, question)]
    order = list(STATES)
    lines.sort(key=lambda line: order.index(line.state))
    undated = [_of_gap(g) for g in absent if g.hours is None and question.bin is not None]
    favoured = ""
    if answered.pooled is not None and answered.pooled.estimate:
        favoured = _direction(answered.pooled.estimate, question)
    return Missing(tuple(lines), tuple(undated), favoured, answered, title or _title(question))


def _title(question: Question) -> str:
    return question.bin.label if question.bin is not None else OUTCOMES[question.outcomes[0]].label


def matrix_of(pool: Answer, pools: Iterable[Missing]) -> Missing | None:
    """Return the matrix of this very answer among several."""
    return next((one for one in pools if one.pool is pool), None)


def with_undated_once(result: Iterable[Missing]) -> tuple[tuple[str, Line], ...]:
    """Return what is known to exist and not pooled under its pool's title; what has no time comes once, at the end."""
    pools = tuple(result)
    dated = [(one.title, line) for one in pools for line in one.of("left-out", "not-usable", "not-held")]
    undated = dict.fromkeys(line for one in pools for line in one.undated)
    return (*dated, *(("Time not known", line) for line in undated))


def together(result: Iterable[Missing]) -> str:
    """Return what is missing of one pool as its sentence, of several as the counts of each; empty without any."""
    pools = [one for one in result if one.lines]
    if not pools:
        return ""
    if len(pools) == 1:
        return f"Missing evidence: {pools[0].sentence}"
    return " ".join(("Missing evidence, pool by pool.", *each(pools)))


def each(result: Iterable[Missing]) -> tuple[str, ...]:
    """Return what is missing of several pools: a line for each of which further results are known, then the others."""
    pools = [one for one in result if one.lines]
    known = [one for one in pools if one.of("left-out", "not-usable", "not-held")]
    lines = [f"{one.title}: {one.short}." for one in known]
    if rest := len(pools) - len(known):
        size = counted(rest, "pool") if rest > 1 or not known else "pool"
        lines.append(f"For {'the other ' if known else ''}{size} no further results are known.")
    return tuple(lines)


def _asks(gap: Gap, question: Question) -> bool:
    if gap.outcome not in question.outcomes:
        return False
    return question.instrument is None or gap.instrument in (None, question.instrument)


def _in_time(gap: Gap, question: Question) -> bool:
    if question.bin is None:
        return True
    return gap.hours is not None and question.bin.holds(gap.hours)


def _compares(gap: Gap, rows: Sequence[Result]) -> bool:
    return gap.comparator is None or gap.comparator in {r.comparator for r in rows}


def _line(
    trial: str,
    rows: Sequence[Result],
    entries: Sequence[TrialEffect],
    gap: Gap | None,
    is_pooled: bool,
    question: Question,
) -> Line:
    first = rows[0]
    registration = first.registration or ""
    if not entries:
        if gap is not None:
            return _of_gap(gap, first.label, registration)
        return Line(trial, first.label, "not-reported", "", "unknown", None, None, first.citation, registration)
    entry, measured = entries[0], entries[0].first
    direction, p = "unknown", measured.p_value
    if entry.effect is not None:
        direction = _direction(entry.effect.estimate, question)
        if p is None and entry.effect.variance > 0:
            p = math.erfc(abs(entry.effect.estimate) / entry.effect.standard_error / math.sqrt(2))
    else:
        direction = _direction_of_row(measured)
    if gap is not None and direction == "unknown":
        direction, p = gap.direction, gap.p_value if p is None else p
    state = "pooled" if is_pooled else "not-usable" if entry.excluded.startswith(_UNUSABLE) else "left-out"
    people = entry.people if entry.people is not None else measured.people
    if len(entries) > 1:
        known = [one.people for one in entries if one.people is not None]
        people = sum(known) if len(known) == len(entries) else None
    if people is None and gap is not None:
        people = gap.people
    return Line(trial, first.label, state, entry.excluded, direction, p, people, measured.citation, registration, gap)


def _of_gap(gap: Gap, label: str = "", registration: str = "") -> Line:
    status = GAP_STATUSES[gap.status].label.lower()
    # A note of the file says more than its status; it is shown whole.
    why = f"{status}: {gap.note}" if gap.note else status
    known = registration or gap.registration or ""
    return Line(
        gap.trial,
        label or gap.label,
        "not-held",
        why,
        gap.direction,
        gap.p_value,
        gap.people,
        gap.known_from,
        known,
        gap,
    )


def _direction(estimate: float, question: Question) -> str:
    """Return whom an estimate on the analysis scale favours."""
    if not estimate:
        return "no-difference"
    is_higher_better = OUTCOMES[question.outcomes[0]].better == "higher"
    return SAME if (estimate > 0) == is_higher_better else OPPOSITE


def _direction_of_row(row: Result) -> str:
    """Return whom the numbers of a row favour, as far as it has any."""
    difference: float | None = None
    if row.effect is not None and row.effect_measure is not None:
        difference = row.effect - (1.0 if MEASURES[row.effect_measure].scale == "log" else 0.0)
    elif row.percent_intervention is not None and row.percent_comparator is not None:
        difference = row.percent_intervention - row.percent_comparator
    elif row.mean_intervention is not None and row.mean_comparator is not None:
        difference = row.mean_intervention - row.mean_comparator
    if difference is None:
        return "unknown"
    if not difference:
        return "no-difference"
    return SAME if (difference > 0) == (OUTCOMES[row.outcome].better == "higher") else OPPOSITE


def direction_in_words(direction: str) -> str:
    """Return a direction as tables write it."""
    return GAP_DIRECTIONS[direction].label


@dataclass(frozen=True, slots=True)
class Open:
    """One gap with what it could move: people beside those pooled now, and whether the interval could change."""

    gap: Gap
    pooled_people: int
    could_change: bool

    @property
    def key(self) -> str:
        """Return how a link names the gap: trial, outcome, time, comparator and scale, whatever line it is on."""
        gap = self.gap
        hours = "" if gap.hours is None else f"{gap.hours:g}"
        parts = (gap.trial or slug_of(gap.label), gap.outcome, hours, gap.comparator or "", gap.instrument or "")
        return "~".join(parts)

    @property
    def in_words(self) -> str:
        """Return trial, comparator, outcome and time in one line."""
        gap = self.gap
        against = f" v {gap.comparator}" if gap.comparator else ""
        scale = f" ({gap.instrument})" if gap.instrument else ""
        when = in_words(gap.hours) if gap.hours is not None else "time not known"
        return f"{gap.label}{against}: {OUTCOMES[gap.outcome].label.lower()}{scale}, {when}"

    @property
    def share(self) -> float:
        """Return the part of all people that the gap's would be."""
        people = self.gap.people or 0
        return people / (people + self.pooled_people) if people else 0.0


def opened(gaps: Iterable[Gap]) -> tuple[Open, ...]:
    """Return gaps as entries of the queue, without working out what they could move."""
    return tuple(Open(gap, 0, could_change=False) for gap in gaps)


def queue(evidence: Evidence) -> tuple[Open, ...]:
    """Return the open gaps, those first that could move most: the interval, then the share of people, then people.

    Whether the interval could change is worked out by adding a trial of that many people that found no difference, as
    precise a person as the pooled trials are.
    """
    answers: dict[tuple[object, ...], Answer] = {}
    open_gaps = [_open(gap, evidence, answers) for gap in evidence.gaps]
    return tuple(sorted(open_gaps, key=lambda one: (not one.could_change, -one.share, -(one.gap.people or 0))))


def _open(gap: Gap, evidence: Evidence, answers: dict[tuple[object, ...], Answer]) -> Open:
    time_bin = bin_of(gap.hours) if gap.hours is not None else None
    is_score = gap.outcome in SYMPTOMS
    key = (SYMPTOMS if is_score else (gap.outcome,), gap.comparator, time_bin)
    if time_bin is None or gap.comparator is None:
        return Open(gap, 0, could_change=False)
    if key not in answers:
        question = Question(SYMPTOMS if is_score else (gap.outcome,), "SMD" if is_score else "RR", time_bin)
        answers[key] = answer((r for r in evidence.results if r.comparator == gap.comparator), question)
    answered = answers[key]
    return Open(gap, answered.people or 0, _could_change(answered, gap.people))


def _could_change(answered: Answer, people: int | None) -> bool:
    pooled = answered.pooled
    if pooled is None or not people or pooled.ci_low <= 0 <= pooled.ci_high:
        return False
    sizes = sorted(e.effect.variance * e.people for e in answered.used if e.effect is not None and e.people)
    if not sizes:
        return False
    null = answered.used[0]
    assert null.effect is not None
    variance = sizes[len(sizes) // 2] / people
    added = _replaced(null, variance)
    after = pool_entries((*answered.used, added), answered.model, answered.prior)
    return after is not None and after.ci_low <= 0 <= after.ci_high


def _replaced(entry: TrialEffect, variance: float) -> TrialEffect:
    return replace(entry, effect=Effect(0.0, variance), intervention=None, comparator=None)
