"""The words of a registry record → our words, where they say it plainly; "" where they do not."""

import re
from collections.abc import Mapping
from typing import Any

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.vocabulary import COMPARATORS, INSTRUMENTS, ROUTES

_DRUGS = (
    ("esketamine", r"\bes-?ketamine\b|\bs-ketamine\b"),
    ("arketamine", r"\bar-?ketamine\b|\br-ketamine\b"),
    ("ketamine", r"\bketamine\b"),
)
_COMPARATORS = {value: rf"\b{re.escape(value)}\b" for value in COMPARATORS if value not in ("none", "ketamine", "ECT")}
_COMPARATORS |= {"ECT": r"\b(?:ECT|electroconvulsive)\b", "saline": r"\bsaline\b", "placebo": r"\bplacebo\b"}
_ROUTES = {value: rf"\b{value}(?:ly)?\b" for value in ROUTES} | {"intravenous": r"\b(?:intravenous(?:ly)?|i\.?v\.?)\b"}
_DOSE = re.compile(r"\b([0-9]+(?:\.[0-9]+)?) ?(mg ?/ ?kg|mg)\b", re.IGNORECASE)
_INSTRUMENTS = {
    **{"MADRS": r"\bMADRS\b|montgomery", "QIDS-SR": r"\bQIDS\b", "C-SSRS": r"\bC-?SSRS\b|columbia", "BDI": r"\bBDI\b"},
    **{"SSI": r"\bSSI\b|scale for suicid", "PHQ-9": r"\bPHQ-?9\b", "CADSS": r"\bCADSS\b", "SDS": r"\bSDS\b|sheehan"},
    **{f"HAMD{n}": rf"\b(?:HAM-?D|HDRS|HRSD)-?{n}\b" for n in (6, 17, 21, 24, 25, 28)},
}
_TIME = re.compile(
    r"\b(?:(?P<unit1>minutes?|hours?|days?|weeks?)[ -](?P<n1>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<n2>[0-9]+(?:\.[0-9]+)?)[ -](?P<unit2>minutes?|mins?|hours?|hrs?|days?|weeks?))\b",
    re.IGNORECASE,
)
_HOURS = {"m": 1 / 60, "h": 1.0, "d": 24.0, "w": 168.0}
_EFFECTS = {
    **{"RR": r"risk ratio", "OR": r"odds ratio", "HR": r"hazard ratio", "RD": r"risk difference"},
    **{"SMD": r"standardi[sz]ed mean difference|cohen|hedges", "MD": r"mean difference"},
}
_PRINTED = {"effect": "paramValue", "ci_low": "ciLowerLimit", "ci_high": "ciUpperLimit"}
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def drug_of(text: str) -> str:
    """The drug a text names, "" for none.

    >>> drug_of("Esketamine 84 mg"), drug_of("Placebo")
    ('esketamine', '')
    """
    return next((drug for drug, pattern in _DRUGS if re.search(pattern, text, re.IGNORECASE)), "")


def comparator_of(text: str) -> str:
    """The one comparator a text names, "" for none or several.

    >>> comparator_of("Midazolam 0.045 mg/kg"), comparator_of("Saline placebo"), comparator_of("Oral antidepressant")
    ('midazolam', 'saline', '')
    """
    found = [value for value, pattern in _COMPARATORS.items() if re.search(pattern, text, re.IGNORECASE)]
    # A placebo that is named is what it is made of.
    named = [value for value in found if value != "placebo"] or found
    return named[0] if len(named) == 1 else ""


def arm_cells(text: str) -> dict[str, str]:
    """Drug, route and dose of an arm, each where the text names exactly one.

    >>> arm_cells("Ketamine 0.5 mg/kg infused intravenously")
    {'intervention': 'ketamine', 'route': 'intravenous', 'dose': '0.5', 'dose_unit': 'mg/kg'}
    """
    routes = [route for route, pattern in _ROUTES.items() if re.search(pattern, text, re.IGNORECASE)]
    doses = {(number, re.sub(r"\s", "", unit.lower())) for number, unit in _DOSE.findall(text)}
    cells = {"intervention": drug_of(text), "route": routes[0] if len(routes) == 1 else ""}
    if len(doses) == 1:
        cells["dose"], cells["dose_unit"] = doses.pop()
    return {name: value for name, value in cells.items() if value}


