import errno
import json
from functools import partial

import pytest
import torch

from tests.unit.training.helpers import SMALL, debug_config, make_labelled, make_pictures, small_config
from tests.unit.training.test_distances import Colours
from training import distances
from training.checkpoint import CheckpointError, load_checkpoint
from training.config import new_run, run_config
from training.data import DataError
from training.events import Ended, Measured, Metrics, Samples, Saved, Started, decode
from training.export import export
from training.gan_trainee import GanTrainee
from training.gans import create
from training.loop import TrainingError, train
from training.movements import Choice, Direction
from training.weights import load_weights


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return make_pictures(tmp_path_factory.mktemp("data") / "faces")


@pytest.fixture(scope="module")
def labelled_pictures(tmp_path_factory):
    return make_labelled(tmp_path_factory.mktemp("data") / "faces")


def weights_of(folder):
    state = load_checkpoint(folder / "last.pt", torch.device("cpu"))
    return {k: v for part in ("generator", "average", "discriminator") for k, v in state[part].items()}


def test_a_run_leaves_all_that_the_run_folder_promises(pictures, tmp_path):
    config = debug_config(pictures)
    folder = new_run(config, tmp_path)
    events = list(train(config, folder))
    assert folder.name == "00001-debug"
    assert [type(e) for e in events][:2] == [Started, Samples]
    assert {type(e) for e in events} == {Started, Samples, Metrics, Saved, Ended}
    assert events[-1] == Ended(128, "finished")
    assert (folder / "reals.png").exists() and (folder / "fakes000016.png").exists()
    assert [decode(line) for line in (folder / "metrics.jsonl").read_text().splitlines()] == events
    assert run_config(folder) == config
    assert new_run(config, tmp_path).name == "00002-debug"


@pytest.mark.parametrize("variant", SMALL)
def test_a_resumed_run_equals_one_that_was_not_stopped_bit_for_bit(variant, labelled_pictures, tmp_path):
    config = small_config(variant, labelled_pictures, "train.images=80")
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    list(train(config, whole))
    for steps in (3, 4, 100):  # stopped twice
        left = iter([False] * (steps - 1) + [True] * 100)
        list(train(config, parts, stop=partial(next, left)))
    expected, found = weights_of(whole), weights_of(parts)
    assert expected.keys() == found.keys()
    assert [k for k in expected if not torch.equal(expected[k], found[k])] == []


def test_a_pause_is_no_training_time(pictures, tmp_path, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("training.loop.time.perf_counter", lambda: clock[0])

    def paused_for_an_hour() -> bool:
        clock[0] += 3600
        return False

    events = list(train(debug_config(pictures), tmp_path, stop=paused_for_an_hour))
    assert clock[0] >= 15 * 3600
    assert {e.seconds for e in events if isinstance(e, Metrics)} == {0.0}


def test_distances_are_measured_now_and_then_and_a_stop_does_not_wait_for_them(pictures, tmp_path, monkeypatch):
    config = debug_config(pictures, "log.measure_every=32")
    monkeypatch.setattr(distances, "Features", Colours)
    monkeypatch.setattr(distances, "FEWEST", 8)
    for name in ("whole", "stopped"):
        (tmp_path / name).mkdir()
    events = list(train(config, tmp_path / "whole"))
    assert [e.images for e in events if isinstance(e, Measured)] == [32, 64, 96, 128]
    looked = []
    monkeypatch.setattr(Colours, "__call__", lambda *_: looked.append(1))
    events = list(train(config, tmp_path / "stopped", stop=lambda: True))
    assert not looked and not [e for e in events if isinstance(e, Measured)]


def test_what_a_killed_run_logged_after_its_checkpoint_is_dropped(pictures, tmp_path):
    config = debug_config(pictures)
    for event in train(config, tmp_path):
        if isinstance(event, Metrics) and event.images == 96:  # saved at 64
            break
    events = list(train(config, tmp_path))
    assert isinstance(events[0], Started) and events[0].images == 64
    logged = [decode(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [e.images for e in logged if isinstance(e, Metrics)] == [32, 64, 96, 128]


def test_a_full_disk_leaves_the_former_checkpoint(pictures, tmp_path, monkeypatch):
    config = debug_config(pictures)
    saves = 0
    real_save = torch.save

    def save(state, path):
        nonlocal saves
        saves += 1
        real_save(state, path)
        if saves == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(torch, "save", save)
    with pytest.raises(OSError, match="No space left"):
        list(train(config, tmp_path))
    assert load_checkpoint(tmp_path / "last.pt", torch.device("cpu"))["step"] == 8
    assert [p.name for p in tmp_path.iterdir() if "tmp" in p.name] == []


@pytest.mark.parametrize("variant", SMALL)
def test_losses_that_are_no_numbers_stop_the_run_and_keep_the_last_good_state(
    variant, labelled_pictures, tmp_path, monkeypatch
):
    config = small_config(variant, labelled_pictures)
    step = GanTrainee.step

    def broken(self):
        if self.step_number == 10:
            with torch.no_grad():
                next(self.discriminator.parameters()).mul_(float("nan"))
        return step(self)

    monkeypatch.setattr(GanTrainee, "step", broken)
    with pytest.raises(TrainingError, match=r"last.pt; lower train.learning_rate"):
        list(train(config, tmp_path))
    assert load_checkpoint(tmp_path / "last.pt", torch.device("cpu"))["step"] == 8


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04 torn"])
def test_a_broken_checkpoint_is_named(content, pictures, tmp_path):
    (tmp_path / "last.pt").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"last.pt cannot be read"):
        list(train(debug_config(pictures), tmp_path))


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "owned"), "w"))

    torch.save({"version": 1, "evil": Evil()}, tmp_path / "last.pt")
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_checkpoint(tmp_path / "last.pt", torch.device("cpu"))
    assert not (tmp_path / "owned").exists()


