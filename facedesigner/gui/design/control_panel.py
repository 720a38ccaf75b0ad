"""ControlPanel: the sliders that the model declares, by group."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from facedesigner.gui import theme
from facedesigner.gui.design.control_row import ControlRow
from facedesigner.gui.design.layer_button import LayerButton
from facedesigner.state.edits import ALL_LAYERS
from facedesigner.state.face import FaceState

if TYPE_CHECKING:
    from facedesigner.contract.request import Control

LAYERS = (
    (ALL_LAYERS, "All", "all layers"),
    ("coarse", "Coarse", "shape and pose"),
    ("middle", "Middle", "features"),
    ("fine", "Fine", "colours and texture"),
)
WAITING = "The sliders appear once a model is loaded."
FEW_ROWS = 10  # that are all made at once
FIRST_ROWS, MORE_ROWS = 5, 3  # of more: the first in view, then as many as fit into a frame
NO_CONTROLS = "This model has no sliders.\nShape a face with Breed and Vary in the gallery."


class ControlPanel(QWidget):
    """Rows of sliders in a scroll area. Passes on what the rows emit."""

    previewed = Signal(str, float)  # key, value
    committed = Signal(str, float, str)  # key, value, text
    lock_toggled = Signal(str, bool)  # name, on
    asked = Signal(str, str)  # rename, original, delete or keep; the name of the slider
    randomise = Signal()
    reset = Signal()
    teach = Signal()
    rows_moved = Signal()  # other rows may be visible, or they edit other layers

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[ControlRow] = []
        self._left: list[Control] = []  # whose rows are still to be made
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(lambda: self._add_rows(MORE_ROWS))
        self._face: FaceState | None = None
        self._locks: frozenset[str] = frozenset()
        self.layers = ALL_LAYERS
        self.layer_buttons: dict[str, LayerButton] = {}
        self._layer_bar = self._make_layer_bar()
        self.randomise_button = QPushButton("R&andomise")
        self.randomise_button.setToolTip("Draw all unlocked sliders of the chosen layers at random")
        theme.set_icon(self.randomise_button, "shuffle")
        self.reset_button = QPushButton("Reset a&ll")
        self.reset_button.setToolTip("Set all unlocked sliders back, on all layers")
        theme.set_icon(self.reset_button, "reset")
        self.teach_button = QPushButton("Tea&ch…")
        self.teach_button.setToolTip("Make a slider of your own from faces that have something and faces that do not")
        theme.set_icon(self.teach_button, "teach")
        self.hint = QLabel(WAITING)
        self.hint.setProperty("role", "hint")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        buttons = QHBoxLayout()
        buttons.addWidget(self.randomise_button, 1)
        buttons.addWidget(self.reset_button, 1)
        buttons.addWidget(self.teach_button, 1)
        layout = QVBoxLayout(self)
        layout.addWidget(self._layer_bar)
        layout.addWidget(self.hint, 1)
        layout.addWidget(self.area, 1)
        layout.addLayout(buttons)
        self.randomise_button.clicked.connect(self.randomise)
        self.reset_button.clicked.connect(self.reset)
        self.teach_button.clicked.connect(self.teach)
        self.area.verticalScrollBar().valueChanged.connect(self.rows_moved)
        self.area.verticalScrollBar().rangeChanged.connect(self.rows_moved)
        self.set_controls(())

    def set_controls(self, controls: Sequence[Control], hint: str = WAITING) -> None:
        """Makes one row a control, in the order and the groups they are declared in; `hint` where there are none. Some
        at once, the others as the event loop has time: fifty rows take longer than a frame may."""
        sheet = QWidget()
        self._column = QVBoxLayout(sheet)
        self._column.setContentsMargins(0, 0, 6, 0)
        self._column.setSpacing(0)
        self.rows, self._left = [], list(controls)
        # So wide that the sliders of all rows stand below each other.
        self._label_width = max((QLabel(control.label).sizeHint().width() for control in controls), default=0)
        self.area.setWidget(sheet)
        self._layer_bar.setVisible(any(control.ranges for control in controls))
        self.layer_buttons[ALL_LAYERS].setChecked(True)
        self.layers = ALL_LAYERS
        self.hint.setText(hint)
        self.hint.setVisible(not controls)
        self.area.setVisible(bool(controls))
        self.randomise_button.setEnabled(bool(controls))
        self.reset_button.setEnabled(bool(controls))
        self.teach_button.setEnabled(hint != WAITING)
        self._add_rows(FIRST_ROWS if len(controls) > FEW_ROWS else len(controls))

    def _add_rows(self, count: int) -> None:
        """The next rows, as they are to look by now."""
        before = self.rows[-1].control.group if self.rows else None
        added, self._left = self._left[:count], self._left[count:]
        for control in added:
            if control.group != before:
                heading = QLabel(control.group)
                heading.setProperty("role", "heading")
                self._column.addWidget(heading)
                before = control.group
            row = self._make_row(control)
            row.label.setFixedWidth(self._label_width)
            row.show_locked(control.name in self._locks)
            if self._face is not None:
                row.set_layers(self.layers, self._face)
            self._column.addWidget(row)
        if self._left:
            self._more.start()
        else:
            self._more.stop()
            self._column.addStretch(1)
            self._order_tabs()
        bar = self.area.verticalScrollBar()
        self.area.setMinimumWidth(self._column.minimumSize().width() + bar.sizeHint().width())
        self.rows_moved.emit()

    def show_face(self, face: FaceState) -> None:
        self._face = face
        for row in self.rows:
            row.show_face(face)

    def show_locks(self, locks: frozenset[str]) -> None:
        self._locks = locks
        for row in self.rows:
            row.show_locked(row.control.name in locks)

    def set_layers(self, layers: str) -> None:
        """`coarse`, `middle`, `fine`, or "" for all."""
        self.layers = layers
        self.layer_buttons[layers].setChecked(True)
        if self._face is not None:
            for row in self.rows:
                row.set_layers(layers, self._face)
        self.rows_moved.emit()

    def show_row(self, name: str) -> None:
        """Scrolls to a slider and marks it for a moment."""
        if self._left:
            self._add_rows(len(self._left))
            self._column.activate()
        row = next((row for row in self.rows if row.control.name == name), None)
        if row is not None:
            row.mark()
            QTimer.singleShot(0, row, lambda: self.area.ensureWidgetVisible(row))  # once new rows have their place

    def visible_rows(self) -> list[ControlRow]:
        """Rows that can be seen now, at least in part."""
        view = self.area.viewport()
        if not view.isVisible():
            return []
        seen = QRect(view.mapToGlobal(view.rect().topLeft()), view.size())
        return [
            row
            for row in self.rows
            if row.isEnabled() and seen.intersects(QRect(row.mapToGlobal(row.rect().topLeft()), row.size()))
        ]

    def _order_tabs(self) -> None:
        """New rows would come last of the whole window."""
        row_parts = [part for row in self.rows for part in (*row.slider.editors, row.lock)]
        parts = [*self.layer_buttons.values(), *row_parts, self.randomise_button, self.reset_button, self.teach_button]
        for first, second in pairwise(parts):
            QWidget.setTabOrder(first, second)

    def _make_row(self, control: Control) -> ControlRow:
        row = ControlRow(control)
        row.previewed.connect(self.previewed)
        row.committed.connect(self.committed)
        row.lock_toggled.connect(self.lock_toggled)
        row.asked.connect(self.asked)
        self.rows.append(row)
        return row

    def _make_layer_bar(self) -> QWidget:
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        group = QButtonGroup(self)
        for layers, name, what in LAYERS:
            button = LayerButton(name)
            button.setAccessibleName(f"Layers: {name}")
            button.setToolTip(
                f"The sliders act on {what} only; adds to All.\nDrop a face here to take its {what}."
                if layers
                else f"The sliders act on {what}"
            )
            button.clicked.connect(lambda _, layers=layers: self.set_layers(layers))
            group.addButton(button)
            row.addWidget(button, 1)
            self.layer_buttons[layers] = button
        return bar
