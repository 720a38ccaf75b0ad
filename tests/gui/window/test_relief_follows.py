from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from facedesigner.engine import relief as engine
from facedesigner.gui.relief.relief_dialog import ReliefDialog
from facedesigner.gui.window.tools import TOOLS
from tests.gui.fake_engine import fake_picture


@pytest.fixture
def dialog(window, qtbot, monkeypatch) -> ReliefDialog:
    monkeypatch.setattr(engine, "aligned_marks", lambda picture: (None, ""))
    tool = next(tool for tool in TOOLS if tool.name == "relief")
    face = window.session.face
    window.tools.show(tool, face, fake_picture(face), Path())
    found: ReliefDialog = window.findChild(ReliefDialog)
    return found


def test_the_piece_is_of_the_face_that_the_sliders_make(window, dialog, qtbot):
    assert dialog.isVisible() and not dialog.isModal()
    window.session.preview(replace(window.session.face, seed=window.session.face.seed + 1))
    wanted = fake_picture(window.session.face)
    qtbot.waitUntil(lambda: np.array_equal(dialog._picture, wanted))
    dialog.reject()
