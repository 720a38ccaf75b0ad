"""Sheet: the drawing with its history; marks are data, pixels follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QUndoCommand, QUndoStack

from facedesigner.gui.sketch.flood import LINE
from facedesigner.gui.sketch.raster import SHEET, Raster
from facedesigner.state.drawing import BRUSH, ERASER, HINTS, PEN, PENCIL, SKETCH, Clear, Fill, Mark, Point, Scan, Stroke

EVERY = 12  # marks from one copy of the layers to the next; undo replays fewer
KEPT = 8  # copies, some 8 MB each at the most
NAMES = {PEN: "Pen", PENCIL: "Pencil", ERASER: "Eraser", BRUSH: "Colour"}


class Sheet(QObject):
    """Marks and their pixels. Every change of pixels comes out as `painted`, every change of the list as `marked`.

    Undo has no limit: a step is its mark. To take one back, the marks before it are replayed from the nearest copy of
    the layers.
    """

    painted = Signal(object)  # list[QRect] of the sheet
    marked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.marks: list[Mark] = []
        self._raster = Raster()
        self._copies: dict[int, dict[str, QImage]] = {0: self._raster.copy()}  # by the number of marks in them
        self._stroke: Stroke | None = None
        self._points: list[Point] = []

    @property
    def layers(self) -> dict[str, QImage]:
        """ "sketch" and "hints", SIDE x SIDE, transparent where nothing is drawn."""
        return self._raster.layers

    @property
    def stroke(self) -> Stroke | None:
        """How the stroke under way is drawn."""
        return self._stroke

    @property
    def raster(self) -> Raster:
        return self._raster

    @property
    def is_empty(self) -> bool:
        """Whether nothing was drawn since the last clearing."""
        return not self.marks or isinstance(self.marks[-1], Clear)

    @property
    def has_ink(self) -> bool:
        """Whether lines were drawn since the last clearing."""
        return any(isinstance(mark, Scan) or _draws_on(mark, SKETCH) for mark in self._since_clearing())

    @property
    def has_hints(self) -> bool:
        """Whether colours were."""
        return any(isinstance(mark, Fill) or _draws_on(mark, HINTS) for mark in self._since_clearing())

    @property
    def has_loose_scan(self) -> bool:
        """Whether a drawing was imported that lies anywhere, as those of older versions do."""
        return any(isinstance(mark, Scan) and not mark.placed for mark in self._since_clearing())

    def _since_clearing(self) -> Iterator[Mark]:
        """The newest first, with the stroke under way."""
        if self._stroke is not None:
            yield self._stroke
        yield from takewhile(lambda mark: not isinstance(mark, Clear), reversed(self.marks))

    def is_line(self, x: float, y: float) -> bool:
        """Whether a place of the sheet is covered by a line."""
        return self.layers[SKETCH].pixelColor(int(x), int(y)).alpha() > LINE

    # -- a stroke under way

    def begin(self, stroke: Stroke) -> None:
        """`stroke` holds the first point."""
        self.cancel()
        self._stroke, self._points = stroke, list(stroke.points)
        self.painted.emit(self._raster.begin(stroke))

    def extend(self, point: Point) -> None:
        if self._stroke is not None:
            self._points.append(point)
            self.painted.emit(self._raster.extend(point))

    def stretch(self, point: Point) -> None:
        """Makes the stroke a straight line from its first point."""
        if self._stroke is not None:
            self._points = [self._points[0], point]
            changed = self._raster.cancel()
            self.painted.emit(changed + self._raster.begin(self._stroke) + self._raster.extend(point))

    def end(self) -> None:
        """Makes the stroke one step of the history."""
        if self._stroke is not None:
            stroke = replace(self._stroke, points=tuple(self._points))
            self.painted.emit(self._raster.end())
            self._stroke = None
            self.undo_stack.push(_Step(self, stroke, drawn=True))

    def cancel(self) -> None:
        """Takes back the stroke under way."""
        if self._stroke is not None:
            self._stroke = None
            self.painted.emit(self._raster.cancel())

    # -- whole marks

    def put(self, mark: Mark) -> None:
        """Makes one step of a mark."""
        self.cancel()
        self.undo_stack.push(_Step(self, mark))

    def replace(self, marks: Sequence[Mark], text: str) -> None:
        """Makes one step named `text` of marks that take the place of what is there."""
        self.cancel()
        self.undo_stack.push(_Replacement(self, marks if self.is_empty else (Clear(), *marks), text))

    def restore(self, marks: Iterable[Mark]) -> None:
        """Starts anew with marks from a file; each can be undone."""
        self.cancel()
        self.undo_stack.clear()
        self.marks.clear()
        self._raster = Raster()
        self._copies = {0: self._raster.copy()}
        for mark in marks:
            self.undo_stack.push(_Step(self, mark, told=False))
        self.painted.emit([SHEET])
        self.marked.emit()

    def add(self, mark: Mark, drawn: bool, told: bool) -> None:
        """For the steps of the history alone."""
        self.cancel()
        if not drawn:
            self._raster.paint(mark)
        self.marks.append(mark)
        self._keep_copy(len(self.marks))
        if told:
            if not drawn:
                self.painted.emit([SHEET])
            self.marked.emit()

    def take_back(self, last: int = 1) -> None:
        """For the steps of the history alone: the last marks."""
        self.cancel()
        count = len(self.marks) - last
        del self.marks[count:]
        self._copies = {at: copy for at, copy in self._copies.items() if at <= count}
        start = max(self._copies)
        self._raster.layers = {name: QImage(image) for name, image in self._copies[start].items()}
        for index in range(start, count):
            self._raster.paint(self.marks[index])
            self._keep_copy(index + 1)
        self.painted.emit([SHEET])
        self.marked.emit()

    def _keep_copy(self, count: int) -> None:
        if count % EVERY == 0:
            self._copies[count] = self._raster.copy()
            for old in sorted(self._copies)[1:-KEPT]:
                del self._copies[old]


class _Step(QUndoCommand):
    """One mark. `drawn`: its pixels are there already; `told`: the sheet says that it changed."""

    def __init__(self, sheet: Sheet, mark: Mark, drawn: bool = False, told: bool = True) -> None:
        super().__init__(name_of(mark))
        self._sheet, self._mark, self._drawn, self._told = sheet, mark, drawn, told

    def redo(self) -> None:
        self._sheet.add(self._mark, self._drawn, self._told)
        self._drawn, self._told = False, True

    def undo(self) -> None:
        self._sheet.take_back()


class _Replacement(QUndoCommand):
    """Several marks as one step."""

    def __init__(self, sheet: Sheet, marks: Sequence[Mark], text: str) -> None:
        super().__init__(text)
        self._sheet, self._marks = sheet, tuple(marks)

    def redo(self) -> None:
        for number, mark in enumerate(self._marks, start=1):
            self._sheet.add(mark, drawn=False, told=number == len(self._marks))

    def undo(self) -> None:
        if self._marks:
            self._sheet.take_back(len(self._marks))


def name_of(mark: Mark) -> str:
    match mark:
        case Stroke():
            return NAMES[mark.tool]
        case Fill():
            return "Fill"
        case Scan():
            return "Import a drawing"
        case Clear():
            return "Clear"


def _draws_on(mark: Mark, layer: str) -> bool:
    return isinstance(mark, Stroke) and mark.layer == layer and mark.tool != ERASER
