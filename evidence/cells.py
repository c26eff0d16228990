"""Types of one cell: text in, value or a coded error out. Nothing here knows a file or a row.

Every error is a `PydanticCustomError` whose type is a code of `evidence.findings`.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def _blank_to_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _number(value: object) -> object:
    if not isinstance(value, str):
        return value
    if _NUMBER.fullmatch(value) is None:
        raise PydanticCustomError("number", "not a plain number")
    return float(value)


class Word:
    """Marks a field as holding one word of a closed list."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.words = words

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        """Check the value against the list, after turning a blank cell into None."""
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(
            _blank_to_none, core_schema.no_info_after_validator_function(self._check, handler(source))
        )

    def _check(self, value: str | None) -> str | None:
        if value is not None and value not in self.words:
            near = difflib.get_close_matches(value, list(self.words), n=1)
            raise PydanticCustomError("unknown-term", "unknown", {"nearest": near[0] if near else ""})
        return value


def _pattern(pattern: str, code: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if compiled.fullmatch(value) is None:
            raise PydanticCustomError(code, "malformed")
        return value

    return AfterValidator(check)


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value


_Blank = BeforeValidator(_blank_to_none)
_Plain = BeforeValidator(_number)
Text = Annotated[str, Field(min_length=1)]
OptionalText = Annotated[str | None, _Blank]
Slug = Annotated[str, _pattern(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", "slug")]
CitationKey = Annotated[str, _pattern(r"[A-Za-z0-9][A-Za-z0-9_-]*", "key")]
SlugList = Annotated[tuple[Slug, ...], BeforeValidator(_split)]
CitationList = Annotated[tuple[CitationKey, ...], BeforeValidator(_split)]
Registration = Annotated[str | None, _Blank]
Number = Annotated[float, _Plain]
Nonnegative = Annotated[float, Field(ge=0), _Plain]
Positive = Annotated[float, Field(gt=0), _Plain]
Percent = Annotated[float, Field(ge=0, le=100), _Plain]
Probability = Annotated[float, Field(ge=0, le=1), _Plain]
Count = Annotated[int, Field(ge=0), _Plain]
YesOrBlank = Annotated[str | None, _Blank]
