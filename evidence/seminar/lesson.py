"""A view as a lesson: its steps in order, built from the answers that the pages and the slides give."""

from collections.abc import Iterable, Mapping, Sequence

from evidence.content.claims import assess_all
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.vocabulary import TOPICS, VERDICTS
from evidence.formatting import counted
from evidence.questions import (
    blinding,
    certainty,
    overview,
    robustness,
)
from evidence.questions import (
    harm_sentences as harm_words,
)
from evidence.questions.blinding import Lens, Scope
from evidence.report.sections import Part, parts
from evidence.report.view import Story, View, tell
from evidence.selection.selection import headcount
from evidence.selection.widening import given_up
from evidence.seminar import guesses
from evidence.seminar.guesses import Asked
from evidence.seminar.middle import meaning, middle
from evidence.seminar.steps import Lesson, Step, headline, said
from evidence.synthesis import sentences as statements
from evidence.synthesis.answers import Answer

_MOST_CLAIMS = 4


def lesson(view: View) -> Lesson:
    """The lesson of a view; raises ExportError where it holds no result."""
    story = tell(view)
    found = {part.key: part for part in parts(story)}
    answer = _central(story)
    scope = blinding.scope(view.evidence.results, view.selection, "RR", "24h")
    lenses = tuple(item for item in blinding.lenses(scope.answer, scope.results) if item.pooled is not None)
    steps = [
        _question(story),
        _said(story),
        _guess("guess-response", "How many respond?", _rates_asked(answer), meaning(answer)),
        *middle(answer, found),
        _guess(
            "guess-duration",
            "How long does it last?",
            guesses.of_days(story.courses),
            given_up(story.courses_dropped),
        ),
        _duration(story, found),
        _guess_harm(story),
        _harms(story, found),
        _certainty(story, answer, lenses, scope),
        _mind(story, answer),
    ]
    kept = [step for step in steps if step is not None]
    return Lesson(story, (*kept, _sources(story, kept)), answer, scope.answer, lenses)


def _central(story: Story) -> Answer:
    """Response; where none can be pooled the fullest time of the course of symptom scores."""
    reported = [item for item in story.onset.drawn if item.pooled is not None]
    if story.response.pooled is not None or not reported:
        return story.response
    return max(reported, key=lambda item: item.k)


def _question(story: Story) -> Step:
    view = story.view
    label, _, filters = str(view.selection).partition("; ")
    narrowed = (f"Narrowed: {filters}.",) if filters else ()
    return Step(
        "question",
        "The question",
        f"{label[0].upper()}{label[1:]}: for how many, for how long, at what cost?",
        (f"{headcount(view.rows)}.", *narrowed, "Evidence for reading and teaching, not medical advice."),
        (view.citation, "Let the room say what it expects before the first number."),
        figure="code",
    )


def _said(story: Story) -> Step | None:
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
            + (" To be reviewed: the rows no longer give every number printed here." if item.needs_review else "")
            for item in chosen
        ),
        also_cited=tuple(key for item in chosen for key in item.claim.citations),
    )


def _rates_asked(answer: Answer) -> tuple[Asked, ...]:
    if answer.question.measure not in ("RR", "OR", "RD"):
        return ()
    time = headline(statements.when(answer))[0].rstrip(".")
    return guesses.of_rates(answer, f"{time[0].lower()}{time[1:]}")


def _guess(name: str, title: str, asked: Sequence[Asked], caption: str = "") -> Step | None:
    if not asked:
        return None
    notes = tuple(f"{item.words} The trials found {item.found}." for item in asked)
    return Step(
        name,
        f"Your guess: {title[0].lower()}{title[1:]}",
        asked[0].words,
        (caption,) if caption else (),
        notes,
        figure="guess",
        asked=tuple(asked),
    )


def _guess_harm(story: Story) -> Step | None:
    events = [item for item in story.drawn_events if item.event == "dissociation"]
    if not events:
        return None
    item = events[0]
    asked = guesses.of_event(item.difference, item.rates, "feel detached from themselves or the world (dissociation)")
    return _guess("guess-harm", "How many dissociate?", asked, given_up(story.events_scope.dropped))


def _duration(story: Story, found: Mapping[str, Part]) -> Step:
    """Relapse after stopping at random where the view holds it, else days to relapse after a course."""
    withdrawn = any(e.effect is not None and e.result.confidence != "low" for e in story.withdrawals)
    inside = withdrawn and not story.withdrawals_dropped
    chosen = found["withdrawal"] if inside else found["course"]
    large, numbers = headline(chosen.finding)
    notes = [part.finding for part in (found["single"], found["course"], found["withdrawal"])]
    single = headline(found["single"].finding)[0].partition(": ")[0].rstrip(".") if found["single"].results else ""
    return Step(
        "duration",
        "How long it lasts",
        large,
        said(numbers, *chosen.captions, single and f"{single}."),
        (*notes, *found["withdrawal"].captions),
        chosen.results,
        ("withdrawal" if inside else "course") if chosen.figure is not None else "",
    )


def _harms(story: Story, found: Mapping[str, Part]) -> Step:
    part = found["harms"]
    large, numbers = headline(part.finding)
    widened = given_up(story.events_scope.dropped)
    return Step(
        "harms",
        "At what cost",
        large,
        said(numbers, widened),
        (part.finding, found["serious"].finding, *part.captions, harm_words.not_measured(story.view.evidence.results)),
        part.results,
        "harms" if story.drawn_events else "",
    )


def _certainty(story: Story, answer: Answer, lenses: Sequence[Lens], scope: Scope) -> Step:
    review = certainty.rating(story.view.evidence.reviews, answer)
    cited = (review.citation,) if review is not None else ()
    rated = f"{OUTCOMES[answer.question.outcomes[0]].label}: " if review is not None else ""
    results = tuple(r for item in lenses for entry in item.used for r in entry.results)
    return Step(
        "certainty",
        "How far to trust it",
        f"{rated}{certainty.in_words(review)}.",
        said(f"{statements.when(scope.answer)}, by how well the treatment was hidden:" if lenses else "", scope.words),
        (f"{blinding.finding(scope.answer, lenses)}.", blinding.caution(answer, lenses)),
        results,
        "masking" if lenses else "",
        also_cited=cited,
    )


def _mind(story: Story, answer: Answer) -> Step:
    view = story.view
    pooled = answer.pooled
    lines = []
    if answer.k > 1:
        turns = robustness.finding_of_each(answer, robustness.without_each(answer)).partition(". ")[2]
        lines.append(f"One trial less: {turns[0].lower()}{turns[1:]}")
    if pooled is not None and pooled.pi_low is not None and pooled.pi_high is not None:
        surprise = (
            "no surprise: the prediction interval includes it"
            if pooled.pi_low <= 0 <= pooled.pi_high
            else ("a surprise: the prediction interval excludes it")
        )
        lines.append(f"A new trial that finds no effect would be {surprise}.")
    unknown = overview.not_known(view.rows, frozenset(item.trial for item in view.evidence.judgements))
    return Step(
        "mind",
        "What would change our mind",
        "What these trials leave open, and so what would change our mind:",
        (*lines, *unknown)[:5],
        ("Ask the room which trial it would pay for next.", *(*lines, *unknown)[5:]),
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
