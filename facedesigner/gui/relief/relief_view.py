"""ReliefView: the piece in 3D, turned by the mouse; where OpenGL is missing, a still lit from a side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication, QImage, QOffscreenSurface, QOpenGLContext, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from facedesigner.gui import theme
from facedesigner.gui.widgets.pixels import to_qimage

if TYPE_CHECKING:
    from facedesigner.gui.relief.maker import Made

NO_OPENGL = "This computer shows no 3D graphics (OpenGL), so the piece is shown from the front. The files are the same."
DISTANCE, TILT, TURN = 1.8, 8.0, 18.0  # of the camera: heights of the piece, degrees over it, degrees beside it
FIELD = 42.0  # degrees


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

    def __init__(self, three_d: bool | None = None) -> None:
        """`three_d`: whether to show it in 3D; None finds out what this computer can do."""
        super().__init__()
        self.three_d = opengl_works() if three_d is None else three_d
        self._made: Made | None = None
        self._painted = False
        self._item: Any = None
        self.still = Picture("The relief from the front")
        if self.three_d:
            self._scene = self._make_scene()
            self.addWidget(self._scene)
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

    def face_front(self) -> None:
        """Turns the piece back to where it began."""
        if self.three_d:
            self._scene.setCameraPosition(distance=DISTANCE, elevation=TILT, azimuth=TURN - 90)

    def _make_scene(self) -> Any:
        import pyqtgraph.opengl as gl

        scene = gl.GLViewWidget(rotationMethod="euler")
        scene.setBackgroundColor(theme.colours().background)
        scene.opts["fov"] = FIELD
        scene.setCameraPosition(distance=DISTANCE, elevation=TILT, azimuth=TURN - 90)
        scene.setMinimumSize(200, 200)
        scene.setAccessibleName("The piece in 3D")
        scene.setToolTip("Drag to turn it, wheel to come nearer, Ctrl and drag to move it")
        return scene

    def _show(self) -> None:
        if self._made is None:
            return
        if not self.three_d:
            self.still.show_image(to_qimage(self._made.still))
            return
        import pyqtgraph.opengl as gl

        mesh = self._made.mesh
        data = gl.MeshData(
            vertexes=mesh.vertices, faces=mesh.triangles, vertexColors=mesh.painted if self._painted else mesh.clay
        )
        if self._item is None:
            self._item = gl.GLMeshItem(meshdata=data, smooth=True, computeNormals=False, shader=None)
            self._item.rotate(90, 1, 0, 0)  # the piece stands up: its height along the camera's axis
            self._scene.addItem(self._item)
        else:
            self._item.setMeshData(meshdata=data, smooth=True, computeNormals=False)
