"""What a run tells its viewers: one JSON object a line, on stdout and in `metrics.jsonl`. No torch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from training.errors import UserError


@dataclass(frozen=True, slots=True)
class Started:
    run: str  # the run folder
    variant: str
    images: int  # seen so far: above zero when resumed
    total: int
    pictures: int  # in the data set
    device: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Metrics:
    step: int
    images: int
    seconds: float  # of training so far, over all sessions of the run
    images_per_second: float
    values: dict[str, float]


@dataclass(frozen=True, slots=True)
class Samples:
    step: int
    images: int
    path: str


@dataclass(frozen=True, slots=True)
class Saved:
    step: int
    images: int
    path: str


@dataclass(frozen=True, slots=True)
class Measured:
    """Distances of the averaged generator's pictures to real ones; lower is better."""

    step: int
    images: int
    features: str  # what they were measured with
    count: int  # pictures on each side
    frechet: float
    kernel: float
    precision: float = 0.0  # shares, see `training.metrics.precision_recall`
    recall: float = 0.0


@dataclass(frozen=True, slots=True)
class Ended:
    images: int
    reason: str  # "finished" or "stopped"


def distance_text(value: float) -> str:
    """A Fréchet distance as it is shown: some features are large numbers, others small ones."""
    return f"{value:.1f}" if value >= 1 else f"{value:.4f}"


Event = Started | Metrics | Samples | Measured | Saved | Ended
KINDS: dict[str, type[Any]] = {cls.__name__.lower(): cls for cls in (Started, Metrics, Samples, Measured, Saved, Ended)}


def encode(event: Any) -> str:
    """An event of a run, or any dataclass that goes by its name in small letters."""
    return json.dumps({"event": type(event).__name__.lower(), **asdict(event)})


def decode(line: str) -> Event:
    """Raises UserError on a line that is no event of ours."""
    event: Event = decode_one_of(KINDS, line)
    return event


def decode_one_of(kinds: dict[str, type[Any]], line: str) -> Any:
    """A line of `encode` -> an event of these kinds, by name. UserError when it is none."""
    try:
        values = json.loads(line)
        kind = kinds[values.pop("event")]
        return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"not an event: {line[:80]!r} ({error})") from None
