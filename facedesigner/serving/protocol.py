"""How a server of commands is spoken to: JSON, a line each, over a socket that is this user's alone. See docs/serve.md.

    server: {"facedesigner": "0.9.0", "process": 4711}
    client: {"id": 1, "argv": ["edit", "face.png", "--set", "smile=2", "--out", "new.png"], "cwd": "/home/me"}
    server: {"id": 1, "stream": "out", "text": "new.png\\n"}
    server: {"id": 1, "exit": 0}

A client may send {"cancel": 1}, or hang up, which is the same. A server that is busy says {"id": 1, "busy": true}.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.errors import UserError

LONGEST = 1 << 20  # bytes of a line
MOST_NAME = 100  # bytes of a socket's path; systems allow 104 or 108
SOL_LOCAL, LOCAL_PEERCRED = 0, 1  # macOS: level and option that tell who is at the other end


class ServeError(UserError):
    """Commands cannot be served; the message says why and what to do."""


class Lines:
    """JSON values over a connection, a line each."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._file = connection.makefile("rb")

    def send(self, value: dict[str, Any]) -> None:
        """OSError when the other end is gone."""
        self._connection.sendall(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogateescape") + b"\n")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Until the other end hangs up. ServeError for what is no line of the protocol."""
        while line := self._line():
            try:
                value = json.loads(line)
            except ValueError:
                raise ServeError("that line is no JSON") from None
            if not isinstance(value, dict):
                raise ServeError("that line is no JSON object")
            yield value

    def _line(self) -> bytes:
        try:
            line = self._file.readline(LONGEST + 1)
        except OSError:  # it hung up
            return b""
        if len(line) > LONGEST:
            raise ServeError(f"that line is longer than {LONGEST} bytes")
        return line if line.endswith(b"\n") else b""

    def close(self) -> None:
        self._file.close()
        self._connection.close()


def private(folder: Path) -> Path:
    """The folder of the socket, made if it is not there. ServeError unless it is this user's alone: whoever could put
    a socket there could take the commands."""
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    found = folder.stat()
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise ServeError(f"{folder} is open to other users: make it yours alone (chmod 700), or remove it")
    return folder


def user_at(connection: socket.socket) -> int | None:
    """The number of the user at the other end; None where the system does not tell."""
    try:
        if hasattr(socket, "SO_PEERCRED"):
            told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            return int(struct.unpack("3i", told)[1])
        told = connection.getsockopt(SOL_LOCAL, LOCAL_PEERCRED, 8)
        return int(struct.unpack("2I", told)[1])
    except (OSError, struct.error):
        return None


def check_supported(path: Path) -> None:
    """ServeError where there are no such sockets, or the path is too long for one."""
    if not hasattr(socket, "AF_UNIX"):
        raise ServeError("commands are served on Linux and macOS: on this system each one starts by itself")
    if len(os.fsencode(path)) > MOST_NAME:
        raise ServeError(f"{path} is too long for a socket: set XDG_RUNTIME_DIR to a shorter folder")
