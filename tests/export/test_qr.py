import struct

import pytest

from evidence.export import qr


def test_a_qr_code_is_a_scalable_picture_with_a_white_border():
    picture = qr.svg("https://example.org/?preset=Everything", title="Reopen")
    assert picture.startswith("<svg ")
    assert "<title>Reopen</title>" in picture
    assert "width=" not in picture.split(">")[0]
    assert "#fff" in picture


def test_a_png_has_whole_modules():
    data = qr.png("https://example.org/", scale=5)
    width, height = struct.unpack(">II", data[16:24])
    # Version 2 at level Q holds 20 bytes: 25 modules and the quiet zone of 4 on both sides (ISO/IEC 18004).
    assert data.startswith(b"\x89PNG")
    assert width == height == 5 * (25 + 8)


def test_a_title_cannot_break_out_of_the_picture():
    assert "<script" not in qr.svg("https://example.org/", title="<script>alert(1)</script>")


def test_an_address_too_long_to_read_is_refused():
    with pytest.raises(qr.TooLongError, match="characters"):
        qr.svg("https://example.org/?" + "a" * 2_000)
