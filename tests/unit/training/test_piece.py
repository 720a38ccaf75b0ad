"""A piece of training from end to end, on tiny networks: begun, ended by the clock, taken apart and joined again."""

from __future__ import annotations

import json

import pytest
import torch

from tests.unit.training.helpers import debug_config, make_pictures
from training import piece
from training.__main__ import main
from training.export import save_companion
from training.loop import train
from training.warm_start import part_of
from training.weights import load_weights, read

OPTIONS = {"resolution": 16, "z_dim": 16, "mapping_layers": 2, "widths": [12, 8], "subpixel": True}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return make_pictures(tmp_path_factory.mktemp("data") / "faces")


@pytest.fixture(scope="module")
def companion(pictures, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    config = debug_config(pictures, "variant=style", f"options={OPTIONS}", "train.images=16")
    (folder / "config.toml").write_text(config.to_toml())
    list(train(config, folder))
    path = folder / "tiny.training.safetensors"
    save_companion(folder, path)
    return path


@pytest.fixture
def made(companion, pictures, tmp_path, monkeypatch, capsys):
    """The folder of a piece whose state came in several parts."""
    monkeypatch.setattr(piece, "PART", 3000)
    out = tmp_path / "out"
    command = ["piece", str(companion), "--data", str(pictures), "--out", str(out), "--minutes", "0.01", "--batch", "8"]
    assert main([*command, "--set", "train.device=cpu"]) == 0
    assert "pictures in" in capsys.readouterr().out
    return out


def test_a_piece_goes_on_from_a_companion_and_its_parts_become_one(made, companion, tmp_path, capsys):
    about = json.loads((made / "piece.json").read_text())
    assert about["before"] == 16 and about["images"] > 16 and len(about["parts"]) > 2
    assert all((made / name).stat().st_size <= 3000 for name in about["parts"])
    assert (made / "sheet.jpg").read_bytes()[:2] == b"\xff\xd8" and (made / "metrics.jsonl").read_text()
    assert load_weights(made / "generator.safetensors").generator.resolution == 16
    joined = tmp_path / "joined.training.safetensors"
    assert main(["join", str(made), "--out", str(joined)]) == 0
    assert f"{about['images']:,} pictures" in capsys.readouterr().out
    metadata, tensors = read(joined)
    assert int(metadata["images"]) == about["images"] and json.loads(metadata["options"])["widths"] == [12, 8]
    before = read(companion)[1]
    for prefix in ("generator.", "discriminator."):
        old, new = part_of(before, prefix), part_of(tensors, prefix)
        assert old.keys() == new.keys()
        assert any(not torch.equal(old[name], new[name]) for name in old)
        assert all(torch.allclose(old[name], new[name], atol=1.0) for name in old)  # it went on, and not anew


def test_a_piece_goes_on_with_the_values_that_the_run_had_come_to(pictures, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    changes = ("train.images=16", "anneal.gamma=0.25", "anneal.augment_probability=0.5")
    config = debug_config(pictures, "variant=style", f"options={OPTIONS | {'gamma': 2.0}}", *changes)
    (run / "config.toml").write_text(config.to_toml())
    list(train(config, run))
    save_companion(run, tmp_path / "x.training.safetensors")
    for source in (run, tmp_path / "x.training.safetensors"):
        begun = piece.begin(source, pictures, 1.0, 8, ("options.style_mixing=0.1",))
        assert (begun.options["gamma"], begun.train.augment_probability) == pytest.approx((0.25, 0.5))
        assert begun.options["style_mixing"] == 0.1 and begun.train.warm_start == str(source)


def test_a_piece_goes_on_from_the_joined_one(made, pictures, tmp_path):
    joined, again = tmp_path / "joined.training.safetensors", tmp_path / "again"
    assert main(["join", str(made), "--out", str(joined)]) == 0
    config = piece.begin(joined, pictures, 0.001, 8, ("train.device=cpu",))
    found = piece.run_piece(joined, config, again, lambda _: None, lambda: False)
    assert found["images"] > json.loads((made / "piece.json").read_text())["images"]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda out: (out / "state.01").unlink(), "state.01 is missing: fetch it again"),
        (lambda out: (out / "state.00").write_bytes(b"x"), "state.00 is damaged"),
        (lambda out: (out / "piece.json").write_text("{"), "piece.json is damaged"),
        (lambda out: (out / "piece.json").unlink(), "holds no piece.json"),
    ],
)
def test_what_did_not_arrive_is_named(spoil, message, made, tmp_path, capsys):
    spoil(made)
    assert main(["join", str(made), "--out", str(tmp_path / "joined")]) == 2
    assert message in capsys.readouterr().err and not (tmp_path / "joined").exists()


def test_networks_that_cannot_be_compiled_are_trained_as_they_are(companion, pictures, tmp_path, monkeypatch):
    def fail(self, *args, **kwargs):
        raise RuntimeError("no compiler here\nat all")

    monkeypatch.setattr(torch.nn.Module, "compile", fail)
    said: list[object] = []
    config = piece.begin(companion, pictures, 0.001, 8, ("train.device=cpu", "train.compile=true"))
    found = piece.run_piece(companion, config, tmp_path / "out", said.append, lambda: False)
    assert found["images"] > 16 and "no compiler here" in str(said[0]) and "at all" not in str(said[0])


def test_a_weights_file_is_no_companion(made, pictures, capsys):
    arguments = ["--data", str(pictures), "--out", str(made / "x")]
    assert main(["piece", str(made / "generator.safetensors"), *arguments]) == 2
    assert "no companion" in capsys.readouterr().err
