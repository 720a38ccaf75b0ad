"""The real window around the real engine, from start to restart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox

from benchmarks.actions import Actions
from benchmarks.wandering import Wandering
from benchmarks.window import Troubles, is_drawn, opened
from facedesigner.contract.request import RenderRequest
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.export.png import read_face
from facedesigner.gui.widgets.pixels import to_qimage
from facedesigner.gui.window.main_window import MainWindow
from facedesigner.state.face import FaceState
from tests.gui.dropping import drop
from tests.tiny import tiny_weights
from training.weights import load_weights

LEFT, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    return tiny_weights(tmp_path_factory.mktemp("weights") / "tiny.safetensors")


@pytest.fixture(scope="module")
def engine(weights: Path) -> FaceEngine:
    """Another engine with the same weights, to compare with."""
    engine = FaceEngine("cpu")
    engine.load(weights)
    return engine


@pytest.fixture
def start(qtbot, weights: Path, tmp_path: Path) -> Iterator[Callable[..., MainWindow]]:
    """Starts the program: a window with its face and gallery drawn. What it keeps is in `folder` below tmp_path."""
    with ExitStack() as stack:

        def start(folder: str = "user", weights: Path = weights) -> MainWindow:
            home = tmp_path / folder
            home.mkdir(exist_ok=True)
            window = stack.enter_context(opened(weights, home))
            qtbot.waitUntil(lambda: is_drawn(window), timeout=30_000)  # the first one imports torch
            return window

        yield start


@pytest.fixture
def window(start: Callable[..., MainWindow]) -> MainWindow:
    return start()


@pytest.fixture
def told(monkeypatch) -> list[str]:
    """What the window complained of, in place of dialogs."""
    said: list[str] = []
    for module in ("main_window", "documents"):
        monkeypatch.setattr(
            f"facedesigner.gui.window.{module}.show_error",
            lambda title, message, *_, **__: said.append(f"{title}: {message}"),
        )
    return said


def await_picture(qtbot, window: MainWindow, engine: FaceEngine) -> None:
    """Waits until the view shows the full picture of the session's face, the very one that `engine` draws."""
    image = engine.render(RenderRequest(window.session.face)).image
    assert image is not None
    qtbot.waitUntil(lambda: window.design.view.picture == to_qimage(image))


def shape(window: MainWindow) -> FaceState:
    """Another face, with sliders, truncation and noise of its own: one undo step."""
    face = FaceState(
        window.session.face.model,
        seed=4_000_000_000,
        controls=(("pc01", 1.25), ("pc02@coarse", -2.0)),
        psi=0.9,
        noise_seed=77,
    )
    window.session.commit("Shape", face=face)
    return face


