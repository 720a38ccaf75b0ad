"""Kit: the tools on the table: which one is in the hand, its size, and how the hand draws."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from facedesigner.state.drawing import BRUSH, ERASER, HINTS, PEN, PENCIL, SIZE_MAX, SIZE_MIN, SKETCH, Point, Stroke

FILL, PAN = "fill", "pan"
PHOTO = "photo"  # the lowest layer: seen, never drawn on
WHEEL_STEP = 1.15  # of the size, for one notch


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    label: str
    key: str
    tip: str
    size: float = 0.0  # at first, pixels of the sheet; 0: the tool has none
    layer: str = ""  # where it draws; "" leaves the chosen one


TOOLS = (
    Tool(PEN, "Pen", "P", "Clean black lines", 6, SKETCH),
    Tool(PENCIL, "Pencil", "N", "Grey lines with the grain of paper, for shading", 14, SKETCH),
    Tool(ERASER, "Eraser", "E", "Rubs out what is on the chosen layer", 40),
    Tool(BRUSH, "Colour brush", "B", "A few strokes of colour tell the photo's colours", 50, HINTS),
    Tool(FILL, "Fill", "F", "Pours colour up to the lines", 0, HINTS),
    Tool(PAN, "Move the sheet", "H", "Drags the sheet; so does the middle button, or the space bar"),
)
BY_NAME = {tool.name: tool for tool in TOOLS}


class Kit(QObject):
    """Every change comes out as `changed`."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tool = BY_NAME[PEN]
        self.layer = SKETCH  # where the eraser rubs
        self.colour = "#d9a283"
        self.smoothing = 0.3
        self.symmetry = False
        self._sizes = {tool.name: tool.size for tool in TOOLS}
        self._opacities = dict.fromkeys(BY_NAME, 1.0)

    @property
    def size(self) -> float:
        """Of the tool in the hand; 0 if it has none."""
        return self._sizes[self.tool.name]

    @property
    def opacity(self) -> float:
        return self._opacities[self.tool.name]

    @property
    def has_opacity(self) -> bool:
        return self.tool.name != PAN

    def take(self, name: str) -> None:
        self.tool = BY_NAME[name]
        self.layer = self.tool.layer or self.layer
        self.changed.emit()

    def choose_layer(self, layer: str) -> None:
        """Where the eraser rubs; a tool that draws elsewhere makes way for one that draws there."""
        self.layer = layer
        if self.tool.layer and self.tool.layer != layer:
            self.tool = BY_NAME[PEN if layer == SKETCH else BRUSH]
        self.changed.emit()

    def set_size(self, size: float) -> None:
        if self.size:
            self._sizes[self.tool.name] = round(min(max(size, SIZE_MIN), SIZE_MAX), 1)
            self.changed.emit()

    def scale_size(self, notches: float) -> None:
        """Larger by a notch of the wheel, at least by one pixel."""
        grown = self.size * WHEEL_STEP**notches
        self.set_size(grown if abs(grown - self.size) >= 1 else self.size + (1 if notches > 0 else -1))

    def set_opacity(self, opacity: float) -> None:
        self._opacities[self.tool.name] = round(opacity, 2)
        self.changed.emit()

    def set_colour(self, colour: str) -> None:
        """`#rrggbb`. Whoever chooses a colour wants to use it."""
        self.colour = colour
        if self.tool.layer != HINTS:
            self.take(BRUSH)
        else:
            self.changed.emit()

    def set_smoothing(self, smoothing: float) -> None:
        self.smoothing = smoothing
        self.changed.emit()

    def set_symmetry(self, on: bool) -> None:
        self.symmetry = on
        self.changed.emit()

    def stroke(self, point: Point, tool: Tool | None = None) -> Stroke:
        """The beginning of a stroke with the tool in the hand, or with another one, such as a tablet's eraser."""
        tool = tool or self.tool
        return Stroke(
            tool=tool.name,
            points=(point,),
            size=self._sizes[tool.name],
            opacity=self._opacities[tool.name],
            colour=self.colour if tool.name == BRUSH else "#000000",
            layer=tool.layer or self.layer,
            mirrored=self.symmetry,
        )
