"""Lock every package with its hashes, and list what runs as a CycloneDX bill of materials.

Run as a script: `python -m tools.lock`. It needs the network. requirements*.txt stay what people edit; their locks hold
what they resolve to on Linux, macOS and Windows from Python 3.11 on, each file of each version by its SHA-256, and
sbom.cdx.json lists what runs. No address of a registry is written, so that a lock installs from PyPI and from any
mirror of it.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = "3.11"
LOCKS = {
    "requirements.txt": "requirements.lock",
    "requirements-dev.txt": "requirements-dev.lock",
    "requirements-bench.txt": "requirements-bench.lock",
}
SBOM = "sbom.cdx.json"
HEAD = "# Written by `make lock` from {}: do not edit. Install with pip install --require-hashes -r {}.\n"
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


def pins(text: str) -> dict[str, set[str]]:
    """Return the versions that a requirements file or a lock pins, by normalised name."""
    pinned: dict[str, set[str]] = {}
    for name, version in _PIN.findall(text):
        pinned.setdefault(re.sub(r"[-_.]+", "-", name).lower(), set()).add(version)
    return pinned


def compiled(source: str, *more: str) -> str:
    """Return what a requirements file resolves to, with hashes."""
    environment = {**os.environ}
    if _CERTIFICATES.exists():
        environment.setdefault("SSL_CERT_FILE", str(_CERTIFICATES))
    options = ["--universal", "--python-version", PYTHON, "--generate-hashes", "--no-header", "--no-annotate"]
    options += ["--no-emit-index-url", "--no-emit-find-links", "--quiet", *more]
    command = [str(Path(sys.executable).parent / "uv"), "pip", "compile", source, *options]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{source} cannot be resolved:\n{done.stderr}")
    if re.search(r"https?:|file:|--(extra-)?index|--find-links", done.stdout):
        raise SystemExit(f"The lock of {source} names where packages lie; nothing was written.")
    return done.stdout


def bill(lock: str) -> str:
    """Return the packages of a lock as CycloneDX, without time or place, so that equal locks make equal bills."""
    plain = "\n".join(line.removesuffix("\\").strip() for line in lock.splitlines() if _PIN.match(line))
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "-", "--output-reproducible", "--of", "JSON"]
    done = subprocess.run(command, cwd=ROOT, input=plain, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"The bill of materials cannot be made:\n{done.stderr}")
    made = json.loads(done.stdout)
    names = {}
    for part in made["components"]:
        names[part["bom-ref"]] = part["bom-ref"] = part["purl"]
        part.pop("externalReferences", None)
        part.pop("description", None)
    for link in made.get("dependencies", ()):
        link["ref"] = names.get(link["ref"], link["ref"])
    made["metadata"] = {"component": {"type": "application", "name": "ketamine-evidence", "bom-ref": "root"}}
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the locks and the bill."""
    made = {}
    for source, lock in LOCKS.items():
        more = ("--constraint", [*made][-1]) if made else ()  # what came before is locked alike
        made[lock] = compiled(source, *more)
        (ROOT / lock).write_text(HEAD.format(source, lock) + made[lock], "utf-8")
        print(f"{lock}: {len(pins(made[lock]))} packages")
    (ROOT / SBOM).write_text(bill(made[LOCKS["requirements.txt"]]), "utf-8")
    print(f"{SBOM}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
