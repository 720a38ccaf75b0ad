"""What makes a slider of a taught direction, see `training.tasks.concept.trainee`."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from training.movements import Direction
from training.tasks.sliders.attributes import ATTRIBUTES, Attribute
from training.weights import Weights

RANGE = (-1.0, 2.0)  # of the slider
BACK = 0.25  # share of the direction that the taught generator stands back by, so that nothing is left of it at zero
THROW = 0.92  # share that is added at the upper end: further on it is another person


@torch.no_grad()
def stand_back(generator: Any, direction: Tensor) -> None:
    """Moves a style generator's zero by `BACK` of a direction (L, D) against it."""
    for row, along in enumerate(direction):
        convs = [generator.layers[row].conv] + ([generator.to_rgb[row // 2]] if row % 2 else [])
        for affine in (conv.affine for conv in convs):
            shift = affine(-BACK * along) - affine(0 * along)
            affine.bias += shift / affine.rate


def with_slider(weights: Weights, direction: Tensor, name: str) -> Weights:
    """The same with the taught slider first, in place of one of that name."""
    known = {attribute.name: attribute for attribute in ATTRIBUTES}
    about = known.get(name) or Attribute(name, name.replace("_", " ").capitalize(), "Taught", f"none to {name}")
    lowest, highest = RANGE
    vector = direction * ((THROW + BACK) / highest)
    normal = vector / vector.square().sum()
    slider = Direction(
        name, about.label, about.group, vector, lowest, highest, "", about.description, normal, taught=True
    )
    others = (direction for direction in weights.of(Direction) if direction.name != name)
    return weights.having(Direction, [slider, *others])
