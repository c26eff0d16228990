"""Write down what readers and programs see, so that a move that changes any of it shows in the diff.

Run as `python tests/golden/capture.py DIRECTORY`. It names no module of the package, so that it survives every move.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
COMMANDS = ("add", "check", "diff", "dictionary", "export", "import-registry", "pool", "template")
FORMATS = (
    "csv",
    "json",
    "metafor",
    "metapsy",
    "revman",
    "ris",
    "bibtex",
    "csl",
    "r",
    "html",
    "handout",
    "xlsx",
    "summary",
    "pptx",
    "zip",
)
VIEWS = ("", "preset=Everything&outcome=Response&effect=Odds+ratio")
ADDRESSES = (
    "preset=Everything",
    "preset=midazolam",
    "preset=Everything&population=TRD",
    "preset=Everything&dose=0.4&dose=0.6",
    "preset=nonsense&population=Mars",
    "https://example.org/response?preset=Everything&design=crossover",
    "preset=Esketamine nasal spray&age_group=Older+adults",
    "drug=ketamine&drug=esketamine",
)
QUERIES = (
    "/api/openapi.json",
    "/api/pooled",
    "/api/pooled?preset=everything&outcome=response&measure=OR",
    "/api/trials",
    "/api/health",
)
KINDS = (
    "title",
    "header",
    "subheader",
    "markdown",
    "caption",
    "info",
    "warning",
    "error",
    "metric",
    "table",
    "button",
    "expander",
    "tab",
    "selectbox",
    "toggle",
    "pills",
)


def run(*arguments: str) -> str:
    """Return what a command prints, and how it ends."""
    done = subprocess.run(
        [sys.executable, "-m", "evidence", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return f"$ {' '.join(arguments)}\n[{done.returncode}]\n{done.stdout}\n{done.stderr}".replace(str(ROOT), "ROOT")


def page_text(page: str, **query: str) -> str:
    """Return the words of one page as AppTest sees it."""
    from streamlit.testing.v1 import AppTest

    at = AppTest.from_file(str(ROOT / "evidence" / "ui" / "app.py"), default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    at.switch_page(f"../../pages/{page}.py")
    at.run()
    lines = [f"exception: {e.message}" for e in at.exception]
    for kind in KINDS:
        lines += [
            kind + ": " + " | ".join(str(getattr(element, name, "")) for name in ("label", "value", "help"))
            for element in at.get(kind)
        ]
    for chart in at.get("plotly_chart"):
        spec = re.sub(
            r'"bdata":"[^"]*"', lambda found: hashlib.sha256(found[0].encode()).hexdigest()[:8], chart.proto.spec
        )
        lines += ["alt: " + chart.proto.alt, "chart: " + hashlib.sha256(spec.encode()).hexdigest()]
    return "\n".join(lines) + "\n"


def main(folder: Path) -> None:
    """Capture everything into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    help_texts = [
        run("--help"),
        *(run(name, "--help") for name in COMMANDS),
        run("check"),
        run("check", "--format", "json"),
    ]
    (folder / "commands.txt").write_text("\n".join(help_texts))
    exports = []
    with tempfile.TemporaryDirectory() as scratch:
        for n, view in enumerate(VIEWS):
            for name in FORMATS:
                out = Path(scratch) / f"{n}-{name}"
                said = run("export", name, "--view", view, "--out", str(out)).replace(scratch, "OUT")
                data = out.read_bytes() if out.exists() else b""
                if name in ("xlsx", "pptx", "zip"):
                    data = b""  # times of making are in them
                text = re.sub(rb"20\d\d-\d\d-\d\dT[\d:.+Z]+", b"TIME", data)
                exports.append(f"{said}{hashlib.sha256(text).hexdigest()} {len(data)}")
        for address in ADDRESSES:
            out = Path(scratch) / "address.csv"
            said = run("export", "csv", "--view", address, "--force", "--out", str(out)).replace(scratch, "OUT")
            exports.append(said + hashlib.sha256(out.read_bytes() if out.exists() else b"").hexdigest())
    (folder / "exports.txt").write_text("\n".join(exports))
    code = (
        "import sys\nfrom starlette.testclient import TestClient\nfrom dashboard import app\n"
        "client = TestClient(app)\n"
        "for path in sys.argv[1:]:\n    r = client.get(path)\n    print(path, r.status_code, r.text)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *QUERIES], cwd=ROOT, capture_output=True, text=True, check=False)
    (folder / "api.txt").write_text(done.stdout or done.stderr)
    for page in sorted(path.stem for path in (ROOT / "pages").glob("*.py")):
        texts = [page_text(page), page_text(page, preset="Everything"), page_text(page, plain="true")]
        (folder / f"page-{page}.txt").write_text("\n".join(texts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
