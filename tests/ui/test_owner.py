from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from evidence.api import owner_token
from evidence.curation import store
from evidence.curation.append import COLUMNS
from evidence.dataset.evidence import TRIALS, load
from tests.support.server import TOKEN
from tests.support.workbench import REFERENCE, button, cells, csv_of, key, opened, sound, with_reference, words


def brought(token: str = "") -> AppTest:
    at = opened("File", token=token)
    at.file_uploader(key=key("file")).upload("rows.csv", csv_of(cells()))
    return with_reference(sound(at.run()))


def offers_to_save(at: AppTest) -> bool:
    return any(one.label.startswith("Save") for one in at.button)


def test_the_token_of_the_address_permits_and_leaves_the_address(folder: Path) -> None:
    at = brought(TOKEN)
    assert offers_to_save(at)
    assert owner_token.PARAMETER not in at.query_params
    assert TOKEN not in "".join(html.value for html in at.get("html"))  # the Share button among them


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1]])
def test_an_address_without_the_token_saves_nothing_and_says_how(folder: Path, token: str) -> None:
    at = brought(token)
    assert not offers_to_save(at)
    assert "The terminal in which it was started shows an address with a token" in words(at)
    assert ("This is not the token" in words(at)) == bool(token)
    assert not (folder / "history").exists()


def test_a_token_that_is_pasted_keeps_what_was_brought(folder: Path) -> None:
    at = brought()
    at.text_input(key="owner-token-typed").input("no").run()
    assert "This is not the token" in words(at)
    assert not offers_to_save(at)
    at.text_input(key="owner-token-typed").input(f"{TOKEN} ").run()
    assert at.text_input == [] or all(one.value != TOKEN for one in at.text_input)
    button(at, "Save 1 row and 1 reference").click()
    sound(at.run())
    assert "newcomer-2026" in load(folder).trials


def test_the_token_permits_nothing_where_others_can_reach_the_server(folder: Path) -> None:
    config.set_option("server.address", "0.0.0.0")
    at = brought(TOKEN)
    assert not offers_to_save(at)
    assert "Other computers can reach this page" in words(at)


def test_a_session_that_lost_its_right_meanwhile_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = brought(TOKEN)
    monkeypatch.setenv(owner_token.VARIABLE, "another-token-of-another-start")
    button(at, "Save 1 row and 1 reference").click()
    at.run()
    assert "does not have the owner’s token" in words(at)
    assert "newcomer-2026" not in load(folder).trials


def test_a_save_that_was_killed_is_rolled_back_and_said_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half, real = [True], store.replace_file

    def killed(path: Path, data: bytes) -> None:
        if half and path.name == TRIALS and half.pop():
            raise SystemExit
        real(path, data)

    start = load(folder).digest
    monkeypatch.setattr(store, "replace_file", killed)
    with pytest.raises(SystemExit):
        store.save(folder, [tuple(cells().get(name, "") for name in COLUMNS)], [REFERENCE], start)
    assert load(folder).digest != start
    assert "A save was interrupted" not in words(opened(token=""))  # a reader changes nothing
    assert load(folder).digest != start
    assert "A save was interrupted and undone" in words(opened())
    assert load(folder).digest == start
    assert "A save was interrupted" not in words(opened())
