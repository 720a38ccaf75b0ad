"""`directions`: named sliders for a trained generator, found from its own faces."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

from training.errors import UserError


def add(commands: Any) -> None:
    directions = commands.add_parser(
        "directions", help="find named sliders (smile, age, hair colour ...) and store them in a weights file"
    )
    directions.set_defaults(command=directions_command)
    directions.add_argument("weights", type=Path, help="a .safetensors file of this program, trained on aligned faces")
    directions.add_argument("--out", type=Path, required=True, help="the .safetensors file to write")
    directions.add_argument("--samples", type=int, default=4000, help="faces that are measured (default: 4000)")
    directions.add_argument("--seed", type=int, default=0, help="of these faces (default: 0)")
    directions.add_argument("--cache", type=Path, help="folder for the measures (default: beside OUT)")
    directions.add_argument("--workers", type=int, help="processes (default: one a core)")


def directions_command(args: argparse.Namespace) -> int:
    from training.curation.curate import cores
    from training.curation.detector import require_packages
    from training.tasks.sliders.attributes import ATTRIBUTES
    from training.tasks.sliders.directions import name_sliders
    from training.tasks.sliders.measuring import in_pool
    from training.tasks.sliders.recogniser import Recogniser

    if args.samples < 200:
        raise UserError(f"--samples is {args.samples}; choose 200 or more")
    if args.workers is not None and args.workers < 1:
        raise UserError(f"--workers is {args.workers}; choose 1 or more")
    require_packages()
    workers = args.workers or cores()
    with in_pool(args.weights, workers) as measure, in_pool(args.weights, workers, Recogniser) as recognise:
        folder = args.cache or args.out.parent
        say = partial(print, flush=True)  # a window may be reading along
        found = name_sliders(args.weights, args.out, args.samples, args.seed, folder, measure, say, recognise)
    for direction in found.directions:
        print(f"{direction.label:18} {direction.minimum:+.3g} to {direction.maximum:+.3g} {direction.unit}")
    for sentence in found.left_out:
        print(f"left out: {sentence}")
    print(f"{args.out}: {len(found.directions)} of {len(ATTRIBUTES)} named sliders")
    return 0
