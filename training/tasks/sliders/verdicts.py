"""Whether a named slider does what it says and nothing else, measured on fresh faces; and where it should end.

Three bars: at both ends it moves its own measure by `OWN` standard deviations, no other attribute by `OTHERS`, and
`SAME` of the faces stay who they were to the face recogniser. Lengths of the slider's ends are tried on some faces, the
one that lacks least is taken, and what is told of it is measured on other faces.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.movements import Direction
from training.movements.base import Edit
from training.style_mixing import plain_latents
from training.tasks.sliders.attributes import ATTRIBUTES
from training.tasks.sliders.measuring import Measure, together
from training.weights import Weights

OWN, OTHERS, SAME = 1.5, 0.35, 0.8  # what is asked of a slider
WORN = 0.85  # of one for a thing: share of faces that get it, and lose it again
GETS = 0.5  # share under which a slider that was found, not taught, is none
PASSING = 0.01  # share of pairs of different faces that the threshold of "the same" lets pass
FACTORS = (0.55, 0.7, 0.85, 1.0, 1.2)  # of the ends as they were found
TRIED_ON, TOLD_OF = 48, 96  # faces
SEED = 200_000  # far from the seeds that directions are made with


@dataclass(frozen=True)
class Verdict:
    """Of one slider at its ends, in standard deviations of the measures over the model's own faces at psi 0.7."""

    name: str
    label: str
    up: float  # mean movement of its own measure; of a thing, the share of faces that get it
    down: float  # at the lower end; of a thing, the share that loses it again
    most: str  # the other attribute that moves most
    other: float  # by how much, at the worse end
    same: float  # share of faces that stay who they are
    thing: bool = False

    @property
    def bars(self) -> tuple[bool, bool, bool]:
        own = min(self.up, self.down) >= WORN if self.thing else min(self.up, -self.down) >= OWN
        return own, self.other < OTHERS, self.same >= SAME

    @property
    def shortfall(self) -> float:
        """How far it is from the bars altogether, in shares of them; 0 when it passes all. That it does what it says
        counts twice, and who it is, not where another face is what it is for."""
        asked, own = (WORN, min(self.up, self.down)) if self.thing else (OWN, min(self.up, -self.down))
        stranger = KNOWN[self.name].same_face * (SAME - self.same) / SAME
        parts = 2 * (asked - own) / asked, (self.other - OTHERS) / OTHERS, stranger
        return sum(max(part, 0.0) for part in parts)

    @property
    def passes(self) -> bool:
        return all(self.bars)

    @property
    def words(self) -> str:
        """What is weak about it; "" if nothing is."""
        own, others, same = self.bars
        parts = []
        if not own and self.thing:
            parts.append(f"{self.up:.0%} of faces get it, {self.down:.0%} lose it again")
        elif not own:
            parts.append(f"moves by {min(self.up, -self.down):.1f} σ")
        if not others:
            parts.append(f"moves {self.most.replace('_', ' ')} along by {self.other:.2f} σ")
        if not same:
            parts.append(f"{self.same:.0%} stay the same person")
        return "; ".join(parts)

    def row(self) -> dict[str, Any]:
        """JSON."""
        named = ("name", "label", "up", "down", "most", "other", "same", "thing")
        values = {key: getattr(self, key) for key in named}
        return {**values, "passes": self.passes, "weak": self.words}


def moved(slider: Direction, value: float, latents: Tensor) -> Tensor:
    """Latents (..., L, D) with the slider at a value, as the window moves them where nothing is locked."""
    away = torch.zeros(latents.shape[-2:])
    slider.apply(value, Edit(away, away, away), slice(None))
    return latents + away


