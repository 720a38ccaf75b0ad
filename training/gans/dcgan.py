"""DCGAN (Radford, Metz, Chintala 2015): transposed convolutions, batch norm, binary cross entropy, Adam(0.5, 0.999).

Its networks are those of lsgan, cgan, acgan and infogan too: the generator takes labels and codes beside z, the
discriminator takes channels beside the picture's, or says more than its logit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.conditions import Conditions
from training.gans.base import Gan, Generator, Loss
from training.losses import minimax_generator, nonsaturating_discriminator, nonsaturating_generator
from training.options import option


@dataclass(frozen=True)
class NetworkOptions:
    resolution: int = option(64, "width and height in pixels", choices=(16, 32, 64, 128))
    z_dim: int = option(100, "length of the latent", low=2, high=1024)
    width: int = option(64, "channels at the full resolution's side; doubles towards 4 pixels", low=4, high=256)


@dataclass(frozen=True)
class Options(NetworkOptions):
    loss: str = option("nonsaturating", "what the generator minimises", choices=("nonsaturating", "minimax"))


class DcganGenerator(Generator):
    def __init__(self, options: NetworkOptions, conditions: Conditions) -> None:
        super().__init__()
        self.conditions = conditions
        self.z_dim = options.z_dim + conditions.normals
        self.latent_shape = (1, options.z_dim + conditions.dim)
        self.resolutions = (options.resolution,)
        self.layer_ranges = {}
        self.noise_shapes = ()
        stages = int(math.log2(options.resolution)) - 2
        widths = [min(8, 2 ** (stages - 1 - i)) * options.width for i in range(stages)]
        self.first = nn.ConvTranspose2d(self.latent_shape[1], widths[0], 4, bias=False)
        layers: list[nn.Module] = [nn.BatchNorm2d(widths[0]), nn.ReLU(inplace=True)]
        for inputs, outputs in pairwise(widths):
            layers += [nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False)]
            layers += [nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
        self.rest = nn.Sequential(*layers, nn.ConvTranspose2d(widths[-1], 3, 4, 2, 1), nn.Tanh())
        self.apply(initialise)

    def map(self, z: Tensor, conditions: Tensor | None = None) -> Tensor:
        if not self.conditions.dim:
            return z[:, None]
        if conditions is None:
            conditions = self.draw_conditions(z)
        return torch.cat([z[:, : self.z_dim - self.conditions.normals], conditions], 1)[:, None]

    def synthesize(
        self, latents: Tensor, noise: Sequence[Tensor] | None = None, resolution: int | None = None
    ) -> Tensor:
        if resolution not in (None, self.resolution):
            raise ValueError(f"resolution {resolution} is none of {self.resolutions}")
        z = latents[:, 0, :, None, None].contiguous(memory_format=torch.channels_last)
        return self.rest(self.first(z)).float()  # type: ignore[no-any-return]

    @torch.no_grad()
    def directions(self, count: int) -> tuple[Tensor, Tensor]:
        """The directions that the first layer amplifies most (SeFa, Shen and Zhou 2021)."""
        columns = self.latent_shape[1]
        weight = self.first.weight[: columns - self.conditions.dim].flatten(1)  # (z alone, outputs * 16)
        axes, _, _ = torch.linalg.svd(weight.double(), full_matrices=False)
        axes = F.pad(axes[:, :count].T.float(), (0, self.conditions.dim))
        return torch.zeros(columns), axes.contiguous()


class Discriminator(nn.Module):
    """Takes `channels` beside the picture's three, and says `outputs` numbers beside the logit: straight from the
    last features, or by way of a layer of `hidden` channels."""

    def __init__(self, options: NetworkOptions, channels: int = 0, outputs: int = 0, hidden: int = 0) -> None:
        super().__init__()
        stages = int(math.log2(options.resolution)) - 2
        widths = [min(8, 2**i) * options.width for i in range(stages)]
        layers: list[nn.Module] = [nn.Conv2d(3 + channels, widths[0], 4, 2, 1, bias=False)]
        layers += [nn.LeakyReLU(0.2, inplace=True)]
        for inputs, width in pairwise(widths):
            layers += [nn.Conv2d(inputs, width, 4, 2, 1, bias=False), nn.BatchNorm2d(width)]
            layers += [nn.LeakyReLU(0.2, inplace=True)]
        self.layers = nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4, bias=False))
        if hidden:
            head = [nn.Conv2d(widths[-1], hidden, 4, bias=False), nn.BatchNorm2d(hidden), nn.LeakyReLU(0.2)]
            self.head = nn.Sequential(*head, nn.Conv2d(hidden, outputs, 1))
        elif outputs:
            self.head = nn.Sequential(nn.Conv2d(widths[-1], outputs, 4))
        self.apply(initialise)

    def forward(self, pictures: Tensor) -> Tensor:  # (N, 3 + channels, R, R) -> (N,)
        x = pictures.contiguous(memory_format=torch.channels_last)
        return self.layers(x).flatten().float()  # type: ignore[no-any-return]

    def both(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures (N, 3 + channels, R, R) -> logits (N,) and what the head says (N, outputs)."""
        features = self.layers[:-1](pictures.contiguous(memory_format=torch.channels_last))
        return self.layers[-1](features).flatten().float(), self.head(features).flatten(1).float()


def initialise(module: nn.Module) -> None:
    """The paper's start: N(0, 0.02) weights, batch norm around one."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)


class Model(Gan):
    options: Options

    def generator(self) -> DcganGenerator:
        return DcganGenerator(self.options, self.conditions)

    def discriminator(self) -> Discriminator:
        return Discriminator(self.options)

    def discriminator_loss(
        self, discriminator: nn.Module, real: Tensor, fake: Tensor, step: int, conditions: Tensor | None = None
    ) -> Loss:
        return nonsaturating_discriminator(discriminator(real), discriminator(fake))

    def generator_loss(
        self, discriminator: nn.Module, real: Tensor, fake: Tensor, conditions: Tensor | None = None
    ) -> Loss:
        return self.fooling(discriminator(fake))

    def fooling(self, fake_logits: Tensor) -> Loss:
        """What the generator minimises of the discriminator's logits (N,) on its pictures."""
        return (minimax_generator if self.options.loss == "minimax" else nonsaturating_generator)(fake_logits)
