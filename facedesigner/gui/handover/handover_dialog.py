"""HandoverDialog: everything of a face for a robot in one package, made first, looked at, then written."""

from __future__ import annotations

import json
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from facedesigner.gui import theme
from facedesigner.gui.handover.handing import Handing
from facedesigner.gui.handover.part_view import PartView
from facedesigner.gui.handover.robot_form import RobotForm
from facedesigner.gui.handover.wish import Wish
from facedesigner.gui.widgets.errors import show_error
from facedesigner.gui.widgets.measured_view import MeasuredView
from facedesigner.gui.widgets.message_label import MessageLabel
from facedesigner.gui.widgets.pixels import to_qimage
from facedesigner.gui.work import companion
from facedesigner.gui.work.desk import Desk, Job
from training.texts import sentence

if TYPE_CHECKING:
    from facedesigner.contract.request import Image
    from facedesigner.export.package import Package

BEGIN = "Press Make: it takes a minute or two, and nothing is written before you have seen it."
ASK = "No eyes were found: click the two pupils in the picture, then press Make again."
PLAIN = "Life size, 63 mm between the pupils"
TEXTS = (".txt", ".json", ".pem")
LETTERS = 80  # of a line
NO_LOOK = "This file has no preview."


class HandoverDialog(QDialog):
    """Shows one picture (H, W, 3); open another dialog for another face."""

    said = Signal(str)

    def __init__(
        self,
        picture: Image,
        wish: Wish,
        folder: Path | None = None,
        parent: QWidget | None = None,
        first: str = PLAIN,
    ) -> None:
        """`wish`: of the face without a robot, called `first`; `folder`: where packages are offered to be saved."""
        super().__init__(parent)
        self.setWindowTitle("Hand over")
        self._stem, self._folder = wish.stem, folder or Path.home()
        self._pointed = wish.pointed
        self._clicks: list[tuple[float, float]] = []
        self._job: Job | None = None
        self.package: Package | None = None
        self._make_widgets(wish, first)
        self.view.show_picture(to_qimage(picture))
        self._lay_out()
        self.desk = Desk(lambda: Handing(picture), self)
        self.form.changed.connect(self._change)
        self.view.clicked.connect(self._point)
        self.files.currentItemChanged.connect(lambda *_: self._look())
        self.make_button.clicked.connect(self.make)
        self.stop_button.clicked.connect(lambda: self._job and self._job.stop())
        self.zip_button.clicked.connect(self.ask_zip)
        self.folder_button.clicked.connect(self.ask_folder)
        self.box.rejected.connect(self.reject)
        self.finished.connect(self.desk.leave)
        self._change()

    def make(self) -> None:
        """Makes the package and shows it."""
        if self.form.wish is None:
            return
        wish = replace(self.form.wish, pointed=self._pointed)
        self._clear()
        self._job = self.desk.ask(
            lambda handing, job: handing.make(wish, job),
            self._take,
            self,
            report=lambda news: self._show_progress(*news),
        )
        self._show_progress(0.0, "Starting")
        self._show_busy()

    def ask_zip(self) -> None:
        start = str(self._folder / f"{self._stem}.zip")
        name, _ = QFileDialog.getSaveFileName(self, "Save package", start, "Zip (*.zip)")
        if not name:
            return
        path = Path(name)
        if path.suffix.lower() != ".zip":
            path = path.with_name(f"{path.name}.zip")
            if path.exists():
                self._fail(f"{path.name} exists already: choose another name")
                return
        self.save(path)

    def ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Save package in a folder", str(self._folder))
        if name:
            self.save(Path(name) / self._stem)

    def save(self, target: Path) -> None:
        """Writes what is shown; the user agreed to replace a zip of that name."""
        if self.package is None:
            return
        parts = self.package.parts
        self._folder = target.parent
        self.desk.ask(lambda handing, _: handing.write(target, parts), self._tell_written, self, keep=True)

    def shut_down(self) -> None:
        """Gives up what is being made, and waits until it has ended."""
        self.desk.close()

    # -- building

    def _make_widgets(self, wish: Wish, first: str) -> None:
        self.form = RobotForm(wish, first)
        self.files = QListWidget()
        self.files.setAccessibleName("Files of the package")
        self.view = MeasuredView()
        self.part = PartView()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.view)
        self.pages.addWidget(self.part)
        self.message = MessageLabel(BEGIN)
        self.message.setProperty("role", "hint")
        self.message.setMinimumHeight(4 * self.fontMetrics().lineSpacing())
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.make_button = QPushButton("&Make")
        self.make_button.setToolTip("Makes all files, to be looked at")
        self.stop_button = QPushButton("St&op")
        self.zip_button = QPushButton("&Save as zip…")
        self.folder_button = QPushButton("Save in a &folder…")
        self.zip_button.setToolTip("One file to hand over")
        self.folder_button.setToolTip("A new folder of the files")
        for button, icon in ((self.make_button, "play"), (self.stop_button, "stop"), (self.zip_button, "save")):
            theme.set_icon(button, icon)
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)

    def _lay_out(self) -> None:
        making = QHBoxLayout()
        making.addWidget(self.make_button, 1)
        making.addWidget(self.stop_button, 1)
        saving = QHBoxLayout()
        saving.addWidget(self.zip_button, 1)
        saving.addWidget(self.folder_button, 1)
        label = QLabel("&Files")
        label.setBuddy(self.files)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.addWidget(self.form)
        right.addLayout(making)
        right.addWidget(self.bar)
        right.addWidget(label)
        right.addWidget(self.files, 1)
        right.addWidget(self.message)
        right.addLayout(saving)
        right.addWidget(self.box)
        side = QWidget()
        side.setLayout(right)
        side.setFixedWidth(self.fontMetrics().averageCharWidth() * 56)
        layout = QHBoxLayout(self)
        layout.setSpacing(12)
        layout.addWidget(self.pages, 1)
        layout.addWidget(side)
        self.resize(1000, 680)

    # -- the face

    def _change(self) -> None:
        """What was made is of something else."""
        self._clear()
        self._say(self.form.trouble or (ASK if self.view.asking else BEGIN), warn=bool(self.form.trouble))
        self._show_busy()

    def _point(self, x: float, y: float) -> None:
        from facedesigner.engine.landmarks import EyesError, pointed_at

        self._clicks.append((x, y))
        if len(self._clicks) < 2:
            return
        clicks, self._clicks = self._clicks, []
        try:
            marks = pointed_at(*clicks)
        except EyesError as error:
            self._say(sentence(str(error)), warn=True)
            return
        self._pointed = marks
        self.view.ask(False)
        self.view.show_measures(marks, (), None, False)
        self._say("Press Make.")
        self._show_busy()

    # -- the package

    def _take(self, package: Package | None, error: Exception | None) -> None:
        from facedesigner.engine.landmarks import EyesError

        self._job = None
        if package is not None:
            self._show_package(package)
        elif isinstance(error, companion.Stopped):
            self._say("Stopped; nothing was written.")
        elif isinstance(error, EyesError) and self._pointed is None:
            self.view.ask(True)
            self._say(ASK, warn=True)
        else:
            self._say(sentence(str(error) or type(error).__name__), warn=True)
        self._show_busy()

    def _show_package(self, package: Package) -> None:
        self.package = package
        for name, content in package.parts.items():
            item = QListWidgetItem(f"{name}   {sized(len(content))}")
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.files.addItem(item)
        self.pages.setCurrentWidget(self.part)
        self.files.setCurrentRow(0)
        said = [*package.left_out, *package.notes]
        self._say(" ".join(said) if said else "Look at the files, then save them.", warn=bool(package.left_out))

    def _look(self) -> None:
        item = self.files.currentItem()
        if item is None or self.package is None:
            return
        name = item.data(Qt.ItemDataRole.UserRole)
        looks, content = self.package.looks.get(name), self.package.parts[name]
        if looks:
            self.part.show_pages(looks)
        elif name.endswith(TEXTS):
            self.part.show_text(content.decode(errors="replace"))
        elif name.endswith("-certificate.pdf"):
            self.part.show_text(verdict(self.package.parts[f"{name.removesuffix('.pdf')}.json"]))
        else:
            self.part.say(NO_LOOK)

    def _clear(self) -> None:
        self.package = None
        self.files.clear()
        self.pages.setCurrentWidget(self.view)

    def _tell_written(self, paths: list[Path] | None, error: Exception | None) -> None:
        if paths is None:
            self._fail(str(error) or type(error).__name__)
            return
        what = paths[0].name if len(paths) == 1 else f"{len(paths)} files in {paths[0].parent}"
        self._say(f"Wrote {what}.")
        self.said.emit(f"Wrote {what}")

    def _fail(self, why: str) -> None:
        self._say("Nothing was written.", warn=True)
        if self.isVisible():
            show_error("The package was not written", sentence(why), parent=self)

    # -- showing

    def _show_busy(self) -> None:
        busy, made = self._job is not None, self.package is not None
        self.form.setEnabled(not busy)
        self.make_button.setEnabled(not busy and self.form.wish is not None and not self.view.asking)
        self.stop_button.setEnabled(busy)
        self.bar.setVisible(busy)
        for button in (self.zip_button, self.folder_button):
            button.setEnabled(made and not busy)

    def _show_progress(self, share: float, what: str) -> None:
        self.bar.setValue(round(1000 * share))
        self._say(f"{what}…")

    def _say(self, words: str, warn: bool = False) -> None:
        self.message.setText(words)
        self.message.setProperty("role", "warning" if warn else "hint")
        self.message.style().polish(self.message)


def sized(count: int) -> str:
    """Bytes, for people."""
    return f"{count:,} bytes" if count < 10_000 else f"{count / 1e6:,.2f} MB"


def verdict(content: bytes) -> str:
    """What a certificate says, from its JSON."""
    stated = json.loads(content)
    near = [f"{one['distance']:.3f}  {one['name']} ({one['group']})" for one in stated["neighbours"]]
    words = textwrap.wrap(f"{stated['headline']}. {stated['verdict']}", LETTERS)
    return "\n".join([*words, "", "The nearest faces", "", *near])
