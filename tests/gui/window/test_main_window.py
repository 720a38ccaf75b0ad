from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton, QWidget

from facedesigner import resources
from facedesigner.export.png import read_face, save_png
from facedesigner.export.strip import save_sheet
from facedesigner.gui import theme
from facedesigner.gui.photo.paste_dialog import PasteDialog
from facedesigner.gui.widgets.errors import ErrorDialog
from facedesigner.gui.window import documents
from facedesigner.gui.window.lazy_tab import LazyTab
from facedesigner.gui.window.main_window import MainWindow
from facedesigner.resources import default_weights
from facedesigner.state import project as project_file
from facedesigner.state import settings as settings_file
from facedesigner.state.face import FaceState, Latent
from facedesigner.state.project import Project
from facedesigner.state.sliders import Slider
from tests.gui.dropping import drop
from tests.gui.fake_engine import HASH, FakeEngine, fake_picture
from tests.gui.photo.fake_opener import FakeOpener

OTHER = "00000000deadbeef"


def test_fits_a_small_screen_whatever_tab_is_in_view(window, qtbot):
    window.design.sliders.see(window.session.face)
    window.show()
    for index in range(window.tabs.count()):
        window.tabs.setCurrentIndex(index)
        if isinstance(window.tabs.currentWidget(), LazyTab):
            window.tabs.currentWidget().build()
    QApplication.processEvents()
    least = window.minimumSizeHint()
    assert least.width() <= 1024 and least.height() <= 700


def message(window: MainWindow) -> str:
    """The text of the error that is shown, which is closed; "" if there is none."""
    for dialog in window.findChildren(ErrorDialog):
        if dialog.isVisible():
            dialog.close()
            return dialog.message.text()
    return ""


def await_message(window: MainWindow, qtbot) -> str:
    qtbot.waitUntil(lambda: any(dialog.isVisible() for dialog in window.findChildren(ErrorDialog)))
    return message(window)


def picture(path: Path, face: FaceState) -> Path:
    return save_png(fake_picture(face), path, face, "fake")


def test_the_model_shows_in_the_status_bar_and_about_box(window, qtbot):
    assert window.status.model.text() == "fake · 64 px"
    qtbot.waitUntil(lambda: window.status.device.text() == "cpu")
    qtbot.waitUntil(lambda: "4.0 ms" in window.status.milliseconds.text())
    window.show_about()
    from facedesigner.gui.window.about import AboutBox

    assert "gradients" in window.findChild(AboutBox).card.toPlainText()


def test_a_chosen_model_is_remembered_of_shipped_ones_by_name(window, qtbot, tmp_path, monkeypatch):
    window.documents.load_model(tmp_path / "mine.safetensors")
    qtbot.waitUntil(lambda: window.session.info.name == "mine")
    assert window.preferences.settings.weights == str(tmp_path / "mine.safetensors")
    monkeypatch.setattr(resources, "_ROOTS", (*resources._ROOTS, tmp_path))
    shipped = tmp_path / "weights" / "shipped.safetensors"
    shipped.parent.mkdir()
    shipped.write_bytes(b"")
    for path, remembered in ((shipped, "shipped.safetensors"), (default_weights(), "")):
        window.documents.load_model(path)
        qtbot.waitUntil(lambda path=path: window.session.info.name == path.stem)
        assert window.preferences.settings.weights == remembered


def test_a_model_that_comes_along_is_loaded_by_the_menu(window, qtbot):
    (action,) = [one for one in window.actions_.shipped.actions() if one.text() == "style128"]
    action.trigger()
    qtbot.waitUntil(lambda: window.session.info.name == "style128")
    assert not action.isEnabled()


def test_new_faces_is_one_step_that_undo_takes_back(window):
    before = window.session.scene
    window.actions_.new_faces.trigger()
    assert len(window.session.gallery) == 9 and window.isWindowModified()
    window.actions_.undo.trigger()
    assert window.session.scene == before and not window.isWindowModified()


def test_a_picture_with_its_recipe_is_dropped_and_undone(window, tmp_path):
    face = FaceState(HASH, seed=77, controls=(("pc01", 1.5),), psi=0.6)
    before = window.session.face
    drop(window, picture(tmp_path / "a.png", face))
    assert window.session.face == face
    window.actions_.undo.trigger()
    assert window.session.face == before


