from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from facedesigner.gui.design.arithmetic_panel import A_MISSING, B_MISSING, BEGIN, C_MISSING, ONLY_A, RESULT_READY
from facedesigner.gui.design.teach_dialog import TeachDialog
from facedesigner.gui.widgets.face_mime import FACES, holds_faces, pack, unpack
from facedesigner.state.face import FaceState
from facedesigner.state.recipe import RecipeError
from tests.gui.fake_engine import HASH, LATENT_SHAPE, fake_info

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(tab):
    tab.tools.setCurrentWidget(tab.arithmetic)
    return tab.arithmetic


def drop(slot, data: QMimeData) -> bool:
    """Drags `data` over a slot and lets it go; False if the slot does not want it."""
    action, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), action, data, LEFT, none)
    enter.setAccepted(False)
    slot.dragEnterEvent(enter)
    if enter.isAccepted():
        slot.dropEvent(QDropEvent(QPointF(5, 5), action, data, LEFT, none))
    return enter.isAccepted()


def rows(engine, face) -> np.ndarray:
    return np.frombuffer(engine.latent(face).data, "<f4").reshape(LATENT_SHAPE)


def test_faces_dropped_into_the_slots_are_added_up_and_used_in_one_step(qtbot, tab, session, panel, engine):
    faces = session.gallery
    assert drop(panel.slots[0], pack(faces[:2])) and drop(panel.slots[1], pack(faces[2:3]))
    panel.slots[2].weight.setValue(0.5)
    assert drop(panel.slots[2], pack(faces[3:4]))
    qtbot.waitUntil(lambda: panel.picture.picture is not None)
    assert panel.message.text() == RESULT_READY
    a, b, c, d = (rows(engine, face) for face in faces[:4])
    np.testing.assert_allclose(rows(engine, panel.result), (a + b) / 2 - c + 0.5 * d, rtol=1e-5, atol=1e-6)
    qtbot.waitUntil(lambda: all(button.picture for slot in panel.slots for button in slot.buttons))
    panel.use_button.click()
    assert session.face == panel.result and session.undo_stack.undoText() == "Arithmetic"
    assert session.undo_stack.count() == 1


def test_the_result_keeps_the_locks(qtbot, tab, session, panel):
    tab.controls.rows[0].lock.click()
    panel.slots[0].add_button.click()
    qtbot.waitUntil(lambda: panel.result is not None)
    panel.use_button.click()
    assert session.face.locks == ("pc01",)


def test_what_empty_slots_mean_is_said(qtbot, session, panel):
    assert panel.message.text() == BEGIN and not panel.use_button.isEnabled()
    a, b, c = panel.slots
    panel.put(b, session.gallery[:1])
    qtbot.waitUntil(lambda: panel.message.text() == A_MISSING)
    assert panel.result is None and not panel.use_button.isEnabled()
    panel.put(a, session.gallery[1:2])
    qtbot.waitUntil(lambda: panel.message.text() == C_MISSING)
    b.clear_button.click()
    qtbot.waitUntil(lambda: panel.message.text() == ONLY_A)
    assert panel.use_button.isEnabled()
    panel.put(c, session.gallery[2:3])
    qtbot.waitUntil(lambda: panel.message.text() == B_MISSING)
    for slot in (a, c):
        slot.clear_button.click()
    qtbot.waitUntil(lambda: panel.message.text() == BEGIN)


def test_a_click_takes_a_face_out_and_the_same_face_counts_once(qtbot, session, panel):
    slot = panel.slots[0]
    panel.put(slot, [*session.gallery[:3], session.gallery[0]])
    assert slot.faces == session.gallery[:3]
    qtbot.mouseClick(slot.buttons[1], LEFT)
    assert slot.faces == (session.gallery[0], session.gallery[2]) and len(slot.buttons) == 2


def test_faces_of_another_model_are_refused(session, panel):
    assert drop(panel.slots[0], pack([FaceState("0123456789abcdef", seed=1)]))
    assert panel.slots[0].faces == () and "another model" in panel.message.text()


def test_another_model_empties_the_slots(qtbot, session, panel):
    panel.slots[0].add_button.click()
    qtbot.waitUntil(lambda: panel.result is not None)
    session.set_model(fake_info(hash="0123456789abcdef"))
    assert panel.slots[0].faces == ()
    qtbot.waitUntil(lambda: panel.result is None)


def test_pictures_can_be_dropped_and_say_why_they_cannot(qtbot, session, panel, tmp_path):
    from facedesigner.export.png import save_png

    face = FaceState(HASH, seed=77)
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(save_png(np.zeros((4, 4, 3), np.uint8), tmp_path / "a.png", face, "fake")))])
    assert drop(panel.slots[0], files) and panel.slots[0].faces == (face,)
    (tmp_path / "b.png").write_bytes(b"nothing")
    files.setUrls([QUrl.fromLocalFile(str(tmp_path / "b.png"))])
    assert drop(panel.slots[0], files)
    assert "b.png is no picture" in panel.message.text()
    files.setUrls([QUrl.fromLocalFile(str(tmp_path / "c.txt"))])
    assert not drop(panel.slots[0], files)


def test_faces_survive_the_way_and_other_things_are_named(session):
    taught_free = [face.with_control("pc01", 1.5).with_locks(["pc02"]) for face in session.gallery]
    assert unpack(pack(taught_free)) == taught_free
    data = QMimeData()
    data.setData(FACES, b"[3")
    assert holds_faces(data)
    with pytest.raises(RecipeError, match="holds no faces"):
        unpack(data)


def test_a_sum_that_fails_says_why(qtbot, session, panel, engine):
    engine.call_error = "the memory is full"
    panel.slots[0].add_button.click()
    qtbot.waitUntil(lambda: "the memory is full" in panel.message.text())
    assert not panel.use_button.isEnabled()


def test_a_drag_takes_the_selected_faces_or_the_one_under_the_hand(qtbot, tab, session):
    for index in (1, 3):
        qtbot.mouseClick(tab.gallery.tiles[index], LEFT, Qt.KeyboardModifier.ControlModifier)
    assert tab.gallery.taken_along(3) == [session.gallery[1], session.gallery[3]]
    assert tab.gallery.taken_along(5) == [session.gallery[5]]


def test_a_tile_is_dragged_only_from_some_pixels_on(qtbot, tab, monkeypatch):
    dragged = []
    monkeypatch.setattr("facedesigner.gui.design.gallery.QDrag.exec", lambda self, action: dragged.append(self))
    tile = tab.gallery.tiles[2]
    qtbot.mousePress(tile, LEFT, pos=QPoint(10, 10))
    qtbot.mouseMove(tile, QPoint(12, 11))
    assert not dragged
    qtbot.mouseMove(tile, QPoint(40, 40))
    assert len(dragged) == 1
    qtbot.mouseRelease(tile, LEFT, pos=QPoint(40, 40))
    assert tab.session.undo_stack.count() == 0  # a drag is no click


def test_the_difference_opens_the_teach_dialog(qtbot, tab, session, panel):
    panel.put(panel.slots[0], session.gallery[:2])
    panel.put(panel.slots[1], session.gallery[2:5])
    qtbot.waitUntil(lambda: panel.result is not None)
    panel.teach_button.click()
    dialog = tab.window().findChild(TeachDialog)
    assert dialog.examples == (session.gallery[:2], session.gallery[2:5])
    dialog.reject()
