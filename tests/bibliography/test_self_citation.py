from datetime import date

from evidence.bibliography import self_citation

DAY = date(2026, 3, 5)


def test_a_citation_names_both_versions_and_the_day():
    words = self_citation.in_words("1.2.0", "1a2b3c4d", DAY)
    for part in ("1.2.0", "1a2b3c4d", "5 March 2026", self_citation.authors(), self_citation.title()):
        assert part in words


def test_the_citation_file_is_plain_yaml_of_the_format():
    lines = self_citation.cff("1.2.0", "1a2b3c4d", DAY).splitlines()
    keys = {line.split(":")[0]: line.partition(": ")[2] for line in lines if not line.startswith(" ")}
    assert {"cff-version", "message", "title", "authors", "version"} <= set(keys)
    assert keys["version"] == '"1.2.0"'
    assert '  version: "1.2.0+data.1a2b3c4d"' in lines
    assert "  date-accessed: 2026-03-05" in lines
    assert all(line.count('"') % 2 == 0 and "\t" not in line for line in lines)
