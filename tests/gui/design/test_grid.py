from __future__ import annotations

from collections.abc import Iterator

import pytest

from facedesigner.contract.tiles import TILES_KEY, of_text
from facedesigner.engine.opening import open_picture
from facedesigner.export.png import read_face
from facedesigner.gui.design.grid_dialog import GridDialog
from facedesigner.gui.session import Session
from tests.gui.fake_engine import CONTROLS, fake_info
from tests.masks import box


@pytest.fixture
def session(qapp) -> Session:
    session = Session()
    session.set_model(fake_info())
    session.commit("Smile", face=session.face.with_control("pc04", 1.0))
    return session


@pytest.fixture
def dialog(qtbot, session, thread) -> Iterator[GridDialog]:
    dialog = GridDialog(session, thread, CONTROLS)
    qtbot.addWidget(dialog)
    dialog.show()
    yield dialog
    dialog.reject()


def ready(qtbot, dialog: GridDialog) -> None:
    qtbot.waitUntil(lambda: not dialog._rest.isActive())
    qtbot.waitUntil(lambda: all(button.picture is not None for button in dialog.buttons))


def test_each_way_a_slider_moves_as_far_as_it_goes_and_the_others_stay(qtbot, dialog):
    ready(qtbot, dialog)
    assert len(dialog.buttons) == 25
    assert [face.control("pc01") for face in dialog.rows[2]] == [-4.0, -2.0, 0.0, 2.0, 4.0]
    assert [row[0].control("pc02") for row in dialog.rows] == [-4.0, -2.0, 0.0, 2.0, 4.0]
    assert {face.control("pc04") for row in dialog.rows for face in row} == {1.0}
    assert "Turn +2, Hair -4" in dialog.buttons[3].toolTip()


def test_other_sliders_ends_and_steps(qtbot, dialog):
    dialog.across.slider.setCurrentIndex(2)
    dialog.across.first.setValue(0.0)
    dialog.across.steps.setValue(2)
    dialog.down.steps.setValue(3)
    ready(qtbot, dialog)
    assert len(dialog.buttons) == 6
    assert [face.control("pc03") for face in dialog.rows[0]] == [0.0, 4.0]


def test_the_same_slider_twice_is_refused(qtbot, dialog):
    dialog.across.slider.setCurrentIndex(1)
    ready(qtbot, dialog)
    assert "Both axes move Hair" in dialog.message.text()
    assert not dialog.buttons and not dialog.export_button.isEnabled()


def test_a_click_chooses_in_one_step(qtbot, dialog, session):
    ready(qtbot, dialog)
    dialog.buttons[3].click()
    assert session.face == dialog.rows[0][3] and session.undo_stack.undoText() == "Turn and Hair"


def test_in_a_region_only_there(qtbot, session, thread):
    mask, face = box(0, 0, 99, 99), session.face
    session.choose_region("Here", mask)
    dialog = GridDialog(session, thread, CONTROLS)
    qtbot.addWidget(dialog)
    dialog.choose(dialog.rows[0][3])
    assert session.face.without(mask) == face and session.face.inside(mask).control("pc01") == 2.0
    dialog.reject()


def test_the_sheet_opens_as_the_face_and_names_the_others(qtbot, dialog, session, tmp_path):
    path = tmp_path / "grid.png"
    with qtbot.waitSignal(dialog.said) as said:
        dialog.export_to(path)
    assert said.args == [f"Wrote {path}"] and read_face(path) == session.face
    tiles = of_text(open_picture(path).texts[TILES_KEY])
    assert [tile.face(session.face) for tile in tiles] == [face for row in dialog.rows for face in row]
