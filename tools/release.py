"""Make a release: wheel and sdist, the static site, the data with checksums, citation and Zenodo metadata.

Run as a script: `python -m tools.release [OUT]` (default: build/release). What changed is taken from CHANGELOG.md.
"""

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from evidence import __version__
from evidence.bibliography import self_citation
from evidence.cli import main
from evidence.dataset.evidence import DATA, FILES, Evidence, load

ROOT = Path(__file__).resolve().parent.parent
_DATED = (1980, 1, 1, 0, 0, 0)  # the same files give the same bytes


def archive(folder: Path, evidence: Evidence) -> bytes:
    """Return the data files of a folder as a ZIP, with the checksum of each."""
    import io

    files = {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    files["SHA256SUMS"] = sums.encode()
    files["VERSION"] = f"{evidence.version}\n{evidence.digest}\n".encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(zipfile.ZipInfo(name, _DATED), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def zenodo(evidence: Evidence) -> dict[str, object]:
    """Return the metadata that Zenodo reads from .zenodo.json."""
    return {
        "title": evidence.topic.title,
        "upload_type": "dataset",
        "version": evidence.topic.version or evidence.short,
        "description": f"{len(evidence.results)} results of {len(evidence.trials)} trials of {evidence.topic.subject}; "
        f"data version {evidence.version}, program {__version__}.",
        "creators": [{"name": self_citation.authors()}],
        "license": "mit",
        "keywords": list(evidence.topic.keywords),
    }


def changes(changelog: str) -> str:
    """Return the newest section of the changelog, without its heading."""
    sections = re.split(r"^## .*$", changelog, flags=re.MULTILINE)
    return sections[1].strip() + "\n" if len(sections) > 1 else ""


def release(out: Path) -> None:
    """Write everything that a release holds into a folder, with one list of checksums over all of it."""
    out.mkdir(parents=True, exist_ok=True)
    evidence = load(DATA)
    if not evidence.is_valid:
        sys.exit("Something in the data blocks: python -m evidence check")
    subprocess.run([sys.executable, "-m", "build", "--outdir", str(out), str(ROOT)], check=True)
    if main(["export", "site", "--out", str(out / "site"), "--force"]):
        sys.exit("The site was not written.")
    name = f"data-{evidence.topic.version or evidence.short}"
    (out / f"{name}.zip").write_bytes(archive(DATA, evidence))
    today = datetime.now(UTC).date()
    (out / "CITATION.cff").write_text(self_citation.cff(__version__, evidence.version, today), "utf-8")
    (out / ".zenodo.json").write_text(json.dumps(zenodo(evidence), ensure_ascii=False, indent=1) + "\n", "utf-8")
    (out / "CHANGES.md").write_text(changes((ROOT / "CHANGELOG.md").read_text("utf-8")), "utf-8")
    files = sorted(path for path in out.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(out).as_posix()}\n" for path in files]
    (out / "SHA256SUMS").write_text("".join(sums), "utf-8")
    print(f"{out}: program {__version__}, data {evidence.version}, {len(files)} files")


if __name__ == "__main__":
    release(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "release")
