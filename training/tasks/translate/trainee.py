"""Translating: a task that makes one picture of another, its pictures and one step of both its networks.

In the run folder `reals.png` are the photos, `sketches.png` what is seen of them, `fakes000123.png` what becomes of it.
"""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training import distributed
from training.checkpoint import CheckpointError, load_checkpoint
from training.config import RunConfig, run_config
from training.critics import FeatureCritic, paired_losses, perceptual_distance
from training.data import Faces, load_faces
from training.ema import update_average
from training.lpips import Lpips
from training.networks.landmarks import landmarks_of
from training.networks.translator import hinted, load_translator, save_translator
from training.networks.unet import INSIDE, Translator
from training.options import build
from training.sampling import from_bytes, to_bytes
from training.tasks.translate.base import Translation
from training.tasks.translate.damage import exaggerated
from training.tasks.translate.hints import colour_hints, recoloured
from training.tasks.translate.pairs import load_pairs
from training.tasks.translate.sketches import mirrored
from training.trainee import Part, Trainee
from training.warm_start import copy_matching
from training.weighting import cumulative_weights, drawn

EYES = (2, 4, 8, 16, 32)  # reductions of the features that the second critic sees
COMPARED = 256  # pixels of the part of a picture that LPIPS compares
BATCH = 16  # pictures drawn at once for a sample grid
EXTRA = "'facedesigner[faces]'"
Batch = tuple[Tensor, Tensor]  # the network's input and its target, (N, C, R, R) each


def begin(config: RunConfig, device: torch.device, state: dict[str, Any] | None) -> Translating:
    """The trainee of a run with its pictures. DataError when they cannot be used."""
    made = Translating(config, device)
    faces, held = distributed.one_first(lambda: data_of(config, made.task))
    distributed.check_same(faces.names, f"pictures in {config.data.source}")
    made.give(faces)
    made.held = held
    return made


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
    if not task.takes_hints:
        return faces.split(config.data.holdout)
    points = landmarks_of(faces, cache)
    if points is None:
        note = "without dlib no drawings are made from landmarks, and hints are followed less: pip install " + EXTRA
        faces = replace(faces, notes=(*faces.notes, note))
    else:
        faces = replace(faces, labels={**faces.labels, "landmarks": points})
    return faces.split(config.data.holdout)


