"""A drawing as it comes -> the ink that the networks were taught on: SIDE pixels, the face in its place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image as Pillow

from facedesigner.contract.sketching import SIDE, Grey, Hints
from facedesigner.engine.kinds import is_lines
from facedesigner.engine.page.cleaning import DARK, EMPTY, LARGEST, SURE_INK, DrawingError
from facedesigner.engine.page.ground import LEAST_CONTRAST, is_dark
from facedesigner.engine.page.placement import by_extent, extent_of, whole

LEAST_INK = 0.0008  # share of the square that is ink; a dot has less
LEAST_EXTENT = 0.12  # of the square's side that the drawing must reach each way
FAINT = 0.06  # of the contrast: what is lighter is the paper's grain
PEN = 5.0  # pixels of the square that lines are brought to: thinner ones all but vanish in the network
Ink = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sheet:
    """What the networks see."""

    ink: Ink  # (SIDE, SIDE) in [0, 1]: 0 paper, 1 black
    hints: Ink  # (4, SIDE, SIDE): RGB in [-1, 1] and 1 where there is a hint, else 0
    notice: str = ""  # what was done to the drawing


def prepared(sketch: Grey, hints: Hints | None, place: bool) -> Sheet:
    """Raises DrawingError for a page with nothing, or nothing but a dot, on it.

    White on black is inverted; tones stay. With `place` the drawing is found on the page and brought to where faces
    lie; without, the page is the square, and one that is none is filled up with paper. What comes from a camera or a
    scanner is cleaned before (`page.cleaning`).
    """
    grey = reduced(sketch)
    notice = ""
    if is_dark(grey):
        grey, notice = 255 - grey, DARK
    paper, dark = float(np.percentile(grey, 95)), float(np.percentile(grey, 0.3))
    if paper - dark < LEAST_CONTRAST:
        raise DrawingError(EMPTY)
    ink = np.clip((paper - grey.astype(np.float32)) / (paper - dark), 0, 1)
    ink = np.clip((ink - FAINT) / (1 - FAINT), 0, 1).astype(np.float32)
    height, width = ink.shape
    found = by_extent(ink > SURE_INK) if place else whole(width, height)
    if found is None:
        raise DrawingError(EMPTY)
    square = (found.left, found.top, found.side)
    sheet = cut(ink, square)
    extent = extent_of(sheet > SURE_INK)
    if (
        float(sheet.mean()) < LEAST_INK
        or extent is None
        or max(extent[2] - extent[0], extent[3] - extent[1]) < (LEAST_EXTENT * SIDE)
    ):
        raise DrawingError(EMPTY)
    if is_lines(np.repeat((255 * (1 - sheet[..., None])).astype(np.uint8), 3, 2)):
        sheet = thickened(sheet)
    return Sheet(sheet, cut_hints(hints, square, (width, height)), notice)


def reduced(picture: Grey) -> Grey:
    """At most LARGEST pixels each way."""
    height, width = picture.shape
    if min(height, width) < 1:
        raise DrawingError(EMPTY)
    if max(height, width) <= LARGEST:
        return picture
    scale = LARGEST / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.array(Pillow.fromarray(picture).resize(size, Pillow.Resampling.BOX, reducing_gap=2.0))


def cut(plane: Ink, square: tuple[float, float, float]) -> Ink:
    """The square of a page as (SIDE, SIDE); 0 outside the page. Averaged where it shrinks."""
    left, top, side = square
    if side > 2 * SIDE:
        factor = int(side / SIDE)
        image = Pillow.fromarray(plane).reduce(factor)
    else:
        factor, image = 1, Pillow.fromarray(plane)
    double = 2 * SIDE  # the affine transform samples points: it must not skip thin lines
    step = side / factor / double
    matrix = (step, 0.0, left / factor, 0.0, step, top / factor)
    large = image.transform((double, double), Pillow.Transform.AFFINE, matrix, Pillow.Resampling.BILINEAR)
    found: Ink = np.array(large.reduce(2), dtype=np.float32)
    return found


def thickened(ink: Ink) -> Ink:
    """Thin lines drawn with a broader pen. A line's width is twice its area over its outline; shading has a large one
    and stays."""
    outline = float(np.abs(np.diff(ink, axis=0)).sum() + np.abs(np.diff(ink, axis=1)).sum())
    width = 2 * float(ink.sum()) / max(outline, 1e-6)
    reach = min(2, round((PEN - width) / 2))
    if reach < 1:
        return ink
    broad = torch.nn.functional.max_pool2d(torch.from_numpy(ink)[None, None], 2 * reach + 1, 1, reach)
    smooth: Ink = torch.nn.functional.avg_pool2d(broad, 3, 1, 1)[0, 0].numpy()
    return smooth


def cut_hints(hints: Hints | None, square: tuple[float, float, float], page: tuple[int, int]) -> Ink:
    """Hints (H, W, 4) as wide as the page (width, height) is -> (4, SIDE, SIDE)."""
    if hints is None or not hints[..., 3].any():
        return np.zeros((4, SIDE, SIDE), np.float32)
    width, height = page
    scaled = Pillow.fromarray(hints).resize((width, height), Pillow.Resampling.NEAREST)
    left, top, side = square
    step = side / SIDE
    matrix = (step, 0.0, left, 0.0, step, top)
    pixels = np.asarray(scaled.transform((SIDE, SIDE), Pillow.Transform.AFFINE, matrix, Pillow.Resampling.NEAREST))
    where = (pixels[..., 3:] > 127).astype(np.float32)
    colours = (pixels[..., :3].astype(np.float32) / 127.5 - 1) * where
    return np.ascontiguousarray(np.concatenate([colours, where], 2).transpose(2, 0, 1))
