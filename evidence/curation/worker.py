"""Read what a stranger brings in a process of its own: with limits on time, memory and size, and an end whenever asked.

`python -m evidence.curation.worker JOB` takes the arguments of a job pickled on its standard input and gives the answer
pickled on its standard output. The process writes no file, knows no secret of the server and is the last to get the
processor. What it answers is read with a reader that makes values of this package only.
"""

import contextlib
import io
import logging
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

SECONDS: Final = 20  # of the processor
PATIENCE: Final = 45.0  # seconds to wait for an answer, a place in the queue included
MEMORY: Final = 1_200_000_000  # bytes of address space
MOST_BYTES: Final = 40_000_000  # of an answer
MOST_ROWS: Final = 10_000  # of a table that a page takes; the whole data set has under a thousand
MOST_DRAFTS: Final = 5_000  # rows drafted from one registry record
AT_ONCE: Final = 2  # workers of one server
_ROOT = Path(__file__).resolve().parents[2]
_SLOTS = threading.BoundedSemaphore(AT_ONCE)
_PLAIN = frozenset({("builtins", "frozenset"), ("builtins", "set"), ("builtins", "bytearray"), ("datetime", "date")})
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "TEMP", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")


class StoppedError(Exception):
    """A file was not read to its end; the words say why."""


@dataclass(frozen=True, slots=True)
class TooMuch:
    """An answer that is not given, because it is too much for a page; the words say of what."""

    reason: str


def _at_most(amount: int, most: int, what: str, answer: Any) -> Any:
    words = f"It contains {amount} {what}; at most {most} can be read at once. Split it into smaller parts."
    return answer if amount <= most else TooMuch(words)


def _table(data: bytes, sheet: str) -> Any:
    from evidence.curation.results_table import read_results

    result = read_results(data, sheet)
    return _at_most(len(result.source.rows), MOST_ROWS, "rows", result)


def _paste(text: str) -> Any:
    from evidence.curation.results_table import pasted_results

    result = pasted_results(text)
    return _at_most(len(result.source.rows), MOST_ROWS, "rows", result)


def _references(data: bytes, taken: tuple[str, ...]) -> Any:
    from evidence.bibliography.read import read_reference_file

    return read_reference_file(data, taken)


def _registry(data: bytes, roles: Mapping[str, str] | None) -> Any:
    """Read the record and, if the roles of its groups are given, its draft rows."""
    from evidence.curation.clinicaltrials_gov import drafts, read_registry
    from evidence.dataset.problems import Problem

    record = read_registry(data)
    if isinstance(record, Problem):
        return record, ()
    given = {arm.title: arm.role for arm in record.arms} if roles is None else dict(roles)
    offered = drafts(record, given)
    return _at_most(len(offered), MOST_DRAFTS, "results", (record, offered))


def _preview(folder: str, *arguments: Any) -> Any:
    """Work out what many rows would do to the evidence in a folder."""
    from evidence.curation.preview import preview

    return preview(Path(folder), *arguments)


def _difference(before: Any, after: Any) -> Any:
    """Return why two versions of the data cannot be compared, by their names, or how they differ."""
    from evidence.curation.diff import difference, unreadable

    faults = tuple((one.name, fault) for one in (before, after) for fault in unreadable(one))
    return faults, None if faults else difference(before, after, True)


JOBS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {
        **{"table": _table, "paste": _paste, "references": _references, "registry": _registry},
        **{"preview": _preview, "difference": _difference},
    }
)


def read_here(job: str, *arguments: Any) -> Any:
    """Do a job in this process: for tests, and for whoever trusts the file."""
    return JOBS[job](*arguments)


