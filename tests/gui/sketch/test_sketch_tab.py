"""The drawing and the photo beside it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QMessageBox

from facedesigner.contract.sketching import VARIANTS, ColorizeRequest, SketchRequest
from facedesigner.gui.sketch import photos
from facedesigner.gui.sketch.result_panel import EMPTY, EMPTY_COLOURISE, LOADING, PORTRAIT
from facedesigner.gui.sketch.sketch_tab import SketchTab
from facedesigner.gui.widgets.errors import ErrorDialog
from facedesigner.state import drawing
from facedesigner.state.drawing import SIDE, Scan
from facedesigner.state.face import FaceState
from tests.gui.dropping import drop
from tests.gui.sketch.conftest import draw, line
from tests.gui.sketch.fake_engine import MODEL, FakeSketchEngine

if TYPE_CHECKING:
    from facedesigner.engine.sketch import SketchEngine


def sketches(engine: FakeSketchEngine) -> list[SketchRequest]:
    return [request for request in engine.requests if isinstance(request, SketchRequest)]


@pytest.fixture
def drawn(tab: SketchTab, qtbot) -> SketchTab:
    """A tab with a line and its photo."""
    draw(tab, (200, 200), (800, 800))
    qtbot.waitUntil(lambda: tab.result.result is not None)
    return tab


def test_an_empty_sheet_says_what_to_do_and_asks_for_nothing(tab: SketchTab, engine: FakeSketchEngine, qtbot):
    assert tab.result.view.message == EMPTY
    with qtbot.waitSignal(tab.live.emptied):
        tab.live.refresh()
    assert not engine.requests and not tab.result.use.isEnabled() and not tab.result.save.isEnabled()


def test_a_line_becomes_a_photo(drawn: SketchTab, engine: FakeSketchEngine):
    request = sketches(engine)[0]
    assert request.sketch.shape == (512, 512) and request.sketch.min() < 50 and request.sketch[0, 0] == 255
    assert request.hints is None and not request.place and request.follow == pytest.approx(0.7)
    assert drawn.result.milliseconds.text() == "12 ms" and drawn.result.words.text() == "Cut to the face."


def test_while_one_picture_is_drawn_the_others_do_not_queue(tab: SketchTab, engine: FakeSketchEngine, qtbot):
    engine.gate.clear()
    draw(tab, (100, 100), (200, 100))
    qtbot.waitUntil(engine.entered.is_set)
    for y in range(200, 900, 100):
        draw(tab, (100, y), (900, y))
    qtbot.waitUntil(lambda: tab.live._changed)
    engine.gate.set()
    qtbot.waitUntil(lambda: not tab.live._busy and len(sketches(engine)) >= 2)
    first, last = (request for request in sketches(engine) if request.variant == 0)
    assert last.sketch.mean() < first.sketch.mean()


def test_variants_follow_when_the_hand_rests_and_can_be_chosen(drawn: SketchTab, engine: FakeSketchEngine, qtbot):
    buttons = drawn.result.variants.buttons
    qtbot.waitUntil(lambda: all(button.picture is not None for button in buttons))
    assert {request.variant for request in sketches(engine)} == set(range(VARIANTS))
    buttons[2].click()
    qtbot.waitUntil(lambda: drawn.result.result.request.variant == 2)  # type: ignore[union-attr]
    with qtbot.waitSignal(drawn.use_face) as used:
        drawn.result.use.click()
    assert used.args == [FaceState(MODEL, seed=2)]
    buttons[2].grab()  # paints


def test_loading_is_said_until_the_first_photo(tab: SketchTab, engine: FakeSketchEngine, qtbot):
    engine.gate.clear()
    with qtbot.waitSignal(tab.live.loading):
        draw(tab, (200, 200), (800, 800))
    assert tab.result.view.message == LOADING
    engine.gate.set()
    qtbot.waitUntil(lambda: tab.result.result is not None)
    with qtbot.assertNotEmitted(tab.live.loading, wait=50):
        draw(tab, (200, 800), (800, 200))


def test_design_goes_on_with_the_photo_that_is_shown(drawn: SketchTab, qtbot):
    shown = drawn.result.picture
    assert shown is not None
    told: list[object] = []
    drawn.use_face.connect(told.append)
    drawn.use_photo.connect(told.append)
    drawn.result.use.click()
    face, path = told
    assert isinstance(face, FaceState) and isinstance(path, Path)
    kept = QImage(str(path))
    assert kept.convertToFormat(shown.format()) == shown
    with qtbot.waitSignal(drawn.use_photo) as again:
        drawn.result.use.click()
    assert again.args == [path] and len(list(path.parent.iterdir())) == 1


def test_a_photo_that_is_the_generators_face_needs_no_fitting(drawn: SketchTab, qtbot):
    drawn.result.follow.setValue(0)
    qtbot.waitUntil(lambda: drawn.result.result.request.follow == 0)  # type: ignore[union-attr]
    with qtbot.assertNotEmitted(drawn.use_photo), qtbot.waitSignal(drawn.use_face):
        drawn.result.use.click()


def test_a_photo_that_cannot_be_kept_is_said_and_the_face_goes_on(drawn: SketchTab, qtbot):
    drawn._photos.parent.mkdir(parents=True, exist_ok=True)
    drawn._photos.write_text("in the way")
    said: list[str] = []
    drawn.said.connect(said.append)
    with qtbot.waitSignal(drawn.use_face):
        drawn.result.use.click()
    assert "cannot be kept" in said[-1]


def test_the_oldest_photos_go_first(tmp_path: Path):
    for number in range(photos.KEPT + 5):
        path = photos.keep(str(number).encode(), tmp_path)
        os.utime(path, (number, number))
    assert len(list(tmp_path.iterdir())) == photos.KEPT
    assert path.read_bytes() == str(photos.KEPT + 4).encode()


def test_the_slider_says_how_far_to_follow(drawn: SketchTab, engine: FakeSketchEngine, qtbot):
    drawn.result.follow.setValue(20)
    qtbot.waitUntil(lambda: sketches(engine)[-1].follow == pytest.approx(0.2))
    drawn.result.follow.double_clicked.emit()
    assert drawn.result.follow.value() == 70


def test_hints_travel_while_they_are_seen(drawn: SketchTab, engine: FakeSketchEngine, qtbot):
    drawn.kit.set_colour("#c0605c")
    draw(drawn, (300, 300), (500, 300))
    qtbot.waitUntil(lambda: sketches(engine)[-1].hints is not None)
    hints = sketches(engine)[-1].hints
    assert hints is not None and tuple(hints[150, 200]) == (0xC0, 0x60, 0x5C, 255)
    count = len(engine.requests)
    drawn.layers.eyes["hints"].click()
    qtbot.waitUntil(lambda: len(engine.requests) > count and sketches(engine)[-1].hints is None)


def test_clearing_empties_the_photo_and_drops_a_late_one(drawn: SketchTab, engine: FakeSketchEngine, qtbot):
    engine.gate.clear()
    engine.entered.clear()
    draw(drawn, (800, 200), (200, 800))
    qtbot.waitUntil(engine.entered.is_set)
    with qtbot.waitSignal(drawn.live.emptied):
        drawn.clear()
    engine.gate.set()
    qtbot.waitUntil(lambda: not drawn.live._busy)
    assert drawn.result.result is None and drawn.result.view.message == EMPTY


def test_what_goes_wrong_stands_in_the_place_of_the_photo(tab: SketchTab, engine: FakeSketchEngine, qtbot):
    engine.error = "draw the outline of a face"
    draw(tab, (500, 500))  # one dot
    qtbot.waitUntil(lambda: tab.result.view.message == "Draw the outline of a face.")
    assert not tab.findChildren(ErrorDialog)
    engine.error = ""
    draw(tab, (200, 200), (800, 800))
    qtbot.waitUntil(lambda: tab.result.view.picture is not None)
    engine.crash = RuntimeError("out of memory")
    draw(tab, (200, 800), (800, 200))
    qtbot.waitUntil(lambda: tab.result.view.message == "Out of memory.")
    assert tab.result.view.picture is not None  # the last one stays
    engine.crash = None
    draw(tab, (100, 800), (800, 100))
    qtbot.waitUntil(lambda: tab.result.view.message == "")


def test_missing_weights_are_said_and_tried_again(qtbot, tmp_path: Path):
    found: list[SketchEngine] = []

    def make() -> "SketchEngine":
        if not found:
            raise FileNotFoundError("the weights for drawing are missing")
        return found[0]

    tab = SketchTab(make, tmp_path / "drawing.json")
    qtbot.addWidget(tab)
    tab.show()
    draw(tab, (100, 100), (800, 800))
    qtbot.waitUntil(lambda: "weights for drawing are missing" in tab.result.view.message)
    found.append(cast("SketchEngine", FakeSketchEngine()))
    draw(tab, (100, 800), (800, 100))
    qtbot.waitUntil(lambda: tab.result.view.message == "")
    tab.shut_down()


def test_colourise_takes_the_photo_under_the_lines(tab: SketchTab, engine: FakeSketchEngine, qtbot, tmp_path: Path):
    photo = QImage(300, 400, QImage.Format.Format_RGB32)
    photo.fill(0xFF606060)
    photo.save(str(tmp_path / "grey.png"))
    tab.result.colourise.click()
    assert tab.result.view.message == EMPTY_COLOURISE
    tab.files.open_photo(tmp_path / "grey.png")
    qtbot.waitUntil(lambda: tab.result.result is not None)
    request = engine.requests[-1]
    assert isinstance(request, ColorizeRequest) and request.grey.mean() == 0x60
    assert not tab.result.use.isVisible() and tab.result.save.isEnabled() and tab.layers.strength.isVisible()
    assert tab.result.words.isVisible() and tab.result.words.text() == "No shading."
    assert "shaded drawing" in tab.result.purpose.text()
    tab.files.remove_photo()
    qtbot.waitUntil(lambda: tab.result.view.message == EMPTY_COLOURISE)
    tab.result.portrait.click()
    assert tab.result.view.message == EMPTY and tab.result.purpose.text() == PORTRAIT


# -- the drawing that is kept


def test_the_drawing_is_kept_and_comes_back(make_tab: Callable[[], SketchTab], qtbot, tmp_path: Path):
    first = make_tab()
    draw(first, (200, 200), (800, 800))
    draw(first, (200, 800), (800, 200))
    kept = tmp_path / "kept" / "drawing.json"
    qtbot.waitUntil(kept.exists)  # without closing: as if it crashed
    second = make_tab()
    assert second.sheet.marks == first.sheet.marks and second.sheet.layers == first.sheet.layers
    second.undo_stack.undo()
    assert len(second.sheet.marks) == 1


def test_closing_keeps_the_last_stroke(make_tab: Callable[[], SketchTab], tmp_path: Path):
    tab = make_tab()
    draw(tab, (200, 200), (800, 800))
    tab.shut_down()
    assert len(drawing.load(tmp_path / "kept" / "drawing.json")) == 1


def test_one_window_keeps_its_drawing(make_tab: Callable[[], SketchTab], tmp_path: Path):
    first, second = make_tab(), make_tab()
    said: list[str] = []
    second.said.connect(said.append)
    for tab, strokes in ((first, 1), (second, 2)):
        for _ in range(strokes):
            draw(tab, (200, 200), (800, 800))
        tab.autosave.save()
    kept = tmp_path / "kept" / "drawing.json"
    assert len(drawing.load(kept)) == 1 and f"Another window keeps a drawing (process {os.getpid()})" in said[-1]
    first.shut_down()
    second.shut_down()  # nothing to save is waiting
    second.autosave.save()
    assert len(drawing.load(kept)) == 2


def test_a_broken_file_is_set_aside(make_tab: Callable[[], SketchTab], tmp_path: Path):
    kept = tmp_path / "kept" / "drawing.json"
    kept.parent.mkdir()
    kept.write_text("{ broken")
    tab = make_tab()
    assert not tab.sheet.marks and kept.with_suffix(".broken").read_text() == "{ broken"


def test_a_drawing_that_cannot_be_kept_is_said_once(tab: SketchTab, qtbot, tmp_path: Path):
    (tmp_path / "kept").write_text("a file where the folder should be")
    draw(tab, (200, 200), (800, 800))
    with qtbot.waitSignal(tab.said) as said:
        tab.autosave.save()
    assert "not being kept" in said.args[0]
    with qtbot.assertNotEmitted(tab.said):
        tab.autosave.save()
    (tmp_path / "kept").unlink()


# -- files


def test_saved_drawings_open_again_in_place_of_the_present_one(tab: SketchTab, tmp_path: Path, monkeypatch):
    path = tmp_path / "mine"
    monkeypatch.setattr("facedesigner.gui.sketch.files.QFileDialog.getSaveFileName", lambda *_: (str(path), ""))
    monkeypatch.setattr("facedesigner.gui.sketch.files.QFileDialog.getOpenFileName", lambda *_: (f"{path}.json", ""))
    draw(tab, (200, 200), (800, 800))
    saved = list(tab.sheet.marks)
    tab.files.ask_save()
    draw(tab, (200, 800), (800, 200))
    tab.files.ask_drawing()
    assert tab.sheet.marks[-1:] == saved and len(tab.sheet.marks) == 4  # two, cleared, one
    tab.undo_stack.undo()
    assert len(tab.sheet.marks) == 2  # in one step
    tab.undo_stack.redo()
    before = tab.sheet.raster.copy()
    path.with_suffix(".json").write_text("[]")
    tab.files.ask_drawing()
    assert "version" in tab.findChildren(ErrorDialog)[0].message.text()
    assert tab.sheet.layers == before


def test_drawing_and_photo_can_be_exported(drawn: SketchTab, tmp_path: Path, monkeypatch):
    names = iter(["white.png", "clear.png", "hints.png", "photo.png"])
    monkeypatch.setattr(
        "facedesigner.gui.sketch.files.QFileDialog.getSaveFileName", lambda *_: (str(tmp_path / next(names)), "")
    )
    for action in drawn.strip.export_button.menu().actions()[2:]:
        action.trigger()
    drawn.result.save.click()
    white, clear, _hints, photo = (
        QImage(str(tmp_path / name)) for name in ("white.png", "clear.png", "hints.png", "photo.png")
    )
    assert white.pixelColor(10, 10).lightness() == 255 and white.pixelColor(500, 500).lightness() < 50
    assert clear.pixelColor(10, 10).alpha() == 0 and clear.pixelColor(500, 500).alpha() > 200
    assert photo.size() == drawn.result.picture.size()  # type: ignore[union-attr]
    assert b"trainedAlgorithmicMedia" in (tmp_path / "photo.png").read_bytes()  # as the command writes it


def test_a_folder_that_cannot_be_written_is_said(drawn: SketchTab, tmp_path: Path, monkeypatch):
    (tmp_path / "file").touch()
    target = tmp_path / "file" / "drawing.png"
    monkeypatch.setattr("facedesigner.gui.sketch.files.QFileDialog.getSaveFileName", lambda *_: (str(target), ""))
    drawn.strip.export_button.menu().actions()[2].trigger()
    assert "Choose another folder" in drawn.findChildren(ErrorDialog)[0].message.text()
    drawn.result.save.click()
    assert "could not be written" in drawn.findChildren(ErrorDialog)[1].message.text()


def test_a_dropped_drawing_opens_and_of_a_picture_it_is_asked_what_for(tab: SketchTab, tmp_path: Path):
    path = tmp_path / "a.json"
    drawing.save([line((10, 10), (500, 500))], path)

    drop(tab, path)
    assert len(tab.sheet.marks) == 1
    drop(tab, tmp_path / "photo.png")
    assert "photo.png" in tab.findChildren(QMessageBox)[0].text()


# -- the drawings in docs


def test_the_drawings_in_the_docs_are_sound():
    folder = Path(__file__).parents[3] / "docs" / "drawings"
    found = sorted(folder.glob("*.json"))
    assert len(found) == 12
    for path in found:
        marks = drawing.load(path)
        assert not any(isinstance(mark, Scan) for mark in marks) and path.with_suffix(".png").exists()
        assert json.loads(path.read_text())["side"] == SIDE


def test_letters_do_not_reach_the_window_while_the_canvas_has_the_keyboard(tab: SketchTab):
    for key, tool in ((Qt.Key.Key_N, "pencil"), (Qt.Key.Key_E, "eraser"), (Qt.Key.Key_P, "pen")):
        QTest.keyClick(tab.canvas, key)
        assert tab.kit.tool.name == tool


def test_undo_of_the_window_does_not_get_in_the_way(tab: SketchTab, qtbot):
    window = QMainWindow()
    undone: list[bool] = []
    action = QAction("Undo", window)
    action.setShortcut("Ctrl+Z")
    action.triggered.connect(lambda: undone.append(True))
    window.addAction(action)
    window.setCentralWidget(tab)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
    tab.canvas.setFocus()
    draw(tab, (200, 200), (800, 800))
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not tab.sheet.marks and not undone
    window.takeCentralWidget()
