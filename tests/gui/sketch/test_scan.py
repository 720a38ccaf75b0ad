"""Imported drawings, good and bad."""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPen, QPolygonF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QMessageBox

from facedesigner.gui.sketch.cleaner import Cleaned, PageCleaner, Picture
from facedesigner.gui.sketch.opener import PictureOpener
from facedesigner.gui.sketch.scan import ScanError, cover, open_picture
from facedesigner.gui.sketch.scan_dialog import ScanDialog
from facedesigner.gui.sketch.sketch_tab import SketchTab
from facedesigner.gui.widgets.errors import ErrorDialog
from facedesigner.state.drawing import SIDE, SKETCH, Clear, Scan
from tests.gui.sketch.conftest import NoHeads, draw
from tests.profiles import rgb_profile
from training.colours import conversion_of

CORNERS = [QPointF(110, 60), QPointF(520, 100), QPointF(560, 640), QPointF(70, 600)]


def grey(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine()).copy()


def photo_of_a_drawing() -> QImage:
    """A sheet of yellowish paper on a dark table, seen askew, with a shadow and a cross through its corners."""
    image = QImage(640, 700, QImage.Format.Format_RGB32)
    image.fill(QColor(40, 30, 20))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(225, 215, 185))
    painter.drawPolygon(QPolygonF(CORNERS))
    painter.setPen(QPen(QColor(70, 60, 60), 6))
    painter.drawLine(CORNERS[0], CORNERS[2])
    painter.drawLine(CORNERS[1], CORNERS[3])
    shadow = QLinearGradient(0, 200, 0, 500)
    shadow.setColorAt(0, QColor(0, 0, 0, 0))
    shadow.setColorAt(1, QColor(0, 0, 0, 90))
    painter.fillRect(image.rect(), shadow)
    painter.end()
    return image


def test_a_transparent_png_is_black_on_white(qapp, tmp_path: Path):
    image = QImage(100, 100, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    image.setPixelColor(50, 50, QColor(0, 0, 0, 255))
    image.save(str(tmp_path / "t.png"))
    opened = open_picture(tmp_path / "t.png")
    assert opened.pixelColor(10, 10).lightness() == 255 and opened.pixelColor(50, 50).lightness() == 0


def test_a_huge_scan_is_reduced(qapp, tmp_path: Path):
    image = QImage(10_000, 1_000, QImage.Format.Format_Grayscale8)
    image.fill(255)
    image.save(str(tmp_path / "huge.png"))
    assert open_picture(tmp_path / "huge.png").width() == 2048


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("corrupt.png", b"\x89PNG\r\n\x1a\n" + bytes(40), "not a picture|damaged"),
        ("text.jpg", b"hello", "not a picture"),
        ("empty.png", b"", "is empty"),
        ("missing.png", None, "no file"),
    ],
)
def test_bad_files_are_said(qapp, tmp_path: Path, name: str, content: bytes | None, words: str):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ScanError, match=words):
        open_picture(tmp_path / name)


def test_sizes_that_are_no_use_are_said(qapp, tmp_path: Path):
    QImage(20, 20, QImage.Format.Format_RGB32).save(str(tmp_path / "tiny.png"))
    with pytest.raises(ScanError, match="20 × 20 pixels"):
        open_picture(tmp_path / "tiny.png")
    whole = tmp_path / "bomb.png"
    QImage(64, 64, QImage.Format.Format_RGB32).save(str(whole))
    data = bytearray(whole.read_bytes())
    data[16:24] = (30_000).to_bytes(4, "big") * 2  # says that it is 30,000 pixels wide and high
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    whole.write_bytes(data)
    with pytest.raises(ScanError, match="million are decoded at most"):
        open_picture(whole)


def test_colours_of_a_wide_gamut_and_of_print_are_those_of_the_screen(qapp, tmp_path: Path):
    conversion = conversion_of(rgb_profile(), "RGB")
    assert conversion is not None
    wide = conversion.from_srgb(Image.new("RGB", (40, 40), (200, 80, 60)))
    wide.save(tmp_path / "wide.png", icc_profile=rgb_profile())
    Image.new("RGB", (40, 40), (200, 80, 60)).convert("CMYK").save(tmp_path / "print.jpg")
    Image.new("RGB", (40, 40), (200, 80, 60)).save(tmp_path / "new.avif", quality=95)
    for name in ("wide.png", "print.jpg", "new.avif"):
        colour = open_picture(tmp_path / name).pixelColor(20, 20)
        assert max(abs(colour.red() - 200), abs(colour.green() - 80), abs(colour.blue() - 60)) < 14, name


def test_a_cut_png_is_damaged(qapp, tmp_path: Path):
    path = tmp_path / "cut.png"
    photo_of_a_drawing().save(str(path))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ScanError, match="damaged"):
        open_picture(path)


def test_the_reference_photo_is_the_middle_square(qapp):
    photo = cover(photo_of_a_drawing())
    assert (photo.width(), photo.height()) == (SIDE, SIDE)


