"""The head of a page: its question small, its finding large, and what the finding hangs on in full ink below."""

import re

import streamlit as st

from evidence.ui.components.citation_card import escaped

# Where the numbers behind a finding begin: not at "(20 to 86)" or "(24 against 6 of 100 responded)", which mean nothing
# away from their number.
_OPENING = re.compile(r" \((?!\d+ (?:to|against) )")


def split(headline: str) -> tuple[str, str]:
    """Return what was found and, apart, the numbers in parentheses behind it.

    >>> split("Scores were lower (95% CI −4 to −1; 1 trial, 20 people).")
    ('Scores were lower.', '95% CI −4 to −1; 1 trial, 20 people')
    >>> split("Most in nausea (52%; 1 trial); next comes headache (4 more of 100).")
    ('Most in nausea; next comes headache (4 more of 100).', '52%; 1 trial')
    >>> split("Lower at 24 hours (4 points). Lower at 7 days (2 points).")
    ('Lower at 24 hours.', '4 points. Lower at 7 days (2 points).')
    >>> split("About 41 (20 to 86) of 100 responded (risk ratio 2.2; 3 trials).")  # a range belongs to its number
    ('About 41 (20 to 86) of 100 responded.', 'risk ratio 2.2; 3 trials')
    >>> split("Nobody measured it.")
    ('Nobody measured it.', '')
    """
    opening = _OPENING.search(headline)
    if opening is None:
        return headline, ""
    before, rest = headline[: opening.start()], headline[opening.end() :]
    closings = (place for place, letter in enumerate(rest) if letter == ")")
    end = next((place for place in closings if rest[:place].count("(") == rest[:place].count(")")), None)
    if end is None:
        return headline, ""
    after = rest[end + 1 :]
    if after.startswith(". "):  # further sentences go below with the numbers of the first
        return f"{before}.", f"{rest[:end]}. {after[2:]}"
    return f"{before}{after}", rest[:end]


def question(text: str) -> None:
    """Draw the question a page answers, its title."""
    with st.container(key="question"):
        st.title(text, anchor=False)


def headline(text: str, behind: str = "") -> None:
    """Draw what was found, and in the line below what stands behind it."""
    with st.container(key="finding"):
        st.header(escaped(text), anchor=False)
        if behind:
            st.markdown(f"**{escaped(behind)}**")
