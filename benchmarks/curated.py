"""What curation is worth: the same GAN trained on spoilt, on curated and on clean pictures.

    uv run python -m benchmarks.curated FACES OUT [--include 'sakshi/*' ...] [--count 3000] [--images 60000]

Takes aligned faces, spoils a share of them in the ways that collections are spoilt (turned, blurred, scrambled, tiny,
faceless, twice the same), curates the result, and trains `dcgan64` for the same number of pictures on each of the three
sets. All are measured against the same held-out faces. OUT keeps everything; running again goes on.
"""

from __future__ import annotations

import argparse
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageFilter

from benchmarks.machine import machine
from training.config import CONFIGS, load_config
from training.curation.contract import REJECTED, read_rows
from training.curation.curate import curate
from training.data import list_faces
from training.evaluation import SEED, feature_names, sample
from training.export import load_run
from training.features import Features
from training.loop import train
from training.metrics import Judge
from training.sampling import draw, latents_of

SPOILT = 0.15  # share of the pictures
HELD = 0.15  # share kept for measuring


def turned(face: Image.Image, rng: random.Random) -> Image.Image:
    return face.transpose(rng.choice((Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180)))


def blurred(face: Image.Image, rng: random.Random) -> Image.Image:
    return face.filter(ImageFilter.GaussianBlur(face.width * rng.uniform(0.016, 0.03)))


def scrambled(face: Image.Image, rng: random.Random) -> Image.Image:
    """The face in nine pieces, in another order."""
    side = face.width // 3
    boxes = [(x * side, y * side, (x + 1) * side, (y + 1) * side) for y in range(3) for x in range(3)]
    pieces = [face.crop(box) for box in boxes]
    rng.shuffle(pieces)
    spoilt = face.copy()
    for box, piece in zip(boxes, pieces, strict=True):
        spoilt.paste(piece, box)
    return spoilt


def tiny(face: Image.Image, rng: random.Random) -> Image.Image:
    side = rng.randint(16, 40)
    return face.resize((side, side), Image.Resampling.LANCZOS)


def faceless(face: Image.Image, rng: random.Random) -> Image.Image:
    """A corner of the background."""
    side = face.width // 5
    return face.crop((0, 0, side, side)).resize(face.size, Image.Resampling.BICUBIC)


KINDS: dict[str, Callable[[Image.Image, random.Random], Image.Image]] = {
    function.__name__: function for function in (turned, blurred, scrambled, tiny, faceless)
}


def make_folders(source: Path, names: list[str], clean: Path, raw: Path) -> None:
    """The same faces clean and with a share spoilt; one spoilt picture in six is a copy of another."""
    rng = random.Random(0)
    kinds = [*KINDS, "duplicate"]
    for folder in (clean, raw):
        folder.mkdir(parents=True)
    for index, name in enumerate(names):
        target = f"{index:05d}.png"
        with Image.open(source / name) as picture:
            face = picture.convert("RGB")
        face.save(clean / target)
        if rng.random() >= SPOILT:
            shutil.copyfile(clean / target, raw / target)
            continue
        kind = rng.choice(kinds)
        if kind == "duplicate":
            shutil.copyfile(clean / target, raw / target)
            face.save(raw / f"{index:05d}-{kind}.jpg", quality=80)
        else:
            KINDS[kind](face, rng).save(raw / f"{index:05d}-{kind}.png")


def curated(raw: Path, out: Path) -> None:
    began = time.perf_counter()
    for _ in curate(raw, out, {"size": 256}):
        pass
    rows = read_rows(out)
    print(f"curated {len(rows):,} pictures, {len(rows) / (time.perf_counter() - began):.1f} a second")
    for kind in ("", *KINDS, "duplicate"):
        own = [row for row in rows if (row.name.partition("-")[2].partition(".")[0]) == kind]
        counts = Counter(row.reason if row.verdict == REJECTED else row.verdict for row in own)
        print(f"  {kind or 'untouched':<12}" + ", ".join(f"{count} {what}" for what, count in counts.most_common()))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("faces", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--include", action="append", default=[])
    arguments.add_argument("--count", type=int, default=3000, help="faces to train on")
    arguments.add_argument("--images", type=int, default=60_000, help="pictures shown in each run")
    args = arguments.parse_args()
    print(machine())
    rng = random.Random(0)
    names = rng.sample(list_faces(args.faces, args.include), len(list_faces(args.faces, args.include)))
    held, names = names[: int(HELD * len(names))], names[int(HELD * len(names)) :][: args.count]
    clean, raw, out = args.out / "clean", args.out / "raw", args.out / "curated"
    if not clean.exists():
        make_folders(args.faces, names, clean, raw)
    curated(raw, out)
    count = min(len(held), 1300)
    network = Features(feature_names("")[0])
    reference, real = (sample(str(args.faces), part, count, 256) for part in (names, held))
    judge = Judge(reference, real, network)
    print(f"Fréchet distance to {count:,} held-out faces; real against real {judge.floor['frechet_floor']:.1f}")
    for name, folder in (("raw", raw), ("curated", out / "faces"), ("clean", clean)):
        run = args.out / f"run-{name}"
        run.mkdir(exist_ok=True)
        settings = (f"data.source={folder}", "data.holdout=0", f"train.images={args.images}", "log.measure_every=0")
        config = load_config(CONFIGS / "dcgan64.toml", settings)
        (run / "config.toml").write_text(config.to_toml(), encoding="utf-8")
        for _ in train(config, run):
            pass
        generator = load_run(run)[1]
        measured = judge.measure(draw(generator, latents_of(SEED, count, generator.z_dim)))
        print(f"  {name:<10}{measured['frechet']:.1f} ± {1.96 * measured['frechet_error']:.1f}", flush=True)


if __name__ == "__main__":
    main()
