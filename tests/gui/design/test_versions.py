from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from facedesigner.gui.design.versions_dialog import FULL, HINT, VersionsDialog
from facedesigner.gui.widgets.face_mime import FACES, pack
from facedesigner.gui.widgets.pixels import to_qimage
from facedesigner.state.face import FaceState
from tests.gui.fake_engine import HASH, fake_picture

SIX = [FaceState(HASH, seed=seed) for seed in range(6)]
SEVENTH = FaceState(HASH, seed=7, name="Ann")


@pytest.fixture
def dialog(qtbot, session, thread) -> Iterator[VersionsDialog]:
    dialog = VersionsDialog(session, thread, SIX[:2])
    qtbot.addWidget(dialog)
    dialog.show()
    yield dialog
    dialog.reject()


def drawn(qtbot, dialog: VersionsDialog) -> None:
    qtbot.waitUntil(lambda: all(column.picture is not None for column in dialog.view.columns))


def drop(dialog: VersionsDialog, data: QMimeData) -> None:
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    dialog.dragEnterEvent(QDragEnterEvent(QPoint(3, 3), copy, data, left, none))
    dialog.dropEvent(QDropEvent(QPointF(3, 3), copy, data, left, none))


def test_each_face_stands_in_its_place_under_its_name(qtbot, dialog):
    drawn(qtbot, dialog)
    assert [column.picture for column in dialog.view.columns] == [to_qimage(fake_picture(face)) for face in SIX[:2]]
    assert [column.label for column in dialog.view.columns] == ["seed0000", "seed0001"]


def test_six_are_the_most_and_fit_into_two_rows(qtbot, dialog):
    drop(dialog, pack([*SIX, SEVENTH]))
    assert dialog.faces == SIX and dialog.message.text() == FULL
    tops = {cell.top() for cell in dialog.view.cells()}
    assert len(dialog.view.cells()) == 6 and len(tops) == 2
    drawn(qtbot, dialog)
    dialog.remove_button.menu().actions()[0].trigger()
    assert dialog.faces == SIX[1:] and dialog.message.text() == HINT
    drawn(qtbot, dialog)
    assert dialog.view.columns[0].picture == to_qimage(fake_picture(SIX[1]))


def test_zoom_is_common_and_stays_when_a_face_comes(qtbot, dialog, session):
    dialog.view.zoom_by(2.0)
    dialog.add_button.click()
    assert dialog.view.zoom == 2.0
    dialog.add_button.click()
    assert dialog.faces.count(session.face) == 1


def test_one_is_used_and_others_are_refused(qtbot, dialog):
    with qtbot.waitSignal(dialog.used) as used:
        dialog.use_button.menu().actions()[1].trigger()
    assert used.args == ["Choose seed0001", SIX[1]]
    drop(dialog, pack([FaceState("0123456789abcdef", seed=1)]))
    assert "another model" in dialog.message.text() and dialog.faces == SIX[:2]
    data = QMimeData()
    data.setData(FACES, b"{")
    drop(dialog, data)
    assert "holds no faces" in dialog.message.text()


def test_without_faces_it_says_so(dialog):
    for face in SIX[:2]:
        dialog.remove(face)
    assert dialog.view.message == "No face yet." and not dialog.use_button.isEnabled()
