"""What pix2pix and colourisation are: pairs of a condition and a picture, a translator between them, and its losses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from torch import Tensor

from training.gans.base import Loss
from training.losses import (
    least_squares_discriminator,
    least_squares_generator,
    nonsaturating_discriminator,
    nonsaturating_generator,
    relativistic_discriminator,
    relativistic_generator,
)
from training.networks.translator import CHANNELS, PatchDiscriminator, translator_of
from training.networks.unet import Shape, Translator

LossOf = Callable[[Tensor, Tensor], Loss]  # logits of real and of made pictures -> the loss
# by the name in the options: that of the discriminator, that of the generator
LOSSES: dict[str, tuple[LossOf, LossOf]] = {
    "lsgan": (
        lambda real, fake: least_squares_discriminator(real, fake, 0.0, 1.0),
        lambda real, fake: least_squares_generator(fake, 0.0, 1.0, 1.0),
    ),
    "relativistic": (relativistic_discriminator, relativistic_generator),
    "bce": (nonsaturating_discriminator, lambda real, fake: nonsaturating_generator(fake)),
}


class Translation(ABC):
    """A task; its `options` have at least `resolution`, `width`, `loss`, `adversarial`, `l1` and `hints`."""

    inputs = 1 + CHANNELS  # channels of what the network sees
    outputs: int  # channels of a target
    takes_hints = True  # of colour, for which landmarks are looked for

    def __init__(self, options: Any) -> None:
        self.options = options

    @abstractmethod
    def condition(self, photos: Tensor, points: Tensor | None) -> Tensor:
        """Photos (N, 3, R, R) in [-1, 1] -> what the network sees of them, without hints."""

    @abstractmethod
    def target(self, photos: Tensor) -> Tensor:
        """Photos -> what the network is to answer, (N, outputs, R, R) in [-1, 1]."""

    @abstractmethod
    def picture(self, condition: Tensor, answer: Tensor) -> Tensor:
        """The photo (N, 3, R, R) in [-1, 1] that an answer stands for; `condition` is what was seen."""

    def sheet(self, seen: Tensor) -> Tensor:
        """What the network sees as pictures (N, 3, R, R) in [-1, 1]."""
        return (1 - 2 * seen[:, :1]).expand(-1, 3, -1, -1)

    @property
    def shape(self) -> Shape:
        design = getattr(self.options, "design", "unet")
        return Shape(self.inputs, self.outputs, self.options.resolution, self.options.width, design)

    def generator(self) -> Translator:
        return translator_of(self.shape)

    def discriminator(self) -> PatchDiscriminator:
        return PatchDiscriminator(self.shape.inputs + self.outputs)

    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """Of the logits of all patches, (N, 1, h, w) each."""
        return LOSSES[self.options.loss][0](real, fake).total

    def generator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """Of the same."""
        return LOSSES[self.options.loss][1](real, fake).total
