import shutil
import subprocess

import pytest

from evidence.curation.patch import as_patch, merged
from evidence.dataset.evidence import DATA, REFERENCES, TRIALS
from evidence.dataset.problems import Problem
from tools.torture import new_row

ITEM = {"id": "Ref-new-2026", "type": "article-journal", "title": "Über", "DOI": "10.1000/x"}


def test_files_without_additions_are_left_out():
    assert set(merged(DATA, [new_row("new-2026")], [])) == {TRIALS}
    assert set(merged(DATA, [], [ITEM])) == {REFERENCES}
    assert merged(DATA, [], []) == {}


def test_a_folder_without_files_gives_a_finding(tmp_path):
    found = merged(tmp_path, [new_row("new-2026")], [])
    assert isinstance(found, Problem)
    assert found.code == "file-missing"


@pytest.mark.parametrize("is_cut", [False, True])
@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_git_applies_the_patch_to_exactly_the_merged_bytes(tmp_path, is_cut):
    folder = tmp_path / "data"
    folder.mkdir()
    for name in (TRIALS, REFERENCES):
        data = (DATA / name).read_bytes()
        (folder / name).write_bytes(data.rstrip(b"\r\n") if is_cut else data)
    files = merged(folder, [new_row("new-2026")], [ITEM])
    (tmp_path / "new.patch").write_bytes(as_patch(files))
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "new.patch"], cwd=tmp_path, check=True)
    for name, (_, after) in files.items():
        assert (folder / name).read_bytes() == after
