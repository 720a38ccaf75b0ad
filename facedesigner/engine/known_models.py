"""Which network goes by which hash: recipes and certificates hang on it, and a file may state any."""

from __future__ import annotations

import json
from pathlib import Path

from facedesigner.resources import shipped_models
from facedesigner.state.files import write_atomically
from facedesigner.state.kept import changing
from training.errors import WeightsError
from training.locking import LockedError
from training.weights import HASH, Weights


class KnownModels:
    """Remembers the network of each hash that it has seen, in a file."""

    def __init__(self, path: Path | None = None) -> None:
        """None remembers nothing, and knows the models that come with the program."""
        self._path = path

    def check(self, weights: Weights, name: str) -> None:
        """WeightsError when another network was seen under that hash; otherwise this one is remembered."""
        content, known = weights.content, self._read()
        shipped = shipped_models().get(weights.hash)
        before = shipped["content"] if shipped else known.get(weights.hash)
        if before is None:
            self._remember(weights.hash, content)
        elif before != content:
            raise WeightsError(
                f"{name} says that it is the model {weights.hash}, and holds another network than the one that goes by "
                "that name here. Do not trust the file; if it is yours, export it again from its run"
            )

    def _read(self) -> dict[str, str]:
        """What is damaged is forgotten: it is remembered anew."""
        try:
            found = json.loads(self._path.read_text(encoding="utf-8")) if self._path is not None else {}
            return {key: str(value) for key, value in found.items() if HASH.fullmatch(key)}
        except (OSError, ValueError, AttributeError, RecursionError):
            return {}

    def _remember(self, digest: str, content: str) -> None:
        """Beside what another window has learnt meanwhile."""
        if self._path is None:
            return
        try:
            with changing(self._path):
                write_atomically(self._path, json.dumps({**self._read(), digest: content}, indent=1).encode())
        except (OSError, LockedError):
            pass  # a folder that cannot be written; the next start sees the model for the first time again
