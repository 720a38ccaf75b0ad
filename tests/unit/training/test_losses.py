import math

import torch
from torch import nn

from training.losses import (
    gradient_penalty,
    minimax_generator,
    nonsaturating_discriminator,
    nonsaturating_generator,
    relativistic_discriminator,
    relativistic_generator,
)

real, fake = torch.tensor([1.0, 2.0]), torch.tensor([-1.0, 0.5])


def softplus(x: float) -> float:
    return math.log1p(math.exp(x))


def test_relativistic_losses_are_the_papers():
    d = relativistic_discriminator(real, fake).total
    g = relativistic_generator(real, fake).total
    assert math.isclose(float(d), (softplus(-2) + softplus(-1.5)) / 2, rel_tol=1e-6)
    assert math.isclose(float(g), (softplus(2) + softplus(1.5)) / 2, rel_tol=1e-6)


def test_goodfellows_losses():
    def log_sigmoid(x: float) -> float:
        return -softplus(-x)

    d = nonsaturating_discriminator(real, fake).total
    expected = -(log_sigmoid(1) + log_sigmoid(2)) / 2 - (log_sigmoid(1) + log_sigmoid(-0.5)) / 2
    assert math.isclose(float(d), expected, rel_tol=1e-6)
    assert math.isclose(
        float(nonsaturating_generator(fake).total), -(log_sigmoid(-1) + log_sigmoid(0.5)) / 2, rel_tol=1e-6
    )
    assert math.isclose(float(minimax_generator(fake).total), (log_sigmoid(1) + log_sigmoid(-0.5)) / 2, rel_tol=1e-6)


def test_gradient_penalty_of_a_linear_discriminator_is_its_squared_weight():
    class Linear(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.randn(3, 4, 4))

        def forward(self, x):
            return (x * self.weight).sum((1, 2, 3))

    network = Linear()
    penalty = gradient_penalty(network, torch.randn(5, 3, 4, 4))
    torch.testing.assert_close(penalty.detach(), network.weight.detach().square().sum())
    penalty.backward()
    torch.testing.assert_close(network.weight.grad, 2 * network.weight.detach())
