"""From what the sliders say to latents."""

from __future__ import annotations

import torch
from torch import Tensor

from facedesigner.engine.request import Control
from facedesigner.state.face import FaceState
from training.gans.base import Generator
from training.weights import Choice, Weights


class ControlError(ValueError):
    """The face uses a control that these weights do not offer, or a class that the control does not have."""


def declared_controls(weights: Weights) -> tuple[Control, ...]:
    """The menus and sliders that a weights file declares. A direction that is the same for all layers can be limited to
    some."""
    ranges = tuple(weights.generator.layer_ranges)
    menus = tuple(
        Control(
            name=c.name,
            label=c.label,
            group=c.group,
            minimum=0,
            maximum=len(c.classes),
            unit="",
            description=c.description,
            choices=c.classes,
        )
        for c in weights.choices
    )
    return menus + tuple(
        Control(
            name=d.name,
            label=d.label,
            group=d.group,
            minimum=d.minimum,
            maximum=d.maximum,
            unit=d.unit,
            ranges=ranges if d.vector.ndim == 1 else (),
            description=d.description,
        )
        for d in weights.directions
    )


class LatentEditor:
    """Truncation, labels and directions of one generator, on its device."""

    def __init__(self, weights: Weights, device: torch.device) -> None:
        self.mean = weights.latent_mean.to(device)  # (D,)
        self.directions = {d.name: d.vector.to(device) for d in weights.directions}  # each (D,) or (L, D)
        self.choices = {c.name: c for c in weights.choices}
        self.ranges = weights.generator.layer_ranges
        self.shape = weights.generator.latent_shape
        self.kept = slice(self.shape[1] - weights.generator.conditions.dim, None)  # the columns of labels and codes

    def edit(self, latent: Tensor, face: FaceState) -> Tensor:
        """latent (L, D) -> (L, D) with truncation, which leaves labels and codes alone, then menus and sliders.
        ControlError names one that is not there."""
        edited = self.keep_conditions(latent, self.mean + face.psi * (latent - self.mean))
        for key, value in face.controls:
            if key in self.choices:
                self.choose(edited, self.choices[key], value)
                continue
            name, _, span = key.partition("@")
            if name not in self.directions or (span and span not in self.ranges):
                known = ", ".join([*self.choices, *self.directions]) or "none"
                raise ControlError(f"this model has no control {key!r}; it offers {known}")
            first, last = self.ranges[span] if span else (0, self.shape[0])
            direction = self.directions[name].expand(self.shape)
            edited[first:last] += value * direction[first:last]
        return edited

    def keep_conditions(self, source: Tensor, target: Tensor) -> Tensor:
        """`target` (L, D) with the labels and codes of `source` (L, D)."""
        target[:, self.kept] = source[:, self.kept]
        return target

    def choose(self, latent: Tensor, choice: Choice, value: float) -> None:
        """Sets the label of latent (L, D) to class number `value`, 1 for the first."""
        count = len(choice.classes)
        if value not in range(1, count + 1):
            classes = ", ".join(f"{i} {name}" for i, name in enumerate(choice.classes, 1))
            raise ControlError(f"{choice.name} cannot be {value:g}; choose 0 as generated, {classes}")
        latent[:, choice.first : choice.first + count] = 0
        latent[:, choice.first + int(value) - 1] = 1


def noise_of(generator: Generator, seed: int, device: torch.device) -> list[Tensor]:
    """The noise inputs of a seed, each (1, 1, H, W), the same on every device."""
    rng = torch.Generator().manual_seed(seed)
    return [torch.randn(1, 1, height, width, generator=rng).to(device) for height, width in generator.noise_shapes]
