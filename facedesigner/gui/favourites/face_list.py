"""FaceList: small pictures of faces with their names, to choose, rename and drag."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QListView, QListWidget, QListWidgetItem, QWidget

from facedesigner.gui.widgets.face_button import Thumbs
from facedesigner.gui.widgets.face_mime import pack
from facedesigner.state.edits import describe
from facedesigner.state.face import FaceState

FACE = Qt.ItemDataRole.UserRole
NOTE = Qt.ItemDataRole.UserRole + 1
SIDE_LINES = 4.5  # height of a picture in lines of text


class FaceList(QListWidget):
    """A row that wraps. A click or Enter `chosen` a face, F2 renames it in place, a drag takes the selected ones."""

    chosen = Signal(object)  # FaceState
    renamed = Signal(object, str)  # FaceState, what was typed
    edited = Signal()  # a name is no longer being typed

    def __init__(self) -> None:
        super().__init__()
        self.side = round(self.fontMetrics().height() * SIDE_LINES)
        self._filling = False
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setIconSize(QSize(self.side, self.side))
        self.setGridSize(QSize(self.side + 16, self.side + 2 * self.fontMetrics().height()))
        self.setMinimumHeight(self.gridSize().height() + 2 * self.frameWidth() + 4)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.itemClicked.connect(self._choose)
        self.itemActivated.connect(self._choose)
        self.itemChanged.connect(self._rename)

    @property
    def selected(self) -> list[FaceState]:
        return [face_of(item) for item in self.selectedItems()]

    @property
    def faces(self) -> list[FaceState]:
        """Those in view: of hidden items none."""
        return [face_of(item) for item in self._items if not item.isHidden()]

    def show_faces(self, notes: Mapping[FaceState, str]) -> None:
        """Faces with their notes, the newest first; what was selected stays so."""
        kept = set(self.selected)
        self._filling = True
        faces = list(notes)[::-1]
        if [face_of(item) for item in self._items] != faces:  # else the hand may be on one of them
            self._fill(faces, kept)
        for item in self._items:
            face, note = face_of(item), notes[face_of(item)]
            if item.text() != face.title:  # a name that was refused
                item.setText(face.title)
            about = f"{describe(face)}. Click to go on with it, F2 to rename it"
            item.setData(NOTE, note)
            item.setToolTip(f"{about}\n{note}" if note else about)
        self._filling = False

    def _fill(self, faces: Sequence[FaceState], kept: Container[FaceState]) -> None:
        self.clear()
        for face in faces:
            item = QListWidgetItem(face.title)
            item.setData(FACE, face)
            item.setData(NOTE, "")
            item.setSizeHint(self.gridSize())  # a picture that comes later needs its room now
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            self.addItem(item)
            item.setSelected(face in kept)

    def show_pictures(self, thumbs: Thumbs) -> None:
        """Not while a name is being typed: a change of the item would put the old one back into the editor."""
        if self.state() == QAbstractItemView.State.EditingState:
            return
        self._filling = True
        for item in self._items:
            picture = thumbs.picture(face_of(item))
            if picture is not None and item.icon().isNull():
                item.setIcon(QIcon(QPixmap.fromImage(picture)))
        self._filling = False

    def search(self, words: str) -> int:
        """Hides what has not all the words in its name, seed or note; how many are left."""
        needles = words.casefold().split()
        for item in self._items:
            face = face_of(item)
            hay = f"{face.name} {face.origin} {item.data(NOTE)}".casefold()
            item.setHidden(not all(needle in hay for needle in needles))
        return len(self.faces)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, hint)
        self.edited.emit()

    def mimeData(self, items: Sequence[QListWidgetItem]) -> QMimeData:
        return pack([face_of(item) for item in items])

    @property
    def _items(self) -> list[QListWidgetItem]:
        return [self.item(index) for index in range(self.count())]

    def _choose(self, item: QListWidgetItem) -> None:
        if len(self.selectedItems()) <= 1:  # else several are being picked
            self.chosen.emit(face_of(item))

    def _rename(self, item: QListWidgetItem) -> None:
        if not self._filling:
            self.renamed.emit(face_of(item), item.text())


def face_of(item: QListWidgetItem) -> FaceState:
    face = item.data(FACE)
    assert isinstance(face, FaceState)
    return face
