"""What a distance between embeddings means: how near copies of a training face stay, and how near faces come that were
never trained on.

Same: a training face and its copy, recompressed, cropped, brightened ..., which is no new photo of one person: data
sets of machine-made faces have none. Different: faces that were left out of training, each searched among all training
faces; what lies nearest is what a search shows, so that, not a pair drawn at random, must be told from a copy. Data
sets hold some pictures twice, cut a little differently: a search that finds such a one is right, and does not count.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PIL import Image

from training.networks.embeddings import Embeddings
from training.networks.identity import Identity
from training.networks.labeller import LOOK
from training.pictures import Source, decode_square
from training.style_mixing import noise_of, pictures_of, plain_latents
from training.weights import Weights

STEP, LONGEST = 0.01, 1.2  # of the distances at which pairs are counted
NEAREST = 5  # different pairs of each search
FALSE_ALARMS = 0.03  # share of searches that the suggested threshold may flag: a missed copy is worse than one of these
REPEATED = 0.96  # correlation of small grey pictures from which they are one picture, cut a little differently
GREY, SHIFT = 32, 4  # side of these in pixels, and how far they are moved against each other

Pictures = dict[str, np.ndarray]


def changed(picture: np.ndarray, rng: np.random.Generator) -> Pictures:
    """(H, H, 3) uint8 -> its copies by what was done to them, each (H, H, 3)."""
    image, side = Image.fromarray(picture), picture.shape[0]
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=int(rng.integers(25, 80)))
    cut = side * rng.uniform(0.03, 0.08)
    left, top = rng.uniform(0, 2 * cut, 2)
    box = (left, top, left + side - 2 * cut, top + side - 2 * cut)
    small = int(side * rng.uniform(0.4, 0.7))
    turn = float(rng.choice([-1, 1]) * rng.uniform(2, 7))
    lanczos, bicubic = Image.Resampling.LANCZOS, Image.Resampling.BICUBIC
    return {
        "recompressed": np.asarray(Image.open(buffer).convert("RGB")),
        "cropped": np.asarray(image.resize((side, side), lanczos, box=box)),
        "brightened": np.clip(picture * rng.uniform(1.15, 1.4), 0, 255).astype(np.uint8),
        "darkened": (picture * rng.uniform(0.6, 0.85)).astype(np.uint8),
        "flipped": np.ascontiguousarray(picture[:, ::-1]),
        "resized": np.asarray(image.resize((small, small), lanczos).resize((side, side), bicubic)),
        "turned": np.asarray(image.rotate(turn, bicubic, fillcolor=tuple(int(v) for v in picture[0, 0]))),
    }


def calibrate(
    embeddings: Embeddings,
    source: Source,
    left_out: Sequence[str],
    weights: Weights | None,
    say: Callable[[str], None],
    copies: int = 200,
    searches: int = 1500,
) -> dict[str, Any]:
    """Calibration, JSON-ready. `left_out`: pictures of the source that are not among the embeddings; without any, each
    face is searched among the others. `weights`: a generator whose faces are also drawn anew with other noise."""
    rng, identity = np.random.default_rng(0), Identity()
    values = embeddings.values.astype(np.float32)
    same = copied(embeddings, values, source, identity, rng, copies)
    copies = min(copies, len(embeddings))
    say(f"{copies} faces copied in {len(same)} ways")
    if weights is not None and weights.generator.noise_shapes:
        same["drawn with other noise"] = redrawn(weights, identity, copies)
        say(f"{copies} faces drawn anew")
    different, pairs, repeats = searched(embeddings, values, source, left_out, identity, rng, searches)
    say(f"{len(different)} faces searched" + (" that were not trained on" if left_out else ""))
    if repeats:
        say(f"left out {repeats} that the data holds a second time")
    together = np.concatenate(list(same.values()))
    slope, intercept = logistic(together, different.ravel())
    limits = np.arange(0, LONGEST + STEP / 2, STEP)
    return {
        "slope": slope,
        "intercept": intercept,
        "threshold": suggested(different[:, 0]),
        "limits": [round(float(limit), 4) for limit in limits],
        "copies": counted(together, limits),
        "searches": counted(different[:, 0], limits),
        "pairs": counted(pairs, limits),
        "kinds": {name: [len(found), round(float(found.max()), 4)] for name, found in same.items()},
        "left_out": bool(left_out),
        "repeats": repeats,
    }


def copied(
    embeddings: Embeddings, values: np.ndarray, source: Source, identity: Identity, rng: np.random.Generator, count: int
) -> dict[str, np.ndarray]:
    """Distances of copies to their originals, either way round, by what was done to them."""
    distances: dict[str, list[float]] = {}
    for index in rng.permutation(len(embeddings))[:count]:
        for kind, copy in changed(read(source, embeddings.names[index]), rng).items():
            away = np.linalg.norm(identity.both_ways(copy) - values[index], axis=1).min()
            distances.setdefault(kind, []).append(float(away))
    return {kind: np.array(found) for kind, found in distances.items()}


def redrawn(weights: Weights, identity: Identity, count: int) -> np.ndarray:
    """Distances (N,) between faces of a generator and the same with other noise."""
    generator = weights.generator
    found = []
    for latent in plain_latents(generator, weights.latent_mean, 1, count):
        drawn = [pictures_of(generator, latent[None], noise_of(generator, seed))[0] for seed in (0, 1)]
        one, other = identity.embed(drawn)
        found.append(float(np.linalg.norm(one - other)))
    return np.array(found)


def searched(
    embeddings: Embeddings,
    values: np.ndarray,
    source: Source,
    left_out: Sequence[str],
    identity: Identity,
    rng: np.random.Generator,
    count: int,
) -> tuple[np.ndarray, np.ndarray, int]:
    """Distances of the nearest NEAREST training faces (N, NEAREST), ascending, searched either way round, those of
    pairs drawn at random (M,), and how many searches found the very picture and do not count."""
    own = np.full(len(left_out), -1) if left_out else np.arange(len(values))
    nearest, pairs, repeats = [], [], 0
    for asked in rng.permutation(len(own))[:count]:
        name = left_out[asked] if left_out else embeddings.names[asked]
        picture = read(source, name)
        away = np.stack([np.linalg.norm(values - face, axis=1) for face in identity.both_ways(picture)])
        if own[asked] >= 0:
            away[:, own[asked]] = np.inf
        if repeated(picture, read(source, embeddings.names[int(away.min(0).argmin())])):
            repeats += 1
            continue
        nearest.append(np.sort(away.min(0))[:NEAREST])
        at_random = away[0, rng.integers(len(values), size=50)]
        pairs.append(at_random[np.isfinite(at_random)])
    return np.stack(nearest), np.concatenate(pairs), repeats


def repeated(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two pictures (H, H, 3) are one, cut a little differently."""
    small, moving = (
        np.asarray(Image.fromarray(picture).convert("L").resize((GREY, GREY), Image.Resampling.BOX), np.float64)
        for picture in (one, other)
    )
    middle, side = unit(small[SHIFT:-SHIFT, SHIFT:-SHIFT]), GREY - 2 * SHIFT
    places = [(y, x) for y in range(2 * SHIFT + 1) for x in range(2 * SHIFT + 1)]
    return max(float((middle * unit(moving[y : y + side, x : x + side])).sum()) for y, x in places) >= REPEATED


