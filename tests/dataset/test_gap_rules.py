"""A gap closes itself when its row arrives."""

import shutil
from pathlib import Path

from evidence.dataset.evidence import DATA, load
from evidence.dataset.gap_rules import is_filled
from evidence.dataset.records import Gap
from tests.support.builders import counted, difference, result

GAP = Gap(
    trial="smith-2020", label="Smith 2020", comparator="midazolam", outcome="response", hours=24, people=60,
    status="published-not-read", direction="unknown", known_from="Smith2020",
)  # fmt: skip


def test_a_gap_is_filled_by_usable_numbers_of_every_arm() -> None:
    full = counted(10, 20, 5, 20)
    assert is_filled(GAP, [full])
    assert not is_filled(GAP, [])
    assert not is_filled(GAP, [full, result(percent_intervention=20.0, dose=1.0)])
    for other in ({"hours": 48}, {"comparator": "saline"}, {"outcome": "remission"}, {"analysis": "subgroup"}):
        assert not is_filled(GAP, [full.model_copy(update=other)])
    change = GAP.model_copy(update={"outcome": "symptom-change", "instrument": "MADRS"})
    assert is_filled(change, [difference(-4, -6, -2)])
    bare = difference(-4, -6, -2).model_copy(update={"ci_low": None, "ci_high": None})
    assert not is_filled(change, [bare])
    assert is_filled(change, [bare.model_copy(update={"se": 1.0})])
    assert not is_filled(change, [bare.model_copy(update={"p_value": 0.04})])
    assert is_filled(change, [bare.model_copy(update={"p_value": 0.04, "n_intervention": 30, "n_comparator": 30})])


def test_a_filled_gap_leaves_the_queue_with_a_note(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DATA, tmp_path / "data"))
    evidence = load(folder)
    row = next(r for r in evidence.results if r.events_comparator is not None and r.analysis == "main")
    line = f"{row.trial},{row.label},,{row.comparator},{row.outcome},,{row.hours:g},,published-not-read,unknown,,X,\n"
    with (folder / "gaps.csv").open("a", encoding="utf-8") as file:
        file.write(line)
    after = load(folder)
    assert after.gaps == evidence.gaps
    assert [f.code for f in after.problems["gaps.csv"]] == ["gap-filled"]
    assert after.is_valid


def test_a_gap_of_an_arm_is_filled_by_that_dose_alone() -> None:
    arm = GAP.model_copy(update={"status": "arm-not-usable", "note": "1.0 mg/kg: not read."})
    assert not is_filled(arm, [counted(10, 20, 5, 20)])
    assert is_filled(arm, [counted(10, 20, 5, 20), counted(10, 20, 5, 20, dose=1.0)])
    rates = result(effect_measure="RD", effect=-0.17, ci_low=-0.3, ci_high=-0.02)
    assert not is_filled(GAP, [rates])
