import pytest

from evidence.seminar import rooms as following


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    monkeypatch.setattr(following, "_rooms", {})


def test_a_turn_has_a_number_of_its_own_and_standing_still_is_none():
    following.turned("room-number-one", "question")
    first = following.stands("room-number-one")
    following.turned("room-number-one", "question")
    assert following.stands("room-number-one") == first
    following.turned("room-number-one", "pooled")
    following.turned("room-number-one", "question")
    again = following.stands("room-number-one")
    assert again.step == first.step
    assert again.number != first.number


def test_a_room_nobody_opened_is_unknown():
    assert following.stands("room-number-one") is None


def test_the_room_quiet_for_longest_is_given_up_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr(following, "MOST_ROOMS", 2)
    for room in ("first", "second", "first", "third"):
        following.turned(room, "question")
    assert following.stands("second") is None
    assert following.stands("first")
    assert following.stands("third")
