import csv
import io
import math
import re
import shutil
from urllib.parse import urlencode

import jsonschema_rs
import pytest
import rispy
from starlette.applications import Starlette
from starlette.testclient import TestClient

from evidence.api import examples, parameters, routes
from evidence.config import FOLDER_VARIABLE
from evidence.dataset.evidence import DATA, load
from evidence.dataset.records import Result
from evidence.dataset.time_bins import TIME_BINS
from evidence.questions.response import Choices, answer_for
from evidence.report.tables.answers import result_frame
from evidence.selection.selection import Selection, apply
from evidence.serialize import to_csv
from evidence.stats.bayes import PRIORS
from evidence.stats.pool_report import bayes_report, pool_report
from evidence.stats.pooling import pool
from evidence.ui import data as app_data
from tests.support.interface import CLIENT, EVIDENCE, PATHS, asked, client_of


def test_trials_as_csv_are_the_rows_of_the_selection_as_the_pages_export_them():
    reply = CLIENT.get("/api/trials", params={"format": "csv", "preset": "esketamine", "population": "TRD"})
    chosen = Selection("esketamine", {"population": ("TRD",)})
    rows = apply(EVIDENCE.results, chosen.criteria())
    assert reply.content == to_csv(result_frame(rows))
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert f"trials-{EVIDENCE.short}.csv" in reply.headers["content-disposition"]
    assert len(list(csv.DictReader(io.StringIO(reply.content.decode("utf-8-sig"))))) == len(rows) > 10


def test_without_filters_the_selection_is_that_of_the_pages():
    body = asked("/api/trials")
    rows = apply(EVIDENCE.results, Selection().criteria())
    assert body["selection"] == str(Selection())
    assert body["count"] == len(rows)
    assert [row["label"] for row in body["results"]] == [row.label for row in rows]
    assert body["data_version"] == EVIDENCE.short


def test_everything_is_the_whole_file():
    body = asked("/api/trials", preset="everything")
    assert (body["count"], body["trials"]) == (len(EVIDENCE.results), len(EVIDENCE.trials))
    assert {frozenset(row) for row in body["results"]} == {frozenset(Result.columns())}
    assert [Result(**row).model_dump() for row in body["results"]] == [row.model_dump() for row in EVIDENCE.results]


def test_the_address_of_a_page_asks_the_same_as_its_short_words():
    query = "preset=Everything&population=Treatment-resistant%20depression&dose=0.4&dose=0.5"
    long = CLIENT.get(f"/api/trials?{query}")
    short = CLIENT.get("/api/trials?dose=0.5&dose=0.4&population=TRD&preset=everything")
    assert long.json() == short.json()
    assert long.headers["etag"] == short.headers["etag"]
    assert {row["population"] for row in long.json()["results"]} == {"TRD"}


@pytest.mark.parametrize("method", ["REML", "DL", "PM", "EE"])
@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
def test_pooled_numbers_are_those_of_the_page(measure, method):
    body = asked("/api/pooled", preset="placebo", measure=measure, method=method, time="24h")
    rows = apply(EVIDENCE.results, Selection("placebo").criteria())
    found = answer_for(rows, Choices(measure=measure, time="24h"))
    ours = pool([entry.effect for entry in found.used if entry.effect], method)
    assert ours is not None
    assert (body["k"], body["estimate"], body["ci_low"], body["tau2"]) == (
        ours.k,
        ours.estimate,
        ours.ci_low,
        ours.tau2,
    )
    assert body["weights"] == list(ours.weights)
    assert [s["trial"] for s in body["studies"]] == [entry.trial for entry in found.entries]
    assert all((s["weight"] is None) == bool(s["excluded"]) for s in body["studies"])
    assert all(s["citation"] in EVIDENCE.references for s in body["studies"])


def test_pooled_says_whose_certainty_it_is():
    rated = asked("/api/pooled", time="24h")["certainty"]
    assert (rated["rating"], rated["review"]) == ("very low", "Dean2021Cochrane")
    other = asked("/api/pooled", preset="placebo", time="24h")["certainty"]
    assert other == {"rating": None, "review": None, "words": "Certainty: not rated"}


def test_pooled_has_the_keys_of_the_command_line():
    assert set(pool_report([], "RR")) <= set(asked("/api/pooled", method="REML"))
    assert set(bayes_report([], "RR", PRIORS["turner"])) <= set(asked("/api/pooled"))


@pytest.mark.parametrize("measure", ["MD", "SMD"])
@pytest.mark.parametrize(
    "rows",
    [
        *({"preset": name} for name in ("midazolam", "placebo", "esketamine", "everything")),
        {"preset": "esketamine", "population": "TRD"},
        {"preset": "placebo", "design": "crossover"},
    ],
)
def test_the_automatic_time_of_symptoms_is_24_hours_unless_another_bin_pools_twice_as_many(rows, measure):
    options = {"outcome": "symptoms", "measure": measure, **rows}
    trials = {item.value: asked("/api/pooled", **options, time=item.value)["k"] for item in TIME_BINS}
    chosen = asked("/api/pooled", **options)["time"]
    if chosen == "24h":
        assert max(trials.values()) < 2 * trials["24h"]
    else:
        assert trials[chosen] == max(trials.values()) >= 2 * trials["24h"]


def test_another_time_with_twice_as_many_trials_comes_before_24_hours():
    options = {"outcome": "symptoms", "measure": "SMD", "preset": "esketamine", "population": "TRD"}
    assert asked("/api/pooled", **options, time="24h")["k"] > 0
    assert asked("/api/pooled", **options)["time"] == "28d"


