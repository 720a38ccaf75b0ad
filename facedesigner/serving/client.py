"""A command asks the server, if there is one, so that nothing has to be loaded; otherwise it goes on by itself."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from facedesigner import __version__
from facedesigner.serving.protocol import Lines, ServeError

ALONE = "FACEDESIGNER_ALONE"  # in the environment: no server is asked
BY_THEMSELVES = ("serve", "bench")  # commands that no server is asked for
HELP = ("-h", "--help")
PATIENCE = 1.0  # seconds until a server greets


def served(words: Sequence[str], path: Path) -> int | None:
    """Has a command done by the server at `path`, its output on ours. Returns its exit code, or None when it has to be
    done here: there is no server, it is of another version, is busy, or ended meanwhile."""
    if os.environ.get(ALONE) or words[0] in BY_THEMSELVES or any(word in HELP for word in words):
        return None
    lines = greeted(path)
    if lines is None:
        return None
    try:
        lines.send({"id": 1, "argv": list(words), "cwd": str(Path.cwd())})
        return listened(lines)
    except (OSError, ServeError):
        print("facedesigner: the server has ended; the command goes on by itself", file=sys.stderr)
        return None
    finally:
        lines.close()


def greeted(path: Path) -> Lines | None:
    """A connection to a server of this version that is this user's."""
    if not hasattr(socket, "AF_UNIX") or not path.exists():
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(PATIENCE)
    lines = Lines(connection)
    try:
        if path.stat().st_uid == os.getuid():
            connection.connect(str(path))
            hello = next(iter(lines), {})
            if hello.get("facedesigner") == __version__:
                connection.settimeout(None)
                return lines
    except (OSError, ServeError):  # nobody listens there any more
        pass
    lines.close()
    return None


def listened(lines: Lines) -> int | None:
    """The exit code, after all output. ServeError when the server is gone before; None when it is busy."""
    answers = iter(lines)
    cancelled = False
    while True:
        try:
            answer: dict[str, Any] | None = next(answers, None)
        except KeyboardInterrupt:
            if cancelled:
                raise
            cancelled = True
            lines.send({"cancel": 1})
            continue
        if answer is None or "error" in answer:
            raise ServeError(str((answer or {}).get("error", "the server has ended")))
        if answer.get("busy"):
            return None
        if "exit" in answer:
            return int(answer["exit"])
        stream = sys.stdout if answer.get("stream") == "out" else sys.stderr
        stream.write(str(answer.get("text", "")))
        stream.flush()
