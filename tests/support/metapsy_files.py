"""Data sets in the Metapsy standard of every shape that others keep: made up, with an effect size per row."""

import csv
import io
import math
from collections.abc import Mapping, Sequence

Cell = str | float | None
Rows = list[dict[str, Cell]]


def g_of(m1: float, s1: float, n1: int, m2: float, s2: float, n2: int) -> tuple[float, float]:
    """Return Hedges' g and its standard error by the formulas of the R package esc."""
    df = n1 + n2 - 2
    d = (m1 - m2) / math.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / df)
    return (1 - 3 / (4 * df - 1)) * d, math.sqrt(1 / n1 + 1 / n2 + d**2 / (2 * (n1 + n2)))


def scores(kind: str, m1: float, s1: float, n1: int, m2: float, s2: float, n2: int, sign: int = 1) -> dict[str, Cell]:
    """Return the cells of means of both arms, with g."""
    g, se = g_of(m1, s1, n1, m2, s2, n2)
    between = "_" if kind == "msd" else "_change_"
    values = {"mean": (m1, m2), "sd": (s1, s2), "n": (n1, n2)}
    cells = {f"{name}{between}arm{arm + 1}": pair[arm] for name, pair in values.items() for arm in (0, 1)}
    return {"outcome_type": kind, **cells, ".g": sign * g, ".g_se": se}


def counts(kind: str, e1: int, n1: int, e2: int, n2: int) -> dict[str, Cell]:
    """Return the cells of events in both arms, with the log risk ratio."""
    ratio = math.log(e1 / n1 / (e2 / n2))
    se = math.sqrt(1 / e1 - 1 / n1 + 1 / e2 - 1 / n2)
    cells: dict[str, Cell] = {"event_arm1": e1, "totaln_arm1": n1, "event_arm2": e2, "totaln_arm2": n2}
    return {"outcome_type": kind, **cells, ".log_rr": ratio, ".log_rr_se": se}


def written(
    rows: Sequence[Mapping[str, Cell]], separator: str = ";", decimal: str = ",", blank: str = "NA", newline: str = "\n"
) -> str:
    """Write rows as a table, numbers with a decimal comma or point and missing cells as they come."""

    def text(cell: Cell) -> str:
        if cell is None:
            return blank
        return cell if isinstance(cell, str) else repr(cell).replace(".", decimal)

    columns = list(dict.fromkeys(name for row in rows for name in row))
    file = io.StringIO(newline="")
    table = csv.writer(file, delimiter=separator, lineterminator=newline)
    table.writerow(columns)
    table.writerows([text(row.get(name)) for name in columns] for row in rows)
    return file.getvalue()


def therapy() -> Rows:
    """Return a therapy against waiting list and care as usual, after weeks, rated with the tool of 2011."""
    rows: Rows = []
    for i, family in enumerate(("Adams", "Baker", "Clark", "Davis", "Evans", "Frank")):
        head: dict[str, Cell] = {
            "study": f"{family}, {2001 + i}",
            "condition_arm1": "cbt",
            "condition_arm2": "wl" if i % 2 else "cau",
            "multi_arm1": None,
            "instrument": "bdi-2",
            "rating": "self-report",
            "time": "post",
            "time_weeks": 8 + 2 * i,
            "format": "grp" if i % 2 else "ind",
            "country": "us",
            "age_group": "adul",
            "diagnosis": "mdd",
            "sg": "1",
            "ac": "0",
            "ba": "1",
            "itt": "0",
            "year": 2001 + i,
        }
        rows.append({**head, **scores("msd", 12.0 + i, 7.5, 20 + i, 17.0, 8.25, 21)})
    return rows


def drug() -> Rows:
    """Return a drug against placebo with headers in capitals, several weeks a trial, and people in each."""
    rows: Rows = []
    for i, family in enumerate(("Müller", "Núñez", "Öberg")):
        for week in (2, 4, 8):
            row = scores("msd", 14.0 - week / 4, 7.0, 60 + i, 16.5, 7.25, 58)
            head: dict[str, Cell] = {"Study": f"{family} {1996 + i}", "Condition_Arm1": "velorine"}
            more: dict[str, Cell] = {"Condition_arm2": "placebo", "Instrument": "HAM-D 17", "Time_weeks": week}
            rows.append({**head, **more, **{name.capitalize(): cell for name, cell in row.items()}})
    return rows


def before() -> Rows:
    """Return effects that were calculated before, beside change scores that tell their direction."""
    rows: Rows = []
    for i, family in enumerate(("Grant", "Hills", "Irwin", "Jones")):
        head: dict[str, Cell] = {
            "study": f"{family} et al. {2011 + i}",
            "condition_arm1": "act",
            "condition_arm2": "wlc",
        }
        head |= {"instrument": "phq-9", "time": "post", "time_weeks": 9}
        if i < 2:
            rows.append({**head, "outcome_type": "other", "precalc_g": -0.4 - i / 10, "precalc_g_se": 0.2})
        else:
            rows.append({**head, **scores("change", -7.0 - i, 6.0, 30, -3.0, 6.5, 28)})
    return rows


