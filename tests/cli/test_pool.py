import argparse
import csv
import io
import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.cli.pool import register
from tests.support.paths import CASES, REFERENCE

TABLES = json.loads((REFERENCE / "metafor.json").read_text(encoding="utf-8"))
COUNTS = "study,events_intervention,n_intervention,events_comparator,n_comparator"
KEYS = [
    *("file", "measure", "scale", "method", "test", "k", "estimate", "se", "ci_low", "ci_high", "p", "tau2"),
    *("tau2_low", "tau2_high", "i2", "h2", "q", "q_p", "pi_low", "pi_high", "hk_narrower", "weights"),
    *("studies", "leave_one_out", "cumulative", "egger", "subgroups", "subgroup_test", "notes"),
]


def command(*words):
    parser = argparse.ArgumentParser(prog="evidence")
    register(parser.add_subparsers(required=True))
    args = parser.parse_args(["pool", *map(str, words)])
    return args.run(args)


@pytest.fixture
def table(tmp_path):
    def write(content, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def csv_of(reference):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(reference["data"][0]))
    writer.writeheader()
    for row in reference["data"]:
        writer.writerow({key: "NA" if value is None else value for key, value in row.items()})
    return text.getvalue()


def as_json(capsys, *words):
    assert command(*words, "--format", "json") == 0
    out, err = capsys.readouterr()
    assert err == ""

    def refuse(name):
        raise AssertionError(f"{name} in JSON")

    return json.loads(out, parse_constant=refuse)


@pytest.mark.parametrize("reference", TABLES, ids=lambda t: f"{t['dataset']} {t['measure']}")
def test_reference_tables_end_to_end(reference, table, capsys):
    fit = reference["fits"][0]
    path = table(csv_of(reference))
    (found,) = as_json(capsys, path, "--measure", reference["measure"], "--method", "REML", "--test", "adhoc")
    assert list(found) == KEYS
    assert (found["file"], found["scale"], found["test"]) == (str(path), reference["scale"], "adhoc")
    for name in ("estimate", "se", "ci_low", "ci_high", "pi_low", "pi_high"):
        assert found[name] == pytest.approx(fit[name], abs=1e-6), name
    assert found["tau2"] == pytest.approx(fit["tau2"], rel=1e-4)
    assert found["weights"] == pytest.approx(fit["weights"], abs=1e-5)
    assert [s["yi"] for s in found["studies"]] == pytest.approx(reference["yi"], abs=1e-12)
    assert [s["weight"] for s in found["studies"] if s["yi"] is not None] == found["weights"]
    assert all((s["excluded"] is None) == (s["yi"] is not None) for s in found["studies"])
    pooled = [s["study"] for s in found["studies"] if s["yi"] is not None]
    for name in ("leave_one_out", "cumulative"):
        assert [row["study"] for row in found[name]] == pooled
        for row, expected in zip(found[name], fit[name], strict=True):
            assert row["ci_low"] == pytest.approx(expected["ci_low"], abs=1e-6)
    assert found["egger"]["z"] == pytest.approx(reference["egger"]["z"], abs=1e-6)


def test_text_shows_every_study_on_the_readers_scale(table, capsys):
    rows = f"{COUNTS}\nA,20,40,10,40\nB,0,20,0,20\nC,,40,12,40\nD,30,60,21,60\nE,9,20,3,20\n"
    assert command(table(rows), "--measure", "RR") == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[0].endswith("Risk ratio, random effects, tau² by REML, modified Hartung-Knapp interval, k = 3")
    assert any(line.split()[:5] == ["A", "2.000", "1.076", "to", "3.717"] for line in lines)
    assert "B       – not estimable: no events in both arms" not in lines[0]
    assert any("B" in line and "not estimable: no events in both arms" in line for line in lines)
    assert any("no value for events_intervention" in line for line in lines)
    assert "fewer than ten studies" in out