def unit(values: np.ndarray) -> np.ndarray:
    """Without its mean, of length 1."""
    centred = values - values.mean()
    length: np.ndarray = centred / max(float(np.linalg.norm(centred)), 1e-9)
    return length


def read(source: Source, name: str) -> np.ndarray:
    return np.ascontiguousarray(decode_square(source.read(name), LOOK)[0].transpose(1, 2, 0))


def counted(distances: np.ndarray, limits: np.ndarray) -> dict[str, Any]:
    """How many lie under each limit."""
    return {"total": len(distances), "under": np.searchsorted(np.sort(distances), limits).tolist()}


def suggested(nearest: np.ndarray) -> float:
    """The largest threshold, in steps, that flags at most FALSE_ALARMS of the searches."""
    return round(float(np.floor(np.quantile(nearest, FALSE_ALARMS, method="lower") / STEP) * STEP), 4)


def logistic(same: np.ndarray, different: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of the log-odds of the same face by distance, both kinds weighing alike.

    Platt's targets (Probabilistic Outputs for Support Vector Machines, 1999) keep it finite where a distance tells the
    kinds apart without an error.
    """
    x = np.concatenate([same, different])
    target = np.concatenate(
        [np.full(len(same), (len(same) + 1) / (len(same) + 2)), np.full(len(different), 1 / (len(different) + 2))]
    )
    weight = np.concatenate([np.full(len(same), 0.5 / len(same)), np.full(len(different), 0.5 / len(different))])
    columns = np.stack([x, np.ones_like(x)], 1)
    found = np.zeros(2)
    for _ in range(100):  # Newton's method, with a step that never overshoots by far
        chance = 1 / (1 + np.exp(-np.clip(columns @ found, -60, 60)))
        gradient = columns.T @ (weight * (target - chance))
        curvature = (columns * (weight * chance * (1 - chance))[:, None]).T @ columns + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        found += step * min(1.0, 20 / float(np.abs(step).max() + 1e-9))
        if np.abs(step).max() < 1e-6:
            break
    return round(float(found[0]), 4), round(float(found[1]), 4)
