"""The codes that Metapsy's data sets share (docs.metapsy.org, “Metapsy data standard”), and what they stand for.

A data set's own description of its variables comes first; these hold where it says nothing. Every other code stays as
it is written.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

CONDITIONS: Mapping[str, str] = MappingProxyType(
    {
        "act": "acceptance and commitment therapy",
        "bat": "behavioural activation",
        "cau": "care as usual",
        "cbt": "cognitive behavioural therapy",
        "cbti": "cognitive behavioural therapy for insomnia",
        "dbt": "dialectical behaviour therapy",
        "dyn": "psychodynamic therapy",
        "emdr": "eye movement desensitisation and reprocessing",
        "icbt": "internet-delivered cognitive behavioural therapy",
        "ipt": "interpersonal psychotherapy",
        "lrt": "life-review therapy",
        "mbct": "mindfulness-based cognitive therapy",
        "mbsr": "mindfulness-based stress reduction",
        "nt": "no treatment",
        "other": "another treatment",
        "otherctr": "another control",
        "otherpsy": "another psychotherapy",
        "pst": "problem-solving therapy",
        "psyed": "psychoeducation",
        "sup": "supportive therapy",
        "tau": "treatment as usual",
        "wl": "waiting list",
        "wlc": "waiting list",
        "waitlist": "waiting list",
        "waitinglist": "waiting list",
    }
)
"""Treatments and controls, by their codes in small letters and digits only."""
FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "cpl": "couple",
        "grp": "group",
        "gsh": "guided self-help",
        "ind": "individual",
        "tel": "telephone",
        "ush": "self-help without guidance",
    }
)
"""Formats of a therapy."""
DIAGNOSES: Mapping[str, str] = MappingProxyType(
    {
        "chr": "chronic disorder",
        "cut": "score above a cut-off",
        "mood": "mood disorder",
        "sub": "subclinical symptoms",
    }
)
"""How a disorder was established."""
CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "gad": "generalised anxiety disorder",
        "ocd": "obsessive–compulsive disorder",
        "pan": "panic disorder",
        "panic": "panic disorder",
        "ptsd": "post-traumatic stress disorder",
        "sad": "social anxiety disorder",
        "suicide": "suicidal thoughts",
    }
)
"""Disorders, in the names of data sets and the categories of outcomes."""
UNTREATED = frozenset(
    {"wl", "wlc", "waitlist", "waitinglist", "cau", "tau", "notreatment", "nt", "usualcare", "careasusual"}
)
_WORSE = re.compile(r"deteriorat|worsen|relapse|recurren|drop-?out|attrition|withdraw|lost|adverse|harm|fail", re.I)
_BETTER = re.compile(r"improve|respon|remi(?:t|ss)|recover|free|success|abstinen", re.I)
_LEFT = re.compile(r"drop-?out|attrition|lost to|study discontinuation", re.I)


def is_leaving(kind: str) -> bool:
    """Return whether a kind of event is to leave the trial for any reason."""
    return _LEFT.search(kind) is not None


def direction_of(kind: str) -> str:
    """Return which direction of a count of events is good, where its name says so; "" where it does not.

    >>> direction_of("reliable improvement"), direction_of("deterioration"), direction_of("other")
    ('higher', 'lower', '')
    """
    is_worse, is_better = _WORSE.search(kind) is not None, _BETTER.search(kind) is not None
    return "" if is_worse == is_better else "lower" if is_worse else "higher"
