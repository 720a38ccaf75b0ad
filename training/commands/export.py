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


def export_command(args: argparse.Namespace) -> int:
    from training.loop import run_config
    from training.tasks import TRANSLATIONS

    if (task := run_config(args.folder).variant) in TRANSLATIONS:
        from training.tasks.translating import export as export_task

        export_task(args.folder, args.out)
        print(f"{args.out}: {task}, {args.out.stat().st_size / 1e6:.1f} MB")
        return 0
    from training.export import export

    weights = export(args.folder, args.out)
    print(f"{args.out}: {weights.name}, {args.out.stat().st_size / 1e6:.1f} MB, {len(weights.directions)} directions")
    return 0
