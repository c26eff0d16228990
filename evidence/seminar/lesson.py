"""A view as a lesson: its steps in order, built from the answers that the pages and the slides give."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evidence.content.claims import assess_all
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import PublishedEstimate, Result
from evidence.dataset.topic import topic
from evidence.dataset.vocabulary import TOPICS, VERDICTS
from evidence.formatting import Sentence, capital, counted, ended, inside
from evidence.questions import blinding, certainty, findings, harm_sentences, overview, robustness
from evidence.questions.blinding import Lens, Scope, telling_event
from evidence.questions.duration import relapse_rates
from evidence.questions.glance import verb_of
from evidence.questions.missing import missing
from evidence.report.composed import trust
from evidence.report.figures.style import LIGHT
from evidence.report.section import Section, written
from evidence.report.sections import sections
from evidence.report.view import Story, View, tell
from evidence.selection.selection import headcount
from evidence.selection.widening import given_up
from evidence.seminar import guesses
from evidence.seminar.guesses import Asked
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis import sentences as effect_sentences
from evidence.synthesis.answers import Answer
from evidence.synthesis.display import interval_in_words


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what stands large, what stands under it, what only the speaker reads, its sources and its figure.

    `figure` is a name that `drawing` knows, empty where the step has none; `asked` makes it a step to guess at.
    """

    id: str
    title: str
    headline: str
    sentences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    figure: str = ""
    asked: tuple[Asked, ...] = ()
    also_cited: tuple[str, ...] = ()

    @property
    def citations(self) -> tuple[str, ...]:
        """Keys of the references behind the step, each once."""
        return tuple(dict.fromkeys((*(result.citation for result in self.results), *self.also_cited)))


@dataclass(frozen=True, slots=True)
class Lesson:
    """A story with its steps, the answer that the middle of the lesson is about, and that answer by masking."""

    story: Story
    steps: tuple[Step, ...]
    answer: Answer
    masked: Answer
    lenses: tuple[Lens, ...]

    def at(self, name: str | None) -> int:
        """Return the index of a step given by id or number; an out-of-range number gives the nearest, others the first.

        Numbers count from 1.
        """
        ids = [step.id for step in self.steps]
        if name in ids:
            return ids.index(name)
        if name is not None and re.fullmatch(r"-?[0-9]{1,6}", name):
            return min(max(int(name) - 1, 0), len(ids) - 1)
        return 0


def middle(answer: Answer, by_key: Mapping[str, Section], reviews: Sequence[PublishedEstimate] = ()) -> list[Step]:
    """Make the steps single trials, pooled, prediction and sensitivity, as far as the trials suffice."""
    behind = _drawn(answer)
    finding = findings.after_review(reviews, answer, headline(answer))
    own = findings.finding_here(answer)
    review = findings.larger_review(reviews, answer)
    numbers = capital(own.numbers)
    if review is not None:
        numbers = f"{findings.in_one_sentence(review)} In these data: {own.numbers}"
    sentence, large = f"{finding}.", ended(own.headline)
    left_out = tuple(effect_sentences.not_pooled(answer))
    if answer.pooled is None:
        drawn = any(entry.effect is not None for entry in answer.entries)
        return [Step("trials", "One by one", sentence, (), left_out, behind, "trials" if drawn else "")]
    if answer.k == 1:
        people = by_key.get("people")
        in_people = (people.headline,) if people is not None and answer.question.measure != "MD" else ()
        alone = "There is one trial, so nothing is pooled."
        return [
            Step("trials", "The trial", large, (numbers,), (sentence, *left_out), behind, "trials"),
            Step(
                "pooled",
                "All together",
                alone,
                in_people,
                (sentence,),
                behind,
                "people",
            ),
        ]
    return [
        Step(
            "trials",
            "One by one",
            favouring(answer),
            (most_precise(answer), meaning(answer)),
            left_out,
            behind,
            "trials",
        ),
        Step(
            "pooled",
            "All together",
            large,
            written(numbers, effect_sentences.caution(answer)),
            written(sentence, *effect_sentences.pooled_notes(answer), robustness.interval_notice(answer)),
            behind,
            "pooled",
        ),
        *_in_people(answer, reviews, behind),
        _prediction(answer, behind),
        _sensitivity(answer, behind),
    ]


