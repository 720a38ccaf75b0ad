"""PreviewPolicy: which resolution a slider drag can afford."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from statistics import median_low

SAMPLES = 9  # measurements kept per resolution
ENOUGH = 2  # of them that are needed to judge; the first drawing at a resolution is slow, so one is not enough
FORGET_AFTER = 200  # frames; a machine that was busy then deserves another try


class PreviewPolicy:
    """Picks the largest early exit whose recent median fits a time budget, else the smallest.

    An exit that was not measured lately is tried when the one below fits: a few frames over the budget at most.
    """

    def __init__(self, resolutions: Sequence[int], budget: float) -> None:
        """`resolutions` in pixels, ascending, at least one; `budget` in milliseconds."""
        if not resolutions:
            raise ValueError("a preview needs at least one resolution")
        self._resolutions = tuple(sorted(resolutions))
        self._budget = budget
        self._measured: dict[int, deque[float]] = {}
        self._frame = 0
        self._last_frame: dict[int, int] = {}

    def record(self, resolution: int, milliseconds: float) -> None:
        """Remembers what drawing one picture took."""
        self._measured.setdefault(resolution, deque(maxlen=SAMPLES)).append(milliseconds)
        self._last_frame[resolution] = self._frame

    def median(self, resolution: int) -> float | None:
        """Recent median in milliseconds, or None if there is none worth the name."""
        samples = self._measured.get(resolution, ())
        return median_low(samples) if len(samples) >= ENOUGH else None

    def choose(self) -> int:
        """The resolution for the next frame of a drag."""
        self._frame += 1
        self._forget()
        medians = {resolution: self.median(resolution) for resolution in self._resolutions}
        fitting = [r for r, median in medians.items() if median is not None and median <= self._budget]
        best = max(fitting, default=self._resolutions[0])
        if medians[best] is None:
            return best
        above = self._resolutions[self._resolutions.index(best) + 1 :]
        untried = bool(fitting) and bool(above) and medians[above[0]] is None
        return above[0] if untried else best

    def _forget(self) -> None:
        for resolution, frame in list(self._last_frame.items()):
            if self._frame - frame > FORGET_AFTER:
                del self._last_frame[resolution], self._measured[resolution]


def exit_for(resolutions: Sequence[int], pixels: float) -> int:
    """The smallest resolution that fills `pixels` decently (three quarters of them), else the largest."""
    return min((r for r in resolutions if r >= 0.75 * pixels), default=max(resolutions))
