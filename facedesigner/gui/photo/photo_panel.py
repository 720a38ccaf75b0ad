"""PhotoPanel: the face of the opened photo beside the model's, how close that came, and what can be done next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from facedesigner.gui import theme
from facedesigner.gui.photo.crop import Crop
from facedesigner.gui.photo.photo_desk import PhotoDesk
from facedesigner.gui.photo.photo_record import PhotoRecord
from facedesigner.gui.photo.words import explained, numbers, verdict
from facedesigner.gui.widgets.pixels import to_qimage

EMPTY = "Drop a photo on the window, or choose one with Open (Ctrl+O): the model's face closest to it appears here."
REFINING = "Refining: {} of 100. Moving a slider or Esc ends it and keeps what it has reached."
MEASURING = "Measuring how close it came…"


class PhotoPanel(QWidget):
    """Shows the desk's record. A strip, as wide as the window."""

    paste_wanted = Signal()

    def __init__(self, desk: PhotoDesk) -> None:
        super().__init__()
        self._desk = desk
        self.photo = Crop("The photo's face", "Photo")
        self.model = Crop("The model's face, before any slider", "Model")
        self.heading = QLabel()
        self.heading.setProperty("role", "heading")
        self.verdict, self.numbers = QLabel(EMPTY), QLabel()
        self.numbers.setProperty("role", "hint")
        self.numbers.setToolTip(explained())
        for label in (self.heading, self.verdict, self.numbers):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.numbers.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(self.fontMetrics().height() // 2)
        self.bar.setAccessibleName("Refining")
        self.stop = self._button("S&top refining", "cancel", "Keep the best so far (Esc)", desk.stop)
        self.again = self._button("&Other face…", "face", "Open another face of this photo", desk.choose_again)
        tip = "Put the face, as the sliders made it, back into the photo"
        self.paste = self._button("&Paste into photo…", "paste", tip, self.paste_wanted.emit)
        self._lay_out()
        desk.changed.connect(self.show_record)
        desk.finished.connect(self.show_record)
        self.show_record()

    def show_record(self) -> None:
        record = self._desk.record
        self.heading.setText(record.title if record else "")
        self.heading.setVisible(record is not None)
        self.photo.set_picture(to_qimage(record.photo_face.picture) if record else None)
        self.model.set_picture(to_qimage(record.best.picture) if record and record.best else None)
        refining = record is not None and not record.ended
        self.bar.setVisible(refining)
        self.bar.setValue(round(100 * record.share) if record else 0)
        self.stop.setVisible(refining)
        self.again.setVisible(not refining)
        self.again.setEnabled(record is not None and len(record.found.faces) > 1)
        self.paste.setEnabled(record is not None and record.best is not None)
        self.verdict.setText(_verdict(record))
        self.numbers.setText(numbers(record.likeness, record.estimate_likeness) if record and record.likeness else "")
        self.numbers.setVisible(bool(self.numbers.text()))

    def _button(self, text: str, icon: str, tip: str, slot: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        theme.set_icon(button, icon)
        button.setToolTip(tip)
        button.clicked.connect(lambda: slot())
        return button

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        for widget in (self.heading, self.verdict, self.numbers, self.bar):
            words.addWidget(widget)
        words.addStretch(1)
        buttons = QVBoxLayout()
        for button in (self.stop, self.again, self.paste):
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QHBoxLayout(self)
        layout.addWidget(self.photo)
        layout.addWidget(self.model)
        layout.addSpacing(layout.spacing())
        layout.addLayout(words, 1)
        layout.addLayout(buttons)
        margins = layout.contentsMargins()
        self.setFixedHeight(self.photo.sizeHint().height() + margins.top() + margins.bottom())


def _verdict(record: PhotoRecord | None) -> str:
    if record is None:
        return EMPTY
    if not record.ended:
        return REFINING.format(round(100 * record.share))
    if record.likeness is not None:
        return f"{record.ended} {verdict(record.likeness)}"
    return f"{record.ended} {record.problem or MEASURING}"
