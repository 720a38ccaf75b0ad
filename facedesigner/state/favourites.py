"""The faces that a user keeps, one JSON file a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from facedesigner.state import kept
from facedesigner.state.face import FaceState
from facedesigner.state.kept import KeptError
from facedesigner.state.recipe import RecipeError, from_dict, listed, to_dict

FAVOURITES_VERSION = 1


def save(faces: Sequence[FaceState], path: Path, model: str) -> None:
    """Writes atomically, and makes the folder. OSError when it cannot be written; the old file then stays."""
    kept.save(path, FAVOURITES_VERSION, model, faces=[to_dict(face) for face in faces])


def load(path: Path, model: str) -> tuple[FaceState, ...]:
    """The faces kept of a model; none when there is no file. KeptError says why they cannot be read."""
    values = kept.load(path, FAVOURITES_VERSION, model)
    try:
        faces = tuple(from_dict(one) for one in listed(values.get("faces", [])))
    except (RecipeError, TypeError) as error:
        raise KeptError(f"{path.name} is incomplete or damaged ({error})") from None
    if any(face.model != model for face in faces):
        raise KeptError(f"{path.name} holds faces of another model")
    return faces
