"""ReliefView: the piece in 3D, turned by the mouse; where OpenGL is missing, a still lit from a side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QGuiApplication, QImage, QOffscreenSurface, QOpenGLContext, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from facedesigner.gui.widgets.pixels import to_qimage

if TYPE_CHECKING:
    from facedesigner.gui.relief.maker import Made
    from facedesigner.gui.relief.scene import Scene

NO_OPENGL = "This computer shows no 3D graphics (OpenGL), so the piece is shown from the front. The files are the same."


def opengl_works() -> bool:
    """Whether a 3D view can be made at all."""
    if QGuiApplication.platformName() in ("offscreen", "minimal", "vnc"):
        return False
    surface, context = QOffscreenSurface(), QOpenGLContext()
    surface.create()
    works = context.create() and context.makeCurrent(surface)
    if works:
        context.doneCurrent()
    return bool(works)


class Picture(QWidget):
    """A square picture, as large as there is room."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.image: QImage | None = None
        self.setAccessibleName(name)
        self.setMinimumSize(200, 200)

    def show_image(self, image: QImage) -> None:
        self.image = image
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.image is None:
            return
        side = min(self.width(), self.height())
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, self.image)


class ReliefView(QStackedWidget):
    """One page of the two: the 3D view, or the still with a sentence."""

    measured = Signal(float)  # heights of the piece between two points; -1 when the first was clicked

    def __init__(self, three_d: bool | None = None) -> None:
        """`three_d`: whether to show it in 3D; None finds out what this computer can do."""
        super().__init__()
        self.three_d = opengl_works() if three_d is None else three_d
        self._made: Made | None = None
        self._painted = False
        self.still = Picture("The piece from the front")
        self.scene: Scene | None = None
        if self.three_d:
            from facedesigner.gui.relief.scene import Scene

            self.scene = Scene()
            self.scene.measured.connect(self.measured)
            self.addWidget(self.scene)
        else:
            note = QLabel(NO_OPENGL)
            note.setProperty("role", "hint")
            note.setWordWrap(True)
            page = QWidget()
            layout = QVBoxLayout(page)
            layout.setContentsMargins(0, 0, 0, 0)
            layout.addWidget(self.still, 1)
            layout.addWidget(note)
            self.addWidget(page)

    def show_made(self, made: Made) -> None:
        self._made = made
        self._show()

    def paint(self, painted: bool) -> None:
        """The picture on the piece, or plain clay."""
        self._painted = painted
        self._show()

    def picture(self) -> QImage | None:
        """What is seen."""
        return self.still.image if self.scene is None else self.scene.picture()

    def _show(self) -> None:
        if self._made is None:
            return
        if self.scene is None:
            self.still.show_image(to_qimage(self._made.still))
        else:
            mesh = self._made.mesh
            self.scene.show_mesh(mesh, mesh.painted if self._painted else mesh.clay)
