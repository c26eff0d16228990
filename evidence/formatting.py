"""Numbers as a reader sees them: true minus, thin thousands, en dash for ranges, sensible digits."""

import math
from dataclasses import dataclass

THIN = "\u202f"
MINUS = "−"
UNKNOWN = "not reported"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A finding in words: what was found, the numbers behind it, and what has to be read with it.

    `headline` is for the back of a room: no brackets, no intervals; `exact` is the same with the intervals that belong
    to its numbers. `numbers` are what a parenthesis holds, `caveat` continues the sentence, `more` are further ones.

    >>> found = Sentence("54 of 100 responded", "RR 2.3; 2 trials", "next comes headache", exact="54 (40 to 70) of 100")
    >>> print(found)
    54 (40 to 70) of 100 (RR 2.3; 2 trials); next comes headache
    >>> found.large, found.below
    ('54 (40 to 70) of 100.', 'RR 2.3; 2 trials; next comes headache')
    """

    headline: str
    numbers: str = ""
    caveat: str = ""
    more: str = ""
    exact: str = ""

    def __str__(self) -> str:
        """Return everything as running text, without the full stop at the end."""
        numbers = f" ({self.numbers})" if self.numbers else ""
        caveat = f"; {self.caveat}" if self.caveat else ""
        more = f". {self.more}" if self.more else ""
        return f"{self.exact or self.headline}{numbers}{caveat}{more}"

    @property
    def large(self) -> str:
        """What stands large, with its full stop."""
        return ended(self.exact or self.headline)

    @property
    def below(self) -> str:
        """Return the line below the headline: numbers, caveat and further sentences; empty where there are none."""
        first = "; ".join(part for part in (self.numbers, self.caveat) if part)
        return capital(". ".join(part for part in (first, self.more) if part))


def ended(text: str) -> str:
    """End a text with a full stop, unless it has an end.

    >>> ended("Nobody measured it"), ended("Why?")
    ('Nobody measured it.', 'Why?')
    """
    return text if text.endswith((".", "?", ":", "!")) else f"{text}."


def inside(text: str) -> str:
    """Begin a text in lower case, as inside a sentence.

    >>> inside("At 24 hours")
    'at 24 hours'
    """
    return f"{text[:1].lower()}{text[1:]}"


def capital(text: str) -> str:
    """Begin a text with a capital and leave the rest as it is.

    >>> capital("placebo (ECT)")
    'Placebo (ECT)'
    """
    return f"{text[:1].upper()}{text[1:]}"


def number(value: float | None, digits: int = 2) -> str:
    r"""Format a number with a fixed count of decimals, a true minus sign and thin spaces between thousands.

    >>> number(-7.953, 1), number(12345, 0), number(None), number(-0.001, 1)
    ('−8.0', '12\u202f345', 'not reported', '0.0')
    """
    if value is None or math.isnan(value):
        return UNKNOWN
    text = f"{abs(value):,.{digits}f}".replace(",", THIN)
    return MINUS + text if value < 0 and float(f"{abs(value):.{digits}f}") else text


def ratio(value: float | None) -> str:
    r"""Format a ratio with two decimals below ten and fewer above.

    >>> ratio(2.2796), ratio(23.04), ratio(373.4), ratio(0.4949), ratio(5000.2)
    ('2.28', '23.0', '373', '0.49', '5\u202f000')
    """
    return number(value, 2 if value is None or value < 9.995 else 1 if value < 99.95 else 0)


def plain(value: float | None) -> str:
    """Format a number with no more digits than were reported.

    >>> plain(12.0), plain(-0.52), plain(None)
    ('12', '−0.52', 'not reported')
    """
    return UNKNOWN if value is None else f"{value:g}".replace("-", MINUS)


def count(value: int | None) -> str:
    r"""Format a count with thin spaces between thousands.

    >>> count(9446)
    '9\u202f446'
    """
    return number(value, 0)


def percent(part: float, whole: float) -> str:
    """Format a share as a rounded percentage.

    >>> percent(30, 47)
    '64%'
    """
    return f"{100 * part / whole:.0f}%"


def counted(amount: int, one: str, many: str | None = None) -> str:
    """Join a count and its noun, singular or plural.

    >>> counted(1, "trial"), counted(2, "trial"), counted(2, "person", "people")
    ('1 trial', '2 trials', '2 people')
    """
    return f"{count(amount)} {one if amount == 1 else many or one + 's'}"


def listed(items: list[str]) -> str:
    """Join items as in a sentence.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else "none"


def probability(value: float | None) -> str:
    """Format a p value with two significant digits, or as a bound below 0.001.

    >>> probability(0.0421), probability(0.00001), probability(None)
    ('p = 0.042', 'p < 0.001', 'p not reported')
    """
    if value is None:
        return f"p {UNKNOWN}"
    return "p < 0.001" if value < 0.001 else f"p = {value:.2g}"


def megabytes(size: int) -> str:
    """Return a number of bytes in words.

    >>> megabytes(999), megabytes(124_000), megabytes(2_500_000)
    ('999 bytes', '124 kB', '2.5 MB')
    """
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
