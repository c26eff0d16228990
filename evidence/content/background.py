"""What a reader may need before the numbers: short sentences, each cited, counted from the data, or a definition.

A sentence cites references that are held in references.json; what none of them was read for is not said. No sentence
states a number that is not computed from the data, but for the year of what it cites.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.formatting import counted, listed
from evidence.selection.selection import trials_of

DEFINITION, COUNTED, CITED = "definition", "counted from the data", "cited"
KINDS: Mapping[str, str] = MappingProxyType(
    {
        CITED: "the references follow",
        COUNTED: "computed from the rows of this data version",
        DEFINITION: "says how a word is used here",
    }
)

_LABEL, _SPONSOR = "SpravatoPI2021Reprint", "CPT2020BenefitRisk"
_CURRENT_LABEL = "SpravatoLabel2026"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with what it rests on."""

    text: str
    kind: str
    citations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A few sentences under one heading."""

    title: str
    sentences: tuple[Sentence, ...]


def _cited(text: str, *citations: str) -> Sentence:
    return Sentence(text, CITED, citations)


def _trials(evidence: Evidence, **cells: str) -> int:
    return len(trials_of(r for r in evidence.results if all(getattr(r, n) == v for n, v in cells.items())))


def _of_all(evidence: Evidence, amount: int) -> str:
    return f"{amount} of {counted(len(evidence.trials), 'trial')}"


def _drugs(evidence: Evidence) -> str:
    counts = [f"{_trials(evidence, intervention=name)} {name}" for name in ("ketamine", "esketamine", "arketamine")]
    return f"Of {counted(len(evidence.trials), 'trial')} held here, {listed(counts)}; a trial may have tested two."


def _labels(results: Iterable[Result]) -> str:
    return listed([rows[0].label for rows in trials_of(results).values()])


def _arketamine(evidence: Evidence) -> str:
    rows = [r for r in evidence.results if r.intervention == "arketamine"]
    if not rows:
        return "No trial held here tested arketamine alone, so which of the two molecules matters more stays open."
    names, amount = _labels(rows), counted(len(trials_of(rows)), "trial")
    return f"Arketamine alone was tested in {amount} held here ({names}), so which molecule matters more stays open."


def _mechanism_rows(evidence: Evidence) -> str:
    return (
        f"None of the {counted(len(evidence.results), 'result')} held here measures a mechanism: they count people and "
        "score symptoms."
    )


def _pressure(evidence: Evidence) -> str:
    names = ("blood-pressure-increased", "systolic-blood-pressure-change", "diastolic-blood-pressure-change")
    rows = [r for r in evidence.results if r.outcome in names or "blood-pressure" in r.outcome]
    return f"Blood pressure is reported in {_of_all(evidence, len(trials_of(rows)))} held here."


def _stopped(evidence: Evidence) -> Sentence | None:
    for r in evidence.trials.get("riva-posse-2018", ()):
        if r.outcome == "discontinuation-adverse-event" and r.events_intervention is not None and r.n_intervention:
            text = (
                f"In one clinical cohort {r.events_intervention} of {counted(r.n_intervention, 'person', 'people')} "
                "stopped the infusions because of blood pressure or mental effects."
            )
            return Sentence(text, COUNTED, (r.citation,))
    return None


def _urinary(evidence: Evidence) -> str:
    rows = [r for r in evidence.results if r.outcome in ("cystitis", "urinary-retention")]
    return f"A urinary event is reported in {_of_all(evidence, len(trials_of(rows)))} held here, so little is known."


def sections(evidence: Evidence) -> tuple[Section, ...]:
    """Write all sections, with their counts from the data."""
    resistant = _of_all(evidence, _trials(evidence, population="TRD"))
    stopped = _stopped(evidence)
    return (
        Section(
            "What ketamine is",
            (
                _cited(
                    "Ketamine is an anaesthetic; the doses given for depression are called subanaesthetic, that is "
                    "below those that cause anaesthesia.",
                    "RivaPosse2018",
                    "Shiroma2014",
                ),
                Sentence(
                    "Racemic ketamine is an equal mixture of two mirror-image molecules, esketamine (S) and arketamine "
                    "(R); “ketamine” on these pages means the racemic mixture.",
                    DEFINITION,
                ),
                Sentence(_drugs(evidence), COUNTED),
                _cited(
                    "Trials describe it as an antagonist of the N-methyl-D-aspartate (NMDA) receptor.",
                    "Zarate2006AGP",
                    "Diazgranados2010AGP",
                ),
            ),
        ),
        Section(
            "Treatment-resistant depression",
            (
                Sentence(
                    "Depression that persisted although it was treated, usually with at least two antidepressants in "
                    "adequate dose and time; the number of failed treatments required differs between trials.",
                    DEFINITION,
                ),
                Sentence(f"By their own entry criterion {resistant} held here enrolled people with it.", COUNTED),
                Sentence(
                    "Response means that at least half of the symptom score is gone, remission that almost no symptoms "
                    "are left; each trial sets its own cut-off for remission.",
                    DEFINITION,
                ),
            ),
        ),
        Section(
            "How it may work, and what is open",
            (
                Sentence(
                    "“Glutamate hypothesis” is the name of a proposal: blocking NMDA receptors on inhibitory cells "
                    "releases glutamate, which acts on AMPA receptors and leads, through brain-derived neurotrophic "
                    "factor (BDNF), to new synapses.",
                    DEFINITION,
                ),
                _cited(
                    "Reviews group ketamine with other drugs that act on glutamate and its receptors.",
                    "Lener2017",
                    "Dean2021Cochrane",
                    "CochraneBipolar2021",
                ),
                _cited(
                    "A meta-analysis looks at ketamine beside other NMDA receptor antagonists; whether blocking that "
                    "receptor is what matters is an open question.",
                    "Kishimoto2016",
                ),
                Sentence(_arketamine(evidence), COUNTED, _existing(evidence, "Leal2023JAD", "Atai2023PR")),
                _cited("One trial looked at functional connectivity of the brain at rest.", "Recourt2025FN"),
                Sentence(_mechanism_rows(evidence), COUNTED),
                Sentence(
                    "“Functional unblinding” means that people notice what they were given, so that expectation "
                    "becomes part of the result; an active placebo, which can be felt too, is meant to make guessing "
                    "harder.",
                    DEFINITION,
                ),
                _cited(
                    "One trial gave the drug during surgical anaesthesia, so that nobody could feel it.", "Lii2023NMH"
                ),
            ),
        ),
        Section(
            "Approvals",
            (
                _cited(
                    "In the United States the esketamine nasal spray is licensed for adults with treatment-resistant "
                    "depression, since January 2025 alone as well as with an oral antidepressant.",
                    "MentalHealthWeekly2025",
                ),
                _cited(
                    "With an oral antidepressant it is also licensed there for depressive symptoms in major depression "
                    "with acute suicidal thoughts or behaviour.",
                    _CURRENT_LABEL,
                ),
                _cited(
                    "In the European Union it is licensed only beside another antidepressant: with an SSRI or SNRI in "
                    "treatment-resistant depression, and with an oral antidepressant for the short treatment of a "
                    "psychiatric emergency.",
                    "SpravatoEPAR",
                ),
                _cited(
                    "A licence does not mean that a health service pays: in England the national appraisal decided "
                    "against the spray for treatment-resistant depression.",
                    "NICETA854",
                ),
                _cited(
                    "It adds that the spray has not been shown to prevent suicide or to lessen suicidal thoughts, and "
                    "that it is no anaesthetic.",
                    _LABEL,
                ),
                _cited(
                    "Because of sedation, dissociation, respiratory depression and misuse it is a controlled medicine "
                    "in the United States, given only within a restricted programme and under supervision.",
                    _CURRENT_LABEL,
                ),
                Sentence(
                    "An approval is a licence for a stated use by one country’s regulator, and its wording changes: "
                    "later wordings and licences of other countries are not held here, so look it up where you work.",
                    DEFINITION,
                ),
                Sentence(
                    "“Off-label” means a use that the licence does not name; no licence of racemic ketamine for "
                    "depression is held here.",
                    DEFINITION,
                ),
                _cited("A benefit and risk assessment of the nasal spray was published by its sponsor.", _SPONSOR),
            ),
        ),
        Section(
            "Monitoring",
            (
                Sentence(
                    "Monitoring here means watching blood pressure, sedation and dissociation after a dose until they "
                    "have settled; local protocols say for how long.",
                    DEFINITION,
                ),
                _cited(
                    "The prescribing information of the nasal spray asks for supervision of at least two hours after "
                    "each dose, until a clinician finds the person stable, and for no driving until the next day, "
                    "after a night’s sleep.",
                    _LABEL,
                ),
                _cited(
                    "It asks for blood pressure before and after each dose, and rules the spray out after a bleed in "
                    "the brain and with an aneurysm or an arteriovenous malformation.",
                    _LABEL,
                ),
                Sentence(_pressure(evidence), COUNTED),
                *((stopped,) if stopped else ()),
                _cited(
                    "Long-term safety of the nasal spray was followed in open-label studies.",
                    "Wajs2020JCP",
                    "ZakiPoster2023",
                ),
                _cited(
                    "The prescribing information warns of an inflamed bladder after long use or misuse of ketamine, "
                    "and asks to watch for urinary symptoms.",
                    _LABEL,
                ),
                Sentence(_urinary(evidence), COUNTED),
            ),
        ),
    )


def _existing(evidence: Evidence, *keys: str) -> tuple[str, ...]:
    return tuple(key for key in keys if key in evidence.references)


def cited(found: Iterable[Section]) -> tuple[str, ...]:
    """List the references cited, each once, in order of first mention."""
    return tuple(dict.fromkeys(key for section in found for one in section.sentences for key in one.citations))
