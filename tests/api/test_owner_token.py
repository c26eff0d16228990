import pytest

from evidence.api.owner_token import SHORTEST, VARIABLE, ensure, is_owner, start_message

TOKEN = "s3cret-of-the-owner-ünïcode"


def test_a_token_is_made_once_and_never_the_same_for_two_servers() -> None:
    first: dict[str, str] = {}
    second: dict[str, str] = {}
    assert ensure(first) == ensure(first) == first[VARIABLE]
    assert ensure(second) != first[VARIABLE]
    assert len(first[VARIABLE]) >= SHORTEST


def test_a_token_that_could_be_guessed_stops_the_start() -> None:
    with pytest.raises(ValueError, match=f"holds 6 characters; give it at least {SHORTEST}"):
        ensure({VARIABLE: "secret"})


@pytest.mark.parametrize("given", ["", None, True, 5, TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\ud800", "*", "%"])
def test_nothing_but_the_token_makes_an_owner(given: object) -> None:
    assert is_owner(TOKEN, {VARIABLE: TOKEN})
    assert is_owner(f" {TOKEN}\n", {VARIABLE: TOKEN})  # as it is copied from a terminal
    assert not is_owner(given, {VARIABLE: TOKEN})
    assert not is_owner(given, {})
    assert not is_owner(given, {VARIABLE: ""})


@pytest.mark.parametrize(
    ("listening", "base", "address"),
    [
        ("localhost", "", "http://localhost:8501/?token=abc"),
        ("::1", "", "http://[::1]:8501/?token=abc"),
        ("127.0.0.1", "/ketamine/", "http://127.0.0.1:8501/ketamine/?token=abc"),
    ],
)
def test_the_terminal_shows_the_address_that_may_save(listening: str, base: str, address: str) -> None:
    assert start_message(listening, 8501, "abc", base).endswith(f"\n{address}")


@pytest.mark.parametrize("listening", [None, "", "0.0.0.0", "192.168.0.2"])
def test_a_server_that_others_can_reach_shows_no_token(listening: str | None) -> None:
    assert "abc" not in start_message(listening, 8501, "abc")
