"""Risk of bias as published reviews judged it: trials by domains, and reviews that disagree.

Nothing here judges. A domain nobody judged is blank, and a domain judged in two ways stays judged in two ways.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from evidence.dataset.records import Judgement, Result
from evidence.dataset.vocabulary import ROB_DOMAINS, ROB_JUDGEMENTS, ROB_TOOLS, TOOL_WORDS
from evidence.formatting import THIN, Sentence, counted, listed
from evidence.selection.selection import trials_of
from evidence.synthesis.answers import Answer

MARKS: Mapping[str, str] = MappingProxyType(
    {
        **{"low": "+", "unclear": "?", "some concerns": "!", "high": "−"},
        **{"moderate": "~", "serious": "×", "critical": "××", "no information": "o"},
    }
)
BLANK = "·"
WORST_FIRST = ("critical", "high", "serious", "some concerns", "moderate", "unclear", "no information", "low")
BAD = frozenset({"high", "serious", "critical"})
FIRST_TOOL = next(iter(TOOL_WORDS))
DISAGREE, NOT_JUDGED = "reviews disagree", "not judged"
# What the filter offers: the judgements, then how reviews stand to each other.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        **{name: ROB_JUDGEMENTS[name].label for name in reversed(WORST_FIRST)},
        DISAGREE: "Reviews disagree",
        NOT_JUDGED: "Not judged",
    }
)


def kinds_of(tool: str) -> dict[str, str]:
    """List the filter's choices: the tool's judgements, then whether reviews agree."""
    words = TOOL_WORDS[tool].judgements
    return {name: label for name, label in KINDS.items() if name in words or name not in ROB_JUDGEMENTS}


@dataclass(frozen=True, slots=True)
class Cell:
    """One domain of one trial, with every published judgement of it."""

    domain: str
    judgements: tuple[Judgement, ...] = ()

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The different judgements, worst first; empty where nobody judged."""
        given = {item.judgement for item in self.judgements}
        return tuple(name for name in WORST_FIRST if name in given)

    @property
    def is_split(self) -> bool:
        """Whether reviews disagree."""
        return len(self.verdicts) > 1

    @property
    def kinds(self) -> tuple[str, ...]:
        """What the filter finds this cell by."""
        return (*self.verdicts, *((DISAGREE,) if self.is_split else ())) or (NOT_JUDGED,)

    @property
    def marks(self) -> str:
        """The symbols, two with a stroke between them where reviews disagree; a dot where nobody judged."""
        return "/".join(MARKS[name] for name in self.verdicts) or BLANK

    @property
    def in_words(self) -> str:
        """Each review's judgement, by name where there are several."""
        if not self.judgements:
            return NOT_JUDGED
        if not self.is_split:
            return ROB_JUDGEMENTS[self.verdicts[0]].label
        return "; ".join(f"{ROB_JUDGEMENTS[j.judgement].label} ({j.citation})" for j in self.judgements)


