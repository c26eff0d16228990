"""Decode bytes to text, or explain why they cannot be decoded.

`decode` is strict: UTF-8 or a problem. `any_text` also reads what other programs write, with a note saying so.
"""

import re
from dataclasses import dataclass

from evidence.dataset.problems import Problem, problem

MAX_BYTES = 50_000_000

_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_MAGIC = {
    b"PK\x03\x04": "a workbook or an archive",
    b"\xd0\xcf\x11\xe0": "an old workbook or document",
    b"%PDF": "a PDF",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"\x1f\x8b": "an archive",
    b"SQLite format 3\x00": "a database",
}
_SAMPLE = 4096
_WIDE_ENCODINGS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_LETTERS = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœšžÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŠŽ")
_SIGNS = frozenset("–—‘’“”„…•°±×µμ²³½¼≥≤®™©£€§«»\u00a0")
_LETTER_SAMPLE = 200_000  # bytes that say which encoding it is
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file without its byte order mark (None where there is none) and what was found."""

    text: str | None
    encoding: str
    problems: tuple[Problem, ...]

    @property
    def why(self) -> str:
        """Why there is no text, to go on with a sentence: "it is binary data, not text"."""
        return self.problems[-1].message.replace("The file", "it", 1).rstrip(".")


def line_at(data: bytes, position: int) -> int:
    r"""Return the physical line of a byte, for any kind of line end.

    >>> line_at(b"a\r\nb\rc", 5)
    3
    """
    before = data[:position]
    return 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")


def decode(data: bytes) -> Decoded:
    r"""Decode UTF-8 bytes, or explain in a blocking problem what the bytes are instead.

    >>> decode("label\nCañas".encode("cp1252")).problems[0].message
    'Byte 0xF1 (ñ in Windows-1252) is not UTF-8.'
    """
    if len(data) > MAX_BYTES:
        return _refused(problem("file-too-large", 0, size=len(data), limit=MAX_BYTES))
    if data.startswith(_WIDE) or _is_wide_without_mark(data):
        return _refused(problem("utf-16", 1))
    what = next((name for start, name in _MAGIC.items() if data.startswith(start)), None)
    sample = data[:_SAMPLE]
    if what or len(_CONTROL.findall(sample)) > max(2, 0.05 * len(sample)):
        return _refused(problem("binary", 1, what=what or "binary data"))
    if (nul := data.find(b"\x00")) >= 0:
        return _refused(problem("nul", line_at(data, nul)))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # utf-8-sig counts positions after the mark.
        position = error.start + (len(_BOM) if data.startswith(_BOM) else 0)
        byte = data[position]
        letter = bytes([byte]).decode("cp1252", errors="replace")
        return _refused(problem("not-utf-8", line_at(data, position), "", f"0x{byte:02X}", letter=letter))
    if not text.strip():
        return _refused(problem("file-empty", 0))
    if data.startswith(_BOM):
        return Decoded(text, "utf-8-sig", (problem("bom", 1),))
    return Decoded(text, "utf-8", ())


def _refused(why: Problem) -> Decoded:
    return Decoded(None, "", (why,))


def _is_wide_without_mark(data: bytes) -> bool:
    sample = data[:_SAMPLE]
    half = len(sample) // 2
    if half < 4:
        return False
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    return max(even, odd) > 0.6 * half and min(even, odd) < 0.1 * half


def any_text(data: bytes) -> Decoded:
    r"""Decode UTF-8, UTF-16, UTF-32 or an encoding with one byte per letter, with a note on which it was.

    >>> any_text("Cañas".encode("utf-16")).text
    'Cañas'
    """
    decoded = decode(data)
    if decoded.text is not None:
        return decoded
    why = decoded.problems[0]
    if why.code == "utf-16":
        encoding = _wide_encoding(data)
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            return decoded
        if "\ud800" <= max(text, default="") <= "\udfff":
            return decoded
        return Decoded(text.removeprefix("\ufeff"), encoding, (problem("encoding-read", 1, "", encoding.upper()),))
    if why.code == "not-utf-8":
        encoding, name = single_byte_encoding(data)
        return Decoded(data.decode(encoding, "replace"), encoding, (problem("encoding-read", 1, "", name),))
    return decoded


def _wide_encoding(data: bytes) -> str:
    named = next((name for mark, name in _WIDE_ENCODINGS.items() if data.startswith(mark)), None)
    if named:
        return named
    return "utf-16-le" if data[1:200:2].count(0) > data[0:200:2].count(0) else "utf-16-be"


def single_byte_encoding(data: bytes) -> tuple[str, str]:
    """Return the one-byte encoding that gives the most plausible letters: Python's name and ours.

    A letter counts for an encoding where its case fits its place in a word, a typographic sign always; anything
    else counts against it. Windows-1252 wins a tie; where its undefined bytes occur it is Latin-1 or Mac Roman.

    >>> [single_byte_encoding("Müller, Cañas".encode(name))[1] for name in ("mac_roman", "latin-1")]
    ['Mac Roman', 'Windows-1252']
    """
    names = {"cp1252": "Windows-1252", "mac_roman": "Mac Roman", "latin-1": "Latin-1"}
    scores = {}
    first = next((at for at, byte in enumerate(data) if byte > 127), 0)
    sample = data[max(0, first - 1) : first + _LETTER_SAMPLE]
    for encoding in names:
        try:
            scores[encoding] = _plausibility(sample.decode(encoding))
        except UnicodeDecodeError:
            continue
    best = max(scores, key=lambda encoding: scores[encoding])
    return best, names[best]


def _plausibility(text: str) -> int:
    score = 0
    for at, letter in enumerate(text):
        if letter < "\x80":
            continue
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if letter in _SIGNS:
            score += 1
        elif letter in _LETTERS:
            is_beside_digit = before.isdigit() or after.isdigit()
            is_shouted = letter.isupper() and before.islower()
            score += -1 if is_beside_digit or is_shouted or not (before.isalpha() or after.isalpha()) else 1
        else:
            score -= 1
    return score
