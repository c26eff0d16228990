"""The interface from other programs: a few lines each, ready to be pasted."""

from collections.abc import Mapping

USUAL = "http://localhost:8501/"
_CURL = """\
curl -s '{base}api/trials?preset=everything&format=csv' -o trials.csv
curl -s '{base}api/pooled?preset=placebo&outcome=response&time=24h' | jq '{{k, estimate, ci_low, ci_high}}'
curl -s '{base}api/references?format=ris' -o references.ris
"""
_PYTHON = """\
import json
import math
from urllib.request import urlopen

import pandas as pd

trials = pd.read_csv("{base}api/trials?preset=everything&format=csv")
with urlopen("{base}api/pooled?preset=placebo&outcome=response&measure=RR&time=24h") as reply:
    pooled = json.load(reply)
print(pooled["title"], pooled["k"], [round(math.exp(pooled[name]), 2) for name in ("estimate", "ci_low", "ci_high")])
"""
_R = """\
library(jsonlite)
library(metafor)

pooled <- fromJSON("{base}api/pooled?preset=placebo&outcome=response&measure=RR&time=24h")
used <- subset(pooled$studies, !is.na(weight))
predict(rma(yi, vi, data = used, slab = study, method = "REML", test = "adhoc"), transf = exp)

trials <- read.csv("{base}api/trials?preset=everything&format=csv", fileEncoding = "UTF-8-BOM")
"""


def snippets(base: str = USUAL) -> Mapping[str, str]:
    """Write example code by language; `base` is the server's own address, ending in a slash.

    >>> print(snippets()["curl"].splitlines()[0])
    curl -s 'http://localhost:8501/api/trials?preset=everything&format=csv' -o trials.csv
    """
    return {name: code.format(base=base) for name, code in (("curl", _CURL), ("Python", _PYTHON), ("R", _R))}
