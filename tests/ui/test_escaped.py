"""Text from the data stays text: read as Markdown it is one paragraph that says what the data say."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from evidence.ui.components.citation_card import escaped

READER = MarkdownIt("commonmark", {"linkify": False}).enable(["table", "strikethrough"])
# What Markdown means something by, alone and behind line breaks and blanks.
LETTERS = st.text(st.sampled_from(list("ab \n\t-+=#>*_`~|:[]()!<&;.)0123456789\\$\r\x0b\x85\u2028")), max_size=30)


def kinds(text: str) -> list[str]:
    """What Markdown makes of a text: its blocks, and what stands inside them."""
    tokens = READER.parse(text)
    return [t.type for t in tokens] + [child.type for token in tokens for child in token.children or ()]


def shown(text: str) -> str:
    """The words as they are read, without the blank of no width that keeps an address from being a link."""
    words = "".join(child.content for token in READER.parse(text) for child in token.children or ())
    return words.replace("\u200b", "")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "x\n===\n",
            "x\n---",
            "x\n\n- a",
            "x\n\n1. a",
            "- a",
            "+ a",
            "* a",
            "1. a",
            "1986. A trial",
            "7) a",
            "-",
            "+",
        ),
        *(
            "    code",
            "\tcode",
            "x\n\n    code",
            "***",
            "---",
            "- - -",
            "===",
            "=",
            "# a",
            "> a",
            "```\na\n```",
            "~~~\na",
        ),
        *("&copy; &#35; &lt;b&gt;", "a | b\n--- | ---\n1 | 2", "a  \nb", "a\\\nb", "[a]: http://x.test", "<b>a</b>"),
        *(" - a", "   1. a", "1.", "-\ta", "\u2028- a", "a\x85# b"),
    ],
)
def test_no_block_and_no_sign_comes_from_the_data(text: str) -> None:
    found = kinds(escaped(text))
    assert found[:3] == ["paragraph_open", "inline", "paragraph_close"]
    assert set(found[3:]) <= {"text", "text_special", "softbreak"}
    assert shown(escaped(text)) == " ".join(text.split())


@given(LETTERS)
@example("0. \n0.")
@example("--\r")
def test_whatever_is_written_is_one_line_of_text(text: str) -> None:
    found = kinds(escaped(text))
    assert found.count("paragraph_open") == (1 if text.strip() else 0)
    assert set(found) <= {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}
    assert shown(escaped(text)).split() == text.split()


def test_numbers_and_signs_of_ordinary_text_stay_as_they_are() -> None:
    assert escaped("-5.2 (95% CI -7 to +1)") == "-5.2 (95% CI -7 to +1)"
    assert escaped("0.5 mg/kg, p = 0.03") == "0.5 mg/kg, p = 0.03"