def test_a_larger_generator_starts_from_a_smaller_one(pictures, tmp_path):
    small, large = tmp_path / "small", tmp_path / "large"
    for folder in (small, large):
        folder.mkdir()
    list(train(debug_config(pictures, "train.images=16"), small))
    config = debug_config(pictures, f"train.warm_start={small}", "options.resolution=32", "train.images=8")
    started = next(train(config, large))
    assert isinstance(started, Started)
    notes = [note for note in started.notes if "tensors" in note]
    assert [note.split(":")[0] for note in notes] == ["generator", "average", "discriminator"]
    trainer = GanTrainee(config, torch.device("cpu"))
    trainer.warm_start(small)
    state = load_checkpoint(small / "last.pt", torch.device("cpu"))
    taken = trainer.discriminator.state_dict()
    assert torch.equal(taken["conv.weight"], state["discriminator"]["conv.weight"])
    assert torch.equal(trainer.average.state_dict()["constant"], state["average"]["constant"])


def test_the_generator_waits_for_a_new_discriminator(pictures):
    trainer = GanTrainee(debug_config(pictures, "train.generator_waits=16", "train.batch=8"), torch.device("cpu"))
    images = torch.randint(256, (4, 3, 16, 16), dtype=torch.uint8)
    before = {name: value.clone() for name, value in trainer.generator.state_dict().items()}
    judge = trainer.discriminator.state_dict()["conv.weight"].clone()
    trainer.give(images)
    assert all("g_loss" not in trainer.step() for _ in range(2))
    assert all(torch.equal(value, before[name]) for name, value in trainer.generator.state_dict().items())
    assert not torch.equal(trainer.discriminator.state_dict()["conv.weight"], judge)
    assert "g_loss" in trainer.step()
    assert not torch.equal(trainer.generator.state_dict()["constant"], before["constant"])


def test_compiled_networks_learn_the_same(pictures, monkeypatch):
    images = torch.randint(0, 256, (8, 3, 16, 16), dtype=torch.uint8)
    compiled = []

    def undifferentiable(network):  # what a compiled call may not be asked for: a gradient of a gradient
        compiled.append(network)
        network._compiled_call_impl = lambda *x: network.forward(OnlyOnce.apply(x[0]), *x[1:])

    monkeypatch.setattr(torch.nn.Module, "compile", undifferentiable)
    found = {}
    for chosen in ("false", "true"):
        trainer = GanTrainee(debug_config(pictures, f"train.compile={chosen}"), torch.device("cpu"))
        trainer.give(images)
        trainer.step()  # the first has the penalty
        found[chosen] = trainer.generator.state_dict()

    assert compiled == [trainer.generator, trainer.discriminator]
    assert found["true"].keys() == found["false"].keys()
    for name, tensor in found["false"].items():
        torch.testing.assert_close(found["true"][name], tensor, rtol=1e-4, atol=1e-5)


class OnlyOnce(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient):
        return gradient


def test_export_makes_a_file_that_describes_itself(pictures, tmp_path):
    config = debug_config(pictures, "train.images=16", "data.terms=for tests only")
    run = new_run(config, tmp_path)
    list(train(config, run))
    export(run, tmp_path / "model.safetensors", directions=3)
    weights = load_weights(tmp_path / "model.safetensors")
    assert weights.variant == "style" and weights.options["resolution"] == 16
    assert [d.name for d in weights.of(Direction)] == ["pc01", "pc02", "pc03"]
    assert weights.card["terms"] == "for tests only"
    assert json.loads(json.dumps(weights.card)) == weights.card


@pytest.mark.parametrize("variant", ["cgan", "acgan"])
def test_a_conditional_run_leaves_out_the_unlabelled_and_its_file_offers_menus(variant, labelled_pictures, tmp_path):
    config = small_config(variant, labelled_pictures, "train.images=32")
    run = new_run(config, tmp_path)
    started, *_, ended = train(config, run)
    assert isinstance(started, Started) and ended == Ended(32, "finished")
    assert started.pictures == 22 and "2 of 24 pictures lack a label for colour or age:30" in " ".join(started.notes)
    state = load_checkpoint(run / "last.pt", torch.device("cpu"))
    assert state["from_data"]["classes"] == (("blue", "red"), ("under 30", "from 30"))

    export(run, tmp_path / "model.safetensors", directions=2)
    assert (run / "codes.png").exists()
    weights = load_weights(tmp_path / "model.safetensors")
    assert [(c.name, c.label, c.classes, c.first) for c in weights.of(Choice)] == [
        ("colour", "Colour", ("blue", "red"), 100),
        ("age", "Age", ("under 30", "from 30"), 102),
    ]
    assert [d.name for d in weights.of(Direction)] == ["pc01", "pc02"]
    assert weights.generator.conditions.prior == pytest.approx(state["from_data"]["prior"])