@pytest.fixture
def cleaner(qapp) -> Iterator[PageCleaner]:
    cleaner = PageCleaner(NoHeads)
    yield cleaner
    cleaner.close()


@pytest.fixture
def open_dialog(qtbot, cleaner: PageCleaner, tmp_path: Path) -> Callable[[QImage], ScanDialog]:
    """The dialog of a picture, shown."""

    def make(image: QImage) -> ScanDialog:
        path = tmp_path / "a.png"
        image.save(str(path))
        found: list[tuple[Picture, Cleaned]] = []
        cleaner.open(path, True, lambda answer, error: found.append(answer) if answer else pytest.fail(str(error)))
        qtbot.waitUntil(lambda: bool(found))
        dialog = ScanDialog(*found[0], cleaner)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return make


def is_ready(dialog: ScanDialog) -> bool:
    return dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


def test_the_sheet_is_found_and_what_was_done_is_said(open_dialog):
    dialog = open_dialog(photo_of_a_drawing())
    found = [(place.x(), place.y()) for place in dialog.corners.places]
    assert np.abs(np.array(found) - [(place.x(), place.y()) for place in CORNERS]).max() < 12
    assert "straightened" in dialog.notices.text() and not dialog.problem.text() and is_ready(dialog)


def test_what_is_taken_is_straight_and_white(open_dialog, qtbot):
    dialog = open_dialog(photo_of_a_drawing())
    with qtbot.waitSignal(dialog.taken) as taken:
        dialog.buttons.accepted.emit()
    scan, added = taken.args
    values = grey(QImage.fromData(scan.png))
    assert scan.placed and not added and values.shape == (SIDE, SIDE)
    assert np.mean(values > 245) > 0.9  # in the shadow too
    left, right = (np.flatnonzero(half.min(1) < 100) for half in (values[:, :300], values[:, -300:]))
    assert abs(left.min() - right.min()) < 60 and abs(left.max() - right.max()) < 60


