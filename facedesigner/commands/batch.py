"""`batch`: many different faces of the kind that is asked for. Started again with the same words, it goes on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from facedesigner.commands.common import CommandError, add_engine_options, load_engine, progress, say
from facedesigner.commands.source import interruptible


def add(commands: Any) -> None:
    batch = commands.add_parser("batch", help="many different faces that meet your wishes, with a table")
    batch.set_defaults(command=batch_command)
    batch.add_argument("--count", type=int, required=True, help="how many faces, 1 to 10000")
    batch.add_argument(
        "--constraint",
        action="append",
        default=[],
        metavar="NAME=LOW..HIGH",
        help="age=60..80 in years, glasses=no, gender=female; others in σ of the model's faces, such as smile=1..",
    )
    batch.add_argument(
        "--min-distance",
        type=float,
        default=0.35,
        help="of embeddings, to each other and to the training data (default: 0.35)",
    )
    batch.add_argument("--out-dir", type=Path, required=True, help="a folder of its own; a batch that is there goes on")
    batch.add_argument("--seed", type=int, default=0, help="another seed, other faces (default: 0)")
    batch.add_argument("--psi", type=float, default=0.7, help="truncation, more is more varied (default: 0.7)")
    batch.add_argument(
        "--patience", type=int, default=300, help="how many may be refused in a row before it ends (default: 300)"
    )
    add_engine_options(batch)


def batch_command(args: argparse.Namespace) -> int:
    from facedesigner.state.constraint import Wish, parse

    constraints = tuple(map(parse, args.constraint))
    wish = Wish(args.count, constraints, args.min_distance, args.seed, args.psi, args.patience)
    engine = load_engine(args)
    from facedesigner.engine.batch import REASONS, Search, ranges, ready_tools
    from facedesigner.engine.quality import DEFECTS
    from facedesigner.export.batch_folder import CONTACTS, TABLE, Batch, run_batch

    ranges(engine.info, constraints)  # says what cannot be asked for, before the networks are loaded
    progress("loading what faces are measured with")
    try:
        tools = ready_tools(engine.info)
    except ImportError as error:
        raise CommandError(str(error)) from None
    if tools.note:
        say(tools.note)
    now = Batch()
    shown: int | None = None
    with interruptible() as stop:
        for now in run_batch(Search(engine, wish, tools), wish, args.out_dir, stop.is_set):
            if shown is None and now.tried:
                say(f"going on with {len(now.entries)} faces after {now.tried} tries")
            for entry in now.entries[shown if shown is not None else len(now.entries) :]:
                progress("")
                print(args.out_dir / entry.file, flush=True)
            shown = len(now.entries)
            progress(f"{shown} of {wish.count}, {now.rate:.0%} of {now.tried} tries")
    progress("")
    words = {**REASONS, **DEFECTS, **{one.name: f"{one} missed" for one in constraints}}
    say(f"{len(now.entries)} of {wish.count} faces after {now.tried} tries ({now.rate:.1%} accepted): {args.out_dir}")
    if now.refused:
        say(f"refused: {now.why(words)}")
    say(f"{TABLE} and {CONTACTS} are written")
    if len(now.entries) >= wish.count:
        return 0
    if stop.is_set():
        say("stopped; start it again to go on")
        return 130
    raise CommandError(
        f"the wish is too narrow for this model: the last {now.in_a_row} faces were refused. Widen what refused most, "
        "lower --min-distance, raise --psi, or start it again with more --patience"
    )
