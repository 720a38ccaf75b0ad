"""`eval`: how far a run's pictures are from ones it never saw, beside how far real ones are from each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from training.compute import pick_device
from training.data import Faces
from training.export import load_run, save_evaluation
from training.loop import data_of
from training.metrics import Features, evaluate
from training.sampling import draw, latents_of


def evaluate_run(
    folder: Path, count: int, features: str = "", resolution: int = 256, overrides: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Measures `count` generated pictures (psi 1) against as many held-out ones with each kind of features there is,
    and writes `eval.json` to the run folder. The real ones are decoded at `resolution` pixels, whatever the
    generator's own, so that generators of different sizes compare.

    Raises ValueError when the run holds nothing out or no features are there.
    """
    names = [features] if features else Features.available()
    if not names:
        raise ValueError("no feature network is installed; run `uv sync` in the checkout, which takes the dev group")
    config, generator, images = load_run(folder, overrides)
    trained, held = data_of(config, resolution)
    if len(held) < 2:
        raise ValueError(
            "the run holds nothing out: give --set data.holdout=0.1 to measure against a tenth of the data"
        )
    count = min(count, len(held), len(trained))
    fake = draw(generator, latents_of(config.train.seed + 1, count, generator.z_dim))
    measured: dict[str, Any] = {"images": images, "count": count, "resolution": resolution}
    for name in names:
        measured[name] = evaluate(
            some(trained, count), some(held, count), fake, Features(name, str(pick_device(config.train.device)))
        )
    save_evaluation(folder, measured)
    return measured


def some(faces: Faces, count: int) -> torch.Tensor:
    """`count` pictures spread over the whole set."""
    return faces.images[torch.linspace(0, len(faces) - 1, count).long()]


def table(measured: dict[str, Any]) -> str:
    """The measurement as lines of text; `floor` is real against real of the same count."""
    lines = [
        f"{measured['images']:,} pictures shown; {measured['count']:,} generated against as many held out, "
        f"decoded at {measured['resolution']} pixels"
    ]
    for name, values in measured.items():
        if isinstance(values, dict):
            lines.append(name)
            lines += [f"  {key:<24}{value:>12.4f}" for key, value in values.items() if isinstance(value, float)]
    return "\n".join(lines)