@pytest.mark.parametrize("name", ["a.face", "missing.face"])
def test_what_cannot_be_opened_is_explained_and_changes_nothing(window, tmp_path, name):
    if "missing" not in name:
        (tmp_path / name).write_bytes(b"\x89PNG nothing")
    before = window.session.scene
    drop(window, tmp_path / name)
    assert message(window)
    assert window.session.scene == before and window.session.undo_stack.count() == 0


@pytest.mark.parametrize("name", ["a.png", "a.txt", "a", "missing.jpg", "photo.jpg"])
def test_whatever_else_is_opened_as_a_photo(window, tmp_path, name, monkeypatch):
    opened: list[Path] = []
    monkeypatch.setattr(window.documents.photos, "open", opened.append)
    if "missing" not in name:
        (tmp_path / name).write_bytes(b"\x89PNG nothing")
    before = window.session.scene
    drop(window, tmp_path / name)
    assert opened == [tmp_path / name] and window.session.scene == before


def test_a_photo_is_opened_refined_and_stopped(window, qtbot, monkeypatch, tmp_path):
    opener = FakeOpener()
    photos = window.documents.photos
    monkeypatch.setattr(photos.desk, "make", lambda: opener)
    window.show()
    window.tabs.setCurrentIndex(window.tabs.addTab(QWidget(), "Other"))
    drop(window, Path("me.jpg"))
    qtbot.waitUntil(window.docks.photo.isVisible)
    assert window.tabs.currentWidget() is window.faces and window.session.undo_stack.undoText() == "Open photo me.jpg"
    qtbot.waitUntil(window.status.stop.isVisible)
    assert window.status.work.text() == "Refining me.jpg"
    opener.step.release(5)
    qtbot.waitUntil(lambda: window.status.bar.value() == 50)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not photos.is_refining)
    assert not window.status.bar.isVisible() and window.session.undo_stack.count() == 1
    window.session.commit("Turn", face=window.session.face.with_control("pc01", 1.0))
    window.actions_.paste.trigger()
    dialog = window.findChild(PasteDialog)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "me-edited"), ""))
    qtbot.waitUntil(dialog.save_button.isEnabled)
    dialog.save_button.click()
    qtbot.waitUntil(lambda: window.status.currentMessage() == f"Wrote {tmp_path / 'me-edited.png'}")
    assert opener.pasted == [(Path("me.jpg"), True)] and (tmp_path / "me-edited.png").is_file()
    window.close()
    assert opener.closed and not photos.desk.is_running


def test_the_photo_of_a_sketch_is_fitted_in_design(window, qtbot, monkeypatch):
    opener = FakeOpener()
    photos = window.documents.photos
    monkeypatch.setattr(photos.desk, "make", lambda: opener)
    window.tabs.setCurrentIndex(window.tabs.addTab(QWidget(), "Other"))
    with qtbot.waitSignal(photos.opened):
        window.tabs.photo_made.emit(Path("sketch-1.png"))
    assert opener.found == [("sketch-1.png", True)] and window.tabs.currentWidget() is window.faces
    assert window.session.undo_stack.undoText() == "Open photo sketch-1.png"
    assert photos.record is not None and photos.record.path == Path("sketch-1.png")  # to be pasted back into
    with qtbot.waitSignal(photos.opened):
        window.tabs.photo_found.emit(Path("me.jpg"))
    assert opener.found[1:] == [("me.jpg", False)]


def test_a_photo_named_before_the_model_is_there_opens_with_it(make_window, qtbot, monkeypatch):
    window = make_window(wait=False)
    opened: list[Path] = []
    monkeypatch.setattr(window.documents.photos, "open", opened.append)
    window.documents.open(Path("me.jpg"))
    qtbot.waitUntil(lambda: opened == [Path("me.jpg")])


def test_another_models_face_may_be_opened_as_a_photo(window, tmp_path, monkeypatch):
    opened: list[Path] = []
    monkeypatch.setattr(window.documents.photos, "open", opened.append)
    drop(window, picture(tmp_path / "a.png", FaceState(OTHER, seed=1)))
    box = window.findChild(QMessageBox)
    next(button for button in box.buttons() if "photo" in button.text()).click()
    assert opened == [tmp_path / "a.png"]


def test_a_face_of_another_model_names_both(window, tmp_path):
    drop(window, picture(tmp_path / "a.png", FaceState(OTHER, seed=1)))
    box = window.findChild(QMessageBox)
    assert OTHER in box.text() and HASH in box.text() and "Load" in box.text()
    assert window.session.face.model == HASH
    box.close()


