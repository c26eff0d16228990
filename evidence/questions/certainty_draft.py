"""What the rows say on each of GRADE's five domains for one pooled number; the judgement stays with a named person."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from evidence.dataset.evidence import Evidence
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Rating
from evidence.dataset.topic import SmallestDifference, topic
from evidence.dataset.vocabulary import AGE_GROUPS, CERTAINTIES, CONCERNS, POPULATIONS
from evidence.formatting import count, counted, inside, listed, number
from evidence.questions.missing import Missing
from evidence.questions.risk_of_bias import WORST_FIRST
from evidence.selection.selection import Selection
from evidence.stats.proportions import people_for_points, people_needed
from evidence.synthesis import sentences
from evidence.synthesis.answers import Answer
from evidence.synthesis.trial_effects import SYMPTOMS, TrialEffect

DOMAINS = {
    "risk_of_bias": "Risk of bias",
    "inconsistency": "Inconsistency",
    "indirectness": "Indirectness",
    "imprecision": "Imprecision",
    "missing_evidence": "Missing evidence",
}
ALL_TIME = "all"
"""The time of a rating of what is counted to its end."""
ENOUGH_RATIO = 1.5
"""How much more often the outcome happens in the size that `people_needed` is asked for."""


Pool = tuple[str, Answer]
"""A pooled number with its name beside others; without a name where it is alone."""


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain: its column in certainty.csv and what the rows say on it, without a verdict."""

    column: str
    words: str

    @property
    def label(self) -> str:
        """The domain on screen."""
        return DOMAINS[self.column]


def draft(answer: Answer, evidence: Evidence, absent: Missing) -> tuple[Domain, ...]:
    """Return the five domains in numbers; empty where nothing is pooled."""
    if answer.pooled is None:
        return ()
    return (
        Domain("risk_of_bias", _bias(answer, evidence)),
        Domain("inconsistency", _inconsistency(answer)),
        Domain("indirectness", _indirectness(answer)),
        Domain("imprecision", _imprecision(answer)),
        Domain("missing_evidence", absent.sentence or "No trial that meets the selection is missing."),
    )


def _shares(answer: Answer, words: Iterable[str]) -> str:
    """Return how much of the weight has each of the words, the largest share first."""
    weights = [answer.weight_of(entry) or 0.0 for entry in answer.used]
    shares: Counter[str] = Counter()
    for word, weight in zip(words, weights, strict=True):
        shares[word] += weight  # type: ignore[assignment]  # a share of the weight may be a fraction
    return listed([f"{share:.0f}% {word}" for word, share in shares.most_common()])


def _bias(answer: Answer, evidence: Evidence) -> str:
    worst: dict[str, str] = {}
    for one in evidence.judgements:
        worst[one.trial] = min(worst.get(one.trial, "low"), one.judgement, key=WORST_FIRST.index)
    names = {**{name: f"{name} risk in a domain" for name in WORST_FIRST}, "low": "low risk in every domain judged"}
    shares = _shares(answer, [names[worst[e.trial]] if e.trial in worst else "not judged" for e in answer.used])
    return f"Of the weight, by the worst published judgement: {shares}."


def _inconsistency(answer: Answer) -> str:
    assert answer.pooled is not None
    if answer.k < 2:
        return "One trial: nothing to compare it with."
    same = sum(e.effect is not None and e.effect.estimate * answer.pooled.estimate > 0 for e in answer.used)
    alike = f"In {same} of {counted(answer.k, 'trial')} the effect is in the same direction as in the pool."
    return f"{alike} {sentences.heterogeneity(answer)}"


def _indirectness(answer: Answer) -> str:
    people = _shares(answer, [_people(entry) for entry in answer.used])
    against = listed(list(dict.fromkeys(sentences.spoken(e.first.comparator) for e in answer.used)))
    return f"Of the weight: {people}. Compared with {against}. {sentences.when(answer)}."


def _people(entry: TrialEffect) -> str:
    age = AGE_GROUPS[entry.first.age_group].label.lower()
    return f"{POPULATIONS[entry.first.population].label}, {age}"


