"""Direction: a straight line through the latents, with a bend if it has one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Self

from torch import Tensor

from training.errors import UserError
from training.gans.base import Generator
from training.movements.base import Edit, Movement
from training.texts import quoted

TENSORS = {"vector": "direction", "normal": "normal", "bend": "bend"}  # field -> what its tensors' names begin with


@dataclass(frozen=True)
class Direction(Movement):
    """A slider that the file offers: `vector` (D,) or (L, D) is added to the latent, times the slider's value, and
    `bend` (L, D), times the value squared: what both ends would move alike is so taken back.

    `normal` (L, D) reads off a movement what it changes in this slider's attribute, in the slider's unit: the sum of
    their products. A named slider has one: its vector reads as 1, the vectors of all other named ones as 0.
    `taught`: the generator learnt the thing for this very slider (`training.tasks.concept`): it is not found anew.
    """

    kind = "directions"
    classes = ()
    name: str
    label: str
    group: str
    vector: Tensor
    minimum: float = -3.0
    maximum: float = 3.0
    unit: str = "σ"
    description: str = ""
    normal: Tensor | None = None
    taught: bool = False
    bend: Tensor | None = None

    @property
    def ranged(self) -> bool:
        return self.vector.ndim == 1

    def placed(self, mean: Tensor) -> Self:
        bend = None if self.bend is None else self.bend.to(mean.device)
        return replace(self, vector=self.vector.to(mean.device), bend=bend)

    def apply(self, value: float, edit: Edit, layers: slice) -> None:
        edit.free[layers] += value * self.vector.expand_as(edit.free)[layers]
        if self.bend is not None:  # which holds the others still, so locks let it pass
            edit.latent[layers] += value**2 * self.bend[layers]

    def tangent(self) -> Tensor:
        return self.vector

    @classmethod
    def pack(cls, movements: Sequence[Self]) -> tuple[str, dict[str, Tensor]]:
        tensors = {
            f"{prefix}.{movement.name}": tensor
            for field, prefix in TENSORS.items()
            for movement in movements
            if (tensor := getattr(movement, field)) is not None
        }
        described = [{k: v for k, v in asdict(movement).items() if k not in TENSORS} for movement in movements]
        return json.dumps(described), tensors

    @classmethod
    def unpack(cls, text: str, tensors: dict[str, Tensor], generator: Generator) -> tuple[Self, ...]:
        found = tuple(
            cls(
                vector=tensors[f"direction.{described['name']}"].float(),
                normal=tensors.get(f"normal.{described['name']}"),
                bend=tensors.get(f"bend.{described['name']}"),
                **described,
            )
            for described in json.loads(text)
        )
        shape = generator.latent_shape
        for slider in found:
            others = [tensor for tensor in (slider.normal, slider.bend) if tensor is not None]
            if slider.vector.shape not in (shape, shape[1:]) or any(tensor.shape != shape for tensor in others):
                raise UserError(f"the slider {quoted(slider.name)} has another shape than the latents")
        return found
