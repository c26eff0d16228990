import pytest
from conftest import result

from evidence.bias_import import read_robvis
from evidence.records import Judgement
from evidence.vocabulary import ROB_DOMAINS

ROWS = (
    result(trial="murrough-2013a", label="Murrough 2013a"),
    result(trial="zarate-2006", label="Zarate 2006"),
)
NUMBERED = "Study,D1,D2,D3,D4,D5,D6,D7,Overall,Weight\n"


def read(text):
    data = text if isinstance(text, bytes) else text.encode()
    return read_robvis(data, ROWS, "Kishimoto2016", "Table S2")


def codes(found):
    return [(fault.line, fault.column, fault.code) for fault in found.findings]


def test_numbered_columns_are_the_seven_domains_in_order():
    found = read(NUMBERED + "Murrough 2013a,Low,High,Unclear,Some concerns,+,?,-,High,33.3\n")
    assert [item.domain for item in found.judgements] == list(ROB_DOMAINS)
    assert [item.judgement for item in found.judgements] == [
        "low",
        "high",
        "unclear",
        "some concerns",
        "low",
        "unclear",
        "high",
    ]
    assert found.findings == ()
    assert dict(found.overall) == {"murrough-2013a": "high"}
    first = found.judgements[0]
    assert isinstance(first, Judgement)
    assert (first.trial, first.tool, first.citation, first.locator) == (
        "murrough-2013a",
        "Cochrane RoB 1",
        "Kishimoto2016",
        "Table S2",
    )


def test_long_names_of_domains_as_robvis_writes_them():
    text = "Study,Random.sequence.generation.,Blinding.of.participants.and.personnel,Other sources of bias,Weight\n"
    found = read(text + "zarate-2006,Low risk of bias,UNCLEAR, high risk ,1\n")
    assert [(item.domain, item.judgement) for item in found.judgements] == [
        ("random-sequence-generation", "low"),
        ("blinding-of-participants-and-personnel", "unclear"),
        ("other-bias", "high"),
    ]
    assert found.findings == ()


@pytest.mark.parametrize("word", ["Lowish", "hgih", "H", "L", "likely", "Serious", "No information", "NA", "x"])
def test_a_word_that_is_no_judgement_is_queried_never_guessed(word):
    found = read(NUMBERED + f"Murrough 2013a,{word},Low,Low,Low,Low,Low,Low,Low,1\n")
    assert codes(found) == [(2, "D1", "unknown-term")]
    assert "random-sequence-generation" not in {item.domain for item in found.judgements}
    assert len(found.judgements) == 6


def test_a_mistyped_word_is_offered_but_not_taken():
    (fault,) = read(NUMBERED + "Murrough 2013a,hgih,,,,,,,,\n").findings
    assert fault.fix.startswith("Did you mean “high”?")


def test_a_blank_cell_is_no_judgement_and_no_fault():
    found = read(NUMBERED + "Murrough 2013a,Low,,,,,,,,\n")
    assert len(found.judgements) == 1
    assert found.findings == ()


def test_five_numbered_domains_are_those_of_another_tool():
    found = read("Study,D1,D2,D3,D4,D5,Overall\nMurrough 2013a,Low,Low,Low,Low,Low,Low\n")
    assert found.judgements == ()
    assert {fault.code for fault in found.findings} == {"unknown-column"}
    assert "Cochrane RoB 1" in found.findings[0].fix


def test_an_unknown_study_and_a_study_twice_are_findings():
    found = read(NUMBERED + "Murrogh 2013a,Low,,,,,,,,\nZarate 2006,Low,,,,,,,,\nzarate 2006,High,,,,,,,,\n")
    assert codes(found) == [(2, "Study", "unknown-trial"), (4, "Study", "duplicate-key")]
    assert "Murrough 2013a" in found.findings[0].fix
    assert [item.judgement for item in found.judgements] == ["low"]


def test_an_unknown_column_is_said_with_the_nearest_name():
    found = read("Study,Allocation conceelment,Selective reporting\nZarate 2006,Low,High\n")
    assert codes(found) == [(1, "Allocation conceelment", "unknown-column")]
    assert "Allocation concealment" in found.findings[0].fix
    assert len(found.judgements) == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file-empty"),
        (b"PK\x03\x04" + bytes(20), "binary"),
        ("Author,D1\nA,Low\n", "missing-column"),
        ("Study,Other bias,Other sources of bias\nZarate 2006,Low,High\n", "duplicate-column"),
        ("Study,Study,Other bias\nZarate 2006,x,Low\n", "duplicate-column"),
        ('Study,Other bias\n"Zarate 2006,Low\n', "unclosed-quote"),
        ("Étude,Other bias\n".encode("cp1252"), "not-utf-8"),
    ],
)
def test_files_that_cannot_be_read_say_why(data, code):
    found = read(data)
    assert found.judgements == ()
    assert code in {fault.code for fault in found.findings}


def test_a_ragged_row_is_left_out_and_a_semicolon_is_noted():
    found = read("Study;Other bias\nZarate 2006;Low\nMurrough 2013a\n")
    assert {fault.code for fault in found.findings} == {"separator", "ragged-row"}
    assert len(found.judgements) == 1
    assert found.rows == 2


def test_the_shipped_judgements_survive_the_round_trip(evidence):
    own = [j for j in evidence.judgements if j.trial == "murrough-2013a"]
    heads = ",".join(ROB_DOMAINS[j.domain].label for j in own)
    text = f"Study,{heads}\nMurrough 2013a,{','.join(j.judgement for j in own)}\n"
    found = read_robvis(text.encode(), evidence.results, "Kishimoto2016", "Table S2")
    assert {(j.domain, j.judgement) for j in found.judgements} == {(j.domain, j.judgement) for j in own}
