"""The page that adds trials, without a browser: rows to bring, and what the page says of them."""

import csv
import io
import json
from typing import Any

from streamlit.testing.v1 import AppTest

from evidence.api.owner_token import PARAMETER
from evidence.curation.append import COLUMNS
from evidence.curation.worker import StoppedError, TooMuch, read_here
from tests.support.paths import APP
from tests.support.server import TOKEN

CELLS = {
    **{"trial": "newcomer-2026", "label": "Newcomer 2026", "citation": "Newcomer2026X", "design": "parallel"},
    **{"blinding": "double-blind", "population": "TRD", "age_group": "adults", "n_randomised": "60"},
    **{"intervention": "ketamine", "route": "intravenous", "dose": "0.5", "dose_unit": "mg/kg"},
    **{"administrations": "1", "comparator": "midazolam", "outcome": "response", "instrument": "MADRS"},
    **{"hours": "24", "anchor": "first-dose", "analysis": "main", "events_intervention": "18"},
    **{"n_intervention": "30", "events_comparator": "9", "n_comparator": "30", "source": "full text"},
    **{"locator": "Table 2", "extraction": "reported", "confidence": "high"},
    **{"schedule": "single", "timing": "at-time"},
}
REFERENCE = {
    **{"id": "Newcomer2026X", "type": "article-journal", "title": "A new trial", "DOI": "10.1000/new.2026"},
    **{"author": [{"family": "Newcomer", "given": "A."}], "issued": {"date-parts": [[2026]]}},
    "container-title": "Journal of Tests",
}


def csv_of(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def cells(**changed: str) -> dict[str, str]:
    return CELLS | changed


def opened(way: str = "File", page: str = "add", token: str = TOKEN) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=30)
    at.query_params["way"] = way
    if token:
        at.query_params[PARAMETER] = token
    at.switch_page(f"../../pages/{page}.py")
    return sound(at.run())


def sound(at: AppTest) -> AppTest:
    assert not at.exception, at.exception[0].message
    return at


def key(name: str, generation: int = 0) -> str:
    return f"add-{name}-{generation}"


def button(at: AppTest, start: str):
    return next(one for one in at.button if one.label.startswith(start))


def words(at: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "warning", "error", "success")
    return "\n".join(str(element.value) for kind in kinds for element in at.get(kind)).replace("\\", "")


def mapped(at: AppTest) -> list[str | None]:
    boxes = {box.key: box.value for box in at.selectbox if (box.key or "").startswith("add-map")}
    return [boxes[name] for name in sorted(boxes)]


def with_reference(at: AppTest) -> AppTest:
    return sound(at.file_uploader(key=key("reference-file")).upload("new.json", json.dumps([REFERENCE]).encode()).run())


def uploaded(*rows: dict[str, str]) -> AppTest:
    at = opened("File")
    at.file_uploader(key=key("file")).upload("rows.csv", csv_of(*rows))
    return with_reference(sound(at.run()))


class ReadHere:
    """A file read at once."""

    def __init__(self, job: str, arguments: tuple[Any, ...]) -> None:
        self.found = read_here(job, *arguments)
        if isinstance(self.found, TooMuch):
            raise StoppedError(self.found.reason)

    def answer(self, wait: float) -> tuple[bool, Any]:
        return True, self.found

    def stop(self) -> None:
        return
