"""VariantRow: four photos of the same drawing to choose from."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from facedesigner.contract.sketching import VARIANTS
from facedesigner.gui.widgets.pixels import enlarged, paint_face

LEAST, MOST = 48, 110  # pixels of a picture's side
GAP = 6


class VariantRow(QWidget):
    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.buttons = [VariantButton(index) for index in range(VARIANTS)]
        group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        for index, button in enumerate(self.buttons):
            group.addButton(button, index)
            layout.addWidget(button)
        self.buttons[0].setChecked(True)
        group.idToggled.connect(lambda index, on: self.chosen.emit(index) if on else None)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(VARIANTS * 72 + (VARIANTS - 1) * GAP, 72)

    def minimumSizeHint(self) -> QSize:
        return QSize(VARIANTS * LEAST + (VARIANTS - 1) * GAP, LEAST)

    def show_picture(self, index: int, picture: QImage | None) -> None:
        self.buttons[index].show_picture(picture)

    def clear(self) -> None:
        for button in self.buttons:
            button.show_picture(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        side = min(max((self.width() - (VARIANTS - 1) * GAP) // VARIANTS, LEAST), MOST)
        self.setFixedHeight(side)
        for button in self.buttons:
            button.setFixedSize(side, side)


class VariantButton(QAbstractButton):
    def __init__(self, index: int) -> None:
        super().__init__()
        self.picture: QImage | None = None
        self.setCheckable(True)
        self.setAccessibleName(f"Variant {index + 1}")
        self.setToolTip(
            "As drawn" if index == 0 else f"Variant {index + 1}: other colours; for those you painted another light"
        )
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_picture(self, picture: QImage | None) -> None:
        self.picture = None if picture is None else enlarged(picture)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        paint_face(painter, box, palette, self.picture, "")
        if self.isChecked():
            painter.setPen(QPen(palette.highlight(), 3))
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        if self.hasFocus():
            painter.setPen(QPen(Qt.GlobalColor.white, 1.5, Qt.PenStyle.DotLine))
            painter.drawRect(box.adjusted(4, 4, -4, -4))
