"""InfoGAN (Chen et al. 2016): no labels. Codes beside z, and a head Q of the discriminator that has to read them off
the picture: what can be read off must mean something. DCGAN's networks."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from training.conditions import Conditions
from training.errors import UserError
from training.gans import dcgan
from training.gans.base import Loss
from training.losses import code_loss, label_loss, nonsaturating_discriminator
from training.options import option

HIDDEN = 128  # channels of Q's own layer, as in the paper


@dataclass(frozen=True)
class Options(dcgan.Options):
    categorical: int = option(1, "categorical codes", low=0, high=16)
    classes: int = option(10, "classes of each categorical code", low=2, high=64)
    continuous: int = option(5, "continuous codes, uniform in [-1, 1]", low=0, high=64)
    lambda_categorical: float = option(1.0, "weight of the information in categorical codes", low=0)
    lambda_continuous: float = option(0.1, "weight of the information in continuous codes", low=0)


class Model(dcgan.Model):
    """Both networks minimise their adversarial loss less lambda times the variational lower bound L_I(G, Q) of the
    information between codes and picture. Q learns in the discriminator's step, whose layers it shares."""

    options: Options

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        if not options.categorical + options.continuous:
            raise UserError("[options] of infogan: give it categorical or continuous codes, or train dcgan")
        names = tuple(f"category_{i}" for i in range(1, options.categorical + 1))
        classes = tuple(str(i) for i in range(1, options.classes + 1))
        self.conditions = Conditions(names, (classes,) * len(names), options.continuous, group="Codes")

    def discriminator(self) -> dcgan.Discriminator:
        outputs = self.conditions.dim + self.conditions.codes  # a mean and a deviation for each continuous code
        return dcgan.Discriminator(self.options, outputs=outputs, hidden=HIDDEN)

    def discriminator_loss(
        self, discriminator: nn.Module, real: Tensor, fake: Tensor, step: int, conditions: Tensor | None = None
    ) -> Loss:
        assert isinstance(discriminator, dcgan.Discriminator) and conditions is not None
        fake_logits, read = discriminator.both(fake)
        loss = nonsaturating_discriminator(discriminator(real), fake_logits)
        return self.informed(loss, read, conditions)

    def generator_loss(
        self, discriminator: nn.Module, real: Tensor, fake: Tensor, conditions: Tensor | None = None
    ) -> Loss:
        assert isinstance(discriminator, dcgan.Discriminator) and conditions is not None
        logits, read = discriminator.both(fake)
        return self.informed(self.fooling(logits), read, conditions)

    def informed(self, loss: Loss, read: Tensor, conditions: Tensor) -> Loss:
        """Adds what Q made of the codes, `read` (N, C + codes); the codes' own entropy is a constant and shows only in
        the log, as nats of information."""
        codes = self.conditions.codes
        deviations = read[:, self.conditions.dim :]
        logits, means = self.conditions.split(read[:, : self.conditions.dim])
        blocks, values = self.conditions.split(conditions)
        categorical = label_loss(logits, blocks) if blocks else read.new_zeros(())
        continuous = code_loss(means, deviations, values) if codes else read.new_zeros(())
        cost = self.options.lambda_categorical * categorical + self.options.lambda_continuous * continuous
        information = self.conditions.entropy - (categorical + continuous).detach()
        return Loss(loss.total + cost, {**loss.parts, "information": information})
