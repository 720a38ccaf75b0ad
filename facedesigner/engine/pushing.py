"""Pushing a face away from the faces that it is too near to, while its named attributes stay.

The latent moves along the principal components of the generator's styles, the ones by which its own faces differ
(GANSpace, Härkönen 2020): an embedding can be fooled by movements that no face makes. What a step would change in the
named sliders is taken out by their normals (`controls.Hold`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from facedesigner.contract.request import Image, RenderRequest
from facedesigner.engine.controls import Hold, LatentEditor, noise_of
from facedesigner.engine.face_engine import LEAST_PSI, FaceEngine
from facedesigner.engine.packing import pack, unpack
from facedesigner.state.face import FaceState, Latent
from facedesigner.state.uniqueness import Pushed
from training.errors import UserError
from training.movements import Direction
from training.networks.encoder import components_of
from training.networks.identity import CHIP, FACE_BOX, LOOK, PADDING, Identity, enlarged
from training.weights import Weights, load_weights

COMPONENTS = 48  # principal components that are moved along
STRIDE = 0.3  # of a step, in standard deviations of the components at the face's truncation
REACH = 3.0  # the farthest that a face is moved, likewise; two faces drawn at random are about ten apart
CLEAR = 0.03  # how far beyond the threshold is far enough
AT_LEAST = 0.05  # by how much a face is moved off that was beyond it already
AVOIDED = 8  # nearest faces that a step moves away from
SHARPNESS = 30.0  # of the smooth minimum of their distances
SECONDS = 10.0


def push_away(
    engine: FaceEngine,
    identity: Identity,
    face: FaceState,
    others: np.ndarray,
    threshold: float,
    *,
    seconds: float = SECONDS,
    progress: Callable[[float], None] = lambda share: None,
    stop: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> Pushed:
    """The face moved until the nearest of `others` (N, 128) lies CLEAR beyond `threshold`, and AT_LEAST farther than
    before; or as far as `seconds`, `stop` or REACH allow. UserError when it cannot be drawn."""
    began = clock()
    mover = Mover(load_weights(engine.info.path), engine.latent(face), face)
    values = others.astype(np.float32)
    picture = drawn(engine, face)
    before = best = nearest_distance(identity, picture, values)
    goal = max(threshold + CLEAR, before + AT_LEAST)
    found, moved = face, 0.0
    parts = torch.zeros(len(mover.axes))
    while best < goal and not stop() and clock() - began < seconds:
        progress(min(1.0, max((clock() - began) / seconds, (best - before) / (goal - before))))
        parts = parts + STRIDE * mover.away(parts, identity, picture, values)
        if float(parts.norm()) > REACH:
            break
        candidate = mover.face_at(parts)
        picture = drawn(engine, candidate)
        distance = nearest_distance(identity, picture, values)
        if distance > best:
            best, found, moved = distance, candidate, float(parts.norm())
    progress(1.0)
    return Pushed(found, before, best, moved, clock() - began)


class Mover:
    """Where a face may be moved to, by parts (K,) of the movements that it may make, and which way is away."""

    def __init__(self, weights: Weights, latent: Latent, face: FaceState) -> None:
        cpu = torch.device("cpu")
        self.generator, self.face, self.psi = weights.generator, face, max(face.psi, LEAST_PSI)
        self.latent = unpack(latent)
        self.drawn = LatentEditor(weights, cpu).edit(self.latent.clone(), face)
        self.noise = noise_of(self.generator, face.noise_seed, cpu) if self.generator.noise_shapes else None
        self.axes = movements(weights) * self.psi  # (K, L, D) of the latent that is drawn

    def movement(self, parts: Tensor) -> Tensor:
        return torch.einsum("k,kld->ld", parts, self.axes)

    def face_at(self, parts: Tensor) -> FaceState:
        moved = self.face.with_latent(pack(self.latent + self.movement(parts) / self.psi))
        return replace(moved, patches=self.face.patches)

    def away(self, parts: Tensor, identity: Identity, picture: Image, values: np.ndarray) -> Tensor:
        """(K,), of length 1: the steepest way off the nearest of `values` (N, 128), from `parts`, which draw
        `picture`."""
        place = places(identity, picture)
        with torch.enable_grad():
            moving = parts.clone().requires_grad_(True)
            drawing = self.generator.synthesize((self.drawn + self.movement(moving))[None], self.noise)
            seen = ((drawing + 1) * 127.5).clamp(0, 255)
            look = F.interpolate(seen, (LOOK, LOOK), mode="bicubic", align_corners=False)
            chip = F.grid_sample(look, place, mode="bilinear", padding_mode="border", align_corners=True)
            embedding = identity.network(chip)[0]
            distances = (torch.from_numpy(nearest_of(values, embedding)) - embedding).square().sum(1).add(1e-8).sqrt()
            smallest = -torch.logsumexp(-SHARPNESS * distances, 0) / SHARPNESS
            (gradient,) = torch.autograd.grad(smallest, moving)
        return F.normalize(gradient, dim=0)


@torch.inference_mode()
def movements(weights: Weights) -> Tensor:
    """(K, L, D): principal components of the styles, each one standard deviation long, in the layers that make shape
    and features, without what would move a named slider, labels or codes."""
    generator = weights.generator
    _, components = components_of(generator)
    rows, columns = generator.latent_shape
    ranges = generator.layer_ranges
    last = max((ranges[name][1] for name in ("coarse", "middle") if name in ranges), default=rows)
    axes = torch.zeros(min(COMPONENTS, len(components)), rows, columns)
    axes[:, :last] = components[: len(axes), None]
    axes[:, :, columns - generator.conditions.dim :] = 0
    named = [direction for direction in weights.of(Direction) if direction.normal is not None]
    if named:
        hold = Hold.of([d.vector.expand(rows, columns) for d in named], [d.normal for d in named])
        axes = torch.stack([hold.without(axis) for axis in axes])
    return axes


def places(identity: Identity, picture: Image) -> Tensor:
    """(1, CHIP, CHIP, 2), -1 to 1: where in the picture each pixel of the face's chip lies, as dlib cuts it."""
    look = enlarged(picture, LOOK)
    shape = identity.five(look, identity.dlib.rectangle(*FACE_BOX))
    details: Any = identity.dlib.get_face_chip_details(shape, CHIP, PADDING)
    box, steps = details.rect, torch.linspace(0, 1, CHIP)
    x, y = (steps - 0.5) * (box.right() - box.left()), (steps - 0.5) * (box.bottom() - box.top())
    cosine, sine = np.cos(details.angle), np.sin(details.angle)
    middle = ((box.left() + box.right()) / 2, (box.top() + box.bottom()) / 2)
    across = cosine * x[None, :] - sine * y[:, None] + middle[0]
    down = sine * x[None, :] + cosine * y[:, None] + middle[1]
    return torch.stack([across, down], -1)[None].float() / ((LOOK - 1) / 2) - 1


def nearest_of(values: np.ndarray, embedding: Tensor) -> np.ndarray:
    """The AVOIDED rows of `values` that lie nearest."""
    squares = np.square(values - embedding.detach().numpy()).sum(1)
    return values[np.argsort(squares)[:AVOIDED]]


def nearest_distance(identity: Identity, picture: Image, values: np.ndarray) -> float:
    """Of the picture or its mirror image."""
    asked = identity.both_ways(picture)
    return min(float(np.sqrt(np.square(values - one).sum(1).min())) for one in asked)


def drawn(engine: FaceEngine, face: FaceState) -> Image:
    result = engine.render(RenderRequest(face))
    if result.image is None:
        raise UserError(f"the face cannot be drawn: {result.error}")
    return result.image
