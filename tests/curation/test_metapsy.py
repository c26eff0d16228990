"""A data set of the Metapsy project becomes our rows: every row, every effect size, and what its authors pooled."""

import json
import math
from functools import cache
from pathlib import Path

import pytest

from evidence.curation.metapsy import Conversion, agreement, convert
from evidence.curation.metapsy_references import reference_of
from evidence.curation.upload import read_upload
from evidence.stats.effect_sizes import Effect
from evidence.stats.pooling import pool

FOLDER = Path(__file__).parents[1] / "data" / "metapsy"
DATA, REFERENCES = (FOLDER / "data.csv").read_bytes(), (FOLDER / "references.json").read_bytes()
HEADER = (
    "study;condition_arm1;condition_arm2;outcome_type;instrument;time_days;"
    "mean_arm1;sd_arm1;n_arm1;mean_arm2;sd_arm2;n_arm2"
)


@cache
def psilocybin() -> Conversion:
    names = ("variable_description.json", "authors.json", "last_search.txt", "license", "shorthand.txt")
    return convert(DATA, REFERENCES, {name: (FOLDER / name).read_text() for name in names})


def original() -> list[dict[str, str]]:
    table = read_upload(DATA).table
    return [{"line": str(line), **dict(zip(table.columns, cells, strict=True))} for line, cells in table.rows]


def test_every_row_is_converted_or_kept_with_its_reason() -> None:
    made = psilocybin()
    assert (made.rows, len(made.results), len(made.kept)) == (220, 213, 7)
    assert {one.line for one in made.kept} == {2, 129, 164, 176, 183, 208, 213}  # all before treatment
    assert len({row["trial"] for row in made.results}) == 15
    assert len(made.kept_rows) == 7


def test_numbers_are_those_of_the_file_to_the_last_digit() -> None:
    by_line = {int(row["locator"].split()[1]): row for row in psilocybin().results}
    for row in original():
        ours = by_line.get(int(row["line"]))
        if ours is None:
            continue
        kind = "_change" if row["outcome_type"] == "change" else ""
        for arm, word in (("1", "intervention"), ("2", "comparator")):
            for theirs, name in ((f"mean{kind}_arm{arm}", f"mean_{word}"), (f"event_arm{arm}", f"events_{word}")):
                if row[theirs] != "NA":
                    assert float(ours[name]) == float(row[theirs].replace(",", "."))


def test_g_and_log_risk_ratio_agree_row_by_row() -> None:
    made = psilocybin()
    words, apart = agreement(made.compared)
    assert len(made.compared) == 220
    assert apart == ()
    assert words.startswith("220 of 220 effect sizes agree")
    for one in made.compared:
        if one.measure == "log RR":
            assert one.ours == pytest.approx(one.theirs, abs=1e-9)
            assert one.our_se == pytest.approx(one.their_se, abs=1e-9)
        else:  # ours has the exact J, theirs 1 − 3/(4·df − 1)
            assert one.ours == pytest.approx(one.theirs, abs=4e-4)


def test_g_is_theirs_to_nine_digits_with_their_formula() -> None:
    """The R package esc: J = 1 − 3/(4·df − 1), and a standard error from the uncorrected d."""
    seen = 0
    for row in original():
        if row["outcome_type"] in ("response", "remission"):
            continue
        kind = "_change" if row["outcome_type"] == "change" else ""

        def at(name: str, row: dict[str, str] = row, kind: str = kind) -> float:
            what, arm = name[:-1], name[-1]
            return float(row[f"{what}{kind}_arm{arm}"].replace(",", "."))

        n1, n2 = at("n1"), at("n2")
        df = n1 + n2 - 2
        sd = math.sqrt(((n1 - 1) * at("sd1") ** 2 + (n2 - 1) * at("sd2") ** 2) / df)
        d = (at("mean1") - at("mean2")) / sd
        assert (1 - 3 / (4 * df - 1)) * d == pytest.approx(float(row[".g"].replace(",", ".")), abs=1e-9)
        se = math.sqrt(1 / n1 + 1 / n2 + d**2 / (2 * (n1 + n2)))
        assert se == pytest.approx(float(row[".g_se"].replace(",", ".")), abs=1e-9)
        seen += 1
    assert seen == 139


def test_imputed_rows_are_named() -> None:
    imputed = {int(row["line"]) for row in original() if row["outcome_type"] == "imsd"}
    assert {one.line for one in psilocybin().compared if one.is_imputed} == imputed
    assert len(imputed) == 30
    named = [row for row in psilocybin().results if "Imputed by the authors" in row["note"]]
    assert {int(row["locator"].split()[1]) for row in named} == imputed
    assert {row["extraction"] for row in named} == {"calculated"}


