"""The faces that a user keeps, with notes on them, one JSON file a model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from facedesigner.state import kept
from facedesigner.state.face import FaceState
from facedesigner.state.kept import KeptError
from facedesigner.state.recipe import RecipeError, from_dict, listed, text, to_dict
from training.errors import UserError

FAVOURITES_VERSION = 1
NOTE_LENGTH = 500  # letters


def save(faces: Mapping[FaceState, str], path: Path, model: str) -> None:
    """Writes faces with their notes, "" for none, atomically, and makes the folder. OSError when it cannot be written;
    the old file then stays."""
    kept.save(path, FAVOURITES_VERSION, model, faces=[to_dict(face) for face in faces], notes=list(faces.values()))


def load(path: Path, model: str) -> dict[FaceState, str]:
    """The faces kept of a model with their notes; none when there is no file. KeptError says why they cannot be
    read."""
    values = kept.load(path, FAVOURITES_VERSION, model)
    try:
        faces = [from_dict(one) for one in listed(values.get("faces", []))]
        notes = [text(note)[:NOTE_LENGTH] for note in listed(values.get("notes", []))]
    except (RecipeError, TypeError) as error:
        raise KeptError(f"{path.name} is incomplete or damaged ({error})") from None
    if any(face.model != model for face in faces):
        raise KeptError(f"{path.name} holds faces of another model")
    notes += [""] * (len(faces) - len(notes))  # an older program knows of none
    return dict(zip(faces, notes, strict=False))


def check_note(note: str) -> str:
    """The note without surrounding space. UserError when it is too long."""
    note = note.strip()
    if len(note) > NOTE_LENGTH:
        raise UserError(f"the note has {len(note)} letters; choose at most {NOTE_LENGTH}")
    return note
