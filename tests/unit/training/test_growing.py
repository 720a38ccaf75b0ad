"""The style generator's sub-pixel stages, its one backward pass for both networks, and how it grows."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn import functional

from tests.unit.training.helpers import debug_config, make_pictures
from training.annealing import annealed
from training.checkpoint import load_checkpoint
from training.config import parse_config
from training.errors import WeightsError
from training.export import export, save_companion
from training.gan_trainee import GanTrainee
from training.gans import create
from training.layers import halve
from training.loop import train
from training.weights import load_weights

CPU = torch.device("cpu")
SUBPIXEL: dict[str, Any] = {
    "resolution": 16,
    "z_dim": 16,
    "mapping_layers": 2,
    "widths": [12, 8],
    "subpixel": True,
    "deviation": False,
    "one_pass": True,
}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return make_pictures(tmp_path_factory.mktemp("data") / "faces", size=32)


def subpixel(data, *overrides: str, **options: Any):
    return debug_config(data, "variant=style", f"options={SUBPIXEL | options}", *overrides)


def test_a_stage_draws_twice_its_resolution_and_leaves_early_at_each():
    generator = create("style", SUBPIXEL).generator().eval()
    assert generator.resolutions == (8, 16)
    assert generator.latent_shape == (4, 16) and generator.noise_shapes == ((4, 4), (4, 4), (8, 8), (8, 8))
    latents = generator.map(torch.randn(2, 16))
    assert generator.synthesize(latents).shape == (2, 3, 16, 16)
    assert generator.synthesize(latents, resolution=8).shape == (2, 3, 8, 8)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"widths": [8, 8, 8]}, "options.widths is .8, 8, 8., but 16 px take 2 stages: give the channels at 4, 8 px"),
        ({"deviation": True}, "set deviation = false"),
        ({"critic": "features"}, "set deviation = false"),
    ],
)
def test_options_that_do_not_fit_each_other_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        create("style", SUBPIXEL | options)


def test_one_pass_gives_the_generator_the_gradient_of_its_own_loss():
    torch.manual_seed(0)
    gan = create("style", SUBPIXEL)
    discriminator = gan.discriminator()
    real, fake = torch.randn(2, 6, 3, 16, 16).unbind()
    fake.requires_grad_(True)
    (wanted,) = torch.autograd.grad(gan.generator_loss(discriminator, real, fake).total, fake)
    loss = gan.discriminator_loss(discriminator, real, fake, step=1)
    (found,) = torch.autograd.grad(loss.total, fake)
    assert loss.turned is not None
    assert torch.allclose(found * loss.turned[:, None, None, None], wanted, atol=1e-7)
    assert wanted.abs().max() > 1e-4


def test_one_pass_trains_both_networks_and_logs_both_losses(pictures):
    trainer = GanTrainee(subpixel(pictures), CPU)
    before = {name: value.clone() for name, value in trainer.generator.state_dict().items()}
    trainer.give(torch.randint(256, (8, 3, 16, 16), dtype=torch.uint8))
    logged = trainer.step()
    assert {"d_loss", "g_loss", "d_r1", "d_r2"} <= set(logged)
    assert float(logged["g_loss"]) > 0
    moved = [name for name, value in trainer.generator.state_dict().items() if not torch.equal(value, before[name])]
    assert len(moved) == len(before)


def test_halving_is_average_pooling_both_ways_and_twice():
    x = torch.randn(2, 3, 8, 8, dtype=torch.float64, requires_grad=True)
    assert torch.equal(halve(x), functional.avg_pool2d(x, 2))
    assert torch.autograd.gradcheck(halve, x)
    assert torch.autograd.gradgradcheck(halve, x)


def test_what_grows_draws_and_judges_as_before(pictures, tmp_path):
    list(train(subpixel(pictures, "train.images=32"), tmp_path))
    small = GanTrainee(subpixel(pictures), CPU)
    small.warm_start(tmp_path)
    large = GanTrainee(subpixel(pictures, resolution=32, widths=[12, 8, 4]), CPU)
    large.warm_start(tmp_path)

    z = torch.randn(4, 16)
    noise = [torch.randn(1, 1, *shape) for shape in large.average.noise_shapes]
    with torch.inference_mode():
        before = small.average.synthesize(small.average.map(z), noise[:4])
        after = large.average.synthesize(large.average.map(z), noise)
        assert torch.allclose(large.average.synthesize(large.average.map(z), noise, 16), before, atol=1e-6)
        enlarged = functional.interpolate(before, scale_factor=2, mode="bilinear", align_corners=False)
        assert torch.allclose(after, enlarged, atol=1e-6) and before.std() > 0.01
        real = torch.randn(4, 3, 32, 32)
        assert torch.allclose(large.discriminator(real), small.discriminator(halve(real)), atol=1e-5)
    large.give(torch.randint(256, (8, 3, 32, 32), dtype=torch.uint8))
    large.step()  # and what is new learns
    assert large.generator.get_parameter("to_rgb.2.weight").abs().max() > 0
    assert large.discriminator.get_parameter("blocks.32.conv1.weight").abs().max() > 0


@pytest.mark.parametrize("widths", [[12, 10], [16, 8], [20, 14]])
def test_what_becomes_wider_draws_and_judges_as_before(pictures, tmp_path, widths):
    list(train(subpixel(pictures, "train.images=32"), tmp_path))
    narrow = GanTrainee(subpixel(pictures), CPU)
    narrow.warm_start(tmp_path)
    wide = GanTrainee(subpixel(pictures, widths=widths), CPU)
    wide.warm_start(tmp_path)
    z, noise = torch.randn(4, 16), [torch.randn(1, 1, *shape) for shape in narrow.average.noise_shapes]
    real = torch.randn(4, 3, 16, 16)
    with torch.inference_mode():
        before, after = (one.average.synthesize(one.average.map(z), noise) for one in (narrow, wide))
        assert torch.allclose(after, before, atol=1e-5) and before.std() > 0.01
        assert torch.allclose(wide.discriminator(real), narrow.discriminator(real), atol=1e-5)
    wide.give(torch.randint(256, (8, 3, 16, 16), dtype=torch.uint8))
    former = wide.generator.get_parameter("layers.3.conv.weight").clone()
    wide.step()  # now what is new is listened to
    wide.step()  # and learns
    assert (wide.generator.get_parameter("layers.3.conv.weight") != former).float().mean() > 0.9


def test_latents_of_another_length_are_not_taken(pictures, tmp_path):
    list(train(subpixel(pictures, "train.images=32"), tmp_path))
    other = GanTrainee(subpixel(pictures, z_dim=24), CPU)
    before = other.generator.get_parameter("mapping.0.weight").clone()
    other.warm_start(tmp_path)
    assert torch.equal(other.generator.get_parameter("mapping.0.weight"), before)


def test_a_companion_gives_a_new_run_both_networks(pictures, tmp_path):
    run, companion, model = tmp_path / "run", tmp_path / "mine.training.safetensors", tmp_path / "mine.safetensors"
    run.mkdir()
    config = subpixel(pictures, "train.images=32")
    (run / "config.toml").write_text(config.to_toml())
    list(train(config, run))
    assert save_companion(run, companion) == 32
    export(run, model)

    trainer = GanTrainee(subpixel(pictures), CPU)
    notes = trainer.warm_start(companion)
    assert [note.split(":")[0] for note in notes] == ["generator", "average", "discriminator"]
    old = load_checkpoint(run / "last.pt", CPU)
    for mine, other in (("generator", "average"), ("average", "average"), ("discriminator", "discriminator")):
        for name, value in getattr(trainer, mine).state_dict().items():
            assert torch.allclose(value, old[other][name], rtol=1e-3, atol=1e-4), (mine, name)
    assert [note.split(":")[0] for note in trainer.warm_start(model)] == ["generator", "average"]

    with pytest.raises(WeightsError, match="open the file beside it"):
        load_weights(companion)
    with pytest.raises(WeightsError, match="fits this generator: start from one of its variant"):
        GanTrainee(debug_config(pictures, "variant=dcgan", "options={'resolution': 16}"), CPU).warm_start(companion)


def test_values_change_along_the_way_and_stay_at_its_end():
    config = parse_config(
        {
            "options": {"gamma": 1.0},
            "train": {"images": 1000, "learning_rate": 0.002, "augment_probability": 0.0},
            "anneal": {"images": 500, "gamma": 0.1, "learning_rate": 0.0005, "augment_probability": 0.3},
        }
    )
    begin, middle, end, after = (annealed(config, images) for images in (0, 250, 500, 900))
    assert (begin.options["gamma"], begin.train.learning_rate, begin.train.augment_probability) == (1.0, 0.002, 0.0)
    assert middle.options["gamma"] == pytest.approx(0.55)
    assert (end.options["gamma"], end.train.learning_rate) == pytest.approx((0.1, 0.0005))
    assert end.train.augment_probability == pytest.approx(0.3)
    assert after == end and begin.train.ema_half_life == end.train.ema_half_life


def test_a_step_learns_with_the_values_of_its_moment(pictures):
    config = subpixel(pictures, "train.images=8", "train.batch=8", "anneal.learning_rate=0.0005", "anneal.gamma=0.0")
    config = parse_config({**config.to_dict(), "options": {**config.options, "gamma": 1.0}})
    trainer = GanTrainee(config, CPU)
    trainer.give(torch.randint(256, (8, 3, 16, 16), dtype=torch.uint8))
    assert "d_r1" in trainer.step()
    assert trainer.generator_optimizer.param_groups[0]["lr"] == config.train.learning_rate
    trainer.step_number = 16  # a step with penalties, were their weight not 0 by now
    assert "d_r1" not in trainer.step()
    assert trainer.discriminator_optimizer.param_groups[0]["lr"] == pytest.approx(0.0005)


def test_a_run_stops_after_its_minutes_saved_and_goes_on(pictures, tmp_path):
    short = subpixel(pictures, "train.images=80", "train.batch=8", "train.minutes=0.000001")
    assert [e.reason for e in train(short, tmp_path) if hasattr(e, "reason")] == ["stopped"]
    assert (tmp_path / "last.pt").exists()
    rest = subpixel(pictures, "train.images=80", "train.batch=8")
    assert [e.reason for e in train(rest, tmp_path) if hasattr(e, "reason")] == ["finished"]
