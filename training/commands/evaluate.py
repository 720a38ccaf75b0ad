"""`eval`: how good a run's pictures are, or which of several models is better."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from training.errors import UserError

EPILOG = "One run is measured against what it held out; several models, or weights files, need --data."


def add(commands: Any) -> None:
    evaluate = commands.add_parser(
        "eval",
        help="Fréchet and kernel distance, precision and recall, beside the real-against-real floor",
        epilog=EPILOG,
    )
    evaluate.set_defaults(command=eval_command)
    evaluate.add_argument("models", type=Path, nargs="+", metavar="MODEL", help="a run folder or a weights file")
    evaluate.add_argument("--data", type=Path, help="folder or zip of real pictures to measure against")
    evaluate.add_argument("--count", type=int, default=1433, help="pictures on each side (default: 1433)")
    evaluate.add_argument("--resolution", type=int, default=256, help="pixels of the real pictures (default: 256)")
    evaluate.add_argument("--features", default="", help="which features to measure with; empty takes all there are")
    evaluate.add_argument("--figure", type=Path, help="write the comparison as a figure, such as compare.png")
    evaluate.add_argument(
        "--nearest",
        type=int,
        default=0,
        metavar="N",
        help="show N faces of each model beside the real ones nearest to it",
    )
    evaluate.add_argument("--json", action="store_true", help="lines of JSON: sentences on the way, then the numbers")
    evaluate.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override a run's setting")


def eval_command(args: argparse.Namespace) -> int:
    from training.evaluation import compare, evaluate_run
    from training.reports import comparison_table, save_figure, table

    def say(sentence: str) -> None:
        print(
            json.dumps({"say": sentence}) if args.json else sentence,
            file=sys.stdout if args.json else sys.stderr,
            flush=True,
        )

    if args.data is None:
        if len(args.models) > 1 or not args.models[0].is_dir():
            raise UserError("say what to measure against: give --data and a folder of real pictures")
        if args.figure or args.nearest:
            raise UserError("--figure and --nearest go with --data")
        measured = evaluate_run(args.models[0], args.count, args.features, args.resolution, tuple(args.set), say)
        print(json.dumps(measured) if args.json else table(measured))
        return 0
    sheets = args.figure.parent if args.figure else Path()
    compared = compare(args.models, args.data, args.count, args.features, args.resolution, args.nearest, sheets, say)
    if args.figure:
        save_figure(compared, args.figure)
    print(json.dumps(compared) if args.json else comparison_table(compared))
    return 0
