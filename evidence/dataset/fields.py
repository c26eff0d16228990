"""Types of one cell: text in, value or a coded error out. Nothing here knows a file or a row.

Every error is a `PydanticCustomError` whose type is a code of `evidence.dataset.evidence.problems`. A blank cell is
no value: `evidence.dataset.evidence.records` leaves it out before these types see it.
"""

import difflib
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError, core_schema

LARGEST = 1e12  # squares and sums of anything smaller stay finite

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,4})?")
_SPACES = " \u00a0\u2009\u202f"  # space, no-break, thin, narrow no-break
_THOUSANDS = re.compile(
    rf"-?[0-9]{{1,3}}(?:[,'’{_SPACES}][0-9]{{3}})+(?:\.[0-9]+)?|-?[0-9]{{1,3}}(?:\.[0-9]{{3}}){{2,}}"
)
DECIMAL_COMMA = re.compile(r"-?[0-9]+,[0-9]+(?:[eE][-+]?[0-9]{1,4})?")
# A point in the middle of the line as the Lancet prints it, none before or behind the point.
_OTHER_FORM = re.compile(r"-?[0-9]+[·٫][0-9]+|-?[.·][0-9]+|-?[0-9]+\.")
_RAISED = re.compile(
    r"^[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁼⁽⁾ᵃ-ᵿⁱⁿʰʲʳˡˢˣʷʸ₀-₎]+(?=[-0-9])|[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃ-ᵿⁱⁿʰʲʳˡˢˣʷʸ₀-₎,]*[⁰¹²³⁴⁵⁶⁷⁸⁹⁾ᵃ-ᵿⁱⁿʰʲʳˡˢˣʷʸ₀-₎]$"
)
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"[0-9]{{1,2}}[-/. ]{_MONTH}(?:[-/. ][0-9]{{2,4}})?|{_MONTH}[-/. ][0-9]{{1,4}}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?|[0-9]{1,2}[/.][0-9]{1,2}[/.][0-9]{2,4}"
    r"|-?[0-9]{1,5}:[0-9]{2}(?::[0-9]{2})?",
    re.IGNORECASE,
)
_LONGEST_NUMBER = 100  # characters that are looked at to say why a text is no number
_NOT_FINITE = frozenset(
    {"nan", "inf", "infinity", "na", "n/a", "#n/a", "null", "none", "#div/0!", "#value!", "#ref!", "#name?", "#num!"}
)
_NOT_GIVEN = frozenset(
    (
        *("nr", "ns", "n.s.", "n.r.", "nd", "not reported", "not stated", "not given", "not available", "unknown"),
        *("not applicable", "unclear", "missing", "-", "–", "—", "--", ".", "..", "?", "x", "tbd", "pending"),
    )
)
# Two numbers in one cell: a mean with its SD, a number of a total, a range; and a number with its unit.
_ONE = r"[-−–]?[0-9]+(?:[.,·][0-9]+)?"
_TWO = re.compile(rf"{_ONE} ?(?:±|\+/-|\+-|/|to|of|from|–|—|;|,| |-|\(|\[) ?\(?{_ONE}.{{0,60}}")
_UNIT = "h|hrs?|hours?|d|days?|w|wks?|weeks?|mo|months?|min|minutes?|mg|mg/kg|kg|points?|pts?|years?|patients?|people"
_WITH_UNIT = re.compile(
    rf"(?:days?|weeks?|months?|hours?|visit|week|ca\.?|about|approx\.?) ?{_ONE}|{_ONE} ?(?:{_UNIT})\.?", re.IGNORECASE
)

