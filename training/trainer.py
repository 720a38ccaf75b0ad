"""Trainer: the networks of a run, their optimisers, and one step of both."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor

from training import distributed
from training.annealing import annealed
from training.augment import augment
from training.compute import autocast, pick_precision
from training.config import RunConfig, Train
from training.ema import update_average
from training.gans import create
from training.sampling import from_bytes
from training.weighting import drawn

Network = TypeVar("Network", bound=torch.nn.Module)


class Trainer:
    """Networks, optimisers and one step. The step's random numbers depend on the seed and the step's number alone, so
    that a resumed run is the very same run. Of several processes each takes its part of every batch."""

    def __init__(self, config: RunConfig, device: torch.device) -> None:
        self.config, self.device = config, device
        self.part = distributed.part_of(config.train.batch)
        self.precision = pick_precision(config.train.precision, device)
        self.gan = create(config.variant, config.options)
        torch.manual_seed(config.train.seed)
        self.generator = self.place(self.gan.generator())
        self.average = self.place(self.gan.generator()).requires_grad_(False)
        self.average.load_state_dict(self.generator.state_dict())
        self.discriminator = self.place(self.gan.discriminator())
        if config.train.compile:
            self.generator.compile()
            self.discriminator.compile()
        self.generator_optimizer = self.optimizer(self.generator)
        self.discriminator_optimizer = self.optimizer(self.discriminator)
        self.step_number = 0

    def place(self, network: Network) -> Network:
        network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return distributed.synchronise(network)

    def optimizer(self, network: torch.nn.Module) -> torch.optim.Adam:
        train = self.config.train
        return torch.optim.Adam(
            network.parameters(), train.learning_rate, (train.beta1, train.beta2), fused=self.device.type != "mps"
        )

    def step(self, images: Tensor, labels: Tensor | None = None, shares: Tensor | None = None) -> dict[str, Tensor]:
        """One step of both networks on pictures drawn from `images` (N, 3, R, R) uint8, and their class indices
        `labels` (N, columns) for a variant conditioned on them; returns detached scalars. `shares` (N,) are
        `cumulative_weights`, None: all pictures count the same."""
        train = self.anneal()
        torch.manual_seed(train.seed * 1_000_000_007 + self.step_number + 1)
        waiting = self.images + train.batch <= train.generator_waits
        with distributed.drawn_together(train.batch), autocast(self.device, self.precision):
            index = drawn(shares, len(images), self.part).to(images.device)
            real = self.batch(images[index])
            z = torch.randn(self.part, self.average.z_dim, device=self.device)
            conditions = self.conditions(z, None if labels is None else labels[index])
            with torch.set_grad_enabled(not waiting):
                fake = augment(self.generator(z, conditions), train.augment, train.augment_probability)
            real = augment(real, train.augment, train.augment_probability)

            self.discriminator.requires_grad_(True)
            seen = fake.detach().requires_grad_(self.gan.one_pass)
            loss = self.gan.discriminator_loss(self.discriminator, real, seen, self.step_number, conditions)
        logged = {f"d_{name}": value for name, value in loss.parts.items()}
        logged["d_loss"] = loss.total.detach()
        self.discriminator_optimizer.zero_grad(set_to_none=True)
        loss.total.backward()  # type: ignore[no-untyped-call]
        distributed.average_gradients(self.discriminator)
        self.discriminator_optimizer.step()

        self.step_number += 1
        if waiting:
            return logged
        self.generator_optimizer.zero_grad(set_to_none=True)
        if self.gan.one_pass:
            assert seen.grad is not None and loss.turned is not None
            fake.backward(seen.grad * loss.turned[:, None, None, None])  # type: ignore[no-untyped-call]
            logged["g_loss"] = torch.log1p(-loss.turned).mean()
        else:
            self.discriminator.requires_grad_(False)
            with distributed.drawn_together(train.batch), autocast(self.device, self.precision):
                loss = self.gan.generator_loss(self.discriminator, real, fake, conditions)
            loss.total.backward()  # type: ignore[no-untyped-call]
            logged["g_loss"] = loss.total.detach()
        distributed.average_gradients(self.generator)
        self.generator_optimizer.step()

        update_average(self.average, self.generator, train.batch, train.ema_half_life, self.images)
        return logged

    def anneal(self) -> Train:
        """Sets what the config lets change on the way; returns the settings that count in this step."""
        config = annealed(self.config, self.images)
        if config.options != self.config.options:
            self.gan = create(config.variant, config.options)
        for optimizer in (self.generator_optimizer, self.discriminator_optimizer):
            for group in optimizer.param_groups:  # also when a resumed run is told to go on more slowly
                group["lr"] = config.train.learning_rate
        return config.train

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
        self.step_number = int(str(state["step"]))
        self.anneal()
