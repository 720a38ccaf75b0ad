"""Adversarial losses on logits (N,), and the gradient penalty."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.gans.base import Loss, logit_parts


def relativistic_discriminator(real: Tensor, fake: Tensor) -> Loss:
    """Relativistic pairing GAN (Jolicoeur-Martineau 2019; R3GAN, Huang 2024): real above fake, pair by pair."""
    return Loss(F.softplus(fake - real).mean(), logit_parts(real, fake))


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


def gradient_penalty(discriminator: nn.Module, pictures: Tensor) -> Tensor:
    """Mean squared norm of the logits' gradient at `pictures` (N, 3, R, R): R1 on real ones (Mescheder 2018), R2 on
    generated ones. Differentiable."""
    pictures = pictures.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(discriminator(pictures).sum(), pictures, create_graph=True)
    return gradient.float().square().sum((1, 2, 3)).mean()
