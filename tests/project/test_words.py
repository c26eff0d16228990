"""Plain English on screen and in the documents: phrases that readers stumbled over do not come back."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

BANNED = re.compile(
    r"\bheld here\b|\bmend(?:s|ed|ing)?\b|\b(?:be|get) rid of\b|\btaken? back\b|\bput down\b|\bwithout a word\b"
    r"|\bblocking (?:finding|headline)|\bpeople of 100\b|\bof 100 people stand|\bas printed\b|\bprinted effect"
    r"|\b(?:one|a) (?:row|line|mark|column|word|bar|slide) a (?:row|trial|line|study|group|file|domain|result)\b"
    r"|\bstands? (?:behind|apart|against|over)\b|(?<!there )\bis no (?!longer\b|more\b|less\b)(?=[a-z])",
    re.IGNORECASE,
)


def _texts(node: ast.AST, docstrings: set[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield each string that is not a docstring, with its line; values put into it count as a gap."""
    if node in docstrings:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    elif isinstance(node, ast.JoinedStr):
        yield node.lineno, "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _texts(child, docstrings)


def _screen_texts(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text("utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    first = [node.body[0] for node in ast.walk(tree) if isinstance(node, documented) and node.body]
    yield from _texts(tree, {one.value for one in first if isinstance(one, ast.Expr)})


def _hits(texts: Iterator[tuple[int, str]], name: str) -> list[str]:
    return [f"{name}:{line}: {match[0]}" for line, text in texts for match in BANNED.finditer(text)]


@pytest.mark.parametrize("folder", ["evidence", "pages"])
def test_screen_texts_have_no_banned_phrase(folder: str) -> None:
    paths = sorted((ROOT / folder).rglob("*.py"))
    assert paths
    assert not [hit for path in paths for hit in _hits(_screen_texts(path), str(path.relative_to(ROOT)))]


def test_documents_and_the_words_of_the_data_have_no_banned_phrase() -> None:
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("deploy/*.md")]
    words = [ROOT / "data" / "topic.toml", *ROOT.glob("data/vocabulary/*.csv")]
    paths = [path for path in (*documents, *words) if path.name != "CHANGELOG.md"]  # older entries keep their words
    assert len(paths) > len(words) > 5
    assert not [
        hit
        for path in paths
        for hit in _hits(iter(enumerate(path.read_text("utf-8").splitlines(), 1)), str(path.relative_to(ROOT)))
    ]


@pytest.mark.parametrize(
    "text", ["“x” is no word of route.", "No trial held here", "One row a trial", "put down so far"]
)
def test_a_banned_phrase_is_seen(text: str) -> None:
    assert BANNED.search(text)


@pytest.mark.parametrize("text", ["There is no reference “x”.", "It is no longer there.", "One trial at a time"])
def test_ordinary_english_passes(text: str) -> None:
    assert not BANNED.search(text)
