from __future__ import annotations

import shiboken6
from PySide6.QtCore import QObject

from facedesigner.gui.work.child import Child


def test_a_process_does_not_outlive_whoever_asked_for_it(qtbot):
    parent = QObject()
    child = Child("list", "--json", parent=parent)
    ended: list[str] = []
    child.ended.connect(ended.append)
    child.start()
    shiboken6.delete(parent)  # Qt would warn of a process that still runs, and warnings fail tests
    assert not shiboken6.isValid(child) and ended == []
