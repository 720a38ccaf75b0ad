"""Pages with a drawn face on them, as cameras and scanners give them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from facedesigner.contract.sketching import Grey
from facedesigner.engine.page.warp import Corners, corners_of, homography, warped

WIDTH, HEIGHT = 400, 500
FACE = (120, 150, 280, 360)  # left, top, right, bottom
Pixels = npt.NDArray[np.uint8]


def drawn(box: tuple[int, int, int, int] = FACE, shaded: bool = False, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Grey:
    """(H, W): a head with eyes, brows, nose, mouth and ears; `shaded`: with dark hair and grey cheeks."""
    page = Image.new("L", size, 255)
    draw = ImageDraw.Draw(page)
    left, top, right, bottom = box
    width, height = right - left, bottom - top

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x * width, top + y * height

    if shaded:
        draw.ellipse((*at(0.1, 0.45), *at(0.9, 0.98)), fill=215)
        draw.pieslice((*at(0, 0), *at(1, 0.8)), 180, 360, fill=70)
    draw.ellipse(box, outline=30, width=3)
    for x in (0.3, 0.7):
        draw.ellipse((*at(x - 0.07, 0.45), *at(x + 0.07, 0.5)), outline=20, width=2)
        draw.arc((*at(x - 0.1, 0.36), *at(x + 0.1, 0.46)), 200, 340, fill=20, width=2)
    draw.line((*at(0.5, 0.5), *at(0.45, 0.65), *at(0.52, 0.66)), fill=20, width=2)
    draw.arc((*at(0.3, 0.65), *at(0.7, 0.85)), 20, 160, fill=20, width=3)
    for x, start in ((0, 90), (1, 270)):
        draw.arc((*at(x - 0.06, 0.42), *at(x + 0.06, 0.6)), start, start + 180, fill=20, width=2)
    return np.array(page)


def rgba(grey: npt.NDArray[np.generic], noise: float = 2.0) -> Pixels:
    """(H, W) or (H, W, 3) -> (H, W, 4), with the noise of a camera."""
    planes = np.repeat(grey[..., None], 3, 2) if grey.ndim == 2 else grey
    grain = np.random.default_rng(1).normal(0, noise, grey.shape[:2])[..., None]
    pixels = np.clip(planes.astype(np.float64) + grain, 0, 255).astype(np.uint8)
    return np.dstack([pixels, np.full(grey.shape[:2], 255, np.uint8)])


def on_table(
    page: Grey, table: tuple[int, int, int], degrees: float, size: tuple[int, int] = (640, 600)
) -> tuple[Pixels, Corners]:
    """The page seen askew on a table, and its corners in that picture."""
    height, width = page.shape
    angle = np.radians(degrees)
    turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    corners = 0.85 * (corners_of(width, height) - [width / 2, height / 2]) @ turn + np.array(size) / 2
    corners += [(6, 0), (-8, 5), (4, -6), (0, 8)]
    matrix = homography(corners, corners_of(width, height))
    seen = np.array(warped(Image.fromarray(page), matrix, size, 0), np.float64)
    there = np.array(warped(Image.new("L", (width, height), 255), matrix, size, 0), np.float64)[..., None] / 255
    paper = seen[..., None] * [0.96, 0.94, 0.86]
    return rgba(paper * there + np.array(table) * (1 - there)), corners


def likeness(one: Grey, other: Grey) -> float:
    """Correlation of two squares, a little blurred."""
    small = [
        np.asarray(Image.fromarray(grey).resize((64, 64), Image.Resampling.BOX), np.float64) for grey in (one, other)
    ]
    return float(np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1])
