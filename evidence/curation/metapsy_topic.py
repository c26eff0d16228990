"""What a converted data set is about, as topic.toml and questions.csv say it: to be checked, corrected and added to.

Everything here is counted from the rows: the most frequent treatment, the times that most trials measured, the
comparators that several trials used.
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from evidence.curation.metapsy import Conversion
from evidence.curation.metapsy_words import CATEGORIES
from evidence.dataset.declared import TIMES_OF_ONE_DOSE
from evidence.dataset.fields import slug_of
from evidence.dataset.vocabulary import COMPARATORS

_WEEK = 168.0
_SOON = 31 * 24.0  # hours: the end of the bins of one dose, before the last
_LONGEST_CODE = 3
_MOST_QUESTIONS, _FEWEST_TRIALS = 6, 3


class _Span(NamedTuple):
    value: str
    low: float
    high: float
    centre: float
    label: str
    short: str
    phrase: str
    spoken: str


_END = _Span("end", 0, 0, 0, "End of treatment", "end", "at the end of treatment", "the end of treatment")
_WEEKS = (
    _Span("4w", 0, 6, 4, "Up to 6 weeks", "to 6 wk", "within 6 weeks", "4 weeks"),
    _Span("8w", 6, 10, 8, "6 to 10 weeks", "8 wk", "at 6 to 10 weeks", "8 weeks"),
    _Span("12w", 10, 17, 12, "10 to 17 weeks", "12 wk", "at 10 to 17 weeks", "12 weeks"),
    _Span("6m", 17, 39, 26, "4 to 9 months", "6 mo", "at 4 to 9 months", "6 months"),
    _Span("12m", 39, 78, 52, "9 to 18 months", "12 mo", "at 9 to 18 months", "12 months"),
    _Span("later", 78, math.inf, 104, "After 18 months", "later", "after 18 months", "2 years"),
)


def topic_of(made: Conversion, shorthand: str = "") -> bytes:
    """Write topic.toml: what the data set is about, as far as its rows and its name say it."""
    drug = first_drug(made)
    name, condition = name_of(made, drug), condition_of(made, shorthand)
    inside = _inside(name)
    prefix = slug_of(drug)[:40].strip("-") or "evidence"
    whole = f"{name} for {condition}" if condition else name
    what = f"{inside} in {condition}" if condition else inside
    bins = time_bins(made)
    lines = [
        "# The settings of this topic; check and correct them.",
        "",
        f"title = {_toml(f'{whole}: what the trials show')}",
        f"subject = {json.dumps(what, ensure_ascii=False)}",
        f"drug = {json.dumps(inside, ensure_ascii=False)}",
        f'file_prefix = "{prefix}"',
        f"anchors = {json.dumps(sorted({row['anchor'] for row in made.results}))}",
        f"usual_times = {json.dumps(usual_times(made, bins))} # those that most trials measured",
    ]
    if condition:
        lines += [f"{key} = {json.dumps(condition, ensure_ascii=False)}" for key in ("condition", "plain_condition")]
    words = {"condition": condition, "intervention": inside}
    lines += ["", "[search]", *(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in words.items())]
    for span in bins:
        lines += ["", "[[time_bin]]", *(f"{key} = {_toml(value)}" for key, value in span._asdict().items())]
    return ("\n".join(lines) + "\n").encode()


def _toml(value: str | float) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return "inf" if math.isinf(value) else f"{value:.10g}"


def questions_of(made: Conversion) -> tuple[dict[str, str], ...]:
    """Return the questions that readers start from: the most frequent treatment against any control, then its parts."""
    drug = first_drug(made)
    name = name_of(made, drug)
    asked = [{"name": "main", "label": f"{name} vs any control", "intervention": drug}]
    trials: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in made.results:
        trials[row["intervention"], row["comparator"]].add(row["trial"])
    others: dict[str, set[str]] = defaultdict(set)
    for (other, _), members in trials.items():
        others[other] |= members
    pairs = sorted(trials, key=lambda pair: -len(trials[pair]))
    for treatment, comparator in pairs:
        if treatment == drug and len(trials[treatment, comparator]) >= _FEWEST_TRIALS and len(asked) < _MOST_QUESTIONS:
            against = _inside(_label(made, "comparator", comparator))
            label = f"{name} vs {against}"
            asked.append({"name": comparator, "label": label, "intervention": drug, "comparator": comparator})
    for treatment in sorted(others, key=lambda one: -len(others[one])):
        if treatment != drug and len(others[treatment]) >= _FEWEST_TRIALS and len(asked) < _MOST_QUESTIONS:
            label = f"{name_of(made, treatment)} vs any control"
            asked.append({"name": treatment, "label": label, "intervention": treatment})
    unique = {slug_of(one["name"]): one for one in reversed(asked)}
    return tuple({**one, "name": name} for name, one in reversed(unique.items()))


def first_drug(made: Conversion) -> str:
    """Return the treatment that most trials gave."""
    trials: dict[str, set[str]] = defaultdict(set)
    for row in made.results:
        trials[row["intervention"]].add(row["trial"])
    return max(trials, key=lambda name: len(trials[name]))


def name_of(made: Conversion, drug: str) -> str:
    """Return the label of a treatment, as a title takes it."""
    return _label(made, "intervention", drug).translate({ord("<"): None, ord(">"): None})[:100]


def _label(made: Conversion, name: str, value: str) -> str:
    own = made.words.get(name, {}).get(value, {}).get("label")
    if own:
        return own
    return COMPARATORS[value].label if name == "comparator" and value in COMPARATORS else value


def _inside(label: str) -> str:
    """Write a label as inside a sentence: an abbreviation keeps its capitals."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def condition_of(made: Conversion, shorthand: str = "") -> str:
    """Return what is treated: the category of most outcomes, else what the data set's short name begins with; or ""."""
    category = made.category or shorthand.strip().partition("-")[0]
    known = CATEGORIES.get("".join(filter(str.isalnum, category.casefold())), category)
    letters = known.translate(dict.fromkeys(map(ord, " –-")))
    return _inside(known) if len(known) > _LONGEST_CODE and letters.isalpha() else ""


