from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from evidence.export import formats
from evidence.questions import options as page_options
from evidence.report.view import View
from evidence.selection.selection import Selection
from evidence.ui.components.export_button import LONG
from tests.support.screens import opened


def made(at: AppTest) -> AppTest:
    return at.button(key="export-make").click().run()


def part(monkeypatch: pytest.MonkeyPatch, make) -> None:
    changed = {name: item._replace(make=make) for name, item in formats.FORMATS.items() if name != "zip"}
    monkeypatch.setattr(formats, "FORMATS", {**changed, "zip": formats.FORMATS["zip"]})


def test_a_long_file_is_made_when_asked_for_and_then_offered(monkeypatch):
    calls: list[View] = []
    part(monkeypatch, lambda view, _: calls.append(view) or b"held")
    at = opened("export", format="Everything (ZIP)")
    assert not at.exception
    assert not calls
    assert not at.get("download_button")
    made(at)
    assert not at.exception
    assert len(calls) == len(formats.FORMATS) - 1
    assert [item.proto.label for item in at.get("download_button")] == ["Download Everything (ZIP)"]
    at.run()
    assert len(calls) == len(formats.FORMATS) - 1


@pytest.mark.parametrize("asked", ["ris", "Slides (PowerPoint)"])
def test_the_address_keeps_the_format_so_that_it_opens_again(asked):
    """An address may have the name or the label; it is left with the label, which a list finds again."""
    first = opened("export", format=asked)
    kept = {name: "".join(value) for name, value in first.query_params.items()}
    label = formats.FORMATS["ris"].label if asked == "ris" else asked
    assert kept == {"file-type": label}
    again = opened("export", **kept)
    assert first.selectbox(key="file-type").value == again.selectbox(key="file-type").value
    assert formats.FORMATS[again.selectbox(key="file-type").value].label == label
    assert not first.info
    assert "“format=nonsense” is unknown" in opened("export", format="nonsense").info[0].value


def test_another_view_has_to_be_made_again(monkeypatch):
    part(monkeypatch, lambda *_: b"held")
    at = made(opened("export", format="pptx"))
    assert at.get("download_button")
    at.pills(key="preset").set_value("everything").run()
    assert not at.exception
    assert at.button(key="export-make")
    assert not at.get("download_button")


@pytest.mark.parametrize("name", LONG)
def test_a_part_that_fails_is_said_and_nothing_is_offered(name, monkeypatch):
    def broken(*_):
        raise RuntimeError("<b>no memory</b> left")

    part(monkeypatch, broken)
    at = made(opened("export", format=formats.FORMATS[name].label))
    assert not at.exception
    assert "could not be made" in at.error[0].value
    assert "<b>" not in at.error[0].value
    assert not at.get("download_button")


@pytest.mark.parametrize("name", ["html", "pptx"])
def test_the_parts_of_a_long_file_are_said_and_a_stop_is_heard_before_the_next(name, evidence):
    begun: list[str] = []
    view = View(evidence, Selection("everything"), date(2026, 11, 20))
    formats.export(name, view, begun.append)
    assert len(begun) > 20
    assert len(set(begun)) == len(begun)

    def stop(part):
        if part == begun[-2]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        formats.export(name, view, stop)


def test_stop_is_said_and_nothing_is_kept(monkeypatch):
    part(monkeypatch, lambda *_: b"held")
    at = opened("export", format="Everything (ZIP)")
    at.session_state["export-stopped"] = True
    at.run()
    assert any("nothing was saved" in item.value for item in at.caption)
    at.run()
    assert not any("nothing was saved" in item.value for item in at.caption)
    assert not at.get("download_button")


def line(at: AppTest) -> str:
    return next((m.value.replace("\\", "") for m in at.markdown if m.value.startswith("With the options")), "")


def test_options_set_on_other_pages_come_along_and_can_be_given_up(monkeypatch):
    calls: list[View] = []
    part(monkeypatch, lambda view, _: calls.append(view) or b"held")
    at = opened("response", preset="Everything", effect="Odds ratio")
    at.session_state["sensitivity"] = True
    at.run()
    at.toggle(key="low").set_value(True).run()
    at.switch_page("../../pages/onset.py").run()
    at.toggle(key="low").set_value(True).run()
    at.toggle(key="same").set_value(True).run()
    at.switch_page("../../pages/export.py").run()
    assert not at.exception
    assert line(at) == (
        "With the options set on the pages "
        "(Effect measure: Odds ratio; Pool low-confidence rows too; Same trials only)."
    )
    made(at)
    assert calls[-1].options == (("effect", "Odds ratio"), ("low", "true"), ("same", "true"))
    assert calls[-1].chosen.choices.measure == "OR"
    assert at.query_params["effect"] in ("Odds ratio", ["Odds ratio"])
    assert calls[-1].query in at.code[0].value
    at.button(key="export-defaults").click().run()
    assert not line(at)
    made(at)
    assert calls[-1].options == ()
    assert "effect" not in at.query_params


def test_a_link_to_the_page_of_exports_holds_the_options_and_what_is_not_known_is_said():
    at = opened("export", effect="Odds ratio", time="never", rate="30")
    assert not at.exception
    assert line(at).endswith("(Effect measure: Odds ratio; Of 100 people on the comparator: 30).")
    assert [item.value.replace("\\", "") for item in at.info] == [
        "“time=never” does not change what is exported; left out."
    ]


def test_an_option_that_stands_where_it_first_stood_is_none():
    at = opened("onset")
    assert page_options.set_on("onset", {"measure": at.session_state["measure"], "same": False}) == {}
    at.switch_page("../../pages/export.py").run()
    assert not line(at)
