"""`curate`: a folder of pictures -> a clean data set of aligned faces, and a report."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.errors import UserError

if TYPE_CHECKING:
    from training.curation.contract import Event


def add(commands: Any) -> None:
    from training.curation.contract import Options
    from training.options import fields_of

    curate = commands.add_parser("curate", help="find, align, check and label the faces in a folder of pictures")
    curate.set_defaults(command=curate_command)
    curate.add_argument("source", type=Path, metavar="IN", help="the folder or zip of pictures; it is only read")
    curate.add_argument("out", type=Path, metavar="OUT", help="the data set's folder; goes on if it holds one")
    names: dict[str, Any] = {"action": "extend", "nargs": "+", "default": [], "metavar": "NAME"}
    curate.add_argument("--accept", **names, help="take these faces or pictures back, now and in later runs")
    curate.add_argument("--reject", **names, help="throw these faces or pictures out, now and in later runs")
    curate.add_argument("--workers", type=int, help="processes; 0 does it in this one (default: one a core)")
    curate.add_argument(
        "--events", action="store_true", help="print one JSON line per event; the end of standard input stops"
    )
    for field in fields_of(Options):
        unit = f" {field.unit}" if field.unit else ""
        curate.add_argument(
            f"--{field.name.replace('_', '-')}",
            dest=f"option_{field.name}",
            metavar="|".join(field.choices) or "N",
            help=f"{field.help} (default: {field.text(field.default)}{unit})".replace("%", "%%"),
        )


def curate_command(args: argparse.Namespace) -> int:
    from training.commands.run import POLITENESS, say, stop_requests
    from training.curation.contract import Options, encode
    from training.curation.curate import curate
    from training.options import fields_of

    if args.events and hasattr(os, "nice"):
        os.nice(POLITENESS)
    if args.workers is not None and args.workers < 0:
        raise UserError(f"--workers is {args.workers}; choose 0 or more")
    texts = {field: getattr(args, f"option_{field.name}") for field in fields_of(Options)}
    given = {field.name: field.parse(text) for field, text in texts.items() if text is not None}
    overrules = {"accept": args.accept, "reject": args.reject}
    with stop_requests(watch_stdin=args.events) as stop:
        for event in curate(args.source, args.out, given, workers=args.workers, stop=stop, **overrules):
            say(encode(event) if args.events else describe(event))
    return 0


def describe(event: Event) -> str:
    from training.curation.contract import Finished, Progress

    match event:
        case Progress():
            minutes, seconds = divmod(round(event.seconds_left), 60)
            speed = f"{event.pictures_per_second:5.1f}/s"
            return f"{event.done:>9,} of {event.total:,} pictures {speed}  {minutes}:{seconds:02} left"
        case Finished():
            reasons = "".join(f"\n  {number:>7,} {reason}" for reason, number in event.rejected.items())
            word = "stopped; the same command goes on" if event.stopped else f"report: {event.out}/report.html"
            found = f"{event.pictures:,} pictures, {event.faces:,} faces found in them"
            kept = f"{event.kept + event.mended:,} kept, {event.mended:,} of them mended"
            return f"{found}: {kept}; rejected:{reasons or ' none'}\n{word}"
    notes = "".join(f"\n  {note}" for note in event.notes)
    return f"{event.out}: {event.total:,} pictures, {event.done:,} known already, {event.workers} processes{notes}"
