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
    card = {
        "pictures shown": f"{images:,}",
        "resolution": f"{generator.resolution} x {generator.resolution} pixels",
        "parameters": f"{sum(p.numel() for p in generator.parameters()):,}",
        "data": config.data.about or "not stated: ask whoever trained it",
        "terms": config.data.terms or "not stated: ask whoever trained it before you use it in public",
        "metrics": measured(folder),
    }
    name = config.name or f"{config.variant}-{generator.resolution}"
    weights = Weights(config.variant, name, dataclasses.asdict(gan.options), generator, mean, found, card)
    out.parent.mkdir(parents=True, exist_ok=True)
    save_weights(weights, out)
    return weights


def measured(folder: Path) -> str:
    """The run's last evaluation in a sentence, for the card."""
    path = folder / "eval.json"
    if not path.exists():
        return "not measured"
    values = json.loads(path.read_text(encoding="utf-8"))
    sentences = [
        f"{name}: Fréchet distance {v['frechet']:.1f} (real against real {v['frechet_floor']:.1f}), kernel distance "
        f"{v['kernel']:.4f} ({v['kernel_floor']:.4f}), precision {v['precision']:.2f}, recall {v['recall']:.2f}"
        for name, v in values.items()
        if isinstance(v, dict)
    ]
    return f"{values['count']:,} pictures after {values['images']:,} shown; " + "; ".join(sentences)


def save_evaluation(folder: Path, values: dict[str, object]) -> None:
    (folder / "eval.json").write_text(json.dumps(values, indent=1), encoding="utf-8")
