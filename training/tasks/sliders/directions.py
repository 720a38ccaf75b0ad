"""Named sliders of any trained generator, found from measures of its own faces.

1. Many faces, mixed so that each stage varies on its own (`samples`), are measured (`labels`).
2. A ridge regression of all measures on the latents, stage by stage, gives each measure's gradient.
3. The direction of an attribute is the mean change of latents that goes with a change of its measure while all others
   stay: the conditional manipulation of InterFaceGAN (Shen 2020) for many attributes at once. Who the face seems to be
   (an embedding) may change, but costs, so that of all ways the one is taken that changes it least.
4. What the generator really does along the directions is measured, and what they move by mistake is taken out by
   mixing them; twice, the second time at full throw.
5. What is left is even (a turned head looks wide to either side), and no single direction could undo it: it is taken
   back by a movement that grows with the square of the slider's value, mixed of the other directions.

No network is trained.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.errors import UserError
from training.movements import Direction
from training.style_mixing import PLAIN_SHARE, plain_latents, sample_latents
from training.tasks.sliders.attributes import ATTRIBUTES, HELD, Attribute
from training.tasks.sliders.cache import measured_with_cache
from training.tasks.sliders.linear import Space, conditional, freedom, normals, ridge
from training.tasks.sliders.measuring import Measure, Measured, together
from training.weights import Weights, load_weights, save_weights

VERSION = 1  # of the measures: a cache of another one is not used

REACH = 1.9  # standard deviations of its own measure that a slider moves a face at full throw
ENOUGH = 1.6  # that it moves it at the weaker end; it need not go further
LEAST = 0.8  # under this the slider is left out
FIRST_STEP = 1.2  # predicted standard deviations of the first correction
FURTHEST = 0.75  # of the mean length from the mean face to a face: moving further draws rubbish
TRIES = (1.0, 1.75, 2.5, 3.5)  # predicted standard deviations at which the throw is looked for
RARE = 0.01  # share of the faces that must have a thing for it to have a slider
MOST_BENT = 0.5  # length of a slider's bend at its end, in that of the slider itself
FACES = 48  # that a response is measured on
GUARD = 2.0  # cost of moving the embedding by its own standard deviation, against moving the latent by its own
RECOGNISED = 2400  # faces from which it is learnt what moves the embedding
PARTS = 48  # principal components of the embedding that are guarded

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Statistics:
    """Of each measure over the generator's own faces at psi 0.7."""

    names: tuple[str, ...]
    mean: np.ndarray  # (K,)
    deviation: np.ndarray  # (K,)

    def scores(self, measured: Measured) -> np.ndarray:
        """(N, K) standard deviations from the mean."""
        columns = np.stack([measured[name] for name in self.names], axis=1)
        return np.asarray((columns - self.mean) / self.deviation)


@dataclass(frozen=True, eq=False)
class Found:
    """What `find_directions` found. `response[k, j]`: half the difference of measure j between the two full throws of
    slider k, in standard deviations."""

    directions: tuple[Direction, ...]
    statistics: Statistics
    response: np.ndarray
    left_out: tuple[str, ...]  # sentences


def statistics_of(measured: Measured, count: int) -> Statistics:
    """Of the plain faces, the first `PLAIN_SHARE` of `count`. Measures that hardly vary are left out."""
    plain = round(count * PLAIN_SHARE)
    kept = {name: values[:plain] for name, values in measured.items() if np.std(values[:plain]) > 1e-6}
    if not kept:
        raise UserError("no measure varies over the faces of this generator: is it trained?")
    stacked = np.stack(list(kept.values()))
    return Statistics(tuple(kept), stacked.mean(1), stacked.std(1))


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
    free = freedom(used)
    found = conditional(features, gradients, space, free)
    if embeddings is not None:
        guarded = identity_gradients(features[: len(embeddings)], embeddings)
        same = torch.tensor([attribute.same_face for attribute in used])[:, None]
        found = torch.where(same, conditional(features, gradients, space, free, guarded), found)
    probe = Probe(
        weights, space, statistics, measure, plain_latents(weights.generator, weights.latent_mean, seed + 7, FACES)
    )
    furthest = FURTHEST * float(features[: round(len(features) * PLAIN_SHARE)].norm(dim=1).mean())

    say("measuring what they do")
    found, _ = corrected(found, probe, np.full(len(used), FIRST_STEP), free)
    throws = find_throws(found, probe, furthest)
    say("measuring what they do at full throw")
    found, _ = corrected(found, probe, throws, free)
    throws = np.minimum(throws, furthest / found.norm(dim=1).numpy())
    bends = bent(found, probe, throws, free)
    shorter = shortened(probe.ends(found, throws, bends))
    throws, bends = throws * shorter, bends * torch.from_numpy(shorter**2)[:, None]
    response = probe(found, throws, bends)
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
            vector = space.rows(found[index : index + 1] * (throws[index] / limit))[0]
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


