"""The `facedesigner` command: the window, or the same actions without one.

Nothing heavy is imported before a command runs, so that help answers at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from facedesigner import __version__
from facedesigner.commands import (
    age,
    batch,
    bench,
    between,
    certify,
    colorize,
    controls,
    edit,
    export,
    generate,
    grid,
    handover,
    inspect,
    invert,
    relief,
    serve,
    sketch,
    upscale,
    verify,
)
from facedesigner.commands.common import CommandError, say
from facedesigner.serving.client import served
from training.errors import is_users
from training.files import explained, special

COMMANDS = {
    "generate": generate,
    "edit": edit,
    "age": age,
    "between": between,
    "grid": grid,
    "controls": controls,
    "inspect": inspect,
    "invert": invert,
    "export": export,
    "handover": handover,
    "batch": batch,
    "upscale": upscale,
    "certify": certify,
    "verify": verify,
    "sketch": sketch,
    "colorize": colorize,
    "relief": relief,
    "serve": serve,
    "bench": bench,
}


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, like all other errors."""

    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{message}; see {self.prog} --help")


def main(arguments: list[str] | None = None) -> int:
    words = sys.argv[1:] if arguments is None else arguments
    if arguments is None and words and words[0] in COMMANDS:
        from facedesigner.gui.places import Places

        if (code := served(words, Places.of_user().socket)) is not None:
            return code
    return run(words)


def run(words: Sequence[str]) -> int:
    """Does a command in this process and returns its exit code."""
    try:
        if not words or (words[0] not in COMMANDS and not words[0].startswith("-")):
            return open_window(words)
        args = parser().parse_args(words)
        check_files(args)
        return int(args.command(args))
    except KeyboardInterrupt:
        say("stopped")
        return 130
    except Exception as error:
        if not is_users(error):
            raise
        say(explained(error))
        return 2


def check_files(args: argparse.Namespace) -> None:
    """CommandError for what is neither a file nor a folder: a pipe would be waited for, a device has no end."""
    for value in vars(args).values():
        for path in value if isinstance(value, list | tuple) else [value]:
            if isinstance(path, Path) and special(path):
                raise CommandError(f"{path} is neither a file nor a folder, but a device or a pipe: choose a file")


def open_window(words: Sequence[str]) -> int:
    """The window, with the picture, project or weights file given as the only word, if any."""
    if len(words) > 1:
        raise CommandError(f"the window opens one file, not {len(words)}; commands are {', '.join(COMMANDS)}")
    path = Path(words[0]) if words else None
    if path is not None and not path.exists():
        raise CommandError(f"{words[0]!r} is neither a file nor a command; commands are {', '.join(COMMANDS)}")
    from facedesigner.gui.window.app import main as run_window

    return run_window(path)


def parser() -> Parser:
    top = Parser(
        prog="facedesigner",
        description="Design faces of people who do not exist. Without a command, or with a file, the window opens.",
        usage="facedesigner [FILE] | facedesigner COMMAND ...",
    )
    top.set_defaults(run=run)  # for the command that has others done
    top.add_argument("--version", action="version", version=f"facedesigner {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND", prog="facedesigner")
    for command in COMMANDS.values():
        command.add(commands)
    return top
