"""Who the faces of a data set show, so that a generated face can be compared with all of them: no pictures, 256 bytes a
face. The file lies beside the model, `NAME.embeddings.safetensors`; `training.tasks.uniqueness` makes it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from training.errors import UserError
from training.files import replacing
from training.networks.identity import NUMBERS

FORMAT = "facedesigner-embeddings-1"
SUFFIX = ".embeddings.safetensors"


class EmbeddingsError(UserError):
    """The file cannot be used; the message says why and what to do."""


@dataclass(frozen=True, eq=False)
class Embeddings:
    """Embeddings (N, 128) float16 of aligned faces, with their names."""

    values: np.ndarray
    names: tuple[str, ...]
    about: dict[str, str] = field(default_factory=dict)  # model, data, source, holdout
    calibration: dict[str, Any] = field(default_factory=dict)  # see training.tasks.uniqueness.calibration

    def __len__(self) -> int:
        return len(self.names)

    @property
    def digest(self) -> str:
        """Of names and numbers, 16 hexadecimal digits: says whether two comparisons had the same faces."""
        content = "\n".join(self.names).encode() + np.ascontiguousarray(self.values, "<f2").tobytes()
        return hashlib.sha256(content).hexdigest()[:16]


def save_embeddings(embeddings: Embeddings, path: Path) -> None:
    """Writes them atomically. OSError when the folder cannot be written."""
    metadata = {
        "format": FORMAT,
        "names": json.dumps(embeddings.names),
        "about": json.dumps(embeddings.about),
        "calibration": json.dumps(embeddings.calibration),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_bytes(save({"embeddings": np.ascontiguousarray(embeddings.values, np.float16)}, metadata))


def load_embeddings(path: Path) -> Embeddings:
    """Raises EmbeddingsError when the file is none of `save_embeddings`, or is damaged."""
    try:
        with safe_open(path, "np") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise EmbeddingsError(
                    f"{path.name} holds no embeddings: make them with `python -m training embeddings`"
                )
            values = file.get_tensor("embeddings")
        names = tuple(map(str, json.loads(metadata["names"])))
        about = {str(key): str(value) for key, value in json.loads(metadata["about"]).items()}
        calibration = dict(json.loads(metadata["calibration"]))
    except EmbeddingsError:
        raise
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EmbeddingsError(
            f"{path.name} cannot be read ({error}): make it again with `python -m training embeddings`"
        ) from None
    if values.shape != (len(names), NUMBERS) or not np.isfinite(values).all():
        raise EmbeddingsError(f"{path.name} does not fit its own description: make it again")
    return Embeddings(values, names, about, calibration)