@dataclass(frozen=True, slots=True)
class Line:
    """One trial: its first result and its cells, one for each domain of the board."""

    result: Result
    cells: tuple[Cell, ...]

    @property
    def trial(self) -> str:
        """The trial's short name."""
        return self.result.trial

    @property
    def is_judged(self) -> bool:
        """Whether any domain was judged."""
        return any(cell.judgements for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Board:
    """Trials by domains of one tool: judged trials first, both by label."""

    domains: tuple[str, ...]
    lines: tuple[Line, ...]
    tool: str = FIRST_TOOL

    @property
    def kinds(self) -> dict[str, str]:
        """What the filter offers for the tool."""
        return kinds_of(self.tool)

    @property
    def judged(self) -> tuple[Line, ...]:
        """Trials with a published judgement."""
        return tuple(line for line in self.lines if line.is_judged)

    @property
    def unjudged(self) -> tuple[Line, ...]:
        """Trials that no review in these data judged."""
        return tuple(line for line in self.lines if not line.is_judged)

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """Every judgement on the board."""
        return tuple(item for line in self.lines for cell in line.cells for item in cell.judgements)

    def keep(self, domain: str | None, kinds: Iterable[str]) -> "Board":
        """Keep the trials with one of the kinds in the domain (None: any domain); all of them without kinds."""
        wanted = set(kinds)
        if not wanted:
            return self

        def fits(line: Line) -> bool:
            cells = [cell for cell in line.cells if domain in (None, cell.domain)]
            if domain is None and not line.is_judged:
                return NOT_JUDGED in wanted
            # A trial that somebody judged has blank cells, too: "not judged" asks for them only in a named domain.
            return any(wanted.intersection(cell.kinds) - ({NOT_JUDGED} if domain is None else set()) for cell in cells)

        return replace(self, lines=tuple(line for line in self.lines if fits(line)))


def by_trial(judgements: Iterable[Judgement]) -> dict[str, dict[str, tuple[Judgement, ...]]]:
    """Group judgements by trial and domain, in the order of the file."""
    judged: dict[str, dict[str, tuple[Judgement, ...]]] = {}
    for item in judgements:
        own = judged.setdefault(item.trial, {})
        own[item.domain] = (*own.get(item.domain, ()), item)
    return judged


def tools(results: Iterable[Result], judgements: Iterable[Judgement]) -> dict[str, int]:
    """Count the trials judged with each tool, the most used first."""
    shown = {result.trial for result in results}
    judged: dict[str, set[str]] = {}
    for item in judgements:
        if item.trial in shown:
            judged.setdefault(item.tool, set()).add(item.trial)
    return {tool: len(judged[tool]) for tool in sorted(judged, key=lambda name: (-len(judged[name]), name))}


def board(results: Iterable[Result], judgements: Iterable[Judgement], tool: str = FIRST_TOOL) -> Board:
    """Arrange the trials of the results by the domains that any review judged in any trial with the tool."""
    known = by_trial(item for item in judgements if item.tool == tool)
    domains = tuple(name for name in TOOL_WORDS[tool].domains if any(name in own for own in known.values()))
    lines = [
        Line(rows[0], tuple(Cell(name, known.get(trial, {}).get(name, ())) for name in domains))
        for trial, rows in trials_of(results).items()
    ]
    return Board(domains, tuple(sorted(lines, key=lambda line: (not line.is_judged, line.result.label))), tool)


def cells_of(judgements: Iterable[Judgement]) -> tuple[Cell, ...]:
    """Turn one trial's judgements into cells, tool by tool, as a domain of the same name differs between tools."""
    own = tuple(judgements)
    return tuple(
        Cell(name, judged)
        for tool, words in TOOL_WORDS.items()
        for name in words.domains
        if (judged := tuple(item for item in own if (item.tool, item.domain) == (tool, name)))
    )


def symbols(judgements: Iterable[Judgement], trial: str) -> str:
    """Write a trial's judgements as one symbol per domain, in order; say so if nobody judged it.

    If reviews disagree the worse judgement is shown, followed by an asterisk; tools are separated by a semicolon.
    """
    own = tuple(item for item in judgements if item.trial == trial)
    if not own:
        return NOT_JUDGED
    parts = []
    for tool in sorted({item.tool for item in own}, key=list(TOOL_WORDS).index):
        kept = {cell.domain: cell for cell in cells_of(item for item in own if item.tool == tool)}
        cells = [kept.get(name, Cell(name)) for name in TOOL_WORDS[tool].domains]
        signs = ((MARKS[c.verdicts[0]] + ("*" if c.is_split else "")) if c.verdicts else BLANK for c in cells)
        parts.append(THIN.join(signs))
    return "; ".join(parts)


def symbols_key(judgements: Iterable[Judgement], trials: Iterable[str]) -> str:
    """Explain the signs of `symbols` for the tools these trials were judged with; empty if none was judged."""
    shown = set(trials)
    used = {item.tool for item in judgements if item.trial in shown}
    parts = []
    for tool, words in TOOL_WORDS.items():
        if tool in used:
            signs = ", ".join(f"{MARKS[name]} {ROB_JUDGEMENTS[name].label.lower()}" for name in words.judgements)
            domains = listed([ROB_DOMAINS[name].label.lower() for name in words.domains])
            parts.append(f"{ROB_TOOLS[tool].label}: {domains}; {signs}.")
    if not parts:
        return ""
    order = "Risk of bias has one sign per domain, in this order."
    return " ".join(
        [order, *parts, f"{BLANK} not judged. An asterisk: reviews disagree, the worse judgement is shown."]
    )


def headline(of_board: Board) -> Sentence:
    """Say how many trials were judged, which domain is most often at high risk, and where reviews disagree."""
    total = len(of_board.lines)
    if not of_board.judged:
        which = "this trial" if total == 1 else f"any of these {total} trials"
        return Sentence(f"No review in these data judged {which}")
    text = f"{len(of_board.judged)} of {counted(total, 'trial')} judged by a published review"
    at_high = {
        domain: [line for line in of_board.judged if BAD.intersection(line.cells[i].verdicts)]
        for i, domain in enumerate(of_board.domains)
        if domain != "overall" or len(of_board.domains) == 1
    }
    worst = max(at_high, key=lambda name: len(at_high[name]))
    word = "high" if "high" in TOOL_WORDS[of_board.tool].judgements else "serious"
    if at_high[worst]:
        risk = f"{word} risk most often in {ROB_DOMAINS[worst].label.lower()} ({counted(len(at_high[worst]), 'trial')})"
    else:
        risk = f"no domain at {word} risk"
    split = [line.result.label for line in of_board.judged if any(cell.is_split for cell in line.cells)]
    return Sentence(text, caveat=risk + (f"; reviews disagree on {listed(split)}" if split else ""))


def headline_of_blinding(of_board: Board) -> str:
    """Summarise the judgements on blinding of participants, which this drug makes hard; empty without any."""
    name = "blinding-of-participants-and-personnel"
    if name not in of_board.domains:
        return ""
    place = of_board.domains.index(name)
    cells = [line.cells[place] for line in of_board.judged if line.cells[place].judgements]
    low = sum(cell.verdicts == ("low",) for cell in cells)
    if not cells:
        return ""
    return (
        f"Blinding of participants, which a drug that can be felt makes hard, was at low risk in {low} of "
        f"{counted(len(cells), 'trial')} judged."
    )


def spoken(of_board: Board) -> str:
    """Describe the board for screen readers: each trial with its judgements, then the trials nobody judged."""
    lines = []
    for line in of_board.judged:
        cells = [f"{ROB_DOMAINS[c.domain].label.lower()} {c.in_words.lower()}" for c in line.cells if c.judgements]
        lines.append(f"{line.result.label}: {', '.join(cells)}")
    if of_board.unjudged:
        lines.append(f"not judged: {listed([line.result.label for line in of_board.unjudged])}")
    return ". ".join(lines)


@dataclass(frozen=True, slots=True)
class Share:
    """One domain: per cent of the weight by judgement, "not judged" among them; together 100 in a board with trials."""

    domain: str
    shares: Mapping[str, float] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Summary:
    """Shares of every domain, a result of each trial they are of, and in words what the weights are."""

    shares: tuple[Share, ...]
    results: tuple[Result, ...]
    weights: str


def summary(of_board: Board, answer: Answer | None) -> Summary:
    """Shares by judgement, weighted as the trials weigh in a pooled answer; equally where nothing is pooled.

    Only pooled trials count where there is a pool. A trial judged in two ways counts half to each.
    """
    weights: dict[str, float] = {}
    if answer is not None and answer.pooled is not None:
        weights = {entry.trial: answer.weight_of(entry) or 0.0 for entry in answer.used}
    lines = [line for line in of_board.lines if line.trial in weights]
    if lines:
        words = f"weighted as in the response pool ({counted(len(lines), 'trial')})"
    else:
        lines, weights = list(of_board.lines), {line.trial: 1.0 for line in of_board.lines}
        words = f"each trial counts the same ({counted(len(lines), 'trial')}; nothing is pooled)"
    total = sum(weights[line.trial] for line in lines)
    shares = []
    for i, domain in enumerate(of_board.domains):
        parts = dict.fromkeys((name for name in of_board.kinds if name != DISAGREE), 0.0)
        for line in lines:
            verdicts = line.cells[i].verdicts or (NOT_JUDGED,)
            for name in verdicts:
                parts[name] += 100 * weights[line.trial] / total / len(verdicts)
        shares.append(Share(domain, MappingProxyType(parts)))
    return Summary(tuple(shares), tuple(line.result for line in lines), words)


def share_in_words(item: Share) -> str:
    """Return one domain as a screen reader says it: each judgement with its per cent of the weight."""
    parts = ", ".join(f"{KINDS[name].lower()} {value:.0f}%" for name, value in item.shares.items() if value)
    return f"{ROB_DOMAINS[item.domain].label}: {parts}"


def headline_of_weights(shares: Summary) -> str:
    """Say how much of the weight is at high risk in the worst domain, and how much nobody judged there."""
    if not shares.shares:
        return "None of the weight was judged by a review in these data"
    at_high = {share.domain: sum(share.shares.get(name, 0.0) for name in BAD) for share in shares.shares}
    worst = max(at_high, key=lambda name: at_high[name])
    unjudged = min(share.shares[NOT_JUDGED] for share in shares.shares if share.domain == worst or not at_high[worst])
    text = "None of the weight is known to be at high risk"
    if at_high[worst]:
        text = f"{at_high[worst]:.0f}% of the weight is at high risk in {ROB_DOMAINS[worst].label.lower()}"
    return f"{text}; {unjudged:.0f}% was not judged" if round(unjudged) else text
