"""From a thing that photos show to a slider in a weights file, see `training.tasks.concept.trainee`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training.movements import Direction
from training.tasks.concept.trainee import Place, quiet_direction, teach
from training.tasks.sliders.attributes import ATTRIBUTES, Attribute
from training.weights import Weights, save_weights

RANGE = (-1.0, 2.0)  # of the slider
BACK = 0.25  # share of the direction that the taught generator stands back by, so that nothing is left of it at zero
THROW = 0.92  # share that is added at the upper end: further on it is another person
FEWEST = 50  # photos


def teach_slider(
    weights: Weights,
    photos: Tensor,
    name: str,
    place: Place,
    out: Path,
    images: int,
    seed: int,
    say: Callable[[str], None],
) -> Weights:
    """Teaches the generator of `weights` what `photos` (M, 3, R, R) uint8 show in a place and writes OUT: with one more
    slider and a hash of its own. OUT.pt is kept meanwhile, see `teach`.

    Raises ValueError when the generator has no layers to steer or there are too few photos.
    """
    if not weights.generator.layer_ranges or weights.generator.conditions.dim:
        raise ValueError(f"{weights.name} is no style generator without labels: only those can be taught a slider")
    if len(photos) < FEWEST:
        raise ValueError(f"only {len(photos)} pictures show it: find {FEWEST} at least")
    direction = quiet_direction(weights, (2, weights.generator.latent_shape[0]), seed)
    checkpoint = out.with_name(out.name + ".pt")
    out.parent.mkdir(parents=True, exist_ok=True)
    generator = teach(weights, photos, direction, place, checkpoint, images, seed, say)
    stand_back(generator, direction)
    made = with_slider(replace(weights, generator=generator), direction, name)
    save_weights(made, out)
    checkpoint.unlink(missing_ok=True)
    return made


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
