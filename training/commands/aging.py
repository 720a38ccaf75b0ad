"""`aging`: a path of ages for a trained generator, learnt on its own faces."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

from training.errors import UserError


def add(commands: Any) -> None:
    aging = commands.add_parser("aging", help="give a weights file an age slider in years, from child to old")
    aging.set_defaults(command=aging_command)
    aging.add_argument("weights", type=Path, help="a .safetensors file of this program, trained on aligned faces")
    aging.add_argument("--out", type=Path, help="the .safetensors file to write (default: WEIGHTS itself)")
    aging.add_argument("--samples", type=int, default=4000, help="faces that are measured (default: 4000)")
    aging.add_argument("--seed", type=int, default=0, help="of these faces (default: 0)")
    aging.add_argument("--steps", type=int, default=250, help="of learning, four or so a second (default: 250)")
    aging.add_argument(
        "--measures", type=Path, help="measures that `directions` has kept of the same samples (default: beside OUT)"
    )
    aging.add_argument("--workers", type=int, help="processes (default: one a core)")


def aging_command(args: argparse.Namespace) -> int:
    from training.curation.curate import cores
    from training.tasks.sliders.aging import add_age_path
    from training.tasks.sliders.measuring import in_pool

    for name, least in (("samples", 200), ("steps", 1), ("workers", 1)):
        value = getattr(args, name)
        if value is not None and value < least:
            raise UserError(f"--{name} is {value}; choose {least} or more")
    out = args.out or args.weights
    cache = args.measures or out.with_name(f"{out.stem}.measures.jsonl")
    with in_pool(args.weights, args.workers or cores()) as measure:
        say = partial(print, flush=True)  # a window may be reading along
        path = add_age_path(args.weights, out, args.samples, args.seed, cache, measure, args.steps, say)
    print(f"{out}: an age slider that faces follow from {path.low:.0f} to {path.high:.0f} years")
    return 0
