from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QMessageBox
from shiboken6 import isValid

from facedesigner.gui.design import control_row
from facedesigner.gui.design.teach_dialog import MORE, TeachDialog
from facedesigner.gui.widgets.errors import ErrorDialog
from facedesigner.state.face import Latent
from facedesigner.state.sliders import Slider, load
from tests.gui.fake_engine import HASH, fake_info

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(qtbot, tab, session) -> Iterator[TeachDialog]:
    tab.controls.teach_button.click()
    dialog = tab.window().findChild(TeachDialog)
    dialog._random.seed(2)  # not those of the gallery
    yield dialog
    if isValid(dialog):
        dialog.reject()


def pick(qtbot, dialog, clicks: dict[int, int]) -> None:
    for index, times in clicks.items():
        for _ in range(times):
            qtbot.mouseClick(dialog.buttons[index], LEFT)


def teach(qtbot, dialog, name="Freckles") -> None:
    pick(qtbot, dialog, {0: 1, 1: 1, 2: 2, 3: 2})
    dialog.name.setText(name)
    qtbot.waitUntil(lambda: dialog.lesson is not None)


def test_a_slider_is_taught_saved_and_used(qtbot, tab, session, dialog, tmp_path, engine):
    teach(qtbot, dialog)
    assert "3 of 4" in dialog.accuracy.text() and "5 or more a side" in dialog.accuracy.text()
    qtbot.waitUntil(lambda: all(dialog.strip.picture(index) is not None for index in range(5)))
    dialog.save_button.click()
    row = tab.controls.rows[-1]
    assert (row.control.label, row.control.group) == ("Freckles", "Mine")
    assert len(load(tmp_path / "sliders" / f"{HASH}.json", HASH, 8).taught) == 1
    row.slider.put(1.5)
    assert session.face.control(row.control.name) == 1.5 and session.face.taught == (row.control.taught,)
    assert session.undo_stack.undoText() == "Freckles +1.5"
    session.undo_stack.undo()
    assert session.face.taught == () and row.slider.value == 0.0
    tab.controls.randomise_button.click()
    assert session.face.taught == (row.control.taught,)
    qtbot.waitUntil(lambda: any(request.face == session.face for request in engine.requests))


def test_a_new_slider_is_shown_and_marked_for_a_moment(qtbot, tab, session, dialog, monkeypatch):
    monkeypatch.setattr(control_row, "MARKED", 400)
    tab.tools.setCurrentWidget(tab.arithmetic)
    tab.resize(tab.width(), 420)  # too low for all rows
    teach(qtbot, dialog)
    dialog.save_button.click()
    row = tab.controls.rows[-1]
    assert tab.tools.currentWidget() is tab.controls and row.marked
    assert [other for other in tab.controls.rows if other.marked] == [row]
    qtbot.waitUntil(lambda: row in tab.controls.visible_rows())
    area = tab.controls.area
    bottom = row.mapTo(area.viewport(), row.rect().bottomLeft()).y()
    assert area.verticalScrollBar().value() > 0 and bottom <= area.viewport().height()
    row.grab()  # paints the mark
    qtbot.waitUntil(lambda: not row.marked)


def test_a_click_cycles_with_without_unused(qtbot, session, dialog):
    button = dialog.buttons[0]
    for mark, meaning in (("+", "with it"), ("\N{MINUS SIGN}", "without it"), ("", "unused")):
        qtbot.mouseClick(button, LEFT)
        assert button.mark == mark and button.accessibleName().endswith(f", {meaning}")
    assert dialog.examples == ((), ())


def test_the_picker_offers_the_gallery_and_more_faces(qtbot, session, dialog):
    assert {*session.gallery, session.face} == {button.face for button in dialog.buttons}
    before = len(dialog.buttons)
    dialog.more_button.click()
    assert len(dialog.buttons) == len({button.face for button in dialog.buttons}) == before + MORE
    qtbot.waitUntil(lambda: all(button.picture is not None for button in dialog.buttons))


def test_what_lacks_is_said_and_nothing_can_be_saved(qtbot, dialog):
    dialog.name.setText("Hat")
    pick(qtbot, dialog, {0: 1, 1: 2, 2: 2})
    assert "at least 2 faces with it and 2 without" in dialog.message.text()
    assert "there are 1 with and 2 without" in dialog.message.text()
    dialog._try()
    assert dialog.lesson is None and not dialog.save_button.isEnabled()
    dialog.save()
    assert dialog.isVisible()


