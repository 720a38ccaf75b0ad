import pytest
import torch

from training.gans import create, variants
from training.gans.style import ModulatedConv, minibatch_deviation

SMALL = {
    "style": {"resolution": 32, "z_dim": 16, "mapping_layers": 2, "channel_base": 256, "channel_max": 16},
    "dcgan": {"resolution": 32, "z_dim": 16, "width": 8},
}


def make(variant: str):
    torch.manual_seed(0)
    gan = create(variant, SMALL[variant])
    return gan, gan.generator(), gan.discriminator()


def test_every_variant_is_tried_here():
    assert set(variants()) == set(SMALL)


@pytest.mark.parametrize("variant", SMALL)
def test_shapes_and_one_step_of_both_networks(variant):
    gan, generator, discriminator = make(variant)
    fake = generator(torch.randn(4, 16))
    real = torch.rand(4, 3, 32, 32) * 2 - 1
    assert fake.shape == (4, 3, 32, 32)
    assert discriminator(real).shape == (4,)

    loss = gan.discriminator_loss(discriminator, real, fake.detach(), step=0)
    loss.total.backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in discriminator.parameters())

    discriminator.requires_grad_(False)
    gan.generator_loss(discriminator, real, fake).total.backward()
    without = [name for name, p in generator.named_parameters() if p.grad is None]
    assert without == []


@pytest.mark.parametrize("variant", SMALL)
def test_the_discriminator_learns_to_tell_real_from_fake(variant):
    gan, generator, discriminator = make(variant)
    real = torch.full((8, 3, 32, 32), 0.8)
    fake = generator(torch.randn(8, 16)).detach()
    optimizer = torch.optim.Adam(discriminator.parameters(), lr=2e-3, betas=(0.0, 0.99))
    losses = []
    for step in range(12):
        loss = gan.discriminator_loss(discriminator, real, fake, step + 1)
        optimizer.zero_grad()
        loss.total.backward()
        optimizer.step()
        losses.append(loss.total.item())
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize("variant", SMALL)
def test_directions_are_as_many_as_asked_and_orthogonal(variant):
    _, generator, _ = make(variant)
    mean, axes = generator.directions(5)
    assert mean.shape == (generator.latent_shape[1],)
    assert axes.shape == (5, generator.latent_shape[1])
    normal = axes / axes.norm(dim=1, keepdim=True)
    torch.testing.assert_close(normal @ normal.T, torch.eye(5), atol=1e-4, rtol=0)


def test_an_early_exit_is_the_smaller_picture_of_the_sum():
    _, generator, _ = make("style")
    generator.eval()
    latents = generator.map(torch.randn(1, 16))
    noise = [torch.zeros(1, 1, *shape) for shape in generator.noise_shapes]
    for resolution in generator.resolutions:
        assert generator.synthesize(latents, noise, resolution).shape == (1, 3, resolution, resolution)
    with pytest.raises(ValueError, match="is none of"):
        generator.synthesize(latents, noise, 20)


def test_fixed_noise_gives_the_same_picture_and_other_noise_another():
    _, generator, _ = make("style")
    generator.eval()
    for layer in generator.layers:
        torch.nn.init.ones_(layer.noise_strength)
    latents = generator.map(torch.randn(1, 16))
    noise = [torch.randn(1, 1, *shape) for shape in generator.noise_shapes]
    first = generator.synthesize(latents, noise)
    assert torch.equal(first, generator.synthesize(latents, noise))
    assert not torch.equal(first, generator.synthesize(latents))


def test_modulation_equals_modulated_weights():
    """Scaling activations is the same as scaling the weights of each sample, as StyleGAN2 does."""
    torch.manual_seed(1)
    conv = ModulatedConv(6, 5, 3, style_dim=4)
    x, w = torch.randn(2, 6, 8, 8), torch.randn(2, 4)
    style = conv.affine(w)
    for i in range(2):
        weight = conv.weight * conv.gain * style[i][None, :, None, None]
        weight = weight * torch.rsqrt(weight.square().sum((1, 2, 3), keepdim=True) + 1e-8) * 2**0.5
        expected = torch.nn.functional.conv2d(x[i : i + 1], weight, conv.bias, padding=1)
        torch.testing.assert_close(conv(x, w)[i : i + 1], expected, atol=1e-5, rtol=1e-4)


def test_minibatch_deviation_sees_a_lack_of_variety():
    varied = torch.randn(8, 4, 4, 4)
    same = varied[:1].expand(8, -1, -1, -1)
    assert minibatch_deviation(varied).mean() > 0.5
    assert minibatch_deviation(same).max() < 1e-3


def test_unknown_variant_option_and_value_are_named():
    with pytest.raises(ValueError, match="no variant 'stile'"):
        create("stile", {})
    with pytest.raises(ValueError, match="did you mean 'resolution'"):
        create("style", {"resolutoin": 64})
    with pytest.raises(ValueError, match="choose one of"):
        create("style", {"resolution": 65})
