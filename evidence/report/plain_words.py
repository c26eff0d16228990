"""Words for readers of about twelve: treatments, times, harms, how much stands behind a number and how sure it is."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Review
from evidence.formatting import count, counted
from evidence.questions import certainty
from evidence.synthesis.answers import Answer
from evidence.synthesis.sentences import spelled

# A name as `statements.sides_of` writes it → the same with what it is.
_TREATMENTS: Mapping[str, str] = MappingProxyType(
    {
        "midazolam": "midazolam (a calming drug)",
        "saline": "salt water",
        "placebo of any kind": "a dummy drug",
        "placebo": "a dummy drug",
        "ECT": "shock treatment while asleep (ECT)",
        "quetiapine": "quetiapine (a drug for low mood)",
        "diclofenac": "diclofenac (a pain drug)",
        "the comparator": "the other care",
        "any form of ketamine": "ketamine",
    }
)
_TREATMENT = re.compile("|".join(sorted(map(re.escape, _TREATMENTS), key=len, reverse=True)))
# Events whose usual name is hard to read.
_EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "dissociation": "felt cut off from the world or from their own body",
        "long-lasting-dissociation": "felt cut off from the world for a long time",
        "feeling-drunk": "felt drunk",
        "euphoric-mood": "felt very high",
        "heart-rate-abnormal": "had a fast or slow heart beat",
        "blood-pressure-increased": "had raised blood pressure",
        "systolic-blood-pressure-180-or-more": "had very high blood pressure",
        "systolic-blood-pressure-rise-40-or-more": "had a steep rise in blood pressure",
        "diastolic-blood-pressure-rise-25-or-more": "had a steep rise in blood pressure (the lower number)",
        "nausea": "felt sick",
        "vomiting": "threw up",
        "diarrhoea": "had loose stools",
        "dizziness": "felt dizzy",
        "dizziness-postural": "felt dizzy when they stood up",
        "headache": "had a headache",
        "sedation": "felt drowsy from the drug",
        "somnolence": "felt sleepy",
        "vertigo": "felt the room spin",
        "dysgeusia": "had an odd taste",
        "hypoaesthesia": "felt numb",
        "paraesthesia": "felt pins and needles",
        "hypoaesthesia-oral": "felt numb in the mouth",
        "paraesthesia-oral": "felt pins and needles in the mouth",
        "lethargy": "felt slow and weak",
        "amnesia": "lost some memory",
        "long-lasting-amnesia": "lost some memory for a long time",
        "diplopia": "saw double",
        "vision-blurred": "saw less clearly",
        "anxiety": "felt fear",
        "insomnia": "slept badly",
        "mania": "became wildly active (mania)",
        "delusion": "believed things that were not so",
        "confusional-state": "were confused",
        "affect-lability": "had quick swings of mood",
        "suicidal-ideation": "had thoughts of taking their own life",
        "suicide": "took their own life",
        "suicide-attempt": "tried to take their own life",
        "cystitis": "had a sore bladder",
        "urinary-retention": "could not pass water",
        "fatigue": "felt tired",
        "asthenia": "felt weak",
        "myalgia": "had sore muscles",
        "oxygen-saturation-decreased": "had less oxygen in the blood",
        "serious-adverse-event": "had a grave health problem",
        "long-lasting-adverse-event": "had a problem that stayed",
        "any-adverse-event": "had some unwanted effect",
        "discontinuation-adverse-event": "stopped because of a bad effect",
        "discontinuation-any-cause": "stopped for some reason",
    }
)
_SURETY: Mapping[str, str] = MappingProxyType(
    {
        "very low": "Experts who checked this trust it very little. The truth may be far from these numbers.",
        "low": "Experts who checked this trust it only a little. The truth may well be other than these numbers.",
        "moderate": "Experts who checked this trust it fairly well. The truth is likely close to these numbers.",
        "high": "Experts who checked this trust it well.",
    }
)
UNRATED = "We hold no report in which experts say how far to trust this. So take it with care."
BETTER = "“Much better” means that at least half of the signs of low mood were gone."


def treatment(name: str) -> str:
    """A side of a comparison as anyone knows it.

    >>> treatment("midazolam or saline"), treatment("ketamine")
    ('midazolam (a calming drug) or salt water', 'ketamine')
    """
    return _TREATMENT.sub(lambda found: _TREATMENTS[found[0]], name)


def event(name: str) -> str:
    """What happened to people, as the end of a sentence."""
    return _EVENTS.get(name) or f"had: {OUTCOMES[name].label.lower()}"


def time(hours: float) -> str:
    """A time as people say it.

    >>> time(24), time(4), time(168), time(672), time(72), time(0.67)
    ('one day', '4 hours', 'one week', '4 weeks', '3 days', '40 minutes')
    """
    days = hours / 24
    if days == 1:
        return "one day"
    if days >= 7 and days % 7 == 0 and days < 84:
        return "one week" if days == 7 else f"{days / 7:.0f} weeks"
    if days >= 84:
        return f"about {days / 30.4:.0f} months"
    return spelled(hours).replace("1 hour", "one hour") if hours == 1 else spelled(hours)


def when(answer: Answer) -> str:
    """The time of the pooled results, or the span they cover."""
    hours = sorted({entry.hours for entry in answer.used or answer.entries})
    if not hours:
        return "about one day"
    return time(hours[0]) if len(hours) == 1 else f"{time(hours[0])} to {time(hours[-1])}"


def behind(answer: Answer) -> str:
    """How many studies and people stand behind a number."""
    people = f" with {count(answer.people)} people" if answer.people is not None else ""
    few = " That is very little to go on." if answer.k == 1 or (answer.people or 0) < 100 else ""
    return f"This comes from {counted(answer.k, 'study', 'studies')}{people}.{few}"


def surety(reviews: Iterable[Review], answer: Answer) -> str:
    """How far experts trust the numbers, where any said so of the same question."""
    found = certainty.rating(reviews, answer)
    return _SURETY.get((found.certainty if found else None) or "", UNRATED)
