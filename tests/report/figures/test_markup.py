"""A text from the data stands in a chart as it is."""

import pytest

from evidence.report.figures.markup import escape
from evidence.report.figures.style import LIGHT, in_full, link


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('O\'Brien "A" \\ 100% & Co_2024 $x$', 'O\'Brien "A" \\ 100% &amp; Co_2024 $x$'),
        ("n < 5 <b>", "n &lt; 5 &lt;b&gt;"),
        ("אלפא 2024", "\u2068אלפא 2024\u2069"),
        ("ألفا 2024", "\u2068ألفا 2024\u2069"),
        ("Müller–Łuk 2024", "Müller–Łuk 2024"),
    ],
)
def test_quotes_stay_and_directions_are_apart(text: str, expected: str) -> None:
    assert escape(text) == expected
    assert in_full(text) == expected


def test_a_quote_in_an_address_ends_no_attribute() -> None:
    text = link('"A" 2024', 'https://x.org/?a="1"', "24 h", LIGHT)
    assert 'href="https://x.org/?a=%221%22"' in text
    assert '>"A" 2024</a>' in text
