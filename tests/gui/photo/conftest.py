from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QWidget

from facedesigner.gui.photo.photo_desk import PhotoDesk
from facedesigner.gui.session import Session
from tests.gui.photo.fake_opener import FakeOpener


@pytest.fixture
def opener() -> FakeOpener:
    return FakeOpener()


@pytest.fixture
def desk(qtbot, session: Session, opener: FakeOpener) -> Iterator[PhotoDesk]:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    desk = PhotoDesk(session, window, lambda: opener)
    yield desk
    desk.shut_down()
