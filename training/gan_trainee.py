"""GanTrainee: a generator, its average and its discriminator, of any variant in `training.gans`; one step of both."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training import distributed
from training.annealing import annealed
from training.augment import augment
from training.classes import labelled
from training.config import RunConfig
from training.data import Faces, load_faces
from training.ema import update_average
from training.gans import create
from training.sampling import draw, from_bytes, latents_of
from training.trainee import Part, Trainee
from training.warm_start import warm_start
from training.weighting import cumulative_weights, drawn

IMITATED = 1  # seed of the faces whose distance to real ones is measured, the same at each moment
Batch = tuple[Tensor, Tensor | None]  # real pictures (N, 3, R, R) in [-1, 1], and class indices (N, columns)


def begin(config: RunConfig, device: torch.device, state: dict[str, Any] | None) -> GanTrainee:
    """The trainee of a run with its pictures; `state` is its checkpoint, if it has one. DataError as its makers do."""
    faces, held = distributed.one_first(lambda: data_of(config))
    distributed.check_same(faces.names, f"pictures in {config.data.source}")
    config, faces, labels = conditioned(config, faces, state or {})
    made = GanTrainee(config, device)
    made.give(faces.images, labels, cumulative_weights(faces, config.data.weights))
    made.notes, made.real, made.held = faces.notes, faces, held
    return made


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


class GanTrainee(Trainee):
    shared = True
    images_given: Tensor
    labels_given: Tensor | None = None
    shares: Tensor | None = None

    def __init__(self, config: RunConfig, device: torch.device) -> None:
        super().__init__(config, device)
        self.gan = create(config.variant, config.options)
        torch.manual_seed(config.train.seed)
        self.generator = self.place(self.gan.generator())
        self.average = self.place(self.gan.generator()).requires_grad_(False)
        self.average.load_state_dict(self.generator.state_dict())
        self.discriminator = self.place(self.gan.discriminator())
        self.compile(self.generator, self.discriminator)
        fused = device.type != "mps"
        self.generator_optimizer = self.optimizer(self.generator, fused)
        self.discriminator_optimizer = self.optimizer(self.discriminator, fused)
        self.fixed = latents_of(config.train.seed, config.log.grid**2, self.average.z_dim)
        self.now = config.train  # the settings that count in this step, see `training.annealing`

    def give(self, images: Tensor, labels: Tensor | None = None, shares: Tensor | None = None) -> None:
        """What it learns from: `images` (N, 3, R, R) uint8, and their class indices `labels` (N, columns) for a variant
        conditioned on them. `shares` (N,) are `cumulative_weights`, None: all pictures count the same."""
        self.shown = images[: self.config.log.grid**2]
        self.images_given = images.to(self.device)
        self.labels_given = None if labels is None else labels.to(self.device)
        self.shares, self.pictures = shares, len(images)

    @property
    def parts(self) -> dict[str, Part]:
        names = ("generator", "average", "discriminator", "generator_optimizer", "discriminator_optimizer")
        return {name: getattr(self, name) for name in names}

    def facts(self) -> dict[str, Any]:
        return {"from_data": self.gan.from_data()}

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        self.before_step()

    def before_step(self) -> None:
        """Sets what the config lets change on the way."""
        config = annealed(self.config, self.images)
        if config.options != self.config.options:
            self.gan = create(config.variant, config.options)
        for optimizer in (self.generator_optimizer, self.discriminator_optimizer):
            for group in optimizer.param_groups:  # also when a resumed run is told to go on more slowly
                group["lr"] = config.train.learning_rate
        self.now = config.train

    def batch(self) -> Batch:
        images, labels = self.images_given, self.labels_given
        with distributed.drawn_together(self.config.train.batch):
            index = drawn(self.shares, len(images), self.part).to(images.device)
            real = from_bytes(images[index])
            if self.config.train.flip:
                real = torch.where(torch.rand(len(real), 1, 1, 1, device=self.device) < 0.5, real.flip(3), real)
        return real, None if labels is None else labels[index]

    def learn(self, batch: Batch) -> dict[str, Tensor]:
        train, (real, labels) = self.now, batch
        seen_after = self.images + train.batch
        waiting = seen_after <= train.generator_waits
        with distributed.drawn_together(train.batch), self.autocast():
            z = torch.randn(self.part, self.average.z_dim, device=self.device)
            conditions = self.conditions(z, labels)
            with torch.set_grad_enabled(not waiting):
                fake = augment(self.generator(z, conditions), train.augment, train.augment_probability)
            real = augment(real, train.augment, train.augment_probability)

            self.discriminator.requires_grad_(True)
            seen = fake.detach().requires_grad_(self.gan.one_pass)
            loss = self.gan.discriminator_loss(self.discriminator, real, seen, self.step_number, conditions)
        logged = {f"d_{name}": value for name, value in loss.parts.items()}
        logged["d_loss"] = loss.total.detach()
        self.update(self.discriminator, self.discriminator_optimizer, loss.total)
        if waiting:
            return logged

        self.generator_optimizer.zero_grad(set_to_none=True)
        if self.gan.one_pass:
            assert seen.grad is not None and loss.turned is not None
            fake.backward(seen.grad * loss.turned[:, None, None, None])  # type: ignore[no-untyped-call]
            logged["g_loss"] = torch.log1p(-loss.turned).mean()
        else:
            self.discriminator.requires_grad_(False)
            with distributed.drawn_together(train.batch), self.autocast():
                loss = self.gan.generator_loss(self.discriminator, real, fake, conditions)
            loss.total.backward()  # type: ignore[no-untyped-call]
            logged["g_loss"] = loss.total.detach()
        distributed.average_gradients(self.generator)
        self.generator_optimizer.step()

        update_average(self.average, self.generator, train.batch, train.ema_half_life, seen_after)
        return logged

    def conditions(self, z: Tensor, labels: Tensor | None) -> Tensor | None:
        """What this step's pictures are made from beside z: the labels of the real ones, else the codes that z stands
        for, else nothing."""
        if labels is not None:
            return self.gan.conditions.one_hot(labels.to(self.device))
        return self.average.draw_conditions(z) if self.gan.conditions.dim else None

    def samples(self) -> Tensor:
        return draw(self.average, self.fixed)

    def sheets(self) -> dict[str, Tensor]:
        return {"reals": self.shown}

    def imitations(self, real: Faces) -> Tensor:
        return draw(self.average, latents_of(IMITATED, len(real), self.average.z_dim))

    def warm_start(self, source: Path) -> list[str]:
        networks = {name: getattr(self, name) for name in ("generator", "average", "discriminator")}
        return warm_start(networks, source, self.device)
