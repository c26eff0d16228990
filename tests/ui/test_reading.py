from pathlib import Path
from typing import Any

import pytest

from evidence.curation.worker import StoppedError
from tests.support.workbench import ReadHere, button, cells, csv_of, key, opened, sound, words


class Killed(ReadHere):
    """A worker that was ended."""

    def __init__(self, job: str, arguments: tuple[Any, ...]) -> None:
        pass

    def answer(self, wait: float) -> tuple[bool, Any]:
        raise StoppedError("Reading it took longer than 20 seconds and was stopped.")


@pytest.mark.parametrize(
    ("way", "field", "name"),
    [("File", "file", "rows.csv"), ("Registry", "record", "record.json"), ("Form", "reference-file", "new.ris")],
)
def test_a_worker_that_was_ended_is_a_sentence_and_can_be_tried_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, way: str, field: str, name: str
) -> None:
    monkeypatch.setattr("evidence.ui.workbench.reading.begin", Killed)
    at = opened(way)
    at.file_uploader(key=key(field)).upload(name, csv_of(cells()))
    sound(at.run())
    assert "The file was not read. Reading it took longer than 20 seconds and was stopped." in words(at)
    monkeypatch.setattr("evidence.ui.workbench.reading.begin", ReadHere)
    sound(at.run())
    assert "was not read. Reading" in words(at)  # not begun again by itself
    button(at, "Read it again").click()
    sound(at.run())
    assert "was not read. Reading" not in words(at)


def test_a_file_is_read_once_for_the_session(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    class Counted(ReadHere):
        def __init__(self, job: str, arguments: tuple[Any, ...]) -> None:
            begun.append(job)
            super().__init__(job, arguments)

    monkeypatch.setattr("evidence.ui.workbench.reading.begin", Counted)
    at = opened()
    at.file_uploader(key=key("file")).upload("rows.csv", csv_of(cells()))
    for _ in range(3):
        sound(at.run())
    assert begun == ["table"]
    at.file_uploader(key=key("file")).upload("rows.csv", csv_of(cells(), cells(hours="48")))
    sound(at.run())
    assert begun == ["table", "table"]
