"""An artist whose hand trembles: lines, rings, hatching and colours as strokes of the canvas."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from random import Random

from facedesigner.gui.sketch.hand import rounded
from facedesigner.state.drawing import BRUSH, HINTS, PEN, PENCIL, SKETCH, Fill, Mark, Stroke

Place = tuple[float, float]


class Artist:
    """Collects marks; each stroke trembles a little, differently but always the same for one name."""

    def __init__(self, name: str, tremble: float = 1.5, size: float = 6, tool: str = PEN) -> None:
        self.marks: list[Mark] = []
        self.size, self.tool = size, tool
        self._tremble = tremble
        self._random = Random(name)

    def line(self, *places: Place, size: float | None = None, tool: str = "", both: bool = False) -> None:
        """A smooth line through the places; `both`: also on the other side of the face."""
        self._stroke(through(places), size or self.size, tool or self.tool, both=both)

    def ring(self, x: float, y: float, width: float, height: float, turn: float = 0.0, both: bool = False) -> None:
        """An ellipse that does not quite close."""
        angles = [turn + 2 * math.pi * step / 40 for step in range(41)]
        self._stroke(
            [(x + width * math.sin(a), y - height * math.cos(a)) for a in angles], self.size, self.tool, both=both
        )

    def dot(self, x: float, y: float, size: float = 14, both: bool = False) -> None:
        self._stroke([(x, y), (x + 2, y + 2)], size, PEN, both=both)

    def shade(self, left: float, top: float, right: float, bottom: float, lean: float = 60, step: float = 16) -> None:
        """Pencil hatching, back and forth."""
        places: list[Place] = []
        for index in range(round((bottom - top) / step)):
            y = top + index * step
            places += [(left, y + lean / 2), (right, y - lean / 2)]
        self._stroke(through(places), 9, PENCIL, pressure=0.45)

    def hatch(self, *lines: Sequence[Place], size: float = 5, pressure: float = 0.6) -> None:
        for places in lines:
            self._stroke(through(places), size, PENCIL, pressure=pressure)

    def colour(self, colour: str, *places: Place, size: float = 60, both: bool = False) -> None:
        self._stroke(through(places), size, BRUSH, colour, both)

    def pour(self, colour: str, x: float, y: float) -> None:
        self.marks.append(Fill(x, y, colour))

    def _stroke(
        self,
        places: Sequence[Place],
        size: float,
        tool: str,
        colour: str = "#000000",
        both: bool = False,
        pressure: float = 0.9,
    ) -> None:
        sway_x, sway_y = (self._random.uniform(0, 6.3) for _ in range(2))
        points = []
        for index, (x, y) in enumerate(places):
            x += self._tremble * (math.sin(0.9 * index + sway_x) + self._random.gauss(0, 0.5))
            y += self._tremble * (math.sin(0.7 * index + sway_y) + self._random.gauss(0, 0.5))
            end = min(index, len(places) - 1 - index) / 4  # the pen comes down and lifts
            points.append(rounded(x, y, pressure * min(1, 0.6 + 0.4 * end)))
        layer = HINTS if tool == BRUSH else SKETCH
        self.marks.append(Stroke(tool, tuple(points), size, colour=colour, layer=layer, mirrored=both))


def through(places: Sequence[Place], step: float = 22) -> list[Place]:
    """A Catmull-Rom curve through the places, a point about every `step` pixels."""
    knots = [places[0], *places, places[-1]]
    curve: list[Place] = []
    for index, (start, end) in enumerate(pairwise(places)):
        before, after = knots[index], knots[index + 3]
        count = max(2, round(math.dist(start, end) / step))
        for number in range(count):
            t = number / count
            weights = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2)
            curve.append(
                (
                    sum(w * p[0] for w, p in zip(weights, (before, start, end, after), strict=True)) / 2,
                    sum(w * p[1] for w, p in zip(weights, (before, start, end, after), strict=True)) / 2,
                )
            )
    return [*curve, places[-1]]
