"""How to cite the dashboard: in words, and as a CITATION.cff file."""

from datetime import date

from evidence.dataset.topic import topic

YEAR = 2026


def authors() -> str:
    """Return who is cited, as the topic that is shown names them.

    >>> authors()
    'The Ketamine Evidence contributors'
    """
    return topic().authors


def title() -> str:
    """Return what the dashboard is called in citations, after the topic that is shown.

    >>> title()
    'An evidence dashboard for ketamine and esketamine in depression'
    """
    return f"An evidence dashboard for {topic().subject}"


def in_words(version: str, data_version: str, accessed: date) -> str:
    """Write the citation in Vancouver style, with the version of the data and the date of access.

    >>> in_words("1.0.0", "1a2b3c4d", date(2026, 11, 20)).partition(". Version")[2]
    ' 1.0.0, data version 1a2b3c4d; 2026 [accessed 20 November 2026].'
    """
    return f"{undated(version, data_version).removesuffix('.')} [accessed {accessed.day} {accessed:%B %Y}]."


def undated(version: str, data_version: str) -> str:
    """Write the citation without a date of access, for a catalogue.

    >>> undated("1.0.0", "1a2b3c4d").rpartition(". ")[2]
    'Version 1.0.0, data version 1a2b3c4d; 2026.'
    """
    return f"{authors()}. {title()}. Version {version}, data version {data_version}; {YEAR}."


def cff(version: str, data_version: str, accessed: date) -> str:
    """Write the citation in the Citation File Format 1.2.0, data version and date in the preferred citation.

    >>> print(cff("1.0.0", "1a2b3c4d", date(2026, 11, 20)).splitlines()[0])
    cff-version: 1.2.0
    """
    return f"""\
cff-version: 1.2.0
message: "If you use this dashboard or its numbers, please cite it with the data version, and cite the trials."
title: "{title()}"
type: software
version: "{version}"
license: MIT
authors:
  - name: "{authors()}"
preferred-citation:
  type: data
  title: "{title()}: data version {data_version}"
  version: "{version}+data.{data_version}"
  year: {YEAR}
  date-accessed: {accessed.isoformat()}
  authors:
    - name: "{authors()}"
"""
