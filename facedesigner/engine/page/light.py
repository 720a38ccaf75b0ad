"""The light on a page, evened out: paper becomes white, shading stays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from facedesigner.contract.sketching import Grey
from facedesigner.engine.page.regions import Mask, grown, labelled, shrunk
from facedesigner.engine.planes import blurred, closed

CELLS = 96  # along the longer side
PAPER = 0.9  # share of a cell that is darker than its paper is taken for: the brightest may be a glint
FLAT = 0.93  # of that: what half of a cell is brighter than, where nothing is drawn
DEGREE = 4  # of the surface: light that falls off, from a window or a lamp
ROUNDS = 40
BELOW = 0.02  # weight of cells under the surface, against 1 of those above it
OUTLIER = 0.05  # of log brightness; what is farther under the surface is drawn on, and pulls no harder
BEND = 0.03  # against surfaces that follow the drawing; of each cell's weight
REACH = 2  # cells; strokes that are thinner are none of a shadow's
SHADOW = 0.93  # of the light around it
LEAST_SHADOW = 0.04  # share of the page's rim that lies in a hard shadow
WHITE = 0.95  # of the paper's brightness: anything brighter is white
EDGE = 2  # cells to each side of where a shadow ends, in which its paper is looked for pixel by pixel
UNEVEN = 0.12  # of log brightness between two places, from which it is said
DARKEST = 20.0  # of 255, of paper
Plane = npt.NDArray[np.float64]


def evened(grey: Grey, paper: Mask | None = None) -> tuple[Grey, bool]:
    """(H, W) -> paper 255 wherever it lies, tones relative to it; and whether the light was uneven. Outside of the mask
    `paper` is no page, and it becomes white.

    A smooth surface lies on the brightest cells (asymmetric least squares, P. Eilers, H. Boelens, Baseline Correction,
    2005), so shading, which is darker than the paper near by, stays. A hard shadow is no smooth surface: where one
    crosses the rim of the page, the paper is looked for near by, which also takes large even tones for a shadow.
    """
    height, width = grey.shape
    step = max(1, round(max(height, width) / CELLS))
    bright, flat = cells_of(grey, paper, step)
    surface = fitted(bright)
    shadow, dark = shadows(bright - surface, flat)
    light = np.where(shadow, surface + dark, surface)

    def wide(plane: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
        image, box = Pillow.fromarray(plane.astype(np.float32)), (0.0, 0.0, width / step, height / step)
        return np.asarray(image.resize((width, height), Pillow.Resampling.BILINEAR, box=box))

    around = wide(np.exp(light))
    if shadow.any():  # its edge is sharper than cells are
        edge = wide(grown(shadow, EDGE) & ~shrunk(shadow, EDGE)) > 0
        near = blurred(closed(grey.astype(np.float32), EDGE * step), step / 4)
        around = np.where(edge, np.minimum(near, wide(np.exp(surface))), around)
    clean = (np.clip(grey / (WHITE * np.maximum(around, DARKEST)), 0, 1) * 255).round().astype(np.uint8)
    if paper is not None:
        clean[~paper] = 255
    return clean, bool(np.ptp(light) > UNEVEN)


def shadows(lit: Plane, flat: Mask) -> tuple[Mask, Plane]:
    """(h, w) log brightness of cells beside what is expected, NaN where there is no page -> where hard shadows are that
    cross the rim of the page, where they are `flat`, and how much darker. None is much darker than it is there, so that
    hair in a shadow stays dark."""
    page = np.isfinite(lit)
    rim = page & ~shrunk(np.pad(page, 1), 1)[1:-1, 1:-1]
    near = closed(np.where(page, lit, 0.0), REACH)
    dark = np.where(page, labelled(near < np.log(SHADOW)), 0)
    edge = rim & flat & (dark > 0)
    if edge.sum() <= LEAST_SHADOW * rim.sum():
        return np.zeros(lit.shape, bool), near
    shadow = grown(np.isin(dark, np.unique(dark[edge])), 1)
    return shadow, np.maximum(near, np.percentile(near[edge], 10))


def cells_of(grey: Grey, paper: Mask | None, step: int) -> tuple[Plane, Mask]:
    """Log brightness of each cell's brighter pixels, NaN where too few of them are page; and whether most of the others
    are about as bright, so that nothing is drawn there."""
    height, width = grey.shape
    pad = [(0, -height % step), (0, -width % step)]

    def cells(plane: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        padded = np.pad(plane, pad, mode="edge")
        apart = padded.reshape(len(padded) // step, step, -1, step).swapaxes(1, 2)
        return apart.reshape(*apart.shape[:2], step * step)

    ordered = np.sort(cells(grey if paper is None else np.where(paper, grey, 0)), 2)  # what is no page comes first
    known = np.full(ordered.shape[:2], step * step) if paper is None else cells(paper).sum(2)

    def ranked(share: float) -> Plane:
        place = step * step - 1 - ((1 - share) * (known - 1)).round().astype(int).clip(0)
        values = np.take_along_axis(ordered, place[..., None], 2)[..., 0]
        return np.asarray(np.log(np.maximum(values, DARKEST)))

    bright = ranked(PAPER)
    flat = ranked(0.5) > bright + np.log(FLAT)
    return np.where(known > step * step / 2, bright, np.nan), np.asarray(flat)


def fitted(bright: Plane) -> Plane:
    """(h, w) log brightness of cells -> the surface that lies on the brightest of them."""
    rows, columns = (np.linspace(-1, 1, side) if side > 1 else np.zeros(1) for side in bright.shape)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    powers = [(i, j) for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i)]
    basis = np.stack([x**i * y**j for i, j in powers], -1)  # (h, w, terms)
    known = np.isfinite(bright)
    if not known.any():
        return np.full(bright.shape, np.log(255.0))
    terms, values = basis[known], bright[known]
    bending = np.diag([BEND * len(values) * BELOW * max(0, i + j - 1) for i, j in powers])
    weights = np.ones(len(values))
    for _ in range(ROUNDS):
        weighted = terms * weights[:, None]
        found = np.linalg.lstsq(weighted.T @ terms + bending, weighted.T @ values, rcond=None)[0]
        above = values - terms @ found
        weights = np.where(above > 0, 1.0, BELOW * np.minimum(1, OUTLIER / np.maximum(-above, 1e-9)))
    return np.asarray(basis @ found)
