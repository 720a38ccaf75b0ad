"""AgePath: the curve that the age slider takes through the latents."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Self

import torch
from torch import Tensor

from training.errors import UserError
from training.gans.base import Generator
from training.movements.base import Edit, Movement
from training.movements.direction import Direction

AGE = "age"
OLDEST = 90.0  # years that can be asked for, from 0
SPREAD = 10.0  # years that faces as generated are younger or older than the mean face, about
TENSORS = ("curve", "reader")
NUMBERS = ("years", "level", "low", "high")


@dataclass(frozen=True)
class AgePath(Movement):
    """The way that the age slider takes through the latents, see `training.tasks.sliders.aging`. Its value is how many
    years older a face is to be than as generated.

    `curve[k]` (L, D) belongs to `years[k]`, ascending, in years as an age network sees them: to become T years old, a
    face that is a years old moves by curve(T) - curve(a). A face seems `level + sum(reader * (latent - mean))` years
    old as generated. Faces really come to ages from `low` to `high`; asking for more moves them little.
    """

    kind = "age"
    classes = ()
    name = AGE
    label = "Age"
    group = "Face"
    unit = "years"
    years: tuple[float, ...]
    curve: Tensor  # (K, L, D)
    reader: Tensor  # (L, D)
    level: float
    low: float
    high: float
    mean: Tensor | None = None  # (D,), of the latents; set by `placed`
    straight: Direction | None = None  # the slider whose place it takes, by which a lock on the age still holds

    @property
    def minimum(self) -> float:  # type: ignore[override]
        return round((-self.level - SPREAD) / 10) * 10.0

    @property
    def maximum(self) -> float:  # type: ignore[override]
        return round((OLDEST - self.level + SPREAD) / 10) * 10.0

    @property
    def description(self) -> str:  # type: ignore[override]
        return f"years older or younger than as generated; faces really reach {self.low:.0f} to {self.high:.0f}"

    @property
    def normal(self) -> Tensor | None:  # type: ignore[override]
        return None if self.straight is None else self.straight.normal

    def placed(self, mean: Tensor) -> Self:
        return replace(self, mean=mean, straight=self.straight and self.straight.placed(mean))

    def apply(self, value: float, edit: Edit, layers: slice) -> None:
        edit.free[layers] += self.movement(edit.start, value)[layers]

    def own(self, latent: Tensor) -> float:
        """How old a latent (L, D) seems, truncated and without sliders. In double precision, so that another machine
        rounds to the same picture."""
        assert self.mean is not None, "a path moves once it is placed"
        away = latent.double().cpu() - self.mean.double().cpu()
        return min(max(self.level + float((away * self.reader.double()).sum()), self.years[0]), self.years[-1])

    def movement(self, latent: Tensor, change: float) -> Tensor:
        """(L, D): what makes a latent (L, D) older by `change` years, or younger."""
        own = self.own(latent)
        return (self.at(own + change) - self.at(own)).to(latent.device)

    def tangent(self) -> Tensor:
        """(L, D): the movement of a year about the mean face's age."""
        if self.straight is not None:
            return self.straight.tangent()
        assert self.mean is not None, "a path moves once it is placed"
        return ((self.at(self.level + 5) - self.at(self.level - 5)) / 10).to(self.mean.device)

    def at(self, years: float) -> Tensor:
        """The curve at an age, (L, D); at its ends beyond them."""
        known = self.years
        years = min(max(years, known[0]), known[-1])
        index = max(i for i in range(len(known) - 1) if known[i] <= years)
        share = (years - known[index]) / (known[index + 1] - known[index])
        return torch.lerp(self.curve[index], self.curve[index + 1], share)

    @classmethod
    def pack(cls, movements: Sequence[Self]) -> tuple[str, dict[str, Tensor]]:
        (path,) = movements
        tensors = {f"age.{name}": getattr(path, name) for name in TENSORS}
        return json.dumps({name: getattr(path, name) for name in NUMBERS}), tensors

    @classmethod
    def unpack(cls, text: str, tensors: dict[str, Tensor], generator: Generator) -> tuple[Self, ...]:
        numbers = json.loads(text)
        curve, reader = (tensors[f"age.{name}"].float() for name in TENSORS)
        years = tuple(map(float, numbers["years"]))
        rising = all(first < second for first, second in pairwise(years))
        if len(years) < 2 or not rising or curve.shape != (len(years), *generator.latent_shape):
            raise UserError("the age path has another shape than the latents or its years do not rise")
        if reader.shape != generator.latent_shape:
            raise UserError("the reader of ages has another shape than the latents")
        level, low, high = (float(numbers[name]) for name in NUMBERS[1:])
        if not all(map(math.isfinite, (*years, level, low, high))):
            raise UserError("a number of the age path is not finite")
        return (cls(years, curve, reader, level, low, high),)