def test_blank_cells_and_double_zeros_are_listed_and_not_pooled(table, capsys):
    rows = f"{COUNTS}\nA,20,40,10,40\nB,0,20,0,20\nC,NA,40, ,40\nD,7,7,9,9\nline 6,30,60,21,60\n"
    (found,) = as_json(capsys, table(rows), "--measure", "RR")
    assert [(s["study"], s["excluded"]) for s in found["studies"]] == [
        ("A", None),
        ("B", "not estimable: no events in both arms"),
        ("C", "no value for events_intervention, events_comparator"),
        ("D", "not estimable: nothing but events in both arms"),
        ("line 6", None),
    ]
    assert (found["k"], found["test"], found["pi_low"], found["egger"]) == (2, "z", None, None)
    (difference,) = as_json(capsys, table(rows), "--measure", "RD")
    assert difference["k"] == 4


def test_nothing_to_pool_is_said_and_is_no_error(table, capsys):
    path = table(f"{COUNTS}\nA,0,40,0,40\n")
    (found,) = as_json(capsys, path, "--measure", "OR")
    assert (found["k"], found["estimate"], found["weights"], found["leave_one_out"]) == (0, None, [], [])
    assert command(path, "--measure", "OR") == 0
    assert "No study could be pooled." in capsys.readouterr().out


def test_one_study(table, capsys):
    (found,) = as_json(capsys, table(f"{COUNTS}\nA,5,40,3,40\n"), "--measure", "OR", "--test", "adhoc")
    assert (found["k"], found["test"], found["weights"], found["leave_one_out"]) == (1, "z", [100.0], [])
    assert len(found["cumulative"]) == 1


def test_subgroups(table, capsys):
    rows = f"{COUNTS},dose\nA,20,40,10,40,high\nB,18,40,12,40,low\nC,9,30,3,30,high\nD,0,9,0,9,none\n"
    path = table(rows)
    (found,) = as_json(capsys, path, "--measure", "RR", "--subgroup", "dose")
    assert [(group["value"], group["k"]) for group in found["subgroups"]] == [("high", 2), ("low", 1), ("none", 0)]
    assert found["subgroup_test"]["df"] == 1
    assert command(path, "--measure", "RR", "--subgroup", "dose") == 0
    assert "Difference: Q =" in capsys.readouterr().out
    assert command(path, "--measure", "RR", "--subgroup", "arm") == 2
    assert "missing in the header: arm" in capsys.readouterr().err


def test_scores_and_several_tables(table, capsys):
    one = table(
        "n_comparator,study,mean_intervention,sd_intervention,n_intervention,mean_comparator,sd_comparator,note\n"
        "30,A,12,8,30,17,8,x\n28,B,-1.5e1,7.5,1e+02,19,.8,y\n",
        "one.csv",
    )
    found = as_json(capsys, one, one, "--measure", "SMD", "--method", "PM", "--test", "knha")
    assert [f["k"] for f in found] == [2, 2]
    assert found[0]["test"] == "knha"


def test_byte_order_mark_semicolons_and_decimal_commas(table, capsys):
    text = (
        "study;mean_intervention;sd_intervention;n_intervention;mean_comparator;sd_comparator;n_comparator\r\n"
        "Müller;12,5;8,0;30;17.5;8;30\r\n"
    )
    (found,) = as_json(capsys, table(text.encode("utf-8-sig")), "--measure", "MD")
    assert (found["estimate"], found["studies"][0]["study"]) == (-5.0, "Müller")


