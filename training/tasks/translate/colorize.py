"""Colourisation: a grey picture or a shaded pencil portrait gets colours (Fu, Zhang, Hensman, Colorization Using
ConvNet and GAN, 2017), with colour hints. The network answers chroma alone; lightness stays that of the picture."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from training.filters import grey
from training.networks.chroma import chroma, coloured
from training.options import option
from training.tasks.translate.base import LOSSES, Translation
from training.tasks.translate.line_drawing import pencil


@dataclass(frozen=True)
class Options:
    resolution: int = option(256, "width and height in pixels", choices=(32, 64, 128, 256))
    loss: str = option("lsgan", "adversarial loss", choices=tuple(LOSSES))
    adversarial: float = option(1.0, "weight of the adversarial loss; 0 trains with L1 alone", low=0)
    l1: float = option(100.0, "weight of the absolute difference to the true colours", low=0)
    critic: float = option(0.0, "weight of a second critic, which sees by a pretrained network; 0: none", low=0)
    features: float = option(1.0, "weight of the distance of that network's features, where it is used", low=0)
    hints: float = option(0.5, "share of the pictures that come with colour hints", low=0, high=1)
    drawings: float = option(0.3, "share of the pictures that are shown as pencil portraits", low=0, high=1)
    width: float = option(0.75, "of the network's layers", low=0.1, high=4)


class Model(Translation):
    options: Options
    outputs = 2

    def condition(self, photos: Tensor, points: Tensor | None) -> Tensor:
        """Darkness: 0 white, 1 black, as ink is."""
        dark = 1 - grey(photos)
        contrast = torch.empty(len(dark), 1, 1, 1).uniform_(0.8, 1.2)
        dark = ((dark - 0.5) * contrast + 0.5 + torch.empty(len(dark), 1, 1, 1).uniform_(-0.08, 0.08)).clamp(0, 1)
        drawn = torch.rand(len(photos)) < self.options.drawings
        if drawn.any():
            dark[drawn] = pencil(photos[drawn])
        return dark

    def target(self, photos: Tensor) -> Tensor:
        return chroma(photos)

    def picture(self, condition: Tensor, answer: Tensor) -> Tensor:
        return coloured(1 - condition[:, :1], answer)
