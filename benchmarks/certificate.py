"""Does a certificate find planted copies, how often is it wrong about generated faces, and how long does a search take?

    uv run python -m benchmarks.certificate FOLDER [--planted 100] [--generated 300] [--pushed 10] [--model W]

FOLDER holds the pictures that the model's embeddings were made of. A planted copy counts as found when its original is
the nearest face and nearer than the suggested threshold. Copies and faces are others than those of the calibration.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from benchmarks.machine import machine
from facedesigner.engine.certifying import Certifier
from facedesigner.engine.leakage import Leakage
from facedesigner.engine.uniqueness import Library, compare
from facedesigner.resources import default_weights, resource
from facedesigner.state.face import FaceState
from facedesigner.state.uniqueness import Rate
from training.networks.embeddings import Embeddings
from training.pictures import Source
from training.tasks.uniqueness.calibration import changed, read

FIRST = 100_000  # seed of the generated faces
MANY = 13_000  # faces that a search is timed over
TIMED = 200  # searches
PSIS = (0.7, 1.0)


def planted(certifier: Certifier, source: Source, count: int) -> dict[str, Rate]:
    """Copies found, by what was done to them; the last kind has had everything done to it."""
    rng = np.random.default_rng(1)
    names = certifier.training.embeddings.names
    found: dict[str, list[bool]] = {}
    for index in rng.permutation(len(names))[:count]:
        picture = read(source, names[index])
        copies = changed(picture, rng)
        worst = changed(changed(changed(copies["cropped"], rng)["brightened"], rng)["recompressed"], rng)["flipped"]
        for kind, copy in {**copies, "cropped, brightened, recompressed, flipped": worst}.items():
            finding = certifier.check(copy)
            assert finding is not None
            near = finding.neighbours[0]
            right = near.name == names[index] and not finding.is_unique(certifier.calibration.threshold)
            found.setdefault(kind, []).append(right)
    return {kind: Rate(sum(right), len(right)) for kind, right in found.items()}


def generated(certifier: Certifier, count: int, psi: float) -> tuple[Rate, np.ndarray]:
    """Generated faces that are flagged, and the distances of their nearest training faces."""
    distances = []
    for seed in range(FIRST, FIRST + count):
        finding = certifier.check(FaceState(certifier.info.hash, seed=seed, psi=psi))
        assert finding is not None
        distances.append(finding.neighbours[0].distance)
    nearest = np.array(distances)
    return Rate(int((nearest < certifier.calibration.threshold).sum()), count), nearest


def search_times(certifier: Certifier) -> np.ndarray:
    """Milliseconds of a search over MANY faces, either way round, without embedding the face."""
    own = certifier.training.embeddings.values
    values = np.resize(own, (MANY, own.shape[1]))
    library = Library("training data", Embeddings(values, tuple(map(str, range(MANY)))))
    asked = certifier.embedding(FaceState(certifier.info.hash, seed=0))
    times = []
    for _ in range(TIMED):
        began = time.perf_counter()
        compare(asked, [library], certifier.calibration)
        times.append((time.perf_counter() - began) * 1000)
    return np.array(times)


def push(certifier: Certifier, count: int) -> Sequence[str]:
    """Rows on faces that were pushed away: distances before and after, and what became of their attributes."""
    leakage, measures = Leakage(), certifier.info.measures
    rows, moved, seconds, before, after = [], [], [], [], []
    for seed in range(FIRST, FIRST + count):
        face = FaceState(certifier.info.hash, seed=seed)
        pushed = certifier.push_away(face, certifier.calibration.threshold)
        assert pushed is not None
        found = leakage(certifier.draw(face), certifier.draw(pushed.face), measures)
        moved.append(float(np.mean(np.abs(list(found.values())))) if found else 0.0)
        seconds.append(pushed.seconds)
        before.append(pushed.before)
        after.append(pushed.after)
    rows.append(f"| nearest face before, after (median) | {np.median(before):.3f}, {np.median(after):.3f} |")
    rows.append(f"| faces moved farther away | {Rate(int((np.array(after) > before).sum()), count)} |")
    rows.append(f"| attributes moved (mean of all measures) | {np.mean(moved):.2f} σ |")
    rows.append(f"| time (median, largest) | {np.median(seconds):.1f} s, {max(seconds):.1f} s |")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--planted", type=int, default=100, help="faces that are copied, in eight ways each")
    parser.add_argument("--generated", type=int, default=300, help="faces that are generated, at each psi")
    parser.add_argument("--pushed", type=int, default=10, help="faces that are pushed away; 0 leaves it out")
    parser.add_argument("--model", type=Path, help="default: the one that comes along")
    args = parser.parse_args()
    torch.set_num_threads(1)  # as the engine
    print(machine())
    certifier = Certifier((resource("weights"),), Path("cache"))
    model = args.model or default_weights()
    library = certifier.use(model)
    threshold = certifier.calibration.threshold
    print(f"{certifier.info.name}, {len(library.embeddings):,} training faces, threshold {threshold:.2f}\n")
    print("| planted copies | found |\n|---|---|")
    found = planted(certifier, Source(args.folder), args.planted)
    for kind, rate in found.items():
        print(f"| {kind} | {rate} |")
    print("\n| generated faces | flagged | nearest, 1% / median |\n|---|---|---|")
    for psi in PSIS:
        rate, nearest = generated(certifier, args.generated, psi)
        print(f"| psi {psi:g} | {rate} | {np.quantile(nearest, 0.01):.3f} / {np.median(nearest):.3f} |")
    print(f"| not trained on (calibration) | {certifier.calibration.flagged(threshold)} | |")
    times = search_times(certifier)
    print(
        f"\n| a search over {MANY:,} faces | {np.median(times):.1f} ms, 95% under {np.quantile(times, 0.95):.1f} ms |"
    )
    if args.pushed:
        print("\n| pushed away | |\n|---|---|")
        for row in push(certifier, args.pushed):
            print(row, flush=True)


if __name__ == "__main__":
    main()
