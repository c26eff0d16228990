"""A question added to questions.csv: in the filter bar, in links, on the seminar, in exports and in the interface."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from evidence.api import routes
from evidence.cli import main
from evidence.config import FOLDER_VARIABLE
from evidence.dataset.evidence import DATA, load
from evidence.dataset.vocabulary import activate, shipped_words
from evidence.selection.selection import PRESETS, Selection, apply
from tests.support.paths import APP

LABEL = "Ketamine by mouth in resistant depression"
QUESTION = f"mouth,{LABEL},ketamine,oral,,,,active placebo;inert placebo,,TRD;MDD,\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    copy = Path(shutil.copytree(DATA, tmp_path / "data"))
    with (copy / "questions.csv").open("a", encoding="utf-8") as file:
        file.write(QUESTION)
    monkeypatch.setenv(FOLDER_VARIABLE, str(copy))
    yield copy
    activate(shipped_words())


def opened(page: str, **asked: str) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=30)
    for name, value in asked.items():
        at.query_params[name] = value
    at.switch_page(f"../../pages/{page}.py")
    at.run()
    assert not at.exception, at.exception[0].message
    return at


def spoken(at: AppTest) -> str:
    kinds = (at.title, at.header, at.subheader, at.caption, at.markdown, at.info, at.warning)
    return "\n".join(str(item.value) for kind in kinds for item in kind)


def test_it_is_offered_and_a_link_leads_to_it(folder: Path) -> None:
    at = opened("response", preset="mouth")
    (pills,) = [one for one in at.get("button_group") if "Ketamine 0.5 mg/kg IV vs midazolam" in str(one.proto)]
    assert LABEL in str(pills.proto)
    assert at.session_state["preset"] == "mouth"
    evidence = load(folder)
    rows = apply(evidence.results, Selection("mouth").criteria())
    assert rows
    assert {(r.intervention, r.route) for r in rows} == {("ketamine", "oral")}
    assert {r.population for r in rows} <= {"TRD", "MDD"}


def test_the_seminar_teaches_it(folder: Path) -> None:
    assert LABEL in spoken(opened("seminar", preset="mouth")) + str([b.proto for b in opened("seminar").selectbox])


def test_exports_and_the_interface_know_it(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "rows.csv"
    assert main(["export", "csv", "--view", "preset=mouth", "--data", str(folder), "--out", str(out)]) == 0
    assert out.read_text("utf-8-sig").count("\n") > 1
    capsys.readouterr()
    evidence = load(folder)
    client = TestClient(Starlette(routes=routes.routes(lambda: evidence)))
    reply = client.get("/api/trials", params={"preset": "mouth"})
    assert reply.status_code == 200
    assert json.loads(reply.text)
    assert list(PRESETS) == ["midazolam", "placebo", "esketamine", "repeated", "active", "mouth", "everything"]
