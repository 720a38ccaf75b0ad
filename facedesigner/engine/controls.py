"""From what the sliders say to latents."""

from __future__ import annotations

import torch
from torch import Tensor

from facedesigner.engine.request import Control
from facedesigner.state.face import FaceState
from training.gans.base import Generator
from training.weights import Weights


class ControlError(ValueError):
    """The face uses a control that these weights do not offer."""


def declared_controls(weights: Weights) -> tuple[Control, ...]:
    """The sliders that a weights file declares. A direction that is the same for all layers can be limited to some."""
    ranges = tuple(weights.generator.layer_ranges)
    return tuple(
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
    """Truncation and directions of one generator, on its device."""

    def __init__(self, weights: Weights, device: torch.device) -> None:
        self.mean = weights.latent_mean.to(device)  # (D,)
        self.directions = {d.name: d.vector.to(device) for d in weights.directions}  # each (D,) or (L, D)
        self.ranges = weights.generator.layer_ranges
        self.shape = weights.generator.latent_shape

    def edit(self, latent: Tensor, face: FaceState) -> Tensor:
        """latent (L, D) -> (L, D) with truncation, then the sliders. ControlError names a slider that is not there."""
        edited = self.mean + face.psi * (latent - self.mean)
        for key, value in face.controls:
            name, _, span = key.partition("@")
            if name not in self.directions or (span and span not in self.ranges):
                known = ", ".join(self.directions) or "none"
                raise ControlError(f"this model has no control {key!r}; it offers {known}")
            first, last = self.ranges[span] if span else (0, self.shape[0])
            direction = self.directions[name].expand(self.shape)
            edited[first:last] += value * direction[first:last]
        return edited


def noise_of(generator: Generator, seed: int, device: torch.device) -> list[Tensor]:
    """The noise inputs of a seed, each (1, 1, H, W), the same on every device."""
    rng = torch.Generator().manual_seed(seed)
    return [torch.randn(1, 1, height, width, generator=rng).to(device) for height, width in generator.noise_shapes]
