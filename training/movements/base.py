"""What every kind of slider is: a `Movement` of latents, which a weights file carries."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from torch import Tensor

from training.gans.base import Generator


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """A latent that is being edited, each (L, D). Movements add to the last two in place."""

    start: Tensor  # the face as generated, truncated: what a movement may go by
    latent: Tensor  # passes locks
    free: Tensor  # loses what it would change of locked sliders; the same as `latent` where nothing is locked


class Movement(ABC):
    """A slider, or a menu where there are `classes`: then its value is 0 as generated, or the number of one from 1."""

    kind: ClassVar[str]  # where the weights file keeps those of the kind: a key of its metadata
    name: str  # of the slider, unlike all others
    label: str
    group: str
    description: str
    minimum: float
    maximum: float
    unit: str
    classes: tuple[str, ...]
    normal: Tensor | None  # (L, D), reads off a movement what it changes in this slider, in the slider's unit

    @property
    def ranged(self) -> bool:
        """Whether it is the same for all layers, so that it may be limited to some."""
        return False

    @abstractmethod
    def placed(self, mean: Tensor) -> Self:
        """The same on the device of the generator's mean latent (D,)."""

    @abstractmethod
    def apply(self, value: float, edit: Edit, layers: slice) -> None:
        """Moves the latent's rows `layers`. ValueError when there is no such value."""

    @abstractmethod
    def tangent(self) -> Tensor | None:
        """(D,) or (L, D): where a small value moves a face, for a lock on it. None where nothing is held."""

    @classmethod
    @abstractmethod
    def pack(cls, movements: Sequence[Self]) -> tuple[str, dict[str, Tensor]]:
        """Those of this kind as text for the metadata of a weights file, and tensors."""

    @classmethod
    @abstractmethod
    def unpack(cls, text: str, tensors: dict[str, Tensor], generator: Generator) -> tuple[Self, ...]:
        """Those of `pack`. KeyError, TypeError or ValueError when they are damaged or do not fit the generator."""
