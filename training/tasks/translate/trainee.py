"""Trains a translation task. Run folder, events, stop and resume are those of `training.loop`, so every viewer of a
generator's run shows such a run too: `reals.png` are the photos, `fakes000123.png` what is made of their sketches."""

from __future__ import annotations

import importlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.checkpoint import CheckpointError, load_checkpoint, save_checkpoint
from training.compute import autocast, pick_device, pick_precision
from training.config import RunConfig, run_config
from training.critics import FeatureCritic, paired_losses, perceptual_distance
from training.data import Faces, load_faces
from training.ema import update_average
from training.events import Ended, Event, Metrics, Samples, Saved, Started, encode
from training.loop import TrainingError, due, trim_log
from training.networks.landmarks import landmarks_of
from training.networks.translator import INSIDE, Translator, hinted, load_translator, save_translator
from training.options import build
from training.sampling import from_bytes, save_grid, to_bytes
from training.tasks.translate.base import Translation
from training.tasks.translate.hints import colour_hints, recoloured
from training.tasks.translate.pairs import load_pairs
from training.tasks.translate.sketches import mirrored
from training.warm_start import copy_matching
from training.weighting import cumulative_weights, drawn

EYES = (2, 4, 8, 16, 32)  # reductions of the features that the second critic sees
BATCH = 16  # pictures drawn at once for a sample grid
EXTRA = "'facedesigner[faces]'"


def create(task: str, options: dict[str, Any]) -> Translation:
    """A task with its options by name; ValueError on an unknown option or value."""
    module = importlib.import_module(f"training.tasks.translate.{task}")
    made: Translation = module.Model(build(module.Options, options, f"[options] of {task}"))
    return made


def data_of(config: RunConfig, task: Translation) -> tuple[Faces, Faces]:
    """The run's photos with their landmarks or sketches as labels: those to train on and those held out."""
    side, cache = task.options.resolution, Path(config.data.cache) if config.data.cache else None
    pairs = getattr(task.options, "pairs", "photos")
    if pairs != "photos":
        return load_pairs(Path(config.data.source), side, pairs == "sketch left", config.data.include).split(
            config.data.holdout
        )
    labels = Path(config.data.labels) if config.data.labels else None
    faces = load_faces(config.data.source, side, include=config.data.include, labels=labels, cache=cache)
    points = landmarks_of(faces, cache)
    if points is None:
        note = "without dlib no drawings are made from landmarks, and hints are followed less: pip install " + EXTRA
        faces = replace(faces, notes=(*faces.notes, note))
    else:
        faces = replace(faces, labels={**faces.labels, "landmarks": points})
    return faces.split(config.data.holdout)


