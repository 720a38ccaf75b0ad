"""The tab with an enlarger of the test's own: no torch, no networks."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QFileDialog

from facedesigner.contract.methods import EnhanceError, Stopped
from facedesigner.export.png import read_face
from facedesigner.gui.enhance import enhance_tab
from facedesigner.gui.enhance.enhance_tab import BEGIN, EnhanceTab
from facedesigner.gui.widgets.channels import as_qimage
from facedesigner.state.face import FaceState
from tests.gui.dropping import drop

PICTURE = np.arange(8 * 6 * 3, dtype=np.uint8).reshape(8, 6, 3)


class Enlarger:
    """Repeats pixels; waits at `gate` half-way, until it is told to stop."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.begun: list[tuple[str, int]] = []
        self.broken = ""  # method that fails

    def __call__(self, pixels, method, scale, progress, stop):
        self.begun.append((method, scale))
        if method == self.broken:
            raise EnhanceError("its weights are missing: choose another")
        progress(0.5)
        while not self.gate.wait(0.001):
            if stop():
                raise Stopped
        return pixels.repeat(scale, 0).repeat(scale, 1)


@pytest.fixture
def enlarger() -> Enlarger:
    return Enlarger()


@pytest.fixture
def tab(qtbot, enlarger) -> Iterator[EnhanceTab]:
    tab = EnhanceTab(enlarger)
    qtbot.addWidget(tab)
    tab.resize(900, 600)
    tab.show()
    yield tab
    tab.shut_down()


@pytest.fixture
def done(tab: EnhanceTab, qtbot) -> EnhanceTab:
    """A tab with every method's result."""
    with qtbot.waitSignal(tab.ended):
        tab.set_source(PICTURE, "seed0042")
    return tab


def pictures(tab: EnhanceTab) -> list[bool]:
    return [column.picture is not None for column in tab.view.columns]


def test_the_empty_tab_says_what_to_do(tab, qtbot):
    assert tab.view.message == BEGIN and not tab.bar.stop.isEnabled()
    tab.grab()  # paints
    with qtbot.waitSignal(tab.source_wanted):
        tab.bar.face.click()
    assert not any(row.isVisible() for row in tab._rows)


def test_every_method_enlarges_the_face(done, enlarger):
    assert [method for method, _ in enlarger.begun] == [method.name for method in done.methods]
    assert all(pictures(done)) and {scale for _, scale in enlarger.begun} == {4}
    assert done.view.columns[1].picture == as_qimage(PICTURE.repeat(4, 0).repeat(4, 1))
    assert done.message.text() == "seed0042: 6 × 8 to 24 × 32 pixels"
    assert all(header.save.isEnabled() and header.time.text().endswith(" s") for header in done.headers)
    assert not done.bar.stop.isEnabled() and done.progress.isHidden()
    done.grab()


def test_each_column_says_what_its_method_is_for(done):
    for header, method in zip(done.headers, done.methods, strict=True):
        assert header.purpose.isVisible() and header.purpose.text() == method.purpose
        assert header.purpose.toolTip() == header.title.toolTip() == method.about
    assert "invents" in done.headers[2].purpose.text() and "aithful" in done.headers[1].purpose.text()
    done.bar.wipe.click()
    left = done.sides[0]
    left.choice.setCurrentIndex(1)
    assert left.purpose.isVisible() and left.purpose.text() == done.methods[1].purpose
    assert done.methods[2].about in left.choice.itemData(2, Qt.ItemDataRole.ToolTipRole)


def test_another_scale_begins_anew_and_keeps_the_place(done, qtbot):
    done.view.zoom_by(2.0)
    with qtbot.waitSignal(done.ended):
        done.bar.scales.button(2).click()
    assert done.view.zoom == 2.0 and done.view.columns[0].picture.width() == 12
    assert "12 × 16" in done.message.text()


