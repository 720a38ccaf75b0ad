"""What every variant is: a `Generator`, a discriminator and two losses. A step is in `training.gan_trainee`."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from training.conditions import Conditions


class Blending(Protocol):
    """How much of a face is drawn over another one, each (1, 1, S, S) in [0, 1]."""

    def picture(self, size: int) -> Tensor: ...

    def features(self, size: int) -> Tensor: ...


class Generator(nn.Module, ABC):
    """Draws faces from latents, in two halves: `map` z to the latents that a user edits, `synthesize` a picture.

    A latent is (L, D): one row per layer that takes a style; a variant without layers has one row. The last
    `conditions.dim` columns of a conditional one are its labels and codes, which truncation leaves alone.
    """

    z_dim: int
    latent_shape: tuple[int, int]  # (L, D)
    resolutions: tuple[int, ...]  # ascending; each is an early exit of `synthesize`, the last the full picture
    layer_ranges: dict[str, tuple[int, int]]  # "coarse" -> rows [first, last) of the latent; empty without layers
    noise_shapes: tuple[tuple[int, int], ...]  # (H, W) of each noise input; empty without noise
    conditions: Conditions = Conditions()
    exact: frozenset[str] = frozenset()  # tensors that a weights file holds in 32 bits, being few and delicate

    @abstractmethod
    def map(self, z: Tensor, conditions: Tensor | None = None) -> Tensor:
        """z (N, z_dim), standard normal -> latents (N, L, D).

        `conditions` (N, conditions.dim) take the place of those that z stands for; unconditional variants ignore them.
        """

    @abstractmethod
    def synthesize(
        self, latents: Tensor, noise: Sequence[Tensor] | None = None, resolution: int | None = None
    ) -> Tensor:
        """latents (N, L, D) -> pictures (N, 3, R, R) in about [-1, 1].

        `noise` holds one (1 or N, 1, H, W) tensor per entry of `noise_shapes`; None draws it anew. `resolution` must
        be one of `resolutions`; None means the last.
        """

    def blend(
        self,
        faces: Sequence[tuple[Tensor, Sequence[Tensor] | None]],
        masks: Sequence[Blending],
        resolution: int | None = None,
    ) -> Tensor:
        """Draws `faces`, (latents (1, L, D), noise) as for `synthesize`, over each other -> (1, 3, R, R): the second
        where the first of `masks` says so, and so on. Where `Blending.picture` is 0 the picture is exactly what it is
        without that face.

        Here pixels are mixed; a generator that draws in stages mixes their features too.
        """
        return overlaid([self.synthesize(latents, noise, resolution) for latents, noise in faces], masks)

    @abstractmethod
    def directions(self, count: int) -> tuple[Tensor, Tensor]:
        """Principal directions: mean latent (D,) and (count, D), strongest first, each one standard deviation long.
        They leave labels and codes alone."""

    def forward(self, z: Tensor, conditions: Tensor | None = None) -> Tensor:
        return self.synthesize(self.map(z, conditions))

    def draw_conditions(self, z: Tensor) -> Tensor:
        """The conditions (N, conditions.dim) that z (N, z_dim) stands for."""
        return self.conditions.draw(z[:, self.z_dim - self.conditions.normals :])

    @property
    def resolution(self) -> int:
        return self.resolutions[-1]


def overlaid(pictures: Sequence[Tensor], masks: Sequence[Blending]) -> Tensor:
    """Pictures (1, 3, R, R) over each other, see `Generator.blend`."""
    result, *others = pictures
    for picture, mask in zip(others, masks, strict=True):
        result = torch.lerp(result, picture, mask.picture(picture.shape[-1]))
    return result


class Growing(ABC):
    """A network that can start from a smaller one's tensors and do at first what that one did."""

    @abstractmethod
    def begin_at_nothing(self, new: frozenset[str]) -> None:
        """Silences what the tensors of these names, which the smaller one did not have, add to its output."""


@dataclass(frozen=True, slots=True)
class Loss:
    """`total` is what is minimised; `parts` are detached scalars for the log. Of a discriminator's loss `turned` (N,)
    is what its slopes at the fakes' logits are multiplied with to become those of the generator's loss."""

    total: Tensor
    parts: dict[str, Tensor]
    turned: Tensor | None = None


class Gan(ABC):
    """A variant. Its file's name in `training.gans` is its name; beside `Model` the file defines the frozen dataclass
    `Options`, whose `resolution` every variant has."""

    conditions: Conditions = Conditions()
    labels: tuple[str, ...] = ()  # the label columns of the data set that it is conditioned on
    one_pass: bool = False  # the discriminator's backward pass serves the generator too, see `Loss.turned`

    def __init__(self, options: Any) -> None:
        self.options = options

    @abstractmethod
    def generator(self) -> Generator: ...

    @abstractmethod
    def discriminator(self) -> nn.Module:
        """Pictures (N, 3, R, R) in [-1, 1] -> logits (N,), above zero for real."""

    @abstractmethod
    def discriminator_loss(
        self, discriminator: nn.Module, real: Tensor, fake: Tensor, step: int, conditions: Tensor | None = None
    ) -> Loss:
        """`real` and `fake` (N, 3, R, R) are augmented already and carry no gradient. `conditions` (N, C) are what the
        fakes were made from; where there are labels, they are those of the real ones too. None: unconditional."""

    @abstractmethod
    def generator_loss(
        self, discriminator: nn.Module, real: Tensor, fake: Tensor, conditions: Tensor | None = None
    ) -> Loss:
        """`fake` (N, 3, R, R) carries the generator's gradient."""

    def from_data(self) -> dict[str, Any]:
        """The options that the data set decided, such as the classes: without them the networks cannot be rebuilt."""
        fields = dataclasses.fields(self.options)
        return {f.name: getattr(self.options, f.name) for f in fields if f.metadata.get("from_data")}


def from_data(help: str) -> Any:
    """A field of `Options` that a run fills in from its data set: no form asks for it."""
    return dataclasses.field(default=(), metadata={"help": help, "from_data": True})


def logit_parts(real_logits: Tensor, fake_logits: Tensor) -> dict[str, Tensor]:
    """What every variant logs of its discriminator: the mean probability it gives real and generated pictures."""
    return {"real": torch.sigmoid(real_logits).mean().detach(), "fake": torch.sigmoid(fake_logits).mean().detach()}
