"""A statistical model of whole heads, closed but for the neck: `HeadModel` with eyes, ears, a chart and expressions.

The surface has the topology of a disc whose border is the neck. What hangs behind lids and lips in a body model is
replaced by patches: rows of vertices between an upper and a lower edge, which lie on the eyeball or just behind the
lips.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from training.errors import UserError
from training.networks.head_model import HeadModel, Subdivision, subdivision

EYEBALL = 0.262  # eye distances, its radius
BEHIND = 0.06  # eye distances that the patch in the mouth lies behind the lips
LIDS_APART = 0.005  # eye distances between lids that are closed
LIPS_APART = 0.008  # eye distances between lips that are closed, so that they never cut through each other


@dataclass(frozen=True, eq=False)
class Patch:
    """P vertices between two edges, `share` of the way from the upper to the lower one."""

    upper: np.ndarray  # (P,)
    lower: np.ndarray  # (P,)
    share: np.ndarray  # (P,) float32

    def between(self, vertices: np.ndarray) -> np.ndarray:
        """(V, 3) -> (P, 3)."""
        share = self.share[:, None]
        return np.asarray((1 - share) * vertices[self.upper] + share * vertices[self.lower])


@dataclass(frozen=True, eq=False)
class Fit:
    """A head as a picture shows it: W vertices in the picture's unit, y down, z to the viewer."""

    vertices: np.ndarray  # (W, 3)
    eyeballs: np.ndarray  # (2, 3) their middles, the right one (on the picture's left) first
    turn: np.ndarray  # (3, 3) rotation from the upright head to this one
    unit: float  # an eye distance


@dataclass(frozen=True, eq=False)
class WholeHead:
    """W vertices; the last ones are those of the patches: right eye, left eye, mouth."""

    surface: HeadModel  # of W + 2 vertices: the last two are the middles of the eyeballs
    patches: tuple[Patch, ...]
    ears: np.ndarray  # (W,) bool: the ears
    chart: np.ndarray  # (W, 2) float32: where each vertex lies in a texture, 0 to 1, without overlaps
    names: tuple[str, ...]  # of the expressions, as ARKit has them
    expressions: np.ndarray  # (E, W, 3) float32: how far each moves the mean head, eye distances

    @cached_property
    def finer(self) -> Subdivision:
        return subdivision(self.surface.triangles, len(self.chart))

    @cached_property
    def rim(self) -> np.ndarray:
        """The vertices at the neck, in no order."""
        return np.unique(self.finer.edges[(self.finer.across == self.finer.edges).all(1)])

    def finer_values(self, values: np.ndarray) -> np.ndarray:
        """(W, ...) -> of the finer mesh: those of old vertices, and means at the middles of edges."""
        return np.concatenate([values, values[self.finer.edges].mean(1)])

    @cached_property
    def patched(self) -> tuple[np.ndarray, ...]:
        """The numbers of the vertices of each patch."""
        ends = np.cumsum([len(patch.share) for patch in self.patches]) + len(self.chart)
        starts = ends - [len(patch.share) for patch in self.patches]
        total = ends[-1] - len(self.chart)
        return tuple(np.arange(a - total, b - total) for a, b in zip(starts, ends, strict=True))

    def fit(self, points: np.ndarray) -> Fit:
        """(68, 2) landmarks, x and y in any unit -> the head. Its patches are as the body model's mean has them: see
        `laid`."""
        both, turn = self.surface.fit_and_pose(points)
        return Fit(both[:-2], both[-2:], turn, float(np.linalg.norm(both[-1] - both[-2])))

    def blinked(self, head: np.ndarray, share: float = 1.0) -> np.ndarray:
        """(W, 3) upright, y down, in eye distances -> with its lids down until they meet, wherever they do; `share` of
        that way."""
        closed = head.copy()
        for patch, side in zip(self.patches, ("Right", "Left"), strict=False):
            move = self.expressions[self.names.index(f"eyeBlink{side}")]
            gap = head[patch.lower, 1] - head[patch.upper, 1] - LIDS_APART
            less = move[patch.upper, 1] - move[patch.lower, 1]
            way = np.clip(gap / np.maximum(less, 1e-3), 0, 1)
            along = (head[patch.upper, 0] + head[patch.lower, 0]) / 2
            order = np.argsort(along)
            closed += share * np.interp(head[:, 0], along[order], way[order])[:, None] * move
        return closed

    def laid(self, head: np.ndarray, eyeballs: np.ndarray, unit: float, closed: bool = False) -> np.ndarray:
        """(W, 3) upright, (2, 3) and an eye distance in the same unit -> the head with its patches where they belong:
        on the eyeballs, or straight between lids that are closed; lips that would overlap are put apart."""
        laid = head.copy()
        *eyes, mouth = self.patches
        for patch, own, middle in zip(eyes, self.patched, eyeballs, strict=False):
            if closed:
                put_apart(laid, patch, LIDS_APART * unit)
            laid[own] = patch.between(laid)
            if not closed:
                edge = np.concatenate([patch.upper, patch.lower])
                radius = EYEBALL * unit
                lift = [ball(points, middle, radius) - points[:, 2] for points in (laid[edge], laid[own])]
                upper, lower = np.split(lift[0], 2)
                laid[own, 2] += lift[1] - (1 - patch.share) * upper - patch.share * lower
        put_apart(laid, mouth, LIPS_APART * unit)
        laid[self.patched[-1]] = mouth.between(laid)
        laid[self.patched[-1], 2] -= BEHIND * unit * 4 * mouth.share * (1 - mouth.share)
        return laid


