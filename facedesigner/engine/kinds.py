"""Whether a picture is a drawing or a photo: so that neither is taken for the other when it is opened."""

from __future__ import annotations

import numpy as np

from facedesigner.contract.request import Image

LEAST_COLOUR = 0.06  # of a photo of a face, of which one in a hundred has less
SIDE = 128  # pixels that are looked at, along the longer side
CELLS = 4  # along a side, in which light is even enough
PAPER, INK = 0.86, 0.62  # of the light of the paper: from here on paper, up to here ink
LEAST_PAPER, MOST_INK, LEAST_INK = 0.72, 0.25, 0.003  # shares of a drawing; photos of faces reach 0.69
SURE_PAPER = 0.8
TONE, DARK, EVEN = 0.93, 0.2, 0.25  # shading: light between the first two, and varying less from place to place
LEAST_SHADED = 0.02  # share of a shaded drawing; some hatching among lines makes 0.014
MOST_COLOUR = 0.10  # mean difference of colour from the paper's, where a photo of skin has 0.15 and more


def is_drawing(picture: Image) -> bool:
    """(H, W, 3) uint8: mostly one paper of any tone, and some ink on it, hardly any colour."""
    paper, ink, colour = look(picture)
    grey = colour <= MOST_COLOUR or paper >= SURE_PAPER  # there are coloured pens
    return paper >= LEAST_PAPER and LEAST_INK <= ink <= MOST_INK and grey


def is_lines(picture: Image) -> bool:
    """A drawing without shading: hardly any place is even and neither paper nor ink."""
    if not is_drawing(picture):
        return False
    relative = small(picture)[1]
    around = np.lib.stride_tricks.sliding_window_view(relative, (3, 3))
    middle = around[:, :, 1, 1]
    shaded = (np.ptp(around, axis=(2, 3)) < EVEN) & (middle < TONE) & (middle > DARK)
    return float(shaded.mean()) < LEAST_SHADED


def is_photo(picture: Image) -> bool:
    """(H, W, 3) uint8: little of it is paper, and what is not has colours. Neither photo nor drawing: hard to say."""
    paper, _, colour = look(picture)
    return paper < LEAST_PAPER and colour > LEAST_COLOUR


def look(picture: Image) -> tuple[float, float, float]:
    """Shares of paper and of ink, and how far colours are from the paper's, each 0 to 1."""
    pixels, relative = small(picture)
    paper = relative > PAPER
    shade = pixels / np.maximum(pixels.mean(2, keepdims=True), 0.1)
    usual = np.median(shade[paper], axis=0) if paper.any() else np.ones(3, np.float32)
    strength = np.minimum(pixels.mean(2) / 0.3, 1.0)  # the colour of what is nearly black says nothing
    colour = np.abs(shade - usual).mean(2) * strength
    return float(paper.mean()), float((relative < INK).mean()), float(colour[~paper].mean() if (~paper).any() else 0.0)


def small(picture: Image) -> tuple[np.ndarray, np.ndarray]:
    """(h, w, 3) about SIDE pixels along the longer side, in [0, 1], and (h, w): light, as shares of the paper's."""
    step = max(1, max(picture.shape[:2]) // SIDE)
    rows, columns = (side // step * step for side in picture.shape[:2])
    cells = picture[:rows, :columns].astype(np.float32) / 255
    pixels = cells.reshape(rows // step, step, columns // step, step, 3).mean((1, 3))  # (h, w, 3)
    light = pixels.mean(2)
    if np.median(light) < 0.35:  # chalk on a board
        pixels, light = 1 - pixels, 1 - light
    ground = np.zeros_like(light)
    for down in np.array_split(np.arange(len(light)), CELLS):
        for across in np.array_split(np.arange(light.shape[1]), CELLS):
            place = np.ix_(down, across)
            ground[place] = max(np.quantile(light[place], 0.9), 0.5 * np.quantile(light, 0.9))
    return pixels, light / np.maximum(ground, 0.05)
