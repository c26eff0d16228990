"""What a topic says of itself in sentences and numbers: its background, and the numbers its claims rest on.

A number is declared, not written: which rows it is worked out from and how it is shown. `evidence.content.numbers`
works it out, so that no sentence of a folder goes on printing what its rows no longer give.
"""

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
        found = re.search(f"{start}(.{{1,80}}?){end}", text)
        return found[1] if found else None


class ClaimView(Part):
    """Where a claim can be looked at: a page, the question it opens with, a trial, filters."""

    page: Annotated[str, StringConstraints(pattern=r"^[a-z]+$", max_length=20)]
    question: str = "everything"
    trial: str = ""
    filters: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)


def fields_of(text: str) -> list[tuple[str, str]]:
    """Return the fields in braces of a text, each with its form.

    >>> fields_of("{events_intervention} of {hours:days}")
    [('events_intervention', ''), ('hours', 'days')]

    Raises:
        ValueError: braces that do not match.
    """
    return [(name, form or "") for _, name, form, _ in Formatter().parse(text) if name is not None]
