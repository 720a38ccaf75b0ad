import pytest
import torch

from training.augment import POLICIES, augment


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_changes_pictures_keeps_their_shape_and_lets_the_gradient_through(name):
    torch.manual_seed(0)
    pictures = (torch.rand(8, 3, 16, 16) * 2 - 1).requires_grad_(True)
    changed = augment(pictures, (name,), 1.0)
    assert changed.shape == pictures.shape
    assert not torch.equal(changed, pictures)
    changed.square().sum().backward()
    assert pictures.grad is not None and pictures.grad.abs().sum() > 0


def test_probability_zero_changes_nothing_and_half_changes_some():
    torch.manual_seed(0)
    pictures = torch.rand(64, 3, 16, 16) * 2 - 1
    assert torch.equal(augment(pictures, tuple(POLICIES), 0.0), pictures)
    changed = (augment(pictures, ("color",), 0.5) != pictures).flatten(1).any(1)
    assert 10 < int(changed.sum()) < 54


def test_translation_moves_whole_pictures():
    torch.manual_seed(0)
    pictures = torch.arange(16.0).expand(1, 3, 16, 16).clone() + 1
    moved = augment(pictures, ("translation",), 1.0)
    inside = moved[0, 0, 8]
    steps = inside.diff()[(inside[1:] > 0) & (inside[:-1] > 0)]
    assert torch.all(steps == 1)
