"""From what the sliders say to latents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from facedesigner.contract.request import Control
from facedesigner.engine.packing import unpack
from facedesigner.state.ages import AGE
from facedesigner.state.face import TAUGHT, FaceState, Taught
from training.errors import UserError
from training.gans.base import Generator
from training.movements import AgePath, Direction, Edit, Movement, offered
from training.texts import quoted
from training.weights import Weights


class ControlError(UserError):
    """The face uses a control that these weights do not offer, or a class that the control does not have."""


def declared_controls(weights: Weights) -> tuple[Control, ...]:
    """The menus and sliders that a weights file declares."""
    ranges = tuple(weights.generator.layer_ranges)
    return tuple(
        Control(
            name=movement.name,
            label=movement.label,
            group=movement.group,
            minimum=movement.minimum,
            maximum=movement.maximum,
            unit=movement.unit,
            ranges=ranges if movement.ranged else (),
            description=movement.description,
            choices=movement.classes,
        )
        for movement in offered(weights.movements)
    )


class LatentEditor:
    """Truncation and movements of one generator, on its device."""

    def __init__(self, weights: Weights, device: torch.device) -> None:
        self.mean = weights.latent_mean.to(device)  # (D,)
        self.movements = {movement.name: movement.placed(self.mean) for movement in offered(weights.movements)}
        self.ranges = weights.generator.layer_ranges
        self.shape = weights.generator.latent_shape
        self.kept = slice(self.shape[1] - weights.generator.conditions.dim, None)  # the columns of labels and codes
        self._held: tuple[tuple[str, ...], Hold] | None = None  # of the locks last used

    def edit(self, latent: Tensor, face: FaceState) -> Tensor:
        """latent (L, D) -> (L, D) with truncation, which leaves labels and codes alone, then menus and sliders.

        What the unlocked sliders add up to loses what it would move the locked sliders by, see `Hold`: they move around
        what is locked. ControlError names a control that is not there.
        """
        start = self.truncated(latent, face.psi)
        edited = start.clone()
        carried = {taught.name: self.carried(taught) for taught in face.taught}
        locks = set(face.locks)
        free = torch.zeros_like(edited) if locks else edited
        for key, value in face.controls:
            name, _, span = key.partition("@")
            movement = self.movement(name, carried)
            if span and (span not in self.ranges or movement.classes):
                raise self.unknown(key)
            layers = slice(*self.ranges[span]) if span else slice(self.shape[0])
            try:
                movement.apply(value, Edit(start, edited, edited if name in locks else free), layers)
            except ValueError as error:
                raise ControlError(str(error)) from None
        if locks:
            edited += self.held(face.locks, carried).without(free)
        return edited

    def own_age(self, latent: Tensor, psi: float) -> float | None:
        """How old latent (L, D) seems as generated; None for a model without an age path."""
        path = self.movements.get(AGE)
        return path.own(self.truncated(latent, psi)) if isinstance(path, AgePath) else None

    def truncated(self, latent: Tensor, psi: float) -> Tensor:
        """latent (L, D) -> (L, D), the face as generated."""
        return self.keep_conditions(latent, self.mean + psi * (latent - self.mean))

    def movement(self, name: str, carried: Mapping[str, Movement]) -> Movement:
        """A control of the model, or one that the face carries. ControlError when there is none."""
        found = self.movements.get(name, carried.get(name))
        if found is None:
            raise self.unknown(name)
        return found

    def unknown(self, key: str) -> ControlError:
        if key.startswith(TAUGHT):
            return ControlError(
                f"the recipe uses a slider that was taught on another machine ({key}) and lacks its direction: "
                "export the face there again"
            )
        known = ", ".join(self.movements) or "none"
        return ControlError(f"this model has no control {quoted(key)}; it offers {known}")

    def carried(self, taught: Taught) -> Direction:
        """ControlError when it was taught with latents of another size."""
        if taught.vector.columns != self.shape[1]:
            raise ControlError(
                f"the slider {taught.label} has {taught.vector.columns} numbers, this model takes {self.shape[1]}: "
                "it was taught with another model"
            )
        return Direction(taught.name, taught.label, "", unpack(taught.vector).to(self.mean.device))

    def held(self, locks: tuple[str, ...], carried: Mapping[str, Movement]) -> Hold:
        """Kept from one picture to the next, names tell movements apart; so a picture may not make it in inference
        mode, whose tensors no gradient passes."""
        if self._held is None or self._held[0] != locks:
            with torch.inference_mode(False), torch.no_grad():
                movements = [self.movement(name, carried) for name in locks]
                vectors = [self.tangent(movement) for movement in movements]
                self._held = (locks, Hold.of(vectors, [movement.normal for movement in movements]))
        return self._held[1]

    def hold_of(self, face: FaceState) -> Hold | None:
        """What keeps the face's locked sliders; None without any."""
        if not face.locks:
            return None
        return self.held(face.locks, {taught.name: self.carried(taught) for taught in face.taught})

    def tangent(self, movement: Movement) -> Tensor:
        """(L, D). ControlError for a menu, which cannot be locked."""
        vector = movement.tangent()
        if vector is None:
            raise self.unknown(movement.name)
        return vector.expand(self.shape)

    def keep_conditions(self, source: Tensor, target: Tensor) -> Tensor:
        """`target` (L, D) with the labels and codes of `source` (L, D)."""
        target[:, self.kept] = source[:, self.kept]
        return target


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
