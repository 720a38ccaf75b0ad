"""Scene: a piece in 3D, turned by the mouse; as a wire frame, cut open, and measured between two clicked points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyqtgraph.opengl as gl
from OpenGL.GL import GL_BLEND, GL_DEPTH_TEST
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMatrix4x4, QMouseEvent

from facedesigner.gui import theme
from facedesigner.gui.relief.picking import behind, picked

if TYPE_CHECKING:
    import numpy as np

    from facedesigner.export.views import Mesh

DISTANCE, TILT, TURN = 1.8, 8.0, 18.0  # of the camera: heights of the piece, degrees over it, degrees beside it
FIELD = 42.0  # degrees
STILL = 4  # pixels that a click may move
EDGES = 0.35  # how much a wire covers
MARK = 9.0  # pixels of a measured point


class Scene(gl.GLViewWidget):  # type: ignore[misc]
    """`measured` says how far two clicked points lie apart, in heights of the piece; -1 when the first was clicked."""

    measured = Signal(float)

    def __init__(self) -> None:
        super().__init__(rotationMethod="euler")
        self.setBackgroundColor(theme.colours().background)
        self.opts["fov"] = FIELD
        self.setMinimumSize(200, 200)
        self.setAccessibleName("The piece in 3D")
        self.setToolTip("Drag to turn it, wheel to come nearer, Ctrl and drag to move it")
        self.measuring = False
        self._mesh: Mesh | None = None
        self._colours: np.ndarray | None = None
        self._wire, self._cut = False, 1.0
        self._item: Any = None
        self._marks: Any = None
        self._ends: list[np.ndarray] = []
        self._pressed = QPointF()
        self.face_front()

    def face_front(self) -> None:
        self.setCameraPosition(distance=DISTANCE, elevation=TILT, azimuth=TURN - 90)

    def show_mesh(self, mesh: Mesh, colours: np.ndarray) -> None:
        self._mesh, self._colours = mesh, colours
        self.measure(self.measuring)  # what was measured may have moved
        self._draw()

    def show_wires(self, wire: bool) -> None:
        self._wire = wire
        self._draw()

    def cut(self, share: float) -> None:
        """Takes away what lies to the right of a share of the width."""
        self._cut = share
        self._draw()

    def measure(self, measuring: bool) -> None:
        """Whether clicks are points to measure; what was measured goes."""
        self.measuring = measuring
        self._ends = []
        self._mark()

    def picture(self) -> QImage:
        image: QImage = self.grabFramebuffer()
        return image

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        moved = (event.position() - self._pressed).manhattanLength()
        if self.measuring and event.button() == Qt.MouseButton.LeftButton and moved <= STILL:
            self.click(event.position())

    def click(self, place: QPointF) -> None:
        """A point of the surface to measure from or to."""
        if self._mesh is None:
            return
        import numpy as np

        port = self.getViewport()
        matrix = self.projectionMatrix(port, port) * self.viewMatrix() * self._item.transform()
        values = np.array(QMatrix4x4(matrix).copyDataTo()).reshape(4, 4)
        x, y = 2 * place.x() / self.width() - 1, 1 - 2 * place.y() / self.height()
        mesh = self._mesh
        point = picked(mesh.vertices, behind(mesh.vertices, mesh.triangles, self._cut), values, x, y)
        if point is None:
            return
        self._ends = [*self._ends, point] if len(self._ends) == 1 else [point]
        self._mark()
        self.measured.emit(float(np.linalg.norm(self._ends[1] - self._ends[0])) if len(self._ends) == 2 else -1.0)

    def _mark(self) -> None:
        if self._marks is not None:
            for item in self._marks:
                self.removeItem(item)
            self._marks = None
        if not self._ends:
            return
        import numpy as np

        points = np.array(self._ends)
        colour = QColor(theme.colours().accent).getRgbF()
        self._marks = [gl.GLScatterPlotItem(pos=points, size=MARK, color=colour, pxMode=True)]
        if len(points) == 2:
            self._marks.append(gl.GLLinePlotItem(pos=points, color=colour, width=3, antialias=True))
        for item in self._marks:
            item.setGLOptions({GL_DEPTH_TEST: False, GL_BLEND: True})  # seen through the piece
            item.setDepthValue(10)
            item.rotate(90, 1, 0, 0)
            self.addItem(item)

    def _draw(self) -> None:
        if self._mesh is None:
            return
        triangles = behind(self._mesh.vertices, self._mesh.triangles, self._cut)
        data = gl.MeshData(vertexes=self._mesh.vertices, faces=triangles, vertexColors=self._colours)
        if self._item is not None:
            self.removeItem(self._item)
        text = QColor(theme.colours().text)
        self._item = gl.GLMeshItem(
            meshdata=data,
            smooth=True,
            computeNormals=False,
            shader=None,
            drawFaces=not self._wire,
            drawEdges=self._wire,
            edgeColor=(text.redF(), text.greenF(), text.blueF(), EDGES),
        )
        self._item.setGLOptions("translucent" if self._wire else "opaque")
        self._item.rotate(90, 1, 0, 0)  # the piece stands up: its height along the camera's axis
        self.addItem(self._item)
