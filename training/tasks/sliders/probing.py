"""What movements of the latents really do to a generator's faces, and what is done about it: what others move is taken
out, throws are found, and even faults are bent back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from training.errors import UserError
from training.style_mixing import PLAIN_SHARE
from training.tasks.sliders.linear import Space
from training.tasks.sliders.measuring import Measure, Measured, together
from training.weights import Weights

REACH = 1.9  # standard deviations of its own measure that a slider moves a face at full throw
ENOUGH = 1.6  # that it moves it at the weaker end; it need not go further
LEAST = 0.5  # under this the slider is left out
TRIES = (1.0, 1.75, 2.5, 3.5)  # predicted standard deviations at which the throw is looked for
ROUNDS = 4  # of measuring and correcting
MOST_BENT = 0.5  # length of a slider's bend at its end, in that of the slider itself

Corrects: TypeAlias = Callable[[np.ndarray], Tensor]  # what movements lack (K, K) -> what to add to them (K, F)


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


def statistics_of(measured: Measured, count: int) -> Statistics:
    """Of the plain faces, the first `PLAIN_SHARE` of `count`. Measures that hardly vary are left out."""
    plain = round(count * PLAIN_SHARE)
    kept = {name: values[:plain] for name, values in measured.items() if np.std(values[:plain]) > 1e-6}
    if not kept:
        raise UserError("no measure varies over the faces of this generator: is it trained?")
    stacked = np.stack(list(kept.values()))
    return Statistics(tuple(kept), stacked.mean(1), stacked.std(1))


@dataclass(frozen=True, eq=False)
class Probe:
    """Measures what movements really do to some faces."""

    weights: Weights
    space: Space
    statistics: Statistics
    measure: Measure
    faces: Tensor  # (N, L, D)

    def __call__(self, ends: Tensor, bends: Tensor | None = None) -> np.ndarray:
        """Upper ends (K, F) of sliders, whose lower ones are the same on the other side -> mean half difference of all
        measures between the two (K, K). `bends` (K, F): what is added at both."""
        up, down = self.both(ends, bends)
        return np.asarray((up - down) / 2)

    @cached_property
    def start(self) -> np.ndarray:
        """(K,): the mean scores of the faces as they are."""
        return np.asarray(self.statistics.scores(together(self.measure(self.faces))).mean(0))

    def both(self, ends: Tensor, bends: Tensor | None = None) -> np.ndarray:
        """(2, K, K): the mean scores of all measures at the upper and the lower end."""
        moved = self.space.rows(ends)
        besides = torch.zeros_like(moved) if bends is None else self.space.rows(bends)
        steps = torch.stack([besides + moved, besides - moved], 1)  # (K, 2, L, D)
        latents = (self.faces + steps[:, :, None]).flatten(0, 2)
        scores = self.statistics.scores(together(self.measure(latents)))
        return np.asarray(scores.reshape(len(ends), 2, len(self.faces), -1).mean(2).swapaxes(0, 1))


def weaker(moved: np.ndarray) -> np.ndarray:
    """Movements (2, K, K) at the upper and the lower end -> (K,): how far each moves its own measure at the end where
    it moves it less."""
    return np.asarray(np.minimum(np.diag(moved[0]), -np.diag(moved[1])))


def shortened(moved: np.ndarray) -> np.ndarray:
    """Movements (2, K, K) at both ends -> factors (K,), so that a slider ends where its weaker end has moved by
    `ENOUGH`: what is moved besides grows faster than what is asked for."""
    return np.asarray(np.clip(ENOUGH / np.maximum(weaker(moved), ENOUGH), 0.75, 1.0))


def bent(ends: Tensor, probe: Probe, movers: Corrects, free: np.ndarray) -> tuple[Tensor, np.ndarray]:
    """(K, F): what is to be added to both ends of each slider, so that no measure moves to the same side at both. To
    first order, by no more than `MOST_BENT` of the slider itself, and only where that is measured to help. And what
    they move with it, (2, K, K)."""
    straight = probe.both(ends) - probe.start
    bends = movers(-straight.mean(0))
    most = MOST_BENT * ends.norm(dim=1)
    bends = bends * (most / bends.norm(dim=1).clamp_min(1e-9)).clamp_max(1.0)[:, None]
    curved = probe.both(ends, bends) - probe.start
    helps = faults(curved, free) < faults(straight, free)
    return torch.where(torch.from_numpy(helps)[:, None], bends, 0.0), np.where(helps[:, None], curved, straight)


def faults(ends: np.ndarray, free: np.ndarray) -> np.ndarray:
    """(2, K, K) movements at the upper and the lower end -> (K,): how far the measure that should stay and moves most
    is moved, and what the slider's own lacks of `ENOUGH`."""
    others = np.where(free | np.eye(len(free), dtype=bool), 0.0, np.abs(ends).max(0))
    return np.asarray(others.max(1) + np.maximum(ENOUGH - weaker(ends), 0.0))


def corrected(ends: Tensor, probe: Probe, movers: Corrects, free: np.ndarray, furthest: float) -> Tensor:
    """The ends (K, F) of sliders so that what others move is taken out: a few times what is lacking is measured and
    added, and of all that were measured the best is taken. Each keeps its own strength, within `ENOUGH` and `REACH`."""
    best, least = ends, np.full(len(ends), np.inf)
    for _ in range(ROUNDS):
        response = probe(ends)
        found = faults(np.stack([response, -response]), free)
        best = torch.where(torch.from_numpy(found < least)[:, None], ends, best)
        least = np.minimum(found, least)
        lacking = -response
        np.fill_diagonal(lacking, np.clip(np.diag(response), ENOUGH, REACH) - np.diag(response))
        ends = within(ends + movers(lacking), furthest)
    return best


def within(ends: Tensor, furthest: float) -> Tensor:
    """The same (K, F), none longer than that."""
    kept: Tensor = ends * (furthest / ends.norm(dim=1)).clamp_max(1.0)[:, None]
    return kept


def found_ends(directions: Tensor, probe: Probe, furthest: float) -> Tensor:
    """How far each direction (K, F) goes until its own measure has moved by `REACH`, or the faces come to their limit:
    the upper ends (K, F)."""
    limits = furthest / directions.norm(dim=1).numpy()
    some = replace(probe, faces=probe.faces[: len(probe.faces) // 2])
    tried = np.array([np.minimum(step, limits) for step in TRIES])  # (T, K)
    reached = np.array([np.diag(some(directions * torch.from_numpy(throws)[:, None])) for throws in tried])
    throws = []
    for steps, owns in zip(tried.T, reached.T, strict=True):
        grown = np.maximum.accumulate(owns)
        if grown[-1] < REACH:
            throws.append(steps[int(np.argmax(grown >= 0.97 * grown[-1]))])  # further adds nothing
        else:
            throws.append(float(np.interp(REACH, np.r_[0, grown], np.r_[0, steps])))
    return directions * torch.tensor(throws)[:, None]
