"""What a drawing lies on: transparent, dark, or no paper at all but a photograph."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from facedesigner.contract.request import Image
from facedesigner.contract.sketching import Grey
from facedesigner.engine.planes import blurred

LIGHT = 140  # of 255: where hardly anything that is visible is darker, it was drawn in white
DARKEST = 2  # percentile that "hardly anything" is
VISIBLE = 64  # of 255
LEAST_CONTRAST = 24  # of 255, between page and ink
DARK = 130  # of 255, of a page; paper in poor light is darker, but nothing on it is lighter
SKEW = 1.5  # how much farther from the page the lightest must be than the darkest
EDGES = 256  # pixels of the longer side that a photograph's lines are looked for in
MOST_CHALK = 0.25  # of the page
BOARD, LEAST_BOARD = 30, 0.5  # of 255, what is as dark as most of the page; and the share of it that is


def on_ground(picture: npt.NDArray[np.uint8]) -> Image:
    """(H, W, 4) RGBA -> (H, W, 3): on white, or on black what would be white on white. (H, W) is grey."""
    if picture.ndim == 2:
        return np.repeat(picture[..., None], 3, 2)
    alpha = picture[..., 3]
    if alpha.min() == 255:
        return np.ascontiguousarray(picture[..., :3])
    seen = np.asarray(Pillow.fromarray(picture[..., :3]).convert("L"))[alpha >= VISIBLE]
    light = seen.size > 0 and float(np.percentile(seen, DARKEST)) > LIGHT
    ground = Pillow.new("RGBA", picture.shape[1::-1], "black" if light else "white")
    ground.alpha_composite(Pillow.fromarray(picture))
    return np.array(ground.convert("RGB"))


def is_dark(grey: Grey) -> bool:
    """Chalk on a board: a dark, even page with little on it that is lighter, and less that is darker."""
    middle, least, most = (float(np.percentile(grey, share)) for share in (50, 0.5, 99.5))
    if middle > DARK or most - middle < max(LEAST_CONTRAST, SKEW * (middle - least)):
        return False
    even = (grey > middle - BOARD) & (grey < middle + BOARD)
    return bool((grey > (middle + most) / 2).mean() < MOST_CHALK and even.mean() > LEAST_BOARD)


def darkest_of(grey: Grey) -> float:
    """Of the ink on a page, of which a small drawing covers little."""
    return float(np.percentile(grey, 0.1))


def drawn_of(grey: Grey) -> Grey:
    """A photograph's lines, (H, W), black on white: difference of Gaussians, in its own standard deviations."""
    scale = min(1.0, EDGES / max(grey.shape))
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    small = np.asarray(Pillow.fromarray(grey).resize(size, Pillow.Resampling.BOX), np.float32) / 255
    difference = blurred(small, 1.9) - blurred(small, 1.2)
    ink = ((difference / (difference.std() + 1e-3) - 0.7) / 0.6).clip(0, 1)
    large = Pillow.fromarray(255 * (1 - ink)).resize(grey.shape[::-1], Pillow.Resampling.BILINEAR)
    return np.asarray(large).round().astype(np.uint8)