def settled(
    weights: Weights, measure: Measure, recognise: Measure, say: Callable[[str], None], seed: int = 0
) -> tuple[Weights, list[Verdict], list[str]]:
    """The same with the ends of its named sliders where least is lacking to the bars, and "weak" in the description of
    those that do not pass all; what was measured of each; and a sentence for each that was left out, since most faces
    do not get the thing that it is for."""
    named = [slider for slider in weights.of(Direction) if slider.normal is not None and slider.name in KNOWN]
    jury = Jury(weights, measure, recognise, TRIED_ON, SEED + seed)
    best: dict[str, tuple[tuple[float, float], float]] = {}
    for factor in FACTORS:
        for verdict in jury([stretched(slider, factor) for slider in named]):
            rank = (verdict.shortfall, abs(factor - 1))  # among equals the one that was found
            best[verdict.name] = min(best.get(verdict.name, (rank, factor)), (rank, factor))
        say(f"ends at {factor:.0%} of what was found: tried")
    chosen = [stretched(slider, best[slider.name][1]) for slider in named]
    verdicts = Jury(weights, measure, recognise, TOLD_OF, SEED + seed + 1000)(chosen)
    idle = {v.name for s, v in zip(chosen, verdicts, strict=True) if v.thing and v.up < GETS and not s.taught}
    told = {v.name: told_of(s, v) for s, v in zip(chosen, verdicts, strict=True)}
    kept = [told.get(one.name, one) for one in weights.of(Direction) if one.name not in idle]
    left_out = [f"{v.name}: at full throw {v.up:.0%} of the faces get it" for v in verdicts if v.name in idle]
    return weights.having(Direction, kept), [v for v in verdicts if v.name not in idle], left_out


KNOWN = {attribute.name: attribute for attribute in ATTRIBUTES}


def stretched(slider: Direction, factor: float) -> Direction:
    """With its ends farther out, or nearer; what was taught ends where it was taught to."""
    if slider.taught:
        return slider
    low, high = (float(f"{end * factor:.2g}") for end in (slider.minimum, slider.maximum))
    return replace(slider, minimum=low, maximum=high)


def told_of(slider: Direction, verdict: Verdict) -> Direction:
    plain = KNOWN[slider.name].description
    return replace(slider, description=plain if verdict.passes else f"{plain} (weak: {verdict.words})")


class Jury:
    """Fresh faces; each goes to one end of a slider: those of even number up, the others down."""

    def __init__(self, weights: Weights, measure: Measure, recognise: Measure, count: int, seed: int) -> None:
        self._weights, self._measure, self._recognise = weights, measure, recognise
        self.faces = plain_latents(weights.generator, weights.latent_mean, seed, count)
        self._columns = [name for name in KNOWN if name in weights.measures]
        self._start = self._scores(self.faces)
        self._who = together(recognise(self.faces))["embedding"]
        first, second = np.triu_indices(count, 1)
        distances = np.linalg.norm(self._who[first] - self._who[second], axis=1)
        self.threshold = float(np.quantile(distances, PASSING))

    def __call__(self, sliders: Sequence[Direction]) -> list[Verdict]:
        if not sliders:
            return []
        even = (torch.arange(len(self.faces)) % 2 == 0)[:, None, None]
        latents = torch.cat(
            [
                torch.where(even, moved(one, one.maximum, self.faces), moved(one, one.minimum, self.faces))
                for one in sliders
            ]
        )
        shape = (len(sliders), len(self.faces), -1)
        movements = self._scores(latents).reshape(shape) - self._start
        who = together(self._recognise(latents))["embedding"].reshape(shape)
        same = (np.linalg.norm(who - self._who, axis=2) < self.threshold).mean(1)
        return [self._judge(*parts) for parts in zip(sliders, movements, map(float, same), strict=True)]

    def _judge(self, slider: Direction, movement: np.ndarray, same: float) -> Verdict:
        """`movement` (N, M) of all measures."""
        up, down = movement[::2].mean(0), movement[1::2].mean(0)
        own = self._columns.index(slider.name)
        others = np.maximum(np.abs(up), np.abs(down))
        others[own] = 0
        most = int(others.argmax())
        level, thing = KNOWN[slider.name].present_above, False
        own_up, own_down = float(up[own]), float(down[own])
        if level is not None:
            own_up, own_down, thing = *self._worn(slider, level), True
        return Verdict(
            slider.name, slider.label, own_up, own_down, self._columns[most], float(others[most]), same, thing
        )

    def _worn(self, slider: Direction, level: float) -> tuple[float, float]:
        """The share of the faces without a thing that get it at the maximum, and of those that lose it again."""
        ends = [self.faces, moved(slider, slider.maximum, self.faces), moved(slider, slider.minimum, self.faces)]
        bare, got, lost = (together(self._measure(latents))[slider.name] > level for latents in ends)
        return float(got[~bare].mean()) if (~bare).any() else 0.0, float((~lost[got]).mean()) if got.any() else 0.0

    def _scores(self, latents: Tensor) -> np.ndarray:
        """(N, M)"""
        found = together(self._measure(latents))
        return np.stack([found[name] / self._weights.measures[name][1] for name in self._columns], 1)
