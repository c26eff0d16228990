import pytest

from evidence.seminar import rooms


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    monkeypatch.setattr(rooms, "_rooms", {})


def test_a_turn_has_a_number_of_its_own_and_standing_still_is_none():
    rooms.turned("room-number-one", "question")
    first = rooms.turn_of("room-number-one")
    rooms.turned("room-number-one", "question")
    assert rooms.turn_of("room-number-one") == first
    rooms.turned("room-number-one", "pooled")
    rooms.turned("room-number-one", "question")
    again = rooms.turn_of("room-number-one")
    assert again.step == first.step
    assert again.number != first.number


def test_a_room_nobody_opened_is_unknown():
    assert rooms.turn_of("room-number-one") is None


def test_the_room_quiet_for_longest_is_given_up_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr(rooms, "MOST_ROOMS", 2)
    for room in ("first", "second", "first", "third"):
        rooms.turned(room, "question")
    assert rooms.turn_of("second") is None
    assert rooms.turn_of("first")
    assert rooms.turn_of("third")


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Hold the time that rooms read; a test moves it on."""
    time = [1000.0]
    monkeypatch.setattr(rooms, "clock", lambda: time[0])
    return time


@pytest.fixture
def code(now: list[float]) -> str:
    """Open a room that takes guesses at the step "guess", and return the key on its wall."""
    rooms.turned("the-lecture", "guess")
    rooms.let_phones_guess("the-lecture", True)
    return rooms.code_of("the-lecture")


def guesses() -> tuple[float, ...]:
    return rooms.guesses_of("the-lecture", "guess", "drug")


def test_a_phone_has_one_guess_and_its_last_counts(code: str, now: list[float]) -> None:
    assert rooms.send(code, "phone-a", "guess", "drug", 40) == ""
    assert rooms.send(code, "phone-b", "guess", "drug", 60) == ""
    now[0] += rooms.PAUSE
    assert rooms.send(code, "phone-a", "guess", "drug", 50) == ""
    assert guesses() == (50, 60)
    assert rooms.guesses_of("the-lecture", "guess", "comparator") == ()


def test_guesses_are_taken_only_while_the_lecturer_asks(code: str) -> None:
    rooms.let_phones_guess("the-lecture", False)
    assert "not taking guesses" in rooms.send(code, "phone-a", "guess", "drug", 40)
    rooms.let_phones_guess("the-lecture", True)
    assert "moved on" in rooms.send(code, "phone-a", "another", "drug", 40)
    rooms.turned("the-lecture", "guess", revealed=True)
    assert "moved on" in rooms.send(code, "phone-a", "guess", "drug", 40)
    assert guesses() == ()


def test_the_lecturers_key_is_not_the_rooms(code: str) -> None:
    assert "not taking guesses" in rooms.send("the-lecture", "phone-a", "guess", "drug", 40)
    assert rooms.hear("the-lecture") is None
    assert rooms.hear("<b>é") is None
    assert rooms.hear(code) == (rooms.turn_of("the-lecture"), True, False)


def test_guesses_are_few_in_number_and_slow_enough(
    code: str, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "MOST_A_SECOND", 3)
    monkeypatch.setattr(rooms, "MOST_GUESSES", 4)
    assert rooms.send(code, "phone-a", "guess", "drug", 40) == ""
    assert "Only one guess per second" in rooms.send(code, "phone-a", "guess", "drug", 41)
    assert [rooms.send(code, f"phone-{i}", "guess", "drug", i) for i in range(2)] == ["", ""]
    assert "at once" in rooms.send(code, "phone-z", "guess", "drug", 1)
    now[0] += 1
    assert rooms.send(code, "phone-z", "guess", "drug", 2) == ""
    assert "already has 4 guesses" in rooms.send(code, "phone-y", "guess", "drug", 3)
    assert guesses() == (40, 0, 1, 2)


def test_guesses_go_when_cleared_when_the_lecture_ends_and_after_a_silence(code: str, now: list[float]) -> None:
    rooms.send(code, "phone-a", "guess", "drug", 40)
    rooms.clear("the-lecture", "another")
    assert guesses() == (40,)
    rooms.clear("the-lecture", "guess")
    assert guesses() == ()
    now[0] += rooms.PAUSE
    rooms.send(code, "phone-a", "guess", "drug", 40)
    now[0] += rooms.QUIET + 1
    assert rooms.hear(code) is None
    assert not rooms.takes_guesses("the-lecture")
    assert guesses() == ()
    rooms.close("the-lecture")
    assert rooms.turn_of("the-lecture") is None
    assert rooms.code_of("the-lecture") == ""
