"""Entries of trials for the questions that tests ask."""

from collections.abc import Sequence

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.synthesis.trial_effects import SYMPTOMS, Question, TrialEffect, trial_effects

DAY, WEEK, MONTH = BIN_OF_VALUE["24h"], BIN_OF_VALUE["7d"], BIN_OF_VALUE["28d"]
RESPONSE = Question(("response",), "RR", DAY)
SCORES = Question(SYMPTOMS, "SMD", DAY)
POINTS = Question(SYMPTOMS, "MD", DAY, "MADRS")


def only(rows: Sequence[Result], question: Question) -> TrialEffect:
    (entry,) = trial_effects(rows, question)
    return entry


def of(evidence: Evidence, trial: str, outcomes: tuple[str, ...], measure: str, bin_value: str | None) -> TrialEffect:
    time_bin = BIN_OF_VALUE[bin_value] if bin_value else None
    instrument = "MADRS" if measure == "MD" else None
    return only(evidence.trials[trial], Question(outcomes, measure, time_bin, instrument))
