"""`eval`: how far a run's pictures are from ones it never saw, beside how far real ones are from each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from training.classes import indices_of
from training.classifier import agreement, balanced_accuracy, predict, train_classifier
from training.compute import pick_device
from training.config import RunConfig
from training.data import Faces
from training.export import load_run, save_evaluation
from training.gans import create
from training.gans.base import Generator
from training.loop import data_of
from training.metrics import Features, evaluate
from training.sampling import draw, latents_of
from training.sheets import save_sheet


def evaluate_run(
    folder: Path, count: int, features: str = "", resolution: int = 256, overrides: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Measures `count` generated pictures (psi 1) against as many held-out ones with each kind of features there is,
    and writes `eval.json` to the run folder. The real ones are decoded at `resolution` pixels, whatever the
    generator's own, so that generators of different sizes compare. A generator with labels is also asked for each of
    their classes, and one with labels or codes gets its sheet, `codes.png`.

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
    if create(config.variant, config.options).labels:
        measured["labels"] = label_agreement(config, generator)
    save_evaluation(folder, measured)
    save_sheet(generator, folder)
    return measured


def label_agreement(config: RunConfig, generator: Generator) -> dict[str, dict[str, float]]:
    """For each label, with a classifier trained on the run's own pictures: the share of generated pictures that show
    the class asked for (`asked`), and of held-out ones whose label it finds (`real`), which is the most to hope for.
    Both are means over the classes, so a generator that ignores its labels scores 1 / classes."""
    conditions = generator.conditions
    trained, held = data_of(config)
    labels, held_labels = (
        torch.stack([indices_of(f, *pair) for pair in zip(conditions.names, conditions.classes, strict=True)], 1)
        for f in (trained, held)
    )
    classifier = train_classifier(trained.images, labels, conditions.sizes)
    found = predict(classifier, held.images)
    real = [balanced_accuracy(f, e) for f, e in zip(found.unbind(1), held_labels.unbind(1), strict=True)]
    asked = agreement(classifier, generator)
    return {n: {"asked": a, "real": r} for n, a, r in zip(conditions.names, asked, real, strict=True)}


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
        if name == "labels":
            lines.append("share of pictures of the class asked for, beside what the classifier finds on real ones")
            lines += [f"  {label:<24}{v['asked']:>12.3f}{v['real']:>12.3f}" for label, v in values.items()]
        elif isinstance(values, dict):
            lines.append(name)
            lines += [f"  {key:<24}{value:>12.4f}" for key, value in values.items() if isinstance(value, float)]
    return "\n".join(lines)
