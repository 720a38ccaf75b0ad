"""`list` and `survey`: what there is to train, and to train on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    listing = commands.add_parser("list", help="the variants and tasks, and their options")
    listing.set_defaults(command=list_command)
    listing.add_argument("--json", action="store_true", help="as one line of JSON, for forms")

    look = commands.add_parser(
        "survey", help="count, sizes and labels of a folder or zip of pictures, as lines of JSON"
    )
    look.set_defaults(command=survey_command)
    look.add_argument("source", type=Path, help="the folder or zip")
    look.add_argument("--include", action="append", default=[], metavar="PATTERN", help="take only these names")


def list_command(args: argparse.Namespace) -> int:
    import dataclasses
    import json

    from training.kinds import described, kinds
    from training.options import fields_of

    found = {name: described(name) for name in kinds()}
    about = {name: (module.__doc__ or "").partition("\n\n")[0].replace("\n", " ") for name, module in found.items()}
    options = {name: fields_of(module.Options) for name, module in found.items()}
    if args.json:
        plain = {n: {"about": about[n], "options": [dataclasses.asdict(f) for f in options[n]]} for n in found}
        print(json.dumps(plain))
        return 0
    for name in found:
        print(f"{name}: {about[name]}")
        for field in options[name]:
            print(f"    {field.name} = {field.default!r}: {field.help}")
    return 0


def survey_command(args: argparse.Namespace) -> int:
    import json

    from training.survey import survey

    for part in survey(args.source, tuple(args.include)):
        print(json.dumps(part), flush=True)
    return 0
