"""The data dictionary and the Frictionless description of the data, both made from the record models.

`python -m evidence dictionary` writes them; `--check` says whether they are still true.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from evidence.dataset.evidence import (
    CLAIMS,
    MODELS,
    QUESTIONS_FILE,
    REFERENCES,
    REVIEWS,
    TRIALS,
)
from evidence.dataset.fields import CitationKey, Slug, Word
from evidence.dataset.problems import KINDS
from evidence.dataset.records import Record, VocabularyWord
from evidence.dataset.topic import topic
from evidence.dataset.vocabulary import COMPARATORS, INTERVENTIONS

MARKDOWN, DATAPACKAGE = Path("docs/data-dictionary.md"), Path("data/datapackage.json")
COMMAND = "python -m evidence dictionary"
_LISTED = 30  # words of a list that are shown beside the column; longer lists stand at the end

# What a row looks like where the topic gives no example of its own.
_NEUTRAL: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        TRIALS: {
            **{"trial": "smith-2020", "label": "Smith 2020", "citation": "Smith2020", "design": "parallel"},
            **{"blinding": "double-blind", "population": "MDD", "age_group": "adults", "n_randomised": "40"},
            **{"route": "oral", "outcome": "response", "hours": "24", "anchor": "first-dose", "analysis": "main"},
            **{"source": "full text", "locator": "Table 2", "extraction": "reported", "confidence": "high"},
        },
        "vocabulary/outcome.csv": {
            **{"value": "joy-change", "label": "Change in joy", "group": "efficacy", "direction": "higher"},
            **{"definition": "Score of joy at the time minus the score at baseline.", "state": ""},
        },
        "vocabulary/instrument.csv": {
            **{"value": "MADRS", "label": "Montgomery–Åsberg Depression Rating Scale", "group": "clinician"},
            **{"definition": "Depression, rated by a clinician.", "direction": "lower", "low": "0", "high": "60"},
            **{"rank": "0", "typical_sd": "10", "range_source": "the scale's manual"},
        },
        "vocabulary/comparator.csv": {
            **{"value": "saline", "label": "Saline", "definition": "Salt water in place of the drug."},
            **{"group": "inert placebo"},
        },
        "vocabulary/route.csv": {
            **{"value": "oral", "label": "Oral", "definition": "Tablet, capsule or solution swallowed."},
            **{"group": "slower"},
        },
    }
)


class _Examples(Mapping[str, Mapping[str, str]]):
    """What a row of each file looks like, in the words of the topic that is shown."""

    def __getitem__(self, file: str) -> Mapping[str, str]:
        own = topic().examples.get(file)
        if own:
            return own
        words = {"intervention": next(iter(INTERVENTIONS), ""), "comparator": next(iter(COMPARATORS), "")}
        return {**_NEUTRAL.get(file, {}), **(words if file == TRIALS else {})}

    def __iter__(self) -> Iterator[str]:
        return iter(MODELS)

    def __len__(self) -> int:
        return len(MODELS)


EXAMPLES: Mapping[str, Mapping[str, str]] = _Examples()
# Examples of columns that the rows above leave blank.
_MORE = {
    **{"acronym": "SYNAPSE", "dose_note": "56 or 84 mg, flexible", "unit": "points", "primary": "yes"},
    **{"percent_intervention": "63.8", "percent_comparator": "28", "mean_intervention": "14.8"},
    **{"sd_intervention": "8.1", "mean_comparator": "22.7", "sd_comparator": "8.8", "median_intervention": "18"},
    **{"median_comparator": "9", "effect_measure": "MD", "effect": "-7.95", "ci_low": "-12.71", "ci_high": "-3.2"},
    **{"p_value": "0.001", "se": "2.4", "comparator_arm": "c1", "note": "Read in a review table."},
    **{"value": "TRD", "label": "Treatment-resistant depression", "definition": "Depression that persisted."},
    **{"state": "yes"},
}


class Column(NamedTuple):
    """One column as the dictionary and the template describe it; `words` are (value, label, definition).

    `is_above` says that the minimum itself is not allowed.
    """

    name: str
    text: str
    kind: str
    is_required: bool
    words: tuple[tuple[str, str, str], ...]
    minimum: float | None
    maximum: float | None
    is_above: bool
    pattern: str
    example: str


def columns(file: str) -> tuple[Column, ...]:
    """Describe the columns of a data file, in the order of the file.

    >>> [column.name for column in columns("trials.csv")][:2], columns("trials.csv")[0].is_required
    (['trial', 'label'], True)
    """
    model = MODELS[file]
    return tuple(_column(file, name, model.model_fields[name]) for name in model.columns())


@cache
def _schema(file: str, name: str) -> Mapping[str, Any]:
    """Return the JSON schema of a column, which pydantic would make anew each time."""
    annotation: Any = MODELS[file].model_fields[name].annotation
    return MappingProxyType(TypeAdapter[Any](annotation).json_schema())


def _column(file: str, name: str, field: FieldInfo) -> Column:
    annotation: Any = field.annotation
    limits = _schema(file, name)
    parts = [limits, *limits.get("anyOf", ())]
    kind = next((part["type"] for part in parts if part.get("type") in ("integer", "number", "array")), "string")
    low = next((part[key] for part in parts for key in ("minimum", "exclusiveMinimum") if key in part), None)
    high = next((part["maximum"] for part in parts if "maximum" in part), None)
    low, high = _limits(field, low, high)
    words = next((item.words for item in _metadata(field) if isinstance(item, Word)), {})
    example = EXAMPLES.get(file, {}).get(name) or _MORE.get(name, "")
    text = " ".join((field.description or "").split())
    return Column(
        name,
        text,
        "list" if kind == "array" else kind,
        field.is_required(),
        tuple(_word(value, item) for value, item in words.items()),
        low,
        high,
        any(hasattr(limit, "gt") for item in _metadata(field) for limit in getattr(item, "metadata", [item])),
        _pattern(annotation, field),
        example,
    )


def _metadata(field: FieldInfo) -> Iterator[Any]:
    yield from field.metadata
    annotation: Any = field.annotation
    for part in (annotation, *getattr(annotation, "__args__", ())):
        yield from getattr(part, "__metadata__", ())


def _limits(field: FieldInfo, low: float | None, high: float | None) -> tuple[float | None, float | None]:
    for item in _metadata(field):
        inner = getattr(item, "metadata", [item])
        for limit in inner:
            low = next((getattr(limit, name) for name in ("ge", "gt") if hasattr(limit, name)), low)
            high = getattr(limit, "le", high)
    return low, high


def _pattern(annotation: Any, field: FieldInfo) -> str:
    metadata = tuple(_metadata(field))
    known: Any
    for known, pattern in ((Slug, "[a-z0-9]+([-_][a-z0-9]+)*"), (CitationKey, "[A-Za-z0-9][A-Za-z0-9_-]*")):
        if annotation is known or any(item is known.__metadata__[0] for item in metadata):
            return pattern
    return ""


def _word(value: str, item: Any) -> tuple[str, str, str]:
    return value, getattr(item, "label", value), getattr(item, "definition", "")


def markdown() -> str:
    """Write the data dictionary as Markdown: every file, column, allowed value and rule."""
    lines = [
        "# Data dictionary",
        "",
        f"Made from the record models by `{COMMAND}`; do not edit by hand.",
        "",
        f"`{REFERENCES}` is a list of CSL-JSON items, keyed by `id`; fields not seen in a source are left out. "
        "The other files are CSV: UTF-8, separated by commas, decimals with a point, blank where nothing is known.",
    ]
    for files in _alike():
        file, model = files[0], MODELS[files[0]]
        lines += ["", f"## {', '.join(files)}", "", _about(model), ""]
        lines += ["| column | content | form | required | example |", "|---|---|---|---|---|"]
        lines += [_row(column) for column in columns(file)]
    lines += ["", "## Words", ""]
    for name, words in _lists().items():
        lines += [f"### {name}", "", "| word | label | meaning |", "|---|---|---|"]
        lines += [f"| `{_cell(value)}` | {_cell(label)} | {_cell(text)} |" for value, label, text in words]
        lines.append("")
    lines += ["## What is checked", "", "| code | what is wrong | blocks | what to do |", "|---|---|---|---|"]
    for kind in KINDS.values():
        fix = re.sub(r"\{(?:suggestion|allowed|columns|hint|how)\}", "", kind.fix).replace("{column}", "the column")
        fix = re.sub(r"\{(\w+)\}", r"the \1", fix)
        blocks = "yes" if kind.severity == "blocking" else "no, a note"
        lines.append(f"| `{kind.code}` | {_cell(kind.explanation)} | {blocks} | {_cell(fix)} |")
    return "\n".join(lines) + "\n"


def _alike() -> list[list[str]]:
    """Return the files in order, those of the same columns together."""
    groups: dict[type[Record], list[str]] = {}
    for file, model in MODELS.items():
        groups.setdefault(model, []).append(file)
    return list(groups.values())


def _about(model: type[Record]) -> str:
    first = " ".join((model.__doc__ or "").split())
    return f"{first.split(':')[0]}."


def _lists() -> dict[str, tuple[tuple[str, str, str], ...]]:
    lists: dict[str, tuple[tuple[str, str, str], ...]] = {}
    for file in MODELS:
        for column in columns(file):
            if column.words and column.name != "primary":
                known = lists.setdefault(column.name, column.words)
                if known != column.words:
                    lists[f"{column.name} ({file})"] = column.words
    return lists


def form_in_words(column: Column) -> str:
    """Describe what a cell may contain, without formatting.

    >>> [form_in_words(column) for column in columns("trials.csv") if column.name in ("hours", "dose_unit")]
    ['mg/kg, mg', 'number from 0']
    """
    return _form(column).replace("`", "").replace(", see below", "")


def _row(column: Column) -> str:
    required = "yes" if column.is_required else ""
    cells = (f"`{column.name}`", _cell(column.text), _form(column), required, f"`{_cell(column.example)}`")
    return f"| {' | '.join(cells)} |"


def _form(column: Column) -> str:
    if column.words:
        values = [f"`{value}`" for value, _, _ in column.words]
        if column.kind == "list":
            return "some of these words, separated by semicolons: " + ", ".join(values)
        return ", ".join(values) if len(values) < _LISTED else f"one of {len(values)} words, see below"
    names = {"integer": "whole number", "number": "number", "list": "list separated by semicolons", "string": "text"}
    limits = [f"{'above' if column.is_above else 'from'} {column.minimum:g}"] if column.minimum is not None else []
    limits += [f"to {column.maximum:g}"] if column.maximum is not None else []
    return " ".join((names[column.kind], *limits))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def datapackage() -> str:
    """Write the folder's Frictionless Data Package: one Table Schema per CSV file, made from the record models."""
    tables = [_resource(file, model) for file, model in MODELS.items()]
    references = {"name": "references", "path": REFERENCES, "format": "json", "encoding": "utf-8"}
    references |= {"mediatype": "application/vnd.citationstyles.csl+json", "description": "CSL-JSON, keyed by id."}
    package = {
        "name": topic().file_prefix,
        "title": f"Clinical-trial evidence on {topic().subject}",
        "description": f"Made from the record models by `{COMMAND}`; do not edit by hand.",
        "profile": "data-package",
        "resources": [*tables, references],
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def _resource(file: str, model: type[Record]) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in columns(file)], "missingValues": [""]}
    if file in (REVIEWS, CLAIMS, QUESTIONS_FILE) or issubclass(model, VocabularyWord):
        schema["primaryKey"] = model.columns()[0]
    return {
        "name": file.removesuffix(".csv").replace("_", "-").replace("/", "-"),
        "path": file,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "description": _about(model),
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    limits: dict[str, Any] = {"required": True} if column.is_required else {}
    if column.words and column.kind != "list":
        limits["enum"] = [value for value, _, _ in column.words]
    # A whole number is a whole limit; Table Schema has no open interval, so that "above 0" is said in the form alone.
    for name in ("minimum", "maximum"):
        if (limit := getattr(column, name)) is not None:
            limits[name] = int(limit) if float(limit).is_integer() else limit
    if column.pattern and column.kind != "list":
        limits["pattern"] = column.pattern
    field = {"name": column.name, "type": "string" if column.kind == "list" else column.kind}
    return {**field, "description": column.text, "example": column.example, "constraints": limits}


def documents() -> Mapping[Path, str]:
    """Return the intended content of the two generated files, by path from the root of the project."""
    return {MARKDOWN: markdown(), DATAPACKAGE: datapackage()}


def stale(root: Path) -> tuple[Path, ...]:
    """List the generated files that are missing or out of date."""
    return tuple(path for path, text in documents().items() if _read(root / path) != text)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def write(root: Path) -> tuple[Path, ...]:
    """Write the files that are missing or no longer true; their paths."""
    mended = stale(root)
    for path in mended:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(documents()[path], encoding="utf-8", newline="\n")
    return mended