def time_bins(made: Conversion) -> tuple[_Span, ...]:
    """Return the time bins, in hours: none, for those of one dose, where most results were measured within a month."""
    has_end = any(row["anchor"] == "end-of-treatment" for row in made.results)
    timed = [float(row["hours"]) for row in made.results if row["anchor"] != "end-of-treatment"]
    is_soon = sum(hours <= _SOON for hours in timed) * 2 >= len(timed) and bool(timed)
    if is_soon and not has_end:
        return ()
    if is_soon:
        spans = [_Span(*(getattr(one, name) for name in _Span._fields)) for one in TIMES_OF_ONE_DOSE]
    else:
        spans = [_in_hours(one) for one in _WEEKS]
    if has_end:
        spans = [_END, spans[0]._replace(low=0.01), *spans[1:]]
    return tuple(spans)


def _in_hours(span: _Span) -> _Span:
    """Return a span of weeks in hours, beginning after the one before has ended."""
    low = round(span.low * _WEEK + (0.01 if span.low else 0), 2)
    return span._replace(low=low, high=span.high * _WEEK, centre=span.centre * _WEEK)


def usual_times(made: Conversion, bins: Sequence[_Span]) -> list[str]:
    """Return the values of at most three bins: first the one that most trials measured, then the others by time."""
    known: Iterable[tuple[str, float, float]] = [(b.value, b.low, b.high) for b in (bins or TIMES_OF_ONE_DOSE)]
    counts: Counter[str] = Counter()
    for trial, hours in {(row["trial"], float(row["hours"])) for row in _chief(made.results)}:
        del trial
        counts.update(value for value, low, high in known if low <= hours <= high)
    order = [value for value, _, _ in known]
    most = [value for value, _ in sorted(counts.items(), key=lambda one: (-one[1], order.index(one[0])))[:3]]
    return [*most[:1], *sorted(most[1:], key=order.index)]


def _chief(results: Sequence[Mapping[str, str]]) -> Sequence[Mapping[str, str]]:
    """Return the primary results, where the data set names any; else all."""
    return [row for row in results if row["primary"] == "yes"] or results