def anxiety() -> Rows:
    """Return another condition, g the other way round, rated with the tool of 2019."""
    rated: dict[str, Cell] = {"d1": "Low", "d2": "Some concerns", "d3": "High", "d4": "low risk", "d5": "Low"}
    return [
        {
            "study": f"{family} {2010 + i}",
            "condition_arm1": "icbt",
            "condition_arm2": "wl",
            "outcome_category": "sad",
            "instrument": "lsas",
            "time": "post",
            "time_weeks": 8,
            **rated,
            "rob": "High",
            **scores("msd", 44.0 + i, 9.0, 24, 55.0, 10.5, 26, sign=-1),
        }
        for i, family in enumerate(("Kumar", "Lopez", "Mason"))
    ]


def events() -> Rows:
    """Return counts of every kind: response, deterioration, drop-out, improvement."""
    return [
        {
            "study": f"{family} {2018 + i}",
            "condition_arm1": "mbct",
            "condition_arm2": "cau",
            "instrument": "hdrs-17",
            "time": "post",
            "time_weeks": 8,
            **counts(kind, e1 + i, 33, e2, 31),
        }
        for i, family in enumerate(("Nolan", "Owens", "Patel"))
        for kind, e1, e2 in (
            ("response", 15, 9),
            ("remission", 9, 5),
            ("deterioration", 2, 4),
            ("dropout", 5, 3),
            ("reliable improvement", 12, 7),
        )
    ]


def days() -> Rows:
    """Return a drug given a few times, against placebo and a low dose of itself, in days, with registrations."""
    return [
        {
            "study": f"{family} {2015 + i}",
            "condition_arm1": "entacline",
            "condition_arm2": "pcb" if i else "low-dose entacline",
            "instrument": "caps-5",
            "rating": "clinician",
            "time": "2 months",
            "time_days": 60.5,
            "dose_arm1": "120 mg",
            "n_dosing_sessions": 2 + i % 2,
            "blinding": "double-blind",
            "design": "parallel",
            "registration_number": f"NCT0100000{i}",
            "diagnosis": "PTSD",
            "target_group": "adults",
            **scores("change", -24.0 - i, 12.0, 30, -12.0, 11.0, 28),
        }
        for i, family in enumerate(("Quinn", "Reyes", "Smith"))
    ]


def minimal() -> Rows:
    """Return the needed columns alone, after treatment at a time that is not said."""
    head: dict[str, Cell] = {"condition_arm1": "exercise", "condition_arm2": "waitlist", "time": "post"}
    rows = [
        {"study": f"{name} 2001", **head, **scores("msd", 12.5, 7.0, n, 16.0, 8.0, 19)}
        for name, n in (("Tahir", 20), ("Usher", 23))
    ]
    return [{name: cell for name, cell in row.items() if not name.startswith(".")} for row in rows]


def hostile() -> Rows:
    """Return a device against sham, with names that a page or a spreadsheet would take for something else."""
    return [
        {
            "study": f"{name} {2012 + i}",
            "condition_arm1": "rTMS",
            "condition_arm2": "sham",
            "multi_arm1": "left | 10 Hz",
            "instrument": "hamd",
            "time_weeks": 4,
            **counts("response", 12 - i, 25, 5 + i, 24),
        }
        for i, name in enumerate(("<b>Vance</b>", "=SUM(A1)", "O'Neil"))
    ]


def active() -> Rows:
    """Return treatments against each other, at times between the usual ones."""
    pairs = (("cbt", "ipt"), ("ipt", "cbt"), ("cbt", "ssri"), ("combined", "ssri"))
    return [
        {
            "study": f"{family} {1990 + i}",
            "condition_arm1": pairs[i][0],
            "condition_arm2": pairs[i][1],
            "instrument": "hrsd",
            "time": "post",
            "time_weeks": 12 + 4 * i,
            **scores("msd", 11.0 + i, 7.0, 40, 12.5, 6.0, 42),
        }
        for i, family in enumerate(("Wells", "Xu", "Young", "Zhang"))
    ]


FILES: Mapping[str, bytes] = {
    "therapy, commas and points": written(therapy(), ",", ".").encode(),
    "drug, semicolons, Latin-1": written(drug()).encode("cp1252"),
    "effects calculated before, blanks as n/a": written(before(), blank="n/a").encode(),
    "anxiety, BOM": b"\xef\xbb\xbf" + written(anxiety(), ",", ".").encode(),
    "events, TSV, empty cells": written(events(), "\t", blank="").encode(),
    "days, CRLF, padded NA": written(days(), blank=" NA ", newline="\r\n").encode(),
    "minimal, semicolons and points": written(minimal(), ";", ".").encode(),
    "hostile names": written(hostile()).encode(),
    "treatments against each other, NaN": written(active(), blank="NaN").encode(),
}
ROWS: Mapping[str, int] = dict(
    zip(
        FILES,
        (len(make()) for make in (therapy, drug, before, anxiety, events, days, minimal, hostile, active)),
        strict=True,
    )
)