class Translating:
    """The networks of a run, their optimisers and one step. As in `training.trainer`, a step's random numbers hang on
    the seed and the step's number alone."""

    def __init__(self, config: RunConfig) -> None:
        self.config, self.device = config, pick_device(config.train.device)
        self.precision = pick_precision(config.train.precision, self.device)
        self.task = create(config.variant, config.options)
        torch.manual_seed(config.train.seed)
        self.generator, self.average, self.discriminator = (
            self.place(made) for made in (self.task.generator(), self.task.generator(), self.task.discriminator())
        )
        self.average.load_state_dict(self.generator.state_dict())
        self.average.requires_grad_(False).eval()
        self.optimizers = [self.optimizer(network) for network in (self.generator, self.discriminator)]
        self.eyes: FeatureCritic | None = None
        if self.task.options.critic:
            self.eyes = FeatureCritic(EYES).to(self.device)
            self.optimizers.append(self.optimizer(self.eyes.heads))
        self.step_number = 0

    def place(self, network: nn.Module) -> nn.Module:
        return network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]

    def optimizer(self, network: nn.Module) -> torch.optim.Adam:
        train = self.config.train
        return torch.optim.Adam(network.parameters(), train.learning_rate, (train.beta1, train.beta2))

    @property
    def images(self) -> int:
        return self.step_number * self.config.train.batch

    def pairs(self, faces: Faces, index: Tensor) -> tuple[Tensor, Tensor]:
        """The network's input and target (N, C, R, R) of the photos at `index`, mirrored by chance in training."""
        photos = from_bytes(faces.images[index])
        given = faces.labels.get("sketches")
        sketch = None if given is None else from_bytes(given[index]).sub(1).div(-2)
        points = faces.labels["landmarks"][index] if "landmarks" in faces.labels else None
        if self.config.train.flip and self.generator.training:
            flip = torch.rand(len(index)) < 0.5
            where = flip[:, None, None, None]
            photos = torch.where(where, photos.flip(3), photos)
            points = None if points is None else torch.where(where[:, 0], mirrored(points), points)
            sketch = None if sketch is None else torch.where(where, sketch.flip(3), sketch)
        given = torch.rand(len(index)) < self.task.options.hints
        if points is not None and self.generator.training:
            photos = recoloured(photos, points, given)
        condition = self.task.condition(photos, points) if sketch is None else sketch
        hints = colour_hints(photos, given)
        seen, target = hinted(condition, hints), self.task.target(photos)
        return seen.to(self.device), target.contiguous(memory_format=torch.channels_last).to(self.device)

    def step(self, faces: Faces, shares: Tensor | None) -> dict[str, Tensor]:
        """One step of both networks; returns detached scalars."""
        options, train = self.task.options, self.config.train
        torch.manual_seed(train.seed * 1_000_000_007 + self.step_number + 1)
        seen, target = self.pairs(faces, drawn(shares, len(faces), train.batch))
        with autocast(self.device, self.precision):
            answer = self.generator(seen)
        l1 = (answer - target).abs().mean()
        logged, loss = {"g_l1": l1.detach()}, options.l1 * l1
        if options.adversarial:
            window = judged_window(options.resolution)
            condition, true, false = (x[window] for x in (seen, target, answer))
            self.discriminator.requires_grad_(True)
            with autocast(self.device, self.precision):
                real, fake = self.discriminator(condition, true), self.discriminator(condition, false.detach())
            judged = self.task.discriminator_loss(real, fake)
            self.update(1, judged)
            logged["d_loss"] = judged.detach()
            self.discriminator.requires_grad_(False)
            with autocast(self.device, self.precision):
                again = self.discriminator(condition, false)
            convincing = self.task.generator_loss(real.detach(), again)
            logged["g_adversarial"] = convincing.detach()
            loss = loss + options.adversarial * convincing
        if self.eyes is not None:
            parts = self.look(self.eyes, seen, target, answer)
            logged |= {f"g_{name}": part.detach() for name, part in parts.items()}
            loss = loss + options.critic * parts["critic"] + options.features * parts["features"]
        self.step_number += 1
        if self.images > train.generator_waits:
            self.update(0, loss)
            update_average(self.average, self.generator, train.batch, train.ema_half_life, self.images)
        return {**logged, "g_loss": loss.detach()}

    def look(self, eyes: FeatureCritic, seen: Tensor, target: Tensor, answer: Tensor) -> dict[str, Tensor]:
        """Teaches the critic of features a step, and returns what the answer loses before it and in distance. It sees
        the whole face at half the size or a part of the face at full size, as the step's number has it."""
        pictures = [self.task.picture(seen, colours) for colours in (target, answer)]
        window = judged_window(self.task.options.resolution)
        true, false = (F.avg_pool2d(x, 2) if self.step_number % 2 else x[window] for x in pictures)
        with autocast(self.device, self.precision):
            with torch.no_grad():
                real = eyes.features(true)
            fake = eyes.features(false)
        eyes.requires_grad_(True)
        self.update(2, paired_losses(eyes(real), eyes([x.detach() for x in fake]))[0])
        eyes.requires_grad_(False)
        return {"critic": paired_losses(eyes(real), eyes(fake))[1], "features": perceptual_distance(fake, real)}

    def update(self, which: int, loss: Tensor) -> None:
        self.optimizers[which].zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizers[which].step()

    def draw(self, seen: Tensor) -> Tensor:
        """(N, C, R, R) -> pictures (N, 3, R, R) uint8 of the averaged network."""
        with torch.inference_mode():
            drawn = [self.task.picture(part, self.average(part)) for part in torch.split(seen.to(self.device), BATCH)]
            return to_bytes(torch.cat(drawn)).cpu()

    @property
    def networks(self) -> dict[str, nn.Module]:
        """Those whose numbers change."""
        found = {"generator": self.generator, "average": self.average, "discriminator": self.discriminator}
        return found if self.eyes is None else {**found, "eyes": self.eyes.heads}

    def state(self) -> dict[str, Any]:
        networks = {name: network.state_dict() for name, network in self.networks.items()}
        return {**networks, "optimizers": [one.state_dict() for one in self.optimizers], "step": self.step_number}

    def restore(self, state: dict[str, Any]) -> None:
        """Raises CheckpointError when the run was begun without the critic that its options ask for now."""
        if not self.networks.keys() <= state.keys():
            raise CheckpointError(
                "this run was begun without its critic: go on with options.critic=0, or begin a new run with "
                "train.warm_start set to this one's folder"
            )
        for name, network in self.networks.items():
            network.load_state_dict(state[name])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step_number = int(state["step"])

    def warm_start(self, source: Path) -> list[str]:
        """Takes what fits from another run of such a task, also at another size, or from a weights file, which has no
        discriminator. Returns sentences on how much."""
        if source.is_dir():
            state = load_checkpoint(source / "last.pt", self.device)
        else:
            state = dict.fromkeys(("generator", "average"), load_translator(source, self.config.variant).state_dict())
        fitting = {name: network for name, network in self.networks.items() if name in state}
        return [
            f"{name}: {copy_matching(state[name], network)} tensors from {source}" for name, network in fitting.items()
        ]


