"""Comparisons of treatments as a table."""

import pandas as pd

from evidence.questions.choice import MEASURE, Network, contrast_interval
from evidence.synthesis.display import interval, shown


def contrast_frame(network: Network) -> pd.DataFrame:
    """Return one row per comparison, direct ones first: who against whom, through what, numbers, trials, people."""
    measure = MEASURE[network.outcome]
    rows: list[dict[str, object]] = []
    for d in network.direct:
        pooled = d.answer.pooled
        rows.append(
            {
                "First": d.treatment,
                "Second": d.comparator,
                "Kind": "direct",
                "Effect": shown(measure, pooled.estimate) if pooled else None,
                "95% interval": interval(measure, pooled.ci_low, pooled.ci_high) if pooled else None,
                "Trials": d.trials,
                "Trials pooled": d.answer.k,
                "People pooled": d.people,
            }
        )
    for contrast in network.indirect:
        low, high = contrast_interval(contrast)
        rows.append(
            {
                "First": contrast.first.treatment,
                "Second": contrast.second.treatment,
                "Kind": f"indirect, through {contrast.via}",
                "Effect": shown(measure, contrast.effect.estimate),
                "95% interval": interval(measure, low, high),
                "Trials": contrast.first.trials + contrast.second.trials,
                "Trials pooled": contrast.first.answer.k + contrast.second.answer.k,
                "People pooled": None,
            }
        )
    return pd.DataFrame(rows)