def _in_people(answer: Answer, reviews: Sequence[PublishedEstimate], behind: tuple[Result, ...]) -> list[Step]:
    """Show the pooled effect as a hundred people on each side; no step where it cannot be said of 100."""
    risks = effect_sentences.absolute(answer)
    if risks is None:
        return []
    sides = effect_sentences.sides_of(entry.first for entry in answer.used)
    verb = effect_sentences.verb_of(answer.question.outcomes[0])
    drug, low, high = risks.events_of_100
    large = (
        f"Of 100 people, {drug:.0f} {verb} on {sides.drug}, {100 * risks.comparator_rate:.0f} on {sides.comparator}."
    )
    scaled = (
        f"The {drug:.0f} could be {low:.0f} to {high:.0f}. Scaled to 100 people from {effect_sentences.behind(answer)}."
    )
    certain = f"{certainty.words_for(reviews, answer)}."
    return [Step("people", "In people", large, (scaled, certain), (), behind, "people")]


def headline(answer: Answer) -> Sentence:
    """Write the headline of the answer, absolute numbers first if it counts people."""
    sides = effect_sentences.sides_of(entry.first for entry in answer.used)
    in_people = answer.question.measure in ("RR", "OR", "RD")
    words = effect_sentences.headline_of_rates if in_people else effect_sentences.headline_of_scores
    return words(answer, sides)


def _drawn(answer: Answer) -> tuple[Result, ...]:
    return tuple(result for entry in answer.entries for result in entry.results)


def favouring(answer: Answer) -> str:
    """Say how many trials favour the drug."""
    sides = effect_sentences.sides_of(entry.first for entry in answer.used)
    better = 1 if OUTCOMES[answer.question.outcomes[0]].better == "higher" else -1
    effects = [entry.effect.estimate * better for entry in answer.used if entry.effect is not None]
    many = sum(value > 0 for value in effects)
    return f"{effect_sentences.span_of(answer)} {many} of {answer.k} trials {_do(many, 'favour')} {sides.drug}."


def most_precise(answer: Answer) -> str:
    """Say what the most precise of the trials found."""
    lead = max(answer.used, key=lambda entry: 1 / entry.effect.variance if entry.effect is not None else 0.0)
    return f"The most precise, {lead.label}: {effect_sentences.own_result(lead, answer.question)}."


def _do(amount: int, verb: str) -> str:
    return f"{verb}s" if amount == 1 else verb


def meaning(answer: Answer) -> str:
    """Define the outcome of the answer."""
    return OUTCOMES[answer.question.outcomes[0]].definition


def _prediction(answer: Answer, behind: tuple[Result, ...]) -> Step:
    pooled, measure = answer.pooled, answer.question.measure
    assert pooled is not None
    title = "Another setting"
    if pooled.pi_low is None or pooled.pi_high is None:
        large = (
            f"With {counted(answer.k, 'trial')} it cannot be estimated how much the effect differs between settings."
        )
        return Step("prediction", title, large, (effect_sentences.heterogeneity(answer),), (), behind, "pooled")
    span = interval_in_words(measure, pooled.pi_low, pooled.pi_high)
    return Step(
        "prediction",
        title,
        f"In another setting like these the true {MEASURES[measure].label.lower()} may lie anywhere from {span}.",
        ("A trial there would scatter around that effect, so its result may lie further out.",),
        (effect_sentences.heterogeneity(answer),),
        behind,
        "prediction",
    )


def _sensitivity(answer: Answer, behind: tuple[Result, ...]) -> Step:
    largest, over_all = robustness.each_left_out(answer, robustness.without_each(answer))
    return Step(
        "sensitivity", "Leave one out", ended(largest.headline), (over_all,), (f"{largest}.",), behind, "sensitivity"
    )


_MOST_CLAIMS, _MOST_ABSENT = 4, 5


