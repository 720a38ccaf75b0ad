"""A drawing as it comes -> the ink that the networks were taught on: SIDE pixels, the face in its place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image as Pillow

from facedesigner.contract.sketching import SIDE, Grey, Hints
from training.errors import UserError

LARGEST = 1024  # pixels of the longer side that a drawing is looked at with
EMPTY = "There is nothing to see yet: draw the outline of a face"
LEAST_CONTRAST = 24  # of 255, between paper and ink
LEAST_INK = 0.0008  # share of the square that is ink; a dot has less
LEAST_EXTENT = 0.12  # of the square's side that the drawing must reach each way
FAINT = 0.06  # of the contrast: what is lighter is the paper's grain
NEAR_PAPER = 0.12  # of the contrast: what is lighter counts as bare paper
BARE = 0.3  # least share of bare paper in a drawing; a photograph has less
SURE_INK = 0.3  # from which a pixel counts for where the drawing lies
TOP, BOTTOM, BELOW = 0.07, 0.88, 1.0  # of the square: a head's upper and lower end, and that of one with shoulders
IN_PLACE = 0.62  # of the square's height: a drawing at least as tall, in the middle, stays where it is
PEN = 5.0  # pixels of the square that lines are brought to: thinner ones all but vanish in the network
Ink = npt.NDArray[np.float32]


class DrawingError(UserError):
    """There is nothing to make a photo of; the message says what to do."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """What the networks see."""

    ink: Ink  # (SIDE, SIDE) in [0, 1]: 0 paper, 1 black
    hints: Ink  # (4, SIDE, SIDE): RGB in [-1, 1] and 1 where there is a hint, else 0
    notice: str = ""  # what was done to the drawing


def prepared(sketch: Grey, hints: Hints | None, place: bool) -> Sheet:
    """Raises DrawingError for a page with nothing, or nothing but a dot, on it.

    White on black is inverted, a photograph drawn first. With `place` the drawing is found on the page and brought to
    where faces lie; without, the page is the square, and one that is none is filled up with paper.
    """
    grey = reduced(sketch)
    notice = ""
    if float(np.median(grey)) < 100 and float(np.percentile(grey, 99.5)) - float(np.median(grey)) > LEAST_CONTRAST:
        grey, notice = 255 - grey, "The page is dark: it was taken as white on black."
    paper, dark = float(np.percentile(grey, 95)), float(np.percentile(grey, 0.3))
    if paper - dark < LEAST_CONTRAST:
        raise DrawingError(EMPTY)
    ink = np.clip((paper - grey.astype(np.float32)) / (paper - dark), 0, 1)
    if float((ink < NEAR_PAPER).mean()) < BARE:
        ink = drawn_of(grey)
        notice = "This looks like a photograph, so a drawing was made of it first."
    ink = np.clip((ink - FAINT) / (1 - FAINT), 0, 1).astype(np.float32)
    height, width = ink.shape
    square = placed(ink) if place else (0.0, 0.0, float(max(width, height)))
    if not place and width != height:
        square = ((width - square[2]) / 2, (height - square[2]) / 2, square[2])
    sheet = cut(ink, square)
    extent = extent_of(sheet > SURE_INK)
    if (
        float(sheet.mean()) < LEAST_INK
        or extent is None
        or max(extent[2] - extent[0], extent[3] - extent[1]) < (LEAST_EXTENT * SIDE)
    ):
        raise DrawingError(EMPTY)
    return Sheet(thickened(sheet), cut_hints(hints, square, (width, height)), notice)


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


def drawn_of(grey: Grey) -> Ink:
    """A photograph's lines, (H, W) ink."""
    from training.filters import edges_of

    light = torch.from_numpy(grey.astype(np.float32) / 255)[None, None]
    side = 256 / max(grey.shape)
    small = torch.nn.functional.interpolate(light, scale_factor=min(1.0, side), mode="area")
    ink = ((edges_of(small, 1.2) - 0.7) / 0.6).clamp(0, 1)
    large = torch.nn.functional.interpolate(ink, grey.shape, mode="bilinear", align_corners=False)
    found: Ink = large[0, 0].numpy()
    return found


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


def placed(ink: Ink) -> tuple[float, float, float]:
    """Left, top and side, in pixels of the page, of the square that brings the drawing to where faces lie."""
    height, width = ink.shape
    extent = extent_of(ink > SURE_INK)
    if extent is None:
        raise DrawingError(EMPTY)
    left, top, right, bottom = extent
    side = max(width, height)
    middle = (left + right) / 2
    if width == height and bottom - top >= IN_PLACE * side and abs(middle / side - 0.5) < 0.12:
        return 0.0, 0.0, float(side)
    shoulders = has_shoulders(ink[top:bottom, left:right] > SURE_INK)
    lower = BELOW if shoulders else BOTTOM
    size = (bottom - top) / (lower - TOP)
    if not shoulders:
        size = max(size, (right - left) / 0.82)
    return middle - size / 2, top - TOP * size, size


def has_shoulders(marked: npt.NDArray[np.bool_]) -> bool:
    """Whether the drawing is broader at its foot than above: then it is more than a head."""
    rows = len(marked)
    widths = [np.ptp(np.flatnonzero(row)) if row.any() else 0 for row in marked]
    foot, above = widths[int(rows * 0.88) :], widths[: int(rows * 0.7)]
    return bool(foot and above and max(foot) > 1.05 * max(above))


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
