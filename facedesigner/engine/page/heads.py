"""Faces in a drawing, whichever way up it lies, where dlib is installed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from facedesigner.contract.sketching import Grey

if TYPE_CHECKING:
    from training.curation.detector import Detector

SIDE = 448  # pixels of the longer side that faces are looked for in
AROUND = 0.15  # of it, white: a face that fills its page has no edge without
SURE = 0.3  # dlib's score from which it is one; faces drawn upright have 0.7 and more, children's drawings hardly 0.1
SURER = 0.5  # by how much more it must be one if the page is turned


@dataclass(frozen=True, eq=False)
class Head:
    """A face of a page."""

    points: npt.NDArray[np.float64]  # (68, 2) x, y in pixels of the page as it lies
    turned: int  # degrees counter-clockwise that bring it upright
    score: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of its landmarks."""
        left, top = self.points.min(0)
        right, bottom = self.points.max(0)
        return float(left), float(top), float(right), float(bottom)

    @property
    def size(self) -> float:
        left, top, right, bottom = self.box
        return max(right - left, bottom - top)


Finder = Callable[[Grey], tuple[Head, ...]]  # a page -> its faces, all of them turned alike, the largest first


def no_heads(page: Grey) -> tuple[Head, ...]:
    """Where dlib is not installed, or nobody wants to wait for it."""
    return ()


@cache
def new_finder() -> Finder:
    """A second to load dlib, if it is there."""
    from training.curation.detector import Detector

    try:
        detector = Detector()
    except ImportError:
        return no_heads
    return lambda page: heads_of(detector, page)


def heads_of(detector: Detector, page: Grey) -> tuple[Head, ...]:
    """The faces of the page as it lies; of the page turned by quarters, if only then there is clearly one."""
    height, width = page.shape
    scale = SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(Pillow.fromarray(page).resize(size, Pillow.Resampling.BOX, reducing_gap=2.0))
    margin = round(AROUND * SIDE)
    small = np.repeat(np.pad(small, margin, constant_values=255)[..., None], 3, 2)
    found = {}
    for turn in (0, 180, 90, 270):
        picture = np.ascontiguousarray(np.rot90(small, turn // 90))
        boxes, scores, _ = detector.find.run(picture, 0, 0.0)
        if scores:
            found[turn] = picture, list(zip(boxes, scores, strict=True))
    best = {turn: max(score for _, score in faces) for turn, (_, faces) in found.items()}
    turn = max(best, key=lambda turn: best[turn], default=0)
    if turn and best[turn] < best.get(0, 0.0) + SURER:
        turn = 0
    if best.get(turn, 0.0) < SURE:
        return ()
    picture, faces = found[turn]
    heads = []
    for box, score in faces:
        parts = detector.predict(picture, box).parts()
        points = np.array([(point.x + 0.5, point.y + 0.5) for point in parts], np.float64)
        heads.append(Head((unturned(points, turn, *small.shape[:2]) - margin) / scale, turn, float(score)))
    return tuple(sorted(heads, key=lambda head: -head.size))


def unturned(points: npt.NDArray[np.float64], turn: int, height: int, width: int) -> npt.NDArray[np.float64]:
    """Places in a picture that was turned by `turn` degrees counter-clockwise -> places in it as it was, height x
    width."""
    x, y = points.T
    match turn:
        case 90:
            x, y = width - y, x
        case 180:
            x, y = width - x, height - y
        case 270:
            x, y = y, height - x
    return np.stack([x, y], 1)
