"""What each named slider moves at full throw, over 200 fresh faces: itself, all other measures, and the identity.

    uv run python -m benchmarks.attributes [WEIGHTS] [--faces 200] [--figure docs/pictures/attributes.png]

Movements are means over the faces, in standard deviations of the measure over the model's own faces at psi 0.7.
"Locked" is the same with all other named sliders locked, as the window does it; then what the first six principal
directions move without locks, and with all named sliders locked.
Identity is the dlib embedding (128 numbers). Its threshold lets 1% of the pairs of different seeds pass as the same
face; pairs of one face, drawn with other noise, cropped and brighter or darker, show what it does to those.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from benchmarks.machine import machine
from facedesigner.engine.controls import LatentEditor
from facedesigner.resources import default_weights
from facedesigner.state.face import FaceState
from training.curation.curate import cores
from training.movements import Direction
from training.style_mixing import noise_of, pictures_of, plain_latents
from training.tasks.sliders.attributes import ATTRIBUTES
from training.tasks.sliders.measuring import Measure, in_pool, together
from training.tasks.sliders.recogniser import Recogniser
from training.tasks.sliders.verdicts import OTHERS, OWN, PASSING, SAME, WORN
from training.weights import Weights, load_weights

SEED = 100_000  # far from the seeds that directions are made with


@dataclass(frozen=True, eq=False)
class Moved:
    """Movements at full throw, in standard deviations: (K sliders, N faces, M measures). Each face goes to one end:
    those of even number up, the others down."""

    values: np.ndarray

    @property
    def up(self) -> np.ndarray:
        """(K, M) mean of the faces that went up."""
        return np.asarray(self.values[:, ::2].mean(1))

    @property
    def down(self) -> np.ndarray:
        return np.asarray(self.values[:, 1::2].mean(1))

    @property
    def half(self) -> np.ndarray:
        """(K, M) half the difference of the two ends."""
        return np.asarray((self.up - self.down) / 2)

    @property
    def worst(self) -> np.ndarray:
        """(K, M) mean movement at the end that moves more."""
        return np.asarray(np.maximum(np.abs(self.up), np.abs(self.down)))


Ends = Sequence[tuple[Tensor, Tensor]]  # what each slider adds to a latent (L, D) at its maximum and at its minimum


def ends(weights: Weights, directions: Sequence[Direction], locks: Sequence[str] = ()) -> Ends:
    """As in the window, while the others of `locks` are locked."""
    editor = LatentEditor(weights, torch.device("cpu"))
    start = weights.latent_mean.expand(weights.generator.latent_shape).clone()

    def added(direction: Direction, value: float) -> Tensor:
        face = FaceState("", seed=0, controls=((direction.name, value),), psi=1.0)
        return editor.edit(start.clone(), face.with_locks([n for n in locks if n != direction.name])) - start

    return [(added(d, d.maximum), added(d, d.minimum)) for d in directions]


def moves(base: Tensor, throws: Ends) -> Tensor:
    """Faces (N, L, D) -> (K * N, L, D): each slider to its maximum for even faces, to its minimum for odd ones."""
    even = (torch.arange(len(base)) % 2 == 0)[:, None, None]
    return torch.cat([base + torch.where(even, up, down) for up, down in throws])


def worn(measure: Measure, base: Tensor, named: Sequence[Direction], throws: Ends) -> dict[str, tuple[float, float]]:
    """Of sliders for a thing that is there or not: the share of the faces without it that get it at the maximum, and
    of those that lose it again at the minimum."""
    present = {a.name: a.present_above for a in ATTRIBUTES if a.present_above is not None}
    found = {}
    for direction, (up, down) in zip(named, throws, strict=True):
        level = present.get(direction.name)
        if level is None:
            continue
        bare, got, lost = (together(measure(base + x))[direction.name] > level for x in (0 * up, up, down))
        found[direction.name] = (float(got[~bare].mean()), float((~lost[got]).mean()))
    return found


def movements(measure: Measure, weights: Weights, base: Tensor, moved: Tensor, names: Sequence[str]) -> Moved:
    def scores(latents: Tensor) -> np.ndarray:
        found = together(measure(latents))
        return np.stack([found[name] / weights.measures[name][1] for name in names], 1)

    return Moved(scores(moved).reshape(-1, len(base), len(names)) - scores(base))


def rerendered(weights: Weights, latents: Tensor) -> np.ndarray:
    """The same faces with other noise, cropped by about a twentieth, and a fifth brighter or darker by turns."""
    pictures = pictures_of(weights.generator, latents, noise_of(weights.generator, 1))
    side, rng = pictures.shape[1], np.random.default_rng(0)
    made = []
    for index, picture in enumerate(pictures):
        left, top = rng.integers(0, side // 12, 2)
        part = Image.fromarray(picture).crop((left, top, left + side - side // 12, top + side - side // 12))
        again = np.asarray(part.resize((side, side), Image.Resampling.BICUBIC), dtype=np.float64)
        made.append(np.clip(again * (1.2 if index % 2 else 0.8), 0, 255).astype(np.uint8))
    return np.stack(made)


def calibrated(embeddings: np.ndarray, again: np.ndarray) -> tuple[float, float]:
    """Embeddings of different seeds (N, 128) and of the first of them drawn anew -> the threshold, and the share of the
    re-drawn faces that it calls the same."""
    first, second = np.triu_indices(len(embeddings), 1)
    threshold = float(np.quantile(np.linalg.norm(embeddings[first] - embeddings[second], axis=1), PASSING))
    return threshold, float((np.linalg.norm(embeddings[: len(again)] - again, axis=1) < threshold).mean())


def table(title: str, names: Sequence[str], columns: Sequence[str], half: np.ndarray) -> str:
    lines = [f"| {title} | " + " | ".join(columns) + " |", "|---|" + "---:|" * len(columns)]
    lines += [
        f"| {name} | " + " | ".join(f"{v:.2f}" for v in row) + " |" for name, row in zip(names, half, strict=True)
    ]
    return "\n".join(lines)


def verdicts(
    names: Sequence[str],
    columns: Sequence[str],
    counted: int,
    free: Moved,
    fixed: Moved,
    distances: np.ndarray,
    threshold: float,
    shares: dict[str, tuple[float, float]],
) -> str:
    """A row a slider; `counted`: so many of the columns are attributes, the others are shown only. `shares` of `worn`
    stand for the own movement where there are any."""
    lines = [
        "| slider | own, up / down | most moved other | the same, locked | same face | median distance "
        "| own ≥ 1.5 | others < 0.35 | identity ≥ 80% |",
        "|---|---:|---|---|---:|---:|---|---|---|",
    ]
    for index, name in enumerate(names):
        own = columns.index(name)
        up, down = free.up[index, own], free.down[index, own]
        cells = []
        for moved in (free, fixed):
            others = moved.worst[index, :counted].copy()
            others[own] = 0
            most = int(others.argmax())
            cells.append((f"{columns[most]} {others[most]:.2f}", others[most]))
        same = float((distances[index] < threshold).mean())
        own_passed = min(shares[name]) >= WORN if name in shares else min(up, -down) >= OWN
        passed = (own_passed, cells[0][1] < OTHERS, same >= SAME)
        words = " | ".join("yes" if value else "**no**" for value in passed)
        locked_own = f" (own {abs(fixed.half[index, own]):.2f})"
        lines.append(
            f"| {name} | {up:+.2f} / {down:+.2f} | {cells[0][0]} | {cells[1][0]}{locked_own} | {same:.0%} "
            f"| {np.median(distances[index]):.2f} | {words} |"
        )
    return "\n".join(lines)


def figure(names: Sequence[str], columns: Sequence[str], free: Moved, fixed: Moved, path: Path) -> None:
    from matplotlib.figure import Figure

    picture = Figure(figsize=(17, 7.5), layout="constrained")
    panels = picture.subplots(1, 2)
    for axes, moved, title in zip(panels, (free, fixed), ("unlocked", "all other sliders locked"), strict=True):
        shown = axes.imshow(moved.half, cmap="RdBu_r", vmin=-2, vmax=2)
        axes.set_xticks(range(len(columns)), [c.replace("_", " ") for c in columns], rotation=60, ha="right")
        axes.set_yticks(range(len(names)), [n.replace("_", " ") for n in names])
        axes.set_title(f"Movement of each measure at full throw, {title} (σ)")
        for (row, column), value in np.ndenumerate(moved.half):
            colour = "white" if abs(value) > 1.2 else "black"
            axes.text(column, row, f"{value:.1f}", ha="center", va="center", fontsize=7, color=colour)
    picture.colorbar(shown, ax=panels, shrink=0.7)
    picture.savefig(path, dpi=80)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("weights", type=Path, nargs="?", default=default_weights())
    arguments.add_argument("--faces", type=int, default=200)
    arguments.add_argument("--figure", type=Path)
    arguments.add_argument("--workers", type=int, default=cores())
    args = arguments.parse_args()
    torch.set_num_threads(1)
    weights = load_weights(args.weights)
    order = [a.name for a in ATTRIBUTES]
    named = [d for d in weights.of(Direction) if d.name in order]
    columns = sorted(weights.measures, key=lambda name: order.index(name) if name in order else len(order))
    counted = sum(name in order for name in columns)
    names = [d.name for d in named]
    base = plain_latents(weights.generator, weights.latent_mean, SEED, args.faces)
    print(machine(), f"{args.faces} faces, psi 0.7", sep=", ", flush=True)
    with in_pool(args.weights, args.workers) as measure:
        throws = ends(weights, named)
        free = movements(measure, weights, base, moves(base, throws), columns)
        print(table("unlocked", names, columns, free.half), flush=True)
        fixed = movements(measure, weights, base, moves(base, ends(weights, named, names)), columns)
        print(table("all others locked", names, columns, fixed.half), flush=True)
        axes = [replace(d, minimum=-2.0, maximum=2.0) for d in weights.of(Direction) if d.name not in order][:6]
        for title, locks in (("unlocked, ±2", []), ("named sliders locked, ±2", names)):
            if not axes:
                break
            drift = movements(measure, weights, base, moves(base, ends(weights, axes, locks)), columns)
            print(table(title, [d.name for d in axes], columns, drift.half), flush=True)
        shares = worn(measure, base, named, throws)
    with in_pool(args.weights, args.workers, Recogniser) as recognise:
        embeddings = together(recognise(base))["embedding"]
        moved = together(recognise(moves(base, throws)))["embedding"]
    moved = moved.reshape(len(named), len(base), -1)
    again = Recogniser()(rerendered(weights, base[: len(base) // 2]))["embedding"]
    threshold, kept = calibrated(embeddings, again)
    distances = np.linalg.norm(moved - embeddings, axis=2)
    print(
        f"identity threshold {threshold:.3f}: {kept:.0%} of the faces drawn anew are the same, {PASSING:.0%} of others"
    )
    print(verdicts(names, columns, counted, free, fixed, distances, threshold, shares))
    for name, (got, lost) in shares.items():
        print(f"{name}: {got:.0%} of the faces without get them, {lost:.0%} of those lose them again")
    if args.figure:
        figure(names, columns, free, fixed, args.figure)


if __name__ == "__main__":
    main()
