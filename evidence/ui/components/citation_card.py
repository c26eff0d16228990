"""The citation card: what a mark says, where it stands, how it was obtained, and the way to the source."""

import re
from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from evidence.bibliography.links import links, registry_link
from evidence.bibliography.vancouver import vancouver
from evidence.dataset.evidence import Evidence
from evidence.dataset.notices import notice_of
from evidence.dataset.records import Result
from evidence.dataset.vocabulary import CONFIDENCES, EXTRACTIONS, SOURCES
from evidence.synthesis.describe import describe

_MOST_CARDS = 3
_ADDRESS = re.compile(r"(https?:|www|(?<=\w)(?=@))(?=//|\.|@)", re.IGNORECASE)


# At the start of a line these begin a list, a heading or a rule.
_BLOCK = re.compile(r"^(\s*)(?=[-+=](?:\s|$)|-[-\s]*$|=[=\s]*$)|^(\s*[0-9]{1,9})(?=[.)](?:\s|$))")


def escaped(text: str) -> str:
    r"""Return text from the data as literal Markdown: no formatting, links, maths, HTML or block of its own.

    >>> print(escaped("x\n===\n- a"), escaped("1986. A trial"), escaped("- a &copy;"))
    x === - a 1986\. A trial \- a \&copy;
    """
    text = re.sub(r"[^\S\u00a0\u202f]+", " ", text)  # a line break or four blanks begin a block
    text = text.replace(":material", ":\u200bmaterial")  # an icon's name in a title is a word, not an icon
    text = _ADDRESS.sub("\\1\u200b", text)  # an address in a title is text, not a link; escaping alone does not stop it
    text = "".join("\\" + character if character in r"\`*_{}[]<>#|~$:&" else character for character in text)
    return _BLOCK.sub(lambda start: f"{start[1] or start[2] or ''}\\", text, count=1)


def link_line(evidence: Evidence, result: Result) -> str:
    """Write links to the source and the registry, opening in a new tab, as Markdown."""
    reference = evidence.references.get(result.citation)
    parts = [f"[{link.label}]({link.url})" for link in links(reference)] if reference else []
    registry = registry_links(result)
    return " · ".join([*parts, registry] if registry else parts) or "No link to this source is known."


def registry_links(result: Result) -> str:
    """Link the trial's registry numbers, if the registry has pages of its own; empty without a number."""
    numbers = [number.strip() for number in (result.registration or "").split(";") if number.strip()]
    return " · ".join(
        f"[{escaped(number)}]({url})" if (url := registry_link(number)) else escaped(number) for number in numbers
    )


def reference_text(evidence: Evidence, key: str) -> str:
    """Format a reference in Vancouver style as literal Markdown; what it says of its own retraction stands first."""
    reference = evidence.references.get(key)
    if reference is None:
        return escaped(f"{key}: not in references.json")
    notice = notice_of(reference.raw)
    return f"**:red[{escaped(notice)}]** {escaped(vancouver(reference))}" if notice else escaped(vancouver(reference))


def result_card(evidence: Evidence, result: Result) -> None:
    """Draw one result with its citation and provenance."""
    st.markdown(f"**{escaped(result.label)}** · {escaped(describe(result))}")
    st.markdown(reference_text(evidence, result.citation))
    st.markdown(link_line(evidence, result))
    provenance = (
        f"Where in the source: {escaped(result.locator)} · {SOURCES[result.source].definition} "
        f"{EXTRACTIONS[result.extraction].definition} "
        f"Confidence {result.confidence}: {CONFIDENCES[result.confidence].definition[0].lower()}"
        f"{CONFIDENCES[result.confidence].definition[1:]}"
    )
    st.caption(provenance)
    if result.note:
        st.caption(f"Note: {escaped(result.note)}")


def citation_card(
    evidence: Evidence,
    results: Sequence[Result],
    key: str,
    action: Callable[[Sequence[Result]], None] | None = None,
    close: Callable[[], None] | None = None,
) -> None:
    """Draw the card of a clicked mark at the foot of the window. A pooled mark lists the references of all its trials.

    `close` takes the card away.
    """
    with st.container(border=True, key=f"card-{key}"):
        if close is not None:
            st.button("Close", key=f"close-{key}", on_click=close, icon=":material/close:", type="tertiary")
        trials = {result.trial for result in results}
        if len(trials) > 1:
            st.markdown(f"**{len(trials)} trials are pooled in this mark.**")
            reference_list(evidence, results)
        else:
            for result in results[:_MOST_CARDS]:
                result_card(evidence, result)
            first = results[0]
            st.page_link(
                "../../pages/trials.py",
                label=f"Everything about {escaped(first.label)}",
                icon=":material/article:",
                query_params={"trial": first.trial},
            )
        if action is not None:
            action(results)


def reference_list(evidence: Evidence, results: Iterable[Result]) -> None:
    """Draw numbered references of results, each once, with links."""
    first_of: dict[str, Result] = {}
    for result in results:
        first_of.setdefault(result.citation, result)
    for number, (key, result) in enumerate(first_of.items(), 1):
        st.markdown(f"{number}\\. {reference_text(evidence, key)} {link_line(evidence, result)}")