def test_a_face_of_a_model_that_comes_along_opens_with_it(window, tmp_path, qtbot, monkeypatch):
    shipped = tmp_path / "broad.safetensors"  # another model to the fake engine
    face = FaceState(FakeEngine().load(shipped).hash, seed=5)
    monkeypatch.setattr(documents, "shipped_weights", {face.model: shipped}.get)
    drop(window, picture(tmp_path / "a.png", face))
    box = window.findChild(QMessageBox)
    assert "broad comes with FaceDesigner" in box.text()
    next(button for button in box.buttons() if button.text() == "&Load broad").click()
    qtbot.waitUntil(lambda: window.session.face == face)


def test_a_picture_that_its_recipe_does_not_draw_can_be_opened_as_a_photo(window, tmp_path, qtbot):
    face = FaceState(HASH, seed=77)
    path = save_png(fake_picture(face.with_seed(5)), tmp_path / "a.png", face, "fake")
    with qtbot.waitSignal(window.documents.recipes.looked) as looked:
        drop(window, path)
        assert window.session.face == face  # shown before it is compared
    assert not looked.args[0].holds
    box = window.findChild(QMessageBox)
    assert "a.png was opened by its recipe" in box.text() and "is not what its recipe draws" in box.text()
    opened: list[Path] = []
    window.documents.photos.open = opened.append
    next(button for button in box.buttons() if "photo" in button.text()).click()
    assert opened == [path]


def test_a_picture_that_its_recipe_draws_opens_without_a_word(window, tmp_path, qtbot):
    face = FaceState(HASH, seed=77)
    large = np.asarray(Image.fromarray(fake_picture(face)).resize((128, 128)))
    for pixels in (fake_picture(face), large):
        with qtbot.waitSignal(window.documents.recipes.looked) as looked:
            drop(window, save_png(pixels, tmp_path / "a.png", face, "fake", overwrite=True))
        assert looked.args[0].holds and window.findChild(QMessageBox) is None


def test_a_sheet_opens_as_its_face_without_a_word_unless_a_face_on_it_was_edited(window, tmp_path, qtbot):
    face = FaceState(HASH, seed=77, controls=(("pc02", 1.0),))
    others = [face.with_control("pc01", value) for value in (-2.0, 0.0, 2.0)]
    for drawn in (others, [others[0], face.with_seed(5), others[2]]):
        pictures = [fake_picture(one) for one in drawn]
        path = save_sheet(pictures, others, (5, 30, 70), tmp_path / "ages.png", face, "fake", overwrite=True)
        with qtbot.waitSignal(window.documents.recipes.looked) as looked:
            drop(window, path)
            assert window.session.face == face
        assert looked.args[0].holds is (drawn is others)
        assert (window.findChild(QMessageBox) is None) is (drawn is others)


def test_a_file_named_before_the_model_is_there_opens_with_it(make_window, qtbot, tmp_path):
    window = make_window(wait=False)
    window.documents.open(picture(tmp_path / "a.png", FaceState(HASH, seed=77)))
    qtbot.waitUntil(lambda: window.session.face.seed == 77)


def test_a_file_waits_for_a_model_that_is_chosen_meanwhile(make_window, qtbot, tmp_path):
    window = make_window(wait=False)
    window.documents.open(picture(tmp_path / "a.png", FaceState(HASH, seed=77)))
    window.documents.load_model(Path("fake.safetensors"))
    qtbot.waitUntil(lambda: window.session.face.seed == 77)


def test_a_project_is_saved_and_opened_again(window, tmp_path):
    path = tmp_path / "ada.face"
    window.session.commit("Seed", face=window.session.face.with_seed(5), gallery=[window.session.face])
    assert window.documents.save_to(path)
    saved = window.session.project()
    assert "ada" in window.windowTitle() and not window.isWindowModified()
    window.session.commit("Seed", face=window.session.face.with_seed(6))
    assert window.isWindowModified()
    window.actions_.save.trigger()
    assert project_file.load(path).face.seed == 6
    project_file.save(saved, path)
    drop(window, path)
    assert window.session.project() == saved and not window.isWindowModified()


def test_a_folder_that_cannot_be_written_gives_a_message(window, tmp_path):
    assert not window.documents.save_to(tmp_path / "no" / "such" / "ada.face")
    assert "Choose another folder" in message(window)
    assert window.documents.path is None


