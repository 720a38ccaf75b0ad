"""What is off looks off and can still be read, in both themes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QMessageBox, QPushButton, QWidget

from facedesigner.gui import theme
from tests.gui.fitting import clipped


@pytest.fixture(params=theme.THEMES)
def colours(request, qapp) -> Iterator[theme.Colours]:
    theme.apply(request.param)
    yield theme.colours()
    theme.apply("dark")


def contrast(one: str, other: str) -> float:
    """Of WCAG 2, 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb(colour)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def rgb(colour: str) -> tuple[float, float, float]:
    found = QColor(colour)
    return found.redF(), found.greenF(), found.blueF()


def test_texts_can_be_read(colours):
    assert contrast(colours.text, colours.background) > 7
    assert contrast(colours.accent_text, colours.accent) > 4.5
    for colour in (colours.muted, colours.warning):
        assert contrast(colour, colours.background) > 4.5
    assert 3 < contrast(colours.disabled, colours.background) < contrast(colours.text, colours.background) / 2


@pytest.mark.parametrize("default", [False, True])
def test_a_button_that_is_off_has_no_fill(default, colours, qtbot):
    window, button = QWidget(), QPushButton("Start")
    qtbot.addWidget(window)
    QHBoxLayout(window).addWidget(button)
    button.setDefault(default)
    window.show()

    def fill() -> QColor:
        return button.grab().toImage().pixelColor(button.width() // 2, 3)

    assert fill() == QColor(colours.accent if default else colours.raised)
    button.setEnabled(False)
    assert fill() == QColor(colours.background)


def test_a_question_has_room_for_its_answers(colours, qtbot):
    box = QMessageBox(QMessageBox.Icon.Question, "Open", "What is this for?")
    qtbot.addWidget(box)
    box.addButton("Photo &under the drawing, faintly", QMessageBox.ButtonRole.AcceptRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.show()
    assert clipped() == []
    assert all(button.width() >= button.sizeHint().width() for button in box.buttons())
    box.hide()
