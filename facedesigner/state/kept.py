"""What the user keeps beside the models: one JSON file for each model, of a version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from facedesigner.state.files import write_atomically
from training.errors import UserError
from training.locking import locked
from training.texts import quoted

PATIENCE = 2.0  # seconds that another window may take to write a file


class KeptError(UserError):
    """A file cannot be used; the message says why."""


def file_of(folder: Path, model: str) -> Path:
    return folder / f"{model}.json"


def save(path: Path, version: int, model: str, **values: object) -> None:
    """Writes atomically, and makes the folder. OSError when it cannot be written; the old file then stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps({"version": version, "model": model, **values}, indent=1).encode())


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """Alone with a file from reading to writing it, so that what several windows change holds; makes the folder.
    LockedError when another window does not come to an end, OSError when the folder cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path, f"another window is writing {path.name}", PATIENCE):
        yield


def load(path: Path, version: int, model: str) -> dict[str, Any]:
    """The values of `save`; empty when there is no file. KeptError names what is wrong with the file, or the model that
    it belongs to if that is another one."""
    try:
        values: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise KeptError(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise KeptError(f"{path.name} is not JSON, so it was damaged or changed by hand") from None
    if not isinstance(values, dict):
        raise KeptError(f"{path.name} is incomplete or damaged")
    if values.get("version") != version:
        raise KeptError(f"{path.name} is of version {quoted(values.get('version'))}: a newer FaceDesigner made it")
    if values.get("model") != model:
        raise KeptError(f"{path.name} belongs to model {values.get('model')}, not {model}")
    return values


def set_aside(path: Path) -> str:
    """Renames a broken file, so that another can take its place; a sentence that says where it is."""
    names = (path.with_suffix(f".broken{number or ''}") for number in count())
    aside = next(name for name in names if not name.exists())
    try:
        path.replace(aside)
    except OSError as error:
        return f"It could not be set aside ({error.strerror or error}): mend or delete {path}."
    return f"It was set aside as {aside}."