def test_the_first_face_and_nine_others_are_drawn(qtbot, window, engine):
    faces = window.session.gallery
    assert len(set(faces)) == 9 and window.session.undo_stack.count() == 0
    assert window.status.model.text() == "tiny · 16 px"
    for face, tile in zip(faces, window.design.gallery.tiles, strict=True):
        image = engine.render(RenderRequest(face)).image
        assert tile.picture.size() == to_qimage(image).size() * (tile.picture.width() // 16)
    await_picture(qtbot, window, engine)


def test_a_tile_is_chosen_by_a_click(qtbot, window, engine):
    qtbot.mouseClick(window.design.gallery.tiles[4], LEFT)
    assert window.session.face == window.session.gallery[4]
    await_picture(qtbot, window, engine)


def test_a_drag_previews_and_is_one_step_that_undo_takes_back(qtbot, window, engine):
    await_picture(qtbot, window, engine)
    before, slider = window.session.face, window.design.controls.rows[1].slider.slider
    slider.setSliderDown(True)
    for place in (500, 450, 400):
        with qtbot.waitSignal(window.thread_.rendered):
            slider.setSliderPosition(place)
    assert window.session.undo_stack.count() == 0
    assert window.session.committed_face == before != window.session.face
    await_picture(qtbot, window, engine)  # the hand rests: the full picture comes though it is not let go
    slider.setSliderDown(False)
    assert window.session.undo_stack.count() == 1
    assert window.session.committed_face.control("pc02") != 0
    await_picture(qtbot, window, engine)
    window.actions_.undo.trigger()
    assert window.session.face == before
    await_picture(qtbot, window, engine)


def test_breed_and_vary_fill_the_gallery(qtbot, window, engine):
    for button in (window.design.gallery_panel.breed_button, window.design.gallery_panel.vary_button):
        before = window.session.gallery
        for index in (0, 5):
            qtbot.mouseClick(window.design.gallery.tiles[index], LEFT, CONTROL)
        with qtbot.waitSignal(window.thread_.batch_finished, check_params_cb=lambda tag, _: tag == "gallery"):
            button.click()
        assert len(set(window.session.gallery)) == 9 and not set(window.session.gallery) & set(before)
        assert is_drawn(window)
    qtbot.mouseClick(window.design.gallery.tiles[8], LEFT)
    assert window.session.face.latent is not None
    await_picture(qtbot, window, engine)


@pytest.mark.parametrize("kind", ["seed", "latent"])
def test_an_exported_picture_brings_the_very_same_face_back(qtbot, window, engine, tmp_path, kind):
    face = shape(window)
    if kind == "latent":
        face = face.with_latent(engine.latent(face))
        window.session.commit("Latent", face=face)
    path = tmp_path / "face.png"
    with qtbot.waitSignal(window.thread_.answered, check_params_cb=lambda tag, *_: tag.startswith("export")):
        window.documents.export_to(path)
    image = engine.render(RenderRequest(face)).image
    with Image.open(path) as picture:
        np.testing.assert_array_equal(np.asarray(picture), image)

    window.session.commit("Elsewhere", face=FaceState(face.model, seed=1, psi=0.1, noise_seed=5))
    window.design.new_faces()
    await_picture(qtbot, window, engine)
    assert window.design.view.picture != to_qimage(image)

    window.documents.open(path)
    assert window.session.face == read_face(path) == face
    qtbot.waitUntil(lambda: window.design.view.picture == to_qimage(image))


def test_a_project_opens_in_another_users_window(qtbot, start, engine, tmp_path):
    first, path = start("ada"), tmp_path / "faces.face"
    shape(first)
    first.session.commit("Lock", locks=frozenset({"pc01", "seed"}))
    assert first.documents.save_to(path)
    saved = first.session.project()
    second = start("bob")
    assert second.session.project() != saved
    drop(second, path)
    assert second.session.project() == saved
    assert second.design.gallery.faces == saved.gallery
    assert second.design.controls.rows[0].lock.isChecked()
    await_picture(qtbot, second, engine)


def test_broken_weights_are_explained_and_the_old_model_goes_on(qtbot, window, engine, weights, tmp_path, told):
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(weights.read_bytes()[:-100])
    face = shape(window)
    drop(window, broken)
    qtbot.waitUntil(lambda: bool(told))
    assert "broken.safetensors" in told[0] and "tiny is still in use" in told[0]
    assert window.session.face == face
    window.session.commit("Seed", face=face.with_seed(3))
    await_picture(qtbot, window, engine)


def test_another_model_keeps_its_own_faces(qtbot, window, weights, tmp_path):
    mine, kept = window.session.info.hash, window.session.project()
    drop(window, tiny_weights(tmp_path / "other.safetensors", seed=1, name="other"))
    qtbot.waitUntil(lambda: window.session.info.hash != mine)
    qtbot.waitUntil(lambda: is_drawn(window) and bool(window.session.gallery))
    assert {face.model for face in window.session.gallery} == {window.session.info.hash}
    drop(window, weights)
    qtbot.waitUntil(lambda: window.session.info.hash == mine)
    assert window.session.project() == kept


def test_a_picture_of_another_model_is_explained(qtbot, window, start, tmp_path):
    other = start("other", tiny_weights(tmp_path / "other.safetensors", seed=1, name="other"))
    path = tmp_path / "theirs.png"
    with qtbot.waitSignal(other.thread_.answered, check_params_cb=lambda tag, *_: tag.startswith("export")):
        other.documents.export_to(path)
    before = window.session.scene
    drop(window, path)
    box = window.findChild(QMessageBox)
    assert other.session.info.hash in box.text() and window.session.info.hash in box.text()
    assert "Load the weights" in box.text()
    assert window.session.scene == before and window.session.undo_stack.count() == 0
    box.close()


def test_a_restart_shows_the_same_faces(qtbot, start, engine):
    first = start()
    shape(first)
    kept = first.session.project()
    first.close()
    assert not first.thread_.isRunning()
    second = start()
    assert second.session.project() == kept and second.design.gallery.faces == kept.gallery
    await_picture(qtbot, second, engine)


def test_the_picture_does_not_depend_on_the_number_of_cores(qtbot, start):
    torch.set_num_threads(2)
    window = start()
    with qtbot.waitSignal(window.thread_.answered, check_params_cb=lambda tag, *_: tag == "threads") as answer:
        window.thread_.call("threads", lambda engine: torch.get_num_threads())
    assert answer.args == ["threads", 1, ""]


def test_models_that_come_and_go_in_the_middle_of_everything_do_no_harm(qtbot, window, tmp_path, weights):
    """What the former model was asked for is dropped, not complained of."""
    other = tiny_weights(tmp_path / "other.safetensors", seed=2)
    with Troubles(window) as troubles:
        actions = Actions(window, seed=3).stream()
        window.design.tools.setCurrentIndex(2)
        for number in range(12):
            for _ in islice(actions, 8):
                QApplication.processEvents()
            window.documents.load_model(weights if number % 2 else other)
            window.design.new_faces()
            window.keep()
            slot = window.design.arithmetic.slots[0]
            slot.current_wanted.emit()
        hash = load_weights(weights).hash
        qtbot.waitUntil(lambda: window.session.info is not None and window.session.info.hash == hash, timeout=30_000)
        qtbot.waitUntil(lambda: window.session.face.model == hash and is_drawn(window), timeout=30_000)
    assert troubles.found == []


def test_two_hundred_random_actions_do_no_harm(qtbot, window, engine):
    steps: list[int] = []
    window.session.undo_stack.indexChanged.connect(steps.append)
    with Troubles(window) as troubles:
        for _ in islice(Actions(window, seed=7).stream(), 200):
            QApplication.processEvents()
        await_picture(qtbot, window, engine)
    assert troubles.found == []
    assert len(steps) > 20


def test_three_hundred_random_actions_everywhere_do_no_harm(qtbot, window, tmp_path, weights):
    """Tabs, dialogs, files, models, favourites: a short run of `benchmarks.soak`."""
    other = tiny_weights(tmp_path / "other.safetensors", seed=2)
    saved = tmp_path / "saved"
    saved.mkdir()
    with Troubles(window) as troubles:
        for _ in islice(Wandering(window, 5, saved, (weights, other)).stream(), 300):
            QApplication.processEvents()
        hash = load_weights(weights).hash
        window.documents.path = None  # no question about unsaved changes
        window.documents.load_model(weights)
        qtbot.waitUntil(lambda: window.session.face.model == hash and is_drawn(window), timeout=30_000)
    assert troubles.found == []
    for dialog in window.findChildren(QDialog):
        dialog.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert window.findChildren(QDialog) == []
    assert list(saved.iterdir())
