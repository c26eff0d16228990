"""Read the settings of the program from the environment, in one place for pages, API and command line."""

import json
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

FOLDER_VARIABLE: Final = "KETAMINE_EVIDENCE_DATA"
FRAMES_VARIABLE: Final = "KETAMINE_EVIDENCE_FRAME_ANCESTORS"
BROWSER_VARIABLE: Final = "BROWSER_PATH"
LOG_VARIABLE: Final = "KETAMINE_EVIDENCE_LOG"
FORMAT_VARIABLE: Final = "KETAMINE_EVIDENCE_LOG_FORMAT"
_HANDLER = "evidence-stderr"
_PACKAGE = Path(__file__).resolve().parent


def shipped_data() -> Path:
    """Return the folder of the data that come with the program: data/ of a checkout, else those in the package.

    >>> (shipped_data() / "trials.csv").is_file()
    True
    """
    checkout = _PACKAGE.parent / "data"
    return checkout if (checkout / "trials.csv").is_file() or not (_PACKAGE / "_data").is_dir() else _PACKAGE / "_data"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set; every field has a default.

    Attributes:
        data_folder: The folder of the data files.
        frame_ancestors: Who may show the pages in a frame, as Content-Security-Policy writes it.
        browser: The Chromium or Chrome that draws pictures; empty to look for one.
        log_level: What the server logs: DEBUG, INFO, WARNING or ERROR.
        log_format: How it logs: lines of text, or json, one object a line.
    """

    data_folder: Path
    frame_ancestors: str = "'self'"
    browser: str = ""
    log_level: str = "INFO"
    log_format: str = "text"

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings from environment variables; an empty one counts as not set.

        >>> Settings.from_env({"KETAMINE_EVIDENCE_DATA": "/srv/evidence"}).data_folder.as_posix()
        '/srv/evidence'
        >>> Settings.from_env({}).frame_ancestors
        "'self'"
        """
        given = os.environ if environment is None else environment
        folder = given.get(FOLDER_VARIABLE)
        return cls(
            Path(folder) if folder else shipped_data(),
            given.get(FRAMES_VARIABLE) or "'self'",
            given.get(BROWSER_VARIABLE, ""),
            (given.get(LOG_VARIABLE) or "INFO").upper(),
            (given.get(FORMAT_VARIABLE) or "text").lower(),
        )


class JsonLines(logging.Formatter):
    """Write a record as one JSON object a line: time, level, logger, message, process, its extra fields, traceback."""

    _KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        """Write the record; what JSON has no word for is written as text."""
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        fields |= {name: value for name, value in vars(record).items() if name not in self._KNOWN}
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False, default=str)


def log_to_stderr(level: str, form: str = "text") -> None:
    """Write what the package logs to stderr, from a level on; an unknown level is named and INFO used.

    Calling it again changes the level and the form and adds no handler.
    """
    logger = logging.getLogger("evidence")
    known = level in logging.getLevelNamesMapping()
    logger.setLevel(level if known else logging.INFO)
    handler = next((one for one in logger.handlers if one.get_name() == _HANDLER), None)
    if handler is None:
        handler = logging.StreamHandler(sys.stderr)
        handler.set_name(_HANDLER)
        logger.addHandler(handler)
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if form == "json" else text)
    if not known:
        logger.warning("%s=%s is not a level; INFO is used", LOG_VARIABLE, level)
    if form not in ("text", "json"):
        logger.warning("%s=%s is neither text nor json; text is used", FORMAT_VARIABLE, form)
