"""`eval`: how good a run's pictures are."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    evaluate = commands.add_parser(
        "eval", help="Fréchet and kernel distance of a run, beside the real-against-real floor"
    )
    evaluate.set_defaults(command=eval_command)
    evaluate.add_argument("folder", type=Path, help="the run folder")
    evaluate.add_argument("--count", type=int, default=1433, help="pictures on each side (default: 1433)")
    evaluate.add_argument("--resolution", type=int, default=256, help="pixels of the real pictures (default: 256)")
    evaluate.add_argument("--features", default="", help="which features to measure with; empty takes all there are")
    evaluate.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override a setting")


def eval_command(args: argparse.Namespace) -> int:
    from training.evaluation import evaluate_run, table

    measured = evaluate_run(args.folder, args.count, args.features, args.resolution, tuple(args.set))
    print(table(measured))
    return 0
