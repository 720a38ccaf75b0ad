"""`serve`: one process that keeps torch and the models loaded, and does the other commands of this user at once."""

from __future__ import annotations

import argparse
from typing import Any

from facedesigner.commands.common import CommandError, load_engine, progress


def add(commands: Any) -> None:
    serve = commands.add_parser("serve", help="stay loaded, so that all other commands answer at once")
    serve.set_defaults(command=serve_command)
    serve.add_argument("--idle-minutes", type=float, metavar="N", help="end after so long without a command")
    serve.add_argument("--stop", action="store_true", help="end the server that runs")


def serve_command(args: argparse.Namespace) -> int:
    from facedesigner.gui.places import Places

    path = Places.of_user().socket
    if args.stop:
        return stop(path)
    if args.idle_minutes is not None and not 0 < args.idle_minutes <= 1e5:
        raise CommandError(f"--idle-minutes is {args.idle_minutes:g}; choose a number above 0")
    from facedesigner.serving import shelf
    from facedesigner.serving.server import Server

    server = Server(path, args.run)
    try:
        shelf.open_shelf()
        load_engine(argparse.Namespace(weights=None, device="auto"))
        print(f"serving at {path}; end it with Ctrl+C or `facedesigner serve --stop`", flush=True)
        server.serve(None if args.idle_minutes is None else 60 * args.idle_minutes)
    finally:
        shelf.close_shelf()
        server.close()
        progress("")
    return 0


def stop(path: Any) -> int:
    """CommandError when there is no server."""
    from facedesigner.serving.client import greeted

    lines = greeted(path)
    if lines is None:
        raise CommandError("no server of this version runs")
    lines.send({"stop": True})
    for _ in lines:  # until it hangs up
        pass
    print("the server has ended")
    return 0
