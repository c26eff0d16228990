"""What a release holds: the data with checksums that fit, and metadata that name both versions."""

import hashlib
import io
import zipfile

from evidence import __version__
from evidence.dataset.evidence import DATA, load
from tools.release import archive, changes, zenodo


def test_the_archive_is_the_data_with_their_checksums() -> None:
    evidence = load(DATA)
    made = archive(DATA, evidence)
    assert made == archive(DATA, evidence)  # the same data give the same bytes
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        sums = dict(reversed(line.split("  ")) for line in file.read("SHA256SUMS").decode().splitlines())
        assert "trials.csv" in sums
        for name, digest in sums.items():
            assert hashlib.sha256(file.read(name)).hexdigest() == digest
        assert file.read("VERSION").decode() == f"{evidence.version}\n{evidence.digest}\n"


def test_zenodo_is_told_both_versions() -> None:
    evidence = load(DATA)
    said = zenodo(evidence)
    assert said["version"] == evidence.topic.version
    assert f"program {__version__}" in str(said["description"])


def test_the_newest_changes_are_taken() -> None:
    assert changes("# C\n\n## 2.0\n\n- new\n\n## 1.0\n\n- old\n") == "- new\n"
