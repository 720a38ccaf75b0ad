"""From what the sliders say to latents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from facedesigner.engine.aging import Aging, with_age_control
from facedesigner.engine.request import Control
from facedesigner.state.ages import AGE
from facedesigner.state.face import TAUGHT, FaceState, Taught
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
    sliders = tuple(
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
    return menus + with_age_control(weights, sliders)


class LatentEditor:
    """Truncation, labels and directions of one generator, on its device."""

    def __init__(self, weights: Weights, device: torch.device) -> None:
        self.mean = weights.latent_mean.to(device)  # (D,)
        self.directions = {d.name: d.vector.to(device) for d in weights.directions}  # each (D,) or (L, D)
        self.bends = {d.name: d.bend.to(device) for d in weights.directions if d.bend is not None}  # each (L, D)
        self.aging = Aging(weights.age_path, self.mean) if weights.age_path else None
        if self.aging is not None:
            self.directions.setdefault(AGE, self.aging.tangent())
        self.choices = {c.name: c for c in weights.choices}
        self.ranges = weights.generator.layer_ranges
        self.shape = weights.generator.latent_shape
        self.kept = slice(self.shape[1] - weights.generator.conditions.dim, None)  # the columns of labels and codes
        self._normals = {d.name: d.normal for d in weights.directions if d.normal is not None}  # each (L, D)
        self._held: tuple[tuple[str, ...], Hold] | None = None  # of the locks last used

    def edit(self, latent: Tensor, face: FaceState) -> Tensor:
        """latent (L, D) -> (L, D) with truncation, which leaves labels and codes alone, then menus and sliders.

        What the unlocked sliders add up to loses what it would move the locked sliders by, see `Hold`: they move around
        what is locked. ControlError names a control that is not there.
        """
        start = self.truncated(latent, face.psi)
        edited = start.clone()
        carried = {taught.name: self.vector_of(taught) for taught in face.taught}
        locks = set(face.locks)
        free = torch.zeros_like(edited) if locks else edited
        for key, value in face.controls:
            if key in self.choices:
                self.choose(edited, self.choices[key], value)
                continue
            name, _, span = key.partition("@")
            if span and span not in self.ranges:
                raise self.unknown(key)
            first, last = self.ranges[span] if span else (0, self.shape[0])
            moved = edited if name in locks else free
            if name == AGE and self.aging is not None:
                moved[first:last] += self.aging.movement(start, value)[first:last]
            else:
                moved[first:last] += value * self.direction(name, carried)[first:last]
                if name in self.bends:  # which holds the others still, so locks let it pass
                    edited[first:last] += value**2 * self.bends[name][first:last]
        if locks:
            edited += self.held(face.locks, carried).without(free)
        return edited

    def truncated(self, latent: Tensor, psi: float) -> Tensor:
        """latent (L, D) -> (L, D), the face as generated."""
        return self.keep_conditions(latent, self.mean + psi * (latent - self.mean))

    def direction(self, name: str, carried: dict[str, Tensor]) -> Tensor:
        """(L, D) of a slider of the model, or of one that the face carries. ControlError when there is none."""
        vector = self.directions.get(name, carried.get(name))
        if vector is None:
            raise self.unknown(name)
        return vector.expand(self.shape)

    def unknown(self, key: str) -> ControlError:
        if key.startswith(TAUGHT):
            return ControlError(
                f"the recipe uses a slider that was taught on another machine ({key}) and lacks its direction: "
                "export the face there again"
            )
        known = ", ".join([*self.choices, *self.directions]) or "none"
        return ControlError(f"this model has no control {key!r}; it offers {known}")

    def vector_of(self, taught: Taught) -> Tensor:
        """(1, D). ControlError when it was taught with latents of another size."""
        if taught.vector.columns != self.shape[1]:
            raise ControlError(
                f"the slider {taught.label} has {taught.vector.columns} numbers, this model takes {self.shape[1]}: "
                "it was taught with another model"
            )
        values = np.frombuffer(taught.vector.data, dtype="<f4").reshape(taught.vector.shape)
        return torch.from_numpy(values.copy()).to(self.mean.device)

    def held(self, locks: tuple[str, ...], carried: dict[str, Tensor]) -> Hold:
        """Kept from one picture to the next, names tell vectors apart."""
        if self._held is None or self._held[0] != locks:
            vectors = [self.direction(name, carried) for name in locks]
            self._held = (locks, Hold.of(vectors, [self._normals.get(name) for name in locks]))
        return self._held[1]

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


@dataclass(frozen=True, eq=False)
class Hold:
    """Takes out of a movement what it would change in the locked sliders, by moving those back.

    What it would change is read off by a slider's normal (as in InterFaceGAN, Shen 2020). The normals of named sliders
    read nothing in each other's vectors; a slider without one is read along its own vector, which makes the orthogonal
    projection of it."""

    vectors: Tensor  # (S, L * D), float64 on the CPU
    readers: Tensor  # (S, L * D): how far a movement goes along each vector

    @classmethod
    def of(cls, locked: Sequence[Tensor], normals: Sequence[Tensor | None] = ()) -> Hold:
        """Directions (L, D) and their normals. By singular values: locked sliders may nearly say the same."""
        rows = torch.stack([vector.flatten() for vector in locked]).double().cpu()
        lengths = rows.norm(dim=1, keepdim=True)
        rows = rows / torch.where(lengths > 0, lengths, 1.0)
        reading = rows.clone()
        for index, normal in enumerate(normals):
            if normal is not None:
                reading[index] = normal.flatten().double().cpu() * lengths[index]
        return cls(rows, torch.linalg.pinv(reading @ rows.T, rtol=1e-10) @ reading)

    def without(self, movement: Tensor) -> Tensor:
        """(L, D) -> (L, D). In double precision, so that another machine rounds to the same latent."""
        flat = movement.flatten().double().cpu()
        return (flat - self.vectors.T @ (self.readers @ flat)).view_as(movement).to(movement)


def noise_of(generator: Generator, seed: int, device: torch.device) -> list[Tensor]:
    """The noise inputs of a seed, each (1, 1, H, W), the same on every device."""
    rng = torch.Generator().manual_seed(seed)
    return [torch.randn(1, 1, height, width, generator=rng).to(device) for height, width in generator.noise_shapes]