def _missing(story: Story, answer: Answer) -> Step | None:
    """Say what the answer does not hold: the sentence large, then the results known to exist and not pooled."""
    pool = missing(answer, story.view.rows, story.view.evidence)
    if not pool.absent:
        return None
    lines = tuple(f"{line.in_brief}." for line in pool.absent)
    more = (f"{len(lines) - _MOST_ABSENT} more in the notes.",) if len(lines) > _MOST_ABSENT else ()
    every = tuple(f"{line.in_words}." for line in (*pool.lines, *pool.undated))
    references = story.view.evidence.references
    large, _, reasons = pool.extent.partition("; ")
    return Step(
        "missing",
        "What is missing",
        ended(large),
        written(capital(reasons), pool.directions, *lines[:_MOST_ABSENT], *more),
        every,
        also_cited=tuple(dict.fromkeys(line.known_from for line in pool.absent if line.known_from in references)),
    )


def lesson(view: View) -> Lesson:
    """Make the lesson of a view; raises NothingToExport if it has no results."""
    story = tell(view)
    by_key = {section.key: section for section in sections(story)}
    answer = _central(story)
    scope = blinding.scope(view.evidence.results, view.selection, *blinding.opened_at(view.evidence.results))
    lenses = tuple(item for item in blinding.lenses(scope.answer, scope.results) if item.pooled is not None)
    steps = [
        _question(story),
        _popular_claim(story),
        _guess("guess-response", "How many respond?", _rates_asked(answer), meaning(answer)),
        *middle(answer, by_key, view.evidence.reviews),
        _missing(story, answer),
        _guess(
            "guess-duration",
            "How long does it last?",
            guesses.of_days(story.courses),
            " ".join(written("Mean or median of a group.", given_up(story.courses_dropped))),
        ),
        _duration(story, by_key),
        _guess_harm(story),
        _harms(story, by_key),
        _certainty(story, answer, lenses, scope),
        _mind(story, answer),
    ]
    kept = [step for step in steps if step is not None]
    return Lesson(story, (*kept, _sources(story, kept)), answer, scope.answer, lenses)


def _central(story: Story) -> Answer:
    """Return the answer on response; if none can be pooled, the best-supported time of the symptom scores."""
    reported = [item for item in story.onset.drawn if item.pooled is not None]
    if story.response.pooled is not None or not reported:
        return story.response
    return max(reported, key=lambda item: item.k)


def _question(story: Story) -> Step:
    view = story.view
    label, filters = view.selection.named.label, view.selection.narrowed
    narrowed = (f"Narrowed: {filters}.",) if filters else ()
    return Step(
        "question",
        "The question",
        f"{capital(label)}: for how many, for how long, with what harms?",
        (f"{headcount(view.rows)}.", *narrowed, "Evidence for reading and teaching, not medical advice."),
        (view.citation, "Ask the audience what it expects before you show the first number."),
        figure="code",
    )


def _popular_claim(story: Story) -> Step | None:
    assessed = assess_all(story.view.evidence)
    first = {topic: next((a for a in assessed if a.claim.topic == topic), None) for topic in TOPICS}
    chosen = [item for topic, item in first.items() if item is not None and topic != "reference"][:_MOST_CLAIMS]
    if not chosen:
        return None
    return Step(
        "said",
        "What was said",
        "A popular article says:",
        tuple(item.claim.statement for item in chosen),
        tuple(
            f"{VERDICTS[item.claim.verdict].label}: {item.claim.statement} {item.claim.explanation}"
            + (" To be reviewed: some numbers in this text no longer match the data." if item.needs_review else "")
            for item in chosen
        ),
        also_cited=tuple(key for item in chosen for key in item.claim.citations),
    )


def _rates_asked(answer: Answer) -> tuple[Asked, ...]:
    if answer.question.measure not in ("RR", "OR", "RD"):
        return ()
    return guesses.of_rates(answer, inside(effect_sentences.span_of(answer)))


def _guess(name: str, title: str, asked: Sequence[Asked], caption: str = "") -> Step | None:
    if not asked:
        return None
    notes = tuple(f"{item.words} The trials found {item.result}." for item in asked)
    return Step(
        name,
        f"Your guess: {inside(title)}",
        asked[0].words,
        (caption,) if caption else (),
        notes,
        figure="guess",
        asked=tuple(asked),
    )


def _guess_harm(story: Story) -> Step | None:
    telling = topic().unblinding
    events = [item for item in story.harms.drawn if item.event == telling]
    if not events:
        return None
    item = events[0]
    asked = guesses.of_event(item.difference, item.rates, f"{verb_of(telling)} ({telling_event()})")
    return _guess("guess-harm", f"How many {verb_of(telling)}?", asked, given_up(story.harms.scope.dropped))


