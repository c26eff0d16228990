"""The outcomes a result may report: label, group, direction and definition of each.

Adverse events carry the MedDRA preferred term's name. Groups `efficacy`, `suicidality` and
`duration` are benefits and `guessing` is neither, so that no page counts it; every other group is a harm.
"""

from collections.abc import Mapping

from evidence.dataset.vocabulary import OUTCOME, Direction, Outcome, Term, WordList, index, terms

OUTCOME_GROUPS: Mapping[str, Term] = terms(
    ("efficacy", "Depressive symptoms", "Response, remission and symptom scores."),
    ("suicidality", "Suicidal ideation", "Thoughts of suicide, as an efficacy outcome."),
    ("duration", "Duration", "Relapse and lasting response."),
    ("dissociative", "Dissociative", "Perception of oneself or the world is altered."),
    ("cardiovascular", "Cardiovascular", "Heart and blood pressure."),
    ("gastrointestinal", "Gastrointestinal", "Stomach and gut."),
    ("neurological", "Neurological", "Nerves, senses and wakefulness."),
    ("psychiatric", "Psychiatric", "Mood, thought and behaviour."),
    ("urinary", "Urinary", "Bladder and urinary tract."),
    ("general", "General", "Everything else."),
    ("serious", "Serious", "Serious and suicide-related events."),
    ("discontinuation", "Discontinuation", "Leaving the trial."),
    ("guessing", "Guess of treatment", "What people thought they had been given."),
)

_HALVED = "At least half of the baseline symptom score gone."
_EVENT = "People with at least one such adverse event."


def _outcomes(group: str, better: Direction, *rows: tuple[str, str, str]) -> tuple[Outcome, ...]:
    return tuple(Outcome(value, label, group, better, text) for value, label, text in rows)


def _events(group: str, *values: str, **labels: str) -> tuple[Outcome, ...]:
    names = {value: value.replace("-", " ").capitalize() for value in values}
    names |= {key.replace("_", "-"): label for key, label in labels.items()}
    return _outcomes(group, "lower", *((value, label, _EVENT) for value, label in names.items()))


# fmt: off
OUTCOMES: Mapping[str, Outcome] = index((
    *_outcomes(
        "efficacy", "higher",
        ("response", "Response", _HALVED),
        ("remission", "Remission", "Almost no symptoms left, by the trial's own cut-off."),
        ("early-improvement", "Early improvement", "Improvement within the first days, by the trial's own cut-off."),
    ),
    *_outcomes(
        "efficacy", "lower",
        ("symptom-change", "Change in symptom score", "Score at the time minus score at baseline."),
        ("symptom-endpoint", "Symptom score", "Score at the time."),
        ("symptom-worsening", "Symptom worsening", "Symptoms worse than at baseline, by the trial's own cut-off."),
        ("disability-change", "Change in disability", "Disability score at the time minus at baseline."),
        ("anxiety-change", "Change in anxiety", "Anxiety score at the time minus the score at baseline."),
    ),
    *_outcomes(
        "suicidality", "higher",
        ("suicidal-ideation-response", "Suicidal ideation response", "At least half of the suicidal ideation score gone."),
        ("suicidal-ideation-remission", "Suicidal ideation remission", "No suicidal ideation left, by the trial's own cut-off."),
        ("suicide-risk-resolved", "Suicide risk resolved", "Clinicians judge that suicide risk has gone."),
    ),
    *_outcomes(
        "suicidality", "lower",
        ("suicidal-ideation-change", "Change in suicidal ideation", "Ideation score at the time minus at baseline."),
        ("suicidal-ideation-endpoint", "Suicidal ideation score", "Ideation score at the time."),
        ("suicidal-ideation-worsening", "Suicidal ideation worse", "People whose score for suicidal ideation was worse than before treatment."),
    ),
    *_outcomes(
        "duration", "higher",
        ("sustained-response", "Sustained response", "Response kept from early on to this time."),
        ("sustained-remission", "Sustained remission", "Remission kept from early on to this time."),
        ("time-to-relapse", "Time to relapse", "Days until relapse, by the trial's own definition."),
    ),
    *_outcomes("duration", "lower", ("relapse", "Relapse", "Return of depression after response or remission, by the trial's own definition.")),
    *_events("dissociative", "dissociation", "feeling-drunk", "euphoric-mood", "derealisation", long_lasting_dissociation="Long-lasting dissociation"),
    *_events(
        "cardiovascular", heart_rate_abnormal="Abnormal heart rate", blood_pressure_increased="Blood pressure increased",
        systolic_blood_pressure_180_or_more="Systolic pressure 180 mmHg or more",
        systolic_blood_pressure_rise_40_or_more="Systolic pressure up by 40 mmHg or more",
        diastolic_blood_pressure_rise_25_or_more="Diastolic pressure up by 25 mmHg or more",
    ),
    *_outcomes(
        "cardiovascular", "lower",
        ("systolic-blood-pressure-change", "Change in systolic pressure", "Systolic pressure at the time minus before the dose."),
        ("diastolic-blood-pressure-change", "Change in diastolic pressure", "Diastolic pressure at the time minus before the dose."),
    ),
    *_events("gastrointestinal", "nausea", "vomiting", "diarrhoea"),
    *_events(
        "neurological", "dizziness", "headache", "sedation", "somnolence", "vertigo", "dysgeusia", "hypoaesthesia",
        "paraesthesia", "lethargy", "amnesia", "diplopia", vision_blurred="Blurred vision", dizziness_postural="Postural dizziness",
        hypoaesthesia_oral="Oral hypoaesthesia", paraesthesia_oral="Oral paraesthesia", long_lasting_amnesia="Long-lasting amnesia",
    ),
    *_events(
        "psychiatric", "anxiety", "insomnia", "mania", "delusion", confusional_state="Confusional state",
        affect_lability="Affect lability", suicidal_ideation="Suicidal ideation (adverse event)",
    ),
    *_events("urinary", "cystitis", "urinary-retention"),
    *_events("general", "fatigue", "myalgia", "asthenia", oxygen_saturation_decreased="Oxygen saturation decreased"),
    *_outcomes("serious", "lower", ("death", "Death", "People who died of any cause.")),
    *_events(
        "serious", "suicide", "suicide-attempt", serious_adverse_event="Serious adverse event",
        long_lasting_adverse_event="Long-lasting adverse event",
    ),
    *_events("general", any_adverse_event="Any adverse event"),
    *_events("discontinuation", discontinuation_adverse_event="Stopped because of an adverse event", discontinuation_any_cause="Stopped for any reason"),
    *_outcomes("guessing", "lower", ("sure-of-treatment", "Sure of the treatment received", "People who said they were sure which treatment they had been given, and were right.")),
))
# fmt: on
BENEFIT_GROUPS = frozenset({"efficacy", "suicidality", "duration", "guessing"})
if isinstance(OUTCOMES, WordList):
    OUTCOMES.name = OUTCOME
