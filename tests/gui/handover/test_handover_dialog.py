"""The dialog that makes a package, shows it, and writes what it has shown."""

from __future__ import annotations

import errno
import threading
import zipfile

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from facedesigner.export.cutout import Cutout
from facedesigner.export.fabrication import Options
from facedesigner.export.handed_over import checked
from facedesigner.export.layout import Layout
from facedesigner.export.measure import Size
from facedesigner.gui.handover import handover_dialog
from facedesigner.gui.handover.handover_dialog import HandoverDialog
from facedesigner.gui.handover.packer import Packer, package_of
from facedesigner.gui.handover.robot_form import FILE
from facedesigner.gui.handover.wish import Wish, life_size
from facedesigner.gui.places import Places
from facedesigner.gui.work import companion
from facedesigner.state.face import FaceState
from tests.unit.export.faces import eyed, find_eyes

FACE = FaceState("0123456789abcdef", seed=42)
WISH = Wish(Options(Size(20.0, dpi=50.0), method="bicubic"), Layout(), "seed0042", FACE, "tiny")
SMALL = 'title = "Tiny robot"\npupil_mm = 20\ndpi = 50\n[[opening]]\nat = "eyes"\nwidth_mm = 4\nheight_mm = 4\n'


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    found = Places(tmp_path / "user" / "settings.toml", tmp_path / "user" / "sessions")
    monkeypatch.setattr(Places, "of_user", classmethod(lambda cls: found))
    return found


@pytest.fixture(autouse=True)
def packing(monkeypatch):
    """In the same process; `packing.wait()` is passed at once unless it was cleared."""
    gate = threading.Event()
    gate.set()

    def certifier(path):
        raise ValueError("there are no embeddings of what it was trained on")

    def pack(self, picture, wish, progress, stopped):
        progress(0.1, "Enlarging")
        while not gate.wait(0.01):
            if stopped():
                raise companion.Stopped
        return package_of(picture, wish, find_eyes, certifier, progress)

    monkeypatch.setattr(Packer, "pack", pack)
    monkeypatch.setattr("facedesigner.export.fabrication.NETWORKS", ())
    monkeypatch.setattr(
        "facedesigner.export.fabrication.cut_out",
        lambda picture, marks: Cutout(picture, np.ones(picture.shape[:2], np.float32)),
    )
    monkeypatch.setattr("facedesigner.engine.relief.finder", lambda: find_eyes)
    return gate


@pytest.fixture
def make(qtbot, tmp_path):
    dialogs = []

    def made(picture=None, wish=WISH):
        dialog = HandoverDialog(eyed() if picture is None else picture, wish, tmp_path)
        dialogs.append(dialog)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    yield made
    for dialog in dialogs:
        dialog.shut_down()


@pytest.fixture
def ready(qtbot, make):
    dialog = make()
    dialog.make_button.click()
    qtbot.waitUntil(lambda: dialog.package is not None, timeout=20_000)
    return dialog


def names(dialog):
    return [dialog.files.item(row).data(Qt.ItemDataRole.UserRole) for row in range(dialog.files.count())]


def look_at(dialog, ending):
    dialog.files.setCurrentRow(next(row for row, name in enumerate(names(dialog)) if name.endswith(ending)))
    return dialog.part


def test_nothing_is_written_before_it_was_seen(ready, tmp_path):
    assert names(ready) == list(ready.package.parts) and not list(tmp_path.glob("seed*"))
    assert ready.pages.currentWidget() is ready.part
    assert look_at(ready, "seed0042.png").picture.picture.width() == 157  # 20 mm between pupils 31 pixels apart
    assert look_at(ready, "-cutout.png").picture.picture.hasAlphaChannel()
    assert "Sizes in bytes, and SHA-256" in look_at(ready, "-readme.txt").text.toPlainText()
    assert '"seed": 42' in look_at(ready, "-recipe.json").text.toPlainText()
    assert look_at(ready, "-relief.stl").stack.currentWidget() is ready.part.picture
    assert "The certificate is left out: no model is loaded" in ready.message.text()


def test_the_sheet_is_leafed_through(ready):
    part = look_at(ready, "-sheet.pdf")
    assert part.place.text() == "Page 1 of 2" and not part.back.isEnabled() and part.place.isVisible()
    first = part.picture.picture
    part.forth.click()
    assert part.place.text() == "Page 2 of 2" and not part.forth.isEnabled() and part.picture.picture != first
    look_at(ready, ".png")
    assert not part.place.isVisible()


