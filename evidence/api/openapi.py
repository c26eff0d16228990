"""What describes the interface and the data: OpenAPI, JSON Schema, and schema.org's Dataset."""

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from evidence import __version__
from evidence.api.parameters import DOSE, Parameter, Values
from evidence.api.resources import JSON, JSON_LD, REFERENCE_TYPES, Reply, json_bytes
from evidence.bibliography import self_citation
from evidence.dataset.dictionary import columns
from evidence.dataset.evidence import MODELS, Evidence
from evidence.dataset.outcomes import OUTCOMES
from evidence.selection.filters import DOSE_LIMITS

SCHEMA_JSON = "application/schema+json"
LICENSE = "https://spdx.org/licenses/MIT"
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema(evidence: Evidence, values: Values, base: str) -> Reply:
    """Return the JSON Schema of one row of each data file, made from the models."""
    return Reply(SCHEMA_JSON, lambda: json_bytes(row_schemas()))


def row_schemas() -> dict[str, Any]:
    """Define the row of each file; closed vocabularies become enums.

    >>> row_schemas()["$defs"]["trials"]["properties"]["confidence"]["enum"]
    ['high', 'medium', 'low']
    """
    definitions = {}
    for file, model in MODELS.items():
        kept = model.model_json_schema(mode="serialization")
        for name in model.model_fields.keys() - set(model.columns()):
            kept["properties"].pop(name, None)
        for column in columns(file):
            if column.words and column.kind == "string":
                values: list[str | None] = [value for value, _, _ in column.words]
                _name_words(kept["properties"][column.name], values)
        # An unknown value is written as null, so that every column is there.
        kept["required"] = list(model.columns())
        definitions[PurePath(file).stem] = kept
    return {
        "$schema": _DRAFT,
        "title": "Rows of the data files",
        "$defs": definitions,
        "type": "object",
        "properties": {name: {"type": "array", "items": {"$ref": f"#/$defs/{name}"}} for name in definitions},
    }


def _name_words(field: dict[str, Any], values: list[str | None]) -> None:
    if "anyOf" not in field:
        field["enum"] = values
    elif any(part.get("type") == "string" for part in field["anyOf"]):
        field["enum"] = [*values, None]


def dataset(evidence: Evidence, values: Values, base: str) -> Reply:
    """Describe the data as a schema.org Dataset, for search engines and catalogues."""
    formats = {"csv": "text/csv", "json": JSON}
    downloads = [
        {
            "@type": "DataDownload",
            "name": f"All results, {name.upper()}",
            "encodingFormat": media_type,
            "contentUrl": f"{base}api/trials?preset=everything&format={name}",
        }
        for name, media_type in formats.items()
    ]
    body = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": f"Clinical-trial evidence on {evidence.topic.subject}",
        "description": f"{len(evidence.results)} results of {len(evidence.trials)} clinical trials of "
        f"{evidence.topic.subject}: effects, people, doses, comparators and times, each with the place in the paper "
        "where it is reported, and published judgements of risk of bias.",
        "url": base,
        "version": evidence.short,
        "identifier": f"sha256:{evidence.digest}",
        "license": LICENSE,
        "isAccessibleForFree": True,
        "citation": self_citation.undated(__version__, evidence.version),
        "creator": {"@type": "Organization", "name": self_citation.authors()},
        "keywords": list(evidence.topic.keywords),
        "measurementTechnique": "Extraction from published reports of clinical trials",
        "variableMeasured": [term.label for term in OUTCOMES.values()],
        "distribution": downloads,
        **_coverage(evidence),
        "subjectOf": {"@type": "WebAPI", "documentation": f"{base}api/openapi.json"},
    }
    return Reply(JSON_LD, lambda: json_bytes(body))


def _coverage(evidence: Evidence) -> dict[str, str]:
    """Return the publication years of the trial reports; empty if none is known."""
    cited = {row.citation for row in evidence.results}
    years = sorted(r.year for key, r in evidence.references.items() if key in cited and r.year is not None)
    return {"temporalCoverage": f"{years[0]}/{years[-1]}"} if years else {}


def openapi(paths: Iterable[tuple[str, str, tuple[Parameter, ...], tuple[str, ...]]]) -> dict[str, Any]:
    """Build the OpenAPI description: for each path its summary, parameters and media types."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{self_citation.title()}: read-only interface",
            "version": __version__,
            "description": "The data and the pooled numbers of the pages. GET and HEAD only. Replies carry an ETag; "
            "send it back in If-None-Match and an unchanged reply is 304. For reading and teaching, not medical "
            "advice.",
        },
        "servers": [{"url": "/"}],
        "paths": {
            path: {"get": _operation(path, summary, parameters, types)} for path, summary, parameters, types in paths
        },
        "components": {"schemas": {"Errors": _ERRORS}},
    }


def _operation(path: str, summary: str, parameters: tuple[Parameter, ...], types: tuple[str, ...]) -> dict[str, Any]:
    def plain(media_type: str) -> dict[str, Any]:
        kind = "string" if media_type.startswith("text/") or media_type in tuple(REFERENCE_TYPES.values())[1:] else ""
        return {"schema": {"type": kind} if kind else {}}

    replies: dict[str, Any] = {
        "200": {
            "description": summary,
            "headers": {"ETag": {"schema": {"type": "string"}}} if not path.endswith("/health") else {},
            "content": {media_type.partition(";")[0]: plain(media_type) for media_type in types},
        },
        "304": {"description": "Unchanged since the ETag in If-None-Match."},
        "400": {
            "description": "A parameter is wrong; every error is listed, with what is allowed.",
            "content": {JSON: {"schema": {"$ref": "#/components/schemas/Errors"}}},
        },
    }
    if path.endswith("/health"):
        del replies["304"]
        replies["503"] = {"description": "There is no evidence to show.", "content": {JSON: {"schema": {}}}}
    return {
        "summary": summary,
        "operationId": PurePath(path).stem,
        "parameters": [_parameter(parameter) for parameter in parameters],
        "responses": replies,
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    low, high = DOSE_LIMITS
    kept: dict[str, Any]
    if parameter is DOSE:
        number = {"type": "number", "minimum": low, "maximum": high}
        kept = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
    elif parameter.many:
        kept = {"type": "array", "items": {"type": "string", "enum": list(parameter.allowed)}, "minItems": 1}
    else:
        kept = {"type": "string", "enum": list(parameter.allowed)}
        if parameter.usual:
            kept["default"] = parameter.usual
    described = {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "description": parameter.about,
        "schema": kept,
    }
    return described | {"style": "form", "explode": True}


_ERRORS: dict[str, Any] = {
    "type": "object",
    "required": ["errors"],
    "properties": {
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["parameter", "value", "message", "allowed"],
                "properties": {
                    "parameter": {"type": "string"},
                    "value": {"type": "string"},
                    "message": {"type": "string"},
                    "allowed": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        "more": {"type": "integer", "description": "How many further errors are not listed."},
    },
}