def test_stop_keeps_what_is_done(tab, enlarger, qtbot):
    enlarger.gate.clear()
    tab.set_source(PICTURE, "a")
    qtbot.waitUntil(lambda: tab.progress.value() > 0)
    assert tab.bar.stop.isEnabled() and tab.progress.isVisible()
    with qtbot.waitSignal(tab.ended) as ended:
        tab.bar.stop.click()
    assert ended.args == [False] and not any(pictures(tab))
    assert {column.words for column in tab.view.columns} == {"Stopped"}
    assert not tab.headers[0].save.isEnabled() and not tab.bar.stop.isEnabled()
    tab.grab()


def test_only_the_newest_picture_is_worked_on(tab, enlarger, qtbot):
    enlarger.gate.clear()
    tab.set_source(PICTURE, "old")
    qtbot.waitUntil(lambda: tab.progress.value() > 0)
    tab.set_source(PICTURE[:4], "between")
    tab.set_source(PICTURE[:5], "new")
    enlarger.gate.set()
    qtbot.waitUntil(lambda: all(pictures(tab)))
    assert {column.picture.height() for column in tab.view.columns} == {20}
    assert tab.message.text().startswith("new: 6 × 5")


def test_one_method_that_fails_leaves_the_others(tab, enlarger, qtbot):
    enlarger.broken = "resnet"
    with qtbot.waitSignal(tab.ended):
        tab.set_source(PICTURE, "a")
    assert pictures(tab)[:3] == [True, False, True]
    assert tab.view.columns[1].words == "Its weights are missing: choose another"
    assert not tab.headers[1].save.isEnabled() and tab.headers[2].save.isEnabled()
    tab.grab()


def test_a_dropped_picture_is_opened(tab, qtbot, tmp_path):
    path = tmp_path / "grey.png"
    Image.new("LA", (5, 4)).save(path)
    with qtbot.waitSignal(tab.ended):
        drop(tab, path)
    assert tab.message.text() == "grey: 5 × 4 to 20 × 16 pixels" and all(pictures(tab))
    assert tab.view.columns[0].picture.hasAlphaChannel()
    tab.grab()  # chequered


def test_a_file_that_is_no_picture_leaves_what_is_there(done, qtbot, tmp_path, monkeypatch):
    said = list[str]()
    monkeypatch.setattr(enhance_tab, "show_error", lambda title, reason, parent: said.append(reason))
    path = tmp_path / "text.png"
    path.write_text("hello")
    with qtbot.waitSignal(done.ended):
        done.open(path)
    assert said == ["text.png cannot be opened: it is not a picture"] and all(pictures(done))
    assert not done.bar.stop.isEnabled() and done.headers[0].save.isEnabled()
    assert done.message.text().startswith("seed0042")
    with qtbot.waitSignal(done.ended):
        done.bar.scales.button(2).click()
    assert done.message.text().startswith("seed0042")


def test_the_chosen_column_is_saved_with_the_face(tab, qtbot, tmp_path, monkeypatch):
    face = FaceState("0123456789abcdef", seed=42)
    with qtbot.waitSignal(tab.ended):
        tab.set_source(PICTURE, "seed0042", face, "tiny")
    asked = []

    def ask(parent, title, suggestion, kind):
        asked.append(suggestion)
        return str(tmp_path / "large"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    said = list[str]()
    tab.said.connect(said.append)
    tab.headers[2].save.click()
    qtbot.waitUntil(lambda: len(said) == 2)
    assert asked == ["seed0042-gan-x4.png"] and said[1] == f"Wrote {tmp_path / 'large.png'}"
    assert read_face(tmp_path / "large.png") == face
    with Image.open(tmp_path / "large.png") as large:
        assert large.size == (24, 32) and large.info["Enlarged"] == "SRGAN, 4 times"


def test_a_folder_that_cannot_be_written_is_said(done, qtbot, tmp_path, monkeypatch):
    said = list[str]()
    monkeypatch.setattr(enhance_tab, "show_error", lambda title, reason, parent: said.append(reason))
    (tmp_path / "file").write_text("")
    done.save("gan", tmp_path / "file" / "large.png")
    qtbot.waitUntil(lambda: bool(said))
    assert "large.png could not be written" in said[0]


def test_the_wipe_parts_two_of_them(done, qtbot):
    done.bar.wipe.click()
    assert not done._rows[0].isVisible() and done._rows[1].isVisible()
    left, right = done.sides
    assert (left.choice.currentText(), right.choice.currentText()) == ("Bicubic", "SRGAN")
    right.choice.setCurrentIndex(1)
    assert done.view._pair == (0, 1) and right.save.accessibleName() == "Save SRResNet"
    view = done.view
    middle = view.cells()[0].center().toPoint()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(view, middle + QPoint(40, 0))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle + QPoint(40, 0))
    assert view.wipe > 0.5
    before = view.wipe
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.wipe == pytest.approx(before - 0.05)
    done.grab()


