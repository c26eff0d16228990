"""Where a reference can be read: links to the publisher, PubMed and registries, fit for Markdown and HTML."""

import re
from typing import NamedTuple

from evidence.dataset.references import Reference

_ENDS_LINKS = frozenset("()[]<>\"'`\\^{|} ")


class Link(NamedTuple):
    """Where a reference can be read: what the link is called and where it leads."""

    label: str
    url: str


def links(reference: Reference) -> tuple[Link, ...]:
    """Return every place a reference is known to be, the publisher first; http(s) only, fit for Markdown and HTML."""
    usable = []
    if reference.doi:
        usable.append(Link("DOI", _encoded(f"https://doi.org/{reference.doi}")))
    if reference.pmid:
        usable.append(Link("PubMed", f"https://pubmed.ncbi.nlm.nih.gov/{reference.pmid}/"))
    if reference.pmcid:
        usable.append(Link("PubMed Central", f"https://www.ncbi.nlm.nih.gov/pmc/articles/{reference.pmcid}/"))
    if reference.url and (url := _encoded(reference.url)) not in {link.url for link in usable}:
        usable.append(Link("Source", url))
    return tuple(usable)


def _encoded(url: str) -> str:
    """Escape the characters that would end a Markdown link or an attribute, so that the address still works."""
    return "".join(f"%{ord(character):02X}" if character in _ENDS_LINKS else character for character in url)


def best_link(reference: Reference | None) -> str | None:
    """Return the one link a chart label leads to, None where no address is known."""
    usable = links(reference) if reference else ()
    return usable[0].url if usable else None


def registry_link(number: str | None) -> str | None:
    """Return where a registry number leads, for the registries with an address of their own.

    >>> registry_link("NCT00768430")
    'https://clinicaltrials.gov/study/NCT00768430'
    """
    if number and re.fullmatch(r"NCT[0-9]{8}", number):
        return f"https://clinicaltrials.gov/study/{number}"
    if number and re.fullmatch(r"ISRCTN[0-9]+", number):
        return f"https://www.isrctn.com/{number}"
    return None
