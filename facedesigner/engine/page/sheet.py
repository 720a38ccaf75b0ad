"""The sheet on a table, or under a scanner's lid: the largest bright quadrilateral that stands out from its
surroundings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from facedesigner.contract.request import Image
from facedesigner.engine.page.regions import Mask, area_of, grown, hull_of, labelled, quad_around, shrunk
from facedesigner.engine.page.warp import Corners, is_sheet
from facedesigner.engine.planes import blurred, closed

SIDE = 256  # pixels along the longer side that are looked at
LEVELS = (15, 30, 45, 60, 75)  # percentiles of brightness that are tried as thresholds
EVEN = (0.05, 0.1)  # changes of log brightness from pixel to pixel that are no edge
LINE = 2  # pixels; lines up to twice as wide, from edge to edge, do not divide a sheet
BRIDGE = 2  # pixels; thinner connections to what lies around are cut
LEAST, MOST = 0.15, 0.995  # shares of the picture that a sheet covers
STRAIGHT = 0.9  # of the quadrilateral that the sheet fills: corners may be bent or cut off
NEAR, FAR = 3.5, 8.0  # pixels beside an edge at which brightness is compared
STEP = 0.07  # of log brightness, at an edge
SURE = 0.8  # share of an edge that must be one
LEAST_OF_ONE = 0.82  # the same where only one edge of it is seen, which may be that of a shadow
SEEN = 0.3  # share of an edge that must lie within the picture to count
BEYOND = 0.12  # of the picture's size that a corner may lie outside of it
Plane = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sheet:
    """In pixels of the picture."""

    corners: Corners  # clockwise from the top left
    outline: npt.NDArray[np.float64]  # (N, 2): corners may be bent or cut off


def find_sheet(picture: Image) -> Sheet | None:
    """(H, W, 3); None where no sheet stands out, such as when the sheet is all there is."""
    height, width = picture.shape[:2]
    scale = max(width, height) / SIDE
    size = (max(1, round(width / scale)), max(1, round(height / scale)))
    small = np.asarray(Pillow.fromarray(picture).resize(size, Pillow.Resampling.BOX, reducing_gap=2.0), np.float32)
    best, found = 0.0, None
    planes = (small.min(2), small.mean(2))  # wood is bright, but not in blue; yellowish paper is brighter than white
    for light, mask in candidates([np.log(blurred(plane, 0.7) + 8) for plane in planes]):
        hull = hull_of(mask)
        quad = quad_around(hull)
        if quad is None or not is_sheet(quad):
            continue
        score = area_of(hull) / area_of(quad)
        if score < STRAIGHT or not LEAST <= area_of(quad) / light.size <= MOST:
            continue
        score *= contrast(light, quad)
        if score > best:
            best, found = score, (light, quad, hull)
    if found is None:
        return None
    corners, outline = (places * [width / size[0], height / size[1]] for places in (refined(*found[:2]), found[2]))
    return Sheet(np.roll(corners, -int(np.argmin(corners.sum(1))), 0), outline)


def candidates(planes: list[Plane]) -> Iterator[tuple[Plane, Mask]]:
    """The largest region brighter than each of some levels; and the largest without edges, for paper that is darker at
    one end than the table at the other."""
    for light, seen in (*((plane, plane) for plane in planes), (planes[0], closed(planes[0], LINE))):
        slope = np.maximum(np.abs(np.gradient(seen, axis=0)), np.abs(np.gradient(seen, axis=1)))
        levels = [np.percentile(seen, level) for level in LEVELS]
        for mask in (*(seen > level for level in levels), *(slope < even for even in EVEN)):
            labels = labelled(shrunk(mask, BRIDGE))
            if labels.max():
                yield light, grown(labels == 1 + np.argmax(np.bincount(labels.ravel())[1:]), BRIDGE)


def contrast(light: Plane, quad: npt.NDArray[np.float64]) -> float:
    """How much brighter it is inside of its edges than outside, where all of them are edges; else 0."""
    height, width = light.shape
    low, high = quad.min(0) / [width, height], quad.max(0) / [width, height]
    if min(low) < -BEYOND or max(high) > 1 + BEYOND:
        return 0.0
    steps = []
    for start, end in zip(quad, np.roll(quad, -1, 0), strict=True):
        along = (end - start) / max(float(np.hypot(*(end - start))), 1e-6)
        outward = np.array([along[1], -along[0]])
        places = start + np.linspace(0.06, 0.94, 60)[:, None] * (end - start)
        inside = sampled(light, places - NEAR * outward)
        near, far = (sampled(light, places + away * outward) for away in (NEAR, FAR))
        seen = np.isfinite(near) & np.isfinite(inside)
        if seen.mean() < SEEN:  # the picture's own edge
            continue
        outside = np.fmax(near, far)[seen]
        step = inside[seen] - outside
        if (step > STEP).mean() < SURE:
            return 0.0
        steps.append(float(np.median(step)) * float(seen.mean()))
    if len(steps) == 1 and area_of(quad) < LEAST_OF_ONE * light.size:
        return 0.0
    return float(sum(steps))


def refined(light: Plane, quad: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The corners where the sides meet once each lies where brightness falls most."""
    steps = np.arange(-NEAR, NEAR + 0.5, 0.5)
    lines = []
    for start, end in zip(quad, np.roll(quad, -1, 0), strict=True):
        along = (end - start) / np.hypot(*(end - start))
        outward = np.array([along[1], -along[0]])
        places = start + np.linspace(0.06, 0.94, 60)[:, None] * (end - start)
        seen = [sampled(light, places + step * outward) for step in (*(steps - 0.75), *(steps + 0.75))]
        falls = [inner - outer for inner, outer in zip(seen[: len(steps)], seen[len(steps) :], strict=True)]
        known = [np.median(fall[np.isfinite(fall)]) if np.isfinite(fall).mean() > SEEN else 0.0 for fall in falls]
        away = float(steps[int(np.argmax(known))]) if max(known) > STEP / 2 else 0.0
        lines.append((start + away * outward, along))
    corners = []
    for (one, u), (other, v) in zip(lines[-1:] + lines[:-1], lines, strict=True):
        corners.append(one + np.linalg.solve(np.stack([u, -v], 1), other - one)[0] * u)
    return np.array(corners)


def sampled(plane: Plane, places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(N, 2) -> (N,); NaN outside."""
    columns, rows = np.floor(places).astype(int).T
    height, width = plane.shape
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    return np.where(inside, plane[rows.clip(0, height - 1), columns.clip(0, width - 1)], np.nan)
