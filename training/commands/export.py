"""`export`: a run's generator, or the network of a task, as a weights file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    export = commands.add_parser("export", help="write a run's averaged generator as a weights file")
    export.set_defaults(command=export_command)
    export.add_argument("folder", type=Path, help="the run folder")
    export.add_argument("--out", type=Path, required=True, help="the .safetensors file to write")
    export.add_argument(
        "--companion",
        action="store_true",
        help="write generator and discriminator in its place, for train.warm_start: NAME.training.safetensors",
    )


def export_command(args: argparse.Namespace) -> int:
    if args.companion:
        from training.export import save_companion

        images = save_companion(args.folder, args.out)
        print(f"{args.out}: generator and discriminator after {images:,} pictures, {megabytes(args.out)}")
        return 0
    from training.config import run_config
    from training.kinds import trained
    from training.tasks import TASKS

    if (task := run_config(args.folder).variant) in TASKS:
        trained(task).export(args.folder, args.out)
        print(f"{args.out}: {task}, {megabytes(args.out)}")
        return 0
    from training.export import export

    weights = export(args.folder, args.out)
    print(f"{args.out}: {weights.name}, {megabytes(args.out)}, {len(weights.movements)} sliders")
    return 0


def megabytes(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.1f} MB"
