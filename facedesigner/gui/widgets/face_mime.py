"""Faces on their way by drag and drop: their recipes, or PNG files that carry one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData

from facedesigner.state.face import FaceState
from facedesigner.state.recipe import RecipeError, from_dict, to_dict

FACES = "application/x-facedesigner-faces"


def pack(faces: Sequence[FaceState]) -> QMimeData:
    data = QMimeData()
    data.setData(FACES, json.dumps([to_dict(face) for face in faces]).encode())
    return data


def holds_faces(data: QMimeData) -> bool:
    """Whether a drop may hold faces; files are opened only when dropped."""
    return data.hasFormat(FACES) or bool(_pictures(data))


def unpack(data: QMimeData) -> list[FaceState]:
    """The faces of a drop. RecipeError says why one cannot be read."""
    if not data.hasFormat(FACES):
        from facedesigner.export.png import read_face  # imports numpy and pillow

        return [read_face(path) for path in _pictures(data)]
    try:
        return [from_dict(values) for values in json.loads(bytes(data.data(FACES).data()))]
    except (ValueError, TypeError) as error:
        raise RecipeError(f"what was dropped holds no faces ({error})") from None


def _pictures(data: QMimeData) -> list[Path]:
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if path.suffix.lower() == ".png"]
