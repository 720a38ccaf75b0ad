"""What a run trains. `training.loop` keeps the clock, the log, the checkpoints and the stop of every run; a `Trainee`
knows its pictures, its networks and one step. `training.kinds` says which there are."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn

from training import distributed
from training.checkpoint import CheckpointError
from training.compute import autocast, pick_precision
from training.config import RunConfig
from training.data import Faces
from training.errors import UserError
from training.options import build

Network = TypeVar("Network", bound=nn.Module)
O = TypeVar("O")  # noqa: E741 options


class Stateful(Protocol):
    """A network or an optimiser."""

    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state_dict: Any) -> Any: ...


Part = Stateful | list[Stateful]


class Trainee(ABC):
    """Networks, optimisers, pictures and one step.

    The step's random numbers depend on the run's seed and the step's number alone, so that nothing of them has to be
    saved and a resumed run is the very same run. A kind that is `shared` computes the same in several processes, each
    with its `part` of every batch, see `training.distributed`; another one refuses to begin there.
    """

    shared = False

    def __init__(self, config: RunConfig, device: torch.device) -> None:
        """UserError where several processes cannot train it, or cannot share its batch evenly."""
        if distributed.size() > 1 and not self.shared:
            raise UserError(f"{config.variant} is trained by one process: start it without torchrun")
        self.config, self.device = config, device
        self.part = distributed.part_of(config.train.batch)  # pictures of a batch that are this process's
        self.precision = pick_precision(config.train.precision, device)
        self.step_number = 0
        self.pictures = 0  # in the data set
        self.notes: tuple[str, ...] = ()  # sentences about the pictures, for the user
        self.real: Faces | None = None  # with `held`: what distances are measured to, see `imitations`
        self.held: Faces | None = None  # those of the pictures that training does not see

    # what a kind has to say

    @property
    @abstractmethod
    def parts(self) -> dict[str, Part]:
        """What changes in training, by its name in `last.pt`."""

    @abstractmethod
    def batch(self) -> Any:
        """Draws what the next step learns from, from torch's generator alone."""

    @abstractmethod
    def learn(self, batch: Any) -> dict[str, Tensor]:
        """One step with what `batch` drew; returns detached scalars for the log."""

    @abstractmethod
    def samples(self) -> Tensor:
        """The pictures of `fakes000123.png`, (log.grid squared, 3, R, R) uint8 on the CPU: made from the same at each
        step of a run, without a trace in the networks."""

    @abstractmethod
    def sheets(self) -> dict[str, Tensor]:
        """Pictures that stand beside those, by the name of their file: `reals` at least. (N, 3, R, R) uint8."""

    # what a kind may say

    def facts(self) -> dict[str, Any]:
        """Plain values that lie in `last.pt` beside the parts."""
        return {}

    def step_seed(self) -> int:
        return self.config.train.seed * 1_000_000_007 + self.step_number + 1

    def before_step(self) -> None:
        """Sets what changes on the way, such as the learning rate."""
        return

    def warm_start(self, source: Path) -> list[str]:
        """Takes what fits from another run or from a file; returns sentences on how much. UserError when there is
        nothing to take."""
        raise UserError(f"train.warm_start: {self.config.variant} cannot start from {source}; leave it out")

    def imitations(self, real: Faces) -> Tensor | None:
        """One picture for each of some `real` ones, (N, 3, R, R) uint8, whose distance to them says how good the run
        is. None where that says nothing."""
        return None

    # what the loop does with it

    @property
    def steps(self) -> int:
        """Of the whole run."""
        return math.ceil(self.config.train.images / self.config.train.batch)

    @property
    def images(self) -> int:
        """Pictures shown so far."""
        return self.step_number * self.config.train.batch

    def step(self) -> dict[str, Tensor]:
        """Draws a batch and learns from it; returns detached scalars."""
        self.before_step()
        torch.manual_seed(self.step_seed())
        logged = self.learn(self.batch())
        self.step_number += 1
        return logged

    def state(self) -> dict[str, Any]:
        """All that continues the run, for `last.pt`."""
        return {"step": self.step_number, **self.facts(), **{name: state_of(part) for name, part in self.parts.items()}}

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from what `state` said. Raises CheckpointError when it does not fit."""
        missing = [name for name in self.parts if name not in state]
        if missing:
            raise CheckpointError(f"the checkpoint lacks {', '.join(missing)}: its run was begun with other options")
        try:
            for name, part in self.parts.items():
                load_state(part, state[name])
            self.step_number = int(state["step"])
            if self.step_number < 0:
                raise UserError(f"it stands at step {self.step_number}")
        except (KeyError, RuntimeError, ValueError, TypeError) as error:
            raise CheckpointError(f"the checkpoint does not fit the options of this run: {error}") from None

    # what kinds have in common

    def options(self, cls: type[O]) -> O:
        """The options of the config. UserError names an unknown one or a wrong value."""
        return build(cls, self.config.options, f"[options] of {self.config.variant}")

    def place(self, network: Network) -> Network:
        """The network on the run's device; its batch norm sees the whole batch of several processes."""
        network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return distributed.synchronise(network)

    def compile(self, *networks: nn.Module) -> None:
        """Compiles them in place, if the config asks for it."""
        for network in networks if self.config.train.compile else ():
            network.compile()

    def optimizer(self, network: nn.Module, fused: bool | None = None) -> torch.optim.Adam:
        """Adam with the config's settings; `fused` is faster and rounds otherwise."""
        train = self.config.train
        return torch.optim.Adam(network.parameters(), train.learning_rate, (train.beta1, train.beta2), fused=fused)

    def update(self, network: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor, clip: float = 0.0) -> None:
        """One step of a network down the slope of its loss, that of all processes. `clip`: the longest gradient."""
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        distributed.average_gradients(network)
        if clip:
            nn.utils.clip_grad_norm_(network.parameters(), clip)
        optimizer.step()

    def autocast(self) -> Any:
        return autocast(self.device, self.precision)


class Annealed(Trainee):
    """One whose learning rates rise over `warm_up` steps, and then fall to nothing along half a cosine."""

    warm_up: int
    optimizers: list[torch.optim.Optimizer]

    def step_seed(self) -> int:
        return self.config.train.seed * 1_000_003 + self.step_number

    def before_step(self) -> None:
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = warmed_cosine(optimizer.defaults["lr"], self.step_number, self.steps, self.warm_up)


def warmed_cosine(rate: float, step: int, steps: int, warm_up: int) -> float:
    """The learning rate of a step: it rises over `warm_up` steps, and falls to nothing along half a cosine."""
    return rate * min(1.0, (step + 1) / warm_up) * (0.5 + 0.5 * math.cos(math.pi * (step / steps)))


def state_of(part: Part) -> Any:
    return [one.state_dict() for one in part] if isinstance(part, list) else part.state_dict()


def load_state(part: Part, state: Any) -> None:
    if not isinstance(part, list):
        part.load_state_dict(state)
        return
    for one, saved in zip(part, state, strict=True):
        one.load_state_dict(saved)
