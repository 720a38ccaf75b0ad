"""FavouritesPanel: the faces that are kept, with a search."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QMessageBox, QPushButton, QWidget

from facedesigner.gui import theme
from facedesigner.gui.favourites.face_list import FaceList
from facedesigner.gui.favourites.favourites import Favourites
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.face_button import Thumbs
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.face import FaceState
from facedesigner.state.favourites import NOTE_LENGTH
from training.errors import UserError

TAG = "favourites"
EMPTY = "No favourites yet. Add keeps the face in view here, for as long as you like."
NOTHING_FOUND = "No favourite is called so."


class FavouritesPanel(QWidget):
    """Draws the pictures when it is first looked at."""

    chosen = Signal(object)  # FaceState to go on with
    said = Signal(str)  # for the status bar

    def __init__(self, session: Session, thread: RenderThread, favourites: Favourites) -> None:
        super().__init__()
        self._session, self._favourites = session, favourites
        self.list = FaceList()
        self.list.setAccessibleName("Favourites")
        self._thumbs = Thumbs(session, thread, TAG, self.list.side * self.devicePixelRatioF(), self)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search name, seed, note")
        self.search.setAccessibleName("Search the favourites")
        self.search.setClearButtonEnabled(True)
        self.add_button = QPushButton("&Add")
        self.add_button.setToolTip("Keep the face in view among the favourites (Ctrl+D)")
        theme.set_icon(self.add_button, "star")
        self.rename_button = QPushButton("Re&name")
        self.rename_button.setToolTip("Give the selected favourite another name (F2)")
        self.remove_button = QPushButton("Re&move…")
        self.remove_button.setToolTip("Take the selected favourites out")
        self.note = QLineEdit()
        self.note.setPlaceholderText("Note on the selected face")
        self.note.setAccessibleName("Note on the selected favourite")
        self.note.setMaxLength(NOTE_LENGTH)
        self.note.hide()  # until one is selected
        self.words = QLabel(EMPTY)
        self.words.setProperty("role", "hint")
        self.words.setWordWrap(True)
        beside = QGridLayout()
        beside.addWidget(self.search, 0, 0, 1, 3)
        for column, button in enumerate((self.add_button, self.rename_button, self.remove_button)):
            beside.addWidget(button, 1, column)
        beside.addWidget(self.note, 2, 0, 1, 3)
        beside.addWidget(self.words, 3, 0, 1, 3)
        beside.setRowStretch(4, 1)
        layout = QHBoxLayout(self)
        layout.addLayout(beside)
        layout.addWidget(self.list, 1)
        favourites.changed.connect(self._show)
        for signal in (self._thumbs.drawn, self.list.edited):
            signal.connect(lambda: self.list.show_pictures(self._thumbs))
        self.search.textChanged.connect(self._find)
        self.list.chosen.connect(self.chosen)
        self.list.renamed.connect(self._rename, Qt.ConnectionType.QueuedConnection)  # the editor closes first
        self.list.itemSelectionChanged.connect(self._offer)
        self.note.editingFinished.connect(self._write_note)
        self.add_button.clicked.connect(self.add)
        self.rename_button.clicked.connect(lambda: self.list.editItem(self.list.selectedItems()[0]))
        self.remove_button.clicked.connect(self._ask_remove)
        self._noted: FaceState | None = None  # whose note is shown
        self._show()

    def add(self) -> None:
        """Keeps the face in view."""
        self._session.settle()
        face = self._session.face
        kept = self._favourites.add([face])
        self.said.emit(f"{face.title} is kept among the favourites" if kept else f"{face.title} is a favourite already")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()

    def _show(self) -> None:
        self.list.show_faces(self._favourites.notes)
        self.add_button.setEnabled(self._session.info is not None)
        self._find()
        self._offer()
        if self.isVisible():
            self._draw()

    def _draw(self) -> None:
        self.list.show_pictures(self._thumbs)
        self._thumbs.draw(reversed(self._favourites.faces))

    def _find(self) -> None:
        left = self.list.search(self.search.text())
        self.words.setText(NOTHING_FOUND if self._favourites.faces else EMPTY)
        self.words.setHidden(left > 0)

    def _offer(self) -> None:
        count = len(self.list.selected)
        self.rename_button.setEnabled(count == 1)
        self.remove_button.setEnabled(count > 0)
        self._show_note(self.list.selected[0] if count == 1 else None)

    def _show_note(self, face: FaceState | None) -> None:
        if face == self._noted:
            return
        self._write_note()
        self._noted = face
        self.note.setText(self._favourites.notes.get(face, "") if face else "")
        self.note.setVisible(face is not None)

    def _write_note(self) -> None:
        """Once it is typed, or another face is selected."""
        face, note = self._noted, self.note.text().strip()
        if face is not None and note != self._favourites.notes.get(face, note):
            self._favourites.write_note(face, note)

    def _rename(self, face: FaceState, name: str) -> None:
        try:
            self._favourites.rename(face, name)
        except UserError as error:
            self.said.emit(f"This name is not to be had: {error}")
            self._show()

    def _ask_remove(self) -> None:
        gone = self.list.selected
        what = gone[0].title if len(gone) == 1 else f"{len(gone)} faces"
        box = QMessageBox(
            QMessageBox.Icon.Question,
            "Remove favourites",
            f"Take {what} out of the favourites?\n\nThis cannot be undone. Files and projects keep their faces.",
            parent=self.window(),
        )
        remove = box.addButton("&Remove", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        remove.clicked.connect(lambda: self._favourites.remove(gone))
        box.open()
