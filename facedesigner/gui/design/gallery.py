"""Gallery: nine faces to choose from, to breed and to vary."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDrag, QImage, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from facedesigner.gui.design.tile import Tile
from facedesigner.gui.widgets.face_mime import pack
from facedesigner.state.edits import GALLERY_SIZE, same_person
from facedesigner.state.face import FaceState

COLUMNS = 3
GAP = 4
STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -COLUMNS, Qt.Key.Key_Down: COLUMNS}
EXTEND = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Gallery(QWidget):
    """Three by three tiles. A click or Enter `chosen` a face; Ctrl or Shift and click, or Space, select several.

    Tab comes to one tile; the arrow keys walk from there.
    """

    chosen = Signal(object)  # FaceState
    selection_changed = Signal()
    drawn = Signal(object, object)  # FaceState, its picture (H, W, 3)

    def __init__(self) -> None:
        super().__init__()
        self._faces: tuple[FaceState, ...] = ()
        self._place = 0  # of the keyboard, and where a Shift+click counts from
        self.tiles = [Tile(self) for _ in range(GALLERY_SIZE)]
        for index, tile in enumerate(self.tiles):
            tile.hit.connect(lambda modifiers, index=index: self._hit(index, modifiers))
            tile.dragged.connect(lambda index=index: self._drag(index))
        self.setAccessibleName("Gallery")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.show_faces(())

    @property
    def faces(self) -> tuple[FaceState, ...]:
        return self._faces

    @property
    def selected(self) -> list[FaceState]:
        return [tile.face for tile in self.tiles if tile.isChecked() and tile.face is not None]

    def show_faces(self, faces: Sequence[FaceState]) -> None:
        """Shows up to nine faces whose pictures come later; the same faces again change nothing."""
        if tuple(faces) == self._faces and faces:
            return
        self._faces = tuple(faces)
        for index, tile in enumerate(self.tiles):
            tile.set_face(self._faces[index] if index < len(self._faces) else None)
        self._move_to(0, focus=False)
        self.selection_changed.emit()

    def show_current(self, face: FaceState) -> None:
        """Frames the tile that `face` comes from."""
        for tile in self.tiles:
            tile.set_current(tile.face is not None and same_person(tile.face, face))

    def set_picture(self, index: int, picture: QImage) -> None:
        self.tiles[index].set_picture(picture)

    def set_problem(self, index: int, reason: str) -> None:
        self.tiles[index].set_problem(reason)

    def warn(self, face: FaceState, words: str) -> None:
        """Marks the tiles of a face."""
        for tile in self.tiles:
            if tile.face == face:
                tile.set_warning(words)

    def sizeHint(self) -> QSize:
        side = COLUMNS * (self.tiles[0].sizeHint().width() + GAP)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint() * 0.7

    def heightForWidth(self, width: int) -> int:
        return width

    def resizeEvent(self, event: QResizeEvent) -> None:
        side = (min(self.width(), self.height()) - (COLUMNS - 1) * GAP) // COLUMNS
        left = (self.width() - COLUMNS * side - (COLUMNS - 1) * GAP) // 2
        for index, tile in enumerate(self.tiles):
            row, column = divmod(index, COLUMNS)
            tile.setGeometry(left + column * (side + GAP), row * (side + GAP), side, side)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in STEPS:
            self._walk(STEPS[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._move_to(0 if key == Qt.Key.Key_Home else max(len(self._faces) - 1, 0))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._hit(self._place, Qt.KeyboardModifier.NoModifier)
        elif key == Qt.Key.Key_Space:
            self._hit(self._place, Qt.KeyboardModifier.ControlModifier)
        else:
            super().keyPressEvent(event)

    def _walk(self, step: int) -> None:
        target = self._place + step
        same_row = abs(step) == COLUMNS or target // COLUMNS == self._place // COLUMNS
        if same_row and 0 <= target < len(self._faces):
            self._move_to(target)

    def _move_to(self, place: int, focus: bool = True) -> None:
        had_focus = any(tile.hasFocus() for tile in self.tiles)
        self._place = place
        for index, tile in enumerate(self.tiles):
            tile.setFocusPolicy(Qt.FocusPolicy.StrongFocus if index == place else Qt.FocusPolicy.ClickFocus)
        if focus or had_focus:
            self.tiles[place].setFocus(Qt.FocusReason.OtherFocusReason)

    def _hit(self, index: int, modifiers: Qt.KeyboardModifier) -> None:
        face = self.tiles[index].face
        if face is None:
            return
        anchor = self._place
        self._move_to(index)
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._select(range(min(anchor, index), max(anchor, index) + 1))
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            self.tiles[index].toggle()
        else:
            self._select([index])
        self.selection_changed.emit()
        if not modifiers & EXTEND:
            self.chosen.emit(face)

    def taken_along(self, index: int) -> list[FaceState]:
        """The faces that a drag of one tile takes: all selected ones if it is among them."""
        face = self.tiles[index].face
        return self.selected if self.tiles[index].isChecked() else [face] if face else []

    def _drag(self, index: int) -> None:
        drag = QDrag(self)
        drag.setMimeData(pack(self.taken_along(index)))
        picture = self.tiles[index].picture
        if picture is not None:
            side = self.tiles[index].width() // 2
            drag.setPixmap(QPixmap.fromImage(picture).scaledToWidth(side, Qt.TransformationMode.SmoothTransformation))
        drag.exec(Qt.DropAction.CopyAction)

    def _select(self, places: Sequence[int]) -> None:
        for index, tile in enumerate(self.tiles):
            tile.setChecked(index in places)
