"""One file a fault: every file of tests/defects gives exactly the findings listed in expected.json."""

import json
from collections import Counter
from pathlib import Path

import pytest

from evidence.dataset.csv_table import read_table
from evidence.dataset.evidence import DATA, MODELS, known_citations
from evidence.dataset.problems import KINDS, Problem
from evidence.dataset.records import LATER, Result
from evidence.dataset.references import read_references
from evidence.dataset.validation import validate
from tests.support.paths import DEFECTS

FOLDER = DEFECTS
EXPECTED: dict[str, list[list[object]]] = json.loads((FOLDER / "expected.json").read_text("utf-8"))
CITATIONS = known_citations(DATA / "references.json")
TRIALS = {"murrough-2013a", "albott-2018"}
ESTIMATES = {"cochrane_unipolar_kp_response_24h"}
# Faults of a file system, of a size or of a whole folder, made by the test named here.
MADE_BY_A_TEST = {
    "file-missing": "test_evidence.py",
    "file-not-given": "test_evidence.py",
    "gap-filled": "test_gap_rules.py",
    "two-names": "test_repeats.py",
    "file-unreadable": "test_evidence.py",
    "file-too-large": "test_csv_table.py",
    "too-many-findings": "test_validation.py",
    "unused-citation": "test_evidence.py",
    "encoding-read": "../curation/test_upload.py",
    **dict.fromkeys(("struck-out", "cell-comments"), "../curation/test_workbook.py"),
    "garbled": "../bibliography/test_other_programs.py",
    "merged-cells": "../curation/test_upload.py",
    "workbook": "../curation/test_upload.py",
    "column-left-out": "../curation/test_column_mapping.py",
    "mapped-column-missing": "../curation/test_column_mapping.py",
    "mapping": "../curation/test_column_mapping.py",
    "trial-named": "../curation/test_column_mapping.py",
    "registry-record": "../curation/test_clinicaltrials_gov.py",
    "reference-file": "../bibliography/test_cases.py",
    "identifier": "../bibliography/test_csl.py",
    "effect-on-log-scale": "../curation/test_cases.py",
    "time-without-unit": "../curation/test_cases.py",
    **dict.fromkeys(("number-form", "number-raised", "number-date"), "test_fields.py"),
    **dict.fromkeys(
        (
            "p-zero",
            "ratio-log-of-counts",
            "header-again",
            "not-a-table",
        ),
        "../curation/test_cases.py",
    ),
    **dict.fromkeys(
        ("header-below", "two-header-rows", "hidden-cells", "other-sheet", "total-row", "text-line", "two-by-two"),
        "../curation/test_cases.py",
    ),
    "reference-untitled": "../bibliography/test_other_programs.py",
    "too-many-columns": "../curation/test_cases.py",
    "topic": "test_topic.py",
    "topic-claim": "test_topic.py",
    "tool-word": "../curation/test_risk_of_bias.py",
    "words-not-given": "test_evidence.py",
    "word-not-asked": "../curation/test_new_words.py",
}


def problems_of(name: str) -> tuple[Problem, ...]:
    data = (FOLDER / name).read_bytes()
    if name.endswith(".json"):
        return read_references(data).problems
    # The longest name first: a file of review_trials is none of reviews.
    files = sorted(MODELS, key=len, reverse=True)
    model = next(
        (MODELS[file] for file in files if name.startswith(file.removesuffix(".csv").replace("/", "-"))), Result
    )
    table = read_table(data, model.columns(), LATER.get(model, ()))
    return validate(table, model, citations=CITATIONS, trials=TRIALS, estimates=ESTIMATES).problems


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_exactly_the_expected_findings(name: str) -> None:
    found = [(f.line, f.column, f.code) for f in problems_of(name)]
    assert Counter(found) == Counter((line, column, code) for line, column, code in EXPECTED[name])


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_finding_speaks_in_whole_sentences(name: str) -> None:
    for found in problems_of(name):
        for sentence in (found.message, found.fix):
            assert sentence.endswith((".", "?"))
            assert "{" not in sentence
            assert "  " not in sentence
            assert sentence.isprintable()


def test_every_file_is_expected_and_every_expectation_has_a_file() -> None:
    assert {path.name for path in FOLDER.iterdir()} - {"expected.json"} == set(EXPECTED)
    assert len(EXPECTED) >= 48


def test_every_code_has_a_file_and_every_file_a_known_code() -> None:
    produced = {str(code) for rows in EXPECTED.values() for _, _, code in rows}
    assert produced <= set(KINDS)
    assert set(KINDS) - produced == set(MADE_BY_A_TEST)
    folder = Path(__file__).parent
    for code, test in MADE_BY_A_TEST.items():
        assert f'"{code}"' in (folder / test).read_text("utf-8")
