from evidence.content import glossary
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.problems import KINDS
from evidence.dataset.time_bins import TIME_BINS
from evidence.dataset.vocabulary import COMPARATOR_KINDS, CONFIDENCES


def test_every_word_has_its_definition():
    frames = glossary.words_frames()
    assert list(frames["Outcomes"]["Word"]) == list(OUTCOMES)
    assert list(frames["Comparator kinds"]["Word"]) == list(COMPARATOR_KINDS)
    assert list(frames["Confidence"]["Word"]) == list(CONFIDENCES)
    for frame in frames.values():
        assert frame["Word"].is_unique
        assert not (frame == "").any().any()


def test_bins_and_findings_are_those_of_the_code():
    times = glossary.times_frame()
    assert list(times["Bin"]) == [item.label for item in TIME_BINS]
    assert times.iloc[0]["From"] == "the first dose"
    assert list(times.iloc[2][["From", "To"]]) == ["over 36 h", "110 h"]
    assert times.iloc[-1]["To"] == "no end"
    assert list(glossary.problems_frame()["Code"]) == list(KINDS)
