"""What comes from the hand -> the points of a stroke: steadied, thinned, rounded."""

from __future__ import annotations

import math

from facedesigner.state.drawing import Point

STEP = 1.5  # pixels of the sheet that the pen must have moved to make another point
STEADIEST = 0.9  # of the way back to the last point, at full smoothing


class Hand:
    """Follows a pen. With `smoothing` (0 to 1) each point goes only part of the way to the pen, which takes the tremble
    out of a slow line; `lift` goes the rest. Points are rounded as the file keeps them, so that a drawing that was
    opened again is the same, pixel for pixel."""

    def __init__(self, smoothing: float) -> None:
        self._held_back = STEADIEST * smoothing
        self._pen: Point | None = None
        self._last: Point | None = None

    def follow(self, x: float, y: float, pressure: float) -> Point | None:
        """The next point of the stroke, None when the pen has hardly moved."""
        self._pen = (x, y, pressure)
        if self._last is not None:
            back = self._held_back
            x, y, pressure = (new + back * (old - new) for new, old in zip(self._pen, self._last, strict=True))
            if math.hypot(x - self._last[0], y - self._last[1]) < STEP:
                return None
        self._last = rounded(x, y, pressure)
        return self._last

    def lift(self) -> Point | None:
        """Where the pen really was, if the stroke is not there yet."""
        if self._pen is None or self._last is None:
            return None
        end = rounded(*self._pen)
        return end if end[:2] != self._last[:2] else None


def rounded(x: float, y: float, pressure: float) -> Point:
    return (round(x, 1), round(y, 1), round(min(max(pressure, 0.0), 1.0), 2))
