from __future__ import annotations

import threading

import numpy as np
import pytest
from PIL import Image as Pillow
from PySide6.QtCore import Qt

from facedesigner.engine import landmarks
from facedesigner.export import frame
from facedesigner.export.cutout import Cutout
from facedesigner.export.png import read_face
from facedesigner.gui.fabrication import export_dialog
from facedesigner.gui.fabrication.cutter import Cutter
from facedesigner.gui.fabrication.export_dialog import FabricationDialog
from facedesigner.gui.fabrication.fabricator import Fabricator
from facedesigner.gui.fabrication.order import PNG, SHEET
from facedesigner.gui.handover.handover_dialog import HandoverDialog
from facedesigner.gui.work.desk import LEAVING
from facedesigner.state.face import FaceState
from tests.unit.export.faces import eyed, find_eyes

FACE = FaceState("0123456789abcdef", seed=42)


@pytest.fixture(autouse=True)
def cutter(monkeypatch):
    """Cuts out at once: a disc, or the upper half after `cutter.clear()`."""
    disc = threading.Event()
    disc.set()

    def cut(picture, marks):
        height, width = picture.shape[:2]
        rows, columns = np.mgrid[:height, :width] + 0.5
        inside = np.hypot(columns - width / 2, rows - height / 2) < 0.3 * height
        return Cutout(picture, (inside if disc.is_set() else rows < height / 2).astype(np.float32))

    monkeypatch.setattr("facedesigner.export.fabrication.cut_out", cut)
    monkeypatch.setattr(Cutter, "cut", lambda self, picture, marks, stopped: cut(picture, marks))
    return disc


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
    with qtbot.waitSignal(dialog.said, timeout=5000):
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
    assert "a side are the most" in dialog.message.text() and not dialog.hand_button.isEnabled()


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


def test_the_sheet_is_saved(qtbot, dialog, tmp_path):
    assert written(qtbot, dialog, SHEET, tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


def test_everything_is_handed_over_as_the_form_says(dialog, qtbot):
    dialog.form.pupil.setValue(31.5)
    dialog.form.recipe.setChecked(False)
    dialog.hand_button.click()
    (other,) = dialog.findChildren(HandoverDialog)
    wish = other.form.wish
    assert wish.options == dialog.form.options and wish.stem == "seed0042_31.5mm" and wish.face is None
    assert (
        other.form.presets.currentText() == "As in the export"
        and "31.5 mm between the pupils" in other.form.about.text()
    )
    other.reject()


def test_the_cut_out_is_previewed_as_the_settings_change(qtbot, dialog):
    qtbot.waitUntil(lambda: dialog.preview.picture is not None)
    assert not dialog.preview.picture.hasAlphaChannel() and dialog.tabs.currentWidget() is dialog.view
    dialog.form.background.setCurrentIndex(1)
    assert dialog.tabs.currentWidget() is dialog.preview  # it is what was asked for
    qtbot.waitUntil(lambda: dialog.preview.picture is not None and dialog.preview.picture.hasAlphaChannel())
    picture = dialog.preview.picture
    assert picture.pixelColor(2, 2).alpha() == 0
    assert picture.pixelColor(picture.width() // 2, picture.height() // 2).alpha() == 255
    shot = dialog.preview.grab().toImage()
    corner = dialog.preview.box().topLeft().toPoint()
    ground = {shot.pixelColor(corner.x() + 4 + 8 * step, corner.y() + 4).name() for step in range(4)}
    assert ground == {"#cccccc", "#999999"}  # chequered
    dialog.form.colour = "#20a040"
    dialog.form.background.setCurrentIndex(2)
    qtbot.waitUntil(lambda: not dialog.preview.picture.hasAlphaChannel())
    assert dialog.preview.picture.pixelColor(2, 2).name() == "#20a040"
    before = dialog.preview.picture
    dialog.form.mirror.setChecked(True)
    qtbot.waitUntil(lambda: dialog.preview.picture is not before)
    assert dialog.preview.picture == before.flipped(Qt.Orientation.Horizontal)


def test_the_window_does_not_wait_for_the_cut_out(qtbot, finder, make, monkeypatch, cutter):
    gate, cut = threading.Event(), Cutter.cut

    def slow(self, picture, marks, stopped):
        gate.wait(10)
        return cut(self, picture, marks, stopped)

    monkeypatch.setattr(Cutter, "cut", slow)
    dialog = make()
    qtbot.waitUntil(lambda: dialog.preview.picture is not None)
    dialog.form.background.setCurrentIndex(1)
    dialog.form.straighten.setChecked(False)
    assert dialog.buttons[PNG].isEnabled()
    gate.set()
    qtbot.waitUntil(lambda: dialog.preview.picture.hasAlphaChannel())
    assert dialog.preview.picture.width() / dialog.preview.picture.height() == pytest.approx(1.2, abs=0.01)


def test_hair_at_the_frame_is_warned_of_in_words(qtbot, finder, make, cutter):
    fine = make()
    qtbot.waitUntil(lambda: fine.preview.picture is not None)
    assert not fine.warning.isVisible()
    cutter.clear()
    dialog = make()
    qtbot.waitUntil(dialog.warning.isVisible)
    assert "Hair touches the frame at the top, on the left and on the right" in dialog.warning.text()
    dialog.form.pattern.setText("{nam}")
    assert not dialog.warning.isVisible() and "{nam}" in dialog.preview.words


def test_what_cannot_be_cut_out_says_why(qtbot, finder, make, monkeypatch):
    def fail(self, picture, marks, stopped):
        raise ValueError("the background cannot be told from the face")

    monkeypatch.setattr(Cutter, "cut", fail)
    dialog = make()
    dialog.form.background.setCurrentIndex(1)
    qtbot.waitUntil(lambda: "cannot be told" in dialog.preview.words)
    dialog.form.background.setCurrentIndex(0)
    qtbot.waitUntil(lambda: dialog.preview.picture is not None)


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
    """Drawing in full size waits for the second event, and tells that it does by the first; the preview does not."""
    entered, gate = threading.Event(), threading.Event()
    planes, write = frame.planes, Fabricator.write
    writing: list[int] = []

    def remember(self, order, job):
        writing.append(threading.get_ident())
        return write(self, order, job)

    def slow(*arguments):
        if threading.get_ident() in writing:
            entered.set()
            gate.wait(10)
        return planes(*arguments)

    monkeypatch.setattr(Fabricator, "write", remember)

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
    qtbot.waitUntil(lambda: not dialog.desk.is_running)


def test_closing_does_not_wait_for_a_long_step(qtbot, dialog, tmp_path, held):
    entered, gate = held
    dialog.save(PNG, tmp_path / "a.png")
    assert entered.wait(10)
    dialog.reject()
    assert dialog.desk.is_running and dialog.desk in LEAVING
    gate.set()
    qtbot.waitUntil(lambda: not LEAVING)
    assert not dialog.desk.is_running and not list(tmp_path.iterdir())


def test_what_goes_wrong_is_shown(qtbot, dialog, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(export_dialog, "show_error", lambda title, why, parent: shown.append(why))
    (tmp_path / "file").write_bytes(b"")
    dialog.save(PNG, tmp_path / "file" / "a.png")
    qtbot.waitUntil(lambda: bool(shown))
    assert "could not be written" in shown[0] and dialog.buttons[PNG].isEnabled()