def test_every_fault_of_every_table_at_once(table, capsys):
    bad = table(f"{COUNTS}\nA,x,10,-1,10\nB,30,10,nan,12\nC,4.5,20,2,0\nD,1,2\nE,1e999,5,1,5\nF,1_0,٣,1,5\n", "bad.csv")
    fine = table(f"{COUNTS}\nA,1,10,2,10\n", "fine.csv")
    assert command(bad, fine, table("a,b\n1,2\n", "other.csv"), "--measure", "RR") == 2
    out, err = capsys.readouterr()
    assert out == ""
    for words in (
        "bad.csv, line 2, column events_intervention: “x” is not a number. Write",
        "bad.csv, line 2, column events_comparator: “-1” is negative. Correct it",
        "bad.csv, line 3, column events_comparator: “nan” is not a number.",
        "bad.csv, line 3, column events_intervention: “30” events among 10 participants.",
        "bad.csv, line 4, column events_intervention: “4.5” is not a whole number.",
        "bad.csv, line 4, column n_comparator: “0” is not an arm size.",
        "bad.csv, line 5: The row has 3 cells, the header 5.",
        "bad.csv, line 6, column events_intervention: “1e999” is out of range.",
        "bad.csv, line 7, column events_intervention: “1_0” is not a number.",
        "bad.csv, line 7, column n_intervention: “٣” is not a number.",
        "other.csv: missing in the header: study, events_intervention",
    ):
        assert words in err, words
    assert "fine.csv" not in err


def test_a_standard_deviation_of_zero_is_a_fault(table, capsys):
    rows = "study,mean_intervention,sd_intervention,n_intervention,mean_comparator,sd_comparator,n_comparator\n"
    assert command(table(rows + "A,1,0,5,1,1,5\n"), "--measure", "MD") == 2
    assert "“0” is not a standard deviation." in capsys.readouterr().err


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"\x00\x01\x02",
        b"study,\x00\n1,2\n",
        b"\xff\xfe\xfa",
        f"{COUNTS}\n".encode(),
        COUNTS.encode(),
        f'{COUNTS}\n"A,1,2,1,2\n'.encode(),
        b'study,"a\n1,2',
        b",,,\n1,2,3,4\n",
        b"PK\x03\x04 a workbook",
    ],
    ids=repr,
)
def test_hostile_bytes_are_refused_in_words(table, data, capsys):
    assert command(table(data), "--measure", "RR") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "table.csv" in err


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda t: f"{COUNTS}\n{t}".encode(errors="replace")))
)
def test_any_bytes_end_in_a_code_and_never_in_an_exception(table, capsys, data):
    assert command(table(data), "--measure", "RR") in (0, 2)
    capsys.readouterr()


def test_missing_files_folders_and_impossible_names(tmp_path, capsys):
    assert command(tmp_path / "none.csv", tmp_path, "a\0b.csv", "--measure", "RR") == 2
    assert len(capsys.readouterr().err.splitlines()) == 3


@pytest.mark.parametrize("words", [["--measure", "RR"], ["a.csv"], ["a.csv", "--measure", "HR"]])
def test_wrong_usage_exits_with_two(words, capsys):
    with pytest.raises(SystemExit) as stopped:
        command(*words)
    assert stopped.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_terminal_without_the_letters_gets_escapes(table, monkeypatch):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    monkeypatch.setattr("sys.stdout", stream)
    assert command(table(f"{COUNTS}\nA,5,40,3,40\nB,5,40,3,40\n"), "--measure", "OR") == 0
    stream.flush()
    assert b"tau\\xb2" in raw.getvalue()


def test_numbers_at_the_edge_of_the_range_are_pooled(table, capsys):
    rows = "study,mean_intervention,sd_intervention,n_intervention,mean_comparator,sd_comparator,n_comparator\n"
    path = table(rows + "A,1e12,1e12,5,-1e12,1e12,5\nB,1e-9,1e-9,1e12,0,1e-9,1e12\nC,5,1,10,4,1,10\n")
    for measure in ("MD", "SMD"):
        for method in ("REML", "DL", "PM", "EE"):
            (found,) = as_json(capsys, path, "--measure", measure, "--method", method)
            assert math.isfinite(found["estimate"])
            assert command(path, "--measure", measure, "--method", method) == 0
            capsys.readouterr()


