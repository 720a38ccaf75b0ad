"""ReliefDialog: a face as a solid for a 3D printer or a mill, seen from all sides before it is saved."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from facedesigner.gui import theme
from facedesigner.gui.relief.maker import Made, Maker
from facedesigner.gui.relief.relief_form import ReliefForm
from facedesigner.gui.relief.relief_view import Picture, ReliefView
from facedesigner.gui.widgets.errors import show_error
from facedesigner.gui.widgets.message_label import MessageLabel
from facedesigner.gui.widgets.pixels import to_qimage
from facedesigner.gui.widgets.value_slider import ValueSlider
from facedesigner.gui.work.desk import Desk
from training.texts import capital, sentence

if TYPE_CHECKING:
    from facedesigner.contract.request import Image
    from facedesigner.gui.relief.scene import Scene

REST = 120  # milliseconds without another change until the piece is made anew
SOLIDS = (
    "STL for printers and mills (*.stl);;3MF with colours (*.3mf);;OBJ with the picture on it (*.obj);;"
    "GLB with the picture on it, and what a head can do (*.glb);;PLY with colours (*.ply)"
)
ENDINGS = (".stl", ".3mf", ".obj", ".glb", ".ply")
PICTURES = "Picture (*.png)"
FIRST_POINT = "Click the second point."
MEASURE = "Click two points of the piece to measure between them."
MAPS = "16-bit grey picture (*.png)"
BEGIN, AGAIN = "Modelling the face…", "Modelling…"


def png_bytes(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


class ReliefDialog(QDialog):
    """Shows the picture of an aligned face (H, H, 3) and those that follow it."""

    said = Signal(str)
    face_wanted = Signal()  # the face in view has changed, and the hand rests

    def __init__(
        self,
        picture: Image,
        title: str = "face",
        folder: Path | None = None,
        parent: QWidget | None = None,
        three_d: bool | None = None,
    ) -> None:
        """`title`: what files are named after; `folder`: where they are offered to be saved; `three_d`: None shows the
        piece in 3D where the computer can."""
        super().__init__(parent)
        self.setWindowTitle("Relief")
        self._title, self._folder, self._picture = title, folder or Path.home(), picture
        self.made: Made | None = None
        self.view = ReliefView(three_d)
        self.map = Picture("The height map: white is nearest")
        self.form = ReliefForm()
        self._make_widgets()
        self._lay_out()
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._ask)
        self._follow = QTimer(self, singleShot=True, interval=REST)
        self._follow.timeout.connect(self.face_wanted)
        self.desk = Desk(Maker, self)
        self.form.changed.connect(self._stir)
        self.painted.toggled.connect(self.view.paint)
        if self.view.scene is not None:
            self._connect_scene(self.view.scene)
        self.shot_button.clicked.connect(self.ask_shot)
        self.solid_button.clicked.connect(self.ask_solid)
        self.map_button.clicked.connect(self.ask_map)
        self.box.rejected.connect(self.reject)
        self.finished.connect(self.shut_down)
        self._ask()

    def ask_solid(self) -> None:
        name, kind = QFileDialog.getSaveFileName(self, "Save solid", str(self._folder / f"{self._title}.stl"), SOLIDS)
        if name:
            known = Path(name).suffix.lower() in ENDINGS
            ending = next((ending for ending in ENDINGS if ending in kind), ENDINGS[0])
            self.save(Path(name) if known else Path(f"{name}{ending}"), asked=known)

    def ask_map(self) -> None:
        start = str(self._folder / f"{self._title}-height.png")
        name, _ = QFileDialog.getSaveFileName(self, "Save height map", start, MAPS)
        if name:
            known = Path(name).suffix.lower() == ".png"
            self.save(Path(name) if known else Path(f"{name}.png"), asked=known)

    def ask_shot(self) -> None:
        start = str(self._folder / f"{self._title}-view.png")
        name, _ = QFileDialog.getSaveFileName(self, "Save what is seen", start, PICTURES)
        picture = self.view.picture()
        if name and picture is not None:
            known = Path(name).suffix.lower() == ".png"
            path, content = Path(name) if known else Path(f"{name}.png"), png_bytes(picture)
            self._folder = path.parent
            write = partial(Maker.write_bytes, path=path, content=content, asked=known)
            self.desk.ask(lambda maker, _: write(maker), self._tell_written, self, urgent=True, keep=True)

    def follow_face(self) -> None:
        """For each change of the face in view."""
        self._follow.start()

    def use_picture(self, picture: Image, title: str) -> None:
        """Another face takes the place of this one."""
        self._picture, self._title = picture, title
        self._stir()

    def save(self, path: Path, asked: bool = True) -> None:
        """Writes what is shown. `asked`: whether the user agreed to replace a file of that name."""
        if self.made is None:
            return
        if not asked and path.exists():
            show_error("The file was not written", f"{path.name} exists already: choose another name", parent=self)
            return
        self._folder = path.parent
        made = self.made
        self.desk.ask(lambda maker, _: maker.write(path, made), self._tell_written, self, urgent=True, keep=True)

    def shut_down(self) -> None:
        self._rest.stop()
        self._follow.stop()
        self.desk.close()

    # -- building

    def _make_widgets(self) -> None:
        self.pages = QTabWidget()
        self.pages.addTab(self.view, "Piece")
        self.pages.addTab(self.map, "Height map")
        self.painted = QCheckBox("&Picture on the piece")
        self.painted.setToolTip("Shows the face's colours; an OBJ file carries them")
        self.wires = QCheckBox("W&ires")
        self.wires.setToolTip("Shows the edges of the triangles alone")
        self.measuring = QCheckBox("&Measure")
        self.measuring.setToolTip(MEASURE)
        self.front_button = QPushButton("Face &front")
        self.front_button.setToolTip("Turn the piece back to where it began")
        self.section = ValueSlider(0.0, 100.0, 100.0, "%")
        self.section.set_names("Section", "Cuts the piece open: how much of its width is shown")
        self.section_label = QLabel("Secti&on")
        self.section_label.setBuddy(self.section)
        self.shot_button = QPushButton("Save pict&ure…")
        self.shot_button.setToolTip("What is seen here, as a PNG")
        self.size_label = QLabel()
        self.size_label.setProperty("role", "heading")
        self.message = MessageLabel(BEGIN)
        self.message.setProperty("role", "hint")
        self.message.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        self.solid_button = QPushButton("&Save solid…")
        self.solid_button.setToolTip("The piece as STL, or with colours as 3MF, OBJ, GLB or PLY")
        theme.set_icon(self.solid_button, "save")
        self.map_button = QPushButton("Save &height map…")
        self.map_button.setToolTip("A 16-bit grey PNG for mills and lasers, white nearest")
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close = self.box.button(QDialogButtonBox.StandardButton.Close)
        for button in (self.front_button, self.shot_button, self.solid_button, self.map_button, close):
            button.setAutoDefault(False)  # Enter belongs to the number boxes
        for button in (self.solid_button, self.map_button):
            button.setEnabled(False)

    def _lay_out(self) -> None:
        under, lower = QHBoxLayout(), QHBoxLayout()
        for widget in (self.painted, self.wires, self.measuring):
            under.addWidget(widget)
        under.addStretch(1)
        under.addWidget(self.front_button)
        under.addWidget(self.shot_button)
        lower.addWidget(self.section_label)
        lower.addWidget(self.section, 1)
        three_d: tuple[QWidget, ...] = (self.painted, self.wires, self.measuring, self.front_button)
        for shown in (*three_d, self.section_label, self.section):
            shown.setVisible(self.view.three_d)
        left = QVBoxLayout()
        left.addWidget(self.pages, 1)
        left.addLayout(under)
        left.addLayout(lower)
        right = QVBoxLayout()
        right.addWidget(self.form)
        right.addSpacing(8)
        right.addWidget(self.size_label)
        right.addWidget(self.message)
        right.addStretch(1)
        right.addWidget(self.solid_button)
        right.addWidget(self.map_button)
        right.addWidget(self.box)
        layout = QHBoxLayout(self)
        layout.setSpacing(12)
        layout.addLayout(left, 1)
        layout.addLayout(right)
        self.form.setFixedWidth(self.fontMetrics().averageCharWidth() * 52)
        self.message.setFixedWidth(self.form.width())
        self.resize(980, 640)

    def _connect_scene(self, scene: Scene) -> None:
        self.front_button.clicked.connect(scene.face_front)
        self.wires.toggled.connect(scene.show_wires)
        self.measuring.toggled.connect(self._measure)
        self.section.previewed.connect(lambda: scene.cut(self.section.value / 100))
        self.view.measured.connect(self._tell_measured)

    def _measure(self, measuring: bool) -> None:
        if self.view.scene is not None:
            self.view.scene.measure(measuring)
        if measuring:
            self._say(MEASURE)

    def _tell_measured(self, heights: float) -> None:
        if self.made is not None:
            self._say(FIRST_POINT if heights < 0 else f"{heights * self.made.solid.size[1]:.1f} mm between the points.")

    # -- the piece

    def _stir(self) -> None:
        self._rest.start()

    def _ask(self) -> None:
        self._say(BEGIN if self.made is None else AGAIN)
        wish, picture = self.form.wish, self._picture
        self.desk.ask(lambda maker, _: maker(wish, picture), self._take, self, replace="wish")

    def _take(self, made: Made | None, error: Exception | None) -> None:
        if made is None:
            self._fail(str(error) or type(error).__name__)
            return
        if made.wish != self.form.wish or made.picture is not self._picture:
            return  # another one follows
        self.made = made
        self.view.show_made(made)
        if made.map is not None:
            self.map.show_image(to_qimage(made.map))
        self.pages.setTabVisible(self.pages.indexOf(self.map), made.map is not None)
        self.map_button.setVisible(made.map is not None)
        width, height, depth = made.solid.size
        self.size_label.setText(f"{width:.0f} × {height:.0f} × {depth:.0f} mm")
        triangles = f"{len(made.solid.triangles):,} triangles, pupils {made.solid.pupil_mm:.1f} mm apart."
        self._say(f"{triangles} {capital(made.notice)}".strip(), warn=bool(made.notice))
        self._let_save(True)

    def _fail(self, why: str) -> None:
        self._say(sentence(why), warn=True)
        self._let_save(False)

    def _let_save(self, may: bool) -> None:
        for button in (self.solid_button, self.map_button):
            button.setEnabled(may)

    def _tell_written(self, path: Path | None, error: Exception | None) -> None:
        if path is None:
            show_error("The file was not written", str(error) or type(error).__name__, parent=self)
            return
        self._say(f"Wrote {path.name}.")
        self.said.emit(f"Wrote {path.name}")

    def _say(self, words: str, warn: bool = False) -> None:
        self.message.setText(words)
        self.message.setProperty("role", "warning" if warn else "hint")
        self.message.style().polish(self.message)
