from dataclasses import replace

import pytest
import torch
from PIL import Image

from tests.tiny import tiny_weights
from tests.unit.training.resuming import check_resuming
from training.__main__ import main
from training.checkpoint import CheckpointError
from training.config import CONFIGS, load_config
from training.loop import train
from training.networks.encoder import EncoderError, difference, load_encoder, new_encoder, save_encoder
from training.tasks.encode import trainee as encoding
from training.tasks.encode.spoil import spoil
from training.tasks.encode.trainee import begin
from training.weights import load_weights

BATCH = 32


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return load_weights(tiny_weights(tmp_path_factory.mktemp("weights") / "tiny.safetensors"))


def pictures(count=5):
    return torch.randint(0, 256, (count, 3, 16, 16), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def test_an_untrained_encoder_answers_the_mean_face(weights):
    encoder = new_encoder(weights).eval()
    latents = encoder(torch.zeros(3, 3, 16, 16))
    assert latents.shape == (3, *weights.generator.latent_shape)
    torch.testing.assert_close(latents[0, 0], weights.latent_mean, atol=0.1, rtol=0)
    assert encoder.estimate(torch.zeros(3, 50, 50)).shape == weights.generator.latent_shape


def test_the_basis_holds_the_styles_of_the_generator(weights):
    encoder = new_encoder(weights)
    styles = weights.generator.map(torch.randn(50, 8))[:, 0]
    assert encoder.basis.shape == (8, 8)
    parts = torch.linalg.solve(encoder.basis.T, (styles - encoder.mean).T).T
    assert 0.7 < parts.std() < 1.3  # each component is one standard deviation long


@pytest.fixture
def model(tmp_path):
    return tiny_weights(tmp_path / "tiny.safetensors")


@pytest.fixture
def faces(tmp_path):
    """A folder of six pictures."""
    (tmp_path / "faces").mkdir()
    for number, picture in enumerate(pictures(6).permute(0, 2, 3, 1).numpy()):
        Image.fromarray(picture).save(tmp_path / "faces" / f"{number}.png")
    return tmp_path / "faces"


def config_of(model, data="", images=4 * BATCH, **options):
    changes = (f"data.source={data}", "data.holdout=0", "train.precision=float32", "log.grid=2")
    config = load_config(CONFIGS / "encoder.toml", (*changes, f"train.images={images}"))
    return replace(config, options={"weights": str(model), **{k: str(v) for k, v in options.items()}})


def test_training_comes_closer(weights, model, tmp_path, monkeypatch):
    monkeypatch.setattr(encoding.Encoding, "warm_up", 5)
    trainee = begin(config_of(model, images=40 * BATCH), torch.device("cpu"), None)
    for _ in range(40):
        trainee.step()
    torch.manual_seed(1)
    with torch.no_grad():
        unseen = weights.generator(torch.randn(64, 8)).clamp(-1, 1)
        first, learnt = (
            difference(weights.generator.synthesize(one.eval()(unseen)), unseen)
            for one in (new_encoder(weights), trainee.encoder)
        )
    assert learnt < 0.9 * first


@pytest.mark.parametrize("sketches", [False, True])
def test_a_stopped_run_goes_on_as_the_very_same_run(sketches, model, faces, tmp_path):
    config = config_of(model, faces)
    check_resuming(replace(config, options={**config.options, "sketches": sketches}), tmp_path)
    assert (tmp_path / "whole" / "seen.png").exists()


def test_another_generators_checkpoint_is_refused(model, tmp_path):
    list(train(config_of(model, images=BATCH), tmp_path))
    other = tiny_weights(tmp_path / "other.safetensors", seed=1)
    with pytest.raises(CheckpointError, match="another generator"):
        list(train(config_of(other, images=2 * BATCH), tmp_path))


def test_the_file_describes_itself(weights, tmp_path):
    encoder = new_encoder(weights).eval()
    torch.nn.init.normal_(encoder.head.weight)
    path = tmp_path / "e.safetensors"
    save_encoder(encoder, path, weights.hash, {"images": "0"})
    loaded = load_encoder(path, weights.hash)
    seen = torch.rand(2, 3, 16, 16)
    torch.testing.assert_close(loaded(seen), encoder(seen), atol=0.02, rtol=0.02)
    with pytest.raises(EncoderError, match=r"belongs to the generator .* train an encoder for it"):
        load_encoder(path, "0123456789abcdef")
    with pytest.raises(EncoderError, match="is no encoder"):
        load_encoder(tiny_weights(tmp_path / "tiny.safetensors"), weights.hash)


def test_one_begins_with_the_encoder_of_another_generator(weights, model, tmp_path):
    other = load_weights(tiny_weights(tmp_path / "other.safetensors", seed=5))
    first = new_encoder(other)
    with torch.no_grad():
        for parameter in first.parameters():
            parameter.uniform_(-0.1, 0.1)
    save_encoder(first, tmp_path / "first.safetensors", other.hash, {})
    made = begin(config_of(model, start=tmp_path / "first.safetensors"), torch.device("cpu"), None).encoder
    fresh = new_encoder(weights)
    assert torch.equal(made.basis, fresh.basis) and torch.equal(made.mean, fresh.mean)
    pairs = zip(made.parameters(), first.parameters(), strict=True)
    assert all(torch.equal(mine, theirs.half().float()) for mine, theirs in pairs)


def test_a_damaged_file_is_refused(weights, tmp_path):
    encoder = new_encoder(weights)
    encoder.mean[0] = float("nan")
    save_encoder(encoder, tmp_path / "nan.safetensors", weights.hash, {})
    with pytest.raises(EncoderError, match="not finite"):
        load_encoder(tmp_path / "nan.safetensors", weights.hash)
    encoder = new_encoder(weights)
    encoder.head = torch.nn.Linear(3, 3)
    save_encoder(encoder, tmp_path / "odd.safetensors", weights.hash, {})
    with pytest.raises(EncoderError, match="does not fit its own description"):
        load_encoder(tmp_path / "odd.safetensors", weights.hash)


def test_a_generator_with_labels_is_refused(tmp_path):
    weights = load_weights(tiny_weights(tmp_path / "c.safetensors", variant="cgan"))
    with pytest.raises(ValueError, match="labels or codes"):
        new_encoder(weights)


def test_pictures_are_spoiled_within_bounds():
    torch.manual_seed(0)
    clean = torch.rand(64, 3, 16, 16) * 2 - 1
    spoiled = spoil(clean)
    assert spoiled.shape == clean.shape and spoiled.abs().max() <= 1 and torch.isfinite(spoiled).all()
    assert 0 < (spoiled == clean).flatten(1).all(1).sum() < 32  # some stay as they are


def test_difference_is_zero_for_the_same_picture_only():
    picture = torch.rand(1, 3, 16, 16)
    assert difference(picture, picture) == 0 < difference(picture, picture.flip(3))


def test_the_command_makes_a_run_and_writes_an_encoder(model, faces, tmp_path, capsys):
    out, own = tmp_path / "encoder.safetensors", load_weights(model).hash
    command = ["encoder", str(model), "--data", str(faces), "--holdout", "0", "--out", str(out), "--images"]
    assert main([*command, str(BATCH)]) == 0
    assert load_encoder(out, own).shape.resolution == 16
    assert "6 pictures" in capsys.readouterr().out and (tmp_path / "encoder.run" / "metrics.jsonl").exists()
    assert main([*command, "0"]) == 2
    assert "--images is 0; choose 1 or more" in capsys.readouterr().err
    assert main([*command, str(BATCH), "--sketches"]) == 2
    assert "is a run of other options" in capsys.readouterr().err
