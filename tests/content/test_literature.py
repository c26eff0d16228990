import re

from evidence.content.literature import LITERATURE
from evidence.content.methods import CITED


def test_every_key_is_a_way_to_cite():
    assert all(CITED.fullmatch(key) for key in LITERATURE)
    assert list(LITERATURE) == sorted(LITERATURE, key=lambda key: key.replace("ö", "o").replace("&", "~"))


def test_every_reference_is_of_the_author_and_year_it_is_cited_by():
    for key, source in LITERATURE.items():
        if key == "Handbook":
            continue
        names, year = key.rsplit(" ", 1)
        assert source.text.startswith(names.split(" & ")[0])
        assert all(name in source.text for name in names.split(" & "))
        assert re.search(rf"\b{year}\b", source.text)
        assert source.text.endswith(".")


def test_addresses_are_https():
    assert all(source.url == "" or source.url.startswith("https://") for source in LITERATURE.values())
