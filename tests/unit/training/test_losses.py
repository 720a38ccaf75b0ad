import math

import torch
from torch import nn

from training.losses import (
    code_loss,
    gradient_penalty,
    label_loss,
    least_squares_discriminator,
    least_squares_generator,
    minimax_generator,
    nonsaturating_discriminator,
    nonsaturating_generator,
    relativistic_discriminator,
    relativistic_generator,
    share_right,
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


def test_least_squares_are_the_papers():
    d = least_squares_discriminator(real, fake, a=0.0, b=1.0)
    assert math.isclose(float(d.total), ((0 + 1) / 2 + (1 + 0.25) / 2) / 2)
    assert math.isclose(float(least_squares_generator(fake, 0.0, 1.0, 1.0).total), (4 + 0.25) / 2 / 2)
    assert math.isclose(float(least_squares_generator(fake, -1.0, 1.0, 0.0).total), (1 + 0.25) / 2 / 2)
    assert (float(d.parts["real"]), float(d.parts["fake"])) == (1.0, 0.25)  # where between a and b, cut off there
    centred = least_squares_discriminator(torch.tensor([0.5]), torch.tensor([0.0]), a=-1.0, b=1.0)
    assert (float(centred.parts["real"]), float(centred.parts["fake"])) == (0.75, 0.5)


def test_label_loss_is_the_log_likelihood_of_all_labels():
    logits = [torch.tensor([[1.0, 0.0], [0.0, 0.0]]), torch.tensor([[0.0, 0.0, 0.0], [0.0, 0.0, 9.0]])]
    asked = [torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])]
    expected = (softplus(-1) + math.log(2)) / 2 + (math.log(3) + math.log(1 + 2 * math.exp(-9))) / 2
    assert math.isclose(float(label_loss(logits, asked)), expected, rel_tol=1e-6)
    assert float(share_right(logits, asked)) == 0.5


def test_code_loss_is_the_gaussians_and_has_a_floor():
    mean, deviation, codes = torch.tensor([[0.5, 0.0]]), torch.tensor([[0.2, -0.3]]), torch.tensor([[-0.5, 0.25]])
    expected = -torch.distributions.Normal(mean, deviation.exp()).log_prob(codes).sum()
    torch.testing.assert_close(code_loss(mean, deviation, codes), expected)
    perfect = code_loss(codes, torch.full((1, 2), -100.0), codes)
    torch.testing.assert_close(perfect, torch.tensor(2 * (math.log(2 * math.pi) / 2 - 4)))