class Translating(Trainee):
    shared = True
    faces: Faces

    def __init__(self, config: RunConfig, device: torch.device) -> None:
        super().__init__(config, device)
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
            self.eyes = FeatureCritic(EYES).to(device)
            self.optimizers.append(self.optimizer(self.eyes.heads))
        self.lpips = Lpips().to(device) if getattr(self.task.options, "lpips", 0) else None
        self.compile(self.generator, self.discriminator)

    def give(self, faces: Faces) -> None:
        """What it learns from: photos with their landmarks or sketches as labels, see `data_of`."""
        self.faces, self.real, self.pictures, self.notes = faces, faces, len(faces), faces.notes
        self.shares = cumulative_weights(faces, self.config.data.weights)
        self.shown = torch.arange(self.config.log.grid**2) % len(faces)
        self.fixed = self.inputs(faces, self.shown)

    @property
    def parts(self) -> dict[str, Part]:
        found: dict[str, Part] = {
            "generator": self.generator,
            "average": self.average,
            "discriminator": self.discriminator,
            "optimizers": [*self.optimizers],
        }
        return found if self.eyes is None else {**found, "eyes": self.eyes.heads}

    def restore(self, state: dict[str, Any]) -> None:
        """Raises CheckpointError also when the run was begun without the critic that its options ask for now."""
        if self.eyes is not None and "eyes" not in state:
            raise CheckpointError(
                "this run was begun without its critic: go on with options.critic=0, or begin a new run with "
                "train.warm_start set to this one's folder"
            )
        super().restore(state)

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
        if sketch is None and self.generator.training:
            photos, points = exaggerated(photos, points, getattr(self.task.options, "exaggerated", 0.0))
        if not self.task.takes_hints:
            seen, target = self.task.condition(photos, points), self.task.target(photos)
            return tuple(x.contiguous(memory_format=torch.channels_last) for x in (seen, target))  # type: ignore
        given = torch.rand(len(index)) < self.task.options.hints
        if points is not None and self.generator.training:
            photos = recoloured(photos, points, given)
        condition = self.task.condition(photos, points) if sketch is None else sketch
        hints = colour_hints(photos, given)
        seen, target = hinted(condition, hints), self.task.target(photos)
        return seen, target.contiguous(memory_format=torch.channels_last)

    def batch(self) -> Batch:
        """Every process draws for the whole batch, since sketches hang together within one, and takes its part."""
        seen, target = self.pairs(self.faces, drawn(self.shares, len(self.faces), self.config.train.batch))
        return distributed.own(seen).to(self.device), distributed.own(target).to(self.device)

    def learn(self, batch: Batch) -> dict[str, Tensor]:
        options, train, (seen, target) = self.task.options, self.config.train, batch
        with self.autocast():
            answer = self.generator(seen)
        l1 = (answer - target).abs().mean()
        logged, loss = {"g_l1": l1.detach()}, options.l1 * l1
        if options.adversarial:
            window = judged_window(options.resolution)
            condition, true, false = (x[window] for x in (seen, target, answer))
            self.discriminator.requires_grad_(True)
            with self.autocast():
                real, fake = self.discriminator(condition, true), self.discriminator(condition, false.detach())
            judged = self.task.discriminator_loss(real, fake)
            self.update(self.discriminator, self.optimizers[1], judged)
            logged["d_loss"] = judged.detach()
            self.discriminator.requires_grad_(False)
            with self.autocast():
                again = self.discriminator(condition, false)
            convincing = self.task.generator_loss(real.detach(), again)
            logged["g_adversarial"] = convincing.detach()
            loss = loss + options.adversarial * convincing
        if self.eyes is not None:
            parts = self.look(self.eyes, seen, target, answer)
            logged |= {f"g_{name}": part.detach() for name, part in parts.items()}
            loss = loss + options.critic * parts["critic"] + options.features * parts["features"]
        if self.lpips is not None:
            window = judged_window(options.resolution, COMPARED)
            pictures = [self.task.picture(seen, colours)[window] for colours in (target, answer)]
            with self.autocast():
                with torch.no_grad():
                    wanted = self.lpips.features(pictures[0])
                apart = self.lpips(pictures[1], wanted)
            logged["g_lpips"] = apart.detach()
            loss = loss + options.lpips * apart
        seen_after = self.images + train.batch
        if seen_after > train.generator_waits:
            self.update(self.generator, self.optimizers[0], loss)
            update_average(self.average, self.generator, train.batch, train.ema_half_life, seen_after)
        return {**logged, "g_loss": loss.detach()}

    def look(self, eyes: FeatureCritic, seen: Tensor, target: Tensor, answer: Tensor) -> dict[str, Tensor]:
        """Teaches the critic of features a step, and returns what the answer loses before it and in distance. It sees
        the whole face at half the size or a part of the face at full size, as the step's number has it."""
        pictures = [self.task.picture(seen, colours) for colours in (target, answer)]
        window = judged_window(self.task.options.resolution)
        true, false = (F.avg_pool2d(x, 2) if self.step_number % 2 else x[window] for x in pictures)
        with self.autocast():
            with torch.no_grad():
                real = eyes.features(true)
            fake = eyes.features(false)
        eyes.requires_grad_(True)
        self.update(eyes.heads, self.optimizers[2], paired_losses(eyes(real), eyes([x.detach() for x in fake]))[0])
        eyes.requires_grad_(False)
        return {"critic": paired_losses(eyes(real), eyes(fake))[1], "features": perceptual_distance(fake, real)}

    def inputs(self, faces: Faces, index: Tensor) -> Tensor:
        """What the network sees of the photos at `index`, (N, C, R, R): the same at every step of a run."""
        self.generator.eval()  # not mirrored
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.config.train.seed)
            seen = torch.cat([self.pairs(faces, part)[0] for part in torch.split(index, BATCH)])
        self.generator.train()
        return seen

    def draw(self, seen: Tensor) -> Tensor:
        """(N, C, R, R) -> pictures (N, 3, R, R) uint8 of the averaged network."""
        with torch.inference_mode():
            parts = [part.to(self.device) for part in torch.split(seen, BATCH)]
            return to_bytes(torch.cat([self.task.picture(part, self.average(part)) for part in parts])).cpu()

    def samples(self) -> Tensor:
        return self.draw(self.fixed)

    def sheets(self) -> dict[str, Tensor]:
        return {"reals": self.faces.images[self.shown], "sketches": to_bytes(self.task.sheet(self.fixed))}

    def imitations(self, real: Faces) -> Tensor:
        return self.draw(self.inputs(real, torch.arange(len(real))))

    def warm_start(self, source: Path) -> list[str]:
        """Takes what fits from another run of such a task, also at another size, or from a weights file, which has no
        discriminator."""
        if source.is_dir():
            state = load_checkpoint(source / "last.pt", self.device)
        else:
            state = dict.fromkeys(("generator", "average"), load_translator(source, self.config.variant).state_dict())
        networks = {name: part for name, part in self.parts.items() if isinstance(part, nn.Module)}
        fitting = {name: network for name, network in networks.items() if name in state}
        return [
            f"{name}: {copy_matching(state[name], network)} tensors from {source}" for name, network in fitting.items()
        ]


def judged_window(side: int, most: int = INSIDE) -> tuple[slice, ...]:
    """Where the discriminator looks, of (N, C, side, side): it judges patches, so a random part of a large picture is
    enough, at a quarter of the cost."""
    reach = min(side, most)
    down, across = (int(torch.randint(side - reach + 1, ())) for _ in range(2))
    return slice(None), slice(None), slice(down, down + reach), slice(across, across + reach)


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
