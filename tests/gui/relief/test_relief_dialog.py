from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import trimesh
from PIL import Image
from PySide6.QtWidgets import QFileDialog, QLabel

from facedesigner.engine import relief as engine
from facedesigner.engine import whole_head
from facedesigner.gui.relief import relief_form
from facedesigner.gui.relief.relief_dialog import ReliefDialog
from facedesigner.gui.relief.relief_view import NO_OPENGL
from facedesigner.gui.widgets.errors import ErrorDialog
from tests.unit.export.test_whole import bust

SIDE = 64


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """A coarse grid, and no search for landmarks."""
    monkeypatch.setattr(relief_form, "GRIDS", (("Coarse", 32), ("Medium", 48), ("Fine", 64)))
    monkeypatch.setattr(engine, "aligned_marks", lambda picture: (None, ""))


@pytest.fixture
def picture() -> np.ndarray:
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE - 0.5
    image = np.full((SIDE, SIDE, 3), 190, np.uint8)
    image[np.hypot(rows / 0.4, columns / 0.3) < 1] = (205, 160, 140)
    return image


@pytest.fixture
def dialog(qtbot, picture, tmp_path) -> Iterator[ReliefDialog]:
    dialog = ReliefDialog(picture, "seed0042", tmp_path)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.made is not None)
    yield dialog
    dialog.shut_down()


def made_anew(qtbot, dialog):
    qtbot.waitUntil(lambda: dialog.made.wish == dialog.form.wish)
    return dialog.made


def test_it_shows_the_piece_without_opengl(dialog):
    assert not dialog.view.three_d and dialog.view.still.image is not None and dialog.map.image is not None
    assert any(label.text() == NO_OPENGL for label in dialog.view.findChildren(QLabel))
    for widget in (dialog.painted, dialog.wires, dialog.measuring, dialog.front_button, dialog.section):
        assert not widget.isVisible()
    assert dialog.form.light.isVisible() and not dialog.form.hair.isVisible()
    assert dialog.size_label.text().endswith(" mm") and "triangles, pupils 63.0 mm apart" in dialog.message.text()


def test_each_setting_makes_another_piece(qtbot, dialog):
    size = dialog.made.solid.size
    dialog.form.depth_slider.put(0.5)
    assert made_anew(qtbot, dialog).solid.size[2] < size[2]
    dialog.form.wall.put(2.0)
    assert len(made_anew(qtbot, dialog).solid.triangles) > 0 and dialog.made.wish.wall_mm == 2.0
    dialog.form.shape.setCurrentIndex(1)
    assert made_anew(qtbot, dialog).wish.shape == "oval"
    dialog.form.scale.setCurrentIndex(1)
    dialog.form.millimetres.setValue(90)
    assert made_anew(qtbot, dialog).solid.size[0] == pytest.approx(90, rel=0.005)
    dialog.form.scale.setCurrentIndex(0)
    assert dialog.form.millimetres.value() == 63  # each keeps its own
    still = dialog.view.still.image
    dialog.form.light.put(300)
    made_anew(qtbot, dialog)
    assert dialog.view.still.image != still


def test_files_are_saved_as_shown(qtbot, dialog, tmp_path, monkeypatch):
    answers = iter([(str(tmp_path / "a.stl"), ""), (str(tmp_path / "b"), "OBJ (*.obj)"), (str(tmp_path / "c"), "")])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: next(answers))
    for button, name in ((dialog.solid_button, "a.stl"), (dialog.solid_button, "b.obj"), (dialog.map_button, "c.png")):
        with qtbot.waitSignal(dialog.said) as said:
            button.click()
        assert said.args == [f"Wrote {name}"]
    mesh: Any = trimesh.load(tmp_path / "a.stl")
    assert mesh.is_watertight and (tmp_path / "b.mtl").exists()
    with Image.open(tmp_path / "c.png") as picture:
        assert picture.size == (48, 48)


def test_a_file_that_cannot_be_written_is_explained(qtbot, dialog, tmp_path):
    (tmp_path / "file").write_text("no folder")
    dialog.save(tmp_path / "file" / "a.stl")
    qtbot.waitUntil(lambda: dialog.findChild(ErrorDialog) is not None)
    assert "choose another folder" in dialog.findChild(ErrorDialog).message.text()


def test_a_name_that_was_completed_replaces_nothing(dialog, tmp_path):
    (tmp_path / "a.stl").write_text("mine")
    dialog.save(tmp_path / "a.stl", asked=False)
    assert "exists already" in dialog.findChild(ErrorDialog).message.text()
    assert (tmp_path / "a.stl").read_text() == "mine"


def test_what_fails_is_said_and_cannot_be_saved(qtbot, dialog, monkeypatch):
    def fail(*_, **__):
        raise engine.ReliefError("the eyes were not found")

    monkeypatch.setattr(engine, "height_map", fail)
    dialog.form.detail.put(0.9)
    qtbot.waitUntil(lambda: "The eyes were not found." in dialog.message.text())
    assert not dialog.solid_button.isEnabled() and not dialog.map_button.isEnabled()
    monkeypatch.undo()
    dialog.form.detail.put(0.5)
    qtbot.waitUntil(dialog.solid_button.isEnabled)


def test_a_whole_head_has_settings_of_its_own(qtbot, dialog, tmp_path, monkeypatch):
    monkeypatch.setattr(whole_head, "whole_head", lambda *_, **__: bust())
    dialog.form.scale.setCurrentIndex(1)
    dialog.form.shape.setCurrentIndex(3)
    form = dialog.form
    assert form.hair.isVisible() and form.neck.isVisible() and not form.depth_slider.isVisible()
    assert form.wish.scale == "pupil_mm" and form.millimetres.value() == 63  # a head has no width to set
    made = made_anew(qtbot, dialog)
    assert made.map is None and not dialog.map_button.isVisible() and not dialog.pages.isTabVisible(1)
    assert dialog.view.still.image is not None and made.solid.stands
    form.scale.setCurrentIndex(1)
    form.hair.setCurrentIndex(1)
    form.millimetres.setValue(200)
    made = made_anew(qtbot, dialog)
    assert made.wish.scale == "height_mm" and made.wish.hair == "bald" and made.solid.size[1] > 200
    with qtbot.waitSignal(dialog.said):
        dialog.save(tmp_path / "head.glb")
    mesh: Any = trimesh.load(tmp_path / "head.glb", force="mesh")
    assert mesh.is_watertight
    form.shape.setCurrentIndex(0)
    assert made_anew(qtbot, dialog).map is not None and dialog.map_button.isVisible()
    assert form.wish.scale == "pupil_mm"


def test_it_follows_the_face_once_the_hand_rests(qtbot, dialog, picture):
    with qtbot.waitSignal(dialog.face_wanted):
        dialog.follow_face()
        dialog.follow_face()
    other = picture[:, ::-1].copy()
    dialog.use_picture(other, "seed0043")
    qtbot.waitUntil(lambda: dialog.made.picture is other)


def test_what_is_seen_is_saved(qtbot, dialog, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "view"), ""))
    with qtbot.waitSignal(dialog.said) as said:
        dialog.shot_button.click()
    assert said.args == ["Wrote view.png"]
    with Image.open(tmp_path / "view.png") as view:
        assert view.width == dialog.view.still.image.width()
    dialog.shot_button.click()  # the name was completed: nothing is replaced
    qtbot.waitUntil(lambda: dialog.findChild(ErrorDialog) is not None)


def test_closing_ends_the_thread(qtbot, dialog):
    dialog.reject()
    assert not dialog.desk.is_running
