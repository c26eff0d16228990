"""Risk of bias as tables: trials by domains, shares of weight, and rows as the file holds them."""

from collections.abc import Iterable

import pandas as pd

from evidence.dataset.records import Judgement
from evidence.dataset.vocabulary import ROB_DOMAINS
from evidence.questions.risk_of_bias import KINDS, NOT_JUDGED, Board, Summary


def board_frame(board: Board) -> pd.DataFrame:
    """Tabulate symbol and words, one row per trial, one column per domain."""
    rows = []
    for line in board.lines:
        cells = {
            ROB_DOMAINS[cell.domain].label: f"{cell.marks}  {cell.in_words}" if cell.judgements else NOT_JUDGED
            for cell in line.cells
        }
        rows.append({"Trial": line.result.label, **cells})
    return pd.DataFrame(rows)


def summary_frame(summary: Summary) -> pd.DataFrame:
    """Tabulate per cent by judgement, one row per domain."""
    return pd.DataFrame(
        [
            {"Domain": ROB_DOMAINS[item.domain].label}
            | {KINDS[name]: f"{value:.0f}%" for name, value in item.shares.items()}
            for item in summary.shares
        ]
    )


def judgement_rows(judgements: Iterable[Judgement]) -> pd.DataFrame:
    """Tabulate judgements as in risk_of_bias.csv."""
    return pd.DataFrame([item.model_dump() for item in judgements], columns=list(Judgement.columns()))
