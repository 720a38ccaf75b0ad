"""A face -> a square picture with the face in FFHQ's place: eyes level, their midpoint at (0.50, 0.47) of the side.

The square's side is that of FFHQ (T. Karras, S. Laine, T. Aila, A Style-Based Generator Architecture for GANs, 2019,
appendix A): the larger of 4 eye distances and 3.6 times the way from eyes to mouth, so a turned head is not zoomed in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

RIGHT_EYE, LEFT_EYE = slice(36, 42), slice(42, 48)  # of the person: the right eye is on the picture's left
MOUTH_CORNERS = (48, 54)
EYES = (0.50, 0.47)
EYE_DISTANCE = 0.245
EYE_TO_MOUTH = 0.277  # largest share of the side
IN_PLACE = 0.03  # of the side: closer than this, a square picture stays as it is, since resampling would only blur it


@dataclass(frozen=True, eq=False)
class Placement:
    """Where the aligned square lies in a picture."""

    corner: np.ndarray  # (2,) its top left corner, x and y in pixels of the picture
    across: np.ndarray  # (2,) unit vector along its top edge
    side: float  # pixels of the picture

    @property
    def roll(self) -> float:
        """Degrees by which the face leans, clockwise in the picture."""
        return float(np.degrees(np.arctan2(self.across[1], self.across[0])))

    def to_unit(self, points: np.ndarray) -> np.ndarray:
        """(N, 2) pixels of the picture -> (N, 2) in the square: 0 to 1 from its top left corner."""
        down = np.array([-self.across[1], self.across[0]])
        relative = (points - self.corner) / self.side
        return np.stack([relative @ self.across, relative @ down], axis=1)


def place(points: np.ndarray) -> Placement:
    """(68, 2) landmarks in pixels -> where the face's square lies. ValueError when both eyes fall together."""
    right, left = points[RIGHT_EYE].mean(0), points[LEFT_EYE].mean(0)
    eyes = (right + left) / 2
    between = left - right
    distance = float(np.hypot(*between))
    if distance < 1e-6:
        raise ValueError("the eyes have no distance")
    across = between / distance
    down = np.array([-across[1], across[0]])
    to_mouth = float(np.hypot(*(points[list(MOUTH_CORNERS)].mean(0) - eyes)))
    side = max(distance / EYE_DISTANCE, to_mouth / EYE_TO_MOUTH)
    corner = eyes - side * (EYES[0] * across + EYES[1] * down)
    return Placement(corner, across, side)


def centre(width: int, height: int) -> Placement:
    """The middle square of a picture without a face."""
    side = min(width, height)
    return Placement(np.array([(width - side) / 2, (height - side) / 2]), np.array([1.0, 0.0]), side)


def is_in_place(placement: Placement, width: int, height: int) -> bool:
    """Whether the picture as it stands is the aligned square, up to what landmarks are unsure of."""
    if width != height:
        return False
    corners = placement.to_unit(np.array([[0.0, 0.0], [width, 0.0], [0.0, height]]))
    return bool(np.abs(corners - [[0, 0], [1, 0], [0, 1]]).max() <= IN_PLACE)


def cut(image: Image.Image, placement: Placement, size: int) -> Image.Image:
    """The square as a picture of `size` pixels. What lies outside the image is its mirror image."""
    down = np.array([-placement.across[1], placement.across[0]])
    corners = placement.corner + placement.side * np.array(
        [[0, 0], placement.across, down, placement.across + down], dtype=np.float64
    )
    margin = 4 + placement.side / size
    low = np.floor(corners.min(0) - margin).astype(int)
    high = np.ceil(corners.max(0) + margin).astype(int)
    patch = mirrored(image, low, high)
    shrink = max(1, int(placement.side / (2 * size)))
    if shrink > 1:
        patch = patch.reduce(shrink)
    oversample = 2 if placement.side > size else 1  # the affine transform samples points: it must not skip pixels
    step = placement.side / shrink / (size * oversample)
    start = (placement.corner - low) / shrink
    matrix = (
        *(step * placement.across[0], step * down[0], start[0]),
        *(step * placement.across[1], step * down[1], start[1]),
    )
    sides = (size * oversample,) * 2
    square = patch.transform(sides, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)
    return square.resize((size, size), Image.Resampling.LANCZOS) if oversample > 1 else square


def mirrored(image: Image.Image, low: np.ndarray, high: np.ndarray) -> Image.Image:
    """The pixels from `low` to `high` (x, y; exclusive), mirrored at the image's edges where they lie outside."""
    columns = reflect(np.arange(low[0], high[0]), image.width)
    rows = reflect(np.arange(low[1], high[1]), image.height)
    box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    pixels = np.asarray(image.crop(box))
    return Image.fromarray(pixels[np.ix_(rows - box[1], columns - box[0])])


def reflect(index: np.ndarray, length: int) -> np.ndarray:
    """Any integers -> 0 to length - 1, to and fro."""
    folded = index % (2 * length)
    return np.asarray(np.minimum(folded, 2 * length - 1 - folded))


def outside(placement: Placement, width: int, height: int) -> float:
    """Share of the square that lies outside the picture, sampled at 32 x 32 places."""
    steps = (np.arange(32) + 0.5) / 32 * placement.side
    down = np.array([-placement.across[1], placement.across[0]])
    places = placement.corner + steps[:, None, None] * down + steps[None, :, None] * placement.across
    inside = (places >= 0).all(-1) & (places[..., 0] < width) & (places[..., 1] < height)
    return float(1 - inside.mean())
