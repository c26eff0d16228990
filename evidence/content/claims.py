"""The popular article's statements: each number that a verdict prints, computed again from the rows behind it.

A check reads the printed number out of the explanation and computes the same number live. Where the two differ, or
the row is gone, the verdict is to be reviewed: the data has moved under it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evidence.dataset.evidence import Evidence
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Claim, Result
from evidence.dataset.time_bins import HOURS_A_DAY
from evidence.dataset.vocabulary import VERDICTS
from evidence.formatting import counted, listed, number, plain
from evidence.questions.duration import is_follow_up
from evidence.selection.filters import comparator_kind
from evidence.selection.selection import PRESETS, trials_of
from evidence.selection.url import address
from evidence.stats.effect_sizes import Counts
from evidence.stats.proportions import wilson
from evidence.synthesis.sentences import spelled

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_PLACEBO = ("active placebo", "inert placebo")


def _rows(evidence: Evidence, trial: str, outcome: str, **cells: object) -> list[Result]:
    rows = [r for r in evidence.trials.get(trial, ()) if r.outcome == outcome and r.analysis == "main"]
    return [r for r in rows if all(getattr(r, name) == value for name, value in cells.items())]


def _one(evidence: Evidence, trial: str, outcome: str, **cells: object) -> Result | None:
    return next(iter(_rows(evidence, trial, outcome, **cells)), None)


def _word(amount: int | None) -> str | None:
    """Write a small number as a word.

    >>> _word(7), _word(0), _word(83)
    ('seven', 'no', '83')
    """
    if amount is None:
        return None
    return _NUMBERS[amount] if 0 <= amount < len(_NUMBERS) else str(amount)


def _of(events: int | None, n: int | None) -> str | None:
    return f"{events} of {n}" if events is not None and n else None


def _percent(events: int | None, n: int | None, digits: int = 0) -> str | None:
    return f"{100 * events / n:.{digits}f}%" if events is not None and n else None


def _murrough_score(evidence: Evidence) -> Result | None:
    rows = _rows(evidence, "murrough-2013a", "symptom-endpoint", hours=24, effect_measure="MD")
    return next((r for r in rows if r.effect is not None), None)


def murrough_difference(evidence: Evidence) -> str | None:
    """Return by how many points the MADRS score was lower with ketamine at 24 hours, as reported."""
    row = _murrough_score(evidence)
    return number(-row.effect) if row is not None and row.effect is not None else None


def murrough_interval(evidence: Evidence) -> str | None:
    """Return the 95% interval of that difference."""
    row = _murrough_score(evidence)
    if row is None or row.ci_low is None or row.ci_high is None:
        return None
    return f"{number(-row.ci_high)} to {number(-row.ci_low)}"


def murrough_response(evidence: Evidence) -> str | None:
    """Return the percentage who responded at 24 hours in each arm."""
    row = _one(evidence, "murrough-2013a", "response", hours=24)
    if row is None:
        return None
    drug = _percent(row.events_intervention, row.n_intervention)
    control = _percent(row.events_comparator, row.n_comparator)
    return f"{drug} against {control}" if drug and control else None


def cochrane_certainty(evidence: Evidence) -> str | None:
    """Return the certainty of response at 24 hours against midazolam in the Cochrane review."""
    for review in evidence.reviews:
        asked = (review.citation, review.comparator, review.outcome, review.hours)
        if asked == ("Dean2021Cochrane", "midazolam", "response", 24):
            return review.certainty
    return None


def early_times(evidence: Evidence) -> str | None:
    """List the first hours at which the cited trials report a difference."""
    trials = ("zarate-2012", "diazgranados-2010", "daly-2018", "ionescu-2021")
    hours = {
        row.hours
        for trial in trials
        for row in evidence.trials.get(trial, ())
        if row.is_controlled and row.analysis == "main" and row.hours < 12 and row.effect is not None
    }
    return listed([spelled(item) for item in sorted(hours)]) if hours else None


def murrough_latest(evidence: Evidence) -> str | None:
    """Return the latest time for which the trial has a result here."""
    hours = [row.hours for row in evidence.trials.get("murrough-2013a", ())]
    return f"{spelled(max(hours))}; the seven days stand in the paper" if hours else None


def pooled_day_1(evidence: Evidence) -> str | None:
    """Return the published standardised difference on day 1."""
    for review in evidence.reviews:
        if (review.citation, review.hours) == ("Kishimoto2016", 24):
            return f"{number(review.effect)} ({number(review.ci_low)} to {number(review.ci_high)})"
    return None


def masked_day_7(evidence: Evidence) -> str | None:
    """Count the responders in each arm at 7 days in the trial where anaesthesia hid the drug."""
    row = _one(evidence, "lii-2023", "response", hours=168)
    if row is None:
        return None
    drug, control = _of(row.events_intervention, row.n_intervention), _of(row.events_comparator, row.n_comparator)
    return f"{drug} against {control}" if drug and control else None


def _course(evidence: Evidence) -> Result | None:
    return _one(evidence, "murrough-2013b", "response", administrations=6)


def course_responders(evidence: Evidence) -> str | None:
    """Count the responders to the course of infusions."""
    row = _course(evidence)
    return _of(row.events_intervention, row.n_intervention) if row else None


def course_percent(evidence: Evidence) -> str | None:
    """Return the percentage who responded to the course."""
    row = _course(evidence)
    return _percent(row.events_intervention, row.n_intervention, 1) if row else None


def course_interval(evidence: Evidence) -> str | None:
    """Return the Wilson interval of that percentage."""
    row = _course(evidence)
    if row is None or row.events_intervention is None or not row.n_intervention:
        return None
    low, high = wilson(Counts(row.events_intervention, row.n_intervention))
    return f"{100 * low:.0f}% to {100 * high:.0f}%"


def course_infusions(evidence: Evidence) -> str | None:
    """Return the number of infusions in the course, as a word."""
    row = _course(evidence)
    return _word(row.administrations) if row else None


def course_days(evidence: Evidence) -> str | None:
    """Return the length of the course in days."""
    row = _course(evidence)
    return plain(row.hours / HOURS_A_DAY) if row else None


def _relapse(evidence: Evidence) -> Result | None:
    return _one(evidence, "murrough-2013b", "time-to-relapse")


def followed_days(evidence: Evidence) -> str | None:
    """Return for how many days responders were followed."""
    row = _relapse(evidence)
    return plain(row.hours / HOURS_A_DAY) if row else None


def median_days(evidence: Evidence) -> str | None:
    """Return the median days to relapse after the course."""
    row = _relapse(evidence)
    return plain(row.median_intervention) if row and row.median_intervention is not None else None


def _days_of(evidence: Evidence, trial: str) -> str | None:
    for row in evidence.trials.get(trial, ()):
        value = row.median_intervention if row.median_intervention is not None else row.mean_intervention
        if is_follow_up(row) and value is not None:
            return plain(value)
    return None


def same_people_days(evidence: Evidence) -> str | None:
    """Return the mean days to relapse of the ten people who are in both cohorts."""
    return _days_of(evidence, "aan-het-rot-2010")


def shiroma_days(evidence: Evidence) -> str | None:
    """Return the mean days to relapse in Shiroma 2014."""
    return _days_of(evidence, "shiroma-2014")


def shiroma_relapsed(evidence: Evidence) -> str | None:
    """Return how many people of Shiroma 2014 the mean is of, as a word."""
    rows = [row for row in evidence.trials.get("shiroma-2014", ()) if is_follow_up(row)]
    return _word(rows[0].n_intervention) if rows and rows[0].n_intervention is not None else None


def albott_days(evidence: Evidence) -> str | None:
    """Return the median days to relapse in Albott 2018."""
    return _days_of(evidence, "albott-2018")


def _withdrawal(evidence: Evidence) -> Result | None:
    rows = _rows(evidence, "daly-2019", "relapse")
    return next((r for r in rows if "stable remission" in (r.dose_note or "")), None)


def going_on(evidence: Evidence) -> str | None:
    """Count the relapses of stable remitters who continued treatment."""
    row = _withdrawal(evidence)
    return _of(row.events_intervention, row.n_intervention) if row else None


def stopping(evidence: Evidence) -> str | None:
    """Count the relapses of stable remitters who stopped."""
    row = _withdrawal(evidence)
    return _of(row.events_comparator, row.n_comparator) if row else None


def hazard(evidence: Evidence) -> str | None:
    """Return the hazard ratio of relapse in stable remitters."""
    row = _withdrawal(evidence)
    return number(row.effect) if row and row.effect is not None and row.effect_measure == "HR" else None


def hazard_interval(evidence: Evidence) -> str | None:
    """Return the 95% interval of that hazard ratio."""
    row = _withdrawal(evidence)
    if row is None or row.ci_low is None or row.ci_high is None:
        return None
    return f"{number(row.ci_low)} to {number(row.ci_high)}"


def _acute(evidence: Evidence) -> list[tuple[Result, bool]]:
    found = []
    for row in evidence.results:
        events = (row.events_intervention, row.n_intervention, row.events_comparator, row.n_comparator)
        if row.outcome not in ("dissociation", "dizziness", "sedation") or comparator_kind(row) not in _PLACEBO:
            continue
        a, n1, c, n2 = events
        if a is not None and n1 and c is not None and n2:
            found.append((row, a / n1 > c / n2))
    return found


def more_frequent(evidence: Evidence) -> str | None:
    """Count the trials in which acute effects are more frequent with the drug; "every" if all."""
    found = _acute(evidence)
    if not found:
        return None
    trials = trials_of(row for row, _ in found)
    against = {row.trial for row, is_more in found if not is_more}
    return "every" if not against else f"{len(trials) - len(against)} of {len(trials)}"


def acute_behind(evidence: Evidence) -> str | None:
    """Count the trials with acute effects in both arms."""
    found = _acute(evidence)
    return counted(len(trials_of(row for row, _ in found)), "trial") if found else None


def urinary_places(evidence: Evidence) -> str | None:
    """Return how many trials count a urinary event, as a word."""
    return _word(len(trials_of(r for r in evidence.results if OUTCOMES[r.outcome].group == "urinary")))


def retention_on_ketamine(evidence: Evidence) -> str | None:
    """Return the people with urinary retention on ketamine in the trial against ECT."""
    row = _one(evidence, "ekstrand-2022", "urinary-retention")
    return _of(row.events_intervention, row.n_intervention) if row else None


def retention_on_ect(evidence: Evidence) -> str | None:
    """Return the people with urinary retention on ECT in the same trial."""
    row = _one(evidence, "ekstrand-2022", "urinary-retention")
    return _of(row.events_comparator, row.n_comparator) if row else None


def cystitis_over_years(evidence: Evidence) -> str | None:
    """Return the people with cystitis over two years of esketamine."""
    row = _one(evidence, "escape-lte", "cystitis")
    return _of(row.events_intervention, row.n_intervention) if row else None


def cohort_without_events(evidence: Evidence) -> str | None:
    """Return the size of the cohort in which nobody had urinary symptoms."""
    row = _one(evidence, "wilkinson-2018-yale", "cystitis")
    return str(row.n_intervention) if row and row.events_intervention == 0 else None


def resistant(evidence: Evidence) -> str | None:
    """Count the trials labelled treatment-resistant."""
    resistant = [rows for rows in evidence.trials.values() if rows[0].population == "TRD"]
    return f"{len(resistant)} of {len(evidence.trials)}"


def like_browne(evidence: Evidence) -> str | None:
    """List the references that resemble the one the article cites as Browne and others."""
    like = [
        r
        for r in evidence.references.values()
        if r.page == "101931" or any(author.family == "Browne" for author in r.authors)
    ]
    return "No record" if not like else listed([r.id for r in like])


def lener_authors(evidence: Evidence) -> str | None:
    """List the authors in the record of Lener and others."""
    found = evidence.references.get("Lener2017")
    return listed([author.family for author in found.authors]) if found and found.authors else None


def zheng_record(evidence: Evidence) -> str | None:
    """Return the journal of the nearest record by Zheng."""
    found = evidence.references.get("Zheng2020")
    return f"{found.container_title}, {found.year}" if found else None


SHAPES: Mapping[str, str] = MappingProxyType(
    {"supported": "●", "partly supported": "◐", "not supported": "○", "not assessed": "?"}
)
Compute = Callable[[Evidence], str | None]


@dataclass(frozen=True, slots=True)
class Check:
    """One number: what it is, where the explanation prints it (a pattern with one group), how it is computed.

    Without a pattern the number is shown beside the explanation and compared with nothing.
    """

    what: str
    pattern: str
    compute: Compute


@dataclass(frozen=True, slots=True)
class Found:
    """A check carried out: the number printed and the number the rows give now; None where there is none."""

    what: str
    printed: str | None
    live: str | None
    is_compared: bool

    @property
    def agrees(self) -> bool:
        """Whether the rows give what is printed; a number that is compared with nothing agrees."""
        return not self.is_compared or (self.printed is not None and self.printed == self.live)

    @property
    def in_words(self) -> str:
        """Both numbers, and whether they agree."""
        live = self.live or "the rows no longer give it"
        if not self.is_compared:
            return live
        if self.agrees:
            return f"{live}, as printed"
        return f"{live}; printed: {self.printed or 'not found in the explanation'}"


@dataclass(frozen=True, slots=True)
class Assessed:
    """A claim with its numbers computed again."""

    claim: Claim
    found: tuple[Found, ...]
    address: str

    @property
    def needs_review(self) -> bool:
        """Whether any printed number is not what the rows give now."""
        return not all(item.agrees for item in self.found)

    @property
    def verdict(self) -> str:
        """The verdict as shape and word."""
        return f"{SHAPES[self.claim.verdict]} {VERDICTS[self.claim.verdict].label}"


# What each explanation prints, where it prints it, and the row it comes from. The one place that knows the wording.
CHECKS: Mapping[str, tuple[Check, ...]] = MappingProxyType(
    {
        "onset-24h": (
            Check("Points lower on the MADRS at 24 hours", r"was ([\d.]+) points lower", murrough_difference),
            Check("95% CI of the difference", r"95% CI ([\d.]+ to [\d.]+)", murrough_interval),
            Check("Responded at 24 hours", r"(\d+% against \d+%) responded", murrough_response),
            Check("Certainty in the Cochrane review", r"against midazolam as ([a-z ]+)\.", cochrane_certainty),
        ),
        "onset-hours": (Check("Times with a difference reported", r"reported at ([^.]+?) in separate", early_times),),
        "duration-7d": (
            Check("Latest result of the trial held here", "", murrough_latest),
            Check("Published standardised difference on day 1", "", pooled_day_1),
            Check("Responded at 7 days, Lii 2023 (anaesthesia hid the drug)", "", masked_day_7),
        ),
        "response-70": (
            Check("Responded to the course", r"uncontrolled: (\d+ of \d+) patients", course_responders),
            Check("Per cent", r"\(([\d.]+%)\)", course_percent),
            Check("95% CI of the per cent (Wilson)", "", course_interval),
            Check("Infusions", r"up to (\w+) infusions", course_infusions),
            Check("Days", r"over (\d+) days", course_days),
        ),
        "duration-6m": (
            Check("Days responders were followed, at most", r"at most (\d+) days", followed_days),
            Check("Median days to relapse", r"infusion was (\d+) days", median_days),
            Check("Mean days of ten of the same patients", r"The (\d+) days \(mean\)", same_people_days),
            Check("Mean days, Shiroma 2014", r"other people report (\d+) days", shiroma_days),
            Check("People that mean is of", r"mean of the (\w+) who relapsed", shiroma_relapsed),
            Check("Median days, Albott 2018", r"and (\d+) days \(median\)", albott_days),
        ),
        "duration-more": (
            Check("Relapsed, treatment went on", r"(\d+ of \d+) stable remitters", going_on),
            Check("Relapsed, treatment stopped", r"and (\d+ of \d+) when", stopping),
            Check("Hazard ratio", r"hazard ratio ([\d.]+),", hazard),
            Check("95% CI of the hazard ratio", r"95% CI ([\d.]+ to [\d.]+)", hazard_interval),
        ),
        "safety-acute": (
            Check("More frequent than with placebo in", r"in (\w+) trial here", more_frequent),
            Check("Trials that report both arms", "", acute_behind),
        ),
        "safety-long": (
            Check("Trials that count a urinary event", r"counted in (\w+) places", urinary_places),
            Check("Urinary retention on ketamine", r"retention in (\d+ of \d+) on ketamine", retention_on_ketamine),
            Check("Urinary retention on ECT", r"against (\d+ of \d+) on ECT", retention_on_ect),
            Check("Cystitis over about two years", r"cystitis in (\d+ of \d+) over", cystitis_over_years),
            Check("Cohort without a urinary event", r"none in a cohort of (\d+)", cohort_without_events),
        ),
        "trd-definition": (Check("Trials here labelled treatment-resistant", "", resistant),),
        "reference-browne": (Check("Records like it in the references here", r"^(No record)", like_browne),),
        "reference-lener": (Check("Authors of the record", r"lists (.+) as its authors", lener_authors),),
        "reference-zheng": (Check("The nearest record", r"in the (Journal .+?)\.?$", zheng_record),),
    }
)
# Where each statement can be looked at: the page, the question it asks, a trial. A topic may not ask that question.
_VIEWS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "onset-24h": ("response", "midazolam", ""),
        "onset-hours": ("onset", "everything", ""),
        "duration-7d": ("duration", "placebo", ""),
        "response-70": ("trials", "everything", "murrough-2013b"),
        "duration-6m": ("duration", "repeated", ""),
        "duration-more": ("duration", "esketamine", ""),
        "safety-acute": ("safety", "esketamine", ""),
        "safety-long": ("safety", "everything", ""),
        "benefit-risk": ("summary", "esketamine", ""),
    }
)


def _view(claim: str) -> str:
    """Return the address where a statement can be looked at; empty where this topic has no such view."""
    if claim == "trd-definition":
        return address("trials", "everything", {"population": ["TRD"]})
    page, preset, trial = _VIEWS.get(claim, ("", "", ""))
    if preset not in PRESETS:
        return ""
    return address(page, preset, trial=trial) if trial else address(page, preset)


def assess(evidence: Evidence, claim: Claim) -> Assessed:
    """Recompute every number in the explanation of a claim."""
    found = []
    for check in CHECKS.get(claim.claim, ()):
        printed = re.search(check.pattern, claim.explanation) if check.pattern else None
        live = check.compute(evidence)
        found.append(Found(check.what, printed[1] if printed else None, live, bool(check.pattern)))
    return Assessed(claim, tuple(found), _view(claim.claim))


def assess_all(evidence: Evidence) -> tuple[Assessed, ...]:
    """Assess every claim, in the order of the file."""
    return tuple(assess(evidence, claim) for claim in evidence.claims)


def trial_address(trial: str) -> str:
    """Return the address of a trial's card."""
    return address("trials", trial=trial)


def headline(items: Iterable[Assessed]) -> str:
    """Count the statements with each verdict."""
    assessed = tuple(items)
    counts = {name: sum(item.claim.verdict == name for item in assessed) for name in VERDICTS}
    parts = [f"{n} {VERDICTS[name].label.lower()}" for name, n in counts.items() if n]
    return f"Of {counted(len(assessed), 'statement')}, {listed(parts)}" if assessed else "No statement is held"


def to_review(items: Iterable[Assessed]) -> str:
    """Name the verdicts that rest on numbers which have since changed, or say that there are none."""
    assessed = tuple(items)
    moved = [item.claim.statement.rstrip(".") for item in assessed if item.needs_review]
    compared = sum(found.is_compared for item in assessed for found in item.found)
    if not moved:
        return f"All {counted(compared, 'printed number')} were computed again from the rows just now and agree."
    return f"To be reviewed, because the rows no longer give what is printed: {listed([f'“{one}”' for one in moved])}."
