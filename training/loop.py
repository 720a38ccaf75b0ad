"""The training loop: one for all variants. `train` yields events; the run folder holds all that it made.

A run folder holds `config.toml`, `metrics.jsonl`, `reals.png`, `fakes000123.png` (numbered by step) and `last.pt`.
"""

from __future__ import annotations

import dataclasses
import math
import os
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from torch import Tensor

from training import distributed
from training.checkpoint import load_checkpoint, save_checkpoint
from training.classes import labelled
from training.config import RunConfig, parse_config
from training.data import Faces, load_faces
from training.distances import Distances
from training.events import Ended, Event, Metrics, Samples, Saved, Started, decode, encode
from training.files import replacing
from training.gans import create
from training.gans.base import Generator
from training.sampling import draw, latents_of, save_grid
from training.trainer import Trainer
from training.warm_start import warm_start
from training.weighting import cumulative_weights


class TrainingError(RuntimeError):
    """Training cannot go on; the message says why and what to do."""


def run_config(folder: Path, overrides: tuple[str, ...] = ()) -> RunConfig:
    """The config of an existing run. ValueError when the folder is none."""
    path = folder / "config.toml"
    if not path.is_file():
        raise ValueError(f"{folder} is no run folder: it has no config.toml")
    return parse_config(tomllib.loads(path.read_text(encoding="utf-8")), overrides, str(path))


def data_of(config: RunConfig) -> tuple[Faces, Faces]:
    """The run's pictures at the generator's resolution: those to train on and those held out."""
    faces = load_faces(
        config.data.source,
        create(config.variant, config.options).options.resolution,
        include=config.data.include,
        cache=Path(config.data.cache) if config.data.cache else None,
        labels=Path(config.data.labels) if config.data.labels else None,
    )
    return faces.split(config.data.holdout)


def conditioned(config: RunConfig, faces: Faces, state: dict[str, Any]) -> tuple[RunConfig, Faces, Tensor | None]:
    """The config with the options that the data decide, the pictures that have all labels and their class indices
    (N, columns), None where the variant takes no labels. The classes of a checkpoint's `state` stay what they were.

    Raises DataError as `labelled` does."""
    columns = create(config.variant, config.options).labels
    if not columns:
        return config, faces, None
    decided = state.get("from_data", {})
    found = labelled(faces, columns, decided.get("classes", ()))
    options = {**config.options, **found.options, **decided}
    return dataclasses.replace(config, options=options), found.faces, found.indices


def train(config: RunConfig, folder: Path, stop: Callable[[], bool] = lambda: False) -> Iterator[Event]:
    """Trains in `folder`, going on from its `last.pt` if there is one, and saves when `stop()` becomes true. Of several
    processes (`training.distributed`) the one of rank 0 writes; all yield the same events.

    Raises TrainingError when the losses are no longer numbers, DataError and CheckpointError as their makers do, and
    ValueError when the processes cannot share a batch evenly or do not see the same pictures."""
    device, last = distributed.local_device(config.train.device), folder / "last.pt"
    place = distributed.on_the_way(device)
    state = distributed.shared(lambda: load_checkpoint(last, place) if last.exists() else None)
    faces, held = distributed.one_first(lambda: data_of(config))
    distributed.check_same(faces.names, f"pictures in {config.data.source}")
    config, faces, labels = conditioned(config, faces, state or {})
    trainer = Trainer(config, device)
    distances = Distances(faces, held, device) if config.log.measure_every else None
    notes = [*faces.notes, *(distances.notes if distances else ())]
    if state is not None:
        trainer.restore(state)
        before = float(state["seconds"])
    else:
        before = 0.0
        if config.train.warm_start:
            notes += warm_start(trainer, Path(config.train.warm_start))
    path = folder / "metrics.jsonl" if distributed.is_writer() else Path(os.devnull)
    trim_log(path, trainer.images)
    with path.open("a", encoding="utf-8") as log:
        for event in steps(trainer, faces, labels, folder, before, stop, distances, tuple(notes)):
            log.write(encode(event) + "\n")
            log.flush()
            yield event