def test_export_suggests_the_seed_and_writes_the_recipe(window, qtbot, tmp_path, monkeypatch):
    suggested = []

    def choose(_parent, _title, suggestion, _kind):
        suggested.append(Path(suggestion).name)
        return suggestion, ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    window.session.commit("Seed", face=window.session.face.with_seed(42))
    window.actions_.export.trigger()
    qtbot.waitUntil(lambda: (tmp_path / "seed0042.png").exists())
    assert read_face(tmp_path / "seed0042.png") == window.session.face
    window.actions_.export.trigger()
    assert suggested[0] == "seed0042.png" and suggested[1] != "seed0042.png"


def test_export_never_overwrites_silently(window, qtbot, tmp_path):
    path = tmp_path / "mine.png"
    path.write_bytes(b"precious")
    window.documents.export_to(path)
    assert "mine.png" in await_message(window, qtbot)
    assert path.read_bytes() == b"precious"


def test_a_name_without_ending_that_exists_is_asked_about(window, tmp_path, monkeypatch):
    (tmp_path / "mine.png").write_bytes(b"precious")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "mine"), ""))
    asked: list[str] = []

    def refuse(_parent, _title, question):
        asked.append(question)
        return QMessageBox.StandardButton.No

    monkeypatch.setattr(QMessageBox, "question", refuse)
    window.actions_.export.trigger()
    assert "mine.png" in asked[0] and (tmp_path / "mine.png").read_bytes() == b"precious"


def test_broken_weights_are_named_and_the_old_model_goes_on(window, qtbot):
    window.documents.load_model(Path("broken.safetensors"))
    told = await_message(window, qtbot)
    assert "cut short" in told and "fake is still in use" in told
    assert window.session.info.hash == HASH


def test_without_any_model_the_window_says_what_to_do(make_window, qtbot):
    window = make_window("broken.safetensors", wait=False)
    qtbot.waitUntil(lambda: window.faces.currentIndex() == 1)
    assert "cut short" in message(window)
    words = {button.text(): button for button in window.faces.currentWidget().findChildren(QPushButton)}
    words["T&rain a model"].click()
    assert window.tabs.currentWidget() is window.tabs.training


def test_broken_chosen_weights_fall_back_to_the_shipped_ones(make_window, qtbot):
    window = make_window("broken.safetensors", fallback=Path("fake.safetensors"))
    assert window.session.info.hash == HASH
    assert "comes with FaceDesigner" in message(window)


def test_the_gallery_is_there_again_after_a_restart(make_window, places):
    first = make_window()
    first.actions_.new_faces.trigger()
    first.session.commit("Lock", locks=frozenset({"seed"}))
    kept = first.session.project()
    first.close()
    assert not first.thread_.isRunning()
    second = make_window()
    assert second.session.project() == kept
    assert second.session.undo_stack.count() == 0


def test_changes_are_kept_soon_after_they_are_made(window, qtbot, places):
    window.documents.kept._timer.setInterval(0)
    window.session.commit("Seed", face=window.session.face.with_seed(1234))
    path = places.sessions / f"{HASH}.face"
    qtbot.waitUntil(lambda: path.exists() and project_file.load(path).face.seed == 1234)


def test_each_model_has_its_own_session(window, qtbot):
    window.session.commit("Seed", face=window.session.face.with_seed(1234))
    window.documents.load_model(Path("second.safetensors"))
    qtbot.waitUntil(lambda: window.session.info.name == "second")
    assert window.session.face.model == window.session.info.hash
    window.documents.load_model(Path("fake.safetensors"))
    qtbot.waitUntil(lambda: window.session.info.name == "fake")
    assert window.session.face == FaceState(HASH, seed=1234)


def test_a_broken_session_is_set_aside(make_window, places):
    places.sessions.mkdir(parents=True)
    (places.sessions / f"{HASH}.face").write_text("{half")
    window = make_window()
    assert "set aside" in message(window)
    assert (places.sessions / f"{HASH}.broken").read_text() == "{half"


def test_unsaved_changes_of_a_file_are_asked_about_on_close(window, tmp_path, monkeypatch):
    window.documents.save_to(tmp_path / "ada.face")
    window.session.commit("Seed", face=window.session.face.with_seed(6))
    answers = [QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Save]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    assert not window.close() and window.thread_.isRunning()
    assert window.close() and not window.thread_.isRunning()
    assert project_file.load(tmp_path / "ada.face").face.seed == 6


def test_the_theme_changes_at_run_time_and_is_remembered(window, places, qapp):
    try:
        light = next(action for action in window.actions_.themes.actions() if action.data() == "light")
        before = window.actions_.open.icon().pixmap(24).toImage()
        light.trigger()
        assert theme.current() == "light" and settings_file.load(places.settings).theme == "light"
        assert window.actions_.open.icon().pixmap(24).toImage() != before
    finally:
        qapp.setStyleSheet("")


