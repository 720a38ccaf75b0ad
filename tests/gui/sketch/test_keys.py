"""Every key that Sketch takes is on the sheet behind `?`."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from facedesigner.gui.window.shortcuts import SKETCH

WORDS = {"Comma": "Comma", "Period": "full stop", "Equal": "+", "Plus": "+", "Minus": "-"}


def test_the_sheet_names_every_key_of_the_canvas(tab):
    named = " ".join(keys for keys, _ in SKETCH)
    taken = []
    for key in (key for key in Qt.Key if key.value < 0x01000000):  # those that write something
        event = QKeyEvent(QEvent.Type.KeyPress, key.value, Qt.KeyboardModifier.NoModifier)
        if tab._action_of(event) is not None:
            taken.append(key)
    assert len(taken) >= 12
    for key in taken:
        word = WORDS.get(key.name.removeprefix("Key_"), QKeySequence(key).toString())
        assert word in named.split() or word in named, key
