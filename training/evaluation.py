"""`eval`: how far generated pictures are from ones the generator never saw, beside how far real ones are from each
other. One run against what it held out, or several models against the same folder of pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training.classes import indices_of
from training.classifier import agreement, balanced_accuracy, predict, train_classifier
from training.compute import pick_device
from training.config import RunConfig
from training.data import Faces, is_held_out, list_faces, load_faces
from training.errors import UserError
from training.export import load_run, offered_directions, save_evaluation
from training.features import Features
from training.gan_trainee import data_of
from training.gans import create
from training.gans.base import Generator
from training.metrics import Judge, neighbours
from training.sampling import draw, latents_of, save_grid
from training.sheets import save_faces, save_sheet
from training.weights import load_weights

SEED = 1  # of the faces that are measured
NEAREST = 5  # neighbours shown of each face

Say = Callable[[str], None]  # takes a sentence on what goes on


@dataclass(frozen=True)
class Model:
    """What is measured: a generator by name."""

    name: str
    generator: Generator

    @classmethod
    def load(cls, path: Path) -> Model:
        """A run folder's averaged generator or a weights file. UserError when it is neither."""
        if path.is_dir():
            return cls(path.name, load_run(path)[1])
        weights = load_weights(path)
        return cls(weights.name or path.stem, weights.generator)


def evaluate_run(
    folder: Path,
    count: int,
    features: str = "",
    resolution: int = 256,
    overrides: tuple[str, ...] = (),
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Measures `count` generated pictures (psi 1) against as many held-out ones with each kind of features there is,
    and writes `eval.json` to the run folder. The real ones are decoded at `resolution` pixels, whatever the
    generator's own, so that generators of different sizes compare. A generator with labels is also asked for each of
    their classes, and one with labels or codes gets its sheet, `codes.png`. Two sheets of 64 faces lie beside them:
    `training.sheets.save_faces`.

    Raises UserError when the run holds nothing out or no features are there.
    """
    names = feature_names(features)
    config, generator, images = load_run(folder, overrides)
    every = list_faces(config.data.source, config.data.include)
    held = [name for name in every if is_held_out(name, config.data.holdout)]
    trained = [name for name in every if not is_held_out(name, config.data.holdout)]
    if len(held) < 2:
        raise UserError("the run holds nothing out: give --set data.holdout=0.1 to measure against a tenth of the data")
    count = min(count, len(held), len(trained))
    measured: dict[str, Any] = {"images": images, "count": count, "resolution": resolution}
    say(f"Reading {2 * count:,} real pictures…")
    cache = Path(config.data.cache) if config.data.cache else None
    reference, real = (sample(config.data.source, n, count, resolution, cache) for n in (trained, held))
    fake = draw(generator, latents_of(config.train.seed + SEED, count, generator.z_dim))
    for name in names:
        say(f"Measuring {count:,} generated pictures with {name}…")
        measured[name] = Judge(reference, real, Features(name, pick_device(config.train.device))).measure(fake)
    if create(config.variant, config.options).labels:
        say("Asking for each label…")
        measured["labels"] = label_agreement(config, generator)
    save_evaluation(folder, measured)
    save_sheet(generator, folder)
    save_faces(generator, offered_directions(generator, 1)[0], folder)
    return measured


def compare(
    paths: Sequence[Path],
    source: Path,
    count: int,
    features: str = "",
    resolution: int = 256,
    nearest: int = 0,
    sheets: Path = Path(),
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Measures models (run folders or weights files) against the pictures of `source`, whose one half is measured
    against the other for the floor: {"count", "resolution", "models": {name: {features: Measures}}}.

    `nearest` faces of each model are shown beside those pictures of `source` that resemble them most, in
    `sheets`/NAME-nearest.png: copies show there. Raises UserError and DataError as loaders do.
    """
    names = feature_names(features)
    models = [Model.load(path) for path in paths]
    every = list_faces(source)
    halves = every[::2], every[1::2]
    count = min(count, *map(len, halves))
    say(f"Reading {2 * count:,} real pictures…")
    reference, real = (sample(str(source), half, count, resolution) for half in halves)
    shown = load_faces(source, resolution).images if nearest else None
    found: dict[str, Any] = {unique(model.name, [m.name for m in models[:i]]): {} for i, model in enumerate(models)}
    for feature in names:
        say(f"Looking at the real pictures with {feature}…")
        network = Features(feature, pick_device("auto"))
        judge = Judge(reference, real, network)
        rows = network(shown) if shown is not None and feature == names[0] else None
        for model, name in zip(models, found, strict=True):
            say(f"Measuring {name} with {feature}…")
            fake = draw(model.generator, latents_of(SEED, count, model.generator.z_dim))
            found[name][feature] = judge.measure(fake)
            if shown is not None and rows is not None:
                save_neighbours(fake[:nearest], network(fake[:nearest]), shown, rows, sheets / f"{name}-nearest.png")
    return {"count": count, "resolution": resolution, "models": found}


def feature_names(features: str) -> list[str]:
    names = [features] if features else Features.available()
    if not names:
        raise UserError("no feature network is installed: pip install 'facedesigner[metrics]'")
    return names


def unique(name: str, taken: Sequence[str]) -> str:
    return name if name not in taken else f"{name} ({taken.count(name) + 1})"


def sample(source: str, names: Sequence[str], count: int, resolution: int, cache: Path | None = None) -> Tensor:
    """`count` pictures (count, 3, R, R) uint8 spread over those of these names; no others are decoded."""
    chosen = [names[int(i)] for i in torch.linspace(0, len(names) - 1, count).long()]
    return load_faces(source, resolution, only=chosen, cache=cache).images


def save_neighbours(faces: Tensor, rows: Tensor, pictures: Tensor, among: Tensor, path: Path) -> None:
    """One row a face (N, 3, R, R): itself, then the pictures (M, 3, S, S) that are nearest to it, the nearest first."""
    side = pictures.shape[-1]
    faces = torch.nn.functional.interpolate(faces.float(), (side, side), mode="bicubic", antialias=True)
    faces = faces.round().clamp(0, 255).to(torch.uint8)
    found = pictures[neighbours(rows, among, NEAREST)]  # (N, NEAREST, 3, S, S)
    save_grid(torch.cat([faces[:, None], found], 1).flatten(0, 1), NEAREST + 1, path)


def label_agreement(config: RunConfig, generator: Generator) -> dict[str, dict[str, float]]:
    """For each label, with a classifier trained on the run's own pictures: the share of generated pictures that show
    the class asked for (`asked`), and of held-out ones whose label it finds (`real`), which is the most to hope for.
    Both are means over the classes, so a generator that ignores its labels scores 1 / classes."""
    conditions = generator.conditions
    trained, held = data_of(config)
    labels, held_labels = (label_indices(faces, generator) for faces in (trained, held))
    classifier = train_classifier(trained.images, labels, conditions.sizes)
    found = predict(classifier, held.images)
    real = [balanced_accuracy(f, e) for f, e in zip(found.unbind(1), held_labels.unbind(1), strict=True)]
    asked = agreement(classifier, generator)
    return {n: {"asked": a, "real": r} for n, a, r in zip(conditions.names, asked, real, strict=True)}


def label_indices(faces: Faces, generator: Generator) -> Tensor:
    """Class indices (N, labels) of the pictures; -1: missing."""
    pairs = zip(generator.conditions.names, generator.conditions.classes, strict=True)
    return torch.stack([indices_of(faces, name, classes) for name, classes in pairs], 1)
