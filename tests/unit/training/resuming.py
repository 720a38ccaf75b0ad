"""What must be true of every run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from training.checkpoint import load_checkpoint
from training.config import RunConfig
from training.events import Ended
from training.loop import train


def check_resuming(config: RunConfig, folder: Path) -> None:
    """A run that is stopped after two steps and goes on is the very same as one that was not, bit for bit: all that
    `last.pt` holds but its seconds. A stop saves."""
    whole, parts = folder / "whole", folder / "parts"
    for made in (whole, parts):
        made.mkdir()
    assert list(train(config, whole))[-1] == Ended(config.train.images, "finished")
    answers = iter([False, True])
    assert list(train(config, parts, lambda: next(answers)))[-1] == Ended(2 * config.train.batch, "stopped")
    assert load_checkpoint(parts / "last.pt", torch.device("cpu"))["step"] == 2
    *_, ended = train(config, parts)
    assert ended == Ended(config.train.images, "finished")
    one, two = (dict(flat(load_checkpoint(made / "last.pt", torch.device("cpu")))) for made in (whole, parts))
    assert one.keys() == two.keys()
    different = [name for name in one if name != ".seconds" and not same(one[name], two[name])]
    assert different == []
    assert (whole / "reals.png").exists() and len(list(whole.glob("fakes*.png"))) >= 2


def flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of nested tables and lists, with their paths."""
    if isinstance(value, dict | list | tuple):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from flat(part, f"{name}.{key}")
    else:
        yield name, value


def same(one: Any, two: Any) -> bool:
    return torch.equal(one, two) if isinstance(one, torch.Tensor) else bool(one == two)
