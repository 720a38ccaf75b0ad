"""Where on a page the square lies that brings the drawing to where faces lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from facedesigner.engine.page.heads import Head
from facedesigner.engine.page.regions import Mask
from facedesigner.engine.page.warp import Matrix

TOP, BOTTOM, BELOW = 0.07, 0.88, 1.0  # of the square: a head's upper and lower end, and that of one with shoulders
IN_PLACE = 0.62  # of the square's height: a drawing at least as tall, in the middle, stays where it is
CLOSE = 0.08  # of the square: a page that is as close to a face's place as that stays, too
LEVEL = 5.0  # degrees; landmarks of drawings are not surer than that


@dataclass(frozen=True, eq=False)
class Square:
    """A square in a page, in pixels."""

    left: float
    top: float
    side: float
    roll: float = 0.0  # degrees by which its upper edge falls to the right

    def matrix(self, side: int) -> Matrix:
        """(3, 3): a place in a picture of `side` x `side` pixels -> the place in the page."""
        step, angle = self.side / side, np.radians(self.roll)
        across, down = step * np.cos(angle), step * np.sin(angle)
        return np.array([(across, -down, self.left), (down, across, self.top), (0, 0, 1)], np.float64)


def whole(width: float, height: float) -> Square:
    """All of a page: one that is no square is filled up with paper."""
    side = max(width, height)
    return Square((width - side) / 2, (height - side) / 2, side)


def by_face(head: Head, width: int, height: int) -> Square:
    """As photos are aligned (`training.curation.align`)."""
    from training.curation.align import place

    found = place(head.points)
    roll = found.roll if abs(found.roll) > LEVEL else 0.0
    x, y = found.across
    middle = found.corner + found.side / 2 * np.array([x - y, x + y])
    square = Square(0.0, 0.0, found.side, roll)
    left, top = middle - square.matrix(1)[:2, :2] @ [0.5, 0.5]
    if width == height and not roll and max(abs(left), abs(top), abs(found.side - width) / 2) < CLOSE * width:
        return whole(width, height)
    return Square(float(left), float(top), found.side, roll)


def by_extent(marked: Mask) -> Square | None:
    """By where the ink lies; None without any. A drawing that fills a square page stays."""
    height, width = marked.shape
    extent = extent_of(marked)
    if extent is None:
        return None
    left, top, right, bottom = extent
    side = max(width, height)
    middle = (left + right) / 2
    if width == height and bottom - top >= IN_PLACE * side and abs(middle / side - 0.5) < 0.12:
        return whole(width, height)
    shoulders = has_shoulders(marked[top:bottom, left:right])
    lower = BELOW if shoulders else BOTTOM
    size = (bottom - top) / (lower - TOP)
    if not shoulders:
        size = max(size, (right - left) / 0.82)
    return Square(middle - size / 2, top - TOP * size, size)


def extent_of(marked: npt.NDArray[np.bool_]) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of where nearly all of the ink lies (specks apart); None without any."""
    total = int(marked.sum())
    if not total:
        return None
    edges = []
    for axis in (0, 1):
        share = np.cumsum(marked.sum(axis)) / total
        edges.append((int(np.searchsorted(share, 0.004)), int(np.searchsorted(share, 0.996)) + 1))
    return edges[0][0], edges[1][0], edges[0][1], edges[1][1]


def has_shoulders(marked: Mask) -> bool:
    """Whether the drawing is broader at its foot than above: then it is more than a head."""
    rows = len(marked)
    widths = [np.ptp(np.flatnonzero(row)) if row.any() else 0 for row in marked]
    foot, above = widths[int(rows * 0.88) :], widths[: int(rows * 0.7)]
    return bool(foot and above and max(foot) > 1.05 * max(above))
