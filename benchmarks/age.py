"""Whether faces come to the age that is asked for, and stay who they are: 200 fresh seeds.

    uv run python -m benchmarks.age [WEIGHTS] [--faces 200] [--psi 0.7] [--sheet docs/pictures/ages.jpg]

1. Each face is asked for one age from 15 to 65, evenly spread: the correlation with the age that the network sees.
2. Each face is asked to be 20 years younger and 20 years older than as generated: how many are still the same person,
   by the limit for photos (`likeness.SAME_PERSON`), and by the stricter one that 1% of the pairs of these very faces
   stay under.
3. What a fifth of the faces come to when asked for 0 to 90 years.

The network that sees ages here also taught the path (`training.tasks.sliders.aging`): look at the sheet as well.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from benchmarks.machine import machine
from facedesigner.engine.controls import LatentEditor
from facedesigner.engine.likeness import SAME_PERSON
from facedesigner.export.strip import sheet
from facedesigner.resources import default_weights
from facedesigner.state.ages import AGE, SEVEN, aged
from facedesigner.state.face import FaceState
from training.curation.curate import cores
from training.movements import AgePath
from training.networks.identity import Identity
from training.networks.labeller import LOOK, Labeller, enlarged
from training.style_mixing import noise_of, pictures_of, plain_latents
from training.tasks.sliders.measuring import in_pool, together
from training.weights import load_weights

SEED = 200_000  # far from the seeds that paths are made with
YOUNG, OLD = 15.0, 65.0
AWAY = 20.0  # years at which identity is asked for
ENOUGH_CORRELATION, ENOUGH_SAME = 0.85, 0.8
PASSING = 0.01  # share of pairs of different faces that the stricter limit lets pass
ASKED = tuple(float(years) for years in range(0, 91, 10))


class Onlooker:
    """Pictures (N, H, H, 3) uint8 -> age (N,) and embedding (N, 128)."""

    def __init__(self) -> None:
        self.labeller, self.identity = Labeller(), Identity()

    def __call__(self, pictures: np.ndarray) -> dict[str, np.ndarray]:
        ages, _ = self.labeller.networks([self.labeller.chips(enlarged(picture, LOOK)) for picture in pictures])
        return {"age": ages, "embedding": self.identity.embed(list(pictures))}


def stricter_limit(embeddings: np.ndarray) -> float:
    first, second = np.triu_indices(len(embeddings), 1)
    return float(np.quantile(np.linalg.norm(embeddings[first] - embeddings[second], axis=1), PASSING))


def save_sheet(pictures: np.ndarray, rows: int, path: Path) -> None:
    """Pictures (rows * 7, H, H, 3): a row a face."""
    lines = [sheet(list(pictures[7 * row : 7 * row + 7]), SEVEN) for row in range(rows)]
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(lines)).save(path, quality=90)
    print(path)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("weights", type=Path, nargs="?", default=default_weights())
    arguments.add_argument("--faces", type=int, default=200)
    arguments.add_argument("--psi", type=float, default=0.7)
    arguments.add_argument("--workers", type=int, default=cores())
    arguments.add_argument("--sheet", type=Path, help="a picture to save: faces at seven ages")
    arguments.add_argument("--rows", type=int, default=6, help="of the sheet")
    args = arguments.parse_args()
    torch.set_num_threads(1)
    weights = load_weights(args.weights)
    editor = LatentEditor(weights, torch.device("cpu"))
    paths = weights.of(AgePath)
    if not paths:
        arguments.error(f"{args.weights} has no age path: make one with `python -m training aging`")
    base = plain_latents(weights.generator, weights.latent_mean, SEED, args.faces, args.psi)
    path = paths[0].placed(weights.latent_mean)
    own = [path.own(latent) for latent in base]
    plain = FaceState("", seed=0, psi=1.0)  # the latents are truncated already

    def asked_for(faces: range, years: float | None = None, change: float = 0.0) -> list[Tensor]:
        """Latents (L, D) asked to be of an age, or older by `change`."""
        return [
            editor.edit(base[i], plain.with_control(AGE, change) if years is None else aged(plain, own[i], years))
            for i in faces
        ]

    everyone, some = range(args.faces), range(max(1, args.faces // 5))
    spread = np.random.default_rng(0).permutation(np.linspace(YOUNG, OLD, args.faces))
    latents = list(base) + [asked_for(range(i, i + 1), years=float(spread[i]))[0] for i in everyone]
    latents += asked_for(everyone, change=-AWAY) + asked_for(everyone, change=AWAY)
    latents += itertools.chain.from_iterable(asked_for(some, years=years) for years in ASKED)
    print(machine(), f"{args.faces} faces, psi {args.psi}", args.weights, sep=", ", flush=True)
    with in_pool(args.weights, args.workers, Onlooker) as look:
        found = together(look(torch.stack(latents)))
    count = args.faces
    ages, who = found["age"], found["embedding"]
    limit = stricter_limit(who[:count])
    print(
        f"as generated: {ages[:count].mean():.1f} ± {ages[:count].std():.1f} years; read off the latents with a mean "
        f"error of {np.abs(ages[:count] - own).mean():.1f} years"
    )
    correlation = float(np.corrcoef(spread, ages[count : 2 * count])[0, 1])
    print("| | measured | asked is | |\n|---|---:|---:|---|")
    print(row(f"correlation, {YOUNG:.0f} to {OLD:.0f} years", f"{correlation:.3f}", correlation, ENOUGH_CORRELATION))
    for index, name in ((2, f"{AWAY:.0f} years younger"), (3, f"{AWAY:.0f} years older")):
        part = slice(index * count, (index + 1) * count)
        distances = np.linalg.norm(who[part] - who[:count], axis=1)
        moved = float((ages[part] - ages[:count]).mean())
        for words, most in ((f"within {SAME_PERSON}", SAME_PERSON), (f"within {limit:.2f}, stricter", limit)):
            share = float((distances < most).mean())
            text = f"{name} (moved {moved:+.1f}): same person {words}"
            print(row(text, f"{share:.0%}, median {np.median(distances):.2f}", share, ENOUGH_SAME))
    print("| asked | seen | deviation | embedding distance | same person |\n|---:|---:|---:|---:|---:|")
    for index, years in enumerate(ASKED):
        start = 4 * count + index * len(some)
        part = slice(start, start + len(some))
        distances = np.linalg.norm(who[part] - who[: len(some)], axis=1)
        seen, deviation, same = ages[part].mean(), ages[part].std(), (distances < SAME_PERSON).mean()
        print(f"| {years:.0f} | {seen:.1f} | {deviation:.1f} | {np.median(distances):.2f} | {same:.0%} |")
    if args.sheet:
        chosen = [latent for i in range(args.rows) for age in SEVEN for latent in asked_for(range(i, i + 1), years=age)]
        save_sheet(
            pictures_of(weights.generator, torch.stack(chosen), noise_of(weights.generator)), args.rows, args.sheet
        )


def row(name: str, words: str, value: float, enough: float) -> str:
    return f"| {name} | {words} | {enough:g} | {'yes' if value >= enough else '**no**'} |"


if __name__ == "__main__":
    main()
