"""Each page in plain words: its question and a few short sentences; what a page is for that answers no question."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from evidence.content import claims
from evidence.dataset.evidence import Evidence
from evidence.formatting import count, counted
from evidence.questions import blinding
from evidence.questions import risk_of_bias as bias
from evidence.report import plain_language as answers
from evidence.report.plain_language import Asked, Plain
from evidence.report.plain_words import time
from evidence.selection.selection import Selection, headcount, trials_of

_BY_CHANCE = ("parallel", "crossover", "withdrawal")


def plain(page: str, evidence: Evidence, selection: Selection) -> Plain:
    """A page in plain words; a page about the work behind the answers says what it is for."""
    asked = Asked(evidence, selection)
    if page in _ANSWERS:
        return _ANSWERS[page](asked) if asked.rows else Plain("What do the studies say?", "No study fits this choice.")
    return Plain(
        *_WORK.get(page, ("What is this page for?", "It has no short version. Turn plain words off to see it."))
    )


def is_answer(page: str) -> bool:
    """Whether a page answers a question on the drug, and has its answer in plain words."""
    return page in _ANSWERS


def _blinding(asked: Asked) -> Plain:
    held = trials_of(row for row in asked.rows if row.is_controlled)
    kinds = [blinding.masking(rows[0]) for rows in held.values()]
    same, open_ = kinds.count("active"), kinds.count("inert") + kinds.count("open")
    pooled = blinding.scope(asked.evidence.results, asked.selection, *blinding.FIRST)
    felt = blinding.felt(pooled.results, (entry.trial for entry in pooled.answer.used))
    answer = "Many people can feel that they got the drug. Then hope alone may make them feel better."
    more = ["So the real gap may be smaller than it looks."]
    if same:
        more.append(
            f"Here, {counted(same, 'study', 'studies')} of {len(held)} gave the others a drug that is felt, too. That "
            "makes it harder to tell."
        )
    if open_:
        more.append(f"In {counted(open_, 'study', 'studies')} people could easily tell, or knew, what they got.")
    if felt.drug is not None and felt.comparator is not None:
        drug, control = (100 * arm.events / arm.n for arm in (felt.drug, felt.comparator))
        more.append(
            f"Of 100 people on the drug, {drug:.0f} felt cut off from the world. In the other groups it was "
            f"{control:.0f}."
        )
    return Plain("Did people know what they got?", answer, tuple(more))


def _bias(asked: Asked) -> Plain:
    found = bias.board(asked.rows, asked.evidence.judgements)
    worst = [line for line in found.judged if any("high" in cell.verdicts for cell in line.cells)]
    judged, total = len(found.judged), len(found.lines)
    answer = f"Experts have checked {judged} of {counted(total, 'study', 'studies')} here for weak points."
    if not judged:
        answer = "No report that we hold has checked these studies for weak points."
    grave = f"In {counted(len(worst), 'study', 'studies')} they found a grave weak point."
    more = [grave if worst else "In none of them did they find a grave weak point."] if judged else []
    more.append(
        "A weak point can make a drug look better than it is. One such point is when people can tell what they got."
    )
    if total > judged:
        more.append(f"We hold no check of the other {total - judged}, so we can not say how good they are.")
    return Plain("Can we trust the studies?", answer, tuple(more))


def _claims(asked: Asked) -> Plain:
    items = claims.assess_all(asked.evidence)
    verdicts = [item.claim.verdict for item in items]
    good, part, bad = (verdicts.count(name) for name in ("supported", "partly supported", "not supported"))
    answer = (
        f"A known article says {len(items)} things on ketamine. {good} hold up, {part} hold up in part, {bad} do not."
    )
    words = {"supported": "Holds up", "partly supported": "In part", "not supported": "Does not hold up"}
    quoted = tuple(f"{words.get(i.claim.verdict, 'Not checked')}: {i.claim.statement}" for i in items)
    return Plain("Is the article right?", answer, ("We set each point beside what the studies found.",), None, quoted)


def _patient(asked: Asked) -> Plain:
    found = headcount(asked.evidence.results)
    answer = f"We hold {found.trials} studies with about {count(found.people)} people. They may not be like you."
    more = (
        "Turn plain words off to choose age, illness, dose and more. The page then counts the studies of such people.",
        "A study of other people may not tell what will happen to you. Talk to your doctor.",
    )
    return Plain("Is it right for me?", answer, more)


def _trials(asked: Asked) -> Plain:
    found = headcount(asked.rows)
    sizes = [rows[0].n_randomised for rows in trials_of(asked.rows).values()]
    known = sorted(size for size in sizes if size is not None)
    studies = counted(found.trials, "study", "studies")
    answer = f"Your choice holds {studies} with about {count(found.people)} people."
    more = []
    if known:
        middle = known[len(known) // 2]
        more.append(f"The biggest had {count(known[-1])} people. Half of them had {count(middle)} or fewer.")
    chance = sum(rows[0].design in _BY_CHANCE for rows in trials_of(asked.rows).values())
    if chance:
        more.append(
            f"In {chance} of them, chance alone said who got which drug. That makes the groups alike, so that we can "
            "compare them."
        )
    more.append(f"The last look at people came after {time(max(row.hours for row in asked.rows))}.")
    return Plain("Which studies are there?", answer, tuple(more))


_ANSWERS: Mapping[str, Callable[[Asked], Plain]] = MappingProxyType(
    {
        "overview": answers.overview_in_plain,
        "onset": answers.onset_in_plain,
        "response": answers.response_in_plain,
        "duration": answers.duration_in_plain,
        "safety": answers.safety_in_plain,
        "blinding": _blinding,
        "bias": _bias,
        "summary": answers.summary_in_plain,
        "claims": _claims,
        "patient": _patient,
        "trials": _trials,
    }
)
_FOR = "What is this page for?"
_WORK: Mapping[str, tuple[str, str, tuple[str, ...]]] = MappingProxyType(
    {
        "methods": (_FOR, "It shows how we work out each number.", ("It is made for people who want to check us.",)),
        "quality": (_FOR, "It lists what is wrong or thin in our data.", ("It helps us to mend mistakes.",)),
        "add": (_FOR, "Here a person can add a new study.", ("Each row is checked before it is kept.",)),
        "compare": (_FOR, "It sets two versions of the data side by side.", ("You see what a new study has changed.",)),
        "dictionary": (_FOR, "It says what each column of the data means.", ("It is made for people who add data.",)),
        "background": (
            "What should I know first?",
            "Ketamine is a drug that puts people to sleep. In small doses some doctors give it for deep low mood.",
            ("The full page tells more. Turn plain words off to read it.",),
        ),
        "export": (_FOR, "Here you can save what you see as a file.", ("One of the files is a page to print.",)),
        "seminar": (_FOR, "It helps a teacher to show the studies step by step.", ()),
    }
)
