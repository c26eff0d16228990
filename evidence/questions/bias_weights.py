"""How much of a pool's weight is at risk of bias: shares of the weight by judgement, one set a domain."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evidence.dataset.records import Result
from evidence.dataset.vocabulary import ROB_DOMAINS
from evidence.formatting import counted
from evidence.questions.risk_of_bias import BAD, DISAGREE, NOT_JUDGED, Board
from evidence.synthesis.answers import Answer


@dataclass(frozen=True, slots=True)
class Share:
    """One domain: per cent of the weight by judgement, "not judged" among them; together 100 in a board with trials."""

    domain: str
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Summary:
    """Shares of every domain, a result of each trial they are of, and in words what the weights are."""

    shares: tuple[Share, ...]
    results: tuple[Result, ...]
    weights: str


def summary(found: Board, answer: Answer | None) -> Summary:
    """Shares by judgement, weighted as the trials weigh in a pooled answer; equally where nothing is pooled.

    Only pooled trials count where there is a pool. A trial judged in two ways counts half to each.
    """
    weights: dict[str, float] = {}
    if answer is not None and answer.pooled is not None:
        weights = {entry.trial: answer.weight_of(entry) or 0.0 for entry in answer.used}
    lines = [line for line in found.lines if line.trial in weights]
    if lines:
        words = f"weighted as in the response pool ({counted(len(lines), 'trial')})"
    else:
        lines, weights = list(found.lines), {line.trial: 1.0 for line in found.lines}
        words = f"each trial counts the same ({counted(len(lines), 'trial')}; nothing is pooled)"
    total = sum(weights[line.trial] for line in lines)
    shares = []
    for i, domain in enumerate(found.domains):
        parts = dict.fromkeys((name for name in found.kinds if name != DISAGREE), 0.0)
        for line in lines:
            verdicts = line.cells[i].verdicts or (NOT_JUDGED,)
            for name in verdicts:
                parts[name] += 100 * weights[line.trial] / total / len(verdicts)
        shares.append(Share(domain, MappingProxyType(parts)))
    return Summary(tuple(shares), tuple(line.result for line in lines), words)


def finding(found: Summary) -> str:
    """How much of the weight is at high risk where it is most, and how much nobody judged there."""
    if not found.shares:
        return "None of the weight was judged by a review held here"
    at_high = {share.domain: sum(share.shares.get(name, 0.0) for name in BAD) for share in found.shares}
    worst = max(at_high, key=lambda name: at_high[name])
    unjudged = min(share.shares[NOT_JUDGED] for share in found.shares if share.domain == worst or not at_high[worst])
    text = "None of the weight is known to be at high risk"
    if at_high[worst]:
        text = f"{at_high[worst]:.0f}% of the weight is at high risk in {ROB_DOMAINS[worst].label.lower()}"
    return f"{text}; {unjudged:.0f}% was not judged" if round(unjudged) else text
