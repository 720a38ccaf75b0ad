"""CGAN (Mirza and Osindero 2014): both networks are told the labels. DCGAN's networks: the generator takes them beside
z, the discriminator as maps beside the picture's channels."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from training.conditions import Conditions
from training.errors import UserError
from training.gans import dcgan
from training.gans.base import Loss, from_data
from training.losses import nonsaturating_discriminator
from training.options import option


@dataclass(frozen=True)
class Options(dcgan.Options):
    labels: tuple[str, ...] = option(("gender",), "label columns of the data; age:20:40 cuts numbers into bands")
    classes: tuple[tuple[str, ...], ...] = from_data("the classes of each label")
    prior: tuple[float, ...] = from_data("how often each combination of classes is in the data")


class Model(dcgan.Model):
    """Before a run has looked at its data there are no classes, and the networks are unconditional ones."""

    options: Options

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        check(options)
        self.labels = options.labels
        if options.classes:
            self.conditions = Conditions(options.labels, options.classes, prior=options.prior)

    def discriminator(self) -> dcgan.Discriminator:
        return dcgan.Discriminator(self.options, channels=self.conditions.dim)

    def discriminator_loss(
        self, discriminator: nn.Module, real: Tensor, fake: Tensor, step: int, conditions: Tensor | None = None
    ) -> Loss:
        real_logits = discriminator(with_maps(real, conditions))
        return nonsaturating_discriminator(real_logits, discriminator(with_maps(fake, conditions)))

    def generator_loss(
        self, discriminator: nn.Module, real: Tensor, fake: Tensor, conditions: Tensor | None = None
    ) -> Loss:
        return self.fooling(discriminator(with_maps(fake, conditions)))


def with_maps(pictures: Tensor, conditions: Tensor | None) -> Tensor:
    """(N, 3, R, R) and (N, C) -> (N, 3 + C, R, R): each label fills a channel."""
    if conditions is None:
        return pictures
    return torch.cat([pictures, conditions[:, :, None, None].expand(-1, -1, *pictures.shape[2:])], 1)


def check(options: Options) -> None:
    """UserError when labels, classes and prior do not fit each other."""
    if not options.labels:
        raise UserError("[options] labels is empty: name label columns of the data, or choose a variant without labels")
    column, count = Counter(label.partition(":")[0] for label in options.labels).most_common(1)[0]
    if count > 1:
        raise UserError(f"[options] labels names {column!r} twice")
    sizes = [len(names) for names in options.classes]
    if sizes and (len(sizes) != len(options.labels) or min(sizes) < 2):
        raise UserError("[options] classes must name two or more for each of labels")
    if options.prior and len(options.prior) != math.prod(sizes):
        raise UserError(f"[options] prior must have {math.prod(sizes)} shares, one a combination of classes")
