"""Colours of figures against the grounds they are drawn on: 4.5:1 for words, 3:1 for marks (WCAG 1.4.3 and 1.4.11)."""

import json
import re
import tomllib
from collections.abc import Iterator

import plotly.graph_objects as go
import pytest

from evidence.dataset.evidence import Evidence
from evidence.questions.onset import course
from evidence.report.figures import style
from evidence.report.figures.style import Ink
from evidence.report.figures.time_course import onset
from tests.support.paths import ROOT

WORDS, MARKS = 4.5, 3.0
THEMES = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
INKS = [pytest.param(ink, id=name) for name, ink in style.INKS.items()]


def channels(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def light(colour: list[float]) -> float:
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in colour]
    return sum(share * v for share, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: list[float], other: list[float]) -> float:
    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


def test_the_contrast_is_that_of_wcag() -> None:
    assert contrast(channels("#000000"), channels("#ffffff")) == pytest.approx(21)
    assert contrast(channels("#777777"), channels("#ffffff")) == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("ink", INKS)
def test_words_of_a_figure_are_legible_on_every_ground(ink: Ink) -> None:
    for ground in (ink.paper, ink.band, ink.acute):
        for colour in (ink.text, ink.secondary, ink.link):
            assert contrast(channels(colour), channels(ground)) >= WORDS, (colour, ground)
    for name, mark in style.JUDGEMENT_MARKS.items():
        assert contrast(channels(mark.sign(ink)), channels(mark.fill(ink))) >= WORDS, name


@pytest.mark.parametrize("ink", INKS)
def test_marks_stand_out_from_paper_and_band(ink: Ink) -> None:
    for name, mark in {**style.COMPARATOR_MARKS, **style.MASKING_MARKS}.items():
        for ground in (ink.paper, ink.band):
            assert contrast(channels(mark.colour(ink)), channels(ground)) >= MARKS, (name, ground)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_captions_at_60_per_cent_and_links_are_legible(theme: str) -> None:
    colours = THEMES[theme]
    for ground in (colours["backgroundColor"], colours["secondaryBackgroundColor"]):
        below = channels(ground)
        caption = [0.6 * word + 0.4 * paper for word, paper in zip(channels(colours["textColor"]), below, strict=True)]
        assert contrast(caption, below) >= WORDS
        assert contrast(channels(colours["linkColor"]), below) >= WORDS


def spans(figure: go.Figure) -> Iterator[tuple[str, str]]:
    """Colours and the words in them, of every coloured span."""
    drawn = json.dumps(figure.to_plotly_json(), default=str)
    yield from re.findall(r'<span style=\\"color:(#\w{6})[^>]*>(.*?)</span>', drawn)


@pytest.mark.parametrize("ink", INKS)
def test_the_key_of_comparators_colours_the_dash_and_not_the_word(ink: Ink, evidence: Evidence) -> None:
    story = course(evidence.results, "SMD")
    found = list(spans(onset(story.drawn, ("favours one", "favours other"), ink, story.axis)))
    assert found
    for colour, words in found:
        if re.search(r"[A-Za-z]{3}", words):
            assert contrast(channels(colour), channels(ink.paper)) >= WORDS, words
