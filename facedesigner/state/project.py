"""The `.face` project file: the face at hand, the gallery, locks and notes, as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facedesigner.state.face import FaceState
from facedesigner.state.files import write_atomically
from facedesigner.state.recipe import RecipeError, from_dict, text, to_dict
from training.errors import UserError
from training.texts import quoted

PROJECT_VERSION = 1


class ProjectError(UserError):
    """The project cannot be opened; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Project:
    face: FaceState
    gallery: tuple[FaceState, ...] = ()
    notes: str = ""
    locks: tuple[str, ...] = ()  # names of locked controls, "seed" for the seed


def save(project: Project, path: Path) -> None:
    """Writes atomically; OSError when the folder cannot be written or the disk is full, the old file then stays."""
    values = {
        "version": PROJECT_VERSION,
        "face": to_dict(project.face),
        "gallery": [to_dict(face) for face in project.gallery],
        "notes": project.notes,
        "locks": list(project.locks),
    }
    write_atomically(path, json.dumps(values, indent=1).encode())


def load(path: Path) -> Project:
    """Raises ProjectError naming the file and what is wrong with it."""
    try:
        values: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProjectError(f"{path} cannot be opened: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise ProjectError(f"{path.name} is not a project file, or a damaged one: choose another .face file") from None
    version = values.get("version") if isinstance(values, dict) else None
    if version != PROJECT_VERSION:
        raise ProjectError(
            f"{path.name} is a project of version {quoted(version)}, this program reads version {PROJECT_VERSION}: "
            "open it with the FaceDesigner that made it, or a newer one"
        )
    try:
        gallery = tuple(from_dict(face) for face in values["gallery"])
        return Project(from_dict(values["face"]), gallery, text(values["notes"]), tuple(map(text, values["locks"])))
    except RecipeError as error:
        raise ProjectError(f"{path.name}: {error}") from None
    except (KeyError, TypeError) as error:
        raise ProjectError(f"{path.name} is incomplete or damaged ({error}): choose another .face file") from None
