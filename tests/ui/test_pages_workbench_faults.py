from pathlib import Path

import pytest

from evidence.curation.append import append_references
from evidence.dataset.evidence import REFERENCES, TRIALS
from tests.support.workbench import REFERENCE, button, cells, csv_of, key, mapped, opened, sound, uploaded, words

BAD = {
    **{"empty.csv": b"", "nul.csv": b"a,b\n\x00,1\n", "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(200)},
    **{"quote.csv": b'a,b\n"1,2\n3,4\n', "header.csv": b"trial,label\n", "bomb.xlsx": b"PK\x03\x04" + bytes(300)},
    **{"separators.csv": b",,,\n,,,\n", "odd.csv": b"[x](y),$a$,**b**,b\n1,2,3,4\n", "one.csv": b"trial\nx\n"},
    **{
        "formula.csv": csv_of(cells(note="=1+1", trial="<script>alert(1)</script>")),
        "latin.csv": b"caf\xe9;1\n\xe9;2\n",
    },
}


@pytest.mark.parametrize("name", BAD)
def test_no_file_reaches_the_reader_as_a_traceback(name: str, folder: Path) -> None:
    before = (folder / TRIALS).read_bytes()
    at = opened("File")
    at.file_uploader(key=key("file")).upload(name, BAD[name])
    sound(at.run())
    assert at.error
    assert not any(one.label.startswith("Save") for one in at.button)
    assert (folder / TRIALS).read_bytes() == before


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"a": 1}', b"\xff\xfe\x00", b'{"resultsSection": 7}'])
def test_no_record_reference_or_mapping_reaches_the_reader_as_a_traceback(data: bytes, folder: Path) -> None:
    at = opened("Registry")
    at.file_uploader(key=key("record")).upload("r.json", data)
    assert sound(at.run()).error
    at = opened("Form")
    at.file_uploader(key=key("reference-file")).upload("r.json", data)
    sound(at.run())
    at = opened("File")
    at.file_uploader(key=key("file")).upload("f.csv", b"study,ai\nx,1\n")
    sound(at.run())
    widget = next(one.key for one in at.file_uploader if one.key.startswith("add-mapping"))
    at.file_uploader(key=widget).upload("m.json", data)
    sound(at.run())


def test_a_table_of_very_many_columns_is_no_burden(folder: Path) -> None:
    names = [f"x{number}" for number in range(900)]
    at = opened("File")
    data = ",".join([*names, "study", "ai"]) + "\n" + ",".join(["1"] * 902) + "\n"
    at.file_uploader(key=key("file")).upload("wide.csv", data.encode())
    sound(at.run())
    assert len(mapped(at)) == 120
    assert {"label", "events_intervention"} <= set(mapped(at))
    assert "782 further columns not shown" in words(at)


def test_a_table_of_more_columns_than_are_read_is_refused_with_the_limit(folder: Path) -> None:
    at = opened("File")
    data = ",".join(f"x{number}" for number in range(3000)) + "\n"
    at.file_uploader(key=key("file")).upload("wide.csv", data.encode())
    sound(at.run())
    assert not mapped(at)
    assert "The table has 3000 columns; at most 1000 are read." in at.error[0].value


def test_the_save_of_another_session_is_not_taken_back_unseen(folder: Path) -> None:
    at = uploaded(cells())
    button(at, "Save 1 row and 1 reference").click()
    sound(at.run())
    data = (folder / TRIALS).read_bytes().replace(b"Table 2", b"Table 3")
    (folder / TRIALS).write_bytes(data)
    button(at, "Undo the last save").click()
    sound(at.run())
    assert "Nothing was undone" in words(at)
    assert (folder / TRIALS).read_bytes() == data


def test_a_data_folder_without_files_is_no_traceback(folder: Path) -> None:
    for path in (folder / TRIALS, folder / REFERENCES):
        path.unlink()
    at = opened("File")
    at.file_uploader(key=key("file")).upload("rows.csv", csv_of(cells()))
    sound(at.run())
    assert at.error


def test_references_are_appended_as_the_engine_does(folder: Path) -> None:
    data = append_references((folder / REFERENCES).read_bytes(), [REFERENCE])
    at = uploaded(cells())
    button(at, "Save 1 row and 1 reference").click()
    sound(at.run())
    assert (folder / REFERENCES).read_bytes() == data
