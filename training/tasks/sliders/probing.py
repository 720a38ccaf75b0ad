"""What movements of the latents really do to a generator's faces, and what is done about it: what others move is taken
out, throws are found, and even faults are bent back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

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
LEAST = 0.8  # under this the slider is left out
TRIES = (1.0, 1.75, 2.5, 3.5)  # predicted standard deviations at which the throw is looked for
MOST_BENT = 0.5  # length of a slider's bend at its end, in that of the slider itself


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
