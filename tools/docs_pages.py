"""Pages of the documentation site that are made, not written: methods, contributing, changelog, architecture.

MkDocs calls `on_files` (mkdocs.yml names this file as a hook). What stands at the root of the project, and what the
program itself knows, is shown from where it is, so that the site cannot be out of date.
"""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from evidence.content.formulas import CHAPTERS
from evidence.content.literature import LITERATURE
from evidence.content.methods import DECISIONS, LIMITS, NOT_DONE, as_markdown

ROOT = Path(__file__).resolve().parent.parent
SHOWN = {
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "ARCHITECTURE.md": "architecture.md",
    "SECURITY.md": "reporting.md",
}
"""Files at the root of the project, and their pages."""
_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    for name, page in SHOWN.items():
        text = linked((ROOT / name).read_text("utf-8"))
        files.append(File.generated(config, page, content=text))
    files.append(File.generated(config, "methods.md", content=methods()))
    return files


def linked(text: str) -> str:
    """Point links of a file at the root to the pages of the site; a link to a file without a page becomes its name.

    >>> linked("[a](CONTRIBUTING.md), [b](docs/library.md#x), [c](evidence/api)")
    '[a](contributing.md), [b](library.md#x), c (`evidence/api`)'
    """

    def target(result: re.Match[str]) -> str:
        path, anchor = result[1], result[2] or ""
        if path in SHOWN:
            return f"]({SHOWN[path]}{anchor})"
        if path.startswith("docs/") and (ROOT / path).is_file():
            return f"]({path.removeprefix('docs/')}{anchor})"
        return f"](NONE {path})"

    return re.sub(r"\[([^\]]*)\]\(NONE ([^)]*)\)", r"\1 (`\2`)", _LINK.sub(target, text))


def methods() -> str:
    """Write the decisions, the formulas and the literature, as the page Methods shows them."""
    lines = [
        "# Methods",
        "",
        "Every number is computed by the formulas below, each a function with a test against an independent source. "
        "The page **Methods** of the dashboard shows the same, with the time bins and priors of the data on screen.",
        "",
        "## Decisions",
        "",
        "Another analyst might have chosen differently.",
        "",
        "| Question | Decision | Source |",
        "|:--|:--|:--|",
    ]
    lines += [
        f"| **{as_markdown(one.question)}** | {as_markdown(one.decision)} | {as_markdown(one.source)} |"
        for one in DECISIONS
    ]
    lines += ["", "## What is not done", "", *(f"- {as_markdown(text)}" for text in NOT_DONE)]
    lines += ["", "## Limits", "", *(f"- {as_markdown(text)}" for text in LIMITS), "", "## Formulas"]
    for chapter in CHAPTERS:
        lines += ["", f"### {chapter.title}", "", as_markdown(chapter.introduction), ""]
        lines += [
            f"- **{as_markdown(one.statement)}** {as_markdown(one.how)} ({as_markdown(one.source)}) "
            f"`evidence.{one.function}`, tested in `{one.tested}`"
            for one in chapter.formulas
        ]
    lines += ["", "## Literature", ""]
    for key, source in LITERATURE.items():
        where = f" <{source.url}>" if source.url else ""
        lines.append(f"- **{as_markdown(key)}**: {as_markdown(source.text)}{where}")
    return "\n".join(lines) + "\n"