_REGISTRIES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        prefix: re.compile(pattern)
        for prefix, pattern in {
            "NCT": r"NCT[0-9]{8}",
            "EudraCT": r"EudraCT [0-9]{4}-[0-9]{6}-[0-9]{2}",
            "EUCT": r"EUCT [0-9]{4}-[0-9]{6}-[0-9]{2}-[0-9]{2}",
            "ISRCTN": r"ISRCTN[0-9]{8}",
            "ACTRN": r"ACTRN[0-9]{14}",
            "ChiCTR": r"ChiCTR(?:-[A-Z]{2,4}-)?[0-9]{8,10}",
            "UMIN": r"UMIN[0-9]{9}",
            "JapicCTI": r"JapicCTI-[0-9]{6}",
            "jRCT": r"jRCTs?[0-9]{9,10}",
            "CTRI": r"CTRI/[0-9]{4}/[0-9]{2,3}/[0-9]{6}",
            "IRCT": r"IRCT[0-9]{8,}N[0-9]+",
            "DRKS": r"DRKS[0-9]{8}",
            "NTR": r"NTR[0-9]+",
            "NL": r"NL[0-9-]+",
            "TCTR": r"TCTR[0-9]{11}",
            "KCT": r"KCT[0-9]{7}",
            "PACTR": r"PACTR[0-9]{15,16}",
            "RBR": r"RBR-[0-9a-z]+",
            "SLCTR": r"SLCTR/[0-9]{4}/[0-9]{3}",
        }.items()
    }
)

_MANY = 1_000  # words
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


def _folded(word: str) -> str:
    return "".join(word.casefold().split()).replace("-", "").replace("_", "")


def nearest(word: str, words: Iterable[str]) -> str:
    """Return the listed word most similar to the given one, or "" if none is similar.

    Letter case, spaces, hyphens and underscores are ignored.

    >>> nearest("Intra venous", ["oral", "intravenous"]), nearest("xyz", ["oral"])
    ('intravenous', '')
    """
    wanted = _folded(word[:80])
    folded = {_folded(known): known for known in words}
    if len(folded) > _MANY:  # the names of a large file: only those with the same first letter are compared
        folded = {name: known for name, known in folded.items() if name[:1] == wanted[:1]}
    near = difflib.get_close_matches(wanted, list(folded), n=1)
    return folded[near[0]] if near else ""


def slug_of(label: str) -> str:
    """Make a trial's short name from its label.

    >>> slug_of("Müller & Sons 2013a")
    'muller-sons-2013a'
    """
    plain = unicodedata.normalize("NFKD", label.casefold()).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain))


class Word:
    """Marks a field as holding one word of a closed list."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.words = words

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        """Check the value against the list after its own type."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def _check(self, value: str | None) -> str | None:
        if value is None or value in self.words:
            return value
        raise self.unknown(value)

    def unknown(self, value: str) -> PydanticCustomError:
        """Return the error on a value that the list does not have."""
        details = {"nearest": nearest(value, self.words), "allowed": tuple(self.words)}
        return PydanticCustomError("unknown-term", "unknown", {**details, "list": getattr(self.words, "name", "")})


