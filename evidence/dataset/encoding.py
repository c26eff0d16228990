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
_IN_WORDS = frozenset("’‘–—”“\u00a0»…")  # signs that a letter may follow
_CENTRAL = frozenset("áâăäąćčçďđéęëěíîľĺłńňóôőöřŕśšşťţúůűüýźžżßÁÂĂÄĄĆČÇĎĐÉĘËĚÍÎĽĹŁŃŇÓÔŐÖŘŔŚŠŞŤŢÚŮŰÜÝŹŽŻ")
_LETTERS_OF = {
    "cp1250": _CENTRAL,
    "cp1251": frozenset(map(chr, range(0x0400, 0x0460))),
    "cp1253": frozenset(map(chr, range(0x0386, 0x03CF))),
}
_VOWELS = frozenset("аеёиоуыэюяіїєαεηιουωάέήίόύώϊϋΐΰ")
_SHARE_OF_VOWELS = 0.45  # of the letters of a Greek or Russian text
_ONE_BYTE = {
    **{"cp1252": "Windows-1252", "mac_roman": "Mac Roman", "latin-1": "Latin-1"},
    **{"cp1250": "Windows-1250 (Central European)", "cp1251": "Windows-1251 (Cyrillic)"},
    **{"cp1253": "Windows-1253 (Greek)"},
}
_WIDE_LETTERS = {"gb18030": "GB 18030 (Chinese)", "big5": "Big5 (Chinese)", "cp932": "Shift JIS (Japanese)"}
_WIDE_LETTERS |= {"euc_jp": "EUC (Japanese)", "cp949": "Windows-949 (Korean)", "euc_kr": "EUC (Korean)"}
_FEWEST_WIDE = 6  # bytes that are no ASCII, before a wide encoding is thought of
_LETTER_SAMPLE = 200_000  # bytes that say which encoding it is
# Letters of UTF-8 that were read as Windows-1252 and saved so: MÃ¼ller, 30â€“40.
_GARBLED = re.compile("Ã[\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€.|Â[\u00a0-\u00bf]")
_WORD_BEFORE, _WORD_BEHIND = re.compile(r"[^\W\d_]{0,20}\Z"), re.compile(r"[^\W\d_]{0,20}")
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


def line_of(text: str, position: int) -> int:
    """Return the physical line of a letter of a text."""
    return line_at(text[:position].encode("utf-8", "replace"), 4 * position)


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
        garbled = _GARBLED.search(decoded.text)
        note = (_garbled(decoded.text, garbled),) if garbled else ()
        return Decoded(decoded.text, decoded.encoding, (*decoded.problems, *note)) if note else decoded
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


def _garbled(text: str, sign: re.Match[str]) -> Problem:
    """Return the note on a letter that was read in another encoding, with the word round it."""
    before, behind = text[max(0, sign.start() - 20) : sign.start()], _WORD_BEHIND.match(text, sign.end())
    start = _WORD_BEFORE.search(before)
    word = f"{start[0] if start else ''}{sign[0]}{behind[0] if behind else ''}"
    return problem("garbled", line_of(text, sign.start()), "", word)


def _wide_encoding(data: bytes) -> str:
    named = next((name for mark, name in _WIDE_ENCODINGS.items() if data.startswith(mark)), None)
    if named:
        return named
    return "utf-16-le" if data[1:200:2].count(0) > data[0:200:2].count(0) else "utf-16-be"


def single_byte_encoding(data: bytes) -> tuple[str, str]:
    """Return the encoding that gives the most plausible letters: Python's name and ours.

    A letter counts for an encoding where its case fits its place in a word and its neighbours are of its alphabet, a
    typographic sign where no letter follows it; anything else counts against it. Windows-1252 wins a tie. Where no
    encoding with one byte per letter gives words, the text is Chinese, Japanese or Korean as charset-normalizer says;
    for short names with accents it is the weaker judge, as it takes “Cañas” for Polish.

    >>> [single_byte_encoding("Müller, Cañas".encode(name))[1] for name in ("mac_roman", "latin-1")]
    ['Mac Roman', 'Windows-1252']
    >>> single_byte_encoding("Дозы кетамина".encode("cp1251"))[1]
    'Windows-1251 (Cyrillic)'
    """
    scores = {}
    first = next((at for at, byte in enumerate(data) if byte > 127), 0)
    sample = data[max(0, first - 1) : first + _LETTER_SAMPLE]
    for encoding in _ONE_BYTE:
        try:
            scores[encoding] = _plausibility(sample.decode(encoding), _LETTERS_OF.get(encoding, _LETTERS))
        except UnicodeDecodeError:
            continue
    best = max(scores, key=lambda encoding: scores[encoding])
    letters = sum(byte > 127 for byte in sample)
    least = 0.8 if best in ("cp1251", "cp1253") else 0.4  # of the letters: a whole alphabet leaves little in doubt
    if letters >= _FEWEST_WIDE and scores[best] < least * letters and (wide := _wide_letters(data)):
        return wide
    return best, _ONE_BYTE[best]


def _wide_letters(data: bytes) -> tuple[str, str] | None:
    """Return the encoding of Chinese, Japanese or Korean text, None for another one or a doubtful one."""
    import charset_normalizer

    best = charset_normalizer.from_bytes(data[:_LETTER_SAMPLE], cp_isolation=list(_WIDE_LETTERS)).best()
    if best is None:
        return None
    try:
        data.decode(best.encoding)
    except UnicodeDecodeError:
        return None
    return best.encoding, _WIDE_LETTERS.get(best.encoding, best.encoding)


def _plausibility(text: str, letters: frozenset[str]) -> int:
    has_alphabet = letters not in (_LETTERS, _LETTERS_OF["cp1250"])
    score = 0
    for at, letter in enumerate(text):
        if letter < "\x80":
            continue
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if letter in _SIGNS:
            score += -1 if letter not in _IN_WORDS and after.isalpha() else 1
        elif letter in letters:
            is_beside_digit = before.isdigit() or after.isdigit()
            is_shouted = letter.isupper() and before.islower()
            is_alone = not (before.isalpha() or after.isalpha())
            if has_alphabet:  # Latin letters beside these are of another word
                is_alone = (before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha())
            else:  # two letters with accents side by side are rare, three are none of these languages
                is_alone = is_alone or (before >= "\x80" and before.isalpha())
            score += -1 if is_beside_digit or is_shouted or is_alone else 1
        else:
            score -= 1
    if has_alphabet and (own := [letter for letter in text.casefold() if letter in letters]):
        vowels = sum(letter in _VOWELS for letter in own)
        score -= round(abs(vowels - _SHARE_OF_VOWELS * len(own)))
    return score
