"""An address as a QR code, for a phone that points at a slide, a hand-out or a seminar screen."""

import io

import segno

# A quarter of the code may be damaged or badly lit and it still reads.
_LEVEL = "q"
_QUIET_ZONE = 4  # modules of white round the code, as ISO/IEC 18004 asks
_LONGEST = 1_600  # characters; a longer address makes a code too fine for a projector


class TooLongError(ValueError):
    """The address makes a code that no camera would read from a seat."""


def svg(address: str, title: str = "QR code of this view") -> str:
    """Make the code as one SVG element without a size of its own, black on white in every theme.

    Raises:
        TooLongError: when the address has more than 1,600 characters.

    >>> svg("https://example.org/?preset=Everything").startswith("<svg ")
    True
    """
    return _code(address).svg_inline(border=_QUIET_ZONE, dark="#000000", light="#ffffff", title=title, omitsize=True)


def png(address: str, scale: int = 8) -> bytes:
    """Make the code as PNG, `scale` pixels per module.

    Raises:
        TooLongError: when the address has more than 1,600 characters.
    """
    out = io.BytesIO()
    _code(address).save(out, kind="png", scale=scale, border=_QUIET_ZONE)
    return out.getvalue()


def _code(address: str) -> segno.QRCode:
    if len(address) > _LONGEST:
        raise TooLongError(f"The address has {len(address)} characters; a QR code of it could not be read from a seat.")
    return segno.make_qr(address, error=_LEVEL, boost_error=False)
