"""LSGAN (Mao et al. 2017): least squares instead of cross entropy, so that pictures on the right side of the boundary
but far from the real ones still have something to learn. DCGAN's networks."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from training.errors import UserError
from training.gans import dcgan
from training.gans.base import Loss
from training.losses import least_squares_discriminator, least_squares_generator
from training.options import option


@dataclass(frozen=True)
class Options(dcgan.NetworkOptions):
    a: float = option(0.0, "what the discriminator should say of generated pictures")
    b: float = option(1.0, "what the discriminator should say of real pictures")
    c: float = option(1.0, "what the generator wants it to say; b - c = 1 and b - a = 2 make it Pearson's chi squared")


class Model(dcgan.Model):
    options: Options  # type: ignore[assignment]

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        if options.a == options.b:
            raise UserError(f"[options] of lsgan: a and b are both {options.a}; real and generated must differ")

    def discriminator_loss(
        self, discriminator: nn.Module, real: Tensor, fake: Tensor, step: int, conditions: Tensor | None = None
    ) -> Loss:
        a, b = self.options.a, self.options.b
        return least_squares_discriminator(discriminator(real), discriminator(fake), a, b)

    def fooling(self, fake_logits: Tensor) -> Loss:
        return least_squares_generator(fake_logits, self.options.a, self.options.b, self.options.c)
