"""The training loop: one for all variants. `train` yields events; the run folder holds all that it made.

A run folder holds `config.toml`, `metrics.jsonl`, `reals.png`, `fakes000123.png` (numbered by step) and `last.pt`.
"""

from __future__ import annotations

import dataclasses
import math
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor

from training.augment import augment
from training.checkpoint import load_checkpoint, save_checkpoint
from training.classes import labelled
from training.compute import autocast, pick_device, pick_precision
from training.config import RunConfig, parse_config
from training.data import Faces, load_faces
from training.ema import update_average
from training.events import Ended, Event, Metrics, Samples, Saved, Started, decode, encode
from training.files import replacing
from training.gans import create
from training.gans.base import Generator
from training.sampling import draw, from_bytes, latents_of, save_grid
from training.weights import generator_tensors

Network = TypeVar("Network", bound=torch.nn.Module)


class TrainingError(RuntimeError):
    """Training cannot go on; the message says why and what to do."""


class Trainer:
    """Networks, optimisers and one step. The step's random numbers depend on the seed and the step's number alone, so
    that a resumed run is the very same run."""

    def __init__(self, config: RunConfig, device: torch.device) -> None:
        self.config, self.device = config, device
        self.precision = pick_precision(config.train.precision, device)
        self.gan = create(config.variant, config.options)
        torch.manual_seed(config.train.seed)
        self.generator = self.place(self.gan.generator())
        self.average = self.place(self.gan.generator()).requires_grad_(False)
        self.average.load_state_dict(self.generator.state_dict())
        self.discriminator = self.place(self.gan.discriminator())
        self.generator_optimizer = self.optimizer(self.generator)
        self.discriminator_optimizer = self.optimizer(self.discriminator)
        self.step_number = 0

    def place(self, network: Network) -> Network:
        return network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]

    def optimizer(self, network: torch.nn.Module) -> torch.optim.Adam:
        train = self.config.train
        return torch.optim.Adam(
            network.parameters(), train.learning_rate, (train.beta1, train.beta2), fused=self.device.type != "mps"
        )

    def step(self, images: Tensor, labels: Tensor | None = None) -> dict[str, Tensor]:
        """One step of both networks on pictures drawn from `images` (N, 3, R, R) uint8, and their class indices
        `labels` (N, columns) for a variant conditioned on them; returns detached scalars."""
        train = self.config.train
        torch.manual_seed(train.seed * 1_000_000_007 + self.step_number + 1)
        index = torch.randint(len(images), (train.batch,), device=images.device)
        real = self.batch(images[index])
        with autocast(self.device, self.precision):
            z = torch.randn(train.batch, self.average.z_dim, device=self.device)
            conditions = self.conditions(z, None if labels is None else labels[index])
            fake = augment(self.generator(z, conditions), train.augment, train.augment_probability)
            real = augment(real, train.augment, train.augment_probability)

            self.discriminator.requires_grad_(True)
            loss = self.gan.discriminator_loss(self.discriminator, real, fake.detach(), self.step_number, conditions)
        logged = {f"d_{name}": value for name, value in loss.parts.items()}
        logged["d_loss"] = loss.total.detach()
        self.discriminator_optimizer.zero_grad(set_to_none=True)
        loss.total.backward()  # type: ignore[no-untyped-call]
        self.discriminator_optimizer.step()

        self.discriminator.requires_grad_(False)
        with autocast(self.device, self.precision):
            loss = self.gan.generator_loss(self.discriminator, real, fake, conditions)
        self.generator_optimizer.zero_grad(set_to_none=True)
        loss.total.backward()  # type: ignore[no-untyped-call]
        self.generator_optimizer.step()
        logged["g_loss"] = loss.total.detach()

        self.step_number += 1
        update_average(self.average, self.generator, train.batch, train.ema_half_life, self.images)
        return logged

    def conditions(self, z: Tensor, labels: Tensor | None) -> Tensor | None:
        """What this step's pictures are made from beside z: the labels of the real ones, else the codes that z stands
        for, else nothing."""
        if labels is not None:
            return self.gan.conditions.one_hot(labels.to(self.device))
        return self.average.draw_conditions(z) if self.gan.conditions.dim else None

    def batch(self, images: Tensor) -> Tensor:
        real = from_bytes(images.to(self.device))
        if self.config.train.flip:
            real = torch.where(torch.rand(len(real), 1, 1, 1, device=self.device) < 0.5, real.flip(3), real)
        return real

    @property
    def images(self) -> int:
        return self.step_number * self.config.train.batch

    def state(self) -> dict[str, object]:
        networks = ("generator", "average", "discriminator", "generator_optimizer", "discriminator_optimizer")
        states = {name: getattr(self, name).state_dict() for name in networks}
        return {"step": self.step_number, "from_data": self.gan.from_data(), **states}

    def restore(self, state: dict[str, object]) -> None:
        for name in self.state():
            if name not in ("step", "from_data"):
                getattr(self, name).load_state_dict(state[name])
        for optimizer in (self.generator_optimizer, self.discriminator_optimizer):
            for group in optimizer.param_groups:  # a resumed run may be told to go on more slowly
                group["lr"] = self.config.train.learning_rate
        self.step_number = int(str(state["step"]))