@dataclass(frozen=True, eq=False)
class Probe:
    """Measures what movements really do to some faces."""

    weights: Weights
    space: Space
    statistics: Statistics
    measure: Measure
    faces: Tensor  # (N, L, D)

    def __call__(self, directions: Tensor, throws: np.ndarray, bends: Tensor | None = None) -> np.ndarray:
        """Directions (K, F) and how far each goes to both sides (K,) -> mean half difference of all measures (K, K).
        `bends` (K, F): what is added at both ends."""
        up, down = self.both(directions, throws, bends)
        return np.asarray((up - down) / 2)

    def ends(self, directions: Tensor, throws: np.ndarray, bends: Tensor) -> np.ndarray:
        """(K,): how far each moves its own measure at the end where it moves it less."""
        up, down = (np.diag(end - self.start) for end in self.both(directions, throws, bends))
        return np.asarray(np.minimum(up, -down))

    @cached_property
    def start(self) -> np.ndarray:
        """(K,): the mean scores of the faces as they are."""
        return np.asarray(self.statistics.scores(together(self.measure(self.faces))).mean(0))

    def both(self, directions: Tensor, throws: np.ndarray, bends: Tensor | None = None) -> np.ndarray:
        """(2, K, K): the mean scores of all measures at the upper and the lower end."""
        moved = self.space.rows(directions * torch.from_numpy(throws)[:, None])
        besides = torch.zeros_like(moved) if bends is None else self.space.rows(bends)
        steps = torch.stack([besides + moved, besides - moved], 1)  # (K, 2, L, D)
        latents = (self.faces + steps[:, :, None]).flatten(0, 2)
        scores = self.statistics.scores(together(self.measure(latents)))
        return np.asarray(scores.reshape(len(directions), 2, len(self.faces), -1).mean(2).swapaxes(0, 1))


def shortened(ends: np.ndarray) -> np.ndarray:
    """Factors (K,) of the throws, so that a slider ends where its weaker end has moved by `ENOUGH`: what is moved
    besides grows faster than what is asked for."""
    return np.asarray(np.clip(ENOUGH / np.maximum(ends, ENOUGH), 0.75, 1.0))


def bent(directions: Tensor, probe: Probe, throws: np.ndarray, free: np.ndarray) -> Tensor:
    """(K, F): what is to be added to both ends of each slider, so that no measure moves to the same side at both. To
    first order, by no more than `MOST_BENT` of the slider itself, and only where that is measured to help."""
    straight = probe.both(directions, throws)
    up, down = straight
    response, even = (up - down) / 2, (up + down) / 2 - probe.start
    sure = np.diag(response) > LEAST
    bends = []
    for index in range(len(directions)):
        used = np.flatnonzero(~free[index] & sure)
        shares = np.linalg.solve(response[np.ix_(used, used)].T, -even[index, used])
        scaled = torch.from_numpy(shares * throws[used])
        bend = scaled @ directions[torch.from_numpy(used)]
        most = MOST_BENT * throws[index] * float(directions[index].norm())
        bends.append(bend * min(1.0, most / max(float(bend.norm()), 1e-9)))
    found = torch.stack(bends)
    before, after = (faults(ends - probe.start, free) for ends in (straight, probe.both(directions, throws, found)))
    return torch.where(torch.from_numpy(after < before)[:, None], found, 0.0)


def faults(ends: np.ndarray, free: np.ndarray) -> np.ndarray:
    """(2, K, K) movements at the upper and the lower end -> (K,): how far the measure that should stay and moves most
    is moved, and what the slider's own lacks of `ENOUGH`."""
    own = np.minimum(np.diag(ends[0]), -np.diag(ends[1]))
    others = np.where(free | np.eye(len(own), dtype=bool), 0.0, np.abs(ends).max(0))
    return np.asarray(others.max(1) + np.maximum(ENOUGH - own, 0.0))


def corrected(directions: Tensor, probe: Probe, throws: np.ndarray, free: np.ndarray) -> tuple[Tensor, np.ndarray]:
    """Mixes the directions so that what the others move is taken out, to first order. Each keeps its own strength: a
    measure that is near its end, such as hair that cannot be shorter, must not be pushed for it."""
    response = probe(directions, throws)
    own = np.diag(response)
    sure = own > 0.15 * throws  # a direction that does not move its own measure cannot correct another
    relative = response / np.where(sure, own, 1.0)[:, None]  # (K, K): of slider k on measure j
    mixed = []
    for index in range(len(directions)):
        used = np.flatnonzero(~free[index] & sure)
        if not sure[index]:
            mixed.append(directions[index])
            continue
        strengths = throws / np.where(sure, own, 1.0)  # of a movement by one standard deviation
        shares = np.linalg.solve(relative[np.ix_(used, used)].T, (used == index).astype(float))
        shares = shares * strengths[used] / (shares[used == index] * strengths[index])
        mixed.append(torch.from_numpy(shares) @ directions[torch.from_numpy(used)])
    return torch.stack(mixed), response


def find_throws(directions: Tensor, probe: Probe, furthest: float) -> np.ndarray:
    """How far each direction goes until its own measure has moved by `REACH`, or the faces come to their limit (K,)."""
    limits = furthest / directions.norm(dim=1).numpy()
    some = replace(probe, faces=probe.faces[: len(probe.faces) // 2])
    tried = np.array([np.minimum(step, limits) for step in TRIES])  # (T, K)
    reached = np.array([np.diag(some(directions, throws)) for throws in tried])
    throws = []
    for steps, owns in zip(tried.T, reached.T, strict=True):
        grown = np.maximum.accumulate(owns)
        if grown[-1] < REACH:
            throws.append(steps[int(np.argmax(grown >= 0.97 * grown[-1]))])  # further adds nothing
        else:
            throws.append(float(np.interp(REACH, np.r_[0, grown], np.r_[0, steps])))
    return np.array(throws)


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
    key = f"{VERSION}-{weights.hash}-{samples}-{seed}"
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