def published(kinds: set[str]) -> set[int]:
    """The lines of the published main analysis."""
    return {
        int(row["line"])
        for row in original()
        if row["primary_instrument"] == row["primary_timepoint"] == "1"
        and row["outcome_type"] in kinds
        and row["post_crossover"] != "1"
        and "Sustained" not in row["study_time_point"]
        and not (row["study"] == "Goodwin 2022" and "10 mg" in (row["multi_arm1"], row["multi_arm2"]))
        and row["study"] not in ("Krempien 2023", "Carhart-Harris 2021")
    }


def test_pooled_result_is_the_published_one() -> None:
    """Published with the data set, release 25.1.2: Hedges' g −0.90 [−1.26; −0.55], k = 12, n = 585, tau² 0.12.

    sypres.io, “Psilocybin for Depression”; Nature Mental Health 2026, doi 10.1038/s44220-026-00630-8. Its filter:
    primary instrument and time, end scores, nothing after crossing over, no 10 mg arm of Goodwin 2022, and without
    Krempien 2023, Carhart-Harris 2021.
    """
    asked = published({"msd", "imsd"})
    chosen = [one for one in psilocybin().compared if one.line in asked]
    people = [row for row in original() if int(row["line"]) in asked]
    assert (len(chosen), sum(int(row["n_arm1"]) + int(row["n_arm2"]) for row in people)) == (12, 585)
    theirs = pool([Effect(one.theirs, (one.their_se or 0) ** 2) for one in chosen], "REML", "knha")
    assert theirs is not None
    assert (round(theirs.estimate, 2), round(theirs.ci_low, 2), round(theirs.ci_high, 2)) == (-0.90, -1.26, -0.55)
    assert theirs.tau2 == pytest.approx(0.12, abs=0.005)
    ours = pool([Effect(one.ours, one.our_se**2) for one in chosen], "REML", "knha")
    assert ours is not None  # a standard error from g rather than d weighs large effects a little more
    assert ours.estimate == pytest.approx(theirs.estimate, abs=0.005)
    assert (round(ours.ci_low, 2), round(ours.ci_high, 2)) == (-1.26, -0.55)


@pytest.mark.parametrize(
    ("kind", "k", "people", "ratio", "low", "high"),
    [("response", 5, 380, 2.77, 1.93, 3.97), ("remission", 6, 405, 4.04, 3.39, 4.82)],
)
def test_pooled_risk_ratios_are_the_published_ones(
    kind: str, k: int, people: int, ratio: float, low: float, high: float
) -> None:
    asked = published({kind})
    pooled = pool([Effect(o.ours, o.our_se**2) for o in psilocybin().compared if o.line in asked], "REML", "knha")
    rows = [row for row in original() if int(row["line"]) in asked]
    assert pooled is not None
    assert (pooled.k, sum(int(row["totaln_arm1"]) + int(row["totaln_arm2"]) for row in rows)) == (k, people)
    shown = [round(math.exp(x), 2) for x in (pooled.estimate, pooled.ci_low, pooled.ci_high)]
    assert shown == [ratio, low, high]


def test_dose_arms_have_comparators_of_their_own() -> None:
    goodwin = [row for row in psilocybin().results if row["trial"] == "goodwin-2022" and row["analysis"] == "main"]
    pairs = {(row["dose"], row["comparator"]) for row in goodwin}
    assert pairs == {("25", "psilocybin-1-mg"), ("10", "psilocybin-1-mg"), ("25", "psilocybin")}


def test_after_crossing_over_is_a_second_period() -> None:
    second = {int(row["locator"].split()[1]) for row in psilocybin().results if row["analysis"] == "period-2"}
    after = {int(row["line"]) for row in original() if row["post_crossover"] == "1"}
    assert after - second == {129}  # measured before the first dose, although the file has it after crossing over


def test_risk_of_bias_comes_with_the_data_set_as_its_source() -> None:
    made = psilocybin()
    overall = {row["trial"]: row["judgement"] for row in made.judgements if row["domain"] == "overall"}
    assert len(overall) == 14  # Krempien 2023 was not rated
    assert overall["back-2024"] == "low"
    assert {row["citation"] for row in made.judgements} == {"MetapsyDataset"}
    assert made.references[-1]["author"][0] == {"family": "Singleton", "given": "S. Parker"}


@pytest.mark.parametrize(
    ("text", "family", "title"),
    [
        ("Hay, A. B., & Lee, C. (2020). A trial. Med, 5(3), 1–9.", "Hay", "A trial"),
        (
            "Ross ML, Iyer R, Williams ML, et al. A 2b trial. Gen Hosp. 2025;96:322-331. doi:10.1/x",
            "Ross",
            "A 2b trial",
        ),
        ("Nothing in any style 2011", None, "Nothing in any style 2011"),
    ],
)
def test_references_are_read_as_far_as_they_go(text: str, family: str | None, title: str) -> None:
    item = reference_of("K", text, "K")
    assert item["title"] == title
    assert (item.get("author") or [{}])[0].get("family") == family