def test_a_device_that_is_not_there_is_refused_with_a_message(window, qtbot):
    window.preferences.set(replace(window.preferences.settings, device="cuda"))
    assert "cuda" in await_message(window, qtbot)


def test_the_device_menu_moves_the_engine(window, qtbot):
    qtbot.waitUntil(lambda: len(window.status.menu.actions()) == 3)
    window.status.menu.actions()[-1].trigger()
    qtbot.waitUntil(lambda: window.status.device.text() == "fake")


def test_drawing_the_gallery_shows_progress_that_can_be_stopped(window, qtbot, engine):
    qtbot.waitUntil(lambda: len(engine.requests) >= 10)
    engine.gate.clear()
    window.actions_.new_faces.trigger()
    qtbot.waitUntil(lambda: window.status.bar.isVisibleTo(window), timeout=5000)
    assert window.status.stop.isVisibleTo(window)
    window.actions_.stop.trigger()
    engine.gate.set()
    qtbot.waitUntil(lambda: not window.status.bar.isVisibleTo(window))


def test_what_belongs_to_design_is_there_with_design_alone(window):
    window.show()
    window.docks.photo.show()
    other = window.tabs.addTab(QWidget(), "Other")
    window.tabs.setCurrentIndex(other)
    assert not window.docks.photo.isVisible() and not window.actions_.new_faces.isEnabled()
    window.tabs.show_faces()
    assert window.docks.photo.isVisible() and window.actions_.new_faces.isEnabled()
    window.docks.photo.toggleViewAction().trigger()
    window.tabs.setCurrentIndex(other)
    window.tabs.show_faces()
    assert not window.docks.photo.isVisible()


def test_every_shortcut_is_on_the_sheet_and_unambiguous(window):
    from facedesigner.gui.window.shortcuts import ShortcutSheet

    window.show_shortcuts()
    sections = window.findChild(ShortcutSheet).sections
    rows = dict(sections["Everywhere"])
    for keys in ("Ctrl+O", "Ctrl+S", "Ctrl+E", "Ctrl+Z", "Ctrl+Shift+Z", "Esc", "?  or  F1"):
        assert keys in rows
    assert any("Ctrl+Enter" in keys for keys in rows)
    for name, lines in sections.items():
        assert len(dict(lines)) == len(lines), name
    assert {"B", "M"} <= set(dict(sections["Design"]))


def test_a_png_comes_back_with_its_locks_and_taught_sliders(window, tmp_path):
    taught = Slider("Hat", Latent(1, 8, bytes(28) + b"\x00\x00\x80?")).taught
    face = FaceState(HASH, seed=5).with_control(taught.name, 1.0, taught).with_locks(["pc01"])
    window.session.commit("Lock", locks=frozenset({"pc02", "seed"}))
    window.documents.open(save_png(fake_picture(face), tmp_path / "face.png", face, "fake"))
    assert window.session.face == face and window.session.locks == {"pc01", "seed"}
    assert window.design.controls.rows[-1].control.label == "Hat"


def test_a_project_of_another_model_is_refused(window, tmp_path):
    path = tmp_path / "a.face"
    project_file.save(Project(FaceState(OTHER, seed=1)), path)
    drop(window, path)
    box = window.findChild(QMessageBox)
    assert OTHER in box.text() and window.documents.path is None
    box.close()


def test_the_face_in_view_is_kept_among_the_favourites(window, qtbot):
    window.show()
    window.session.commit("Name", face=window.session.face.with_name("Anna"))
    window.actions_.keep.trigger()
    assert window.docks.favourites.isVisible() and "Anna is kept" in window.status.currentMessage()
    window.session.commit("Seed", face=window.session.face.with_seed(99))
    window.favourites_panel.chosen.emit(window.kept.faces[0])
    assert window.session.undo_stack.undoText() == "Choose Anna" and window.session.face.name == "Anna"
    window.tabs.setCurrentIndex(window.tabs.addTab(QWidget(), "Other"))
    assert not window.docks.favourites.isVisible() and not window.actions_.keep.isEnabled()
    window.tabs.show_faces()
    assert window.docks.favourites.isVisible()


def test_a_report_can_be_copied(window):
    window.actions_.report.trigger()
    dialog = window.findChild(ErrorDialog)
    assert "Look through them first" in dialog.message.text()
    assert dialog.details.startswith("FaceDesigner ") and "There is no log." in dialog.details
    dialog.close()