def train(config: RunConfig, folder: Path, stop: Callable[[], bool] = lambda: False) -> Iterator[Event]:
    """Trains in `folder` as `training.loop.train` does, with the same events and errors; in one process."""
    made = Translating(config)
    last, before, notes = folder / "last.pt", 0.0, list[str]()
    if last.exists():
        state = load_checkpoint(last, made.device)
        made.restore(state)
        before = float(state["seconds"])
    elif config.train.warm_start:
        notes = made.warm_start(Path(config.train.warm_start))
    faces, _ = data_of(config, made.task)
    path = folder / "metrics.jsonl"
    trim_log(path, made.images)
    with path.open("a", encoding="utf-8") as log:
        for event in steps(made, faces, folder, before, stop, (*faces.notes, *notes)):
            log.write(encode(event) + "\n")
            log.flush()
            yield event


def steps(
    made: Translating, faces: Faces, folder: Path, before: float, stop: Callable[[], bool], notes: Sequence[str]
) -> Iterator[Event]:
    config, log, batch = made.config, made.config.log, made.config.train.batch
    total = math.ceil(config.train.images / batch)
    shares = cumulative_weights(faces, config.data.weights)
    yield Started(str(folder), config.variant, made.images, total * batch, len(faces), str(made.device), tuple(notes))
    shown = torch.arange(log.grid**2) % len(faces)
    save_grid(faces.images[shown], log.grid, folder / "reals.png")
    fixed = fixed_inputs(made, faces, shown)
    save_grid(to_bytes(1 - 2 * fixed[:, :1]).expand(-1, 3, -1, -1), log.grid, folder / "sketches.png")
    if made.step_number == 0:
        yield save_samples(made, fixed, folder)
    began, sums, done = time.perf_counter(), dict[str, Tensor](), 0
    clock = began
    while made.step_number < total:
        for name, value in made.step(faces, shares).items():
            sums[name] = sums.get(name, torch.zeros(())) + value.cpu()
        done += 1
        asked = time.perf_counter()
        ending = made.step_number == total or stop()
        paused = time.perf_counter() - asked  # `stop` answers late while the run is paused, which is no training
        began, clock = began + paused, clock + paused
        if due(made.images, batch, log.metrics_every) or ending:
            values = {name: round(float(value) / done, 6) for name, value in sums.items()}
            now = time.perf_counter()
            speed = done * batch / max(now - clock, 1e-9)
            yield Metrics(made.step_number, made.images, before + now - began, speed, values)
            if not all(map(math.isfinite, values.values())):
                raise TrainingError(
                    f"the losses are no longer numbers after {made.images} pictures: {values}. The last good state "
                    f"is in {folder / 'last.pt'}; lower train.learning_rate and resume"
                )
            sums, clock, done = {}, now, 0
        if due(made.images, batch, log.samples_every) or ending:
            yield save_samples(made, fixed, folder)
        if due(made.images, batch, log.save_every) or ending:
            save_checkpoint(folder / "last.pt", {**made.state(), "seconds": before + time.perf_counter() - began})
            yield Saved(made.step_number, made.images, str(folder / "last.pt"))
        if ending:
            break
    yield Ended(made.images, "finished" if made.step_number >= total else "stopped")


def judged_window(side: int) -> tuple[slice, ...]:
    """Where the discriminator looks, of (N, C, side, side): it judges patches, so a random part of a large picture is
    enough, at a quarter of the cost."""
    reach = min(side, INSIDE)
    down, across = (int(torch.randint(side - reach + 1, ())) for _ in range(2))
    return slice(None), slice(None), slice(down, down + reach), slice(across, across + reach)


def fixed_inputs(made: Translating, faces: Faces, index: Tensor) -> Tensor:
    """What the sample grids are drawn from: the same at every step of a run."""
    made.generator.eval()  # not mirrored
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(made.config.train.seed)
        seen = torch.cat([made.pairs(faces, part)[0] for part in torch.split(index, BATCH)])
    made.generator.train()
    return seen


def save_samples(made: Translating, fixed: Tensor, folder: Path) -> Samples:
    path = folder / f"fakes{made.step_number:06d}.png"
    save_grid(made.draw(fixed), made.config.log.grid, path)
    return Samples(made.step_number, made.images, str(path))


def export(folder: Path, out: Path) -> Translator:
    """Writes a run's averaged network as a weights file, atomically. Raises ValueError when the folder is no run of a
    task, CheckpointError when it holds none yet."""
    config = run_config(folder)
    task = create(config.variant, config.options)
    state = load_checkpoint(folder / "last.pt", torch.device("cpu"))
    network = task.generator()
    network.load_state_dict(state["average"])
    card = {
        "pictures shown": f"{int(state['step']) * config.train.batch:,}",
        "trained on": config.data.about or config.data.source,
        "terms": config.data.terms,
        "loss": f"{config.options}",
    }
    save_translator(network, out, config.variant, card)
    return network