def test_the_left_of_the_line_shows_the_left_method(done, enlarger):
    done.view.set_picture(0, as_qimage(np.full((8, 6, 3), 250, np.uint8)))
    done.view.set_picture(2, as_qimage(np.full((8, 6, 3), 10, np.uint8)))
    done.bar.wipe.click()
    done.view.clearFocus()
    shot = done.view.grab().toImage()
    target = done.view.target(done.view.cells()[0])
    ratio = done.view.devicePixelRatioF()
    y = target.center().y() * ratio + 40
    near = [shot.pixelColor(int((target.left() + at * target.width()) * ratio), int(y)).red() for at in (0.25, 0.75)]
    assert near == [250, 10]


def test_zoom_and_place_are_those_of_all_columns(done, qtbot):
    view = done.view
    cells = view.cells()
    assert len(cells) == len(done.methods)
    at = cells[1].center() + QPointF(20, 10)
    fixed = view._to_picture(at, cells[1])
    view.zoom_by(3.0, at)
    assert (view._to_picture(at, cells[1]) - fixed).manhattanLength() < 1e-6
    offsets = {round(view.target(cell).left() - cell.left(), 6) for cell in view.cells()}
    assert len(offsets) == 1 and done.view.zoom == 3
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.zoom == 1.0


def test_the_zoom_is_that_of_the_enlarged_pixels(tab, qtbot):
    def shown(scale: int) -> str:
        return f"{round(100 * tab.view._size().width() / (6 * scale))} %"

    assert not tab.bar.zoom.percent.text()
    with qtbot.waitSignal(tab.ended):
        tab.set_source(PICTURE, "seed0042")
    text = tab.bar.zoom.percent.text
    assert text() == shown(4) and tab.view.zoom == 1 and text() != "100 %"
    tab.bar.wipe.click()  # there is more room
    assert text() == shown(4)
    tab.bar.zoom.zoom_in.click()
    assert text() == shown(4) and tab.view.zoom > 1
    with qtbot.waitSignal(tab.ended):
        tab.bar.scales.button(2).click()
    assert text() == shown(2)
    tab.bar.zoom.fit.click()
    assert text() == shown(2) and tab.view.zoom == 1


def test_closing_in_the_middle_of_the_work_joins(qtbot, enlarger):
    tab = EnhanceTab(enlarger)
    qtbot.addWidget(tab)
    enlarger.gate.clear()
    tab.set_source(PICTURE, "a")
    qtbot.waitUntil(lambda: tab.progress.value() > 0)
    tab.shut_down()
    assert not tab.desk.is_running
    idle = EnhanceTab()  # one that never began
    qtbot.addWidget(idle)
    idle.shut_down()


def test_all_kinds_of_pixels_can_be_shown():
    for channels, colour in ((1, (9, 9, 9, 255)), (2, (9, 9, 9, 7)), (3, (9, 8, 7, 255)), (4, (9, 8, 7, 6))):
        values = {1: (9,), 2: (9, 7), 3: (9, 8, 7), 4: (9, 8, 7, 6)}[channels]
        picture = as_qimage(np.array(values, np.uint8).reshape(1, 1, channels).repeat(3, 1))
        assert picture.pixelColor(1, 0).getRgb() == colour
