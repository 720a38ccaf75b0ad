"""`last.pt`: all that continues a run. Random state is not in it, since every step draws from its own seed."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path
from typing import Any

import torch

from training.errors import UserError
from training.files import replacing

VERSION = 1
SPARE = 1_000_000_000  # bytes; with less free, a failure to write is taken for a full disk


class CheckpointError(UserError):
    """The checkpoint cannot be used; the message says why and what to do."""


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Atomic: when the disk is full or the process dies, the former checkpoint survives. CheckpointError says so."""
    try:
        with replacing(path) as temporary:
            torch.save({"version": VERSION, **state}, temporary)
    except (RuntimeError, OSError) as error:  # PyTorch tells of a full disk by the position in its file
        if shutil.disk_usage(path.parent).free > SPARE:
            raise
        raise CheckpointError(
            f"the disk is full, {path} could not be written and is as it was: free some space and resume"
        ) from error


def load_checkpoint(path: Path, device: torch.device) -> dict[str, Any]:
    """Only tensors and plain containers are admitted; a pickle that would run code is refused."""
    try:
        state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    except FileNotFoundError:
        raise CheckpointError(f"{path.parent} has no last.pt yet: start the run anew with `run`") from None
    except (RuntimeError, EOFError, pickle.UnpicklingError, ValueError, KeyError) as error:
        reason = (str(error).splitlines() or ["it is empty"])[0]
        raise CheckpointError(f"{path} cannot be read ({reason}); start the run anew") from None
    if not isinstance(state, dict) or state.get("version") != VERSION:
        found = state.get("version") if isinstance(state, dict) else None
        raise CheckpointError(f"{path} is of version {found}, this program reads {VERSION}: start the run anew")
    return state


def load_average(folder: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """The averaged network of a run, on the CPU, and its whole checkpoint. CheckpointError when it holds none."""
    state = load_checkpoint(folder / "last.pt", torch.device("cpu"))
    if not isinstance(state.get("average"), dict):
        raise CheckpointError(f"{folder / 'last.pt'} holds no averaged network: start the run anew")
    return state["average"], state
