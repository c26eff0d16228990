import shutil
from pathlib import Path

import pytest

from evidence.curation import store
from evidence.curation.column_mapping import ColumnMapping, mapping_of, read_mapping
from evidence.curation.patch import merged
from evidence.curation.risk_of_bias import columns_of, guess_columns, guess_tool, read_judgements
from evidence.curation.store import Refused, Saved
from evidence.curation.upload import read_upload
from evidence.dataset.evidence import DATA, digest_of, load
from evidence.dataset.records import Judgement
from evidence.dataset.vocabulary import ROB_DOMAINS, ROB_JUDGEMENTS, TOOL_WORDS
from evidence.questions import risk_of_bias as bias
from tests.support.builders import result

ROWS = (
    result(trial="murrough-2013a", label="Murrough 2013a"),
    result(trial="zarate-2006", label="Zarate 2006"),
)
ROB1, ROB2, ROBINS = TOOL_WORDS
NUMBERED = "Study,D1,D2,D3,D4,D5,D6,D7,Overall,Weight\n"


def read(text, tool=None, mapping=None, rows=ROWS):
    table = read_upload(text if isinstance(text, bytes) else text.encode()).table
    tool = tool or guess_tool(table)
    mapping = mapping or guess_columns(table.columns, tool)
    return read_judgements(table, mapping, tool, rows, "Kishimoto2016", "Table S2")


def codes(found):
    return [(fault.line, fault.column, fault.code) for fault in found.problems]


def said(found):
    return [(item.domain, item.judgement) for item in found.judgements]


def test_numbered_columns_are_the_domains_of_the_tool_in_order():
    found = read(NUMBERED + "Murrough 2013a,Low,High,Unclear,high risk,+,?,-,High,33.3\n")
    assert said(found) == list(
        zip(TOOL_WORDS[ROB1].domains, ("low", "high", "unclear", "high", "low", "unclear", "high"), strict=True)
    )
    # RoB 1 has no overall judgement: the column is named, not lost without a word. Weights are nobody's judgement.
    assert codes(found) == [(1, "", "column-left-out")]
    assert found.left_out == ("Overall", "Weight")
    first = found.judgements[0]
    assert isinstance(first, Judgement)
    assert (first.trial, first.tool, first.citation, first.locator) == (
        "murrough-2013a",
        ROB1,
        "Kishimoto2016",
        "Table S2",
    )


def test_the_template_of_rob_2():
    found = read("Study,D1,D2,D3,D4,D5,Overall,Weight\nZarate 2006,Low,Some concerns,Low,High,Low,High,1\n")
    assert {item.tool for item in found.judgements} == {ROB2}
    assert said(found) == [
        ("randomisation-process", "low"),
        ("deviations-from-intended-interventions", "some concerns"),
        ("missing-outcome-data", "low"),
        ("measurement-of-the-outcome", "high"),
        ("selection-of-the-reported-result", "low"),
        ("overall", "high"),
    ]
    assert found.problems == ()


def test_the_template_of_robins_i_is_told_from_rob_1_by_its_words():
    text = NUMBERED + "Zarate 2006,Moderate,Low,Serious,Low,No information,Low,Critical,Critical,1\n"
    found = read(text)
    assert {item.tool for item in found.judgements} == {ROBINS}
    assert said(found)[0] == ("confounding", "moderate")
    assert said(found)[-1] == ("overall", "critical")
    assert len(found.judgements) == 8
    assert found.problems == ()


def test_domains_in_words_as_tools_and_robvis_write_them():
    text = "Study,Random.sequence.generation.,Blinding.of.participants.and.personnel,Other sources of bias,Weight\n"
    found = read(text + "zarate-2006,Low risk of bias,UNCLEAR, high risk ,1\n")
    assert said(found) == [
        ("random-sequence-generation", "low"),
        ("blinding-of-participants-and-personnel", "unclear"),
        ("other-bias", "high"),
    ]
    words = "Study;Bias arising from the randomization process;Bias due to missing outcome data;Overall bias\n"
    found = read(words + "Zarate 2006;Low;Some concerns;Some concerns\n")
    assert {item.tool for item in found.judgements} == {ROB2}
    assert [domain for domain, _ in said(found)] == ["randomisation-process", "missing-outcome-data", "overall"]


