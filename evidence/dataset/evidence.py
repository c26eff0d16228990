"""The whole evidence as one frozen value: its files read, checked against each other, and their hash.

The files are the truth; reading never writes them and never raises because of what they hold.
"""

import functools
import hashlib
import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evidence.config import Settings, shipped_data
from evidence.dataset import words
from evidence.dataset.csv_table import Table, read_bytes, read_table
from evidence.dataset.gap_rules import open_gaps, with_silent_arms
from evidence.dataset.notices import is_retracted
from evidence.dataset.problems import KINDS, Problem, problem
from evidence.dataset.records import (
    LATER,
    Claim,
    Gap,
    Judgement,
    Overlap,
    PublishedEstimate,
    Rating,
    Record,
    Result,
    ReviewTrial,
    StartingQuestion,
)
from evidence.dataset.references import Reference, References, read_references
from evidence.dataset.repeats import two_names
from evidence.dataset.table_rules import CITATION_COLUMNS
from evidence.dataset.topic import Topic, read_topic, topic_of, with_scale, with_topic
from evidence.dataset.validation import Checked, unswept, validate
from evidence.dataset.vocabulary import INSTRUMENTS, TOPIC, Words, activate, shipped_words, using

_LOG = logging.getLogger(__name__)
TRIALS, REFERENCES, JUDGEMENTS = "trials.csv", "references.json", "risk_of_bias.csv"
REVIEWS, CLAIMS = "reviews.csv", "claims.csv"
OVERLAPS, GAPS, REVIEW_TRIALS = "overlaps.csv", "gaps.csv", "review_trials.csv"
RATINGS = "certainty.csv"
TOPIC_FILE, QUESTIONS_FILE = "topic.toml", words.QUESTIONS_FILE
VOCABULARY = tuple(words.WORD_FILES)
# The files a folder may lack: those that came with the second release, its words, its topic and its questions.
OPTIONAL = (OVERLAPS, GAPS, REVIEW_TRIALS, RATINGS, TOPIC_FILE, QUESTIONS_FILE, *VOCABULARY)
FILES = (TRIALS, REFERENCES, JUDGEMENTS, REVIEWS, CLAIMS, *OPTIONAL)
MODELS: Mapping[str, type[Record]] = MappingProxyType(
    {
        TRIALS: Result,
        JUDGEMENTS: Judgement,
        REVIEWS: PublishedEstimate,
        CLAIMS: Claim,
        OVERLAPS: Overlap,
        GAPS: Gap,
        REVIEW_TRIALS: ReviewTrial,
        RATINGS: Rating,
        **words.MODELS,
    }
)
DATA = shipped_data()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything on screen comes from one such value.

    By file name: `problems`, `rows`, and `valid`, how many rows or items of each file were kept.
    """

    results: tuple[Result, ...]
    references: Mapping[str, Reference]
    judgements: tuple[Judgement, ...]
    reviews: tuple[PublishedEstimate, ...]
    claims: tuple[Claim, ...]
    problems: Mapping[str, tuple[Problem, ...]]
    rows: Mapping[str, int]
    digest: str
    trials: Mapping[str, tuple[Result, ...]] = field(default_factory=dict, repr=False)
    overlaps: tuple[Overlap, ...] = ()
    gaps: tuple[Gap, ...] = ()
    review_trials: tuple[ReviewTrial, ...] = ()
    ratings: tuple[Rating, ...] = ()
    words: Words = field(default_factory=dict, repr=False)
    valid: Mapping[str, int] = field(default_factory=dict, repr=False)

    @property
    def topic_is_empty(self) -> bool:
        """Whether trials.csv can be read and has no row at all, as in a folder that was just created."""
        codes = {one.code for one in self.problems.get(TRIALS, ())}
        others = (JUDGEMENTS, REVIEWS, CLAIMS, OVERLAPS, GAPS)
        has_rows = any(self.rows.get(name) for name in (TRIALS, *others))
        return not has_rows and codes == {"no-rows"}

    @property
    def topic(self) -> Topic:
        """Return what the folder is about."""
        return topic_of(self.words)

    @property
    def short(self) -> str:
        """The first eight letters of the hash, as stamped on every export."""
        return self.digest[:8]

    @property
    def version(self) -> str:
        """The version of the data as readers cite it: the one that the topic names, with the beginning of the hash."""
        named = self.topic.version
        return f"{named} ({self.short})" if named else self.short

    @property
    def rejected(self) -> int:
        """Rows of trials.csv that were left out."""
        return self.rows[TRIALS] - len(self.results)

    @property
    def broken(self) -> tuple[str, ...]:
        """Files that cannot be read as a whole: missing, unreadable, no table, or ending in the middle of a row."""
        return tuple(
            name
            for name, problems in self.problems.items()
            if any(f.is_blocking and (KINDS[f.code].level == "file" or f.code == "half-written") for f in problems)
        )

    @property
    def is_valid(self) -> bool:
        """Whether nothing blocks in any file."""
        return not any(item.is_blocking for problems in self.problems.values() for item in problems)


def load(folder: Path | str | None = None) -> Evidence:
    """Return the evidence in a folder; its words become those of the program.

    What cannot be read is missing from it and named in its problems.

    Args:
        folder: The folder of the data files. By default the one that the environment variable KETAMINE_EVIDENCE_DATA
            names, or else the data that come with the program.
    """
    where = Settings.from_env().data_folder if folder is None else Path(folder)
    evidence = evidence_of(read_files(where))
    activate(evidence.words)
    _LOG.info("Read %s: %d results, version %s", where, len(evidence.results), evidence.short)
    for name in evidence.broken:
        _LOG.warning("%s cannot be read: %s", where / name, evidence.problems[name][0].message)
    return evidence


def read_files(folder: Path) -> dict[str, bytes | Problem]:
    """Return the bytes of the data files by name, or why there are none."""
    return {name: read_bytes(folder / name) for name in FILES}


def _not_given(data: Mapping[str, bytes | Problem], name: str) -> bool:
    content = data.get(name)
    missing = ("file-missing", "file-not-given")
    is_missing = content is None or (isinstance(content, Problem) and content.code in missing)
    return is_missing and name in OPTIONAL


def evidence_of(data: Mapping[str, bytes | Problem]) -> Evidence:
    """Return the evidence in the bytes of the data files, as `load` gives it for a folder.

    An optional file that is not among them is taken as not given. The last two are remembered by their bytes: a save
    looks at the same data before it, in its preview and after it.
    """
    given = [problem("file-not-given", 0, "", name) if _not_given(data, name) else data[name] for name in FILES]
    return _evidence_of_files(tuple(given))


@functools.lru_cache(maxsize=2)
@unswept()
def _evidence_of_files(contents: tuple[bytes | Problem, ...]) -> Evidence:
    data = dict(zip(FILES, contents, strict=True))
    tables = {name: _table(data[name], model) for name, model in MODELS.items()}
    with using({}):
        checked = {file: validate(tables[file], MODELS[file]) for file in VOCABULARY}
    # A list that is not given, or whose file is broken, is that of the data that are shipped: one fault should not show
    # as a thousand.
    own = words.words_of(checked, [file for file in VOCABULARY if tables[file].is_readable])
    about, topic_problems = _topic(data[TOPIC_FILE])
    with using(own):
        asked = validate(tables[QUESTIONS_FILE], StartingQuestion)
    if own or not (_not_given(data, TOPIC_FILE) and _not_given(data, QUESTIONS_FILE)):
        own = with_topic(own, about, asked.records)
    else:  # a folder from before these files
        own = {TOPIC: shipped_words()[TOPIC]} if TOPIC in shipped_words() else {}
    with using(own):
        return _evidence_of(data, tables, {**checked, QUESTIONS_FILE: asked}, own, topic_problems)


def _evidence_of(
    data: Mapping[str, bytes | Problem],
    tables: Mapping[str, Table],
    checked_words: Mapping[str, Checked[Any]],
    own: Words,
    topic_problems: tuple[Problem, ...],
) -> Evidence:
    references = _references(data[REFERENCES])
    citations = references.items if references.is_readable else None
    # A trial whose rows are all left out is still known: its judgements are not at fault.
    trials = frozenset(tables[TRIALS].column("trial")) if tables[TRIALS].is_readable else None
    results = validate(tables[TRIALS], Result, citations=citations)
    judgements = validate(tables[JUDGEMENTS], Judgement, citations=citations, trials=trials)
    reviews = validate(tables[REVIEWS], PublishedEstimate, citations=citations)
    claims = validate(tables[CLAIMS], Claim, citations=citations, trials=trials)
    overlaps = validate(tables[OVERLAPS], Overlap, citations=citations, trials=trials)
    gaps = validate(tables[GAPS], Gap, trials=trials)
    estimates = frozenset(tables[REVIEWS].column("estimate")) if tables[REVIEWS].is_readable else None
    review_trials = validate(tables[REVIEW_TRIALS], ReviewTrial, trials=trials, estimates=estimates)
    ratings = validate(tables[RATINGS], Rating)
    checked: dict[str, Checked[Any]] = {
        TRIALS: results,
        JUDGEMENTS: judgements,
        REVIEWS: reviews,
        CLAIMS: claims,
        OVERLAPS: overlaps,
        GAPS: gaps,
        REVIEW_TRIALS: review_trials,
        RATINGS: ratings,
        **checked_words,
    }
    problems = {name: _without_lost_words(one.problems, tables) for name, one in checked.items()}
    about = topic_of(own)
    problems[REFERENCES] = (*references.problems, *_unused(references, tables, about.citations))
    names = {claim.claim for claim in claims.records}
    given = () if _not_given(data, TOPIC_FILE) else (*about.strangers(citations, names), *about.unknown_words(own))
    problems[TOPIC_FILE] = (*topic_problems, *given)
    absent = [file for file in VOCABULARY if _not_given(data, file)]
    is_older = len(absent) == len(VOCABULARY)  # than lists of words
    problems |= {file: () if is_older else (problem("words-not-given", 0, "", file),) for file in absent}
    rows = {name: one.rows for name, one in checked.items()}
    rows |= {REFERENCES: references.rows, TOPIC_FILE: int(not topic_problems)}
    valid = {name: len(one.records) for name, one in checked.items()}
    valid |= {REFERENCES: len(references.items), TOPIC_FILE: rows[TOPIC_FILE]}
    joined = _with_overlaps(results.records, overlaps.records)
    if not about.primary_scale:
        own = with_scale(own, most_used_scale(joined))
    still_open, filled = open_gaps(gaps.records, _by_trial(joined))
    joined = _with_retractions(with_silent_arms(joined, still_open), references.items)
    by_trial = _by_trial(joined)
    problems[GAPS] = (*problems[GAPS], *filled)
    problems[TRIALS] = (*problems[TRIALS], *two_names(joined, overlaps.records))
    return Evidence(
        results=joined,
        references=references.items,
        judgements=judgements.records,
        reviews=_with_their_trials(reviews.records, review_trials.records),
        claims=claims.records,
        problems=MappingProxyType({name: problems[name] for name in FILES}),
        rows=MappingProxyType({name: rows[name] for name in FILES}),
        digest=digest(data),
        trials=by_trial,
        overlaps=overlaps.records,
        gaps=still_open,
        review_trials=review_trials.records,
        ratings=ratings.records,
        words=own,
        valid=MappingProxyType({name: valid[name] for name in FILES}),
    )


def _without_lost_words(problems: tuple[Problem, ...], tables: Mapping[str, Table]) -> tuple[Problem, ...]:
    """Leave out unknown words of a list whose file is broken: the file is at fault, and named."""
    lost = {
        name for file, name in words.WORD_FILES.items() if not (tables[file].is_readable or _is_absent(tables[file]))
    }
    return tuple(f for f in problems if f.code != "unknown-term" or f.column not in lost) if lost else problems


def _with_retractions(results: tuple[Result, ...], references: Mapping[str, Reference]) -> tuple[Result, ...]:
    """Return the results, each knowing whether its publication was retracted."""
    retracted = {key for key, reference in references.items() if is_retracted(reference.raw)}
    if not retracted:
        return results
    return tuple(r.model_copy(update={"is_retracted": True}) if r.citation in retracted else r for r in results)


def most_used_scale(results: Iterable[Result]) -> str:
    """Return the scale on which most trials report symptom scores; of two as common the one preferred; "" for none."""
    trials: dict[str, set[str]] = {}
    for r in results:
        if r.instrument and r.outcome in ("symptom-change", "symptom-endpoint") and r.unit in (None, "points"):
            trials.setdefault(r.instrument, set()).add(r.trial)
    return min(trials, key=lambda name: (-len(trials[name]), INSTRUMENTS[name].rank, name), default="")


def fingerprint(folder: Path) -> tuple[tuple[str, int, int, int, int], ...]:
    """Return a cheap sign of change: name, times, size and inode of each file, zeros if it is missing.

    The change time of the file system is included, so that new content with the old size and modification time is
    noticed, and so is a change of permissions.
    """
    signs = []
    for name in FILES:
        try:
            about = (folder / name).stat()
            signs.append((name, about.st_mtime_ns, about.st_ctime_ns, about.st_size, about.st_ino))
        except (OSError, ValueError):
            signs.append((name, 0, 0, 0, 0))
    return tuple(signs)


def digest_of(folder: Path) -> str:
    """Return the SHA-256 of the data files, as `load` gives it, without reading them as tables."""
    return digest(read_files(folder))


def known_citations(path: Path) -> Collection[str] | None:
    """Return the ids in a references.json, or None if the file is unreadable and citations cannot be checked."""
    references = _references(read_bytes(path))
    return references.items if references.is_readable else None


def digest(data: Mapping[str, bytes | Problem]) -> str:
    """Return the SHA-256 of the bytes of the data files, as `Evidence.digest` has it.

    An optional file that is not given adds nothing, so that a folder of the first release keeps its hash.
    """
    total = hashlib.sha256()
    for name in FILES:
        if _not_given(data, name):
            continue
        content = data[name]
        # A file that was not read counts with its reason, so that its coming back changes the hash.
        content = content.message.encode() if isinstance(content, Problem) else content
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def forget() -> None:
    """Forget the data that were read last, for whoever measures what reading them takes."""
    for remembered in (_evidence_of_files, _references, _topic):
        remembered.cache_clear()


_topic = functools.lru_cache(maxsize=4)(read_topic)


@functools.lru_cache(maxsize=4)
def _references(data: bytes | Problem) -> References:
    if isinstance(data, Problem):
        return References({}, (data,), 0, is_readable=False)
    return read_references(data)


def _table(data: bytes | Problem, model: type[Record]) -> Table:
    if isinstance(data, Problem):
        return Table(model.columns(), problems=(data,))
    # A header alone says that there is nothing yet: no review, no claim, no judgement.
    return read_table(data, model.columns(), LATER.get(model, ()), may_be_empty=model is not Result)


def _is_absent(table: Table) -> bool:
    return any(item.code == "file-not-given" for item in table.problems)


def _unused(references: References, tables: Mapping[str, Table], others: Iterable[str]) -> list[Problem]:
    if not all(table.is_readable for name, table in tables.items() if not _is_absent(table)):
        return []  # the citing row may stand in the file that could not be read
    cited = {
        key.strip()
        for name, model in MODELS.items()
        for column in CITATION_COLUMNS.get(model, ())
        if tables[name].is_readable
        for cell in tables[name].column(column)
        for key in cell.split(";")
    }
    cited.update(others)
    unused = [reference for key, reference in references.items.items() if key not in cited]
    return [problem("unused-citation", reference.line, "id", reference.id) for reference in unused]


def _with_overlaps(results: tuple[Result, ...], overlaps: tuple[Overlap, ...]) -> tuple[Result, ...]:
    """Return the results, each knowing the trials that its people are in as well."""
    inside: dict[str, list[str]] = {}
    shares: dict[str, list[str]] = {}
    for one in overlaps:
        if one.relation == "contains":
            inside.setdefault(one.other_trial, []).append(one.trial)
        else:
            shares.setdefault(one.trial, []).append(one.other_trial)
            shares.setdefault(one.other_trial, []).append(one.trial)
    if not overlaps:
        return results
    return tuple(
        r.model_copy(update={"inside": tuple(inside.get(r.trial, ())), "shares": tuple(shares.get(r.trial, ()))})
        if r.trial in inside or r.trial in shares
        else r
        for r in results
    )


def _by_trial(results: tuple[Result, ...]) -> Mapping[str, tuple[Result, ...]]:
    rows: dict[str, list[Result]] = {}
    for result in results:
        rows.setdefault(result.trial, []).append(result)
    return MappingProxyType({trial: tuple(own) for trial, own in rows.items()})


def _with_their_trials(
    reviews: Iterable[PublishedEstimate], listed: Iterable[ReviewTrial]
) -> tuple[PublishedEstimate, ...]:
    """Return the published estimates, each with the trials of trials.csv that it pooled."""
    trials: dict[str, set[str]] = {}
    for row in listed:
        if row.trial:
            trials.setdefault(row.review, set()).add(row.trial)
    return tuple(review.listing(trials.get(review.estimate, ())) for review in reviews)
