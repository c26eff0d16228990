"""What a topic says of itself in sentences and numbers: its background, and the numbers its claims rest on.

A number is declared, not written: which rows it is worked out from and how it is shown. `evidence.content.numbers`
works it out, so that no sentence of a folder goes on printing what its rows no longer give.
"""

import math
import re
from collections.abc import Mapping
from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from evidence.dataset.records import PublishedEstimate, Result

Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^<>\r\n]+$")]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=600, pattern=r"^[^<>\r\n]+$")]
Wanted = str | bool | float | tuple[str | float, ...]

COUNTS = ("trials", "all", "results", "labels", "times", "latest", "more_often", "ids")
"""Fields that are about all rows of a number: how many, of how many, whose, when."""
RATES = ("rate_intervention", "rate_comparator", "wilson_low", "wilson_high")
ASKED = ("is_controlled", "comparator_kind", "outcome_group", "has_counts", "has_effect", "hours_below")
REFERENCE_FIELDS = ("id", "title", "container_title", "year", "page", "authors")
FORMS = ("", "word", "plain", "days", "0", "1", "trials", "results", "people")
"""How a field is shown: as it is, as a word, without more digits than given, hours as days, or with its noun."""
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "results": (*Result.columns(), *RATES),
    "reviews": PublishedEstimate.columns(),
    "references": REFERENCE_FIELDS,
}


