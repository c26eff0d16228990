"""How to cite the dashboard: in words, and as a CITATION.cff file."""

from datetime import date

TITLE = "An evidence dashboard for ketamine in depression"
AUTHORS = "The Ketamine Evidence contributors"
YEAR = 2026


def in_words(version: str, data_version: str, accessed: date) -> str:
    """The citation in Vancouver style, with the version of the data and the day it was read.

    >>> in_words("1.0.0", "1a2b3c4d", date(2026, 11, 20)).partition(". Version")[2]
    ' 1.0.0, data version 1a2b3c4d; 2026 [accessed 20 November 2026].'
    """
    return f"{undated(version, data_version).removesuffix('.')} [accessed {accessed.day} {accessed:%B %Y}]."


def undated(version: str, data_version: str) -> str:
    """The citation without the day it was read, for a catalogue.

    >>> undated("1.0.0", "1a2b3c4d").rpartition(". ")[2]
    'Version 1.0.0, data version 1a2b3c4d; 2026.'
    """
    return f"{AUTHORS}. {TITLE}. Version {version}, data version {data_version}; {YEAR}."


def cff(version: str, data_version: str, accessed: date) -> str:
    """The citation in the Citation File Format 1.2.0, with the data version and the day in the preferred citation.

    >>> print(cff("1.0.0", "1a2b3c4d", date(2026, 11, 20)).splitlines()[0])
    cff-version: 1.2.0
    """
    return f"""\
cff-version: 1.2.0
message: "If you use this dashboard or its numbers, please cite it with the data version, and cite the trials."
title: "{TITLE}"
type: software
version: "{version}"
license: MIT
authors:
  - name: "{AUTHORS}"
preferred-citation:
  type: data
  title: "{TITLE}: data version {data_version}"
  version: "{version}+data.{data_version}"
  year: {YEAR}
  date-accessed: {accessed.isoformat()}
  authors:
    - name: "{AUTHORS}"
"""
