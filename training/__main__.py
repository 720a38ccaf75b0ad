"""`python -m training COMMAND`: trains generators without the window, on any machine with torch."""

from __future__ import annotations

import argparse
import sys

from training.commands import (
    aging,
    concept,
    convert,
    curate,
    directions,
    embeddings,
    encoder,
    evaluate,
    export,
    look,
    piece,
    prepare,
    run,
    superres,
)
from training.errors import is_users
from training.files import explained
from training.texts import printable

COMMANDS = (
    run,
    piece,
    evaluate,
    export,
    convert,
    look,
    curate,
    directions,
    concept,
    encoder,
    superres,
    embeddings,
    aging,
    prepare,
)


def main(arguments: list[str] | None = None) -> int:
    args = parser().parse_args(arguments)
    try:
        return int(args.command(args))
    except Exception as error:
        if not is_users(error):
            raise
        print(f"training: {printable(explained(error))}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m training", description="Train, evaluate and export generators.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return top


if __name__ == "__main__":
    sys.exit(main())
