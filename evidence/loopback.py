"""Tell whether an address stays on this computer: the one rule for saving, for the API and for links to share."""

import ipaddress
from urllib.parse import urlsplit


def is_loopback(address: str | None) -> bool:
    """Return whether a server at this address can be reached from this computer only.

    All interfaces ("0.0.0.0", "::", "" or None) can be reached from outside. A name other than localhost counts as
    reachable: what it resolves to may change.

    >>> is_loopback("localhost"), is_loopback("127.0.0.1"), is_loopback("[::1]"), is_loopback("0.0.0.0")
    (True, True, True, False)
    >>> is_loopback(None), is_loopback("localhost.example.org")
    (False, False)
    """
    name = _bare(address)
    if name == "localhost":
        return True
    number = _number(name)
    return number is not None and number.is_loopback


def leads_here(url: str) -> bool:
    """Return whether a link leads whoever opens it to their own computer, so that it is of no use to others.

    As the target of a link, unlike as a server's address, "0.0.0.0" is the computer of the person who opens it; so is
    a link without a host.

    >>> leads_here("http://localhost:8501/seminar"), leads_here("http://0.0.0.0:8501"), leads_here("")
    (True, True, True)
    >>> leads_here("https://example.org/seminar"), leads_here("http://192.168.0.2:8501")
    (False, False)
    """
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return False
    number = _number(_bare(host))
    return not host or is_loopback(host) or (number is not None and number.is_unspecified)


def _bare(address: str | None) -> str:
    return (address or "").strip().casefold().removeprefix("[").removesuffix("]")


def _number(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        number = ipaddress.ip_address(name)
    except ValueError:
        return None
    return getattr(number, "ipv4_mapped", None) or number
