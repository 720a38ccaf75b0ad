from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from tests.unit.training.resuming import check_resuming
from training.__main__ import main
from training.checkpoint import CheckpointError
from training.config import CONFIGS, load_config, run_config
from training.critics import PatchCritic
from training.errors import WeightsError
from training.loop import train
from training.networks.superres import (
    Shape,
    SuperResError,
    SuperResolver,
    bicubic,
    load_superres,
    save_superres,
)
from training.sampling import from_bytes, to_bytes
from training.tasks.superres import trainee as upscaling
from training.tasks.superres.degrade import as_jpeg, blurred, degrade, spoil
from training.tasks.superres.trainee import SuperResolving, pairs

CPU = torch.device("cpu")
TINY = Shape(4, 1)


def random_network(shape: Shape = TINY) -> SuperResolver:
    """One whose last layers are not zero."""
    torch.manual_seed(0)
    network = SuperResolver(shape)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return network


@pytest.fixture
def pictures():
    """Soft blobs with sharp edges, so that there is something to learn."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(6, 3, 16, 16, generator=generator)
    return [(torch.nn.functional.interpolate(coarse, scale_factor=32, mode="bicubic") > 0.5).to(torch.uint8) * 200]


@pytest.fixture
def quick(monkeypatch):
    """Four small cuts a step, a high rate, and features that are the pixels."""

    class Pixels(torch.nn.Module):
        def features(self, pictures):
            return [pictures]

        def forward(self, pictures, wanted):
            return (pictures - wanted[0]).square().mean()

    monkeypatch.setattr(upscaling, "CUT", 32)
    monkeypatch.setattr(upscaling, "SPARE", 8)
    monkeypatch.setattr(upscaling.SuperResolving, "warm_up", 5)
    monkeypatch.setattr(upscaling, "Lpips", lambda name: Pixels())


def test_an_untrained_network_is_bicubic_and_bicubic_is_pillows():
    small = torch.rand(1, 3, 9, 7) * 2 - 1
    assert torch.equal(SuperResolver(TINY)(small), bicubic(small, 4))
    byte = torch.randint(100, 156, (1, 3, 12, 16), dtype=torch.uint8)
    for factor, size in ((4, (64, 48)), (0.25, (4, 3))):
        theirs = Image.fromarray(byte[0].permute(1, 2, 0).numpy()).resize(size, Image.Resampling.BICUBIC)
        ours = to_bytes(bicubic(from_bytes(byte), factor))[0].permute(1, 2, 0).numpy()
        assert np.abs(np.array(theirs).astype(int) - ours).max() <= 1


def test_a_pixel_is_made_from_as_far_as_the_network_reaches():
    network = random_network()
    assert network.reach == 5
    middle = (slice(None), slice(None), slice(80, 84), slice(80, 84))  # of what becomes of pixel 20

    def with_a_dot(away: int) -> torch.Tensor:
        small = torch.zeros(1, 3, 41, 41)
        small[:, :, 20, 20 + away] = 1
        with torch.no_grad():
            seen: torch.Tensor = network(small)[middle]
            return seen

    assert torch.allclose(with_a_dot(network.reach + 1), with_a_dot(network.reach + 2), atol=1e-6)
    assert not torch.allclose(with_a_dot(network.reach), with_a_dot(network.reach + 1), atol=1e-4)


def test_a_file_is_read_as_it_was_written(tmp_path):
    network, path = random_network(), tmp_path / "sr.safetensors"
    save_superres(network, "gan", path, {"data": "none"})
    loaded, kind = load_superres(path)
    small = torch.rand(1, 3, 8, 8)
    assert kind == "gan" and loaded.shape == TINY and not loaded.training
    assert torch.allclose(loaded(small), network(small), atol=0.02)  # float16
    assert not list(tmp_path.glob(".*"))


def test_files_that_are_none(tmp_path):
    path = tmp_path / "sr.safetensors"
    path.write_bytes(b"nothing")
    with pytest.raises(WeightsError, match="safetensors"):
        load_superres(path)
    network = random_network()
    save_superres(network, "other", path, {})
    with pytest.raises(SuperResError, match="is no super-resolver"):
        load_superres(path)
    network.shape = Shape(8, 1)
    save_superres(network, "gan", path, {})
    with pytest.raises(SuperResError, match="does not fit its own description"):
        load_superres(path)
    broken = random_network()
    assert broken.tail.bias is not None
    torch.nn.init.constant_(broken.tail.bias, float("nan"))
    save_superres(broken, "gan", path, {})
    with pytest.raises(SuperResError, match="not finite"):
        load_superres(path)


def test_degrading_shrinks_and_spoils():
    torch.manual_seed(1)
    large = torch.rand(8, 3, 32, 48) * 2 - 1
    clean, spoiled = degrade(large, clean=1), spoil(large)
    assert clean.shape == spoiled.shape == (8, 3, 8, 12)
    averaged = to_bytes(torch.nn.functional.avg_pool2d(large, 4))
    cubic = to_bytes(bicubic(large, 0.25))
    kinds = {
        (bool((to_bytes(c) == a).all()), bool((to_bytes(c) == b).all()))
        for c, a, b in zip(clean, averaged, cubic, strict=True)
    }
    assert kinds == {(True, False), (False, True)}  # one filter or the other, nothing else
    assert torch.equal(from_bytes(to_bytes(clean)), clean)
    differs = [float((s - c).abs().mean()) for s, c in zip(spoiled, clean, strict=True)]
    assert np.mean(differs) > 0.02


def test_blur_and_jpeg_keep_what_is_even():
    even = torch.full((2, 3, 16, 16), 0.25)
    assert torch.allclose(blurred(even, torch.tensor([0.5, 3.0])), even, atol=1e-6)
    assert (as_jpeg(even) - even).abs().max() < 0.03
    edge = torch.cat([-torch.ones(2, 3, 16, 8), torch.ones(2, 3, 16, 8)], 3)
    soft = blurred(edge, torch.tensor([0.4, 3.0]))
    assert soft[0, 0, 8, 6] < -0.99 and soft[1, 0, 8, 6] > -0.8  # each by its own


def test_pairs_show_the_same_place(pictures, monkeypatch):
    monkeypatch.setattr("training.tasks.superres.degrade.CLEAN", 1.0)
    monkeypatch.setattr(upscaling, "degrade", lambda x: degrade(x, 1.0))
    torch.manual_seed(0)
    small, wanted = pairs([pictures[0], pictures[0].flip(0)], 5)
    assert small.shape == (5, 3, 32, 32) and wanted.shape == (5, 3, 128, 128)
    near = (torch.nn.functional.avg_pool2d(wanted, 4) - small)[:, :, 2:-2, 2:-2].abs().mean()
    assert near < 0.05 and (wanted.roll(8, 3) - wanted).abs().mean() > 4 * near


def test_the_critic_judges_each_place():
    assert PatchCritic(4)(torch.zeros(2, 3, 32, 48)).shape == (2, 1, 4, 6)


def config_of(data, kind="resnet", start="", images=32, **train):
    config = load_config(CONFIGS / "superres.toml", (f"data.source={data}", "data.holdout=0", "log.grid=2"))
    options = {"kind": kind, "start": str(start), "width": 8, "blocks": 1}
    return replace(config, options=options, train=replace(config.train, images=images, batch=4, device="cpu", **train))


def test_steps_bring_the_picture_nearer(quick, tmp_path):
    torch.manual_seed(0)
    wanted = (torch.rand(2, 3, 32, 32) > 0.5).float() * 2 - 1
    small = bicubic(wanted, 0.25)
    plain = SuperResolving(config_of("none", images=4000, learning_rate=1e-2), CPU)
    parts = [taught(plain, small, wanted) for _ in range(20)]
    assert parts[-1]["pixels"] < 0.95 * parts[0]["pixels"]
    save_superres(SuperResolver(Shape(8, 1)), "resnet", tmp_path / "start.safetensors", {})
    critical = SuperResolving(config_of("none", "gan", tmp_path / "start.safetensors", 4000, learning_rate=1e-3), CPU)
    parts = [taught(critical, small, wanted) for _ in range(20)]
    assert parts[-1]["critic's own"] < 0.9 * parts[0]["critic's own"]


def taught(trainee, small, wanted):
    trainee.batch = lambda: (small, wanted)
    return trainee.step()


@pytest.mark.parametrize("kind", ["resnet", "gan"])
def test_a_stopped_run_goes_on_as_the_very_same_run(kind, sharp, quick, tmp_path):
    save_superres(random_network(Shape(8, 1)), "resnet", tmp_path / "start.safetensors", {})
    config = config_of(sharp, kind, tmp_path / "start.safetensors")
    check_resuming(config, tmp_path)
    assert (tmp_path / "whole" / "small.png").exists()


def test_other_options_are_refused(sharp, quick, tmp_path):
    list(train(config_of(sharp, images=4), tmp_path))
    other = replace(config_of(sharp), options={"kind": "resnet", "width": 16, "blocks": 1})
    with pytest.raises(CheckpointError, match="does not fit the options of this run"):
        list(train(other, tmp_path))


@pytest.fixture
def sharp(tmp_path):
    """A folder of three pictures."""
    data = tmp_path / "faces"
    data.mkdir()
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(data / f"{number}.png")
    return data


def test_the_command_trains_and_says_what_is_wrong(sharp, tmp_path, capsys, quick):
    data = sharp
    out = tmp_path / "sr.safetensors"
    words = ["superres", "resnet", "--data", str(data), "--out", str(out), "--holdout", "0"]
    assert main([*words, "--images", "4"]) == 0
    assert "3 pictures in the data set" in capsys.readouterr().out and load_superres(out)[1] == "resnet"
    assert run_config(tmp_path / "sr.run").variant == "superres" and (tmp_path / "sr.run" / "last.pt").exists()
    out.unlink()
    assert main([*words, "--images", "32"]) == 0  # goes on
    assert "16 pictures finished" not in capsys.readouterr().out and load_superres(out)[1] == "resnet"
    assert main([*words, "--width", "8"]) == 2
    assert "is a run of other options: delete it, or choose another --out" in capsys.readouterr().err
    assert main([*words, "--images", "0"]) == 2
    assert "--images is 0" in capsys.readouterr().err
    words[1] = "gan"
    assert main(words) == 2
    assert "train one first and name it with --start" in capsys.readouterr().err