@pytest.mark.parametrize("tool", TOOL_WORDS)
def test_every_domain_is_found_by_its_label_and_its_value(tool):
    domains = TOOL_WORDS[tool].domains
    for header in ([ROB_DOMAINS[name].label for name in domains], domains):
        assert tuple(guess_columns(["Study", *header], tool).columns.values()) == ("study", *domains)
        table = read_upload(",".join(["Study", *header]).encode() + b"\nx" + b"," * len(header)).table
        assert guess_tool(table) == tool


@pytest.mark.parametrize("tool", TOOL_WORDS)
def test_every_word_of_the_vocabulary_belongs_to_a_tool(tool):
    assert set(TOOL_WORDS[tool].judgements) <= set(ROB_JUDGEMENTS) == set(bias.WORST_FIRST) == set(bias.MARKS)
    assert set(ROB_DOMAINS) == {name for words in TOOL_WORDS.values() for name in words.domains}


@pytest.mark.parametrize(
    ("tool", "word"),
    [
        *[(ROB1, word) for word in ("Lowish", "hgih", "H", "L", "likely", "Serious", "No information", "NA", "x")],
        *[(ROB1, "Some concerns"), (ROB2, "Unclear"), (ROB2, "?"), (ROB2, "-"), (ROB2, "x"), (ROBINS, "High")],
        *[(ROBINS, "Serius"), (ROBINS, "-"), (ROBINS, "!")],
    ],
)
def test_a_word_that_is_no_judgement_of_the_tool_is_queried_never_guessed(tool, word):
    domains = TOOL_WORDS[tool].domains
    text = f"Study,{','.join(domains)}\nMurrough 2013a,{word}{',Low' * (len(domains) - 1)}\n"
    found = read(text, tool)
    assert codes(found) == [(2, domains[0], "unknown-term")]
    assert domains[0] not in {item.domain for item in found.judgements}
    assert len(found.judgements) == len(domains) - 1
    assert f"Judgements of {tool} are low risk" in found.problems[0].fix


def test_a_mistyped_word_is_offered_but_not_taken():
    (fault,) = [f for f in read(NUMBERED + "Murrough 2013a,hgih,,,,,,,,\n", ROB1).problems if f.is_blocking]
    assert fault.fix.startswith("Did you mean “high”?")


def test_a_blank_cell_is_no_judgement_and_no_fault():
    found = read("Study,D1,D2,D3,D4,D5\nMurrough 2013a,Low,,,,\n")
    assert len(found.judgements) == 1
    assert found.problems == ()


def test_numbers_that_are_not_the_tools_are_mapped_by_nobody():
    assert dict(guess_columns(["Study", "D1", "D2", "D3"], ROB1).columns) == {"Study": "study"}
    found = read("Study,D1,D2,D3\nMurrough 2013a,Low,Low,Low\n")
    assert found.judgements == ()
    assert [code for _, _, code in codes(found)] == ["column-left-out"] * 3


def test_the_reader_maps_what_is_not_guessed_and_keeps_the_mapping():
    mapping = ColumnMapping({"Trial arm": "study", "Lost?": "incomplete-outcome-data"})
    kept = read_mapping(mapping.to_json().encode(), columns_of(ROB1))
    assert kept == mapping
    found = read("Trial arm,Lost?,Remark\nZarate 2006,High,none\n", ROB1, kept)
    assert said(found) == [("incomplete-outcome-data", "high")]
    assert found.left_out == ("Remark",)
    fault = mapping_of({"columns": {"D1": "confounding"}}, columns_of(ROB1))
    assert "there is no column “confounding”" in fault.message


def test_an_unknown_study_and_a_study_twice_are_findings():
    text = "Study,Selective reporting\nMurrogh 2013a,Low\nZarate 2006,Low\nzarate 2006,High\n"
    found = read(text)
    assert codes(found) == [(2, "Study", "unknown-trial"), (4, "Study", "duplicate-key")]
    assert "Murrough 2013a" in found.problems[0].fix
    assert [item.judgement for item in found.judgements] == ["low"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file-empty"),
        (b"PK\x03\x04" + bytes(20), "workbook"),
        (b"Drug,D1\nA,Low\n", "missing-column"),
        (b'Study,Other bias\n"Zarate 2006,Low\n', "unclosed-quote"),
    ],
)
def test_files_that_cannot_be_read_say_why(data, code):
    found = read(data)
    assert found.judgements == ()
    assert code in {fault.code for fault in found.problems}


