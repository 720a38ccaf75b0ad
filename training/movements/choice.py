"""Choice: a menu of what a conditional generator is told that it draws."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self

from torch import Tensor

from training.errors import UserError
from training.gans.base import Generator
from training.movements.base import Edit, Movement


@dataclass(frozen=True)
class Choice(Movement):
    """A menu that the file offers: columns [first, first + classes) of the latent are one-hot."""

    kind = "choices"
    unit = ""
    minimum = 0.0
    normal = None
    name: str
    label: str
    group: str
    classes: tuple[str, ...]
    first: int
    description: str = ""

    @property
    def maximum(self) -> float:  # type: ignore[override]
        return float(len(self.classes))

    def placed(self, mean: Tensor) -> Self:
        return self

    def apply(self, value: float, edit: Edit, layers: slice) -> None:
        count = len(self.classes)
        if value not in range(1, count + 1):
            classes = ", ".join(f"{i} {name}" for i, name in enumerate(self.classes, 1))
            raise UserError(f"{self.name} cannot be {value:g}; choose 0 as generated, {classes}")
        edit.latent[:, self.first : self.first + count] = 0
        edit.latent[:, self.first + int(value) - 1] = 1

    def tangent(self) -> None:
        return None

    @classmethod
    def pack(cls, movements: Sequence[Self]) -> tuple[str, dict[str, Tensor]]:
        return json.dumps([asdict(movement) for movement in movements]), {}

    @classmethod
    def unpack(cls, text: str, tensors: dict[str, Tensor], generator: Generator) -> tuple[Self, ...]:
        columns = generator.latent_shape[1]
        found = tuple(cls(**{**one, "classes": tuple(map(str, one["classes"]))}) for one in json.loads(text))
        for choice in found:
            last = columns - len(choice.classes)
            if not columns - generator.conditions.dim <= choice.first <= last or not choice.classes:
                raise UserError(f"the choice {choice.name} is not among the latent's labels")
        return found
