"""How far the trials can be trusted as sections: blinding, guesses at treatment, risk of bias, and weights by risk."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from evidence.dataset.records import Result
from evidence.dataset.references import Reference
from evidence.dataset.vocabulary import ROB_TOOLS
from evidence.formatting import Sentence, counted
from evidence.questions import blinding, guesses, response
from evidence.questions import risk_of_bias as bias
from evidence.questions.blinding import Scope
from evidence.questions.guesses import Guess
from evidence.questions.risk_of_bias import Board, Summary
from evidence.report import alt_text
from evidence.report.figures.blinding import lens_plot
from evidence.report.figures.forest import Labels, forest
from evidence.report.figures.forest_rows import felt_head, masked_rows
from evidence.report.figures.guesses import guess_plot
from evidence.report.figures.risk_of_bias import traffic_light, weighted_bar
from evidence.report.figures.style import Ink
from evidence.report.section import Drawing, Links, Section, cited, written
from evidence.report.tables import answers as answer_tables
from evidence.report.tables import harms as harm_tables
from evidence.report.tables import risk_of_bias as bias_tables
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis import sentences

_SCRIPT = "Effect by masking"


def lens(scope: Scope, ink: Ink) -> Section:
    """Return the effect by how the treatment was hidden, with the telling event in the same trials beside it."""
    answer, measure = scope.answer, scope.answer.question.measure
    items = blinding.lenses(answer, scope.results)
    sides = sentences.sides_of(entry.first for entry in answer.used)
    kinds = sentences.score_kinds(answer)
    mixed = f"Pooled together: {kinds}." if kinds else ""
    captions = (f"{sentences.when(answer)}.", scope.words, mixed, blinding.caution(answer, items))
    return Section(
        "blinding",
        "Could people tell what they got?",
        blinding.finding(answer, items),
        (" ".join(written(*captions)),),
        Drawing(lens_plot, (items, answer.question, sides, ink)) if items else None,
        "; ".join(blinding.aloud(answer, item) for item in items),
        harm_tables.lens_frame(items, measure),
        (*cited(answer.used), *(result for item in items for result in item.felt.results)),
        tuple(sentences.pooled_notes(answer)) if items else (),
        answers=(answer,),
        script=_SCRIPT,
    )


def lens_trials(scope: Scope, links: Links, ink: Ink) -> Section:
    """Return the trials behind the effect by masking, one by one."""
    answer, measure = scope.answer, scope.answer.question.measure
    rows = tuple(masked_rows(answer, scope.results, links, ink))
    sides = sentences.sides_of(entry.first for entry in answer.used)
    labels = Labels(
        "Drug", "Control", *sentences.favours(answer.question, sides), MEASURES[measure].label, (felt_head(),)
    )
    return Section(
        "blinding-trials",
        "The trials behind it, by masking",
        sentences.headline_of_rates(answer, sides),
        drawing=Drawing(forest, (rows, measure, labels, ink)) if rows else None,
        alt=alt_text.answers([answer]),
        table=answer_tables.pool_frame([answer], links),
        results=cited(answer.entries),
        notes=tuple(sentences.not_pooled(answer)) if rows else (),
        answers=(answer,),
        script=_SCRIPT,
    )


def treatment_guesses(items: tuple[Guess, ...], elsewhere: Sequence[str], ink: Ink) -> Section:
    """Return who was sure of the treatment received; `elsewhere` are trials whose count is not in these data."""
    headline = guesses.in_a_sentence(items, elsewhere)
    return Section(
        "guesses",
        "Were people sure of what they had got?",
        Sentence(headline),
        drawing=Drawing(guess_plot, (items, ink)) if items else None,
        alt=headline,
        table=_guess_frame(items),
        results=tuple(result for guess in items for result in guess.results),
        notes=(guesses.READING,) if items else (),
    )


def _guess_frame(items: tuple[Guess, ...]) -> pd.DataFrame:
    """Return a row per arm: who was sure and right, of how many asked, and the rate with its interval."""
    rows = []
    for guess in items:
        for arm, counts, (rate, low, high) in zip(
            ("drug", "comparator"), (guess.drug, guess.comparator), guess.rates, strict=True
        ):
            numbers = {"Sure and right": counts.events, "Asked": counts.n, "Of 100": round(100 * rate)}
            span = f"{100 * low:.0f} to {100 * high:.0f}"
            rows.append({"Trial": guess.label, "Arm": arm, **numbers, "95% interval": span})
    return pd.DataFrame(rows)


def risk_of_bias(
    board: Board, tools: Mapping[str, int], links: Links, references: Mapping[str, Reference], ink: Ink
) -> Section:
    """Return the judgements of published reviews, trial by trial; `tools` counts the trials judged with each tool."""
    others = ", ".join(f"{counted(k, 'trial')} with {name}" for name, k in tools.items() if name != board.tool)
    reviews = dict.fromkeys(item.citation for item in board.judgements)
    used = tuple((key, references[key]) for key in reviews if key in references)
    captions = (
        bias.headline_of_blinding(board),
        f"Also judged: {others}; choose the tool under Options." if others else "",
        f"Judged with {ROB_TOOLS[board.tool].label}." if board.judgements else "",
        "The judgements are those of published reviews; none is our own.",
    )
    return Section(
        "bias",
        "Can the trials be trusted?",
        bias.headline(board),
        (" ".join(written(*captions)),),
        Drawing(_traffic_light, (board, tuple(links.items()), used, ink)) if board.lines else None,
        bias.spoken(board),
        bias_tables.board_frame(board),
        tuple(line.result for line in board.lines),
    )


def _traffic_light(
    board: Board, links: tuple[tuple[str, str | None], ...], references: tuple[tuple[str, Reference], ...], ink: Ink
) -> go.Figure:
    return traffic_light(board, dict(links), dict(references), ink)


def weights(board: Board, rows: Sequence[Result], time: str, ink: Ink) -> Section:
    """Return how much of the weight of the response pool, measured at `time`, is at which risk of bias."""
    shares = bias.summary(board, response.answer_for(rows, response.Choices(time=time)))
    return Section(
        "weights",
        "Risk of bias by weight",
        Sentence(bias.headline_of_weights(shares)),
        (f"Shares are {shares.weights}. A trial judged in two ways counts half to each. Grey: not judged.",),
        Drawing(weighted_bar, (shares, ink)) if shares.shares and board.judged else None,
        _shares_in_words(shares),
        bias_tables.summary_frame(shares),
        shares.results,
    )


def _shares_in_words(summary: Summary) -> str:
    return "; ".join(bias.share_in_words(item) for item in summary.shares)
