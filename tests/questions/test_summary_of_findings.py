import csv
import io
import re
from html.parser import HTMLParser

import pytest
from docx import Document

from evidence.export import summary_of_findings as summary_export
from evidence.questions import summary_of_findings as summary_question
from evidence.report.tables import summary_of_findings as summary_tables
from evidence.selection.selection import PRESETS, Selection, apply
from tests.support.builders import counted, difference, published, result
from tests.support.harm_rows import of_esketamine


def review(**cells):
    return published(**({"effect_measure": "OR", "effect": 2.5, "ci_high": 6.2, "k": 1, "n": 72} | cells))


def summarise(*rows, reviews=()):
    return summary_question.summarise(rows, reviews, "A selection")


MURROUGH = counted(30, 47, 7, 25)


def line_of(*rows, reviews=()):
    return summarise(*rows, reviews=reviews).lines[0]


def test_a_trial_gives_its_own_numbers():
    line = line_of(MURROUGH)
    assert line.comparator == "28 per 100"
    assert line.drug == "64 per 100 (33 to 100)"  # 0.28 × 2.28 (1.17 to 4.43)
    assert line.difference == "36 more per 100 (5 to 72 more)"
    assert line.relative == "RR 2.28 (1.17 to 4.43)"
    assert line.behind == "72 people, 1 trial"


def test_the_difference_is_that_of_the_numbers_shown(evidence):
    rows = apply(evidence.results, Selection("midazolam").criteria())
    line = summary_question.summarise(rows, evidence.reviews, "").lines[0]
    shown = [int(re.match(r"\d+", text)[0]) for text in (line.drug, line.comparator, line.difference)]
    assert shown[0] - shown[1] == shown[2]


def test_scores_are_points_and_have_no_risk():
    line = line_of(difference(-7.95, -12.71, -3.2))
    assert (line.title, line.comparator, line.drug, line.relative) == ("Symptoms, 24 hours", "—", "—", "—")
    assert line.difference == "8.0 points lower (−12.7 to −3.2)"
    assert "scores are 8.0 points lower (−12.7 to −3.2) with ketamine than with midazolam" in line.statement


@pytest.mark.parametrize(
    ("certainty", "start"),
    [
        ("high", "Ketamine raises response. At 24 hours about 64"),
        ("moderate", "Ketamine probably raises response. At 24 hours about 64"),
        ("low", "Ketamine may raise response. At 24 hours about 64"),
        ("very low", "The evidence is very uncertain about the effect of ketamine on response. At 24 hours about 64"),
        (None, "At 24 hours about 64"),
    ],
)
def test_the_published_certainty_sets_the_verb(certainty, start):
    line = line_of(MURROUGH, reviews=[review(certainty=certainty)])
    assert line.statement.startswith(start)
    assert line.statement.endswith("Certainty not rated.") is (certainty is None)


def test_an_interval_that_includes_no_difference_is_said_so():
    line = line_of(counted(6, 20, 5, 20), reviews=[review(certainty="moderate")])
    assert line.statement.startswith(
        "Smith review: odds ratio of response 2.50 (95% CI 1.00 to 6.20; 1 trial, 72 people; moderate certainty). "
        "Ketamine may result in little to no difference in response, but the interval extends in both directions."
    )
    assert "fewer" in line.difference
    assert "more" in line.difference


def test_certainty_has_its_source_and_only_a_published_one():
    rated = line_of(MURROUGH, reviews=[review(certainty="very low")])
    assert rated.certainty.endswith("Very low certainty")
    assert rated.reason.startswith("Rated by Smith review on 1 trial, 72 people.")
    unrated = line_of(MURROUGH, reviews=[review()])
    assert unrated.certainty == "not rated"
    assert unrated.reason == "Smith review pooled the same question without rating its certainty."
    assert line_of(MURROUGH).reason == "No review in these data rates the same question."


