"""How close the encoder's estimate and the refined latent come to pictures that neither network has seen.

    uv run python -m benchmarks.inversion FOLDER [--include "a/*"] [--count 20] [--seconds 20] [--all] [--aligned]
        [--model W.safetensors] [--encoder E.safetensors] [--sheet sheet.jpg --rows 8]

Taken are the pictures held out in training (`training.data.name_fraction`), or with `--all` any. The identity threshold
lets 1% of the pairs of different held-out pictures pass as the same person. The perceptual distance is what the
refinement minimises, so the identity, which it knows nothing of, is the fairer judge.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from benchmarks.machine import machine
from facedesigner.contract.request import Image as Picture
from facedesigner.engine.inversion import Inversion, invert, load_inverter
from facedesigner.engine.likeness import Identity, Likeness, Meter
from facedesigner.engine.photo import PhotoError, new_detector, open_aligned, open_photo
from facedesigner.resources import default_weights, resource
from training.data import list_faces, name_fraction

HELD_OUT = 0.112  # share that runs and encoders leave out
PASSING = 0.01  # share of pairs of different people that the threshold lets pass
CALIBRATED = 150  # pictures whose pairs the threshold comes from


def pictures(folder: Path, include: Sequence[str], anything: bool, aligned: bool, count: int) -> list[Picture]:
    """Aligned faces of `count` files, evenly spread over those that may be taken."""
    names = [
        name
        for name in list_faces(folder)
        if (anything or name_fraction(name) < HELD_OUT) and (not include or any(fnmatchcase(name, p) for p in include))
    ]
    names = names[:: max(1, len(names) // count)][:count]
    detector = None if aligned else new_detector()
    found = []
    for name in names:
        try:
            face = open_photo(folder / name, detector=detector)[0] if detector else open_aligned(folder / name)
            found.append(face.picture)
        except PhotoError as error:
            print(f"left out: {error}")
    return found


def threshold(people: Sequence[Picture]) -> float:
    """The distance that PASSING of the pairs of different people stay under."""
    identity = Identity()
    embeddings = [identity(picture) for picture in people]
    distances = [float(np.linalg.norm(a - b)) for a, b in itertools.combinations(embeddings, 2)]
    return float(np.quantile(distances, PASSING))


def row(name: str, seconds: Sequence[float], near: Sequence[Likeness], limit: float) -> str:
    cells = [
        f"{np.median(seconds):.2f} s",
        f"{np.mean([one.pixels for one in near]):.3f}",
        f"{np.mean([one.perceptual or 0.0 for one in near]):.3f}",
        f"{np.mean([one.identity or 0.0 for one in near]):.2f}",
        f"{np.mean([(one.identity or 9.0) < limit for one in near]):.0%}",
    ]
    return f"| {name} | {' | '.join(cells)} |"


def save_sheet(people: Sequence[Picture], found: Sequence[Inversion], path: Path) -> None:
    """original | estimate | refined, a row each."""
    rows = [np.concatenate([p, f.estimated, f.picture], 1) for p, f in zip(people, found, strict=True)]
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(rows)).save(path, quality=90)
    print(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--include", nargs="*", default=[], metavar="PATTERN")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--all", action="store_true", help="any picture, not only those held out by name")
    parser.add_argument("--aligned", action="store_true", help="the pictures are aligned: take their middle square")
    parser.add_argument("--model", type=Path, help="default: the one that comes along")
    parser.add_argument("--encoder", type=Path, help="default: beside the model, or ours")
    parser.add_argument("--threshold", type=float, help="of the identity; default: calibrated on the pictures")
    parser.add_argument("--sheet", type=Path, help="a picture to save: original, estimate, refined")
    parser.add_argument("--rows", type=int, default=8, help="of the sheet, at most")
    args = parser.parse_args()
    torch.set_num_threads(1)  # as the engine
    print(machine())
    model = args.model or default_weights()
    weights, encoder = load_inverter(model, (model.parent, resource("weights")), args.encoder)
    people = pictures(args.folder, args.include, args.all, args.aligned, max(args.count, 0 if args.threshold else 150))
    limit = args.threshold or threshold(people[:CALIBRATED])
    people = people[:: max(1, len(people) // args.count)][: args.count]
    meter, found = Meter(), []
    began = time.monotonic()
    for number, picture in enumerate(people, 1):
        found.append(invert(weights, encoder, picture, seconds=args.seconds, perceptual=meter.perceptual))
        print(f"{number} of {len(people)}, {time.monotonic() - began:.0f} s", end="\r", flush=True)
    steps = int(np.median([one.steps for one in found]))
    print(f"{len(people)} pictures, {steps} steps, identity threshold {limit:.3f}")
    print("| | time, median | L1 | perceptual | identity | same person |")
    print("|---|---|---|---|---|---|")
    firsts = [meter(one.estimated, picture) for one, picture in zip(found, people, strict=True)]
    refined = [meter(one.picture, picture) for one, picture in zip(found, people, strict=True)]
    print(row("estimate", [one.seconds_to_estimate for one in found], firsts, limit))
    print(row("refined", [one.seconds for one in found], refined, limit))
    others = [meter(a, b) for a, b in zip(people, [*people[1:], people[0]], strict=True)]
    print(row("another person's picture", [0.0], others, limit))
    if args.sheet:
        save_sheet(people[: args.rows], found[: args.rows], args.sheet)


if __name__ == "__main__":
    main()
