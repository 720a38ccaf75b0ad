"""DCGAN (Radford, Metz, Chintala 2015): transposed convolutions, batch norm, binary cross entropy, Adam(0.5, 0.999)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from training.gans.base import Gan, Generator, Loss
from training.losses import minimax_generator, nonsaturating_discriminator, nonsaturating_generator
from training.options import option


@dataclass(frozen=True)
class Options:
    resolution: int = option(64, "width and height in pixels", choices=(16, 32, 64, 128))
    z_dim: int = option(100, "length of the latent", low=2, high=1024)
    width: int = option(64, "channels at the full resolution's side; doubles towards 4 pixels", low=4, high=256)
    loss: str = option("nonsaturating", "what the generator minimises", choices=("nonsaturating", "minimax"))


class DcganGenerator(Generator):
    def __init__(self, options: Options) -> None:
        super().__init__()
        self.z_dim = options.z_dim
        self.latent_shape = (1, options.z_dim)
        self.resolutions = (options.resolution,)
        self.layer_ranges = {}
        self.noise_shapes = ()
        stages = int(math.log2(options.resolution)) - 2
        widths = [min(8, 2 ** (stages - 1 - i)) * options.width for i in range(stages)]
        self.first = nn.ConvTranspose2d(options.z_dim, widths[0], 4, bias=False)
        layers: list[nn.Module] = [nn.BatchNorm2d(widths[0]), nn.ReLU(inplace=True)]
        for inputs, outputs in pairwise(widths):
            layers += [nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False)]
            layers += [nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
        self.rest = nn.Sequential(*layers, nn.ConvTranspose2d(widths[-1], 3, 4, 2, 1), nn.Tanh())
        self.apply(initialise)

    def map(self, z: Tensor) -> Tensor:
        return z[:, None]

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
        weight = self.first.weight.flatten(1)  # (z_dim, outputs * 16)
        axes, _, _ = torch.linalg.svd(weight.double(), full_matrices=False)
        return torch.zeros(self.z_dim), axes[:, :count].T.float().contiguous()


class Discriminator(nn.Module):
    def __init__(self, options: Options) -> None:
        super().__init__()
        stages = int(math.log2(options.resolution)) - 2
        widths = [min(8, 2**i) * options.width for i in range(stages)]
        layers: list[nn.Module] = [nn.Conv2d(3, widths[0], 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True)]
        for inputs, outputs in pairwise(widths):
            layers += [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs)]
            layers += [nn.LeakyReLU(0.2, inplace=True)]
        self.layers = nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4, bias=False))
        self.apply(initialise)

    def forward(self, pictures: Tensor) -> Tensor:  # (N, 3, R, R) -> (N,)
        x = pictures.contiguous(memory_format=torch.channels_last)
        return self.layers(x).flatten().float()  # type: ignore[no-any-return]


def initialise(module: nn.Module) -> None:
    """The paper's start: N(0, 0.02) weights, batch norm around one."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)


class Model(Gan):
    options: Options

    def generator(self) -> DcganGenerator:
        return DcganGenerator(self.options)

    def discriminator(self) -> Discriminator:
        return Discriminator(self.options)

    def discriminator_loss(self, discriminator: nn.Module, real: Tensor, fake: Tensor, step: int) -> Loss:
        return nonsaturating_discriminator(discriminator(real), discriminator(fake))

    def generator_loss(self, discriminator: nn.Module, real: Tensor, fake: Tensor) -> Loss:
        loss = minimax_generator if self.options.loss == "minimax" else nonsaturating_generator
        return loss(discriminator(fake))
