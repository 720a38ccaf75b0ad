"""Heads of all ages, sexes and expressions, from the body model of the package `anny`: what the head model learns from.

anny (R. Brégier et al., Human Mesh Modeling for Anny Body, 2025) joins MakeHuman's shapes and the Face Units, both CC0.
It is no dependency: install it in an environment of its own where a head model is made.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np

BATCH = 8
EYES = (slice(14598, 14670), slice(14670, 14742))  # MakeHuman's vertices of the left and the right eyeball
BODY = 13380  # its vertices before helpers such as clothes, hair and teeth
ALTERED = 0.17  # standard deviation of each local change, which run from -1 to 1; more makes caricatures
CHANGED = ("cheek", "chin", "ear", "eyebrows", "eye-", "forehead", "head-", "mouth", "nose", "neck-double")
UNCHANGED = ("head-trans", "head-angle", "mouth-trans-out", "nose-trans-out")  # what makes a head lopsided or moves it
YOUNG = 0.25  # share of the heads that are children
EXPRESSIONS = (  # names of face units that move as one, how often they do, and how far at most
    (("mouthSmileLeft", "mouthSmileRight"), 0.5, 0.8),
    (("jawOpen",), 0.3, 0.3),
    (("browInnerUp",), 0.3, 0.6),
    (("browDownLeft", "browDownRight"), 0.3, 0.6),
    (("eyeSquintLeft", "eyeSquintRight"), 0.4, 0.7),
    (("eyeBlinkLeft", "eyeBlinkRight"), 0.2, 0.4),
    (("mouthUpperUpLeft", "mouthUpperUpRight"), 0.3, 0.6),
    (("mouthLowerDownLeft", "mouthLowerDownRight"), 0.3, 0.5),
    (("mouthPucker",), 0.15, 0.4),
)


class Heads:
    """The body model, loaded once: minutes the first time, seconds from its cache later."""

    def __init__(self) -> None:
        """Raises ImportError that says what to install."""
        try:
            anny: Any = importlib.import_module("anny")
        except ImportError:
            raise ImportError(
                "making a head model needs the package anny: pip install anny, best in an environment of its own"
            ) from None
        torch: Any = importlib.import_module("torch")
        self.torch = torch
        self.model = anny.Anny(topology="makehuman", local_changes="all", facial_actions="all", phenotypes="all").to(
            dtype=torch.float32
        )
        self.quads = quads = self.model.faces.numpy()
        triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
        kept = (triangles < BODY) | ((triangles >= EYES[0].start) & (triangles < EYES[1].stop))
        self.triangles = triangles[kept.all(1)]

    def neutral(self) -> np.ndarray:
        """(V, 3): the middle of all ages and sexes, see `in_eye_distances`."""
        return self.middle()

    def middle(self, **changes: dict[str, Any]) -> np.ndarray:
        """(V, 3) of the neutral head with local changes or facial actions, as anny's model takes them."""
        with self.torch.no_grad():
            body = self.model(phenotype_kwargs=self._phenotypes(1), **changes)["vertices"][0]
        return in_eye_distances(body.numpy())

    def sample(self, count: int, seed: int) -> Iterator[np.ndarray]:
        """`count` random heads, (V, 3) each."""
        random = np.random.default_rng(seed)
        for start in range(0, count, BATCH):
            with self.torch.no_grad():
                bodies = self.model(
                    phenotype_kwargs=self._phenotypes(BATCH, random),
                    local_changes_kwargs=self._changes(random),
                    facial_actions=self._expressions(random),
                )["vertices"].numpy()
            for body in bodies[: count - start]:
                yield in_eye_distances(body)

    def _phenotypes(self, number: int, random: np.random.Generator | None = None) -> dict[str, Any]:
        values = {name: np.full(number, 0.5) for name in self.model.phenotype_labels}
        if random is not None:
            child = random.random(number) < YOUNG
            values["age"] = np.where(child, random.uniform(0.1, 0.5, number), random.uniform(0.5, 1.0, number))
            values["gender"] = random.uniform(0, 1, number)
            values["weight"] = random.uniform(0.2, 0.9, number)
            values["muscle"] = random.uniform(0.3, 0.7, number)
            origins = random.dirichlet([0.7] * 3, number)
            values |= dict(zip(("african", "asian", "caucasian"), origins.T, strict=True))
        return {name: self.torch.tensor(value, dtype=self.torch.float32) for name, value in values.items()}

    def _changes(self, random: np.random.Generator) -> dict[str, Any]:
        """Both sides of a face change alike."""
        found: dict[str, Any] = {}
        sides: dict[str, np.ndarray] = {}
        for label in self.model.local_change_labels:
            name = label.removeprefix("l-").removeprefix("r-")
            if name.startswith(CHANGED) and not name.startswith(UNCHANGED):
                if name not in sides:
                    sides[name] = np.clip(random.normal(0, ALTERED, BATCH), -1, 1)
                found[label] = self.torch.tensor(sides[name], dtype=self.torch.float32)
        return found

    def _expressions(self, random: np.random.Generator) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for names, often, most in EXPRESSIONS:
            value = random.uniform(0, most, BATCH) * (random.random(BATCH) < often)
            found |= dict.fromkeys(names, self.torch.tensor(value, dtype=self.torch.float32))
        return found


def in_eye_distances(body: np.ndarray) -> np.ndarray:
    """(V, 3) in metres, z up, facing -y -> x right, y down, z to the viewer; origin between the eyeballs, whose
    distance is 1."""
    left, right = (body[eye].mean(0) for eye in EYES)
    moved = (body - (left + right) / 2) / np.linalg.norm(left - right)
    return np.stack([moved[:, 0], -moved[:, 2], -moved[:, 1]], 1).astype(np.float32)
