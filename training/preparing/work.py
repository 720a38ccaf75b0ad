"""Work: what a stage of `prepare` is given; Yield: what it gives back."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor

    from training.config import RunConfig
    from training.preparing.plan import Wish
    from training.tasks.sliders.measuring import Measure, Measured


class Stopped(Exception):  # noqa: N818
    """The user asked to stop; what was done is kept."""


class LeftOut(UserError):  # noqa: N818
    """This stage cannot be done for this generator, or need not be; the message says why."""


@dataclass
class Yield:
    files: tuple[Path, ...] = ()  # that must be there for the stage to count as done
    model: Path | None = None  # that the stages after it take, one of `files`
    pictures: tuple[Path, ...] = ()  # for the report
    facts: dict[str, Any] = field(default_factory=dict)  # JSON, for later stages and the report
    note: str = ""  # a sentence for the user
    faces: int = 0  # that were measured, drawn or shown: for the speed


@dataclass
class Work:
    wish: Wish
    model: Path  # as far as it is made
    name: str  # of the finished model
    key: str  # of all that the stage is made from
    seconds: float  # that it may take; 0: as long as it takes
    facts: dict[str, dict[str, Any]]  # of the stages before, by their names
    tell: Callable[[str], None]
    stop: Callable[[], bool]
    began: float = field(default_factory=time.monotonic)

    @property
    def folder(self) -> Path:
        """For what is only needed on the way."""
        made = self.wish.folder / "work"
        made.mkdir(parents=True, exist_ok=True)
        return made

    def run_folder(self, name: str) -> Path:
        """For a run that is made from the same; those made from something else are deleted."""
        chosen = self.folder / f"{name}-{self.key}.run"
        for other in self.folder.glob(f"{name}-*.run"):
            if other != chosen:
                shutil.rmtree(other)
        return chosen

    @property
    def out(self) -> Path:
        """The finished model; what belongs to it lies beside it."""
        return self.wish.folder / f"{self.name}.safetensors"

    @property
    def workers(self) -> int:
        from training.curation.curate import cores

        return self.wish.workers or cores()

    @property
    def data(self) -> Path:
        if self.wish.data is None:
            raise LeftOut("it needs pictures of faces: name a folder or zip of aligned ones with --data")
        return self.wish.data

    def say(self, words: str) -> None:
        """Raises Stopped when that was asked for: whatever speaks now and then can be stopped."""
        self.tell(words)
        self.check()

    def check(self) -> None:
        if self.stop():
            raise Stopped

    def late(self) -> bool:
        return bool(self.seconds) and time.monotonic() - self.began > self.seconds

    def stoppable(self, measure: Measure) -> Measure:
        """The same, which ends with Stopped between two chunks."""

        def measured(latents: Tensor) -> Iterator[Measured]:
            for chunk in measure(latents):
                self.check()
                yield chunk

        return measured

    def train(self, config: RunConfig, folder: Path) -> int:
        """Trains a run in `folder`, or goes on with it, until it is done or the stage's time is over; returns the
        pictures it has seen. Stopped when that was asked for; what it has learnt is saved."""
        from training.events import Metrics, Started
        from training.running import give_config, run_in

        give_config(config, folder)
        images = 0
        for event in run_in(folder, config, lambda: self.stop() or self.late()):
            images = getattr(event, "images", images)
            if isinstance(event, Started):
                for note in event.notes:
                    self.tell(note)
            elif isinstance(event, Metrics):
                rate = f"{event.images_per_second:.0f} a second"
                self.tell(f"{event.images:,} of {config.train.images:,} pictures, {rate}")
        self.check()
        return images


def hash_of(path: Path) -> str:
    """16 hexadecimal digits of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()[:16]