@pytest.mark.parametrize("target", ["face.zip", "face"])
def test_what_was_seen_is_written(qtbot, ready, tmp_path, target):
    with qtbot.waitSignal(ready.said):
        ready.save(tmp_path / target)
    assert not checked(tmp_path / target).wrong
    if target.endswith("zip"):
        with zipfile.ZipFile(tmp_path / target) as archive:
            assert {name: archive.read(name) for name in archive.namelist()} == ready.package.parts
    assert "Wrote" in ready.message.text()


def test_a_full_disk_is_told_and_nothing_is_left(qtbot, ready, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    shown = []
    monkeypatch.setattr("facedesigner.export.writing.write_atomically", full)
    monkeypatch.setattr(handover_dialog, "show_error", lambda title, why, parent: shown.append(why))
    ready.save(tmp_path / "face.zip")
    qtbot.waitUntil(lambda: bool(shown))
    assert "the disk is full" in shown[0].lower() and not list(tmp_path.glob("*.zip"))
    assert ready.zip_button.isEnabled()


def test_a_preset_says_what_it_asks_for_and_is_used(qtbot, make, places):
    places.presets.mkdir(parents=True)
    (places.presets / "aaa.toml").write_text(SMALL)
    dialog = make()
    items = [dialog.form.presets.itemText(row) for row in range(dialog.form.presets.count())]
    assert items[1:] == ["aaa", "desk-companion", "greeter-shell", "lab-head", FILE]
    dialog.form.choose(items.index("greeter-shell"))
    assert "A head of 440 mm, 150 dpi, A3; a shell of 180 mm radius." in dialog.form.about.text()
    dialog.form.choose(items.index("aaa"))
    assert "openings: eyes 4 × 4 mm" in dialog.form.about.text()
    dialog.make()
    qtbot.waitUntil(lambda: dialog.package is not None, timeout=20_000)
    assert "for: Tiny robot" in look_at(dialog, "-readme.txt").text.toPlainText()
    dialog.form.choose(0)  # what was made was for another robot
    assert dialog.package is None and not dialog.files.count() and not dialog.zip_button.isEnabled()


def test_a_broken_preset_names_its_line_and_makes_nothing(make, places, tmp_path, monkeypatch):
    (tmp_path / "bad.toml").write_text("dpi = 300\npaper =\n")
    dialog = make()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "bad.toml"), ""))
    last = dialog.form.presets.count() - 1
    dialog.form.choose(last)
    assert "line 2" in dialog.message.text() and not dialog.make_button.isEnabled()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    dialog.form.choose(last + 1)  # given up
    assert dialog.form.presets.currentText() == "bad"
    dialog.form.choose(0)
    assert dialog.make_button.isEnabled()


def test_without_eyes_two_clicks_are_asked_for(qtbot, make):
    dialog = make(np.full((60, 80, 3), 120, np.uint8))
    dialog.make()
    qtbot.waitUntil(lambda: dialog.view.asking, timeout=20_000)
    assert "click the two pupils" in dialog.message.text() and not dialog.make_button.isEnabled()
    for x in (30, 50):
        qtbot.mouseClick(dialog.view, Qt.MouseButton.LeftButton, pos=dialog.view.place_of(x, 30).toPoint())
    assert dialog.make_button.isEnabled()
    dialog.make()
    qtbot.waitUntil(lambda: dialog.package is not None, timeout=20_000)


def test_it_can_be_stopped(qtbot, make, packing):
    packing.clear()
    dialog = make()
    dialog.make()
    qtbot.waitUntil(lambda: "Enlarging" in dialog.message.text())
    assert not dialog.make_button.isEnabled() and dialog.bar.isVisible()
    dialog.stop_button.click()
    qtbot.waitUntil(lambda: "Stopped" in dialog.message.text())
    assert dialog.make_button.isEnabled() and dialog.package is None


def test_the_recipe_can_be_left_out(qtbot, make):
    dialog = make(wish=life_size(FACE, "tiny", None))
    assert dialog.form.wish.face == FACE and dialog.form.wish.stem == "seed0042"
    dialog.form.recipe.setChecked(False)
    assert dialog.form.wish.face is None
    assert not make(wish=life_size(None, "", None)).form.recipe.isEnabled()
