from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from facedesigner.gui.widgets.face_mime import pack
from facedesigner.state.face import FaceState
from tests.gui.fake_engine import HASH
from tests.masks import box

OTHER = FaceState(HASH, seed=77, name="Ann")
COPY, LEFT, NONE = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def drop(button, data: QMimeData) -> None:
    button.dragEnterEvent(QDragEnterEvent(QPoint(3, 3), COPY, data, LEFT, NONE))
    button.dropEvent(QDropEvent(QPointF(3, 3), COPY, data, LEFT, NONE))


def steps(session) -> list[str]:
    return [session.undo_stack.text(index) for index in range(session.undo_stack.index())]


@pytest.mark.parametrize(
    ("layers", "text"),
    [("coarse", "Shape and pose of Ann"), ("middle", "Features of Ann"), ("fine", "Colours and texture of Ann")],
)
def test_a_face_dropped_on_layers_brings_its_own(qtbot, tab, session, engine, layers, text):
    face = session.face
    with qtbot.waitSignal(session.undo_stack.indexChanged):
        drop(tab.controls.layer_buttons[layers], pack([OTHER]))
    assert session.face == engine.mix(face, OTHER, layers) and steps(session) == [text]


def test_on_all_layers_it_is_chosen_and_in_a_region_only_there(qtbot, tab, session):
    face, mask = session.face, box(0, 0, 99, 99)
    session.choose_region("Here", mask)
    with qtbot.waitSignal(session.undo_stack.indexChanged):
        drop(tab.controls.layer_buttons["coarse"], pack([OTHER]))
    assert session.face.without(mask) == face and session.face.inside(mask).latent is not None
    drop(tab.controls.layer_buttons[""], pack([OTHER]))
    assert session.face.without(mask) == face and session.face.inside(mask).seed == 77


def test_what_cannot_be_mixed_is_said(qtbot, tab, session, engine, tmp_path):
    button = tab.controls.layer_buttons["coarse"]
    drop(button, pack([FaceState("0123456789abcdef", seed=1)]))
    assert "another model" in tab.gallery_panel.status.text()
    (tmp_path / "x.png").write_bytes(b"no picture")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "x.png"))])
    drop(button, data)
    assert "x.png is no picture" in tab.gallery_panel.status.text()
    engine.call_error = "the memory is full"
    drop(button, pack([OTHER]))
    qtbot.waitUntil(lambda: "the memory is full" in tab.gallery_panel.status.text())
    assert not steps(session)
