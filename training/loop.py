"""The training loop: one for all that is trained. `train` yields events; the run folder holds all that it made.

A run folder holds `config.toml`, `metrics.jsonl`, `reals.png`, `fakes000123.png` (numbered by step) and `last.pt`.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from torch import Tensor

from training import distributed
from training.checkpoint import CheckpointError, load_checkpoint, save_checkpoint
from training.config import RunConfig
from training.distances import Distances
from training.errors import UserError
from training.events import Ended, Event, Metrics, Samples, Saved, Started, decode, encode
from training.files import replacing
from training.kinds import begin
from training.sampling import save_grid
from training.trainee import Trainee


class TrainingError(UserError):
    """Training cannot go on; the message says why and what to do."""


def train(config: RunConfig, folder: Path, stop: Callable[[], bool] = lambda: False) -> Iterator[Event]:
    """Trains in `folder`, going on from its `last.pt` if there is one, and saves when `stop()` becomes true. Of several
    processes (`training.distributed`) the one of rank 0 writes; all yield the same events.

    Raises TrainingError when the losses are no longer numbers, DataError and CheckpointError as their makers do, and
    ValueError when the processes cannot share a batch evenly or do not see the same pictures."""
    device, last = distributed.local_device(config.train.device), folder / "last.pt"
    place = distributed.on_the_way(device)
    state = distributed.shared(lambda: load_checkpoint(last, place) if last.exists() else None)
    trainee = begin(config, device, state)
    distances = None
    if config.log.measure_every and trainee.real is not None and trainee.held is not None:
        distances = Distances(trainee.real, trainee.held, device)
    notes = [*trainee.notes, *(distances.notes if distances else ())]
    before = 0.0
    if state is not None:
        trainee.restore(state)
        before = seconds_of(state)
    elif config.train.warm_start:
        notes += trainee.warm_start(Path(config.train.warm_start))
    path = folder / "metrics.jsonl" if distributed.is_writer() else Path(os.devnull)
    trim_log(path, trainee.images)
    with path.open("a", encoding="utf-8") as log:
        for event in steps(trainee, folder, before, stop, distances, tuple(notes)):
            log.write(encode(event) + "\n")
            log.flush()
            yield event


def steps(
    trainee: Trainee,
    folder: Path,
    before: float,
    stop: Callable[[], bool],
    distances: Distances | None,
    notes: tuple[str, ...],
) -> Iterator[Event]:
    """The steps of a run from where `trainee` is; `before` are the seconds that it has trained already."""
    config, log, batch = trainee.config, trainee.config.log, trainee.config.train.batch
    total = trainee.steps
    device = str(trainee.device)
    yield Started(str(folder), config.variant, trainee.images, total * batch, trainee.pictures, device, notes)
    for name, pictures in trainee.sheets().items() if distributed.is_writer() else ():
        save_grid(pictures, log.grid, folder / f"{name}.png")
    if trainee.step_number == 0:
        yield save_samples(trainee, folder)
    began, sums, counts = time.perf_counter(), dict[str, Tensor](), dict[str, int]()
    clock, done = began, 0
    while trainee.step_number < total:
        for name, value in trainee.step().items():
            sums[name] = sums[name] + value if name in sums else value
            counts[name] = counts.get(name, 0) + 1
        done += 1
        asked = time.perf_counter()
        late = config.train.minutes and asked - began > 60 * config.train.minutes
        ending = distributed.agreed(trainee.step_number == total or stop() or bool(late))
        paused = time.perf_counter() - asked  # `stop` answers late while the run is paused, which is no training
        began, clock = began + paused, clock + paused
        if due(trainee.images, batch, log.metrics_every) or ending:
            values = distributed.averaged({name: float(value) / counts[name] for name, value in sums.items()})
            values = {name: round(value, 6) for name, value in values.items()}
            now = time.perf_counter()
            speed = done * batch / max(now - clock, 1e-9)
            yield Metrics(trainee.step_number, trainee.images, before + now - began, speed, values)
            if not all(map(math.isfinite, values.values())):
                raise TrainingError(
                    f"the losses are no longer numbers after {trainee.images} pictures: {values}. The last good state "
                    f"is in {folder / 'last.pt'}; lower train.learning_rate or raise the penalty and resume"
                )
            sums, counts, clock, done = {}, {}, now, 0
        if due(trainee.images, batch, log.samples_every) or ending:
            yield save_samples(trainee, folder)
        if distances and due(trainee.images, batch, log.measure_every) and distributed.is_writer():
            asked = time.perf_counter()
            yield from distances.measure(trainee.imitations, trainee.step_number, trainee.images, stop)
            began, clock = began + time.perf_counter() - asked, clock + time.perf_counter() - asked
        if due(trainee.images, batch, log.save_every) or ending:
            seconds = before + time.perf_counter() - began
            if distributed.is_writer():
                save_checkpoint(folder / "last.pt", {**trainee.state(), "seconds": seconds})
            yield Saved(trainee.step_number, trainee.images, str(folder / "last.pt"))
        if ending:
            break
    yield Ended(trainee.images, "finished" if trainee.step_number >= total else "stopped")


def seconds_of(state: dict[str, Any]) -> float:
    """That a run has trained. CheckpointError when the checkpoint does not say."""
    seconds = state.get("seconds")
    if not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:
        raise CheckpointError("the checkpoint does not say how long its run has trained: start the run anew")
    return float(seconds)


def due(images: int, batch: int, every: int) -> bool:
    """Whether the last step passed a multiple of `every` pictures."""
    return images // every != (images - batch) // every


def save_samples(trainee: Trainee, folder: Path) -> Samples:
    path = folder / f"fakes{trainee.step_number:06d}.png"
    if distributed.is_writer():
        save_grid(trainee.samples(), trainee.config.log.grid, path)
    return Samples(trainee.step_number, trainee.images, str(path))


def trim_log(path: Path, images: int) -> None:
    """Drops what a killed run logged after its last checkpoint, since those steps are done again, and lines that are
    damaged: a log never keeps a run from going on."""
    if not path.is_file():
        return
    kept = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            if decode(line).images <= images:
                kept.append(line + "\n")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue
    with replacing(path) as temporary:
        temporary.write_text("".join(kept), encoding="utf-8")