def test_other_encodings_separators_and_ragged_rows_are_said():
    found = read("Étude;Study;Other bias\n1;Zarate 2006;Low\n2;Murrough 2013a\n".encode("cp1252"))
    assert {"encoding-read", "separator", "ragged-row"} <= {fault.code for fault in found.problems}
    assert said(found) == [("other-bias", "low")]


def test_the_shipped_judgements_survive_the_round_trip(evidence):
    own = [j for j in evidence.judgements if j.trial == "murrough-2013a"]
    heads = ",".join(ROB_DOMAINS[j.domain].label for j in own)
    text = f"Study,{heads}\nMurrough 2013a,{','.join(j.judgement for j in own)}\n"
    found = read(text, rows=evidence.results)
    assert {(j.domain, j.judgement) for j in found.judgements} == {(j.domain, j.judgement) for j in own}


ROB2_ROWS = "Study,D1,D2,D3,D4,D5,Overall\nMurrough 2013a,Low,Low,Low,Some concerns,Low,Some concerns\n"


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(DATA, tmp_path, dirs_exist_ok=True))


def test_new_judgements_are_saved_taken_back_and_never_saved_twice(folder):
    rows = read(ROB2_ROWS).cells
    before = load(folder)
    done = store.save(folder, (), (), digest_of(folder), judgements=rows)
    assert isinstance(done, Saved)
    after = load(folder)
    assert after.judgements[: len(before.judgements)] == before.judgements
    assert [(j.tool, j.domain) for j in after.judgements[len(before.judgements) :]][-1] == (ROB2, "overall")
    again = store.save(folder, (), (), digest_of(folder), judgements=rows)
    assert isinstance(again, Refused)
    assert again.problems
    assert isinstance(store.undo(folder, digest_of(folder)), Saved)
    assert load(folder).digest == before.digest


def test_the_merged_file_is_the_old_one_with_rows_behind(folder):
    files = merged(folder, (), (), read(ROB2_ROWS).cells)
    ((name, (old, new)),) = files.items()
    assert name == "risk_of_bias.csv"
    assert new.startswith(old)
    assert new[len(old) :].count(b"Cochrane RoB 2") == 6


def test_words_of_another_tool_are_refused_in_the_file(folder):
    row = ("murrough-2013a", ROB2, "allocation-concealment", "unclear", "Dean2021Cochrane", "Table 1")
    refused = store.save(folder, (), (), digest_of(folder), judgements=[row])
    assert isinstance(refused, Refused)
    assert {(f.code, f.column) for f in refused.problems} == {("tool-word", "domain"), ("tool-word", "judgement")}


def test_each_tool_has_a_board_and_a_column_of_its_own(evidence):
    new = read(ROB2_ROWS).judgements
    every = (*evidence.judgements, *new)
    assert bias.tools(evidence.results, every)[ROB2] == 1
    board = bias.board(evidence.results, every, ROB2)
    assert board.domains == TOOL_WORDS[ROB2].domains
    assert [line.trial for line in board.judged] == ["murrough-2013a"]
    assert bias.board(evidence.results, every) == bias.board(evidence.results, evidence.judgements)
    assert list(board.kinds) == ["low", "no information", "some concerns", "high", bias.DISAGREE, bias.NOT_JUDGED]
    first, second = bias.symbols(every, "murrough-2013a").split("; ")
    assert first == bias.symbols(evidence.judgements, "murrough-2013a")
    assert second.count("!") == 2
    # Two tools that name a domain alike do not disagree.
    shared = [
        Judgement(trial="a", tool=tool, domain="missing-outcome-data", judgement=word, citation="X2020", locator="1")
        for tool, word in ((ROB2, "high"), (ROBINS, "low"))
    ]
    assert not any(cell.is_split for cell in bias.cells_of(shared))