@dataclass
class Reading:
    """A job that is being done; `answer` may be asked again and again until it is there."""

    job: str
    arguments: tuple[Any, ...]
    seconds: int = SECONDS
    patience: float = PATIENCE
    memory: int = MEMORY

    def __post_init__(self) -> None:
        """Begin at once, beside whoever waits."""
        self.began = time.monotonic()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_stopped = threading.Event()
        self._answers: queue.Queue[Any] = queue.Queue(1)
        threading.Thread(target=self._work, name=f"reading-{self.job}", daemon=True).start()

    def answer(self, wait: float) -> tuple[bool, Any]:
        """Return whether the answer is there, and the answer; raises StoppedError where there will be none."""
        try:
            outcome = self._answers.get(timeout=wait)
        except queue.Empty:
            return False, None
        self._answers.put(outcome)
        if isinstance(outcome, StoppedError):
            raise outcome
        return True, outcome

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._is_stopped.set()
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.kill()

    def _work(self) -> None:
        try:
            outcome = self._asked()
        except StoppedError as error:
            outcome = error
        except Exception as error:  # whatever it is, whoever waits is told
            logging.getLogger(__name__).exception("The reader of files failed")
            outcome = StoppedError("The file could not be read: the file reader did not start.")
            outcome.__cause__ = error
        self._answers.put(outcome)

    def _asked(self) -> Any:
        end = self.began + self.patience
        while not _SLOTS.acquire(timeout=0.2):
            if self._is_stopped.is_set() or time.monotonic() > end:
                raise StoppedError("The server is busy reading other files. Try again.")
        try:
            return self._run(end)
        finally:
            _SLOTS.release()

    def _run(self, end: float) -> Any:
        if self._is_stopped.is_set():
            raise StoppedError("It was stopped.")
        limits = (self.job, str(self.seconds), str(self.memory))
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        self._process = process = subprocess.Popen(
            [sys.executable, "-m", "evidence.curation.worker", *limits],
            cwd=_ROOT,
            env=environment | {"OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            given = _pickled(self.arguments)
            threading.Thread(target=_give, args=(process, given), daemon=True).start()
            timer = threading.Timer(max(0.1, end - time.monotonic()), process.kill)
            timer.start()
            try:
                assert process.stdout is not None
                answer = process.stdout.read(MOST_BYTES + 1)
                status = process.wait() if len(answer) <= MOST_BYTES else None
            finally:
                timer.cancel()
        finally:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
        if self._is_stopped.is_set():
            raise StoppedError("It was stopped.")
        if status is None:
            raise StoppedError("The file contains too much to show. Split it into smaller parts.")
        if status:
            raise StoppedError(_why(status, time.monotonic() >= end, self.seconds))
        return _loaded(answer)


def _give(process: "subprocess.Popen[bytes]", given: bytes) -> None:
    with contextlib.suppress(OSError, ValueError):
        assert process.stdin is not None
        process.stdin.write(given)
        process.stdin.close()


def _why(status: int, is_late: bool, seconds: int) -> str:
    if is_late or -status in (getattr(signal, "SIGXCPU", 0), getattr(signal, "SIGKILL", 0)):
        return f"Reading it took longer than {seconds} seconds and was stopped. Split the file into smaller parts."
    if status == _NO_MEMORY:
        return "Reading it took more memory than one file may use. Split the file into smaller parts."
    return "The file reader stopped without an answer. The file may be damaged."


class _Pickler(pickle.Pickler):
    """Pickles mappings that cannot be changed, which Python alone does not."""

    def reducer_override(self, obj: Any) -> Any:
        """Write such a mapping as the function that makes it, with its content."""
        if isinstance(obj, MappingProxyType):
            return frozen, (dict(obj),)
        return NotImplemented


def _pickled(value: Any) -> bytes:
    into = io.BytesIO()
    _Pickler(into, pickle.HIGHEST_PROTOCOL).dump(value)
    return into.getvalue()


def frozen(content: dict[Any, Any]) -> Mapping[Any, Any]:
    """Return a mapping that cannot be changed."""
    return MappingProxyType(content)


class Answers(pickle.Unpickler):
    """Makes values of this package's own classes and plain ones, and calls nothing else whatever the bytes say."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a class that an answer may hold."""
        if (module, name) == (__name__, "frozen") or (module, name) in _PLAIN:
            return super().find_class(module, name)
        if module.startswith("evidence.") and "." not in name:
            named = super().find_class(module, name)
            if isinstance(named, type):
                return named
        if (module, name) in (("copyreg", "_reconstructor"), ("builtins", "object")):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"An answer may not hold {module}.{name}.")


def _loaded(answer: bytes) -> Any:
    try:
        outcome = Answers(io.BytesIO(answer)).load()
    except Exception as error:
        raise StoppedError("The file reader gave no usable answer.") from error
    if isinstance(outcome, TooMuch):
        raise StoppedError(outcome.reason)
    return outcome


_NO_MEMORY = 77


@contextlib.contextmanager
def _limits(seconds: int, memory: int) -> Iterator[None]:
    """Limit this process, where the system can: processor time, memory, no files written, none started."""
    with contextlib.suppress(ImportError):
        import resource  # not on Windows

        def at_most(kind: int, amount: int) -> None:
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(kind, (amount, amount))

        os.nice(19)
        at_most(resource.RLIMIT_CPU, seconds)
        at_most(resource.RLIMIT_AS, memory)
        at_most(resource.RLIMIT_FSIZE, 0)
        at_most(resource.RLIMIT_CORE, 0)
    yield


def main(arguments: list[str]) -> int:
    """Do one job and answer it."""
    job, seconds, memory = arguments[0], int(arguments[1]), int(arguments[2])
    given = pickle.load(sys.stdin.buffer)  # from the server that started this process
    with _limits(seconds, memory):
        try:
            answer = _pickled(JOBS[job](*given))
        except MemoryError:
            return _NO_MEMORY
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    from evidence.curation.worker import main as run  # by its real name, so that `frozen` is found by it

    sys.exit(run(sys.argv[1:]))
