"""All subsets and Baujat's coordinates against metafor::gosh and metafor::baujat (make_subsets.R)."""

import json

import numpy as np
import pytest

from evidence.stats.effect_sizes import Effect
from evidence.stats.subsets import MAX_STUDIES, all_subsets, contributions
from tests.support.paths import REFERENCE

GOLD = json.loads((REFERENCE / "subsets.json").read_text("utf-8"))


def effects_of(table: dict) -> list[Effect]:
    return [Effect(y, v) for y, v in zip(table["y"], table["v"], strict=True)]


def test_every_subset_is_pooled_as_metafor_pools_it() -> None:
    pools = all_subsets(effects_of(GOLD))
    assert pools is not None
    place = {tuple(np.flatnonzero(row) + 1): i for i, row in enumerate(pools.included)}
    assert len(place) == len(GOLD["estimate"]) == 255
    for included, estimate, tau2 in zip(GOLD["incl"], GOLD["estimate"], GOLD["tau2"], strict=True):
        at = place[tuple(included) if isinstance(included, list) else (included,)]
        # gosh fits with metafor's default threshold of 1e-5 of tau².
        assert pools.estimate[at] == pytest.approx(estimate, abs=2e-5)
        assert pools.tau[at] ** 2 == pytest.approx(tau2, abs=1e-4)


def test_baujat_agrees_with_metafor() -> None:
    out = contributions(effects_of(GOLD["all"]))
    assert [c.heterogeneity for c in out] == pytest.approx(GOLD["all"]["x"], rel=1e-5)
    assert [c.influence for c in out] == pytest.approx(GOLD["all"]["influence"], rel=1e-4)


def test_twelve_studies_are_the_most() -> None:
    pools = all_subsets([Effect(i / 10, 0.1) for i in range(MAX_STUDIES)])
    assert pools is not None
    assert len(pools.estimate) == 4095
    assert all_subsets([Effect(0.0, 0.1)] * (MAX_STUDIES + 1)) is None
    assert all_subsets([]) is None


def test_units_do_not_matter() -> None:
    effects = effects_of(GOLD)
    scaled = [Effect(e.estimate * 100, e.variance * 1e4) for e in effects]
    small, large = all_subsets(effects), all_subsets(scaled)
    assert small is not None
    assert large is not None
    assert large.estimate == pytest.approx(small.estimate * 100, rel=1e-8, abs=1e-8)
    assert large.tau == pytest.approx(small.tau * 100, rel=1e-6, abs=1e-6)
