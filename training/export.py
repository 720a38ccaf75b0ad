"""From a run folder to a weights file."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from training.annealing import annealed
from training.checkpoint import load_checkpoint
from training.conditions import title
from training.config import RunConfig, run_config
from training.events import distance_text
from training.files import replacing
from training.gans import create
from training.gans.base import Generator
from training.movements import Choice, Direction
from training.sheets import save_sheet
from training.warm_start import DISCRIMINATOR, GENERATOR
from training.weights import COMPANION, Weights, compact, save_weights


def load_run(folder: Path, overrides: tuple[str, ...] = ()) -> tuple[RunConfig, Generator, int]:
    """Config with what the data decided, averaged generator (evaluation mode, CPU) and pictures seen. ValueError when
    the folder is no run."""
    config = run_config(folder, overrides)
    state = load_checkpoint(folder / "last.pt", torch.device("cpu"))
    config = dataclasses.replace(config, options={**config.options, **state.get("from_data", {})})
    generator = create(config.variant, config.options).generator()
    generator.load_state_dict(state["average"])
    return config, generator.eval().requires_grad_(False), int(state["step"]) * config.train.batch


def export(folder: Path, out: Path, directions: int = 12) -> Weights:
    """Writes the averaged generator with its principal directions, labels, codes and model card to `out`, atomically;
    of a conditional one also the sheet of its labels and codes to the run folder."""
    config, generator, images = load_run(folder)
    save_sheet(generator, folder)
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
    options = dataclasses.asdict(gan.options)
    mean, found = offered_directions(generator, directions)
    weights = Weights(config.variant, name, options, generator, mean, (*offered_choices(generator), *found), card)
    out.parent.mkdir(parents=True, exist_ok=True)
    save_weights(weights, out)
    return weights


KEPT = ("learning_rate", "beta1", "beta2", "ema_half_life", "augment", "augment_probability", "flip")  # of `Train`


def save_companion(folder: Path, out: Path, before: int = 0) -> int:
    """Writes the companion of the run in `folder`, atomically; returns the pictures it has seen, `before` of them in
    what the run started from. ValueError when the folder is no run, OSError when `out` cannot be written."""
    config, _, images = load_run(folder)
    now = annealed(config, images)
    images += before
    state = load_checkpoint(folder / "last.pt", torch.device("cpu"))
    tensors = {GENERATOR + key: compact(value) for key, value in state["average"].items()}
    tensors |= {DISCRIMINATOR + key: compact(value) for key, value in state["discriminator"].items()}
    metadata = {
        "format": COMPANION,
        "variant": config.variant,
        "options": json.dumps(now.options),
        "train": json.dumps({name: getattr(now.train, name) for name in KEPT}),
        "images": str(images),
        "data": config.data.about,
        "terms": config.data.terms,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    with replacing(out) as temporary:
        temporary.write_bytes(save(tensors, metadata))
    return images


def offered_directions(generator: Generator, count: int) -> tuple[Tensor, tuple[Direction, ...]]:
    """The mean latent (D,), and the sliders: principal directions, then one for each continuous code."""
    mean, axes = generator.directions(count)
    found = [
        Direction(f"pc{i:02d}", f"Component {i}", "Principal directions", axis, description=f"principal direction {i}")
        for i, axis in enumerate(axes, 1)
    ]
    columns = generator.latent_shape[1]
    for i in range(1, generator.conditions.codes + 1):
        axis = torch.zeros(columns)
        axis[columns - generator.conditions.codes + i - 1] = 1
        what = "added to a code that lies between -1 and 1 in the faces it learnt with"
        found.append(Direction(f"c{i:02d}", f"Code {i}", generator.conditions.group, axis, -2.0, 2.0, "", what))
    return mean, tuple(found)


def offered_choices(generator: Generator) -> tuple[Choice, ...]:
    """The menus: one for each label or categorical code."""
    conditions, columns = generator.conditions, generator.latent_shape[1]
    start = columns - conditions.dim
    return tuple(
        Choice(name.partition(":")[0].replace("@", "_"), title(name), conditions.group, classes, start + block.start)
        for name, classes in zip(conditions.names, conditions.classes, strict=True)
        for block in [conditions.block(name)]
    )


def measured(folder: Path) -> str:
    """The run's last evaluation in a sentence, for the card."""
    path = folder / "eval.json"
    if not path.exists():
        return "not measured"
    values = json.loads(path.read_text(encoding="utf-8"))
    sentences = [
        f"{name}: Fréchet distance {distance_text(v['frechet'])} (real against real "
        f"{distance_text(v['frechet_floor'])}), kernel distance "
        f"{v['kernel']:.4f} ({v['kernel_floor']:.4f}), precision {v['precision']:.2f}, recall {v['recall']:.2f}"
        for name, v in values.items()
        if isinstance(v, dict) and "frechet" in v
    ]
    sentences += [
        f"{name}: {v['asked']:.0%} of the pictures are of the class asked for (real ones: {v['real']:.0%})"
        for name, v in values.get("labels", {}).items()
    ]
    return f"{values['count']:,} pictures after {values['images']:,} shown; " + "; ".join(sentences)


def save_evaluation(folder: Path, values: dict[str, object]) -> None:
    (folder / "eval.json").write_text(json.dumps(values, indent=1), encoding="utf-8")
