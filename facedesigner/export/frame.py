"""The part of a picture that is exported, and its pixels at any scale, turned upright."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image as Pillow

from facedesigner.engine.landmarks import Landmarks

WIDEST = 2.04  # eye distances from the middle of the eyes to an edge: as wide as FFHQ's pictures
NARROWEST = 1.3  # so that the face is in the frame; what a picture lacks of that is mirrored
MARGIN = 4  # pixels around the frame that filters look at


@dataclass(frozen=True, eq=False)
class Frame:
    """A rectangle of a picture, all in its pixels."""

    centre: np.ndarray  # (2,)
    across: np.ndarray  # (2,) unit vector along its top edge
    width: float
    height: float

    @property
    def down(self) -> np.ndarray:
        return np.array([-self.across[1], self.across[0]])

    def inside(self, landmarks: Landmarks, scale: float) -> Landmarks:
        """Landmarks of the picture -> those of the frame's pixels."""
        matrix = scale * np.stack([self.across, self.down])
        shift = np.array([self.width, self.height]) * scale / 2 - matrix @ self.centre
        return landmarks.moved(matrix, shift)

    def outside(self, landmarks: Landmarks, scale: float) -> Landmarks:
        """Landmarks of the frame's pixels -> those of the picture."""
        matrix = np.stack([self.across, self.down], axis=1) / scale
        return landmarks.moved(matrix, self.centre - matrix @ (np.array([self.width, self.height]) * scale / 2))


def whole(width: int, height: int) -> Frame:
    """The picture as it is."""
    return Frame(np.array([width / 2, height / 2]), np.array([1.0, 0.0]), width, height)


def straightened(landmarks: Landmarks, width: int, height: int) -> Frame:
    """Eyes level and the middle between them in the very centre; as large as the picture allows, up to FFHQ's size."""
    axes = np.stack([landmarks.across, landmarks.down])
    middle, unit = landmarks.middle, landmarks.distance
    halves = []
    for axis in axes:  # how far one can go both ways until the picture ends
        edges = [((width if axis[i] > 0 else 0.0) - middle[i]) / axis[i] for i in (0, 1) if abs(axis[i]) > 1e-9]
        edges += [
            (middle[i] - (0.0 if axis[i] > 0 else (width, height)[i])) / axis[i] for i in (0, 1) if abs(axis[i]) > 1e-9
        ]
        halves.append(float(np.clip(min(map(abs, edges)), NARROWEST * unit, WIDEST * unit)))
    return Frame(middle, landmarks.across, 2 * halves[0], 2 * halves[1])


def planes(picture: np.ndarray, frame: Frame, size: tuple[int, int], scale: float) -> Iterator[np.ndarray]:
    """The frame in `size` (width, height) pixels, each of the picture's becoming `scale`: one channel of (H, W, C)
    after the other as float32 (height, width), not clipped.

    Lanczos to the size, which also filters what is made smaller, then a turn and a shift of less than a pixel.
    """
    corners = np.array([[x, y] for x in (-0.5, 0.5) for y in (-0.5, 0.5)]) * (frame.width, frame.height)
    spots = frame.centre + corners @ np.stack([frame.across, frame.down])
    margin = MARGIN + MARGIN / scale
    low, high = np.floor(spots.min(0) - margin).astype(int), np.ceil(spots.max(0) + margin).astype(int)
    part = mirrored(picture, low, high)
    grown = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    factor = np.array([grown[0] / part.shape[1], grown[1] / part.shape[0]])
    across, down = frame.across * factor / scale, frame.down * factor / scale
    start = (frame.centre - low) * factor - across * size[0] / 2 - down * size[1] / 2
    matrix = (across[0], down[0], start[0], across[1], down[1], start[1])
    for channel in range(picture.shape[2]):
        plane = Pillow.fromarray(np.ascontiguousarray(part[..., channel], dtype=np.float32))
        large = plane.resize(grown, Pillow.Resampling.LANCZOS)
        yield np.asarray(large.transform(size, Pillow.Transform.AFFINE, matrix, Pillow.Resampling.BICUBIC))


def mirrored(picture: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The pixels from `low` to `high` (x, y; exclusive), mirrored where they lie outside the picture."""
    columns, rows = (
        reflected(np.arange(low[axis], high[axis]), length)
        for axis, length in ((0, picture.shape[1]), (1, picture.shape[0]))
    )
    return np.asarray(picture[np.ix_(rows, columns)])


def reflected(index: np.ndarray, length: int) -> np.ndarray:
    folded = index % (2 * length)
    return np.asarray(np.minimum(folded, 2 * length - 1 - folded))
