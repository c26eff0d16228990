from pathlib import Path

from evidence.config import BROWSER_VARIABLE, FOLDER_VARIABLE, FRAMES_VARIABLE, Settings, shipped_data


def test_every_setting_comes_from_its_variable() -> None:
    given = {
        FOLDER_VARIABLE: "/srv/data",
        FRAMES_VARIABLE: "https://example.org",
        BROWSER_VARIABLE: "/usr/bin/chromium",
    }
    assert Settings.from_env(given) == Settings(Path("/srv/data"), "https://example.org", "/usr/bin/chromium")


def test_an_empty_variable_is_not_set() -> None:
    assert Settings.from_env({FOLDER_VARIABLE: "", FRAMES_VARIABLE: ""}) == Settings(shipped_data())
