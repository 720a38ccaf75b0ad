"""Lined and squared paper: thin straight lines at even distances, across the page, are taken out."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from facedesigner.contract.sketching import Grey
from facedesigner.engine.planes import closed

STRIPS = 24  # across the page, in which a line is seen apart
THICK = 0.006  # of the page's longer side, that a printed line has at most
FAINT = 6  # of 255: what is less dark than that beside it is no line
SHARE = 0.5  # of a strip's width that a line fills
TILT = 0.03  # of its length, that a line may rise
DARKER = 1.6  # times as dark as the printed line: what is darker was drawn over it
WHOLE = 0.7  # share of the strips in which a line is seen
FEWEST = 5  # lines
EVEN = 0.08  # of the distance between lines, that they may be off
REGULAR = 0.7  # share of the lines that are as far apart as the rest
Plane = npt.NDArray[np.float32]


def without_ruling(grey: Grey) -> tuple[Grey, bool]:
    """(H, W), 255 is paper -> the same without printed lines, level or upright ones; and whether there were any."""
    level, there = without_level_lines(grey, FEWEST)
    upright, also = without_level_lines(np.ascontiguousarray(level.T), 1 if there else FEWEST)
    if also and not there:  # a single line may cross the others, too: the margin's
        level, _ = without_level_lines(np.ascontiguousarray(upright.T), 1)
        return level, True
    return np.ascontiguousarray(upright.T), there


def without_level_lines(grey: Grey, fewest: int) -> tuple[Grey, bool]:
    """The same for level lines, of which there must be so many."""
    height, width = grey.shape
    reach = max(1, round(THICK * max(height, width)))
    if height < 20 * reach or width < STRIPS:
        return grey, False
    bridged = closed(grey, reach, axes=(0,))  # whatever crosses lines stays
    depth = bridged - grey
    marks = depth > FAINT
    marks[1:] |= marks[:-1]  # a line that is not quite level goes on in the next row
    edges = np.linspace(0, width, STRIPS + 1).round().astype(int)
    seen = np.stack([marks[:, a:b].mean(1) > SHARE for a, b in pairwise(edges)], 1)  # (H, STRIPS)
    best, tilt = shares(seen, 0), 0
    for rise in range(-round(TILT * width), round(TILT * width) + 1):
        rows = shares(seen, rise)
        if (rows**2).sum() > (best**2).sum():
            best, tilt = rows, rise
    lines = lines_of(best, reach)
    if not is_ruling(lines, fewest):
        return grey, False
    shift = (tilt * (np.arange(width)[None] / width - 0.5)).round().astype(int)
    row, column = np.arange(height)[:, None], np.arange(width)[None]
    straight = depth[(row - shift).clip(0, height - 1), column]  # lines lie along rows
    printed = np.zeros(height)
    for line in map(round, lines):
        band = slice(max(0, line - reach), line + reach + 1)
        printed[band] = DARKER * float(np.median(straight[band].max(0)))
    return np.where(depth <= printed[(row + shift).clip(0, height - 1)], bridged, grey), True


def shares(seen: npt.NDArray[np.bool_], rise: int) -> npt.NDArray[np.float64]:
    """(H,): in how many of the strips a line is seen that rises so many rows across the page, by its middle row."""
    height, strips = seen.shape
    total = np.zeros(height)
    for strip in range(strips):
        shift = round(rise * ((strip + 0.5) / strips - 0.5))
        near = seen[:, strip]
        near = near | np.roll(near, 1) | np.roll(near, -1)
        total += np.roll(near, shift)
    return np.asarray(total / strips)


def lines_of(shares: npt.NDArray[np.float64], reach: int) -> list[float]:
    """The middle rows of lines that go across the page."""
    rows = np.flatnonzero(shares > WHOLE)
    groups = np.split(rows, np.flatnonzero(np.diff(rows) > reach) + 1) if len(rows) else []
    return [float(np.average(group, weights=shares[group])) for group in groups]


def is_ruling(lines: list[float], fewest: int) -> bool:
    """Whether there are enough lines, most of them as far apart as the others."""
    if len(lines) < max(fewest, 1):
        return False
    if len(lines) < FEWEST:
        return True
    gaps = np.diff(lines)
    usual = float(np.median(gaps))
    times = gaps / usual
    return bool((np.abs(times - times.round().clip(1)) < EVEN * times.round().clip(1)).mean() >= REGULAR)
