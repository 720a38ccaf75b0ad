"""Comparing models, with a stand-in for the feature network."""

from __future__ import annotations

import json

import pytest
import torch

from tests.unit.training.helpers import debug_config, make_pictures
from training import evaluation
from training.__main__ import main
from training.config import new_run
from training.evaluation import compare, evaluate_run
from training.export import export
from training.loop import train
from training.reports import comparison_table, save_figure


class Colours:
    """Mean colours of the four quarters."""

    available = staticmethod(lambda: ["colours"])

    def __init__(self, name: str, _device: torch.device) -> None:
        self.name = name

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.adaptive_avg_pool2d(images.float(), 2).flatten(1) / 255


@pytest.fixture(autouse=True)
def colours(monkeypatch):
    monkeypatch.setattr(evaluation, "Features", Colours)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return make_pictures(tmp_path_factory.mktemp("data") / "faces", count=60)


@pytest.fixture(scope="module")
def run(pictures, tmp_path_factory):
    config = debug_config(pictures, "data.holdout=0.4", "train.images=16")
    folder = new_run(config, tmp_path_factory.mktemp("runs"))
    list(train(config, folder))
    return folder


def test_a_run_is_measured_against_what_it_held_out(run):
    said: list[str] = []
    measured = evaluate_run(run, 20, say=said.append)
    assert measured["count"] <= 20 and measured["images"] == 16
    assert measured["colours"]["frechet"] > measured["colours"]["frechet_floor"] > 0
    assert json.loads((run / "eval.json").read_text()) == measured
    assert (run / "faces-psi10.jpg").is_file() and (run / "faces-psi07.jpg").is_file()
    assert any("Measuring" in sentence for sentence in said)


def test_models_are_compared_with_intervals_a_figure_and_their_nearest_pictures(run, pictures, tmp_path):
    weights = tmp_path / "debug.safetensors"
    export(run, weights)
    compared = compare([run, weights], pictures, 20, resolution=16, nearest=2, sheets=tmp_path)
    names = list(compared["models"])
    assert names == ["00001-debug", "debug"]
    first, second = (compared["models"][name]["colours"] for name in names)
    assert first["frechet"] == pytest.approx(second["frechet"], rel=0.05)  # the file holds half precision
    assert first["frechet_error"] > 0 and first["frechet_floor"] == second["frechet_floor"]
    text = comparison_table(compared)
    assert "real against real" in text and text.count("±") == 10
    save_figure(compared, tmp_path / "compare.png")
    assert (tmp_path / "compare.png").read_bytes().startswith(b"\x89PNG")
    for name in names:
        assert (tmp_path / f"{name}-nearest.png").exists()


def test_two_models_of_one_name_are_told_apart(run, pictures):
    assert list(compare([run, run], pictures, 20)["models"]) == ["00001-debug", "00001-debug (2)"]


def test_the_command_says_what_is_missing(run, capsys, tmp_path, monkeypatch):
    assert main(["eval", str(run), str(run)]) == 2
    assert "give --data" in capsys.readouterr().err
    assert main(["eval", str(run), "--figure", "x.png"]) == 2
    assert "go with --data" in capsys.readouterr().err
    assert main(["eval", str(run), "--data", str(tmp_path)]) == 2
    assert "there are no pictures" in capsys.readouterr().err
    monkeypatch.setattr(Colours, "available", staticmethod(list))
    assert main(["eval", str(run)]) == 2
    assert "facedesigner[metrics]" in capsys.readouterr().err


def test_the_command_speaks_json_for_the_window(run, pictures, capsys):
    assert main(["eval", str(run), "--data", str(pictures), "--count", "20", "--json"]) == 0
    *said, numbers = map(json.loads, capsys.readouterr().out.splitlines())
    assert all(set(line) == {"say"} for line in said) and "colours" in numbers["models"]["00001-debug"]
