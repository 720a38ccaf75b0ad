"""A picture that stands for a face: a red and a blue pupil, and what finds them."""

from __future__ import annotations

import numpy as np

from facedesigner.contract.request import Image
from facedesigner.engine.landmarks import Landmarks


def eyed(
    width: int = 120, height: int = 100, red: tuple[float, float] = (45, 50), blue: tuple[float, float] = (75, 54)
) -> Image:
    rows, columns = np.mgrid[:height, :width] + 0.5
    picture = np.full((height, width, 3), 128.0)
    for (x, y), channel in ((red, 0), (blue, 2)):
        spot = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 8)[..., None]
        colour = np.zeros(3)
        colour[channel] = 255
        picture = picture * (1 - spot) + colour * spot
    return picture.round().astype(np.uint8)


def find_eyes(picture: Image) -> Landmarks | None:
    """Centres of what is red and what is blue."""
    values = picture.astype(np.float64)
    rows, columns = np.mgrid[: values.shape[0], : values.shape[1]] + 0.5
    places = []
    for one, other in ((0, 2), (2, 0)):
        weight = np.clip(values[..., one] - values[..., other] - 30, 0, None)
        if weight.sum() == 0:
            return None
        places.append([(columns * weight).sum() / weight.sum(), (rows * weight).sum() / weight.sum()])
    return Landmarks(np.array(sorted(places)))
