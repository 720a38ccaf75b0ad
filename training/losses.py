"""Adversarial losses on logits (N,), what conditional variants add to them, and the gradient penalty."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.gans.base import Loss, logit_parts


def relativistic_discriminator(real: Tensor, fake: Tensor) -> Loss:
    """Relativistic pairing GAN (Jolicoeur-Martineau 2019; R3GAN, Huang 2024): real above fake, pair by pair.

    With x = fake - real its slope is s(x), that of the generator's loss is -s(-x): the one times -exp(-x) is the other.
    """
    turned = -torch.exp((real - fake).detach().clamp(max=60))
    return Loss(F.softplus(fake - real).mean(), logit_parts(real, fake), turned)


def relativistic_generator(real: Tensor, fake: Tensor) -> Loss:
    return Loss(F.softplus(real - fake).mean(), logit_parts(real, fake))


def nonsaturating_discriminator(real: Tensor, fake: Tensor) -> Loss:
    """Binary cross entropy (Goodfellow 2014)."""
    return Loss(F.softplus(-real).mean() + F.softplus(fake).mean(), logit_parts(real, fake))


def nonsaturating_generator(fake: Tensor) -> Loss:
    """-log D(G(z)) (Goodfellow 2014, section 3)."""
    return Loss(F.softplus(-fake).mean(), {"fake": torch.sigmoid(fake).mean().detach()})


def minimax_generator(fake: Tensor) -> Loss:
    """log(1 - D(G(z))) (Goodfellow 2014, equation 1): its gradient vanishes while the discriminator is sure."""
    return Loss(-F.softplus(fake).mean(), {"fake": torch.sigmoid(fake).mean().detach()})


def least_squares_discriminator(real: Tensor, fake: Tensor, a: float, b: float) -> Loss:
    """Mao 2017, equation 2: generated pictures towards `a`, real ones towards `b`. No sigmoid: what is logged as
    probability is where the output lies between the two."""
    parts = {name: ((x - a) / (b - a)).clamp(0, 1).mean().detach() for name, x in (("real", real), ("fake", fake))}
    return Loss(((real - b).square().mean() + (fake - a).square().mean()) / 2, parts)


def least_squares_generator(fake: Tensor, a: float, b: float, c: float) -> Loss:
    """Mao 2017, equation 2: what the discriminator says towards `c`."""
    return Loss((fake - c).square().mean() / 2, {"fake": ((fake - a) / (b - a)).clamp(0, 1).mean().detach()})


def label_loss(logits: Sequence[Tensor], one_hot: Sequence[Tensor]) -> Tensor:
    """-log P(C = c) (Odena 2017, equation 2): cross entropy of logits (N, K) and one-hot labels, over all labels."""
    losses = [-(target * F.log_softmax(x, 1)).sum(1).mean() for x, target in zip(logits, one_hot, strict=True)]
    return torch.stack(losses).sum()


def share_right(logits: Sequence[Tensor], one_hot: Sequence[Tensor]) -> Tensor:
    """How often the largest logit is that of the label, over all labels; for the log."""
    right = [(x.argmax(1) == target.argmax(1)).float() for x, target in zip(logits, one_hot, strict=True)]
    return torch.stack(right).mean().detach()


def code_loss(mean: Tensor, log_deviation: Tensor, codes: Tensor) -> Tensor:
    """-log Q(c) of continuous codes (N, K) as a factored Gaussian (Chen 2016, section 6), the sum over codes. The
    deviation is kept above e^-4, since the likelihood has no bound."""
    log_deviation = log_deviation.clamp(-4, 4)
    squares = ((codes - mean) * torch.exp(-log_deviation)).square()
    return (squares / 2 + log_deviation + math.log(2 * math.pi) / 2).sum(1).mean()


def gradient_penalty(discriminator: nn.Module, pictures: Tensor) -> Tensor:
    """Mean squared norm of the logits' gradient at `pictures` (N, 3, R, R): R1 on real ones (Mescheder 2018), R2 on
    generated ones. Differentiable, which a compiled network is not: hence its `forward`."""
    pictures = pictures.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(discriminator.forward(pictures).sum(), pictures, create_graph=True)
    return gradient.float().square().sum((1, 2, 3)).mean()