class Part(BaseModel):
    """What every part of a topic has in common."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


_HOURS_OF = {"hours": 1.0, "days": 24.0, "weeks": 168.0}


class TimeBin(Part):
    """A span of time (both ends included) whose measurements are pooled together.

    Only `value`, `low` and `high` are needed, in the `unit` named; the words follow from them unless they are given.

    >>> TimeBin.model_validate({"value": "8w", "low": 6, "high": 10, "unit": "weeks"}).phrase
    'at 6 to 10 weeks'
    """

    value: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=20)]
    low: Annotated[float, Field(ge=0)]
    """The first hour, once read."""
    high: Annotated[float, Field(ge=0)]
    """The last hour, once read; inf for no end."""
    centre: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    """The hour that the span stands for: of several results of a trial the nearest is taken."""
    label: Line
    """Name on charts and in lists."""
    short: Annotated[str, StringConstraints(min_length=1, max_length=12, pattern=r"^[^<>\r\n]+$")]
    """Name over a narrow column."""
    phrase: Line
    """How a sentence says the span, as in “at 12 to 36 hours”."""
    spoken: Line
    """How a sentence says the time it stands for, as in “24 hours”."""

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, fields: object) -> object:
        if not isinstance(fields, Mapping):
            return fields
        given = dict(fields)
        unit = given.pop("unit", "hours")
        if unit not in _HOURS_OF:
            raise ValueError(f"unit is none of {', '.join(_HOURS_OF)}")
        spans = [given.get(name) for name in ("low", "high")]
        low, high = (float(x) if isinstance(x, int | float) else math.nan for x in spans)
        if math.isnan(low) or math.isnan(high):
            return given
        if high < low:
            raise ValueError("high is below low")
        centre = float(given.get("centre", low if math.isinf(high) else (low + high) / 2))
        of = _HOURS_OF[str(unit)]
        span = f"over {low:g} {unit}" if math.isinf(high) else f"{low:g} to {high:g} {unit}" if low else ""
        span = span or f"up to {high:g} {unit}"
        words = {
            "label": span[:1].upper() + span[1:],
            "short": f"{low:g}+ {unit[:1]}" if math.isinf(high) else f"{low:g}–{high:g} {unit[:1]}",
            "phrase": f"after {low:g} {unit}"
            if math.isinf(high)
            else f"at {span}"
            if low
            else f"within {high:g} {unit}",
            "spoken": f"{centre:g} {unit}",
        }
        return words | given | {"low": low * of, "high": high * of, "centre": centre * of}

    @model_validator(mode="after")
    def _stands_for_itself(self) -> Self:
        if not self.low <= self.centre <= self.high:
            raise ValueError("centre is outside of low and high")
        return self

    def holds(self, hours: float) -> bool:
        """Return whether a measurement at this hour belongs to the bin."""
        return self.low <= hours <= self.high


def _bin(
    value: str, label: str, short: str, low: float, high: float, centre: float, phrase: str, spoken: str
) -> TimeBin:
    words = {"label": label, "short": short, "phrase": phrase, "spoken": spoken}
    return TimeBin.model_validate({"value": value, "low": low, "high": high, "centre": centre, **words})


TIMES_OF_ONE_DOSE: tuple[TimeBin, ...] = (
    _bin("6h", "Up to 6 hours", "to 6 h", 0, 6, 4, "within 6 hours", "4 hours"),
    _bin("24h", "12 to 36 hours", "24 h", 12, 36, 24, "at 12 to 36 hours", "24 hours"),
    _bin("72h", "Over 36 to 110 hours", "2–4 d", 36.01, 110, 72, "at 36 to 110 hours", "3 days"),
    _bin("7d", "5 to 8 days", "7 d", 5 * 24, 8 * 24, 168, "at 5 to 8 days", "7 days"),
    _bin("14d", "9 to 16 days", "14 d", 9 * 24, 16 * 24, 336, "at 9 to 16 days", "2 weeks"),
    _bin("28d", "17 to 31 days", "3–4 wk", 17 * 24, 31 * 24, 672, "at 17 to 31 days", "4 weeks"),
    _bin("later", "After 31 days", "later", 31 * 24 + 0.01, math.inf, 2184, "after 31 days", "3 months"),
)
"""The bins of a folder that names none: those of a drug that acts within hours."""


class Number(Part):
    """A number worked out from the rows that meet `where`, in the words of `show`."""

    of: Literal["results", "reviews", "references"] = "results"
    """Which rows: the results of trials.csv, the estimates of reviews.csv, or the references."""
    where: Mapping[str, Wanted] = Field(default_factory=dict)
    """Column and value; one of several, or with * for any letters. Every one must be met."""
    either: bool = False
    """Whether it is enough that one of `where` is met."""
    show: Line = "{trials}"
    """Words with fields in braces: columns of the first row that has them, or what is counted over all rows."""
    none: Line | None = None
    """What is shown where no row meets `where`."""

    @model_validator(mode="after")
    def _names_what_there_is(self) -> Self:
        columns = _COLUMNS[self.of]
        known = {*columns, *ASKED} if self.of == "results" else set(columns)
        for name in self.where:
            if name not in known:
                raise ValueError(f"{self.of} have no column {name}")
        for name, form in fields_of(self.show):
            if name.removeprefix("-") not in (*columns, *COUNTS):
                raise ValueError(f"{{{name}}} is neither a column of {self.of} nor one of {', '.join(COUNTS)}")
            if form not in FORMS:
                raise ValueError(f"{{{name}:{form}}}: the form is none of {', '.join(filter(None, FORMS))}")
        return self


class Sentence(Part):
    """One sentence of the background: cited, counted from the data, or the definition of a word."""

    text: Prose
    """Write the sentence; each number is named in braces, {all} is how many trials there are."""
    citations: tuple[str, ...] = ()
    """The references it rests on, by their `id`."""
    numbers: Mapping[str, Number] = Field(default_factory=dict)
    """The numbers in it, by name. The sentence is left out where one of them cannot be worked out."""
    otherwise: Prose | None = None
    """What is said instead where no row has the numbers."""

    @model_validator(mode="after")
    def _numbers_are_declared(self) -> Self:
        for text in (self.text, self.otherwise or ""):
            for name, form in fields_of(text):
                if name != "all" and name not in self.numbers:
                    raise ValueError(f"{{{name}}} is not among the numbers of the sentence")
                if form:
                    raise ValueError(f"{{{name}:{form}}}: the form belongs to `show`")
        if re.search(r"\d", self.text) and not self.citations and "{" not in self.text:
            raise ValueError("a number in a sentence is declared in `numbers` or cited")
        return self


class Section(Part):
    """A few sentences under one heading."""

    title: Line
    sentences: Annotated[tuple[Sentence, ...], Field(alias="sentence")] = ()


class ClaimNumber(Number):
    """One number of a claim's explanation: where it is printed, and the rows that it is worked out from again."""

    claim: str
    """The claim in claims.csv."""
    what: Line
    """What the number is."""
    printed: Line | None = None
    """The words of the explanation around the number, which stands as {}; without them it is compared with nothing."""

    @model_validator(mode="after")
    def _has_one_gap(self) -> Self:
        if self.printed is not None and self.printed.count("{}") != 1:
            raise ValueError("`printed` holds {} once, where the number stands")
        return self

    def printed_in(self, text: str) -> str | None:
        """Return what stands where the number is printed in a text; None where it does not stand there.

        >>> ClaimNumber(claim="a", what="Points", printed="was {} points").printed_in("It was 7.95 points lower.")
        '7.95'
        """
        if self.printed is None:
            return None
        before, after = self.printed.split("{}")
        start, end = re.escape(before) or "^", re.escape(after) or r"\.?$"
        match = re.search(f"{start}(.{{1,80}}?){end}", text)
        return match[1] if match else None


class ClaimView(Part):
    """Where a claim can be looked at: a page, the question it opens with, a trial, filters.

    `picture` names a chart that is drawn under the claim itself: "cohorts", who responded to a course that nobody was
    compared with.
    """

    page: Annotated[str, StringConstraints(pattern=r"^[a-z]+$", max_length=20)]
    question: str = "everything"
    trial: str = ""
    filters: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    picture: Literal["", "cohorts"] = ""


def fields_of(text: str) -> list[tuple[str, str]]:
    """Return the fields in braces of a text, each with its form.

    >>> fields_of("{events_intervention} of {hours:days}")
    [('events_intervention', ''), ('hours', 'days')]

    Raises:
        ValueError: braces that do not match.
    """
    return [(name, form or "") for _, name, form, _ in Formatter().parse(text) if name is not None]
