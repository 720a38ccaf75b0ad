import hashlib
from typing import Any

import pytest
import torch

from tests.unit.training import helpers
from training.foreign import stylegan2
from training.gans import create, variants
from training.gans.style import minibatch_deviation
from training.layers import ModulatedConv

SMALL: dict[str, dict[str, Any]] = {
    "style": {"resolution": 32, "z_dim": 16, "mapping_layers": 2, "channel_base": 256, "channel_max": 16},
    "dcgan": {"resolution": 32, "z_dim": 16, "width": 8},
    "lsgan": {"resolution": 32, "z_dim": 16, "width": 8},
    "infogan": {"resolution": 32, "z_dim": 16, "width": 8, "categorical": 2, "classes": 3, "continuous": 2},
}
LABELS = {"labels": ["colour", "age:30"], "classes": [["red", "green", "blue"], ["under 30", "from 30"]]}
SMALL |= {name: {**SMALL["dcgan"], **LABELS} for name in ("cgan", "acgan")}
CONDITIONAL = ("acgan", "cgan", "infogan")


def make(variant: str):
    torch.manual_seed(0)
    gan = create(variant, SMALL[variant])
    return gan, gan.generator(), gan.discriminator()


def drawn(generator, count):
    """z and the conditions that it stands for, None without any."""
    z = torch.randn(count, generator.z_dim)
    return z, generator.draw_conditions(z) if generator.conditions.dim else None


def test_every_variant_is_tried_here():
    assert set(variants()) == set(SMALL) == set(helpers.SMALL)
    assert {name for name in SMALL if make(name)[1].conditions.dim} == set(CONDITIONAL)


@pytest.mark.parametrize("variant", SMALL)
def test_shapes_and_one_step_of_both_networks(variant):
    gan, generator, discriminator = make(variant)
    z, conditions = drawn(generator, 4)
    fake = generator(z, conditions)
    real = torch.rand(4, 3, 32, 32) * 2 - 1
    assert fake.shape == (4, 3, 32, 32)
    assert generator.map(z).shape == (4, *generator.latent_shape)
    if variant != "cgan":  # which sees maps beside the picture
        assert discriminator(real).shape == (4,)

    loss = gan.discriminator_loss(discriminator, real, fake.detach(), 0, conditions)
    assert {"real", "fake"} <= loss.parts.keys() and not any(part.requires_grad for part in loss.parts.values())
    loss.total.backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in discriminator.parameters())

    discriminator.requires_grad_(False)
    gan.generator_loss(discriminator, real, fake, conditions).total.backward()
    without = [name for name, p in generator.named_parameters() if p.grad is None]
    assert without == []


@pytest.mark.parametrize("variant", SMALL)
def test_the_discriminator_learns_to_tell_real_from_fake(variant):
    gan, generator, discriminator = make(variant)
    real = torch.full((8, 3, 32, 32), 0.8)
    z, conditions = drawn(generator, 8)
    fake = generator(z).detach()
    optimizer = torch.optim.Adam(discriminator.parameters(), lr=2e-3, betas=(0.0, 0.99))
    losses = []
    for step in range(12):
        loss = gan.discriminator_loss(discriminator, real, fake, step + 1, conditions)
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
    assert not axes[:, generator.latent_shape[1] - generator.conditions.dim :].any()
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


@pytest.mark.parametrize("variant", ["dcgan", "lsgan", "style"])
def test_unconditional_variants_are_untouched_by_the_conditional_machinery(variant):
    _, generator, _ = make(variant)
    generator.eval()
    z = torch.randn(3, 16)
    assert generator.z_dim == generator.latent_shape[1] == 16 and not generator.conditions.dim
    assert torch.equal(generator.map(z), generator.map(z, torch.ones(3, 0)))
    if variant != "style":
        assert torch.equal(generator.map(z), z[:, None])


def test_the_names_that_checkpoints_and_weights_files_rely_on():
    names = {}
    for variant in ("dcgan", "style"):
        _, generator, discriminator = make(variant)
        shapes = [(k, tuple(v.shape)) for n in (generator, discriminator) for k, v in n.state_dict().items()]
        names[variant] = hashlib.sha256(repr(shapes).encode()).hexdigest()[:16]
    assert names == {"dcgan": "4a62bc913c2e225e", "style": "73a5750f42270e3f"}


@pytest.mark.parametrize("variant", CONDITIONAL)
def test_labels_and_codes_change_the_picture_and_fill_the_end_of_the_latent(variant):
    _, generator, _ = make(variant)
    generator.eval()
    conditions = generator.conditions
    z, own = drawn(generator, 1)
    latents = generator.map(z)
    assert torch.equal(latents[:, 0, 16:], own) and torch.equal(latents[:, 0, :16], z[:, :16])
    pictures = [generator(z, conditions.with_class(own, conditions.names[0], i)) for i in range(3)]
    assert not torch.equal(pictures[0], pictures[1]) and not torch.equal(pictures[1], pictures[2])


