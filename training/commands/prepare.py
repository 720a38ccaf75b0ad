"""`prepare`: everything that belongs to a generator, from one command."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from training.errors import UserError
from training.preparing.plan import STATES

EPILOG = (
    "The same command goes on where it was stopped, and does again only what was made from something else. "
    "report.html in the folder shows how far it is."
)


def add(commands: Any) -> None:
    prepare = commands.add_parser(
        "prepare",
        help="make everything that belongs to a generator: sliders, age path, encoders, embeddings, card",
        epilog=EPILOG,
    )
    prepare.set_defaults(command=prepare_command)
    prepare.add_argument("generator", type=Path, help="a .safetensors file of `export` or `import`")
    prepare.add_argument(
        "--data", type=Path, help="folder or zip of aligned faces; without it, what needs it is left out"
    )
    prepare.add_argument("--out", type=Path, required=True, help="the folder for the model and all that belongs to it")
    prepare.add_argument(
        "--minutes", type=float, default=0.0, help="about how long it may take (default: as long as it does)"
    )
    prepare.add_argument("--only", nargs="+", default=[], metavar="STAGE", help="these stages alone; `list` names them")
    prepare.add_argument("--name", default="", help="of the model (default: the generator's)")
    prepare.add_argument("--workers", type=int, default=0, help="processes that measure faces (default: one a core)")
    prepare.add_argument("--seed", type=int, default=0, help="of all that is drawn (default: 0)")
    prepare.add_argument(
        "--events",
        action="store_true",
        help="print one JSON line per event; the end of standard input stops it",
    )


def prepare_command(args: argparse.Namespace) -> int:
    from training.commands.run import say, stop_requests
    from training.preparing.plan import STAGES, Wish

    if args.only == ["list"]:
        for stage in STAGES:
            print(f"{stage.name:12} {stage.makes}{', from --data' if stage.data else ''}")
        return 0
    if args.out.exists() and not args.out.is_dir():
        raise UserError(f"--out is {args.out}, which is a file: choose a folder")
    wish = Wish(args.generator, args.out, args.data, args.minutes, tuple(args.only), args.name, args.workers, args.seed)
    from training.preparing.prepare import prepare

    with stop_requests(watch_stdin=args.events) as stop:
        finished = prepare(wish, lambda event: say(json.dumps(event) if args.events else described(event)), stop)
    if not args.events:
        shown = f"{args.out / 'report.html'} shows what was made"
        say(shown if finished else f"{args.out}: stopped; the same command goes on")
    return 0


def described(event: dict[str, Any]) -> str:
    match event["event"]:
        case "plan":
            return f"{len(event['stages'])} stages: {', '.join(title for _, title in event['stages'])}"
        case "stage":
            note = f": {event['note']}" if event["note"] else ""
            if event["state"] == "running":
                note = f", about {max(round(event['left'] / 60), 1)} min left for all"
            return f"== {event['title']}: {STATES[event['state']]}{note}"
        case "say":
            return f"   {event['text']}"
    return "== finished" if event["finished"] else "== stopped"