FITS = json.loads((REFERENCE / "bayesmeta.json").read_text(encoding="utf-8"))["fits"]
PROPORTIONS = json.loads((REFERENCE / "glmm.json").read_text(encoding="utf-8"))["fits"]


@pytest.mark.parametrize("dataset", ["dat.bcg", "dat.linde2005", "dat.normand1999"])
def test_bayes_end_to_end(dataset, table, capsys):
    fit = next(f for f in FITS if f["dataset"] == dataset and f["prior"] == "half-normal-0.5")
    reference = next(t for t in TABLES if (t["dataset"], t["measure"]) == (dataset, fit["measure"]))
    words = (table(csv_of(reference)), "--measure", fit["measure"], "--method", "bayes", "--prior", "half-normal-0.5")
    (found,) = as_json(capsys, *words)
    names = (
        *("estimate", "mean", "sd", "ci_low", "ci_high", "tau_median", "tau_low", "tau_high", "pi_low", "pi_high"),
        *("p_at_most_zero", "shrinkage"),
    )
    assert all(found[name] is not None for name in names)
    assert (found["method"], found["prior"], found["scale"]) == ("bayes", "half-normal-0.5", reference["scale"])
    tolerance = 1e-3 * (fit["mu"]["high"] - fit["mu"]["low"])
    assert found["ci_low"] == pytest.approx(fit["mu"]["low"], abs=tolerance)
    assert found["shrinkage"] == pytest.approx(fit["shrinkage"], abs=tolerance)
    assert [s["shrunk"] for s in found["studies"] if s["yi"] is not None] == found["shrinkage"]
    assert command(*words) == 0
    text = capsys.readouterr().out
    assert "Prior on tau: half-normal, scale 0.5; flat prior on the mean effect." in text
    assert "Probability that it is at most" in text


def test_a_prior_for_standardised_differences_is_scaled_by_the_median_sd_of_points(table, capsys):
    head = "study,mean_intervention,sd_intervention,n_intervention,mean_comparator,sd_comparator,n_comparator\n"
    path = table(head + "A,14,8,30,20,8,30\nB,12,9,40,19,7,40\n")
    words = (path, "--measure", "MD", "--method", "bayes")
    (points,) = as_json(capsys, *words)
    assert (points["prior"], points["prior_scale"]) == ("rhodes", 8)
    (given,) = as_json(capsys, *words, "--prior-scale", "8")
    assert given["ci_low"] == points["ci_low"]
    (plain,) = as_json(capsys, *words, "--prior", "half-normal-0.5")
    assert plain["prior_scale"] == 1
    assert command(*words) == 0
    assert "tau times 8.000" in capsys.readouterr().out


def test_bayes_with_subgroups_and_nothing_to_pool(table, capsys):
    path = table(f"{COUNTS},arm\nA,20,40,10,40,x\nB,12,30,9,30,y\nC,0,10,0,10,z\n")
    (found,) = as_json(capsys, path, "--measure", "RR", "--method", "bayes", "--subgroup", "arm")
    assert [(g["value"], g["k"]) for g in found["subgroups"]] == [("x", 1), ("y", 1), ("z", 0)]
    assert found["prior"] == "turner"
    assert command(path, "--measure", "RR", "--method", "bayes", "--subgroup", "arm") == 0
    assert "z         0" in capsys.readouterr().out
    empty = table(f"{COUNTS}\nC,0,10,0,10\n", "empty.csv")
    (found,) = as_json(capsys, empty, "--measure", "RR", "--method", "bayes")
    assert (found["k"], found["estimate"], found["shrinkage"]) == (0, None, [])
    assert command(empty, "--measure", "RR", "--method", "bayes") == 0
    assert "No study could be pooled." in capsys.readouterr().out