def put_apart(vertices: np.ndarray, patch: Patch, least: float) -> None:
    """Moves edges that overlap until the lower one lies `least` below the upper one."""
    push = np.maximum(least - (vertices[patch.lower, 1] - vertices[patch.upper, 1]), 0) / 2
    vertices[patch.upper, 1] -= push
    vertices[patch.lower, 1] += push


def ball(points: np.ndarray, middle: np.ndarray, radius: float) -> np.ndarray:
    """(N, 3) -> z of a ball's front there, and of its rim beside it."""
    square = radius**2 - ((points[:, :2] - middle[:2]) ** 2).sum(1)
    return np.asarray(middle[2] + np.sqrt(np.maximum(square, 0)))


def save_whole_head(model: WholeHead, path: Path, card: dict[str, str]) -> None:
    """Components and expressions as 16-bit floats: their rounding is a thousandth of what they say."""
    from safetensors.numpy import save

    from training.files import replacing

    tensors: dict[str, np.ndarray] = {
        "mean": model.surface.mean.astype(np.float32),
        "components": model.surface.components.astype(np.float16),
        "triangles": model.surface.triangles.astype(np.int16),
        "landmarks": model.surface.landmarks.astype(np.int16),
        "offsets": model.surface.offsets.astype(np.float32),
        "ears": model.ears.astype(np.bool_),
        "chart": model.chart.astype(np.float32),
        "expressions": model.expressions.astype(np.float16),
    }
    for name, patch in zip(PATCHES, model.patches, strict=True):
        tensors[f"{name}.edges"] = np.stack([patch.upper, patch.lower]).astype(np.int16)
        tensors[f"{name}.share"] = patch.share.astype(np.float32)
    content = {"whole_head": json.dumps(card), "expressions": json.dumps(model.names)}
    with replacing(path) as temporary:
        temporary.write_bytes(save(tensors, content))


PATCHES = ("right_eye", "left_eye", "mouth")


def load_whole_head(path: Path) -> WholeHead:
    """Raises UserError when the file is no model of whole heads."""
    from safetensors import safe_open

    try:
        with safe_open(path, "numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 it is no dict
            names = tuple(json.loads(file.metadata()["expressions"]))
        surface = HeadModel(
            tensors["mean"],
            tensors["components"].astype(np.float32),
            tensors["triangles"].astype(np.int32),
            tensors["landmarks"].astype(np.int32),
            tensors["offsets"],
        )
        edges = [tensors[f"{name}.edges"].astype(np.int64) for name in PATCHES]
        patches = tuple(
            Patch(upper, lower, tensors[f"{name}.share"]) for name, (upper, lower) in zip(PATCHES, edges, strict=True)
        )
        expressions = tensors["expressions"].astype(np.float32)
        return WholeHead(surface, patches, tensors["ears"], tensors["chart"], names, expressions)
    except Exception as error:  # of safetensors, of NumPy, or a name that lacks
        raise UserError(f"{path.name} is no model of whole heads ({error}): install FaceDesigner again") from None
