from __future__ import annotations

import threading

import numpy as np
import pytest
from PIL import Image as Pillow
from PySide6.QtCore import Qt

from facedesigner.engine import landmarks
from facedesigner.export import fabrication, frame
from facedesigner.export.png import read_face
from facedesigner.gui.fabrication import export_dialog
from facedesigner.gui.fabrication.export_dialog import FabricationDialog
from facedesigner.gui.fabrication.fabrication_thread import ALL, LEAVING, PNG, SHEET
from facedesigner.state.face import FaceState
from tests.unit.export.faces import eyed, find_eyes

FACE = FaceState("0123456789abcdef", seed=42)


@pytest.fixture
def finder(monkeypatch):
    monkeypatch.setattr(landmarks, "LandmarkFinder", lambda: find_eyes)


@pytest.fixture
def make(qtbot, tmp_path):
    dialogs = []

    def made(picture=None, face=FACE):
        dialog = FabricationDialog(eyed() if picture is None else picture, face, "tiny", "seed0042", tmp_path)
        dialogs.append(dialog)
        qtbot.addWidget(dialog)
        dialog.form.method.setCurrentIndex(1)
        dialog.form.dpi.setValue(50)
        dialog.show()
        return dialog

    yield made
    for dialog in dialogs:
        dialog.shut_down()


@pytest.fixture
def dialog(qtbot, finder, make):
    found = make()
    qtbot.waitUntil(lambda: found.landmarks is not None)
    return found


def pixels(dialog):
    """Width and height as shown."""
    across, down = dialog.extent.text().split("\n")[0].replace(",", "").removesuffix(" pixels").split(" × ")
    return int(across), int(down)


def written(qtbot, dialog, kind, path):
    with qtbot.waitSignal(dialog.said):
        dialog.save(kind, path)
    return path


def test_the_size_is_shown_as_it_changes(dialog):
    width = pixels(dialog)[0]
    assert width == pytest.approx(63 / 25.4 * 50 * 4, rel=0.02) and "mm" in dialog.extent.text()
    dialog.form.dpi.setValue(100)
    assert pixels(dialog)[0] == pytest.approx(2 * width, abs=1)
    dialog.form.pupil.setValue(31.5)
    assert pixels(dialog)[0] == pytest.approx(width, abs=1) and "one page A4" in dialog.message.text()
    assert "seed0042_31.5mm.png" in dialog.message.text()


def test_what_makes_no_sense_is_said_and_not_saved(dialog):
    dialog.form.pattern.setText("{nam}")
    assert "{nam}" in dialog.message.text() and not dialog.buttons[PNG].isEnabled()
    dialog.form.pattern.setText("{name}")
    assert dialog.buttons[PNG].isEnabled()
    dialog.form.pupil.setValue(500)
    dialog.form.dpi.setValue(2400)
    assert "a side are the most" in dialog.message.text() and not dialog.buttons[ALL].isEnabled()


def test_the_picture_is_saved(qtbot, dialog, tmp_path):
    dialog.form.mirror.setChecked(True)
    path = written(qtbot, dialog, PNG, tmp_path / "a.png")
    assert read_face(path) == FACE
    with Pillow.open(path) as image:
        assert image.size == pytest.approx(pixels(dialog), abs=1)
        seen = find_eyes(np.asarray(image))
    assert seen is not None and seen.distance / 50 * 25.4 == pytest.approx(63, rel=0.005)
    assert not dialog.stop_button.isVisible() and dialog.buttons[PNG].isEnabled()


def test_the_recipe_can_be_left_out(qtbot, dialog, tmp_path):
    dialog.form.recipe.setChecked(False)
    with Pillow.open(written(qtbot, dialog, PNG, tmp_path / "a.png")) as image:
        image.load()
        assert "facedesigner" not in image.info


