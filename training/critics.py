"""A critic that sees with the eyes of a network taught on photographs, so that it sees from its first step.

Projected GAN (Sauer et al., Projected GANs Converge Faster, NeurIPS 2021): a frozen EfficientNet, small heads on its
layers, one logit a place. Its features also give the perceptual distance of two pictures (R. Zhang et al., The
Unreasonable Effectiveness of Deep Features, 2018) at no further cost. The network is EfficientNet-Lite1; what a result
is measured with is Lite0, which was trained apart from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from training.features import IMAGENET, efficientnet

STAGES = {2: (0, 16), 4: (3, 24), 8: (6, 40), 16: (14, 112), 32: (20, 320)}  # reduction -> block, its channels
SMALLEST = 32  # pixels; smaller pictures are enlarged
PLACES = 4  # along a side, of which a whole picture is judged one by one
TEXTURE = (2, 4, 8, 16)  # reductions that show texture and not who it is
FACE = (4, 8, 16, 32)  # reductions that show a face; what is finer is for a `PatchCritic`


class FeatureCritic(nn.Module):
    """Pictures (N, 3, H, W) in [-1, 1] -> `features` -> logits, above zero for real. Only its `learners` learn."""

    def __init__(self, reductions: Sequence[int] = TEXTURE, width: int = 48) -> None:
        """Raises ImportError that says what to install."""
        super().__init__()
        self.reductions = tuple(reductions)
        last = max(STAGES[reduction][0] for reduction in reductions)
        network = efficientnet(1)
        self.stem = nn.Sequential(network._conv_stem, network._bn0, network._swish)
        self.blocks = nn.ModuleList(network._blocks[: last + 1])
        self.stem.requires_grad_(False)
        self.blocks.requires_grad_(False)
        self.heads = nn.ModuleDict({str(r): head(STAGES[r][1], width) for r in reductions})
        self.register_buffer("mean", torch.tensor(IMAGENET[0])[:, None, None], persistent=False)
        self.register_buffer("deviation", torch.tensor(IMAGENET[1])[:, None, None], persistent=False)
        self.learners: tuple[nn.Module, ...] = (self.heads,)
        self.train()  # without which a spectral norm stays what it was at first

    def train(self, mode: bool = True) -> Self:
        """The eyes stay as they were taught: only the learners have a training mode."""
        super().train(False)
        for learner in self.learners:
            learner.train(mode)
        return self

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        for learner in self.learners:
            learner.requires_grad_(requires_grad)
        return self

    def features(self, pictures: Tensor) -> list[Tensor]:
        """(N, 3, H, W) in [-1, 1] -> (N, C, H / reduction, W / reduction) each, in float32."""
        few = min(pictures.shape[2:])
        if few < SMALLEST:  # its windows are wider than what the picture would be there
            pictures = functional.interpolate(pictures, scale_factor=-(-SMALLEST // few), mode="bilinear")
        x = ((pictures + 1) / 2 - self.mean) / self.deviation  # type: ignore[operator]
        x = self.stem(x.contiguous(memory_format=torch.channels_last))
        wanted = {STAGES[reduction][0] for reduction in self.reductions}
        found = []
        for number, block in enumerate(self.blocks):
            x = block(x)
            if number in wanted:
                found.append(x.float())  # its heads and distances need not know how it was computed
        return found

    def forward(self, features: Sequence[Tensor]) -> list[Tensor]:
        """`features` -> logits (N, 1, h, w) of each layer."""
        return [made(x).float() for made, x in zip(self.heads.values(), features, strict=True)]

    def learning(self) -> list[nn.Parameter]:
        return [parameter for learner in self.learners for parameter in learner.parameters()]


class PatchCritic(nn.Module):
    """Pictures (N, 3, H, W) -> logits (N, 1, H / 8, W / 8), each of some 50 pixels: texture, not who it is."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in ((3, width), (width, 2 * width), (2 * width, 4 * width)):
            layers += [spectral_norm(nn.Conv2d(inputs, outputs, 4, 2, 1)), nn.LeakyReLU(0.2)]
        layers += [spectral_norm(nn.Conv2d(4 * width, 4 * width, 3, 1, 1)), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, nn.Conv2d(4 * width, 1, 3, 1, 1))

    def forward(self, pictures: Tensor) -> Tensor:
        logits: Tensor = self.layers(pictures)
        return logits.float()


class FeatureDiscriminator(FeatureCritic):
    """The same as a discriminator of whole pictures, beside a `PatchCritic`, which sees the grain that features
    forgive: (N, 3, R, R) -> logits (N, K), `PLACES` squared of each."""

    def __init__(self) -> None:
        super().__init__(FACE)
        self.patches = PatchCritic()
        self.learners = (self.heads, self.patches)

    def forward(self, pictures: Tensor) -> Tensor:  # type: ignore[override]
        logits = [self.patches(pictures), *super().forward(self.features(pictures))]
        return torch.cat([functional.adaptive_avg_pool2d(x, PLACES).flatten(1) for x in logits], 1)


def head(channels: int, width: int) -> nn.Sequential:
    layers: list[Any] = []
    for inputs, outputs, kernel in ((channels, width, 1), (width, width, 3)):
        layers += [spectral_norm(nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, spectral_norm(nn.Conv2d(width, 1, 1)))


def perceptual_distance(found: Sequence[Tensor], wanted: Sequence[Tensor]) -> Tensor:
    """Of two lists of `features`, normalised at each place: 0 to 4, the mean over layers and places."""
    layers = [
        (functional.normalize(a, dim=1, eps=1e-6) - functional.normalize(b, dim=1, eps=1e-6)).square().sum(1).mean()
        for a, b in zip(found, wanted, strict=True)
    ]
    return torch.stack(layers).mean()


def paired_losses(real: Sequence[Tensor], fake: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """The critic's and the generator's loss, relativistic at each place (Jolicoeur-Martineau 2019): detach what should
    not learn."""
    pairs = list(zip(real, fake, strict=True))
    return (
        torch.stack([functional.softplus(b - a).mean() for a, b in pairs]).mean(),
        torch.stack([functional.softplus(a - b).mean() for a, b in pairs]).mean(),
    )
