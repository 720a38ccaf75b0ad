"""From a run folder to a weights file."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import torch

from training.checkpoint import load_checkpoint
from training.config import RunConfig
from training.gans import create
from training.gans.base import Generator
from training.loop import run_config
from training.weights import Direction, Weights, save_weights


def load_run(folder: Path, overrides: tuple[str, ...] = ()) -> tuple[RunConfig, Generator, int]:
    """Config, averaged generator (evaluation mode, CPU) and pictures seen. ValueError when the folder is no run."""
    config = run_config(folder, overrides)
    state = load_checkpoint(folder / "last.pt", torch.device("cpu"))
    generator = create(config.variant, config.options).generator()
    generator.load_state_dict(state["average"])
    return config, generator.eval().requires_grad_(False), int(state["step"]) * config.train.batch


def export(folder: Path, out: Path, directions: int = 12) -> Weights:
    """Writes the averaged generator with its principal directions and model card to `out`, atomically."""
    config, generator, images = load_run(folder)
    mean, axes = generator.directions(directions)
    found = tuple(
        Direction(f"pc{i:02d}", f"Component {i}", "Principal directions", axis, description=f"principal direction {i}")
        for i, axis in enumerate(axes, 1)
    )
    gan = create(config.variant, config.options)
    evaluation = folder / "eval.json"
    card = {
        "pictures shown": f"{images:,}",
        "resolution": f"{generator.resolution} x {generator.resolution} pixels",
        "parameters": f"{sum(p.numel() for p in generator.parameters()):,}",
        "data": config.data.source if not config.data.include else f"{', '.join(config.data.include)}",
        "terms": config.data.terms or "not stated: ask whoever trained it before you use it in public",
        "metrics": evaluation.read_text(encoding="utf-8") if evaluation.exists() else "not measured",
    }
    name = config.name or f"{config.variant}-{generator.resolution}"
    weights = Weights(config.variant, name, dataclasses.asdict(gan.options), generator, mean, found, card)
    out.parent.mkdir(parents=True, exist_ok=True)
    save_weights(weights, out)
    return weights


def save_evaluation(folder: Path, values: dict[str, object]) -> None:
    (folder / "eval.json").write_text(json.dumps(values, indent=1), encoding="utf-8")
