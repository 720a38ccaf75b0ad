"""`embeddings`: who the faces of a model's training data show, to compare generated faces with."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.errors import UserError

if TYPE_CHECKING:
    from training.config import Data


def add(commands: Any) -> None:
    embeddings = commands.add_parser(
        "embeddings", help="embed a model's training data, so that its faces can be certified as unlike them"
    )
    embeddings.set_defaults(command=embeddings_command)
    embeddings.add_argument("data", type=Path, help="a run's folder, its config, or a folder or zip of aligned faces")
    embeddings.add_argument(
        "--out", type=Path, required=True, help="NAME.embeddings.safetensors, beside the model NAME.safetensors"
    )
    embeddings.add_argument("--model", type=Path, help="the model's weights: also calibrated on its own faces")
    embeddings.add_argument("--include", nargs="*", metavar="PATTERN", help='of the data, such as "a/*"')
    embeddings.add_argument("--holdout", type=float, help="share of the data that was left out (default: the run's, 0)")
    embeddings.add_argument("--workers", type=int, help="processes (default: one a core); 0 does it in this one")


def embeddings_command(args: argparse.Namespace) -> int:
    from training.curation.curate import cores
    from training.networks.embeddings import SUFFIX
    from training.tasks.uniqueness.library import make_library
    from training.weights import load_weights

    if not args.out.name.endswith(SUFFIX):
        raise UserError(f"--out is {args.out}; choose a name that ends in {SUFFIX}")
    if args.workers is not None and args.workers < 0:
        raise UserError(f"--workers is {args.workers}; choose 0 or more")
    data, name = data_of(args)
    weights = load_weights(args.model) if args.model else None
    model = weights.name if weights else name or args.out.name.removesuffix(SUFFIX)
    workers = cores() if args.workers is None else args.workers
    found = make_library(data, args.out, model, weights, workers, partial(print, flush=True))  # a window may read along
    print(f"{args.out}: {len(found):,} faces; suggested threshold {found.calibration['threshold']:g}")
    return 0


def data_of(args: argparse.Namespace) -> tuple[Data, str]:
    """What was trained on, and the model's name if a run or config says it. The options go before both."""
    from dataclasses import replace

    from training.config import Data, load_config

    config = args.data / "config.toml" if (args.data / "config.toml").exists() else args.data
    if config.suffix == ".toml":
        run = load_config(config)
        data, name = run.data, run.name
    else:
        data, name = Data(source=str(args.data)), ""
    if args.include is not None:
        data = replace(data, include=tuple(args.include))
    if args.holdout is not None:
        data = replace(data, holdout=args.holdout)
    if not 0 <= data.holdout < 1:
        raise UserError(f"--holdout is {data.holdout}; choose 0 to below 1")
    return data, name
