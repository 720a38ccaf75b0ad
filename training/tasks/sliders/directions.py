"""Named sliders of any trained generator, found from measures of its own faces.

1. Many faces, mixed so that each stage varies on its own (`samples`), are measured (`labels`).
2. A ridge regression of all measures on the latents, stage by stage, gives each measure's gradient.
3. The direction of an attribute is the mean change of latents that goes with a change of its measure while all others
   stay: the conditional manipulation of InterFaceGAN (Shen 2020) for many attributes at once. Who the face seems to be
   (an embedding) may change, but costs, so that of all ways the one is taken that changes it least.
4. What the generator really does at full throw is measured, and what is lacking or moved by mistake is corrected by
   the same gradients, a few times over (Gauss and Newton's way, damped).
5. What is left is even (a turned head looks wide to either side), and no straight direction could undo it: it is taken
   back by a movement that grows with the square of the slider's value.

No network is trained.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.movements import Direction
from training.style_mixing import PLAIN_SHARE, plain_latents, sample_latents
from training.tasks.sliders.attributes import ATTRIBUTES, HELD, Attribute
from training.tasks.sliders.cache import key_of, measured_with_cache
from training.tasks.sliders.linear import Movers, Space, normals, ridge
from training.tasks.sliders.measuring import Measure, Measured
from training.tasks.sliders.probing import (
    LEAST,
    Probe,
    Statistics,
    bent,
    corrected,
    found_ends,
    shortened,
    statistics_of,
)
from training.weights import Weights, load_weights, save_weights

FURTHEST = 0.85  # of the mean length from the mean face to a face: moving further draws rubbish
RARE = 0.01  # share of the faces that must have a thing for it to have a slider
FACES = 48  # that a response is measured on
GUARD = 2.0  # cost of moving the embedding by its own standard deviation, against moving the latent by its own
RECOGNISED = 2400  # faces from which it is learnt what moves the embedding
PARTS = 48  # principal components of the embedding that are guarded

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Found:
    """What `find_directions` found. `response[k, j]`: half the difference of measure j between the two full throws of
    slider k, in standard deviations."""

    directions: tuple[Direction, ...]
    statistics: Statistics
    response: np.ndarray
    left_out: tuple[str, ...]  # sentences


def find_directions(
    weights: Weights,
    latents: Tensor,
    measured: Measured,
    measure: Measure,
    say: Say = print,
    attributes: Sequence[Attribute] = ATTRIBUTES,
    held: Sequence[Attribute] = HELD,
    seed: int = 0,
    embeddings: np.ndarray | None = None,
) -> Found:
    """`latents` (N, L, D) of `sample_latents` and their measures -> sliders. `embeddings` (M, E) of the first M of the
    faces say who they are; without them nothing guards that. UserError when nothing varies."""
    statistics = statistics_of(measured, len(latents))
    known = {a.name: a for a in (*attributes, *held)}
    used = [known[name] for name in statistics.names if name in known]
    statistics = Statistics(
        tuple(a.name for a in used),
        *(
            np.array([values[statistics.names.index(a.name)] for a in used])
            for values in (statistics.mean, statistics.deviation)
        ),
    )
    space = Space(weights.generator, weights.latent_mean)
    features = space.features(latents)
    gradients, explained = ridge(features, torch.from_numpy(statistics.scores(measured)).clamp(-5, 5))
    for attribute, share in zip(used, explained.tolist(), strict=True):
        say(f"{attribute.name:14} {share:4.0%} of its variance is linear in the latents")
    guarded = None if embeddings is None else identity_gradients(features[: len(embeddings)], embeddings)
    movers = Movers(features, gradients, space, used, guarded)
    probe = Probe(
        weights, space, statistics, measure, plain_latents(weights.generator, weights.latent_mean, seed + 7, FACES)
    )
    furthest = FURTHEST * float(features[: round(len(features) * PLAIN_SHARE)].norm(dim=1).mean())

    say("measuring what they do")
    ends = found_ends(movers.directions(), probe, furthest)
    say("measuring what they do at full throw")
    ends = corrected(ends, probe, movers.corrections, movers.free, furthest)
    bends, moved = bent(ends, probe, movers.corrections, movers.free)
    shorter = torch.from_numpy(shortened(moved))[:, None]
    ends, bends = ends * shorter, bends * shorter**2
    response = probe(ends, bends)
    own = np.diag(response)

    taught = {direction.name: direction for direction in weights.of(Direction) if direction.taught}
    directions, left_out = list(taught.values()), []
    for index, attribute in enumerate(used):
        if attribute not in attributes or attribute.name in taught:
            continue
        values = measured[attribute.name]
        if attribute.present_above is not None and (values > attribute.present_above).mean() < RARE:
            left_out.append(f"{attribute.name}: the generator draws it in fewer than {RARE:.0%} of its faces")
        elif own[index] < LEAST:
            left_out.append(f"{attribute.name}: at full throw it moves by {own[index]:.1f} σ only")
        else:
            size = own[index] * (statistics.deviation[index] if attribute.unit != "σ" else 1.0)
            limit = rounded(size)
            vector = space.rows(ends[index : index + 1] / limit)[0]
            directions.append(
                Direction(
                    attribute.name,
                    attribute.label,
                    attribute.group,
                    vector,
                    -limit,
                    limit,
                    attribute.unit,
                    attribute.description,
                    bend=space.rows(bends[index : index + 1] / limit**2)[0],
                )
            )
    directions = with_normals(directions, statistics, gradients, space)
    missing = [a.name for a in attributes if a.name not in (*statistics.names, *taught)]
    left_out += [f"{name}: its measure does not vary" for name in missing]
    order = [*(a.name for a in attributes), *taught]
    directions.sort(key=lambda d: order.index(d.name))
    return Found(tuple(directions), statistics, response, tuple(left_out))


def identity_gradients(features: Tensor, embeddings: np.ndarray) -> Tensor:
    """Features (M, F) and embeddings (M, E) -> gradients (F, C) of the embeddings' principal components, as long as
    they cost."""
    centred = torch.from_numpy(embeddings - embeddings.mean(0)).double()
    _, _, axes = torch.linalg.svd(centred, full_matrices=False)
    components = centred @ axes[:PARTS].T
    gradients, _ = ridge(features, components)
    spread = float(components.var(0).sum().sqrt())  # of the whole embedding
    scaled: Tensor = gradients * (GUARD**0.5 * features.shape[1] ** 0.5 / spread)
    return scaled


def with_normals(
    directions: Sequence[Direction], statistics: Statistics, gradients: Tensor, space: Space
) -> list[Direction]:
    """Gradients (F, K) of all measures, from which each direction's normal is mixed. What was taught lies where no face
    is, so its gradient is the direction itself."""
    if not directions:
        return []
    moved = space.movements(torch.stack([direction.vector for direction in directions]))
    own = [
        along / along.square().sum() if direction.taught else gradients[:, statistics.names.index(direction.name)]
        for direction, along in zip(directions, moved, strict=True)
    ]
    found = space.readings(normals(torch.stack(own, 1), moved))
    return [replace(direction, normal=normal) for direction, normal in zip(directions, found, strict=True)]


def rounded(value: float) -> float:
    """Two digits, so that a slider ends at a number that is easy to read."""
    return float(f"{value:.2g}")


def name_sliders(
    source: Path,
    out: Path,
    samples: int,
    seed: int,
    cache: Path,
    measure: Measure,
    say: Say = print,
    recognise: Measure | None = None,
) -> Found:
    """Finds the sliders of a weights file and writes `out`: the same generator, them, then what it offered before.
    `recognise` measures "embedding" (N, E): who the faces are, which sliders then keep as far as they can.

    The new file goes by the old one's hash where it only adds to it, so recipes of the old one open. Where it takes
    the place of named sliders, their recipes would draw other faces: then it gets a hash of its own.
    """
    weights = load_weights(source)
    latents = sample_latents(weights.generator, weights.latent_mean, seed, samples)
    key = key_of(weights.hash, samples, seed)
    measured = measured_with_cache(cache / f"{out.stem}.measures.jsonl", key, latents, measure, say)
    embeddings = None
    if recognise is not None:
        say("looking at who they are")
        some = latents[:RECOGNISED]
        embeddings = measured_with_cache(cache / f"{out.stem}.identity.jsonl", key, some, recognise, say)["embedding"]
    found = find_directions(weights, latents, measured, measure, say, seed=seed, embeddings=embeddings)
    names = {attribute.name for attribute in ATTRIBUTES} | {direction.name for direction in found.directions}
    kept = tuple(direction for direction in weights.of(Direction) if direction.name not in names)
    statistics = found.statistics
    stored = {
        name: (float(mean), float(deviation))
        for name, mean, deviation in zip(statistics.names, statistics.mean, statistics.deviation, strict=True)
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    save_weights(
        replace(weights.having(Direction, [*found.directions, *kept]), measures=stored),
        out,
        keep_hash=all(direction.taught for direction in weights.of(Direction) if direction.name in names),
    )
    return found
