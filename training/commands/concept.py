"""`concept`: a slider for a thing that the generator does not draw by itself."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    concept = commands.add_parser(
        "concept", help="teach a generator a thing that it does not draw, such as glasses, as one more slider"
    )
    concept.set_defaults(command=concept_command)
    concept.add_argument("weights", type=Path, help="a .safetensors file of a style generator of this program")
    concept.add_argument("--data", type=Path, required=True, help="folder or zip of aligned faces, with labels")
    concept.add_argument(
        "--where",
        nargs="+",
        default=["glasses=1"],
        metavar="RULE",
        help="which of them show the thing: all rules must fit, as glasses=1 'age<45' (default: glasses=1)",
    )
    concept.add_argument("--name", default="glasses", help="of the slider (default: glasses)")
    concept.add_argument(
        "--place",
        type=float,
        nargs=4,
        default=(0.10, 0.34, 0.90, 0.60),
        metavar=("LEFT", "TOP", "RIGHT", "BOTTOM"),
        help="where it is, in shares of the width (default: around the eyes)",
    )
    concept.add_argument("--holdout", type=float, default=0.112, help="share of the data left out (default: 0.112)")
    concept.add_argument("--cache", type=Path, help="folder for decoded pictures")
    concept.add_argument("--out", type=Path, required=True, help="the .safetensors file to write; OUT.pt is resumed")
    concept.add_argument("--images", type=int, default=16_000, help="how many to learn from (default: 16000)")
    concept.add_argument("--seed", type=int, default=0, help="of all that is drawn (default: 0)")


def concept_command(args: argparse.Namespace) -> int:
    import torch

    from training.curation.detector import require_packages
    from training.data import load_faces
    from training.tasks.concept.slider import teach_slider
    from training.tasks.concept.trainee import Place
    from training.weighting import matching
    from training.weights import load_weights

    if args.images < 1:
        raise ValueError(f"--images is {args.images}; choose 1 or more")
    if not 0 <= args.holdout < 1:
        raise ValueError(f"--holdout is {args.holdout}; choose 0 to below 1")
    place = Place(*args.place)
    require_packages()
    say = partial(print, flush=True)  # a window may be reading along
    weights = load_weights(args.weights)
    faces, _ = load_faces(args.data, weights.generator.resolution, cache=args.cache).split(args.holdout)
    for note in faces.notes:
        say(note)
    fitting = torch.stack([matching(faces, rule, rule) for rule in args.where]).all(0)
    photos = faces.images[fitting]
    say(f"learning from {len(photos)} pictures with {' and '.join(args.where)}")
    teach_slider(weights, photos, args.name, place, args.out, args.images, args.seed, say)
    say(f"{args.out}: {weights.name} with a slider {args.name!r}")
    return 0
