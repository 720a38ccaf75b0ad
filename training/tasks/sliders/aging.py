"""The age slider's path through the latents of a trained generator, in years as an age network sees them.

A straight direction moves the shipped generator's faces by some six years, then they fall apart. Here the movement is a
curve with a knot each ten years, the same for all faces, so that each face of a years becomes T years old by moving
curve(T) - curve(a). Its knots are learnt by gradient through generator and age network (as Alaluf 2021, Only a Matter
of Style: Age Transformation, teaches an encoder), against what must not change: who it is by the face embedding, the
measures of `HELD_STILL` by their ridge gradients, what lies around the head, and the distance to natural styles.

The network that teaches is the one that measures afterwards. What keeps this honest is that the curve is one for all
faces and bound to principal components of natural styles: look at the sheet all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from training.errors import UserError
from training.movements import AgePath
from training.networks.encoder import components_of
from training.style_mixing import noise_of, pictures_of, plain_latents, sample_latents
from training.tasks.sliders.cache import key_of, measured_with_cache
from training.tasks.sliders.linear import Space, ridge
from training.tasks.sliders.measuring import Measure, Measured, together
from training.weights import Weights, load_weights, save_weights

STEP, OLDEST = 10.0, 90.0  # years between two knots, of the last knot
COMPONENTS = 96  # principal components of the styles that the curve moves in, in each stage
FACES, PSIS = 96, (0.7, 0.7, 0.85, 1.0)  # that the curve is learnt on
BATCH, STEPS, RATE = 6, 250, 0.05  # at a rate of 0.1 old faces fall apart
PRIOR = 0.01  # what a squared standard deviation of a component costs
STILL = 0.6  # what a squared standard deviation of a measure costs that is to stay
AROUND = 3.0  # what the mean difference of the surroundings costs
BEND = 0.3  # what a bend of the curve costs
DRIFT, STRANGE = 0.014, 50.0  # embedding distance that a year may cost, and what a squared one beyond that costs
HELD_STILL = ("gender", "smile", "mouth_open", "glasses", "head_turn", "background", "skin_tone", "hair_length")
CHECKED = 40  # faces that the scale is measured on
LEAST_RISE = 0.25  # years between two knots of the measured scale, at least

Say = Callable[[str], None]


class Sees(Protocol):
    """`age_network.Onlooker`, or a test's."""

    def places(self, pictures: np.ndarray) -> Tensor: ...
    def __call__(self, pictures: Tensor, places: Tensor) -> tuple[Tensor, Tensor]: ...


@dataclass(frozen=True, eq=False)
class Curve:
    """Knots (K, S, M) in components of the styles, one standard deviation long, for each stage of the generator."""

    space: Space
    basis: Tensor  # (M, C)
    knots: Tensor

    def at(self, years: Tensor) -> Tensor:
        """(N,) -> (N, S, M)"""
        place = (years / STEP).clamp(0, len(self.knots) - 1)
        index = place.floor().long().clamp(max=len(self.knots) - 2)
        share = (place - index)[:, None, None]
        return self.knots[index] * (1 - share) + self.knots[index + 1] * share

    def moved(self, parts: Tensor) -> Tensor:
        """Parts (N, S, M) of a movement -> latents' movement (N, L, D)."""
        return self.space.rows((parts @ self.basis).flatten(1))

    def movement(self, start: Tensor, end: Tensor) -> Tensor:
        return self.moved(self.at(end) - self.at(start))


def new_curve(weights: Weights) -> Curve:
    space = Space(weights.generator, weights.latent_mean)
    _, components = components_of(weights.generator)
    basis = components[:COMPONENTS, : space.columns].clone()
    knots = torch.zeros(round(OLDEST / STEP) + 1, len(space.spans), len(basis), requires_grad=True)
    return Curve(space, basis, knots)


def still_gradients(curve: Curve, latents: Tensor, measured: Measured) -> Tensor:
    """(S, M, J): what a movement of one component does to each measure that is to stay, in standard deviations."""
    names = [name for name in HELD_STILL if name in measured and np.std(measured[name]) > 1e-6]
    if not names:
        return torch.zeros(*curve.knots.shape[1:], 1)
    scores = np.stack([(measured[name] - measured[name].mean()) / measured[name].std() for name in names], 1)
    gradients, _ = ridge(curve.space.features(latents), torch.from_numpy(scores).clamp(-4, 4))
    by_stage = gradients.reshape(len(curve.space.spans), curve.space.columns, len(names)).float()
    return torch.einsum("scj,mc->smj", by_stage, curve.basis)


def age_reader(space: Space, latents: Tensor, ages: np.ndarray) -> tuple[Tensor, float, float]:
    """A linear estimate of ages: (L, D), the level at the mean latent, and the share of variance that it explains."""
    features = space.features(latents)
    gradients, explained = ridge(features, torch.from_numpy(ages)[:, None])
    level = float(torch.from_numpy(ages).mean() - features.mean(0) @ gradients[:, 0])
    return space.readings(gradients.T)[0], level, float(explained[0])