def run_config(folder: Path, overrides: tuple[str, ...] = ()) -> RunConfig:
    """The config of an existing run. ValueError when the folder is none."""
    path = folder / "config.toml"
    if not path.is_file():
        raise ValueError(f"{folder} is no run folder: it has no config.toml")
    return parse_config(tomllib.loads(path.read_text(encoding="utf-8")), overrides, str(path))


def data_of(config: RunConfig, resolution: int = 0) -> tuple[Faces, Faces]:
    """The run's pictures: those to train on and those held out, at the generator's resolution unless another is
    given."""
    faces = load_faces(
        config.data.source,
        resolution or create(config.variant, config.options).options.resolution,
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
    """Trains in `folder`, going on from its `last.pt` if there is one, and saves when `stop()` becomes true.

    Raises TrainingError when the losses are no longer numbers, DataError and CheckpointError as their makers do."""
    device = pick_device(config.train.device)
    last = folder / "last.pt"
    state = load_checkpoint(last, device) if last.exists() else None
    config, faces, labels = conditioned(config, data_of(config)[0], state or {})
    trainer = Trainer(config, device)
    notes = list(faces.notes)
    if state is not None:
        trainer.restore(state)
        before = float(state["seconds"])
    else:
        before = 0.0
        if config.train.warm_start:
            notes += warm_start(trainer, Path(config.train.warm_start))
    trim_log(folder / "metrics.jsonl", trainer.images)
    with (folder / "metrics.jsonl").open("a", encoding="utf-8") as log:
        for event in steps(trainer, faces, labels, folder, before, stop, tuple(notes)):
            log.write(encode(event) + "\n")
            log.flush()
            yield event


def warm_start(trainer: Trainer, source: Path) -> list[str]:
    """Starts from the tensors of `source` that fit by name and shape: a weights file gives the generator's, a run
    folder the discriminator's too. Returns sentences on how many did."""
    if source.is_dir():
        state = load_checkpoint(source / "last.pt", trainer.device)
        parts = {name: state[name] for name in ("generator", "average", "discriminator")}
    else:
        parts = dict.fromkeys(("generator", "average"), generator_tensors(source))
    return [f"{name}: {copy_matching(part, getattr(trainer, name))} from {source}" for name, part in parts.items()]


def copy_matching(source: dict[str, Tensor], network: torch.nn.Module) -> str:
    state = network.state_dict()
    matching = {k: v for k, v in source.items() if k in state and state[k].shape == v.shape}
    network.load_state_dict(matching, strict=False)
    return f"{len(matching)} of {len(state)} tensors"


def steps(
    trainer: Trainer,
    faces: Faces,
    labels: Tensor | None,
    folder: Path,
    before: float,
    stop: Callable[[], bool],
    notes: tuple[str, ...],
) -> Iterator[Event]:
    config, log, batch = trainer.config, trainer.config.log, trainer.config.train.batch
    total = math.ceil(config.train.images / batch)
    images = faces.images.to(trainer.device)
    labels = None if labels is None else labels.to(trainer.device)
    device = str(trainer.device)
    yield Started(str(folder), config.variant, trainer.images, total * batch, len(faces), device, notes)
    save_grid(faces.images[: log.grid**2], log.grid, folder / "reals.png")
    fixed = latents_of(config.train.seed, log.grid**2, trainer.average.z_dim)
    if trainer.step_number == 0:
        yield save_samples(trainer.average, fixed, folder, trainer)
    began, sums, counts = time.perf_counter(), dict[str, Tensor](), dict[str, int]()
    clock, done = began, 0
    while trainer.step_number < total:
        for name, value in trainer.step(images, labels).items():
            sums[name] = sums[name] + value if name in sums else value
            counts[name] = counts.get(name, 0) + 1
        done += 1
        asked = time.perf_counter()
        ending = trainer.step_number == total or stop()
        paused = time.perf_counter() - asked  # `stop` answers late while the run is paused, which is no training
        began, clock = began + paused, clock + paused
        if due(trainer.images, batch, log.metrics_every) or ending:
            values = {name: round(float(value) / counts[name], 6) for name, value in sums.items()}
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
        if due(trainer.images, batch, log.save_every) or ending:
            seconds = before + time.perf_counter() - began
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
    save_grid(draw(generator, fixed), trainer.config.log.grid, path)
    return Samples(trainer.step_number, trainer.images, str(path))


def trim_log(path: Path, images: int) -> None:
    """Drops what a killed run logged after its last checkpoint: those steps are done again."""
    if not path.exists():
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
