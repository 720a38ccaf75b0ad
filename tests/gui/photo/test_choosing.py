from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from facedesigner.engine.found_photo import FoundPhoto
from facedesigner.engine.photo import PhotoFace
from facedesigner.gui.photo.face_chooser import FaceChooser
from facedesigner.gui.photo.photo_record import PhotoRecord
from tests.gui.photo.fake_opener import grey

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def chooser(qtbot) -> FaceChooser:
    """Three faces: the first, the largest, stands in the middle."""
    boxes = [(400, 100, 600, 300), (700, 100, 800, 200), (100, 100, 220, 220)]
    faces = tuple(PhotoFace(grey(80 * n), box, 300) for n, box in enumerate(boxes))
    found = FoundPhoto(Path("party.jpg"), np.zeros((200, 450, 3), np.uint8), 0.5, faces)
    chooser = FaceChooser(found, 0)
    qtbot.addWidget(chooser)
    chooser.show()
    qtbot.waitExposed(chooser)
    return chooser


def test_the_largest_face_is_chosen_first(chooser):
    assert chooser.index == 0 and chooser.windowTitle() == "3 faces in party.jpg"
    assert chooser.buttons[1].isChecked() and "face 2 is chosen" in chooser.photo.accessibleName()


def test_arrow_keys_go_where_they_point_and_enter_opens(qtbot, chooser):
    qtbot.keyClick(chooser.photo, Qt.Key.Key_Right)
    assert chooser.index == 1
    qtbot.keyClick(chooser.photo, Qt.Key.Key_Right)
    assert chooser.index == 2  # round again, to the left one
    with qtbot.waitSignal(chooser.accepted):
        qtbot.keyClick(chooser.photo, Qt.Key.Key_Return)


def test_a_click_on_the_photo_chooses_and_a_double_click_opens(qtbot, chooser):
    place = chooser.photo.place(0).center().toPoint()
    qtbot.mouseClick(chooser.photo, LEFT, pos=place)
    assert chooser.index == 2 and chooser.buttons[0].isChecked()
    qtbot.mouseClick(chooser.photo, LEFT, pos=QPoint(1, 1))  # no face there
    assert chooser.index == 2
    with qtbot.waitSignal(chooser.accepted):
        qtbot.mouseDClick(chooser.photo, LEFT, pos=place)


def test_a_click_on_a_small_picture_chooses(chooser):
    chooser.buttons[2].click()
    assert chooser.index == 1


def test_boxes_lie_on_the_photo_at_any_size(qtbot, chooser):
    chooser.resize(900, 900)
    qtbot.waitUntil(lambda: chooser.photo.width() > 800)
    box, scale = chooser.photo.place(1), chooser.photo.width() / 450
    top = (chooser.photo.height() - 200 * scale) / 2
    assert box.left() == pytest.approx(200 * scale, abs=2) and box.top() == pytest.approx(top + 50 * scale, abs=2)
    assert not chooser.grab().isNull()


def test_all_faces_of_a_crowd_are_there_and_the_chosen_one_is_seen(qtbot):
    boxes = [(1900 - 100 * n, 10, 1960 - 100 * n, 70) for n in range(20)]  # the largest first, the rightmost
    found = FoundPhoto(
        Path("crowd.jpg"),
        np.zeros((100, 1000, 3), np.uint8),
        0.5,
        tuple(PhotoFace(grey(10 * n), box, 60) for n, box in enumerate(boxes)),
    )
    chooser = FaceChooser(found, 0)
    qtbot.addWidget(chooser)
    chooser.resize(500, 400)
    chooser.show()
    qtbot.waitExposed(chooser)
    assert len(chooser.buttons) == 20 and all(button.isVisible() for button in chooser.buttons)

    def seen(number: int) -> bool:
        return not chooser.buttons[number].visibleRegion().isEmpty()

    assert seen(19) and not seen(0)
    for number in (0, 10):
        chooser.photo.choose(number)
        assert seen(number)
    assert chooser.index == 9
    # the number on the photo, in the panel and at the screen reader is one
    assert PhotoRecord(found, chooser.index).title == "crowd.jpg, face 11 of 20"
    assert "face 11 is chosen" in chooser.photo.accessibleName()
