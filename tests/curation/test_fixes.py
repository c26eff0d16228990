import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.curation.column_mapping import COLUMNS
from evidence.curation.fixes import Fix, apply_fixes, safe_fixes
from evidence.dataset.csv_table import Row, Table
from evidence.dataset.records import Result
from evidence.dataset.validation import validate


def table(**cells: str) -> Table:
    return Table(COLUMNS, COLUMNS, (Row(2, tuple(cells.get(name, "") for name in COLUMNS)),), count=1)


def offered(**cells: str) -> dict[str, str]:
    one = table(**cells)
    return {fix.column: fix.after for fix in safe_fixes(one, validate(one, Result).problems)}


@pytest.mark.parametrize(
    ("column", "before", "after"),
    [
        ("label", " Smith 2020 ", "Smith 2020"),
        ("mean_intervention", "1,5", "1.5"),
        ("mean_intervention", "1 234.5", "1234.5"),
        ("n_intervention", "1,234", "1234"),
        ("percent_intervention", "64 %", "64"),
        ("mean_intervention", "−7.9", "-7.9"),
        ("n_intervention", "١٢", "12"),
        ("route", "IV", "intravenous"),
        ("route", " Intra-Venous", "intravenous"),
        ("blinding", "Double blind", "double-blind"),
        ("population", "Treatment-resistant depression", "TRD"),
        ("instrument", "HDRS-17", "HAMD17"),
        ("effect_measure", "Odds Ratio", "OR"),
        ("outcome", "Responders", "response"),
        ("comparator", "Midazolam", "midazolam"),
        ("registration", "nct 00768430", "NCT00768430"),
        ("mean_intervention", "NA", ""),  # as R writes what it does not have
    ],
)
def test_what_means_the_same_is_offered(column: str, before: str, after: str) -> None:
    assert offered(**{column: before}) == {column: after}


@pytest.mark.parametrize(
    ("column", "before"),
    [
        ("mean_intervention", "1,234"),  # one and a bit, or a thousand
        ("mean_intervention", "64%"),
        ("mean_intervention", "<5"),
        ("n_intervention", "about 5"),
        ("route", "inhaled"),
        ("trial", "Smith 2020"),
        ("registration", "NCT123"),
        ("mean_intervention", "nan"),
        ("mean_intervention", "inf"),
        ("mean_intervention", "#N/A"),  # a look-up that failed
        ("note", "=1+1"),
    ],
)
def test_what_might_mean_something_else_is_not(column: str, before: str) -> None:
    assert offered(**{column: before}) == {}


def test_a_short_name_is_proposed_and_not_made() -> None:
    found = validate(table(trial="Vásquez 2026"), Result).problems
    fixes = [f.fix for f in found if f.code == "slug"]
    assert fixes == ["Write vasquez-2026. Short names are lower case words joined by hyphens, such as smith-2020."]


def test_fixes_are_made_only_where_they_were_seen() -> None:
    one = table(route="IV")
    fix = Fix(2, "route", "IV", "intravenous", "")
    assert apply_fixes(one, [fix]).column("route") == ("intravenous",)
    assert apply_fixes(table(route="oral"), [fix]).column("route") == ("oral",)
    assert apply_fixes(one, [Fix(9, "route", "IV", "oral", ""), Fix(2, "nowhere", "", "x", "")]) == one


@settings(max_examples=30, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(COLUMNS),
        st.one_of(st.text(max_size=12), st.from_regex(r"\s?-?[0-9]{1,3}([.,][0-9]{1,3})?%?\s?")),
        max_size=8,
    )
)
def test_fixes_come_to_an_end_and_never_add_a_fault(cells: dict[str, str]) -> None:
    one = table(**cells)
    before = validate(one, Result).problems
    mended = apply_fixes(one, safe_fixes(one, before))
    after = validate(mended, Result).problems
    of_cells = {"outer-space", "unknown-term", "number-decimal-comma", "number-percent", "number-sign", "number-digits"}
    assert sum(f.code in of_cells for f in after) <= sum(f.code in of_cells for f in before)
    assert safe_fixes(mended, after) == ()
