from evidence.ui.navigation import sections


def test_sessions_share_no_page() -> None:
    # A page notes in itself that it may run: two sessions with one page between them would stop each other.
    first, second = ([page for pages in sections().values() for page in pages] for _ in range(2))
    assert len(first) == len(second) > 15
    assert not {id(page) for page in first} & {id(page) for page in second}
