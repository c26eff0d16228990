"""Cohorts given a course, as a table."""

from collections.abc import Mapping

import pandas as pd

from evidence.questions.courses import Courses, when


def cohort_frame(cohorts: Courses, links: Mapping[str, str | None]) -> pd.DataFrame:
    """Return a row per cohort with its count, rate, interval and time, then the pooled rate."""
    rows: list[dict[str, object]] = []
    for cohort in cohorts.cohorts:
        low, high = cohort.interval
        rows.append(
            {
                "Cohort": cohort.label,
                "Responders": cohort.counts.events,
                "People": cohort.counts.n,
                "Of 100": round(100 * cohort.counts.events / cohort.counts.n),
                "95% interval": f"{100 * low:.0f} to {100 * high:.0f}",
                "Time": when(cohort),
                "Not pooled because": cohort.excluded or None,
                "Citation": links.get(cohort.result.citation),
            }
        )
    if cohorts.pooled is not None:
        rate, low, high = cohorts.pooled.proportion
        rows.append(
            {
                "Cohort": f"Together ({len(cohorts.used)} cohorts)",
                "Responders": None,
                "People": cohorts.people,
                "Of 100": round(100 * rate),
                "95% interval": f"{100 * low:.0f} to {100 * high:.0f}",
                "Time": None,
                "Not pooled because": None,
                "Citation": None,
            }
        )
    return pd.DataFrame(rows)
