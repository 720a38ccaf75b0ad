"""ACGAN (Odena, Olah, Shlens 2017): the discriminator is not told the labels but has to name them, on real and on
generated pictures, and the generator wants them to be named right. DCGAN's networks."""

from __future__ import annotations

from torch import Tensor, nn

from training.gans import cgan, dcgan
from training.gans.base import Loss
from training.losses import label_loss, nonsaturating_discriminator, share_right

Options = cgan.Options


class Model(cgan.Model):
    """The discriminator maximises L_S + L_C, the generator L_C - L_S: log-likelihoods of source and class."""

    def discriminator(self) -> dcgan.Discriminator:
        return dcgan.Discriminator(self.options, outputs=self.conditions.dim)

    def discriminator_loss(
        self, discriminator: nn.Module, real: Tensor, fake: Tensor, step: int, conditions: Tensor | None = None
    ) -> Loss:
        assert isinstance(discriminator, dcgan.Discriminator) and conditions is not None
        asked, _ = self.conditions.split(conditions)
        real_logits, real_named = discriminator.both(real)
        fake_logits, fake_named = discriminator.both(fake)
        source = nonsaturating_discriminator(real_logits, fake_logits)
        named, _ = self.conditions.split(real_named)
        label = label_loss(named, asked) + label_loss(self.conditions.split(fake_named)[0], asked)
        parts = {"label": label.detach(), "label_right": share_right(named, asked)}
        return Loss(source.total + label, {**source.parts, **parts})

    def generator_loss(
        self, discriminator: nn.Module, real: Tensor, fake: Tensor, conditions: Tensor | None = None
    ) -> Loss:
        assert isinstance(discriminator, dcgan.Discriminator) and conditions is not None
        logits, named = discriminator.both(fake)
        source = self.fooling(logits)
        label = label_loss(self.conditions.split(named)[0], self.conditions.split(conditions)[0])
        return Loss(source.total + label, source.parts)
