"""`generate`: faces of new or given seeds as PNG files."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path
from typing import Any

from facedesigner.commands.common import (
    CommandError,
    add_engine_options,
    check_free,
    check_picture_name,
    draw,
    load_engine,
    progress,
)
from facedesigner.commands.signing import add_signing_options, signing

MOST = 1_000_000  # faces at once


def add(commands: Any) -> None:
    generate = commands.add_parser("generate", help="draw faces of new or given seeds as PNG files")
    generate.set_defaults(command=generate_command)
    generate.add_argument("--seed", type=int, help="seed of the first face, 0 to 4294967295 (default: a random one)")
    generate.add_argument("--count", type=int, default=1, help="how many faces, of consecutive seeds (default: 1)")
    generate.add_argument(
        "--psi", type=float, default=0.7, help="truncation: 0 the mean face, 1 as drawn (default: 0.7)"
    )
    generate.add_argument("--noise-seed", type=int, default=0, help="seed of the fine texture (default: 0)")
    target = generate.add_mutually_exclusive_group()
    target.add_argument(
        "--out-dir", type=Path, default=Path(), help="folder for seed0042.png and so on (default: here)"
    )
    target.add_argument("--out", type=Path, help="the one PNG file to write")
    generate.add_argument("--overwrite", action="store_true", help="replace files that exist")
    add_signing_options(generate)
    add_engine_options(generate)


def generate_command(args: argparse.Namespace) -> int:
    from facedesigner.state.face import SEED_MAX, FaceState, check_seed

    lowest = 0 if args.seed is None else check_seed(args.seed)
    most = min(SEED_MAX + 1 - lowest, MOST)
    if not 1 <= args.count <= most:
        raise CommandError(f"--count is {args.count}; from seed {lowest} on, choose 1 to {most}")
    if args.out and args.count != 1:
        raise CommandError("--out names one file; use --out-dir for several faces")
    if args.out:
        check_picture_name(args.out)
    seed = secrets.randbelow(most + 1 - args.count) if args.seed is None else args.seed
    faces = [FaceState("", seed=seed + i, psi=args.psi, noise_seed=args.noise_seed) for i in range(args.count)]
    paths = [args.out or args.out_dir / f"{face.stem}.png" for face in faces]
    for path in paths:
        check_free(path, args.overwrite)
    from facedesigner.export.png import save_png

    sign = signing(args)
    engine = load_engine(args)
    if args.seed is None:
        print(f"seed {seed}", file=sys.stderr)
    for number, (face, path) in enumerate(zip(faces, paths, strict=True), 1):
        progress(f"face {number} of {args.count}")
        known = face.with_model(engine.info.hash)
        image, _ = draw(engine, known)
        save_png(image, path, known, engine.info.name, overwrite=args.overwrite, sign=sign)
        progress("")
        print(path, flush=True)
    return 0