def hours_of(text: str) -> str:
    """The hours of the one time a text names, besides baseline; "" for none or several.

    >>> hours_of("Baseline and 24 hours post infusion"), hours_of("Day 7"), hours_of("Days 1, 2 and Day 7")
    ('24', '168', '')
    """
    plain = re.sub(r"\b(?:baseline|pre-?dose)(?: \(?day [0-9]+\)?)?", "", text, flags=re.IGNORECASE)
    times = {
        float(match["n1"] or match["n2"]) * _HOURS[(match["unit1"] or match["unit2"])[0].lower()]
        for match in _TIME.finditer(plain)
    }
    numbers = re.findall(r"[0-9]+(?:\.[0-9]+)?", plain)
    return f"{times.pop():.6g}" if len(times) == 1 and len(numbers) == 1 else ""


def outcome_cells(title: str, time_frame: str, kind: str, is_event: bool = False) -> dict[str, str]:
    """Outcome, instrument, hours and primary, as far as title and time frame say them plainly.

    >>> outcome_cells("Change in MADRS Total Score", "24 hours", "PRIMARY")
    {'outcome': 'symptom-change', 'instrument': 'MADRS', 'hours': '24', 'primary': 'yes'}
    """
    scales = [name for name, pattern in _INSTRUMENTS.items() if re.search(pattern, title, re.IGNORECASE)]
    instrument = scales[0] if len(scales) == 1 and scales[0] in INSTRUMENTS and not is_event else ""
    outcome = _event(title) if is_event else _outcome(title, instrument)
    cells = {"outcome": outcome, "instrument": instrument, "hours": hours_of(time_frame)}
    cells["primary"] = "yes" if kind.upper() == "PRIMARY" else ""
    return {name: value for name, value in cells.items() if value}


def _event(term: str) -> str:
    plain = re.sub(r"[\s-]+", "-", term.casefold().strip()).replace("diarrhea", "diarrhoea")
    return plain if plain in OUTCOMES else ""


def _outcome(title: str, instrument: str) -> str:
    is_suicidal = re.search(r"suicid", title, re.IGNORECASE)
    if re.search(r"\bnon-?(?:respon|remi)", title, re.IGNORECASE):
        return ""
    for word, value in (("remi(?:ssion|tters?)", "remission"), ("respon(?:se|ders?)", "response")):
        if re.search(rf"\b{word}\b", title, re.IGNORECASE):
            return f"suicidal-ideation-{value}" if is_suicidal else value
    if re.search(r"\brelapse\b", title, re.IGNORECASE):
        return "time-to-relapse" if re.search(r"\btime to\b", title, re.IGNORECASE) else "relapse"
    if instrument in ("SSI", "C-SSRS"):
        return "suicidal-ideation-change" if re.search(r"\bchange\b", title, re.IGNORECASE) else ""
    is_symptom = instrument in ("MADRS", "QIDS-SR", "PHQ-9", "BDI") or instrument.startswith("HAMD")
    return "symptom-change" if is_symptom and re.search(r"\bchange\b", title, re.IGNORECASE) else ""


def measure_cells(measure: Mapping[str, Any]) -> dict[str, str]:
    """The unit of the numbers, where it is one of ours.

    >>> measure_cells({"unitOfMeasure": "units on a scale", "paramType": "MEAN"})
    {'unit': 'points'}
    """
    unit, kind = str(measure.get("unitOfMeasure", "")).casefold(), str(measure.get("paramType", "")).upper()
    if kind not in ("MEAN", "LEAST_SQUARES_MEAN", "MEDIAN"):
        return {}
    if unit in ("units on a scale", "score on a scale", "scores on a scale", "points", "points on a scale"):
        return {"unit": "points"}
    return {"unit": "days"} if unit == "days" else {}


def analysis_cells(analysis: Mapping[str, Any]) -> dict[str, str]:
    """A printed comparison with its two-sided 95% interval and its p value, as far as there is a column for them.

    >>> analysis_cells({"paramType": "Odds Ratio (OR)", "paramValue": "2.1", "ciPctValue": "95", "pValue": "0.04"})
    {'p_value': '0.04', 'effect_measure': 'OR', 'effect': '2.1'}
    """
    cells = {"p_value": number_text(analysis.get("pValue"))}
    if _has_column(analysis):
        cells["effect_measure"] = _effect_measure_of(analysis)
        cells |= {ours: number_text(analysis.get(name)) for ours, name in _PRINTED.items()}
    return {name: text for name, text in cells.items() if text}