def test_fewer_people_and_as_many_people():
    fewer = line_of(counted(2, 40, 10, 40, outcome="serious-adverse-event"))
    assert fewer.difference.startswith("20 fewer per 100 (5 to 25 fewer)")
    same = line_of(counted(1, 20, 1, 20, outcome="serious-adverse-event"))
    assert same.difference.startswith("as many (5 fewer to ")


def test_a_table_is_about_one_comparison():
    rows = [
        counted(30, 47, 7, 25, trial="a"),
        counted(8, 20, 5, 20, trial="b", comparator="saline"),
        counted(9, 20, 8, 20, trial="c", comparator="ECT"),
    ]
    found = summarise(*rows)
    assert found.lines[0].answer.k == 2
    assert found.elsewhere == ("ECT",)
    assert any("results against ECT are left out" in note for note in summary_tables.notes(found))
    assert any(
        "Different comparators are pooled in: response, 24 hours" in note for note in summary_tables.notes(found)
    )


def test_relapse_is_that_of_randomised_withdrawals_only():
    relapse = {"outcome": "relapse", "hours": 2000, "comparator": "placebo"}
    follow_up = counted(3, 10, 5, 10, trial="b", **relapse)
    assert summarise(follow_up).lines == ()
    withdrawn = counted(24, 90, 39, 86, design="withdrawal", anchor="randomisation", **relapse)
    line = line_of(withdrawn, follow_up)
    assert (line.title, line.answer.k) == ("Relapse after randomised withdrawal", 1)
    assert line.comparator == "45 per 100"


def test_harms_leave_out_randomised_withdrawals_as_the_safety_page_does(evidence):
    rows = apply(evidence.results, Selection("esketamine").criteria())
    found = summary_question.summarise(rows, evidence.reviews, "")
    (line,) = [line for line in found.lines if line.name == "dissociation"]
    harm = of_esketamine(evidence, "dissociation")
    assert line.answer.pooled == harm.difference.pooled
    assert line.answer.k >= 5
    assert found.withdrawn == ("Daly 2019",)
    assert any("Harms leave out randomised withdrawals" in note for note in summary_tables.notes(found))


def test_a_harm_that_nobody_had_is_said_so_and_is_not_missing():
    found = summarise(counted(0, 9, 0, 8, outcome="serious-adverse-event"))
    assert (found.lines, found.nobody) == ((), ("Serious adverse event (1 trial, 17 people)",))
    assert "Serious adverse event" not in found.missing
    (note,) = [note for note in summary_tables.notes(found) if note.startswith("Nobody had it in either arm")]
    assert note.endswith("serious adverse event (1 trial, 17 people).")


def test_of_a_harm_that_nobody_on_the_comparator_had_the_difference_is_said_and_not_a_ratio_to_nothing():
    left = {"outcome": "discontinuation-any-cause", "comparator": "placebo"}
    found = summarise(counted(2, 40, 0, 40, trial="a", **left), counted(0, 20, 0, 20, trial="b", **left))
    (line,) = found.lines
    # Mantel-Haenszel by hand, nothing added: (2·40/80 + 0) / (40·40/80 + 20·20/40) = 1/30.
    pooled = 1 / 30
    assert line.answer.pooled.estimate == pytest.approx(pooled, abs=1e-9)
    assert (line.comparator, line.relative, line.behind) == ("0 per 100", "—", "120 people, 2 trials")
    assert line.drug.startswith(f"{100 * pooled:.0f} per 100 (")


def test_a_good_outcome_that_nobody_on_the_comparator_had_has_its_ratio_alone():
    (line,) = summarise(counted(4, 40, 0, 40)).lines
    assert (line.comparator, line.drug, line.difference) == ("—", "—", "—")
    assert line.relative.startswith("RR 9.00 (")  # (4.5/40.5) / (0.5/40.5)