def learn(weights: Weights, curve: Curve, still: Tensor, sees: Sees, steps: int, seed: int, say: Say) -> Curve:
    """The curve with knots that were learnt on the generator's own faces."""
    generator, noise = weights.generator, noise_of(weights.generator)
    share = FACES // len(PSIS)
    faces = torch.cat(
        [plain_latents(generator, weights.latent_mean, seed + 11 + i, share, psi) for i, psi in enumerate(PSIS)]
    ).clone()
    drawn = pictures_of(generator, faces, noise)
    places = sees.places(drawn)
    before = torch.from_numpy(drawn).permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.no_grad():
        seen = [sees(*part) for part in zip(torch.split(before, BATCH), torch.split(places, BATCH), strict=True)]
    own, who = torch.cat([years for years, _ in seen]), torch.cat([numbers for _, numbers in seen])
    around = surroundings(before.shape[-1])
    rng = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam([curve.knots], RATE, (0.8, 0.99))
    missed = 0.0
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = RATE * min(1.0, (step + 1) / 10) * (1 - step / steps) ** 0.5
        index = torch.randint(len(faces), (BATCH,), generator=rng)
        way = torch.rand(BATCH, generator=rng)
        younger = torch.arange(BATCH) % 2 == 0  # as often as older, though the way is shorter
        asked = torch.where(younger, way * own[index], own[index] + way * (OLDEST - own[index]))
        parts = curve.at(asked) - curve.at(own[index])  # (N, S, M)
        pictures = generator.synthesize(faces[index] + curve.moved(parts), noise)
        years, now = sees(pictures, places[index])
        far = (now - who[index] + 1e-6).norm(dim=1) - DRIFT * (asked - own[index]).abs()
        loss = F.huber_loss(years / STEP, asked / STEP)
        loss = loss + STRANGE * far.clamp_min(0).square().mean()
        loss = loss + STILL * torch.einsum("nsm,smj->nj", parts, still).square().sum(1).mean()
        loss = loss + AROUND * ((pictures - before[index]).abs() * around).mean() / around.mean()
        loss = loss + PRIOR * parts.square().sum((1, 2)).mean() / parts.shape[1]
        loss = loss + BEND * curve.knots.diff(n=2, dim=0).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        missed += float((years - asked).detach().abs().mean()) / 25
        if step % 25 == 24:
            say(f"step {step + 1} of {steps}, misses the age by {missed:.1f} years")
            missed = 0.0
    return replace(curve, knots=curve.knots.detach())


def surroundings(side: int) -> Tensor:
    """(side, side): 1 outside the ellipse that head and hair lie in, in an aligned picture."""
    places = (torch.arange(side) + 0.5) / side
    inside = ((places[None] - 0.5) / 0.42).square() + ((places[:, None] - 0.52) / 0.5).square()
    return (inside > 1).float()


def measured_scale(
    weights: Weights, curve: Curve, reader: Tensor, level: float, measure: Measure, seed: int
) -> np.ndarray:
    """(K,): what age faces really come to that are asked for the age of each knot, rising."""
    faces = plain_latents(weights.generator, weights.latent_mean, seed + 31, CHECKED)
    own = level + ((faces - weights.latent_mean) * reader).sum((1, 2))
    asked = torch.arange(len(curve.knots)) * STEP
    moved = torch.cat([faces + curve.movement(own, years.expand(len(faces))) for years in asked])
    ages = together(measure(moved))["age"].reshape(len(asked), -1).mean(1)
    risen: np.ndarray = np.maximum.accumulate(ages - LEAST_RISE * np.arange(len(ages)))
    return np.asarray(risen + LEAST_RISE * np.arange(len(ages)))


def find_age_path(
    weights: Weights,
    latents: Tensor,
    measured: Measured,
    measure: Measure,
    sees: Sees,
    say: Say = print,
    steps: int = STEPS,
    seed: int = 0,
) -> AgePath:
    """`latents` (N, L, D) of `sample_latents` and their measures -> the path. UserError when age does not vary."""
    if np.std(measured["age"]) < 1e-6:
        raise UserError("all faces of this generator seem of one age: is it trained?")
    curve = new_curve(weights)
    reader, level, explained = age_reader(curve.space, latents, measured["age"])
    say(f"the latents tell {explained:.0%} of the variance of age; the mean face seems {level:.0f}")
    curve = learn(weights, curve, still_gradients(curve, latents, measured), sees, steps, seed, say)
    say("measuring what ages are reached")
    scale = measured_scale(weights, curve, reader, level, measure, seed)
    for index, reached in enumerate(scale):
        say(f"asked for {index * STEP:.0f} years: {reached:.1f}")
    # Knots lie where they were measured. The outer two are asked for by the youngest and the oldest age, so that
    # asking for more than faces reach moves them on, ever less.
    years = [0.0, *map(float, scale[1:-1]), max(OLDEST, float(scale[-1]))]
    with torch.no_grad():
        moved = curve.moved(curve.knots)
    return AgePath(tuple(years), moved, reader, level, float(scale[0]), float(scale[-1]))


def add_age_path(
    source: Path, out: Path, samples: int, seed: int, cache: Path, measure: Measure, steps: int, say: Say = print
) -> AgePath:
    """Finds the age path of a weights file and writes `out`: the same generator and sliders with it, and the same hash.
    Its age slider goes this way from then on, also in older recipes: as many years as before, by another way.

    `cache`: the measures of `directions`, which are used if they are of the same samples.
    """
    from training.networks.age_network import Onlooker

    weights = load_weights(source)
    latents = sample_latents(weights.generator, weights.latent_mean, seed, samples)
    key = key_of(weights.hash, samples, seed)
    measured = measured_with_cache(cache, key, latents, measure, say)
    path = find_age_path(weights, latents, measured, measure, Onlooker(), say, steps, seed)
    out.parent.mkdir(parents=True, exist_ok=True)
    save_weights(weights.having(AgePath, [path]), out, keep_hash=True)
    return path
