"""The pictures of training faces, where somebody has them: models come along with embeddings alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from facedesigner.contract.request import Image
from training.networks.embeddings import Embeddings
from training.networks.identity import Identity
from training.pictures import decode_square

ALIKE = 0.1  # distance of the embeddings of a picture and of itself, read anew; of two people 0.2 and more
SOURCE = "the data set"


@dataclass(frozen=True, eq=False)
class TrainingFaces:
    """Pictures (H, H, 3) by name; `words` says in a sentence or two what is shown, and why something is not."""

    words: str = ""
    pictures: dict[str, Image] = field(default_factory=dict)


def training_faces(
    names: Sequence[str], embeddings: Embeddings, folder: Path | None, identity: Identity
) -> TrainingFaces:
    """Those of some training faces. A picture of that name that shows another face is not taken for it."""
    if not names:
        return TrainingFaces("No training face is among the nearest.")
    source = embeddings.about.get("source", SOURCE)
    if folder is None:
        return TrainingFaces(
            "The nearest training faces are not shown: their pictures do not come with the model. "
            f"The names are those of files of {source}."
        )
    found = {name: path for name in names if (path := place_of(name, folder, source)) is not None}
    if not found:
        return TrainingFaces(
            f"The nearest training faces are not shown: the folder {folder.name} has no {names[0]}, so it is not that "
            f"of {source}."
        )
    known = dict(zip(embeddings.names, embeddings.values, strict=True))
    pictures = {}
    for name, path in found.items():
        picture = opened(path)
        if picture is not None and np.linalg.norm(identity(picture) - known[name].astype(np.float32)) < ALIKE:
            pictures[name] = picture
    if len(pictures) == len(names):
        return TrainingFaces(f"The nearest training faces are shown, from {folder.name}.", pictures)
    left = next(name for name in names if name not in pictures)
    number = f"{len(names) - len(pictures)} of the {len(names)}" if pictures else "The"
    return TrainingFaces(
        f"{number} nearest training faces are not shown: {folder.name} lacks them, or has other pictures under their "
        f"names, such as {left}.",
        pictures,
    )


def place_of(name: str, folder: Path, source: str) -> Path | None:
    return next((path for path in (folder / name, folder / source / name) if path.is_file()), None)


def opened(path: Path) -> Image | None:
    """None when it cannot be read, or is no picture. As large as it was embedded."""
    from training.networks.labeller import LOOK

    try:
        return np.ascontiguousarray(decode_square(path.read_bytes(), LOOK)[0].transpose(1, 2, 0))
    except Exception:  # whatever a decoder raises on a broken file
        return None
