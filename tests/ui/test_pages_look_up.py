"""Looking up on the page that adds trials: off by default, for the owner alone, shown before it is used."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from streamlit.testing.v1 import AppTest

from evidence.curation.web import ONLINE_VARIABLE
from evidence.ui.workbench import look_up
from tests.support.hosts import NBIB, RECORD, Answer, Host, body, broken, csl, dripping, host, web
from tests.support.workbench import button, key, opened, sound, words

pytestmark = pytest.mark.usefixtures("folder")


@contextmanager
def online(patch: pytest.MonkeyPatch, *answers: Answer, **more: object) -> Iterator[Host]:
    """Switch look-ups on, and let a server on this computer answer."""
    patch.setenv(ONLINE_VARIABLE, "1")
    with host(*answers) as server:
        patch.setattr(look_up, "asking", lambda: web(server, **more))
        yield server


def typed(text: str) -> AppTest:
    at = opened("Form")
    at.text_input(key=key("reference")).set_value(text)
    return sound(at.run())


def has_button(at: AppTest, start: str) -> bool:
    return any(one.label.startswith(start) for one in at.button)


def test_it_is_off_by_default_and_says_so_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ONLINE_VARIABLE, raising=False)
    at = typed("10.1000/x")
    assert "look-ups are off" in words(at)
    assert not has_button(at, "Look it up")


def test_a_stranger_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ONLINE_VARIABLE, "1")
    at = opened("Form", token="")
    assert "Only the owner of this server looks things up" in words(at)
    assert not has_button(at, "Look it up")


@pytest.mark.parametrize(("number", "answer"), [("10.1000/x", csl()), ("23982301", NBIB)])
def test_a_paper_is_shown_and_then_used(number: str, answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with online(monkeypatch, body(answer)) as server:
        at = typed(number)
        button(at, "Look it up at").click()
        sound(at.run())
    assert len(server.seen) == 1
    assert "Hay A. A trial. Med. 2020" in words(at)
    assert "Nothing is used yet" in words(at)
    assert not any((box.key or "").startswith(key("reference-id")[:-2]) for box in at.text_input)
    button(at, "Use this reference").click()
    sound(at.run())
    assert "Nothing is used yet" not in words(at)
    assert at.text_input(key=key("reference")).value == ""
    assert any((box.key or "").startswith(key("reference-id")[:-2]) for box in at.text_input)


def test_what_came_can_be_discarded(monkeypatch: pytest.MonkeyPatch) -> None:
    with online(monkeypatch, body(csl())):
        at = typed("10.1000/x")
        button(at, "Look it up at").click()
        sound(at.run())
    button(at, "Discard").click()
    sound(at.run())
    assert "A trial. Med" not in words(at)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (dripping, "answers too slowly"),
        (broken, "broke off the answer"),
        (body(b"x" * 3_000_000), "more than 2 MB"),
        (body(b"", 302, Location="https://example.org/paper"), "may not be queried"),
        (body(b"", 404), "has no 10.1000/x"),
    ],
)
def test_a_failure_is_one_line(answer: Answer, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with online(monkeypatch, answer, deadline=0.1):
        at = typed("10.1000/x")
        button(at, "Look it up at").click()
        sound(at.run())
    assert reason in at.error[0].value.replace("\\", "")
    assert not has_button(at, "Use this reference")


def test_offline_says_so_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with online(monkeypatch, body(b"")):
        pass
    at = typed("10.1000/x")
    button(at, "Look it up at").click()
    sound(at.run())
    assert "doi.org cannot be reached: there is no network, or it is blocked." in at.error[0].value.replace("\\", "")


def test_a_trial_is_looked_up_and_its_rows_are_drafted(monkeypatch: pytest.MonkeyPatch) -> None:
    with online(monkeypatch, body(RECORD)):
        at = opened("Registry")
        at.text_input(key=key("record-number")).set_value("NCT09990001")
        sound(at.run())
        button(at, "Look it up at clinicaltrials.gov").click()
        sound(at.run())
    assert "NCT09990001, with results" in words(at)
    assert "draft row" not in words(at)
    button(at, "Draft its rows").click()
    sound(at.run())
    assert "draft row" in words(at)
