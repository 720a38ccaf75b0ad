"""Hair as a volume: the scalp grown outward until the head fills the person's outline in the picture.

What the picture does not show, the back above all, grows as much as the top does on average. Where hair is seen beside
the ears they go beneath it, and it hangs down to the neck.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from facedesigner.engine.look import Look
from training.networks.whole_head import WholeHead

HAIR: Final = ("volume", "bald")
CROWN = np.array([0.0, -0.45, -1.15])  # eye distances: hair grows away from here, and below from the axis under it
LEAN = -0.15  # eye distances that the axis goes back for each that it goes down
LINE = np.array(  # z and y of where hair begins, from the forehead over the ears to the nape
    [(0.5, -1.05), (0.1, -1.0), (-0.3, -0.75), (-0.75, -0.35), (-1.1, 0.0), (-1.6, 0.6), (-2.0, 1.0), (-3.0, 1.1)]
)[::-1]
FADE = 0.35  # eye distances over which it begins
BEHIND = -0.7  # z: what hangs lies behind this
HANGS, ENDS = 1.3, 2.0  # y: where what hangs begins to fade, and where it has ended
LEAST, MOST = 0.05, 1.2  # eye distances of growth
REACH = 3.2  # eye distances that are looked along
SMOOTHING = 16  # rounds


def hair_grown(head: np.ndarray, model: WholeHead, look: Look, hair: str) -> tuple[np.ndarray, np.ndarray]:
    """(W, 3) upright, y down, in eye distances -> how far hair moves each vertex, (W, 3); and where there
    is hair, (W,) 0 to 1."""
    if hair == "bald":
        return np.zeros_like(head), np.zeros(len(head))
    axis = np.broadcast_to(CROWN, head.shape).copy()
    axis[:, 1] = np.maximum(head[:, 1], CROWN[1])
    axis[:, 2] += LEAN * (axis[:, 1] - CROWN[1])
    growth, hairy = seen_growth(look, axis, head)
    scalp, hanging = regions(model)
    ears = [model.ears & (side * head[:, 0] > 0) for side in (-1, 1)]
    beneath = [float(hairy[ear].mean() > 0.5) for ear in ears]
    shape = head.copy()
    for ear, hidden in zip(ears, beneath, strict=True):
        if hidden:
            shape[ear] = stretched(head, ear, model)
    hidden = np.interp(head[:, 0], (-0.5, 0.5), beneath)  # on this side of the head
    weight = np.maximum(scalp * (1 - model.ears * (1 - hidden)), hanging * hidden)
    top = (head[:, 1] < -0.6) & (scalp > 0.9)
    across = np.linalg.norm((head - axis)[:, :2], axis=1) / np.linalg.norm(head - axis, axis=1)
    seen = top & (across > 0.7)
    share = float(np.mean(hairy[seen] > 0.5))
    if share < 0.1:  # nothing grows there
        return np.zeros_like(head), np.zeros(len(head))
    usual = float(np.mean(growth[seen & (hairy > 0.5)]))
    growth = across * np.where(hairy > 0.5, growth, usual * share) + (1 - across) * usual
    away = shape - axis
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    return shape + scattered(growth * weight, model)[:, None] * away - head, weight


def seen_growth(look: Look, axis: np.ndarray, head: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far the person goes beyond the bald head in the picture, from the axis through each vertex, (W,) in eye
    distances; and whether hair is seen there, (W,) 0 to 1."""
    start = look.seen(axis)[:, :2]
    way = look.seen(head)[:, :2] - start
    way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-6)
    steps = np.arange(0, REACH, 0.02) * look.unit

    def leaves(plane: np.ndarray) -> np.ndarray:
        """(W,) pixels along the way to the first place outside."""
        places = start[:, None] + way[:, None] * steps[None, :, None]
        flat = places.reshape(-1, 2)
        inside = (look.at(plane, flat) & ~look.beside(flat)).reshape(len(start), -1)
        return steps[np.where(inside.all(1), len(steps) - 1, (~inside).argmax(1))]

    bald, whole = leaves(look.outline), leaves(look.whole)
    middle = start + way * (np.maximum(bald - 0.12 * look.unit, 0) + np.maximum(whole, bald))[:, None] / 2
    grown = (whole - bald) / look.unit
    return np.clip(grown, LEAST, MOST), look.at(look.hair, middle) * (grown > LEAST)


def regions(model: WholeHead) -> tuple[np.ndarray, np.ndarray]:
    """(W,) each, 0 to 1: the scalp, and what long hair covers beside it; both of the mean head."""
    mean = model.surface.mean[:-2]
    line = np.interp(mean[:, 2], LINE[:, 0], LINE[:, 1])
    scalp = step((line - mean[:, 1]) / FADE)
    hanging = step((BEHIND - mean[:, 2]) / FADE) * step((ENDS - mean[:, 1]) / (ENDS - HANGS))
    return scalp, np.maximum(hanging, scalp)


def step(values: np.ndarray) -> np.ndarray:
    inner = np.clip(values, 0, 1)
    return np.asarray(inner * inner * (3 - 2 * inner))


def scattered(values: np.ndarray, model: WholeHead) -> np.ndarray:
    """(W,) smoothed over the surface."""
    ends = np.concatenate([model.finer.edges, model.finer.edges[:, ::-1]])
    number = np.bincount(ends[:, 0], minlength=len(values))
    for _ in range(SMOOTHING):
        values = 0.5 * values + 0.5 * np.bincount(ends[:, 0], values[ends[:, 1]], len(values)) / number
    return values


def stretched(head: np.ndarray, part: np.ndarray, model: WholeHead) -> np.ndarray:
    """A part (W,) bool of the surface as a skin drawn flat over the gap that it leaves -> (P, 3)."""
    inner = np.flatnonzero(part)
    rank = np.full(len(head), -1)
    rank[inner] = np.arange(len(inner))
    ends = np.concatenate([model.finer.edges, model.finer.edges[:, ::-1]])
    ends = ends[part[ends[:, 0]]]
    system, known = np.zeros((len(inner), len(inner))), np.zeros((len(inner), 3))
    np.add.at(system, (rank[ends[:, 0]], rank[ends[:, 0]]), 1)
    within = part[ends[:, 1]]
    np.add.at(system, (rank[ends[within, 0]], rank[ends[within, 1]]), -1)
    np.add.at(known, rank[ends[~within, 0]], head[ends[~within, 1]])
    return np.linalg.solve(system, known)