def test_without_results_the_table_is_empty_and_says_what_is_missing():
    found = summarise()
    assert found.lines == ()
    assert len(found.missing) == 10
    assert summary_tables.summary_frame(found).empty
    assert summarise(result(comparator="none", percent_intervention=70.0)).lines == ()


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_has_sound_cells(evidence, preset):
    selection = Selection(preset)
    rows = apply(evidence.results, selection.criteria())
    found = summary_question.summarise(rows, evidence.reviews, str(selection))
    assert found.lines
    assert len(found.lines) + len(found.missing) + len(found.nobody) == 10
    text = " ".join(cell for cells in summary_tables.summary_rows(found) for cell in cells)
    assert not re.search(r"\bnan\b|None|\binf\b|signific", text)
    known = {r.label for r in evidence.reviews if r.certainty}
    for line in found.lines:
        assert line.review is None or line.review.label in known


def shipped(evidence):
    selection = Selection("midazolam")
    found = summary_question.summarise(apply(evidence.results, selection.criteria()), evidence.reviews, str(selection))
    keys = dict.fromkeys(r.citation for r in found.results)
    return found, [evidence.references[key] for key in keys]


class Cells(HTMLParser):
    def __init__(self):
        super().__init__()
        self.cells, self.tags, self.inside = [], [], False

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("td", "th"):
            self.inside = True
            self.cells.append("")

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.cells[-1] += data


def test_html_reads_back_and_needs_nothing_else(evidence):
    found, references = shipped(evidence)
    page = summary_export.to_html(found, references, "abcd1234")
    read = Cells()
    read.feed(page)
    assert read.cells == [
        *summary_tables.headings(found),
        *(cell for row in summary_tables.summary_rows(found) for cell in row),
    ]
    assert not [tag for tag, attrs in read.tags if "src" in attrs or tag in ("script", "link")]
    assert "Data version abcd1234" in page
    assert all(f"doi:{r.doi}" in page for r in references if r.doi)


def test_html_is_escaped():
    found = summary_question.summarise([MURROUGH], [], "<script>alert(1)</script>")
    assert "<script>" not in summary_export.to_html(found, [], "x")


def test_csv_reads_back(evidence):
    found, _ = shipped(evidence)
    rows = list(csv.reader(io.StringIO(summary_export.summary_csv(found).decode("utf-8-sig"))))
    assert tuple(rows[0]) == summary_tables.headings(found)
    assert [tuple(row) for row in rows[1:]] == summary_tables.summary_rows(found)


def test_docx_reads_back(evidence):
    found, references = shipped(evidence)
    document = Document(io.BytesIO(summary_export.to_docx(found, references, "abcd1234")))
    (table,) = document.tables
    cells = [tuple(cell.text for cell in row.cells) for row in table.rows]
    assert cells == [summary_tables.headings(found), *summary_tables.summary_rows(found)]
    assert document.sections[0].page_width > document.sections[0].page_height
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Data version abcd1234" in text
    assert found.title in text
    assert "tblHeader" in table.rows[0]._tr.xml


def test_exports_of_an_empty_table_are_files_all_the_same():
    found = summarise()
    assert "<table>" in summary_export.to_html(found, [], "x")
    assert Document(io.BytesIO(summary_export.to_docx(found, [], "x"))).tables
    assert summary_export.summary_csv(found).decode("utf-8-sig").startswith("Outcome,")


def test_relapse_is_a_hazard_ratio_of_the_strata_of_one_trial(evidence):
    rows = apply(evidence.results, Selection("repeated").criteria())
    line = next(item for item in summary_question.summarise(rows, (), "").lines if item.name == "relapse")
    # Daly 2019: hazard ratios 0.49 (0.29 to 0.84) and 0.30 (0.16 to 0.55), one common ratio; 50% relapsed on placebo.
    assert line.relative == "HR 0.40 (0.27 to 0.59)"
    assert line.behind == "297 people, 1 trial"
    assert "While people were followed about 24 (17 to 34) of 100 people relapse with esketamine" in line.statement
