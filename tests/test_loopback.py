import pytest

from evidence.loopback import is_loopback, leads_here


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        *(
            (name, True)
            for name in ("localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1", "[::1]", "::ffff:127.0.0.1")
        ),
        *(
            (name, False)
            for name in ("0.0.0.0", "::", "", None, "192.168.0.2", "example.org", "127.0.0.1.evil.org", "1")
        ),
    ],
)
def test_only_this_computer(address: str | None, expected: bool) -> None:
    assert is_loopback(address) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:8501/seminar?preset=Everything", True),
        ("http://127.8.9.1:8501/", True),
        ("http://[::1]:8501/seminar", True),
        ("http://0.0.0.0:8501/seminar", True),
        ("http://[::]:8501/seminar", True),
        ("/seminar", True),
        ("https://example.org/seminar", False),
        ("http://192.168.0.2:8501/seminar", False),
        ("http://localhost.example.org/seminar", False),
        ("http://[broken/seminar", False),
    ],
)
def test_a_link_of_use_to_nobody_else(url: str, expected: bool) -> None:
    assert leads_here(url) is expected
