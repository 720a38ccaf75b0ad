"""Files of the canvas: drawings, scans and photos to open, drawings and pictures to write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from facedesigner.gui.sketch.canvas import Canvas
from facedesigner.gui.sketch.cleaner import Cleaned, HeadFinder, HeadsApart, PageCleaner, Picture
from facedesigner.gui.sketch.opener import PictureOpener
from facedesigner.gui.sketch.scan import cover, reason, to_png
from facedesigner.gui.sketch.scan_dialog import ScanDialog
from facedesigner.gui.widgets.errors import show_error
from facedesigner.state import drawing
from facedesigner.state.drawing import HINTS, SIDE, SKETCH, DrawingError, Scan
from facedesigner.state.files import write_atomically
from training.endings import PATTERNS
from training.errors import UserError
from training.texts import sentence

PICTURES = f"Pictures ({PATTERNS})"
PNG = "PNG picture (*.png)"
DRAWINGS = "Drawing (*.json)"


class SketchFiles(QObject):
    """Every failure ends in a message; what is on the sheet stays."""

    said = Signal(str)
    photo_shown = Signal(bool)  # whether there is a reference photo
    photo_found = Signal(object)  # Path of a picture to open in Design

    def __init__(self, canvas: Canvas, window: QWidget, make_finder: Callable[[], HeadFinder] = HeadsApart) -> None:
        """`make_finder` runs in a thread at the first scan: what finds faces in drawings."""
        super().__init__(window)
        self.keep_paper = False  # what the scan dialog proposes
        self._canvas, self._window = canvas, window
        self._folder = Path.home()
        self._opener = PictureOpener(self)
        self._cleaner = PageCleaner(make_finder, self)
        self._opener.failed.connect(self._complain)

    def fill_menus(self, opening: QMenu, writing: QMenu) -> None:
        for text, slot in (
            ("Import a scanned &drawing…", self.ask_scan),
            ("Lay a &photo under the drawing…", self.ask_photo),
            ("&Remove the photo", self.remove_photo),
        ):
            opening.addAction(text).triggered.connect(lambda _=False, slot=slot: slot())
        opening.addSeparator()
        opening.addAction("&Open a saved drawing…").triggered.connect(lambda: self.ask_drawing())
        writing.addAction("&Save the drawing…").triggered.connect(lambda: self.ask_save())
        writing.addSeparator()
        for text, name, make in (
            ("Drawing on &white paper as PNG…", "drawing.png", lambda: self.picture(Qt.GlobalColor.white)),
            ("Drawing, &transparent, as PNG…", "drawing.png", lambda: self.picture(Qt.GlobalColor.transparent)),
            ("&Colour hints as PNG…", "hints.png", lambda: self._canvas.sheet.layers[HINTS]),
        ):
            writing.addAction(text).triggered.connect(
                lambda _=False, name=name, make=make: self.ask_export(make(), name, "Export the drawing")
            )

    # -- opening

    def ask_scan(self) -> None:
        if path := self._ask("Import a scanned drawing", PICTURES):
            self.open_scan(path)

    def ask_photo(self) -> None:
        if path := self._ask("Lay a photo under the drawing", PICTURES):
            self.open_photo(path)

    def ask_drawing(self) -> None:
        if path := self._ask("Open a saved drawing", DRAWINGS):
            self.open_drawing(path)

    def open_scan(self, path: Path) -> None:
        self.said.emit(f"Opening {path.name}…")

        def take(found: tuple[Picture, Cleaned] | None, error: Exception | None) -> None:
            if found is None:
                self._complain(reason(path, error))
            else:
                self._take_scan(*found, path)

        self._cleaner.open(path, not self.keep_paper, take)

    def open_photo(self, path: Path) -> None:
        self.said.emit(f"Opening {path.name}…")
        self._opener.open(path, lambda image: self._show_photo(image, path.name))

    def remove_photo(self) -> None:
        self._canvas.show_photo(None)
        self.photo_shown.emit(False)

    def open_drawing(self, path: Path) -> None:
        """In place of the present one, which undo brings back."""
        try:
            marks = drawing.load(path)
        except DrawingError as error:
            show_error("The drawing cannot be opened", sentence(str(error)), parent=self._window)
            return
        self._canvas.sheet.replace(marks, f"Open {path.name}")
        self.said.emit(f"Opened {path.name}")

    def offer(self, path: Path) -> None:
        """A file that was dropped: what it is for is asked, if it may be for two things."""
        if path.suffix.lower() == ".json":
            self.open_drawing(path)
            return
        box = QMessageBox(QMessageBox.Icon.Question, "Open a picture", f"What is {path.name} for?", parent=self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        scan = box.addButton("Import as &drawing", QMessageBox.ButtonRole.AcceptRole)
        photo = box.addButton("&Photo under the drawing", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        scan.clicked.connect(lambda: self.open_scan(path))
        photo.clicked.connect(lambda: self.open_photo(path))
        box.open()

    def close(self) -> None:
        self._opener.close()
        self._cleaner.close()

    def _complain(self, why: str) -> None:
        show_error("The picture cannot be opened", why, parent=self._window)

    def _take_scan(self, picture: Picture, found: Cleaned, path: Path) -> None:
        if not found.of_photo:
            self._show_scan(picture, found)
            return
        words = f"{path.name} looks like a photo. Lines are looked for in drawings; what shall become of it?"
        box = QMessageBox(QMessageBox.Icon.Question, "Import a drawing", words, parent=self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, slot in (
            ("&Lay it under the drawing", lambda: self._show_photo(picture.shown, path.name)),
            ("Open in &Design", lambda: self.photo_found.emit(path)),
            ("Import as a &drawing", lambda: self._show_scan(picture, found)),
        ):
            box.addButton(text, QMessageBox.ButtonRole.AcceptRole).clicked.connect(slot)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.open()

    def _show_scan(self, picture: Picture, found: Cleaned) -> None:
        sheet, name = self._canvas.sheet, picture.name

        def take(scan: Scan, added: bool) -> None:
            if added:
                sheet.put(scan)
            else:
                sheet.replace([scan], f"Import {name}")
            self.said.emit(f"Imported {name}")

        dialog = ScanDialog(
            picture, found, self._cleaner, self.keep_paper, self._window, over_a_drawing=not sheet.is_empty
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.taken.connect(take)
        dialog.open()

    def _show_photo(self, image: QImage, name: str) -> None:
        self._canvas.show_photo(cover(image))
        self.photo_shown.emit(True)
        self.said.emit(f"{name} lies under the drawing")

    # -- writing

    def picture(self, paper: Qt.GlobalColor) -> QImage:
        """The lines, SIDE x SIDE."""
        image = QImage(SIDE, SIDE, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(paper)
        painter = QPainter(image)
        painter.drawImage(0, 0, self._canvas.sheet.layers[SKETCH])
        painter.end()
        return image

    def ask_save(self) -> None:
        if path := self._ask_name("Save the drawing", "drawing.json", DRAWINGS):
            self._write(path, lambda: drawing.save(self._canvas.sheet.marks, path))

    def ask_export(self, image: QImage, name: str, title: str) -> None:
        self.ask_write(name, title, lambda path: write_atomically(path, to_png(image)))

    def ask_write(self, name: str, title: str, write: Callable[[Path], object]) -> None:
        """Asks for a PNG, which `write` writes; it may be replaced."""
        if path := self._ask_name(title, name, PNG):
            self._write(path, lambda: write(path))

    def _write(self, path: Path, write: Callable[[], object]) -> None:
        try:
            write()
        except (OSError, UserError) as error:
            reason = str(error)
            if isinstance(error, OSError):
                reason = f"{path}: {error.strerror or error}. Choose another folder."
            show_error(f"{path.name} was not written", reason, parent=self._window)
        else:
            self.said.emit(f"Wrote {path.name}")

    def _ask(self, title: str, kind: str) -> Path | None:
        text, _ = QFileDialog.getOpenFileName(self._window, title, str(self._folder), kind)
        return self._remember(text)

    def _ask_name(self, title: str, name: str, kind: str) -> Path | None:
        """A file to write; whoever chose one that is there has agreed to replace it."""
        text, _ = QFileDialog.getSaveFileName(self._window, title, str(self._folder / name), kind)
        path = self._remember(text)
        if path is None or path.suffix.lower() == Path(name).suffix:
            return path
        path = path.with_name(path.name + Path(name).suffix)  # a name that the dialog did not ask about
        if path.exists():
            answer = QMessageBox.question(self._window, title, f"{path.name} exists already. Replace it?")
            return path if answer == QMessageBox.StandardButton.Yes else None
        return path

    def _remember(self, text: str) -> Path | None:
        if not text:
            return None
        self._folder = Path(text).parent
        return Path(text)