def test_every_reference_has_a_title_a_year_and_the_text_it_came_from() -> None:
    texts = json.loads(REFERENCES)
    for item in psilocybin().references[:-1]:
        assert item["title"]
        assert item["issued"]["date-parts"][0][0] > 2000
        assert item["note"].removeprefix("As cited in the data set: ") in {" ".join(t.split()) for t in texts.values()}


# Files that were never seen


def one(rows: str, header: str = HEADER) -> Conversion:
    return convert(f"{header}\n{rows}\n".encode())


def test_points_and_commas_the_other_way_round() -> None:
    made = one("A 2020,x,pcb,msd,MADRS,7,10.5,3,20,12,3,20", HEADER.replace(";", ","))
    assert made.results[0]["mean_intervention"] == "10.5"
    assert made.results[0]["hours"] == "168"


def test_missing_columns_are_named() -> None:
    made = convert(b"study;mean\nA;1\n")
    assert not made.is_convertible
    assert "condition_arm1 and condition_arm2" in made.problem


def test_what_is_not_stated_is_not_guessed() -> None:
    row = one("A 2020;x;pcb;msd;CAPS-5;7;10;3;20;12;3;20").results[0]
    assert (row["population"], row["age_group"], row["route"], row["blinding"]) == ("not stated",) * 3 + ("",)
    assert row["comparator"] == "placebo"


def test_the_end_of_treatment_is_an_anchor_and_an_unknown_time_a_reason() -> None:
    header = HEADER.replace("time_days", "time")
    made = one("A 2020;cbt;wl;msd;BDI;post;10;3;20;12;3;20\nB 2020;cbt;wl;msd;BDI;FU1;10;3;20;12;3;20", header)
    assert (made.results[0]["anchor"], made.results[0]["hours"]) == ("end-of-treatment", "0")
    assert [(one.line, one.why) for one in made.kept] == [(3, "no time is given: “FU1”")]


def test_times_in_words() -> None:
    made = one("A 2020;cbt;cau;msd;BDI;12 weeks;10;3;20;12;3;20", HEADER.replace("time_days", "time"))
    assert made.results[0]["hours"] == "2016"
    assert made.words["comparator"]["care-as-usual"]["group"] == "no treatment"


CATEGORIES = HEADER + ";outcome_category;.g;.g_se"


def test_other_categories_are_outcomes_of_their_own_whose_direction_the_file_tells() -> None:
    rows = [
        "A 2020;x;wl;msd;C;7;10;4;20;12;4;20;ADHD;0,490;0,32",
        "B 2020;x;wl;msd;C;7;10;4;20;12;4;20;ADHD;0,490;0,32",
        "A 2020;x;wl;msd;D;7;10;4;20;12;4;20;Worry;0,490;0,32",
        "A 2020;x;wl;msd;E;7;12;4;20;10;4;20;Joy;0,490;0,32",
    ]
    made = one("\n".join(rows), CATEGORIES)
    assert {row["outcome"] for row in made.results} == {"symptom-endpoint", "worry-endpoint", "joy-endpoint"}
    outcomes = made.words["outcome"]
    assert (outcomes["worry-endpoint"]["direction"], outcomes["joy-endpoint"]["direction"]) == ("lower", "higher")


def test_a_direction_that_nothing_tells_is_not_guessed() -> None:
    rows = [
        "A 2020;x;wl;msd;C;7;10;4;20;12;4;20;ADHD;NA;NA",
        "B 2020;x;wl;msd;C;7;10;4;20;12;4;20;ADHD;NA;NA",
        "A 2020;x;wl;msd;D;7;10;4;20;12;4;20;Worry;NA;NA",
    ]
    made = one("\n".join(rows), CATEGORIES)
    assert len(made.results) == 2
    assert "does not say which direction of it is good" in made.kept[0].why


def test_a_file_that_subtracts_the_other_way_is_told() -> None:
    made = one("A 2020;x;wl;msd;C;7;10;4;20;12;4;20;0,490;0,32", HEADER + ";.g;.g_se")
    assert "with the sign turned" in agreement(made.compared)[0]


def test_an_effect_that_disagrees_is_named() -> None:
    made = one("A 2020;x;wl;msd;C;7;10;4;20;12;4;20;-0,9;0,32", HEADER + ";.g;.g_se")
    assert [one.line for one in agreement(made.compared)[1]] == [2]


def test_half_a_person_is_kept_aside() -> None:
    assert one("A 2020;x;wl;msd;C;7;10;4;20,5;12;4;20").kept[0].why == "20.5 is not a whole number of people"


def test_references_that_are_no_map_are_refused() -> None:
    assert "not a map from study to text" in convert(DATA, b"[]").problem
    assert "not JSON" in convert(DATA, b"{").problem
