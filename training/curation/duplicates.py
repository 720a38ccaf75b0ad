"""Which faces are nearly the same picture."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np

BLOCK = 256  # faces compared with all earlier ones at a time


def unpack(text: str) -> np.ndarray:
    """A fingerprint of `inspector.pack` -> (K,) float32 of length 1."""
    values = np.frombuffer(base64.b64decode(text), dtype=np.int8).astype(np.float32)
    return values / max(float(np.linalg.norm(values)), 1e-9)


def find_duplicates(fingerprints: Sequence[str], protected: Sequence[bool], similarity: float) -> dict[int, int]:
    """Index of each duplicate -> index of the face it repeats.

    Goes through them in order, the best first: a face that is like one that stays does not stay, unless it is
    protected. In a row of slowly changing pictures each is compared with those that stay only.
    """
    if not fingerprints or similarity >= 1:
        return {}
    vectors = np.stack([unpack(text) for text in fingerprints])
    stay = np.zeros(len(vectors), dtype=bool)
    repeats: dict[int, int] = {}
    for start in range(0, len(vectors), BLOCK):
        block = vectors[start : start + BLOCK]
        alike = vectors[: start + len(block)] @ block.T  # (earlier and these, these)
        for column in range(len(block)):
            index = start + column
            scores = np.where(stay[:index], alike[:index, column], -1.0)
            if index and not protected[index] and scores.max() > similarity:
                repeats[index] = int(scores.argmax())
            else:
                stay[index] = True
    return repeats