def test_what_a_reader_leaves_out_does_not_move_the_automatic_time():
    options = {"outcome": "symptoms", "measure": "SMD", "preset": "everything"}
    assert asked("/api/pooled", **options)["time"] == asked("/api/pooled", **options, nocross="true")["time"]


@pytest.mark.parametrize(("measure", "scale"), [("MD", "MADRS"), ("SMD", "Symptom score")])
def test_symptoms_are_pooled_by_difference(measure, scale):
    body = asked("/api/pooled", outcome="symptoms", measure=measure, preset="everything")
    assert body["k"] > 3
    assert scale in body["title"]
    assert body["estimate"] < 0


def test_a_measure_that_does_not_fit_the_outcome_is_refused_with_those_that_do():
    reply = CLIENT.get("/api/pooled", params={"outcome": "symptoms", "measure": "RR"})
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["allowed"] == ["MD", "SMD"]


def test_references_read_back_in_every_format():
    assert [item["id"] for item in asked("/api/references")] == list(EVIDENCE.references)
    read = rispy.loads(CLIENT.get("/api/references?format=ris").text)
    assert len(read) == len(EVIDENCE.references)
    assert CLIENT.get("/api/references?format=bibtex").text.count("\n}\n") == len(EVIDENCE.references)


def test_rows_meet_the_schema():
    schema = asked("/api/schema")
    validator = jsonschema_rs.Draft202012Validator(schema)
    rows = {"trials": asked("/api/trials", preset="everything")["results"]}
    assert not list(validator.iter_errors(rows))
    rows["trials"][0]["confidence"] = "certain"
    assert len(list(validator.iter_errors(rows))) == 1


def test_health_says_the_hash_and_fails_without_data(tmp_path):
    assert asked("/api/health")["data"] == EVIDENCE.digest
    reply = client_of(load(tmp_path)).get("/api/health")
    assert (reply.status_code, reply.json()["status"]) == (503, "no data")


def test_the_data_set_is_described_with_addresses_that_answer():
    body = asked("/api/dataset")
    assert (body["@type"], body["version"]) == ("Dataset", EVIDENCE.short)
    needed = ("name", "description", "license", "citation", "distribution", "variableMeasured", "identifier", "url")
    assert all(body[name] for name in needed)
    assert EVIDENCE.short in body["citation"]
    assert 50 <= len(body["description"]) <= 5000  # what search engines for data sets ask for
    first, last = (int(year) for year in body["temporalCoverage"].split("/"))
    assert first == min(EVIDENCE.references[r.citation].year or 9999 for r in EVIDENCE.results)
    assert first < last
    for download in body["distribution"]:
        reply = CLIENT.get(download["contentUrl"])
        assert reply.headers["content-type"].startswith(download["encodingFormat"])


def test_openapi_describes_every_path_and_parameter():
    body = asked("/api/openapi.json")
    assert list(body["paths"]) == PATHS
    for path, offer in routes.OFFERS.items():
        assert [p["name"] for p in body["paths"][path]["get"]["parameters"]] == [p.name for p in offer.parameters]
        said = CLIENT.get(path).headers["content-type"].partition(";")[0]
        assert said in body["paths"][path]["get"]["responses"]["200"]["content"]


def test_the_guide_names_every_path_and_parameter():
    text = (DATA.parent / "docs" / "api.md").read_text("utf-8")
    named = {parameter.name for offer in routes.OFFERS.values() for parameter in offer.parameters}
    assert all(f"`{name}`" in text for name in (*PATHS, *named))


@pytest.mark.parametrize(("language", "code"), examples.snippets("http://testserver/").items())
def test_every_address_in_the_snippets_answers(language, code):
    asked_for = re.findall(r"http://testserver/[^'\"]*", code)
    assert len(asked_for) >= 2
    assert all(CLIENT.get(address).status_code == 200 for address in asked_for)


def test_the_guide_shows_the_snippets():
    text = (DATA.parent / "docs" / "api.md").read_text("utf-8")
    assert all(code in text for code in examples.snippets().values())


def test_the_python_snippet_runs_and_says_the_pooled_number(monkeypatch, capsys):
    def answered(address, *_, **__):
        return io.BytesIO(CLIENT.get(address).content)

    monkeypatch.setattr("urllib.request.urlopen", answered)
    monkeypatch.setattr("pandas.read_csv", lambda address: CLIENT.get(address).raise_for_status())
    exec(examples.snippets()["Python"], {})
    body = asked("/api/pooled", preset="placebo", outcome="response", measure="RR", time="24h")
    assert str(round(math.exp(body["estimate"]), 2)) in capsys.readouterr().out


def test_filters_mean_what_they_mean_in_an_address():
    views = pytest.importorskip("evidence.selection.url")
    for parameter in parameters.FILTER_PARAMETERS:
        for text in parameter.allowed:
            values = parameters.read([(parameter.name, text)], parameters.FILTER_PARAMETERS)
            query = urlencode({parameter.name: text})
            assert parameters.selection(values) == views.parse_view(query).selection, query


def test_the_newest_good_data_stays_when_a_file_breaks(tmp_path, monkeypatch):
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    client = TestClient(Starlette(routes=routes.routes(lambda: app_data.current().evidence)))
    good = client.get("/api/trials")
    whole = (tmp_path / "trials.csv").read_bytes()
    (tmp_path / "trials.csv").write_bytes(b"\xff\x00")
    assert client.get("/api/trials").json() == good.json()
    assert client.get("/api/health").json()["data"] == EVIDENCE.digest
    (tmp_path / "trials.csv").write_bytes(whole + b"\r\n")
    assert client.get("/api/trials", headers={"If-None-Match": good.headers["etag"]}).status_code == 200
