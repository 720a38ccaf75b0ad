"""RunRecord: what a run folder tells, read from disk and kept up with the events of a live run. No Qt."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from facedesigner.gui.training.history import History
from facedesigner.gui.training.lines import event_of
from training.config import RunConfig, load_config
from training.errors import UserError
from training.events import Ended, Event, Measured, Metrics, Samples, Saved, Started, distance_text

RECENT = 5  # metrics whose speed is averaged
TAIL = 16_384  # bytes of the log that tell where a run stands
SAMPLE = re.compile(r"fakes(\d+)\.png")
RUN_NAME = re.compile(r"\d{5}-.+")


class State(StrEnum):
    NEW = "not begun"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "saving"
    STOPPED = "stopped"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    BROKEN = "cannot be used"

    @property
    def live(self) -> bool:
        return self in (State.STARTING, State.RUNNING, State.PAUSED, State.STOPPING)


@dataclass
class RunRecord:
    folder: Path
    state: State = State.NEW
    config: RunConfig | None = None  # None if it cannot be used; `problem` says why
    images: int = 0  # pictures shown so far
    total: int = 0
    saved: int = 0  # pictures at the last checkpoint; 0: there is none
    problem: str = ""
    notes: tuple[str, ...] = ()
    device: str = ""
    history: History = field(default_factory=History)
    samples: list[tuple[int, Path]] = field(default_factory=list)  # (pictures, grid of the fixed latents), ascending
    speeds: list[float] = field(default_factory=list)  # the last ones, pictures a second

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def reals(self) -> Path:
        return self.folder / "reals.png"

    @property
    def speed(self) -> float:
        return sum(self.speeds) / len(self.speeds) if self.speeds else 0.0

    @property
    def seconds_left(self) -> float | None:
        return (self.total - self.images) / self.speed if self.speed > 0 else None

    def take(self, event: Event) -> None:
        match event:
            case Started():
                self.images, self.total, self.notes, self.device = event.images, event.total, event.notes, event.device
                self.history.trim(event.images)
                self.samples = [sample for sample in self.samples if sample[0] <= event.images]
                self.speeds = []
                self.state, self.problem = State.RUNNING, ""
            case Metrics():
                self.images = event.images
                self.history.add(event)
                self.speeds = [*self.speeds[1 - RECENT :], event.images_per_second]
            case Measured():
                self.history.measure(event)
            case Samples():
                self.images = event.images
                path = self.folder / Path(event.path).name
                self.samples = [sample for sample in self.samples if sample[0] < event.images]
                self.samples.append((event.images, path))
            case Saved():
                self.images = self.saved = event.images
            case Ended():
                self.images = event.images
                self.state = State.FINISHED if event.reason == "finished" else State.STOPPED


def is_run(folder: Path) -> bool:
    return folder.is_dir() and (bool(RUN_NAME.fullmatch(folder.name)) or (folder / "config.toml").is_file())


def scan(runs: Path) -> list[RunRecord]:
    """The runs of a folder, the newest first, without curves and samples; empty if there is no such folder."""
    if not runs.is_dir():
        return []
    return [read_run(folder, whole=False) for folder in sorted(runs.iterdir(), reverse=True) if is_run(folder)]


def read_run(folder: Path, whole: bool = True) -> RunRecord:
    """A run folder as it stands; what is wrong with it is in `problem`. OSError if it cannot be read at all."""
    record = RunRecord(folder)
    try:
        record.config = load_config(folder / "config.toml")
    except UserError as error:
        record.state = State.BROKEN
        record.problem = (
            f"{error}. Another version of the program may have made this run; start a new one with the same pictures."
            if (folder / "config.toml").is_file()
            else f"{folder} has no config.toml: it is no run, or the file was lost. Start a new run."
        )
    if record.config is not None:
        record.total = record.config.train.images
        record.state = State.INTERRUPTED if (folder / "last.pt").is_file() else State.NEW
    read_log(record, whole)
    if whole:
        record.samples = samples_of(folder, record)
        record.saved = record.saved if (folder / "last.pt").is_file() else 0
    return record


def read_log(record: RunRecord, whole: bool) -> None:
    path = record.folder / "metrics.jsonl"
    if not path.is_file():
        return
    state, problem = record.state, record.problem
    with path.open("rb") as file:
        if not whole:
            file.seek(max(0, path.stat().st_size - TAIL))
        for line in file:
            event = event_of(line.decode("utf-8", "replace"))
            if event is not None:
                record.take(event)
    if record.state not in (State.FINISHED, State.STOPPED) or state == State.BROKEN:
        record.state = state
    if record.config is not None:  # may have been told to go on for longer
        batch = record.config.train.batch
        record.total = -(-record.config.train.images // batch) * batch
        if record.state == State.FINISHED and record.images < record.total:
            record.state = State.STOPPED
    record.problem, record.speeds = problem, []


def samples_of(folder: Path, record: RunRecord) -> list[tuple[int, Path]]:
    """The grids that are there; the log knows to how many pictures they belong, or else step times batch."""
    batch = record.config.train.batch if record.config is not None else 1
    known = {path.name: images for images, path in record.samples}
    found = [(path, SAMPLE.fullmatch(path.name)) for path in folder.glob("fakes*.png")]
    return sorted((known.get(path.name, int(match[1]) * batch), path) for path, match in found if match)


def evaluation(folder: Path) -> str:
    """The last measured distances in a line; "" if none."""
    try:
        values = json.loads((folder / "eval.json").read_text(encoding="utf-8"))
        measured = [v for v in values.values() if isinstance(v, dict) and "frechet" in v]
        parts = [f"Fréchet {distance_text(v['frechet'])}, kernel {v['kernel']:.4f}" for v in measured]
        return f"{'; '.join(parts)} at {values['images']:,} pictures"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""