def test_the_sheet_and_the_set(qtbot, dialog, tmp_path, monkeypatch):
    monkeypatch.setattr(
        fabrication,
        "cut_out",
        lambda picture, marks: fabrication_cutout(picture),
    )
    assert written(qtbot, dialog, SHEET, tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    written(qtbot, dialog, ALL, tmp_path / "set")
    assert {path.suffix for path in (tmp_path / "set").iterdir()} == {".png", ".pdf", ".json"}


def fabrication_cutout(picture):
    from facedesigner.export.cutout import Cutout

    return Cutout(picture, np.ones(picture.shape[:2], np.float32))


def test_without_eyes_two_clicks_are_asked_for(qtbot, finder, make, tmp_path):
    dialog = make(np.full((60, 80, 3), 120, np.uint8))
    qtbot.waitUntil(lambda: dialog.view.asking)
    assert "click the two pupils" in dialog.hint.text() and not dialog.buttons[PNG].isEnabled()
    for x in (30, 50):
        place = dialog.view.place_of(x, 30).toPoint()
        qtbot.mouseClick(dialog.view, Qt.MouseButton.LeftButton, pos=place)
    assert dialog.landmarks is not None and dialog.landmarks.distance == pytest.approx(20, abs=0.3)
    assert not dialog.view.asking and not dialog.form.by_head.isEnabled()
    path = written(qtbot, dialog, PNG, tmp_path / "a.png")
    with Pillow.open(path) as image:
        assert image.width == pytest.approx(63 / 25.4 * 50 * 4, rel=0.05)


def test_clicks_on_one_place_are_asked_for_again(qtbot, finder, make):
    dialog = make(np.full((60, 80, 3), 120, np.uint8))
    qtbot.waitUntil(lambda: dialog.view.asking)
    for _ in range(2):
        qtbot.mouseClick(dialog.view, Qt.MouseButton.LeftButton, pos=dialog.view.place_of(30, 30).toPoint())
    assert dialog.landmarks is None and dialog.view.asking and "fall together" in dialog.hint.text()


def test_missing_packages_leave_the_clicks(qtbot, make, monkeypatch):
    def missing():
        raise ImportError("finding faces needs packages")

    monkeypatch.setattr(landmarks, "LandmarkFinder", missing)
    dialog = make()
    qtbot.waitUntil(lambda: dialog.view.asking)
    assert "needs packages" in dialog.hint.text()


@pytest.fixture
def held(monkeypatch):
    """Drawing in full size waits for the second event, and tells that it does by the first."""
    entered, gate = threading.Event(), threading.Event()
    planes = frame.planes

    def slow(*arguments):
        entered.set()
        gate.wait(10)
        return planes(*arguments)

    monkeypatch.setattr("facedesigner.export.fabrication.planes", slow)
    return entered, gate


def test_it_can_be_stopped_and_closed(qtbot, dialog, tmp_path, held):
    entered, gate = held
    dialog.save(PNG, tmp_path / "a.png")
    assert entered.wait(10) and dialog.stop_button.isVisible()
    dialog.stop_button.click()
    gate.set()
    qtbot.waitUntil(lambda: "Stopped" in dialog.message.text())
    assert not list(tmp_path.iterdir())
    dialog.reject()
    qtbot.waitUntil(dialog._thread.isFinished)


def test_closing_does_not_wait_for_a_long_step(qtbot, dialog, tmp_path, held):
    entered, gate = held
    dialog.save(PNG, tmp_path / "a.png")
    assert entered.wait(10)
    dialog.reject()
    assert not dialog._thread.isFinished() and dialog._thread in LEAVING
    gate.set()
    qtbot.waitUntil(lambda: not LEAVING)
    assert dialog._thread.isFinished() and not list(tmp_path.iterdir())


def test_what_goes_wrong_is_shown(qtbot, dialog, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(export_dialog, "show_error", lambda title, why, parent: shown.append(why))
    (tmp_path / "file").write_bytes(b"")
    dialog.save(PNG, tmp_path / "file" / "a.png")
    qtbot.waitUntil(lambda: bool(shown))
    assert "could not be written" in shown[0] and dialog.buttons[PNG].isEnabled()
