"""Where the files that tests use lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "evidence" / "ui" / "app.py"
DATA = ROOT / "tests" / "data"
DEFECTS = DATA / "defects"
REFERENCE = DATA / "reference"
CASES = DATA / "cases"
SAMPLES = DATA / "samples"
