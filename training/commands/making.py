"""What commands that train one file share: they make a run, or go on with it, and write the file at its end."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from training.config import RunConfig, preset
from training.errors import UserError


def add_run_options(command: argparse.ArgumentParser, what: str, images: int) -> None:
    """`--out`, `--images`, `--seed` and where the run lies; `what` it learns from, such as "cuts"."""
    command.add_argument("--out", type=Path, required=True, help="the .safetensors file to write when the run is done")
    command.add_argument(
        "--images", type=int, default=images, help=f"how many {what} to learn from (default: {images})"
    )
    command.add_argument("--seed", type=int, default=0, help="of all that is drawn (default: 0)")
    command.add_argument(
        "--folder", type=Path, help="the run folder, which the same command goes on with (default: OUT's name, .run)"
    )
    command.add_argument("--events", action="store_true", help="print one JSON line per event, as `run` does")


def check_amounts(args: argparse.Namespace) -> None:
    """UserError for an amount that cannot be."""
    if args.images < 1:
        raise UserError(f"--images is {args.images}; choose 1 or more")
    if not 0 <= args.holdout < 1:
        raise UserError(f"--holdout is {args.holdout}; choose 0 to below 1")


def placed(path: Path | None) -> str:
    """A path as a run's config holds it: the run may go on from elsewhere. Empty for None."""
    return "" if path is None else str(path.resolve())


def of_args(name: str, args: argparse.Namespace, options: dict[str, Any], source: str, **train: Any) -> RunConfig:
    """The config of that name that comes along, with what the command was told."""
    amounts = {"holdout": args.holdout, "cache": placed(args.cache), "images": args.images, "seed": args.seed}
    return dataclasses.replace(preset(name, options, source, **amounts, **train), name=args.out.stem)


def make(config: RunConfig, args: argparse.Namespace, what: str) -> int:
    """Trains the run and writes OUT when it is done, which then is `what`. UserError when another run lies there."""
    from training.commands.run import say, train_in
    from training.config import run_config
    from training.kinds import trained
    from training.running import give_config

    folder: Path = args.folder or args.out.with_name(args.out.stem + ".run")
    if (folder / "last.pt").exists() and of(run_config(folder)) != of(config):
        raise UserError(f"{folder} is a run of other options: delete it, or choose another --out or --folder")
    former = args.out.with_name(args.out.name + ".pt")
    if former.exists() and not args.events:
        say(f"{former} is of an earlier version of this program, which alone goes on with it: delete it")
    give_config(config, folder)
    if train_in(folder, config, args.events) != "finished":
        say(f"{folder}: stopped and saved; the same command goes on")
        return 0
    args.out.parent.mkdir(parents=True, exist_ok=True)
    trained(config.variant).export(folder, args.out)
    if not args.events:
        say(f"{args.out}: {what}")
    return 0


def of(config: RunConfig) -> RunConfig:
    """What two configs of one run have alike: it may go on for longer, and with another rhythm of its log."""
    train = dataclasses.replace(config.train, images=1, minutes=0.0)
    options = {key: list(value) if isinstance(value, tuple) else value for key, value in config.options.items()}
    return RunConfig(config.variant, "", options, dataclasses.replace(config.data, cache=""), train)
