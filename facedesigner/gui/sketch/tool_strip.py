"""ToolStrip: tools, colours and history at the left of the canvas."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QColorDialog,
    QGridLayout,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from facedesigner.gui.sketch.buttons import icon_button, separator
from facedesigner.gui.sketch.kit import TOOLS, Kit
from facedesigner.gui.sketch.sheet import Sheet

ICONS = {"pen": "pen", "pencil": "pencil", "eraser": "eraser", "brush": "brush", "fill": "fill", "pan": "hand"}
COLOURS = {
    "Light skin": "#f0c8ac",
    "Skin": "#d9a283",
    "Dark skin": "#8a5a3c",
    "Lips": "#c0605c",
    "Blond hair": "#d8b26a",
    "Brown hair": "#5a3a26",
    "Black hair": "#211b1a",
    "Grey hair": "#a9a5a0",
    "Blue": "#5f87b0",
    "Green": "#6f8f63",
}


class ToolStrip(QWidget):
    """Shows what the kit holds and changes it; `open_button` and `export_button` have menus that the tab fills."""

    cleared = Signal()

    def __init__(self, kit: Kit, sheet: Sheet) -> None:
        super().__init__()
        self._kit = kit
        self.tools: dict[str, QToolButton] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(2)
        group = QButtonGroup(self)
        for tool in TOOLS:
            tip = f"{tool.label} ({tool.key}): {tool.tip[0].lower()}{tool.tip[1:]}"
            button = self.tools[tool.name] = icon_button(ICONS[tool.name], tool.label, tip, checkable=True)
            button.clicked.connect(lambda _=False, name=tool.name: kit.take(name))
            group.addButton(button)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(separator())
        layout.addLayout(self._colours())
        layout.addWidget(separator())
        stack = sheet.undo_stack
        self.undo = icon_button("undo", "Undo", "Undo (Ctrl+Z)")
        self.redo = icon_button("redo", "Redo", "Redo (Ctrl+Shift+Z)")
        self.clear = icon_button("delete", "Clear", "Clear the sheet; undo brings it back")
        self.undo.clicked.connect(stack.undo)
        self.redo.clicked.connect(stack.redo)
        self.clear.clicked.connect(self.cleared)
        stack.canUndoChanged.connect(self.undo.setEnabled)
        stack.canRedoChanged.connect(self.redo.setEnabled)
        stack.undoTextChanged.connect(lambda text: self.undo.setToolTip(f"Undo: {text} (Ctrl+Z)"))
        stack.redoTextChanged.connect(lambda text: self.redo.setToolTip(f"Redo: {text} (Ctrl+Shift+Z)"))
        sheet.marked.connect(lambda: self.clear.setDisabled(sheet.is_empty))
        for button in (self.undo, self.redo, self.clear):
            button.setEnabled(False)
        self.open_button = _with_menu(icon_button("open", "Open", "Open a drawing, a scan or a photo"))
        self.export_button = _with_menu(icon_button("export", "Save and export", "Save or export the drawing"))
        for widget in (self.undo, self.redo, self.clear):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        for widget in (self.open_button, self.export_button):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        kit.changed.connect(self._show)
        self._show()

    def _colours(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(3)
        self.colour = Swatch(self._kit.colour, "Colour: choose another one", QSize(35, 20))
        self.colour.clicked.connect(self._choose)
        grid.addWidget(self.colour, 0, 0, 1, 2, Qt.AlignmentFlag.AlignHCenter)
        for index, (name, colour) in enumerate(COLOURS.items()):
            swatch = Swatch(colour, name, QSize(16, 16))
            swatch.clicked.connect(lambda _=False, colour=colour: self._kit.set_colour(colour))
            grid.addWidget(swatch, 1 + index // 2, index % 2, Qt.AlignmentFlag.AlignCenter)
        return grid

    def _choose(self) -> None:
        dialog = QColorDialog(QColor(self._kit.colour), self)
        dialog.setWindowTitle("Colour of the brush")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(lambda colour: self._kit.set_colour(colour.name()))
        dialog.open()

    def _show(self) -> None:
        self.tools[self._kit.tool.name].setChecked(True)
        self.colour.set_colour(self._kit.colour)


class Swatch(QAbstractButton):
    """A small square of one colour."""

    def __init__(self, colour: str, name: str, size: QSize) -> None:
        super().__init__()
        self._colour = colour
        self.setFixedSize(size)
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_colour(self, colour: str) -> None:
        self._colour = colour
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self.hasFocus() or self.underMouse()
        palette = self.palette()
        painter.setPen(QPen(palette.highlight() if lit else palette.mid(), 2 if lit else 1))
        painter.setBrush(QColor(self._colour))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), 3, 3)


def _with_menu(button: QToolButton) -> QToolButton:
    menu = QMenu(button)
    menu.setToolTipsVisible(True)
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
    return button
