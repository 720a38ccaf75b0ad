"""`concept`: a slider for a thing that the generator does not draw by itself."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from training.commands.making import add_run_options, check_amounts, make, of_args, placed


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
    add_run_options(concept, "images", 16_000)


def concept_command(args: argparse.Namespace) -> int:
    check_amounts(args)
    options = {"weights": placed(args.weights), "where": args.where, "slider": args.name, "place": [*args.place]}
    return make(of_args("concept", args, options, placed(args.data)), args, f"with a slider {args.name!r}")