def analysis_words(analysis: Mapping[str, Any]) -> str:
    """What a printed comparison says and no column holds, in words: it must not be lost.

    >>> analysis_words({"paramType": "Odds Ratio (OR)", "paramValue": "2.1", "ciPctValue": "90", "pValue": "<0.001"})
    'In the record: Odds Ratio (OR) 2.1, 90% interval not given; p <0.001.'
    """
    found = []
    if text_of(analysis, "paramValue") and not _has_column(analysis):
        low, high = text_of(analysis, "ciLowerLimit"), text_of(analysis, "ciUpperLimit")
        width = text_of(analysis, "ciPctValue")
        interval = f", {width}% interval {f'{low} to {high}' if low or high else 'not given'}" if width else ""
        found.append(f"{text_of(analysis, 'paramType') or 'effect'} {text_of(analysis, 'paramValue')}{interval}")
    if (p := text_of(analysis, "pValue")) and not number_text(analysis.get("pValue")):
        found.append(f"p {p}")
    return f"In the record: {'; '.join(found)}." if found else ""


def _has_column(analysis: Mapping[str, Any]) -> bool:
    return bool(_effect_measure_of(analysis)) and number_text(analysis.get("ciPctValue")) == "95"


def _effect_measure_of(analysis: Mapping[str, Any]) -> str:
    """Our word for the kind of a printed comparison, "" for another."""
    kind = text_of(analysis, "paramType")
    return next((ours for ours, pattern in _EFFECTS.items() if re.search(pattern, kind, re.IGNORECASE)), "")


def number_text(value: Any) -> str:
    """A number as the record writes it; "" for words such as NA.

    >>> number_text("12.50"), number_text("NA"), number_text(7), number_text("<0.001")
    ('12.50', '', '7', '')
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value).strip()
    return text if _NUMBER.fullmatch(text) else ""


def trial_cells(record: Mapping[str, Any], number: str, acronym: str) -> dict[str, str]:
    """What a record says of the trial as a whole: number, acronym, design, blinding, age group, people randomised."""
    protocol = part(record, "protocolSection")
    design = part(protocol, "designModule", "designInfo")
    models = {"PARALLEL": "parallel", "CROSSOVER": "crossover", "SINGLE_GROUP": "single-arm"}
    masks = {"NONE": "open-label", "SINGLE": "single-blind"}
    masks |= dict.fromkeys(("DOUBLE", "TRIPLE", "QUADRUPLE"), "double-blind")
    ages = part(protocol, "eligibilityModule").get("stdAges")
    groups = {("ADULT",): "adults", ("ADULT", "OLDER_ADULT"): "adults", ("OLDER_ADULT",): "older adults"}
    cells = {
        "registration": number,
        "citation": f"CTgov-{number}",
        "acronym": acronym,
        "design": models.get(text_of(design, "interventionModel"), ""),
        "blinding": masks.get(text_of(part(design, "maskingInfo"), "masking"), ""),
        "age_group": groups.get(tuple(sorted(map(str, ages))), "") if isinstance(ages, list) else "",
        "n_randomised": _started(part(record, "resultsSection", "participantFlowModule")),
    }
    return {name: text for name, text in cells.items() if text}


def _started(flow: Mapping[str, Any]) -> str:
    """People who started the first period, all groups together; "" where one group's number is not given."""
    for milestone in listed(next(iter(listed(flow, "periods")), {}), "milestones"):
        if milestone.get("type") == "STARTED":
            counts = [text_of(group, "numSubjects") for group in listed(milestone, "achievements")]
            if counts and all(re.fullmatch(r"[0-9]{1,7}", count, re.ASCII) for count in counts):
                return str(sum(map(int, counts)))
    return ""


def part(value: Any, *names: str) -> Mapping[str, Any]:
    """The object under names inside of each other, an empty one where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def listed(value: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The list of objects under a name; what is no object counts as an empty one, so that places stay true."""
    items = value.get(name)
    return [item if isinstance(item, dict) else {} for item in items] if isinstance(items, list) else []


def text_of(value: Mapping[str, Any], name: str) -> str:
    """The text or number under a name on one line, "" where there is none."""
    text = value.get(name)
    return " ".join(str(text).split()) if isinstance(text, str | int | float) and not isinstance(text, bool) else ""
