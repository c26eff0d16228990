"""The package is about any drug: the data, not the code, name one drug."""

import ast
import io
import re
import tokenize
from pathlib import Path

ROOT = Path(__file__).parents[1]
DRUGS = re.compile(r"ketamine|midazolam|remifentanil|spravato|quetiapine|diclofenac|psilocybin", re.IGNORECASE)
PROGRAM = re.compile(r"KETAMINE_EVIDENCE_[A-Z_]*|ketamine-evidence")  # its own name
TRIAL = re.compile(r"\b[a-z]+(?:-[a-z]+)*-(?:19|20)[0-9]{2}[a-z]?\b(?!-[0-9])")  # smith-2020; not DOIs as abc-2020-123
EXAMPLES = {"smith-2020"}


def written(path: Path) -> list[str]:
    """Return what the code of a file says: its names, strings and comments, without the examples of its docstrings."""
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, kinds)]
    lines = [line for doc in docs for line in re.sub(r"(?ms)^\s*>>>.*?(?:^\s*$|\Z)", "", doc).splitlines()]
    kept = (tokenize.STRING, tokenize.NAME, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", -1))
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    lines += [one.string for one in tokens if one.type in kept and not one.string.startswith(('"""', 'r"""'))]
    return lines


def test_no_code_names_a_drug_or_a_trial() -> None:
    files = [ROOT / "dashboard.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "evidence").rglob("*.py")]
    found = [
        f"{path.relative_to(ROOT)}: {text}"
        for path in files
        for text in written(path)
        if DRUGS.search(PROGRAM.sub("", text)) or set(TRIAL.findall(text)) - EXAMPLES
    ]
    assert found == []


def test_what_is_looked_at_holds_strings_and_comments_and_no_examples(tmp_path: Path) -> None:
    path = tmp_path / "one.py"
    path.write_text(
        'def a():\n    """Say b.\n\n    >>> c()\n    ketamine\n    """\n    return "midazolam"  # lii-2023\n'
    )
    assert not any("ketamine" in text for text in written(path))
    assert {'"midazolam"', "# lii-2023"} <= set(written(path))