def test_proportions_end_to_end(table, capsys):
    fit = next(f for f in PROPORTIONS if f["dataset"] == "dat.hine1989")
    path = table("study,events,n\n" + "".join(f"{r['study']},{r['events']},{r['n']}\n" for r in fit["data"]) + "x,,5\n")
    words = (path, "--measure", "PLO", "--method", "GLMM")
    (found,) = as_json(capsys, *words)
    for name in ("estimate", "se", "ci_low", "ci_high", "tau2", "pi_low", "pi_high", "proportion"):
        assert found[name] == pytest.approx(fit[name], abs=1e-3 * fit["se"]), name
    assert found["proportion_low"] < found["proportion"] < found["proportion_high"]
    assert found["studies"][-1]["excluded"] == "no value for events, n"
    assert command(*words) == 0
    assert "Another group" in capsys.readouterr().out
    nobody = table("study,events,n\nA,0,5\n", "nobody.csv")
    assert command(nobody, "--measure", "PLO", "--method", "GLMM") == 0
    assert "No proportion can be pooled" in capsys.readouterr().out
    wrong = table("study,events,n\nA,7,5\n", "wrong.csv")
    assert command(wrong, "--measure", "PLO", "--method", "GLMM") == 2
    assert "line 2, column events: “7” events among 5 participants. Correct the events or n." in capsys.readouterr().err
    assert command(table("study,events\nA,7\n", "less.csv"), "--measure", "PLO", "--method", "GLMM") == 2
    assert "missing in the header: n." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--measure", "RR", "--method", "GLMM"), "go together"),
        (("--measure", "PLO"), "go together"),
        (("--measure", "RR", "--prior", "turner"), "--method bayes"),
        (("--measure", "RR", "--method", "bayes", "--test", "z"), "--test"),
        (("--measure", "RR", "--method", "bayes", "--prior-scale", "0"), "above 0"),
        (("--measure", "PLO", "--method", "GLMM", "--subgroup", "x"), "--subgroup"),
    ],
)
def test_options_that_do_not_go_together_are_refused_in_words(table, capsys, words, expected):
    assert command(table(f"{COUNTS}\n"), *words) == 2
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252"])
def test_tables_in_other_encodings_are_read_as_everywhere(table, encoding, capsys):
    assert command(table(f"{COUNTS}\nM\xfcller,1,2,1,2\n".encode(encoding)), "--measure", "RR") == 0
    out, err = capsys.readouterr()
    assert "Müller" in out
    assert "note: " in err


def pooled_case(name, capsys, measure="RR", *words):
    code = command(CASES / name, "--measure", measure, "--format", "json", *words)
    out, err = capsys.readouterr()
    return code, (json.loads(out)[0] if out else {}), err


@pytest.mark.parametrize("name", ["p-revman-total-row.csv", "p-subtotals-upper.csv"])
def test_totals_are_no_studies(name, capsys):
    code, found, err = pooled_case(name, capsys)
    assert (code, found["k"]) == (0, 2)
    assert math.exp(found["estimate"]) == pytest.approx(2.156, abs=5e-4)
    assert "looks like a total" in {study["excluded"] for study in found["studies"]}
    assert "looks like a total" in err


@pytest.mark.parametrize(("name", "k"), [("p-sep-line.csv", 2), ("p-semicolon.csv", 2), ("p-title-line.csv", 1)])
def test_what_add_understands_pool_does(name, k, capsys):
    code, found, _ = pooled_case(name, capsys)
    assert (code, found["k"]) == (0, k)


def test_a_study_twice_and_a_shared_comparator_are_said(capsys):
    code, found, err = pooled_case("p-duplicate-study.csv", capsys)
    assert (code, found["k"]) == (0, 3)
    assert "line 4: The row repeats line 2" in err
    assert found["notes"] == [err.removeprefix("note: ").strip()]
    _, _, err = pooled_case("p-multi-arm-shared-control.csv", capsys)
    assert "line 3" in err
    assert "same comparator" in err