class SomeOf(Word):
    """Marks a field as holding any number of words of a list, separated by semicolons."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        """Take the cell apart, then check each word."""
        return core_schema.no_info_before_validator_function(
            _split, core_schema.no_info_after_validator_function(self._check_all, handler(source))
        )

    def _check_all(self, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            self._check(value)
        return values


def number_fault(text: str) -> tuple[str, str]:
    """Return the code that explains why a text is not a plain number, and the number it may stand for.

    >>> number_fault("1,234.5"), number_fault("1,5"), number_fault("64%"), number_fault("about 5")
    (('number-thousands', '1234.5'), ('number-decimal-comma', '1.5'), ('number-percent', '64'), ('number-text', ''))
    """
    text = text[:_LONGEST_NUMBER]
    plain = text.translate(str.maketrans("−–", "--"))
    digits = "".join(str(int(letter)) if letter.isdecimal() else letter for letter in text)
    candidates = (
        ("number-not-finite", text.lstrip("+-").casefold() in _NOT_FINITE, ""),
        ("number-thousands", _THOUSANDS.fullmatch(text), _without_marks(text)),
        ("number-decimal-comma", DECIMAL_COMMA.fullmatch(text), text.replace(",", ".")),
        ("number-percent", text.endswith(("%", "٪", "％")), text[:-1].strip()),
        ("number-underscore", "_" in text, text.replace("_", "")),
        ("number-inequality", text.startswith(("<", ">", "≤", "≥", "~", "=")), text.lstrip("<>≤≥~= ")),
        ("number-digits", digits != text, digits),
        ("number-sign", plain != text or text.startswith("+"), plain.lstrip("+")),
        ("number-form", _OTHER_FORM.fullmatch(text), _usual_form(text)),
        ("number-form", text.startswith("'"), text[1:]),
        ("number-raised", _RAISED.search(text), _RAISED.sub("", text)),
        ("number-date", _DATE.fullmatch(text), "0"),
    )
    for code, is_so, suggestion in candidates:
        if is_so and (code == "number-not-finite" or _NUMBER.fullmatch(suggestion)):
            return code, suggestion if code != "number-date" else ""
    return "number-text", ""


def number_hint(text: str) -> str:
    """Return what to do with a text that is no number, where it is plain what it holds; else "".

    >>> number_hint("14.8 (8.1)"), number_hint("about")
    ('It holds two numbers: write each into a column of its own. ', '')
    """
    text = text[:_LONGEST_NUMBER].strip()
    if text.casefold() in _NOT_GIVEN:
        return "Leave the cell blank where the source gives no number. "
    if _TWO.fullmatch(text):
        return "It holds two numbers: write each into a column of its own. "
    if _WITH_UNIT.fullmatch(text):
        return "The unit belongs to the column, and a study day counts from the first dose, which is often day 1. "
    return ""


def _usual_form(text: str) -> str:
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    units, _, part = digits.replace("·", ".").replace("٫", ".").partition(".")
    return f"{sign}{units or '0'}" + (f".{part}" if part else "")


def _without_marks(text: str) -> str:
    marks = r"\." if text.count(".") > 1 else rf"[,'’{_SPACES}]"
    return re.sub(marks, "", text)


def _number(
    low: float = -math.inf,
    high: float = math.inf,
    code: str = "",
    *,
    open_below: bool = False,
    only_integers: bool = False,
) -> BeforeValidator:
    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        if _NUMBER.fullmatch(value) is None:
            wrong, suggestion = number_fault(value)
            raise PydanticCustomError(wrong, "not a plain number", {"suggestion": suggestion})
        amount = float(value)
        if abs(amount) > LARGEST:
            raise PydanticCustomError("number-too-large", "too large")
        if amount < low or amount > high or (open_below and amount == low):
            raise PydanticCustomError(code, "out of range")
        if not only_integers:
            return amount
        if amount != int(amount):
            raise PydanticCustomError("not-whole", "not whole")
        return int(amount)

    return BeforeValidator(read)


def _pattern(pattern: str, code: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if compiled.fullmatch(value) is None:
            raise PydanticCustomError(code, "malformed")
        return value

    return AfterValidator(check)


def _slug(value: str) -> str:
    if _SLUG.fullmatch(value) is None:
        raise PydanticCustomError("slug", "malformed", {"suggestion": slug_of(value)})
    return value


_NCT_WITHIN = re.compile(r"NCT[\s:#-]{0,3}([0-9]{8})(?![0-9])", re.IGNORECASE)


def _registration(value: str) -> str:
    for entry in value.split(";"):
        number = entry.strip()
        if not any(pattern.fullmatch(number) for pattern in _REGISTRIES.values()):
            known = dict.fromkeys(f"NCT{digits}" for digits in _NCT_WITHIN.findall(value))
            code = "registration-nct" if known or number.upper().startswith("NCT") else "registration"
            raise PydanticCustomError(code, "malformed", {"suggestion": "; ".join(known)})
    return value


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1)]
OptionalText = str | None
Slug = Annotated[str, AfterValidator(_slug)]
CitationKey = Annotated[str, _pattern(r"[A-Za-z0-9][A-Za-z0-9_-]*", "citation-key")]
SlugList = Annotated[tuple[Slug, ...], BeforeValidator(_split)]
CitationList = Annotated[tuple[CitationKey, ...], BeforeValidator(_split)]
Registration = Annotated[str, AfterValidator(_registration)]
Number = Annotated[float, _number()]
Nonnegative = Annotated[float, Field(ge=0), _number(0, code="negative")]
Positive = Annotated[float, Field(gt=0), _number(0, code="not-positive", open_below=True)]
Percent = Annotated[float, Field(ge=0, le=100), _number(0, 100, "percent-range")]
Probability = Annotated[float, Field(ge=0, le=1), _number(0, 1, "p-range")]
Count = Annotated[int, Field(ge=0), _number(0, code="negative", only_integers=True)]
YesOrBlank = Annotated[str | None, Word({"yes": "yes"})]
