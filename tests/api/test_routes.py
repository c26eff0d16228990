import shutil
from itertools import chain

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.api import parameters, resources
from evidence.dataset.evidence import DATA, load
from evidence.selection.selection import PRESETS
from tests.support.interface import CACHED, CLIENT, PATHS, client_of


@pytest.mark.parametrize("path", CACHED)
def test_an_unchanged_reply_is_not_sent_again(path):
    first = CLIENT.get(path)
    for known in (first.headers["etag"], f'"other", {first.headers["etag"]}', first.headers["etag"][2:], "*"):
        again = CLIENT.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert CLIENT.get(path, headers={"If-None-Match": '"other"'}).content == first.content


def test_the_entity_tag_changes_with_the_question_and_with_the_data(tmp_path):
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    with (tmp_path / "trials.csv").open("ab") as file:
        file.write(b"\n")
    tags = [CLIENT.get("/api/trials", params={"preset": name}).headers["etag"] for name in PRESETS]
    tags.append(client_of(load(tmp_path)).get("/api/trials").headers["etag"])
    assert len(set(tags)) == len(PRESETS) + 1


def test_a_wrong_question_is_refused_even_when_its_tag_is_known():
    reply = CLIENT.get("/api/trials?drug=aspirin", headers={"If-None-Match": "*"})
    assert reply.status_code == 400


@pytest.mark.parametrize(
    ("query", "parameter", "value", "allowed"),
    [
        ("format=xml", "format", "xml", "csv"),
        ("preset=", "preset", "", "midazolam"),
        ("preset=placebo&preset=esketamine", "preset", "esketamine", "placebo"),
        ("drug=ketamine&drug=aspirin", "drug", "aspirin", "esketamine"),
        ("dose=0.5", "dose", "0.5", "0.1 to 1"),
        ("dose=0.5&dose=nan", "dose", "nan", "0.1 to 1"),
        ("dose=0.5&dose=2", "dose", "2", "0.1 to 1"),
        ("dose=0.5&dose=%D9%A1", "dose", "\u0661", "0.1 to 1"),
        ("Drug=ketamine", "Drug", "ketamine", "drug"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_allowed(query, parameter, value, allowed):
    reply = CLIENT.get(f"/api/trials?{query}")
    assert reply.status_code == 400
    (error,) = reply.json()["errors"]
    assert (error["parameter"], error["value"]) == (parameter, value)
    assert allowed in error["allowed"]
    assert error["message"]


def test_all_faults_are_said_at_once_and_long_values_are_cut():
    errors = CLIENT.get("/api/trials", params={"drug": "x" * 5000, "route": "nose", "q": "1"}).json()["errors"]
    assert [error["parameter"] for error in errors] == ["q", "drug", "route"]
    assert len(errors[1]["value"]) == 201


@pytest.mark.parametrize("path", PATHS)
def test_head_says_what_get_would(path):
    head, get = CLIENT.head(path), CLIENT.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == get.headers
    assert int(head.headers["content-length"]) == len(get.content)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_but_reading_is_allowed(method):
    reply = CLIENT.request(method, "/api/trials")
    assert (reply.status_code, reply.headers["allow"]) == (405, "GET, HEAD")
    assert reply.json()["allowed"] == ["GET", "HEAD"]


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/trial", "/api/trials/x", "/api/../api/x"])
def test_an_unknown_path_lists_the_known_ones(path):
    reply = CLIENT.get(path)
    assert (reply.status_code, reply.json()["allowed"]) == (404, PATHS)


POOLED = resources.POOLED_PARAMETERS


_TEXT = st.text(max_size=20)


def _pairs(parameter: parameters.Parameter) -> st.SearchStrategy[list[tuple[str, str]]]:
    if parameter is parameters.DOSE:
        numbers = st.floats(0.1, 1.0).map(str)
        return st.lists(numbers.map(lambda x: ("dose", x)), min_size=2, max_size=2) | st.just([])
    values = st.sampled_from(parameter.allowed).map(lambda text: (parameter.name, text))
    return st.lists(values, max_size=3 if parameter.many else 1)


@settings(max_examples=60)
@given(st.tuples(*(_pairs(parameter) for parameter in POOLED)).map(lambda parts: list(chain.from_iterable(parts))))
def test_every_allowed_question_is_answered_or_refused_for_its_measure(pairs):
    reply = CLIENT.get("/api/pooled", params=pairs)
    if reply.status_code == 400:
        assert [error["parameter"] for error in reply.json()["errors"]] == ["measure"]
    else:
        assert reply.status_code == 200
        assert reply.json()["k"] == sum(study["weight"] is not None for study in reply.json()["studies"])


@settings(max_examples=60)
@given(
    st.sampled_from(PATHS),
    st.lists(st.tuples(st.sampled_from(["format", "preset", "drug", "dose", "time", "outcome", "low"]) | _TEXT, _TEXT)),
)
def test_no_text_at_all_breaks_the_interface(path, pairs):
    reply = CLIENT.get(path, params=pairs)
    assert reply.status_code in (200, 400)
    if reply.status_code == 400:
        openapi = CLIENT.get("/api/openapi.json").json()
        jsonschema_rs.validate(openapi["components"]["schemas"]["Errors"], reply.json())


@settings(max_examples=60)
@given(st.binary(max_size=40).map(lambda b: "".join(f"%{x:02X}" for x in b)))
def test_no_bytes_break_the_interface(raw):
    assert CLIENT.get(f"/api/trials?drug={raw}&{raw}").status_code == 400


def test_thousands_of_unknown_parameters_get_a_short_answer():
    query = "&".join(f"no{number}=1" for number in range(5_000))
    reply = CLIENT.get(f"/api/trials?{query}")
    assert reply.status_code == 400
    assert len(reply.json()["errors"]) == parameters.MOST_FAULTS
    assert reply.json()["more"] == 5_000 - parameters.MOST_FAULTS
    assert len(reply.content) < 50_000
