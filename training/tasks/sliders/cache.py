"""What was measured so far, so that a labelling that was stopped goes on: a line of JSON for each chunk of faces."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from torch import Tensor

from training.locking import locked
from training.tasks.sliders.measuring import Measure, Measured, together

VERSION = 1  # of the measures: a cache of another one is not used


def key_of(model: str, samples: int, seed: int) -> str:
    """Of the measures of so many `sample_latents` of the model with that hash."""
    return f"{VERSION}-{model}-{samples}-{seed}"


def measured_with_cache(
    path: Path, key: str, latents: Tensor, measure: Measure, say: Callable[[str], None]
) -> Measured:
    """Measures of latents (N, L, D): (N,) each. `key` says what the file must be of: another one's is written anew.
    LockedError when another process writes the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path, f"another process measures into {path}"):
        return _measured(path, key, latents, measure, say)


def _measured(path: Path, key: str, latents: Tensor, measure: Measure, say: Callable[[str], None]) -> Measured:
    known = list(read(path, key))
    done = sum(len(next(iter(chunk.values()))) for chunk in known)
    if done >= len(latents):
        say(f"{done:,} faces are measured already: {path}")
        return {name: values[: len(latents)] for name, values in together(known).items()}
    if done:
        say(f"{done:,} of {len(latents):,} faces are measured already: {path}")
    with path.open("a" if known else "w", encoding="utf-8") as file:
        if not known:
            file.write(json.dumps({"key": key}) + "\n")
        for chunk in measure(latents[done:]):
            file.write(json.dumps({name: np.round(values, 6).tolist() for name, values in chunk.items()}) + "\n")
            file.flush()
            known.append(chunk)
            before, done = done, done + len(next(iter(chunk.values())))
            if done * 10 // len(latents) > before * 10 // len(latents):
                say(f"{done:,} of {len(latents):,} faces measured")
    return together(known)


def read(path: Path, key: str) -> Iterator[Measured]:
    """The chunks of a file of that key. What follows a line that was not finished is cut off the file."""
    if not path.exists():
        return
    good = 0
    with path.open("rb+") as file:
        for number, line in enumerate(file):
            try:
                values = json.loads(line) if line.endswith(b"\n") else None
            except ValueError:
                values = None
            if values is None or (number == 0 and values != {"key": key}):
                break
            good += len(line)
            if number:
                yield {name: np.array(column) for name, column in values.items()}
        file.truncate(good)