def steps(
    trainer: Trainer,
    faces: Faces,
    labels: Tensor | None,
    folder: Path,
    before: float,
    stop: Callable[[], bool],
    distances: Distances | None,
    notes: tuple[str, ...],
) -> Iterator[Event]:
    config, log, batch = trainer.config, trainer.config.log, trainer.config.train.batch
    total = math.ceil(config.train.images / batch)
    images = faces.images.to(trainer.device)
    labels = None if labels is None else labels.to(trainer.device)
    shares = cumulative_weights(faces, config.data.weights)
    device = str(trainer.device)
    yield Started(str(folder), config.variant, trainer.images, total * batch, len(faces), device, notes)
    if distributed.is_writer():
        save_grid(faces.images[: log.grid**2], log.grid, folder / "reals.png")
    fixed = latents_of(config.train.seed, log.grid**2, trainer.average.z_dim)
    if trainer.step_number == 0:
        yield save_samples(trainer.average, fixed, folder, trainer)
    began, sums, counts = time.perf_counter(), dict[str, Tensor](), dict[str, int]()
    clock, done = began, 0
    while trainer.step_number < total:
        for name, value in trainer.step(images, labels, shares).items():
            sums[name] = sums[name] + value if name in sums else value
            counts[name] = counts.get(name, 0) + 1
        done += 1
        asked = time.perf_counter()
        late = config.train.minutes and asked - began > 60 * config.train.minutes
        ending = distributed.agreed(trainer.step_number == total or stop() or bool(late))
        paused = time.perf_counter() - asked  # `stop` answers late while the run is paused, which is no training
        began, clock = began + paused, clock + paused
        if due(trainer.images, batch, log.metrics_every) or ending:
            values = distributed.averaged({name: float(value) / counts[name] for name, value in sums.items()})
            values = {name: round(value, 6) for name, value in values.items()}
            now = time.perf_counter()
            speed = done * batch / max(now - clock, 1e-9)
            yield Metrics(trainer.step_number, trainer.images, before + now - began, speed, values)
            if not all(map(math.isfinite, values.values())):
                raise TrainingError(
                    f"the losses are no longer numbers after {trainer.images} pictures: {values}. The last good state "
                    f"is in {folder / 'last.pt'}; lower train.learning_rate or raise the penalty and resume"
                )
            sums, counts, clock, done = {}, {}, now, 0
        if due(trainer.images, batch, log.samples_every) or ending:
            yield save_samples(trainer.average, fixed, folder, trainer)
        if distances and due(trainer.images, batch, log.measure_every) and distributed.is_writer():
            asked = time.perf_counter()
            yield from distances.measure(trainer.average, trainer.step_number, trainer.images, stop)
            began, clock = began + time.perf_counter() - asked, clock + time.perf_counter() - asked
        if due(trainer.images, batch, log.save_every) or ending:
            seconds = before + time.perf_counter() - began
            if distributed.is_writer():
                save_checkpoint(folder / "last.pt", {**trainer.state(), "seconds": seconds})
            yield Saved(trainer.step_number, trainer.images, str(folder / "last.pt"))
        if ending:
            break
    yield Ended(trainer.images, "finished" if trainer.step_number >= total else "stopped")


def due(images: int, batch: int, every: int) -> bool:
    """Whether the last step passed a multiple of `every` pictures."""
    return images // every != (images - batch) // every


def save_samples(generator: Generator, fixed: Tensor, folder: Path, trainer: Trainer) -> Samples:
    path = folder / f"fakes{trainer.step_number:06d}.png"
    if distributed.is_writer():
        save_grid(draw(generator, fixed), trainer.config.log.grid, path)
    return Samples(trainer.step_number, trainer.images, str(path))


def trim_log(path: Path, images: int) -> None:
    """Drops what a killed run logged after its last checkpoint: those steps are done again."""
    if not path.is_file():
        return
    kept = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            event = decode(line)
        except ValueError:
            continue
        if event.images <= images:
            kept.append(line + "\n")
    with replacing(path) as temporary:
        temporary.write_text("".join(kept), encoding="utf-8")
