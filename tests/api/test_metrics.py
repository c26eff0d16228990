"""Figures of a process: requests, reruns and their time, errors and the version of the data, in Prometheus' format."""

import asyncio
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from evidence.api.metrics import BOUNDS, CountErrors, CountRequests, Data, Metrics, kind_of, route

SAMPLE = re.compile(r"(?P<name>[a-z_]+)(?:\{(?P<labels>[^}]*)\})? (?P<value>[0-9.e+-]+|\+Inf)")


def samples(text: str) -> dict[str, float]:
    """Read the text as Prometheus does: every line is a comment or a sample, of a family that is declared above it."""
    declared: dict[str, str] = {}
    found: dict[str, float] = {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            declared[name] = kind
        elif not line.startswith("# HELP "):
            sample = SAMPLE.fullmatch(line)
            assert sample is not None, line
            family = re.sub(r"_(?:bucket|sum|count)$", "", sample["name"])
            assert declared.get(sample["name"], declared.get(family)) is not None, line
            found[line.rpartition(" ")[0]] = float(sample["value"])
    return found


def clock(*times: float) -> Iterator[float]:
    yield from times


@contextmanager
def counted(metrics: Metrics) -> Iterator[TestClient]:
    def broken(_request: object) -> Response:
        raise ValueError("no")

    routes = [Route("/api/trials", lambda _request: Response("ok")), Route("/broken", broken)]
    with TestClient(CountRequests(Starlette(routes=routes), metrics), raise_server_exceptions=False) as client:
        yield client


def test_requests_are_counted_by_kind_and_status() -> None:
    metrics = Metrics()
    with counted(metrics) as client:
        client.get("/api/trials")
        client.get("/api/trials")
        client.get("/api/none")
        client.get("/broken")
    found = samples(metrics.text(None))
    assert found['evidence_requests_total{kind="api",status="2xx"}'] == 2
    assert found['evidence_requests_total{kind="api",status="4xx"}'] == 1
    assert found['evidence_requests_total{kind="page",status="5xx"}'] == 1
    assert found['evidence_errors_total{where="server"}'] == 1


def test_reruns_are_timed_page_by_page() -> None:
    times = clock(0, 0.03, 10, 10.7, 20, 32)
    metrics = Metrics(lambda: next(times))
    for _ in range(2):
        with metrics.rerun("response"):
            pass
    with pytest.raises(ZeroDivisionError), metrics.rerun("safety"):
        _ = 1 / 0
    found = samples(metrics.text(None))
    bucket = 'evidence_rerun_seconds_bucket{{page="response",le="{}"}}'
    assert [found[bucket.format(f"{bound:g}")] for bound in BOUNDS] == [1, 1, 1, 1, 2, 2, 2, 2]
    assert found[bucket.format("+Inf")] == 2
    assert found['evidence_rerun_seconds_sum{page="response"}'] == pytest.approx(0.73)
    assert found['evidence_rerun_seconds_count{page="safety"}'] == 1
    assert found['evidence_rerun_seconds_bucket{page="safety",le="10"}'] == 0
    assert found['evidence_errors_total{where="page"}'] == 1


def test_what_the_package_logs_as_an_error_is_counted_by_its_room() -> None:
    metrics, logger = Metrics(), logging.getLogger("evidence.export.images")
    handler = CountErrors(metrics)
    logger.addHandler(handler)
    try:
        logger.warning("not yet")
        logger.error("now")
    finally:
        logger.removeHandler(handler)
    assert samples(metrics.text(None))['evidence_errors_total{where="export"}'] == 1


def test_the_version_of_the_data_is_a_label_that_cannot_break_out() -> None:
    text = Metrics().text(Data('2026.1.0 "x"\n', "abc", 3, 9))
    assert 'evidence_data_info{version="2026.1.0 \\"x\\" ",digest="abc"} 1' in text
    assert "evidence_data_trials 3" in text.splitlines()


def test_the_route_answers_in_the_format_of_prometheus() -> None:
    with TestClient(Starlette(routes=[route(lambda: Data("1", "a", 1, 2), Metrics())])) as client:
        answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert samples(answer.text)["evidence_data_results"] == 2


def test_other_kinds_of_messages_pass() -> None:
    seen = []

    async def app(scope: object, _receive: object, _send: object) -> None:
        seen.append(scope)

    asyncio.run(CountRequests(app, Metrics())({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == [{"type": "lifespan"}]
    assert kind_of("/base/api/health") == "api"