@pytest.mark.parametrize("variant", CONDITIONAL)
def test_the_generator_is_told_whether_it_did_what_was_asked(variant):
    """Its loss depends on what was asked of the same pictures."""
    gan, generator, discriminator = make(variant)
    z, conditions = drawn(generator, 8)
    real = torch.rand(8, 3, 32, 32) * 2 - 1
    other = conditions.roll(1, 0)
    fake = generator(z, conditions)
    asked = gan.generator_loss(discriminator, real, fake, conditions).total
    assert asked != gan.generator_loss(discriminator, real, fake, other).total


def test_minimax_is_what_the_generator_minimises_when_asked():
    for variant in ("acgan", "cgan", "dcgan", "infogan"):
        torch.manual_seed(0)
        options = [{**SMALL[variant], "loss": loss} for loss in ("nonsaturating", "minimax")]
        gans: list[Any] = [create(variant, chosen) for chosen in options]
        logits = torch.tensor([-1.0, 2.0])
        assert gans[0].fooling(logits).total > 0 > gans[1].fooling(logits).total


@pytest.mark.parametrize(
    ("variant", "options", "message"),
    [
        ("lsgan", {"a": 1.0}, "a and b are both 1.0"),
        ("cgan", {"labels": []}, "labels is empty"),
        ("cgan", {"labels": ["age:20", "age:30"]}, "names 'age' twice"),
        ("cgan", {"classes": [["a", "b"], ["c", "d"]]}, "two or more for each of labels"),
        ("acgan", {"classes": [["a"]]}, "two or more for each of labels"),
        ("acgan", {"classes": [["a", "b"]], "prior": [1.0]}, "prior must have 2 shares"),
        ("infogan", {"categorical": 0, "continuous": 0}, "or train dcgan"),
        ("lsgan", {"loss": "minimax"}, "unknown key 'loss'"),
    ],
)
def test_options_that_make_no_sense_are_named(variant, options, message):
    with pytest.raises(ValueError, match=message):
        create(variant, options)


def test_weights_that_are_loaded_anew_are_noticed_in_inference_mode():
    """There, tensors derived from the weights are kept from picture to picture."""
    _, generator, _ = make("style")
    _, other, _ = make("style")
    torch.manual_seed(5)
    for parameter in other.parameters():
        torch.nn.init.normal_(parameter)
    latents, noise = torch.randn(1, *generator.latent_shape), [torch.zeros(1, 1, *s) for s in generator.noise_shapes]
    with torch.inference_mode():
        before = generator.synthesize(latents, noise)
        assert torch.equal(before, generator.synthesize(latents, noise))
    generator.load_state_dict(other.state_dict())
    with torch.inference_mode():
        after = generator.synthesize(latents, noise)
    assert not torch.equal(before, after)
    assert torch.equal(after, generator.synthesize(latents, noise).detach())


class Left:
    """Draws the second face on the left half, and lets its features reach as far."""

    def picture(self, size):
        return (torch.arange(size) < size // 2).float().expand(1, 1, size, size)

    features = picture


@pytest.mark.parametrize("kind", ["style", "stylegan2"])
def test_faces_in_lockstep_are_drawn_as_alone_where_no_mask_reaches(kind):
    torch.manual_seed(0)
    if kind == "style":
        generator = create("style", {"resolution": 32, "z_dim": 8, "channel_max": 8}).generator().eval()
    else:
        generator = stylegan2.generator(
            {"resolution": 32, "z_dim": 8, "w_dim": 8, "mapping_layers": 1, "channels": [8] * 4}
        ).eval()
    noise = [torch.randn(1, 1, height, width) for height, width in generator.noise_shapes]
    with torch.inference_mode():
        one, other = generator.map(torch.randn(2, 8))[:, None]
        for resolution in (None, 16):
            alone, mixed = (
                generator.blend(faces, [Left()] * (len(faces) - 1), resolution)
                for faces in ([(one, noise)], [(one, noise), (other, noise)])
            )
            torch.testing.assert_close(alone, generator.synthesize(one, noise, resolution), rtol=0, atol=0)
            half = alone.shape[-1] // 2
            assert torch.equal(alone[..., half:], mixed[..., half:])
            assert not torch.equal(alone[..., :half], mixed[..., :half])
            # and the features of the one on the right show in the other on the left
            assert not torch.equal(generator.synthesize(other, noise, resolution)[..., :half], mixed[..., :half])
