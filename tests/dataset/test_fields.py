import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from evidence.dataset import fields
from evidence.dataset.fields import nearest, number_fault
from evidence.dataset.records import Result


def code_of(kind: object, text: str) -> str | None:
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError as error:
        return error.errors()[0]["type"]
    return None


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("-3.5", -3.5), ("007", 7), ("1e-5", 1e-5), ("2.50", 2.5), ("1E3", 1000)]
)
def test_plain_numbers_are_read(text: str, value: float) -> None:
    assert TypeAdapter(fields.Number).validate_python(text) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,000", "number-thousands"),
        ("1 000", "number-thousands"),
        ("1\u202f000,5", "number-text"),
        ("1.234.567", "number-thousands"),
        ("1,5", "number-decimal-comma"),
        ("12.5 %", "number-percent"),
        ("NaN", "number-not-finite"),
        ("-Infinity", "number-not-finite"),
        ("NA", "number-not-finite"),
        ("1_000", "number-underscore"),
        ("٦٤", "number-digits"),
        ("\uff16\uff14", "number-digits"),
        ("−3", "number-sign"),
        ("+3", "number-sign"),
        ("< 0.001", "number-inequality"),
        (".5", "number-form"),
        ("5.", "number-form"),
        ("14·8", "number-form"),
        ("30²", "number-raised"),
        ("3-Oct", "number-date"),
        ("2024-10-03", "number-date"),
        ("24:00", "number-date"),
        ("8/30", "number-text"),
        ("0x10", "number-text"),
        ("1e5000", "number-too-large"),
        ("²", "number-text"),
    ],
)
def test_other_numbers_are_refused_by_name(text: str, code: str) -> None:
    assert code_of(fields.Number, text) == code


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        (fields.Count, "3.0", None),
        (fields.Count, "3.5", "not-whole"),
        (fields.Count, "-1", "negative"),
        (fields.Positive, "0", "not-positive"),
        (fields.Nonnegative, "0", None),
        (fields.Percent, "100", None),
        (fields.Percent, "100.1", "percent-range"),
        (fields.Probability, "1", None),
        (fields.Probability, "-0.1", "p-range"),
        (fields.Slug, "murrough-2013a", None),
        (fields.Slug, "Murrough-2013a", "slug"),
        (fields.Slug, "a--b", "slug"),
        (fields.Slug, "a\n", "slug"),
        (fields.CitationKey, "aanhetRot2010", None),
        (fields.CitationKey, "two words", "citation-key"),
    ],
)
def test_ranges_and_names(kind: object, text: str, code: str | None) -> None:
    assert code_of(kind, text) == code


@pytest.mark.parametrize(
    "text",
    [
        "NCT00768430",
        "EudraCT 2021-004927-34",
        "ISRCTN14689382",
        "ACTRN12616001096448",
        "ChiCTR2000041232",
        "ChiCTR-TRC-12345678",
        "UMIN000038347",
        "jRCTs031210123",
        "CTRI/2019/05/019123",
        "IRCT20100101002925N3",
        "NCT00768430; UMIN000038347",
    ],
)
def test_registry_numbers(text: str) -> None:
    assert code_of(fields.Registration, text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NCT0076843", "registration-nct"),
        ("NCT٠٠٧٦٨٤٣٠", "registration-nct"),
        ("nct00768430", "registration-nct"),
        ("UMIN38347", "registration"),
        ("NCT00768430;", "registration-nct"),
    ],
)
def test_malformed_registry_numbers(text: str, code: str) -> None:
    assert code_of(fields.Registration, text) == code


def test_blank_cells_are_absent_ones_wherever_a_record_is_made() -> None:
    with pytest.raises(ValidationError) as caught:
        Result.model_validate(dict.fromkeys(Result.columns(), " "))
    assert {one["type"] for one in caught.value.errors()} == {"missing"}


@given(st.text(max_size=40))
def test_number_faults_never_raise_and_suggest_only_plain_numbers(text: str) -> None:
    code, suggestion = number_fault(text)
    assert code.startswith("number-")
    assert not suggestion or code_of(fields.Number, suggestion) in (None, "number-too-large")


@given(st.floats(-1e9, 1e9))
def test_written_numbers_read_back(value: float) -> None:
    assert TypeAdapter(fields.Number).validate_python(repr(value)) == value


def test_nearest_of_very_many_names_begins_alike() -> None:
    many = [f"trial-{number}" for number in range(2_000)]
    assert nearest("smth-2020", [*many, "smith-2020"]) == "smith-2020"
    assert nearest("rial-7", many) == ""


def test_nearest_ignores_case_and_spaces() -> None:
    assert nearest("MG / KG", ["mg", "mg/kg"]) == "mg/kg"
    assert nearest("madrs", ["MADRS", "HAMD"]) == "MADRS"
    assert nearest("", ["MADRS"]) == ""