@pytest.mark.parametrize(("name", "message"), [("", "Give the slider a name"), ("smile", "There is a slider")])
def test_a_name_that_is_not_to_be_had(qtbot, dialog, name, message):
    teach(qtbot, dialog, name)
    assert message in dialog.message.text() and not dialog.save_button.isEnabled()
    dialog.save()
    assert message in dialog.message.text() and dialog.isVisible()
    dialog.name.setText("Hat")
    assert dialog.save_button.isEnabled()


def test_other_examples_make_the_lesson_void(qtbot, dialog):
    teach(qtbot, dialog)
    first = dialog.lesson
    pick(qtbot, dialog, {4: 1})
    assert dialog.lesson is None and not dialog.save_button.isEnabled() and not dialog.accuracy.text()
    qtbot.waitUntil(lambda: dialog.lesson is not None)
    again = dialog.lesson
    assert again is not None and again != first and again.total == 5


def test_a_face_of_both_sides_is_on_neither(tab, session):
    gallery = session.gallery
    dialog = tab.keeper.teach(gallery[:3], gallery[2:5])
    assert dialog.examples == (gallery[:2], gallery[3:5])
    dialog.reject()


def test_a_lesson_that_fails_says_why(qtbot, dialog, engine):
    engine.call_error = "The faces with it and without it are the same on average."
    pick(qtbot, dialog, {0: 1, 1: 1, 2: 2, 3: 2})
    qtbot.waitUntil(lambda: "the same on average" in dialog.message.text())
    assert not dialog.save_button.isEnabled()


def test_another_model_closes_the_dialog(qtbot, session, dialog):
    session.set_model(fake_info())
    assert dialog.isVisible()
    with qtbot.waitSignal(dialog.rejected):
        session.set_model(fake_info(hash="0123456789abcdef"))


def test_rename_and_delete_with_confirmation(qtbot, tab, session, dialog):
    teach(qtbot, dialog)
    dialog.save_button.click()
    row = tab.controls.rows[-1]
    row.slider.put(2.0)
    face = session.face
    row.menu.actions()[0].trigger()
    asked = tab.window().findChild(QInputDialog)
    asked.setTextValue("Smile")
    asked.accept()
    error = tab.window().findChild(ErrorDialog)
    assert "already" in error.message.text()
    error.reject()
    tab.sliders.rename(row.control.name, "Spots")
    row = tab.controls.rows[-1]
    assert row.control.label == "Spots" and row.slider.value == 2.0 and session.face == face
    row.menu.actions()[1].trigger()
    box = tab.window().findChild(QMessageBox)
    assert "Spots" in box.text() and tab.sliders.own
    next(button for button in box.buttons() if button.text() == "&Delete").click()
    row = tab.controls.rows[-1]
    assert tab.sliders.own == () and row.control.group == "From a file"
    assert session.face == face and row.slider.value == 2.0
    row.menu.actions()[0].trigger()  # keeps it after all
    assert tab.controls.rows[-1].control.group == "Mine"


def test_a_face_from_elsewhere_shows_its_slider(tab, session, engine, qtbot):
    engine._info = fake_info()
    lesson = engine.teach(session.gallery[:2], session.gallery[2:4])
    taught = Slider("Hat", lesson.vector).taught
    stranger = session.face.with_control(taught.name, 1.0, taught)
    session.open("Open hat.png", replace(session.project(), face=stranger))
    row = tab.controls.rows[-1]
    assert (row.control.label, row.control.group, row.slider.value) == ("Hat", "From a file", 1.0)
    tab.sliders.add(Slider("hat", Latent(1, 8, b"\0" * 28 + b"\0\0\x80?")))
    tab.controls.rows[-1].menu.actions()[0].trigger()  # Keep: but another one has its name
    asked = tab.window().findChild(QInputDialog)
    assert "There is a slider" in asked.labelText()
    asked.setTextValue("Their hat")
    asked.accept()
    assert [slider.label for slider in tab.sliders.own] == ["hat", "Their hat"]
    tab.reset()
    assert session.face.taught == ()
