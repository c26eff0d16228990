"""What can be asked of `figure`: charts, sizes and kinds of file, named without bringing Plotly."""

from collections.abc import Mapping
from types import MappingProxyType

CHART_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "map": "the trials by year and size",
        "onset": "how soon it works",
        "response": "forest plot of response",
        "people": "a hundred people",
        "single": "how long after one dose",
        "cohorts": "how many during a course, nobody compared",
        "course": "how long after a course",
        "withdrawal": "what stopping at random does",
        "harms": "named adverse events",
        "serious": "serious events and stopping",
        "arms": "each arm of each trial",
        "labbe": "one arm against the other",
        "funnel": "small studies",
        "leave-one-out": "one trial left out at a time",
        "cumulative": "the result as it grew by year",
        "dose": "effect by dose",
        "matrix": "which trial counted what",
        "timeline": "benefit and harm on one time axis",
        "blinding": "effect by masking",
        "bias": "risk of bias by trial",
        "weights": "risk of bias by weight",
    }
)
SIZE_NAMES = ("slide", "a4")
KINDS = ("svg", "png")
