"""The stages of `prepare`, one row each, in their order. No torch here: the window shows them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from training.errors import UserError
from training.texts import quoted

if TYPE_CHECKING:
    from training.preparing.work import Work, Yield

STATES = {
    "waiting": "to do",
    "running": "in progress",
    "done": "done",
    "kept": "done before",
    "left out": "left out",
    "failed": "failed",
    "stopped": "stopped",
}


@dataclass(frozen=True)
class Stage:
    name: str
    title: str
    makes: str  # what it yields, for the user
    where: str  # "module:function" of `training.preparing`, (Work) -> Yield
    seconds: float  # that it takes on two cores, at 256 px
    data: bool = False  # whether it takes pictures of faces; without them it is left out
    changes: bool = False  # whether it yields a model that the stages after it take
    version: int = 1  # raise it when it makes something else of the same

    def run(self, work: Work) -> Yield:
        module, _, function = self.where.partition(":")
        made: Callable[[Work], Yield] = getattr(importlib.import_module(f"training.preparing.{module}"), function)
        return made(work)


STAGES = (
    Stage("faces", "Its faces", "sheets of faces, and whether they are faces at all", "own_faces:look", 5),
    Stage("glasses", "Glasses", "a slider for them, where it draws none", "taught:glasses", 700, True, True),
    Stage("labels", "Labels", "measures of thousands of its own faces", "own_faces:label", 130),
    Stage(
        "sliders",
        "Named sliders",
        "smile, hair, nose ... each with its ends",
        "own_faces:sliders",
        700,
        changes=True,
        version=2,
    ),
    Stage("ages", "Age path", "an age slider in years, calibrated", "own_faces:ages", 80, changes=True, version=2),
    Stage("encoder", "Photo encoder", "photos open as faces of this model", "taught:encoder", 520),
    Stage("sketches", "Sketch encoder", "drawings open as faces of this model", "taught:sketches", 540),
    Stage("embeddings", "Embeddings", "what certificates compare faces with", "training_data:embed", 330, True),
    Stage("model", "Model and card", "the finished file, and what is known of it", "finish:model", 5),
)


@dataclass(frozen=True)
class Wish:
    """What `prepare` is asked for. `data` None: what needs pictures is left out; `minutes` 0: as long as it takes."""

    generator: Path
    folder: Path
    data: Path | None = None
    minutes: float = 0.0
    only: tuple[str, ...] = ()  # names of stages; () all
    name: str = ""  # of the model; "": that of the generator
    workers: int = 0  # processes that measure faces; 0: one a core
    seed: int = 0

    def __post_init__(self) -> None:
        known = [stage.name for stage in STAGES]
        if strangers := [name for name in self.only if name not in known]:
            raise UserError(f"--only: there is no stage {quoted(strangers[0])}; choose of {', '.join(known)}")
        if not 0 <= self.minutes <= 100_000:
            raise UserError(f"--minutes is {self.minutes:g}; choose 0, as long as it takes, or more")
        if self.workers < 0:
            raise UserError(f"--workers is {self.workers}; choose 0, one a core, or more")

    @property
    def stages(self) -> tuple[Stage, ...]:
        return tuple(stage for stage in STAGES if not self.only or stage.name in self.only)