def _imprecision(answer: Answer) -> str:
    text = f"{sentences.effect_in_words(answer)}."
    text = text[0].upper() + text[1:]
    if answer.question.measure == "MD":
        return f"{text}{_points(answer)}"
    if answer.counts is None or answer.question.measure not in ("RR", "OR", "RD"):
        return text
    control = answer.counts[1]
    rate = control.events / control.n
    if not 0 < ENOUGH_RATIO * rate < 1:
        return text
    needed = people_needed(rate, ENOUGH_RATIO * rate)
    return (
        f"{text} To show {100 * ENOUGH_RATIO * rate:.0f} against {100 * rate:.0f} of 100 with 90% power, "
        f"{count(needed)} people would be needed."
    )


def _points(answer: Answer) -> str:
    """Say where the interval of points lies beside each MCID, and how many people would show the smallest of each."""
    pooled, scale = answer.pooled, answer.question.instrument or ""
    ranges = topic().smallest_differences.get(scale, ())
    deviations = [
        sd for e in answer.used for r in e.results for sd in (r.sd_intervention, r.sd_comparator) if sd is not None
    ]
    if pooled is None or not ranges:
        return ""
    parts = [f"{_beside(-pooled.ci_high, -pooled.ci_low, one)} {one.in_words}" for one in ranges]
    text = f" Of the smallest differences in points put forward as those that matter, the interval {listed(parts)}."
    if deviations:
        spread = median(deviations)
        sizes = [f"{count(people_for_points(one.low, spread))} people would show {one.low:g} points" for one in ranges]
        text += f" With an SD of {number(spread, 1)}, the median of these trials, and 90% power {listed(sizes)}."
    return text


def _beside(low: float, high: float, one: SmallestDifference) -> str:
    """Say how an interval of points gained lies beside a range of the smallest difference that matters."""
    if low > one.high:
        return "lies beyond"
    if high < one.low:
        return "does not reach"
    return "overlaps"


def asked(selection: Selection, answer: Answer) -> tuple[str, str, str] | None:
    """Return the question, outcome and time that a rating of this answer is about; None for a selection of one's own.

    A rating belongs to a question as it is asked of everybody, so filters and choices of trials have none. What is
    counted to its end, such as relapse or a harm, is rated over all of its time.
    """
    question, outcome = answer.question, answer.question.outcomes[0]
    if selection.narrowed or question.without or question.barred or question.low_confidence:
        return None
    if outcome in SYMPTOMS and question.measure != "MD":
        return None  # scores are rated once, in points of the scale that most trials used
    if question.bin is not None:
        return selection.preset, outcome, question.bin.value
    return (selection.preset, outcome, ALL_TIME) if OUTCOMES[outcome].group != "efficacy" else None


def rating_of(ratings: Iterable[Rating], about: tuple[str, str, str] | None) -> Rating | None:
    """Return the latest rating of a question, outcome and time; None without any."""
    own = [one for one in ratings if (one.question, one.outcome, one.time) == about]
    return max(own, key=lambda one: (one.rated_on, one.line), default=None)


def in_words(rating: Rating, version: str) -> str:
    """Say who rated and when, how, why, and on which data where they have changed since."""
    concerns = [
        f"{DOMAINS[column].lower()}: {CONCERNS[getattr(rating, column)].label.lower()}"
        for column in DOMAINS
        if getattr(rating, column) != "none"
    ]
    lowered = f" ({'; '.join(concerns)})" if concerns else ""
    moved = "" if rating.data == version else f" It was of other data, version {rating.data}."
    return (
        f"{CERTAINTIES[rating.certainty].label}, rated by {rating.rater} on {rating.rated_on}, not by a published "
        f"review{lowered}. {rating.reasons.rstrip('.')}.{moved}"
    )


def rated(ratings: Iterable[Rating], selection: Selection, pools: Iterable[Pool], version: str) -> tuple[str, ...]:
    """Say of each pool that somebody rated who did, when and why; several pools are named."""
    known, named = tuple(ratings), tuple(pools)
    lines = []
    for name, answer in named if known else ():
        rating = rating_of(known, asked(selection, answer))
        if rating is not None:
            words = in_words(rating, version)
            lines.append(f"{name}: {inside(words)}" if name else words)
    return tuple(lines)


def row(about: tuple[str, str, str], given: dict[str, str], version: str) -> tuple[str, ...]:
    """Return a rating as a row of certainty.csv; `given` holds its cells by column."""
    cells = dict(zip(("question", "outcome", "time"), about, strict=True)) | given | {"data": version}
    return tuple(cells.get(name, "").strip() for name in Rating.columns())