def test_corners_can_be_dragged_and_nudged(open_dialog, qtbot):
    dialog = open_dialog(photo_of_a_drawing())
    editor = dialog.corners
    before = QPointF(editor.places[2])
    start = editor.to_view(before).toPoint()
    QTest.mousePress(editor, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(editor, start - QPoint(30, 20))
    QTest.mouseRelease(editor, Qt.MouseButton.LeftButton, pos=start - QPoint(30, 20))
    assert editor.places[2].x() < before.x() and editor.places[2].y() < before.y()
    before = QPointF(editor.places[3])
    QTest.keyClick(editor, Qt.Key.Key_Space)
    QTest.keyClick(editor, Qt.Key.Key_Right)
    assert editor.places[3].x() > before.x()
    assert not is_ready(dialog)  # what lies between them now is still to come
    editor.set_places([QPointF(x, 10) for x in (0, 100, 200, 300)])
    qtbot.waitUntil(lambda: "corners" in dialog.problem.text())
    assert not is_ready(dialog)
    next(b for b in dialog.buttons.buttons() if "Whole" in b.text()).click()
    qtbot.waitUntil(lambda: is_ready(dialog))
    assert not dialog.problem.text()


def test_a_drawing_can_be_turned_by_quarters(open_dialog, qtbot):
    page = QImage(300, 300, QImage.Format.Format_RGB32)
    page.fill(Qt.GlobalColor.white)
    painter = QPainter(page)
    painter.fillRect(20, 20, 260, 40, Qt.GlobalColor.black)  # a bar across the top, and one down from it
    painter.fillRect(140, 20, 20, 260, Qt.GlobalColor.black)
    painter.end()
    dialog = open_dialog(page)
    before = dialog.preview.pixmap().toImage()
    next(b for b in dialog.buttons.buttons() if "Turn" in b.text()).click()
    qtbot.waitUntil(lambda: is_ready(dialog))
    turned = grey(dialog.preview.pixmap().toImage())
    assert np.abs(np.rot90(grey(before), -1).astype(int) - turned).mean() < 6


@pytest.mark.parametrize("colour", [Qt.GlobalColor.white, Qt.GlobalColor.transparent])
def test_an_empty_page_cannot_be_imported(open_dialog, colour):
    page = QImage(300, 300, QImage.Format.Format_ARGB32)
    page.fill(colour)
    dialog = open_dialog(page)
    assert "nothing to see" in dialog.problem.text() and not is_ready(dialog)


@pytest.mark.parametrize("ground", [Qt.GlobalColor.transparent, QColor(40, 70, 55)])
def test_white_lines_become_black_ones(open_dialog, qtbot, ground):
    page = QImage(300, 300, QImage.Format.Format_ARGB32)
    page.fill(ground)
    painter = QPainter(page)
    painter.setPen(QPen(Qt.GlobalColor.white, 6))
    painter.drawEllipse(60, 40, 180, 220)
    painter.end()
    dialog = open_dialog(page)
    assert "white on black" in dialog.notices.text()
    values = grey(dialog.preview.pixmap().toImage())
    assert 0.01 < np.mean(values < 100) < 0.2 and np.mean(values > 240) > 0.75


def test_a_scan_on_an_empty_sheet_is_imported_without_a_question(tab: SketchTab, qtbot, tmp_path: Path):
    photo_of_a_drawing().save(str(tmp_path / "scan.png"))
    tab.files.open_scan(tmp_path / "scan.png")
    qtbot.waitUntil(lambda: bool(tab.findChildren(ScanDialog)))
    (dialog,) = tab.findChildren(ScanDialog)
    assert not dialog.add_button.isVisible()
    dialog.buttons.accepted.emit()
    assert [type(mark) for mark in tab.sheet.marks] == [Scan] and tab.undo_stack.count() == 1


def test_a_photo_is_not_taken_for_a_drawing(tab: SketchTab, qtbot, tmp_path: Path):
    photo = QImage(300, 300, QImage.Format.Format_RGB32)
    painter = QPainter(photo)
    for place in range(100):
        painter.fillRect(
            place % 10 * 30, place // 10 * 30, 30, 30, QColor.fromHsv(67 * place % 360, 150, 40 + 2 * place)
        )
    painter.end()
    photo.save(str(tmp_path / "me.png"))
    found: list[Path] = []
    tab.files.photo_found.connect(found.append)

    def box() -> QMessageBox:
        tab.files.open_scan(tmp_path / "me.png")
        qtbot.waitUntil(lambda: any(b.isVisible() for b in tab.findChildren(QMessageBox)))
        return next(b for b in tab.findChildren(QMessageBox) if b.isVisible())

    for word in ("Design", "under", "as a"):
        asked = box()
        assert "looks like a photo" in asked.text()
        next(button for button in asked.buttons() if word in button.text()).click()
    assert found == [tmp_path / "me.png"] and tab.canvas.photo is not None
    (dialog,) = tab.findChildren(ScanDialog)
    dialog.close()


def test_a_scan_in_place_of_a_drawing_is_one_step_that_undo_takes_back(tab: SketchTab, qtbot, tmp_path: Path):
    photo_of_a_drawing().save(str(tmp_path / "scan.png"))
    draw(tab, (100, 30), (900, 30))
    draw(tab, (100, 60), (900, 60))
    before, marks = tab.sheet.raster.copy(), list(tab.sheet.marks)
    tab.files.open_scan(tmp_path / "scan.png")
    qtbot.waitUntil(lambda: bool(tab.findChildren(ScanDialog)))
    (dialog,) = tab.findChildren(ScanDialog)
    dialog.buttons.accepted.emit()
    assert [type(mark) for mark in tab.sheet.marks[2:]] == [Clear, Scan] and tab.undo_stack.count() == 3
    tab.undo_stack.undo()
    assert tab.sheet.layers == before and tab.sheet.marks == marks
    tab.undo_stack.redo()
    assert not tab.sheet.has_loose_scan and tab.undo_stack.undoText() == "Import scan.png"


def test_a_scan_lies_on_the_sheet_and_can_be_undone(tab: SketchTab, qtbot, tmp_path: Path):
    photo_of_a_drawing().save(str(tmp_path / "scan.png"))
    draw(tab, (100, 30), (900, 30))
    before = tab.sheet.raster.copy()
    tab.files.open_scan(tmp_path / "scan.png")
    qtbot.waitUntil(lambda: bool(tab.findChildren(ScanDialog)))
    (dialog,) = tab.findChildren(ScanDialog)
    dialog.corners.set_places(CORNERS)
    qtbot.waitUntil(lambda: is_ready(dialog))
    dialog.add_button.click()
    assert isinstance(tab.sheet.marks[-1], Scan) and len(tab.sheet.marks) == 2
    assert tab.sheet.layers[SKETCH] != before[SKETCH]
    tab.undo_stack.undo()
    assert tab.sheet.layers == before


def test_a_corrupt_file_ends_in_a_message_and_nothing_is_lost(tab: SketchTab, qtbot, tmp_path: Path):
    draw(tab, (100, 30), (900, 30))
    (tmp_path / "bad.png").write_bytes(b"nonsense")
    tab.files.open_scan(tmp_path / "bad.png")
    qtbot.waitUntil(lambda: bool(tab.findChildren(ErrorDialog)))
    assert "bad.png cannot be opened: it is not a picture" in tab.findChildren(ErrorDialog)[0].message.text()
    assert len(tab.sheet.marks) == 1


def test_of_two_pictures_the_last_one_counts(qtbot, tmp_path: Path):
    got: list[QImage] = []
    for name, side in (("one.png", 100), ("two.png", 200)):
        QImage(side, side, QImage.Format.Format_RGB32).save(str(tmp_path / name))
    opener = PictureOpener()
    with qtbot.waitSignal(opener.opened):
        opener.open(tmp_path / "one.png", got.append)
        opener.open(tmp_path / "two.png", got.append)
    opener.close()
    assert [image.width() for image in got] == [200]
