"""The outcomes a result may report: label, group, direction and definition of each, as vocabulary/outcome.csv has them.

Adverse events carry the MedDRA preferred term's name. Groups `efficacy`, `suicidality` and
`duration` are benefits and `guessing` is neither, so that no page counts it; every other group is a harm.
"""

from collections.abc import Mapping

from evidence.dataset.vocabulary import GROUPS, OUTCOME, Outcome, Term, WordList, terms

OUTCOME_GROUPS: Mapping[str, Term] = terms(
    ("efficacy", "Symptoms", "Response, remission and symptom scores."),
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
    name=GROUPS,
    ours_first=True,
)

_NOT_LISTED = "The list of outcomes of these data does not have it."
# What the program's own questions are about: a folder whose list lacks one of these is still shown, without results.
_ASKED_ABOUT = (
    Outcome("response", "Response", "efficacy", "higher", _NOT_LISTED, is_state=True),
    Outcome("remission", "Remission", "efficacy", "higher", _NOT_LISTED, is_state=True),
    Outcome("symptom-change", "Change in symptom score", "efficacy", "lower", _NOT_LISTED),
    Outcome("symptom-endpoint", "Symptom score", "efficacy", "lower", _NOT_LISTED),
    Outcome(
        "suicidal-ideation-response", "Suicidal ideation response", "suicidality", "higher", _NOT_LISTED, is_state=True
    ),
    Outcome(
        "suicidal-ideation-remission",
        "Suicidal ideation remission",
        "suicidality",
        "higher",
        _NOT_LISTED,
        is_state=True,
    ),
    Outcome("relapse", "Relapse", "duration", "lower", _NOT_LISTED),
    Outcome("time-to-relapse", "Time to relapse", "duration", "higher", _NOT_LISTED),
    Outcome("any-adverse-event", "Any adverse event", "general", "lower", _NOT_LISTED),
    Outcome("serious-adverse-event", "Serious adverse event", "serious", "lower", _NOT_LISTED),
    Outcome(
        "discontinuation-adverse-event", "Stopped because of an adverse event", "discontinuation", "lower", _NOT_LISTED
    ),
    Outcome("discontinuation-any-cause", "Stopped for any reason", "discontinuation", "lower", _NOT_LISTED),
)


class _Outcomes(WordList[Outcome]):
    """The outcomes of the folder; one that the program asks about has a name also where the folder lacks it."""

    def __getitem__(self, value: str) -> Outcome:
        words = self._words()
        return words[value] if value in words or value not in _BY_NAME else _BY_NAME[value]


_BY_NAME = {outcome.value: outcome for outcome in _ASKED_ABOUT}
OUTCOMES: Mapping[str, Outcome] = _Outcomes((), OUTCOME)
BENEFIT_GROUPS = frozenset({"efficacy", "suicidality", "duration", "guessing"})


def is_state(outcome: str) -> bool:
    """Return whether people are in an outcome or not at a time, so that only a result at the time is pooled as one."""
    known = OUTCOMES.get(outcome)
    return known is not None and known.is_state
