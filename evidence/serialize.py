"""Write tables as CSV and values as JSON for other programs, and guard every text cell against being run.

A spreadsheet evaluates a cell that begins like a formula, whoever wrote it. There is one rule for what leaves the
program, `guard_formula`, and one for what enters it, `is_formula`; what may not enter is always guarded on the way out.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

BOM = b"\xef\xbb\xbf"
# Digits are taken once: a mark parts those before from those behind it, so that a long row of them costs its length.
_NUMBER = r"(?:(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?)?\s*$"
# What a spreadsheet may take for a formula: any text with such a sign in front, unless it is a number or a lone sign.
_MAY_RUN = re.compile(rf"\s*(?:[=@＝＠]|[-+－＋](?!{_NUMBER}))")
# What is surely one: after a sign comes a name, a bracket or another sign, or the cell calls a program. Texts such as
# "-5 to 3" and "- not reported" are none.
FORMULA = re.compile(r"\s*(?:[=@＝＠]|[-+－＋](?!(?i:inf|nan)\b)(?:[A-Za-z(=@+\"'-]|.*[|!]))", re.DOTALL)


def is_formula(text: str) -> bool:
    """Return whether a text is a formula rather than words or a number, so that it may not enter the data.

    >>> is_formula("=1+1"), is_formula("-5 to 3"), is_formula("- not reported")
    (True, False, False)
    """
    return FORMULA.match(text) is not None


def may_run(text: str) -> bool:
    """Return whether a spreadsheet may take a text for a formula.

    >>> may_run("-5 to 3"), may_run("-5"), may_run("-1e3"), may_run("a = b")
    (True, False, False, False)
    """
    return _MAY_RUN.match(text) is not None


def guard_formula(text: str) -> str:
    """Return a text that no spreadsheet runs: with an apostrophe in front if it may be taken for a formula.

    >>> guard_formula("=1+1"), guard_formula("-5"), guard_formula("plain")
    ("'=1+1", '-5', 'plain')
    """
    return f"'{text}" if may_run(text) else text


def to_csv(frame: "pd.DataFrame") -> bytes:
    """Return a frame as UTF-8 CSV with a byte order mark, which spreadsheets need; whole numbers stay whole."""
    return BOM + frame.map(_cell).to_csv(index=False, lineterminator="\r\n").encode()


def _cell(value: object) -> object:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return guard_formula(value) if isinstance(value, str) else value


def to_json(value: Any, indent: int = 2) -> str:
    r"""Return plain values as JSON with a line end; a number that is not finite becomes null.

    A lone surrogate, which no encoding can write, stays as the escape that JSON has for it.

    >>> print(to_json({"tau²": float("nan")}), end="")
    {
      "tau²": null
    }
    >>> to_json("\ud800")
    '"\\ud800"\n'
    """
    text = json.dumps(_finite(value), ensure_ascii=False, indent=indent, allow_nan=False) + "\n"
    return text.encode("utf-8", "backslashreplace").decode()


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value