def test_an_infogan_run_needs_no_labels_and_its_file_offers_a_menu_and_sliders(pictures, tmp_path):
    config = small_config("infogan", pictures, "train.images=32")
    run = new_run(config, tmp_path)
    list(train(config, run))
    export(run, tmp_path / "model.safetensors", directions=2)
    weights = load_weights(tmp_path / "model.safetensors")
    assert [(c.label, c.group, c.classes) for c in weights.of(Choice)] == [("Category 1", "Codes", ("1", "2", "3"))]
    assert [d.name for d in weights.of(Direction)] == ["pc01", "pc02", "c01", "c02"]
    for i, direction in enumerate(weights.of(Direction)[2:]):
        assert direction.vector.nonzero().tolist() == [[103 + i]] and direction.vector.sum() == 1
        assert (direction.minimum, direction.maximum, direction.group) == (-2, 2, "Codes")


def test_a_run_goes_on_with_its_classes_when_a_new_one_appears_in_the_data(tmp_path):
    folder = make_labelled(tmp_path / "faces")
    config = small_config("cgan", folder, "train.images=64", "options.labels=['colour']")
    list(train(config, tmp_path, stop=lambda: True))
    table = (folder / "labels.csv").read_text()
    (folder / "labels.csv").write_text(table.replace("001.png,blue", "001.png,azure"))
    started, *_, ended = train(config, tmp_path)
    assert isinstance(started, Started) and started.pictures == 21 and ended == Ended(64, "finished")


@pytest.mark.parametrize(
    ("labels", "message"),
    [("['color']", "did you mean 'colour'. Known are colour, age"), ("['colour', 'age:99']", "one class only")],
)
def test_a_run_on_labels_that_are_not_there_does_not_begin(labels, message, labelled_pictures, tmp_path):
    config = small_config("acgan", labelled_pictures, f"options.labels={labels}")
    with pytest.raises(DataError, match=message):
        list(train(config, tmp_path))
    assert not (tmp_path / "last.pt").exists()


def test_a_checkpoint_from_before_labels_goes_on(pictures, tmp_path):
    config = small_config("dcgan", pictures, "train.images=32")
    (tmp_path / "config.toml").write_text(config.to_toml())
    list(train(config, tmp_path, stop=lambda: True))
    state = torch.load(tmp_path / "last.pt", weights_only=True)
    del state["from_data"]
    torch.save(state, tmp_path / "last.pt")
    *_, ended = train(config, tmp_path)
    assert ended == Ended(32, "finished")
    assert export(tmp_path, tmp_path / "model.safetensors").of(Choice) == ()


def test_a_resumed_run_can_be_told_another_learning_rate(pictures, tmp_path):
    list(train(debug_config(pictures, "train.images=16"), tmp_path))
    trainer = GanTrainee(debug_config(pictures, "train.learning_rate=0.0005"), torch.device("cpu"))
    trainer.restore(load_checkpoint(tmp_path / "last.pt", torch.device("cpu")))
    for optimizer in (trainer.generator_optimizer, trainer.discriminator_optimizer):
        assert [group["lr"] for group in optimizer.param_groups] == [0.0005]


def test_the_checkpoint_of_a_generator_keeps_its_layout(pictures, tmp_path):
    """Long runs lie on disks: what they saved is written down here key by key, and goes on."""
    config = debug_config(pictures, "train.images=24")
    torch.manual_seed(config.train.seed)
    gan = create(config.variant, config.options)
    generator, average, discriminator = gan.generator(), gan.generator(), gan.discriminator()
    average.load_state_dict(generator.state_dict())
    rates = config.train.learning_rate, (config.train.beta1, config.train.beta2)
    saved = {
        "version": 1,
        "step": 0,
        "seconds": 1e6,
        "from_data": {},
        "generator": generator.state_dict(),
        "average": average.state_dict(),
        "discriminator": discriminator.state_dict(),
        "generator_optimizer": torch.optim.Adam(generator.parameters(), *rates, fused=True).state_dict(),
        "discriminator_optimizer": torch.optim.Adam(discriminator.parameters(), *rates, fused=True).state_dict(),
    }
    whole, resumed = tmp_path / "whole", tmp_path / "resumed"
    for folder in (whole, resumed):
        folder.mkdir()
    torch.save(saved, resumed / "last.pt")
    for folder in (whole, resumed):
        *_, last = (event for event in train(config, folder) if isinstance(event, Metrics))
        assert (last.seconds > 1e6) == (folder == resumed)
    expected, found = weights_of(whole), weights_of(resumed)
    assert [k for k in expected if not torch.equal(expected[k], found[k])] == []
    assert torch.load(whole / "last.pt", weights_only=True).keys() == saved.keys()