def test_names_of_other_programs_are_read_and_said(table, capsys):
    data = "Author,ai,n1i,ci,n2i\nAlpha,18,30,8,30\nBeta,10,20,5,20\n"
    assert command(table(data), "--measure", "RR", "--format", "json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)[0]["k"] == 2
    assert "“ai” was read as events_intervention" in err


def test_a_column_twice_is_refused(table, capsys):
    assert command(table(f"{COUNTS},n_comparator\nA,1,2,1,2,3\n"), "--measure", "RR") == 2
    assert "more than once in the header: n_comparator" in capsys.readouterr().err


def test_subgroups_in_two_spellings_are_said(table, capsys):
    data = f"{COUNTS},group\nA,1,20,1,20,TRD\nB,2,20,1,20,trd\nC,3,20,2,20,\n"
    assert command(table(data), "--measure", "RR", "--subgroup", "group") == 0
    err = capsys.readouterr().err
    assert "“TRD” and “trd”" in err
    assert "a subgroup of their own: 1" in err


def test_a_point_that_may_mark_thousands_is_refused(capsys):
    code, _, err = pooled_case("p-mean-thousands-dot.csv", capsys, "MD")
    assert code == 2
    assert "It may be 1234 or 1.234" in err


@pytest.mark.parametrize(
    ("name", "measure", "words", "k", "estimate", "tau2"),
    [
        ("p-double-zero.csv", "RR", (), 3, 0.4284781, 1.3213272),
        ("p-double-zero.csv", "RD", (), 5, 0.017347, 0.0018642),
        ("p-scores-small.csv", "SMD", ("--test", "knha"), 3, -0.9757708, None),
        ("p-scores-identical.csv", "SMD", (), 3, -0.9219702, 0),
    ],
)
def test_pools_of_odd_tables_are_those_of_metafor(name, measure, words, k, estimate, tau2, capsys):
    _, found, _ = pooled_case(name, capsys, measure, *words)
    assert found["k"] == k
    assert found["estimate"] == pytest.approx(estimate, abs=1e-6)
    assert tau2 is None or found["tau2"] == pytest.approx(tau2, abs=1e-6)


def test_a_thousand_million_people_are_pooled(capsys):
    code, found, _ = pooled_case("p-huge-n.csv", capsys)
    assert (code, found["k"]) == (0, 3)


def test_words_for_what_is_missing_are_refused_by_line(capsys):
    code, _, err = pooled_case("p-na-variants.csv", capsys)
    assert code == 2
    assert [line for line in range(2, 8) if f"line {line}," in err] == [4, 5, 6, 7]


def test_sums_and_rows_without_a_name_are_said(table, capsys):
    text = "study,ai,n1i,ci,n2i\nAlpha,5,20,3,21\nBeta,7,30,4,31\n,12,50,7,52\n,4,10,2,10\n"
    code = command(table(text), "--measure", "RR", "--format", "json")
    out, err = capsys.readouterr()
    (report,) = json.loads(out)
    assert (code, report["k"]) == (0, 3)
    assert [one["excluded"] for one in report["studies"]] == [
        *(None, None, "its numbers are the sums of the rows above", None)
    ]
    assert "line 5: The row names no study; it is pooled as line 5." in err


@pytest.mark.parametrize(
    ("name", "measure", "code", "words"),
    [
        ("p-formula-names.csv", "RR", 0, "has the same comparator numbers as line 3"),
        ("p-imputed-decimals.csv", "RR", 2, "“17.6” is not a whole number"),
        ("p-means-with-comma-semicolon.csv", "MD", 2, "line 3, column mean_intervention: “1.234,5” is not a number"),
        ("p-tiny-k1.csv", "RR", 0, ""),
    ],
)
def test_odd_tables_are_pooled_or_refused_by_line(name, measure, code, words, capsys):
    status, report, err = pooled_case(name, capsys, measure)
    assert (status, words in err) == (code, True)
    assert bool(report) is (code == 0)