def _duration(story: Story, by_key: Mapping[str, Section]) -> Step:
    """Show relapse after randomised withdrawal if the view has it, else days to relapse after a course."""
    withdrawn = any(e.effect is not None and not e.result.doubt for e in story.withdrawals)
    inside = withdrawn and not story.withdrawals_dropped
    chosen = by_key["withdrawal"] if inside else by_key["course"]
    large = ended(chosen.sentence.headline)
    if inside:
        going, stopping = relapse_rates(story.withdrawals)
        large = f"{going} relapsed when randomised to continue, {stopping} when randomised to stop."
    notes = [section.headline for section in (by_key["single"], by_key["course"], by_key["withdrawal"])]
    single = by_key["single"]
    return Step(
        "duration",
        "How long it lasts",
        large,
        written(
            chosen.sentence.headline if inside else "",
            chosen.sentence.numbers,
            *chosen.captions[:1],
            ended(single.sentence.headline) if single.results else "",
        ),
        (*notes, *dict.fromkeys((*chosen.captions[1:], *by_key["withdrawal"].captions))),
        chosen.results,
        ("withdrawal" if inside else "course") if chosen.figure is not None else "",
    )


def _harms(story: Story, by_key: Mapping[str, Section]) -> Step:
    section = by_key["harms"]
    widened = given_up(story.harms.scope.dropped)
    return Step(
        "harms",
        "Harms",
        ended(section.sentence.headline),
        written(section.sentence.numbers, widened),
        (
            section.headline,
            by_key["serious"].headline,
            *section.lines,
            harm_sentences.not_measured(story.view.evidence.results),
        ),
        section.results,
        "harms" if story.harms.drawn else "",
    )


def _certainty(story: Story, answer: Answer, lenses: Sequence[Lens], scope: Scope) -> Step:
    review = certainty.rating(story.view.evidence.reviews, answer)
    cited = (review.citation,) if review is not None else ()
    words = certainty.words_for(story.view.evidence.reviews, answer)
    what = OUTCOMES[answer.question.outcomes[0]].label
    large = f"{words}."
    if review is not None and review.certainty is not None:
        large = f"{what}: {review.certainty} certainty."
    results = tuple(r for item in lenses for entry in item.used for r in entry.results)
    masked = trust.lens(scope, LIGHT)
    return Step(
        "certainty",
        "How far to trust it",
        large,
        written(
            f"{words}." if review is not None else "",
            f"{effect_sentences.when(scope.answer)}, by how well the treatment was hidden:" if lenses else "",
            scope.words,
        ),
        (masked.headline, *masked.captions),
        results,
        "masking" if lenses else "",
        also_cited=cited,
    )


def _mind(story: Story, answer: Answer) -> Step:
    view = story.view
    pooled = answer.pooled
    lines = []
    if answer.k > 1:
        turns = robustness.each_left_out(answer, robustness.without_each(answer)).over_all
        lines.append(f"One trial less: {inside(turns)}")
    if pooled is not None and pooled.pi_low is not None and pooled.pi_high is not None:
        span = interval_in_words(answer.question.measure, pooled.pi_low, pooled.pi_high)
        lines.append(f"The true effect in another setting may lie anywhere from {span}.")
    elif caution := effect_sentences.caution(answer):
        lines.append(caution)
    judged = frozenset(item.trial for item in view.evidence.judgements)
    unknown = overview.not_known(view.rows, judged, view.evidence.gaps, view.evidence.trials)
    return Step(
        "mind",
        "What would change our mind",
        "What these trials leave open, and so what would change our mind:",
        (*lines, *unknown)[:5],
        ("Ask the audience which trial it would fund next.", *(*lines, *unknown)[5:]),
    )


def _sources(story: Story, steps: Iterable[Step]) -> Step:
    cited = tuple(dict.fromkeys(key for step in steps for key in step.citations))
    return Step(
        "sources",
        "Sources",
        f"{counted(len(cited), 'source')} behind these steps.",
        (story.view.citation,),
        ("Cite the trials first, then the dashboard with its data version.",),
        figure="references",
        also_cited=cited,
    )
