"""A summary of findings in the Cochrane form: one line an outcome, absolute before relative, certainty as published.

Wording follows GRADE guidelines 26: the certainty sets the verb. Where no review rates a question, the numbers are
said without a verb that would claim a certainty.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evidence.dataset.declared import TimeBin
from evidence.dataset.evidence import Evidence
from evidence.dataset.outcomes import BENEFIT_GROUPS, OUTCOMES
from evidence.dataset.records import PublishedEstimate, Result
from evidence.dataset.time_bins import asked_at
from evidence.dataset.topic import primary_scale, topic
from evidence.dataset.vocabulary import CERTAINTIES
from evidence.formatting import counted, listed, number
from evidence.questions import certainty, duration, findings, glance
from evidence.questions.harms import harm_of
from evidence.questions.missing import Missing, missing
from evidence.selection.filters import comparator_kind
from evidence.stats.absolute import Absolute
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis.answers import Answer, answer
from evidence.synthesis.display import interval, interval_in_words, shown
from evidence.synthesis.sentences import Sides, absolute, behind, leading, led, score_kinds, sides_of, spoken, when
from evidence.synthesis.trial_effects import SYMPTOMS, Question

# (name in a link, outcomes, time bin or None for the time nearest to the usual one, name on screen, what happened)
_Row = tuple[str, tuple[str, ...], TimeBin | None, str, str]
_HARMS: tuple[_Row, ...] = (
    ("relapse", ("relapse",), None, "Relapse after randomised withdrawal", "relapse"),
    ("serious", ("serious-adverse-event",), None, "Serious adverse event", "have a serious adverse event"),
    (
        "stopped",
        ("discontinuation-adverse-event",),
        None,
        "Stopped because of an adverse event",
        "stop because of an adverse event",
    ),
    ("left", ("discontinuation-any-cause",), None, "Stopped for any reason", "stop for any reason"),
)


def _rows_of_the_topic() -> tuple[_Row, ...]:
    """Return the lines of a summary: response, remission and symptoms at the usual times, relapse, harms."""
    usual, *others = asked_at()
    noticed = topic().unblinding
    return (
        (f"response-{usual.value}", ("response",), usual, f"Response, {usual.spoken}", "respond"),
        (f"remission-{usual.value}", ("remission",), usual, f"Remission, {usual.spoken}", "are in remission"),
        (f"symptoms-{usual.value}", SYMPTOMS, usual, f"Symptoms, {usual.spoken}", ""),
        *((f"response-{t.value}", ("response",), t, f"Response, {t.spoken}", "respond") for t in others),
        _HARMS[0],
        *(
            [(noticed, (noticed,), None, OUTCOMES[noticed].label, glance.verb_of(noticed))]
            if noticed in OUTCOMES
            else []
        ),
        *_HARMS[1:],
    )


# What the certainty lets one say (GRADE guidelines 26): a verb before the effect.
_VERBS: Mapping[str, str] = {"high": "", "moderate": "probably ", "low": "may "}


@dataclass(frozen=True, slots=True)
class Line:
    """One outcome: its answer, what it means for 100 people, and the published rating of the same question."""

    name: str
    title: str
    happening: str
    answer: Answer
    of_hundred: Absolute | None
    review: PublishedEstimate | None
    unrated: tuple[PublishedEstimate, ...]
    larger: PublishedEstimate | None = None

    @property
    def sides(self) -> Sides:
        """The two sides of the pooled trials."""
        return sides_of(entry.first for entry in self.answer.used)

    @property
    def results(self) -> tuple[Result, ...]:
        """The results behind the pooled effect."""
        return tuple(result for entry in self.answer.used for result in entry.results)

    @property
    def comparator(self) -> str:
        """People of 100 with the comparator, or that the scale has no such number."""
        if self.of_hundred is None:
            return "—"
        return f"{_people(100 * self.of_hundred.comparator_rate)} per 100"

    @property
    def drug(self) -> str:
        """People of 100 with the drug, with the interval."""
        if self.of_hundred is None:
            return "—"
        estimate, low, high = self.of_hundred.events_of_100
        return f"{_people(estimate)} per 100 ({_people(low)} to {_people(high)})"

    @property
    def difference(self) -> str:
        """More or fewer people of 100, or points lower or higher, with the interval."""
        pooled, measure = self.answer.pooled, self.answer.question.measure
        assert pooled is not None
        if self.of_hundred is not None:
            return _more(self._differences(self.of_hundred))
        if measure in ("RR", "RD"):
            return "—"
        digits, unit = (1, "points") if measure == "MD" else (2, "SD")
        size = f"{number(abs(pooled.estimate), digits)} {unit} {'lower' if pooled.estimate < 0 else 'higher'}"
        return f"{size} ({interval(measure, pooled.ci_low, pooled.ci_high)})"

    def _differences(self, risks: Absolute) -> tuple[float, ...]:
        """Compute the differences per 100, from the rounded numbers if both sides are shown rounded."""
        control = 100 * risks.comparator_rate
        if control < 1 or risks.events_of_100[0] < 1:
            return tuple(100 * value for value in risks.risk_difference)
        return tuple(float(round(value) - round(control)) for value in risks.events_of_100)

    @property
    def relative(self) -> str:
        """The ratio with its interval; a difference of scores has none."""
        pooled, measure = self.answer.pooled, self.answer.question.measure
        assert pooled is not None
        if MEASURES[measure].scale != "log":
            return "—"
        low_high = interval_in_words(measure, pooled.ci_low, pooled.ci_high)
        return f"{measure} {shown(measure, pooled.estimate)} ({low_high})"

    @property
    def behind(self) -> str:
        """Participants and trials."""
        people = self.answer.people
        trials = counted(self.answer.trials, "trial")
        return f"{counted(people, 'person', 'people')}, {trials}" if people is not None else f"not reported, {trials}"

    @property
    def certainty(self) -> str:
        """The rating with its shape; "not rated" without one."""
        if self.review is None or self.review.certainty is None:
            return "not rated"
        return f"{certainty.SHAPES[self.review.certainty]} {CERTAINTIES[self.review.certainty].label}"

    @property
    def reason(self) -> str:
        """Who rated, on how much; or why there is no rating."""
        if self.review is not None:
            size = [counted(self.review.k, "trial")] if self.review.k is not None else []
            size += [counted(self.review.n, "person", "people")] if self.review.n is not None else []
            note = (
                f" {self.review.note}." if self.review.note else " Its reasons for downgrading are not in these data."
            )
            return f"Rated by {self.review.label}{' on ' + ', '.join(size) if size else ''}.{note}"
        if self.unrated:
            others = [r.label for r in self.unrated if r.certainty]
            silent = [r.label for r in self.unrated if not r.certainty]
            parts = [f"{listed(others)} rated the same question on other trials."] if others else []
            parts += [f"{listed(silent)} pooled the same question without rating its certainty."] if silent else []
            return " ".join(parts)
        return "No review in these data rates the same question."

    @property
    def includes_no_effect(self) -> bool:
        """Whether the interval includes no effect."""
        pooled = self.answer.pooled
        assert pooled is not None
        return pooled.ci_low <= 0 <= pooled.ci_high

    @property
    def statement(self) -> str:
        """What a larger published review found, then what these data mean, in plain words."""
        return f"{findings.in_one_sentence(self.larger)} {self._statement}" if self.larger else self._statement

    @property
    def _statement(self) -> str:
        """What it means, in plain words."""
        rating = (self.review.certainty if self.review is not None else None) or "not rated"
        kinds = f"; {kinds_of_score}" if (kinds_of_score := score_kinds(self.answer)) else ""
        numbers = f"{self._with_estimate(kinds)}."
        drug = self.sides.drug
        if rating == "very low":
            return f"The evidence is very uncertain about the effect of {drug} on {self._subject}. {numbers}"
        if rating in _VERBS:
            does = f"{_VERBS[rating]}{self._direction(rating)}"
            if self.includes_no_effect:
                does = (
                    f"may result in little to no difference in {self._subject}, "
                    "but the interval extends in both directions"
                )
            return f"{drug.capitalize()} {does}. {numbers}"
        return f"{numbers} Certainty not rated."

    def _with_estimate(self, kinds: str = "") -> str:
        """Say what was found and on how much: by the trial that carries the pool, if there is one."""
        lead = leading(self.answer) if self.answer.question.measure != "RD" else None
        if lead is not None:
            return f"{led(self.answer, lead)}{kinds}"
        # A hazard ratio is about the whole time that people were followed, which ends with the events.
        time = "While people were followed" if self.answer.question.measure == "HR" else when(self.answer)
        return f"{time} {self._numbers} ({behind(self.answer)}{kinds})"

    @property
    def _numbers(self) -> str:
        sides = self.sides
        if self.of_hundred is not None:
            drug, low, high = self.of_hundred.events_of_100
            control = 100 * self.of_hundred.comparator_rate
            return (
                f"about {_people(drug)} ({_people(low)} to {_people(high)}) of 100 people {self.happening} with "
                f"{sides.drug} and {_people(control)} with "
                f"{sides.comparator}"
            )
        if self.answer.question.measure == "RR":
            return f"{self.title.lower()}, {sides.drug} against {sides.comparator}: {self.relative}"
        return f"scores are {self.difference} with {sides.drug} than with {sides.comparator}"

    @property
    def _subject(self) -> str:
        """What the line is about, inside a sentence."""
        name = OUTCOMES[self.answer.question.outcomes[0]]
        return "symptoms" if name.value in SYMPTOMS else name.label.lower()

    def _direction(self, rating: str) -> str:
        """Phrase the effect after the verb of the certainty: "may lower", but "lowers" and "probably lowers"."""
        pooled = self.answer.pooled
        assert pooled is not None
        ending = "s" if rating in ("high", "moderate") else ""
        return f"{'lower' if pooled.estimate < 0 else 'raise'}{ending} {self._subject}"


@dataclass(frozen=True, slots=True)
class Summary:
    """The table: its lines, what has none, and the two sides of the whole selection.

    `nobody` names harms that were counted and nobody had, `withdrawn` the randomised withdrawals kept out of harms.
    """

    selection: str
    lines: tuple[Line, ...]
    missing: tuple[str, ...]
    sides: Sides
    elsewhere: tuple[str, ...] = ()
    nobody: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    pools: tuple[tuple[str, Answer], ...] = ()
    rows: tuple[Result, ...] = ()

    def missing_evidence(self, evidence: Evidence) -> tuple[Missing, ...]:
        """Return what each pool of the table does not hold, also of outcomes of which nothing can be pooled."""
        pools = (missing(pool, self.rows, evidence, title) for title, pool in self.pools)
        return tuple(one for one in pools if one.of("pooled") or one.absent)

    @property
    def title(self) -> str:
        """What is compared with what."""
        return f"{self.sides.drug.capitalize()} compared with {self.sides.comparator}"

    @property
    def results(self) -> tuple[Result, ...]:
        """Every result behind the table, each once."""
        return tuple({r.line: r for line in self.lines for r in line.results}.values())


def _people(value: float) -> str:
    """Format people per 100: rounded from one on, one decimal below.

    >>> _people(54.2), _people(0.42), _people(0), _people(0.97)
    ('54', '0.4', '0', '1')
    """
    text = number(value, 0 if value >= 0.95 or value == 0 else 1)
    return "0" if text == "0.0" else text


def _more(values: tuple[float, ...]) -> str:
    estimate, low, high = values
    if _people(abs(estimate)) == "0":
        return f"as many ({_people(abs(low))} fewer to {_people(high)} more per 100)"

    def side(value: float) -> str:
        return f"{_people(abs(value))} {'more' if value >= 0 else 'fewer'}"

    if low * high >= 0 and estimate:
        ends = sorted((abs(low), abs(high)))
        return f"{side(estimate)} per 100 ({_people(ends[0])} to {_people(ends[1])} {'more' if high > 0 else 'fewer'})"
    return f"{side(estimate)} per 100 ({side(low)} to {side(high)})"


def summarise(results: Iterable[Result], reviews: Iterable[PublishedEstimate], selection: str) -> Summary:
    """Summarise each outcome that any trial of the selection reports in a form that can be pooled."""
    rows, elsewhere = _one_comparison(tuple(results))
    published = tuple(reviews)
    lines: list[Line] = []
    nothing: list[str] = []
    pools: list[tuple[str, Answer]] = []
    nobody: list[str] = []
    withdrawn: list[str] = []
    for name, outcomes, time, title, happening in _rows_of_the_topic():
        answered = _answer(rows, outcomes, time)
        if OUTCOMES[outcomes[0]].group not in BENEFIT_GROUPS:
            harm = harm_of(rows, outcomes[0])
            answered = harm.difference  # the same number for a harm on every page
            pools.append((title, answered))
            withdrawn += harm.withdrawn
            if (counts := answered.counts) and not any(arm.events for arm in counts):
                nobody.append(f"{title} ({behind(harm.difference)})")
                continue
        else:
            pools.append((title, answered))
        if answered.pooled is None:
            nothing.append(title)
            continue
        same = certainty.published(published, answered)
        rated = certainty.rating(published, answered)
        larger = findings.larger_review(published, answered)
        unrated = tuple({r.label: r for r in same if not r.certainty or rated is None}.values())
        lines.append(Line(name, title, happening, answered, absolute(answered), rated, unrated, larger))
    sides = sides_of(entry.first for line in lines for entry in line.answer.used)
    return Summary(
        selection,
        tuple(lines),
        tuple(nothing),
        sides,
        elsewhere,
        tuple(nobody),
        tuple(dict.fromkeys(withdrawn)),
        tuple(pools),
        rows,
    )


def _class_of(result: Result) -> str:
    kind = comparator_kind(result)
    return "placebo" if kind in ("active placebo", "inert placebo") else kind


def _one_comparison(rows: tuple[Result, ...]) -> tuple[tuple[Result, ...], tuple[str, ...]]:
    """Keep the class of comparator that most trials have, and name what the other results compare with.

    A table is about one comparison: placebo of any kind, another treatment, no treatment.
    """
    asked = {outcome for _, outcomes, *_ in _rows_of_the_topic() for outcome in outcomes}
    compared = [row for row in rows if row.is_controlled and row.outcome in asked]
    trials: dict[str, set[str]] = {}
    for row in compared:
        trials.setdefault(_class_of(row), set()).add(row.trial)
    if not trials:
        return (), ()
    chosen = max(trials, key=lambda name: len(trials[name]))
    others = dict.fromkeys(spoken(row.comparator) for row in compared if _class_of(row) != chosen)
    return tuple(row for row in rows if row.is_controlled and _class_of(row) == chosen), tuple(others)


def _answer(rows: tuple[Result, ...], outcomes: tuple[str, ...], item: TimeBin | None) -> Answer:
    if outcomes == SYMPTOMS:
        points = answer(rows, Question(outcomes, "MD", item, primary_scale()))
        return points if points.pooled is not None else answer(rows, Question(outcomes, "SMD", item))
    if outcomes == ("relapse",):
        hazard = duration.hazard_answer(duration.withdrawals(rows))  # relapse is a matter of time, not of a count
        if hazard.pooled is not None:
            return hazard
        rows = tuple(r for r in rows if duration.is_withdrawal(r))
    return answer(rows, Question(outcomes, "RR", item))
