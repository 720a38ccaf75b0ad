"""Server: does commands for this user's other processes, one at a time, with torch and the models loaded.

Connections are read in threads. Commands run in the thread that serves, which is the main one, so that Ctrl+C and a
client that hangs up stop them in the same way.
"""

from __future__ import annotations

import contextlib
import io
import os
import queue
import signal
import socket
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from facedesigner import __version__
from facedesigner.serving.protocol import Lines, ServeError, check_supported, private, user_at
from training.locking import Lock, LockedError, beside

Run = Callable[[Sequence[str]], int]
STOPPED = 130  # exit code of what was stopped, as shells have it


@dataclass(eq=False)
class Request:
    lines: Lines
    number: int
    argv: list[str]
    cwd: str
    over: bool = field(default=False)  # nobody waits for it any more

    def send(self, **values: Any) -> None:
        with contextlib.suppress(OSError):  # who hung up is not told
            self.lines.send({"id": self.number, **values})


class Stream(io.TextIOBase):
    """Standard output or error of a command, sent as it is written."""

    def __init__(self, request: Request, name: str) -> None:
        self._request, self._name = request, name

    def write(self, text: str) -> int:
        if text:
            self._request.send(stream=self._name, text=text)
        return len(text)

    def writable(self) -> bool:
        return True


class Server:
    """`run` does one command and returns its exit code."""

    def __init__(self, path: Path, run: Run) -> None:
        """Listens at `path`. ServeError when another server does, or the system has no such sockets."""
        check_supported(path)
        private(path.parent)
        self.path, self._run = path, run
        self._lock = Lock(beside(path), "a server runs already", "use it, or end it with `facedesigner serve --stop`")
        try:
            self._lock.take()
        except LockedError as error:
            raise ServeError(str(error)) from None
        path.unlink(missing_ok=True)  # of a server that was killed
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        path.chmod(0o600)
        self._socket.listen()
        self._waiting: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._running: Request | None = None  # under way or about to be
        self._interrupted = False  # by a client, not by the user of the server
        self._thread = threading.main_thread().ident or 0
        threading.Thread(target=self._accept, daemon=True).start()

    def serve(self, idle: float | None = None) -> None:
        """Until `end`, a client's wish to stop, or `idle` seconds without a command."""
        while self._served_one(idle):
            pass

    def end(self) -> None:
        self._waiting.put(None)

    def close(self) -> None:
        self.path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._lock.give_back()

    # -- in the thread that serves

    def _served_one(self, idle: float | None) -> bool:
        """False when it is to end."""
        try:
            request = self._waiting.get(timeout=idle)
            if request is None:
                return False
            answer = {"exit": STOPPED}
            try:
                answer = self._done(request)
            finally:
                with self._guard:
                    self._running, self._interrupted = None, False
                request.send(**answer)  # after it, the client may ask for more
        except queue.Empty:
            return False
        except KeyboardInterrupt:  # a client hung up as its command ended
            if not self._interrupted:
                raise
            self._interrupted = False
        return True

    def _done(self, request: Request) -> dict[str, Any]:
        """Does it, and returns what to answer."""
        if request.over:
            return {"exit": STOPPED}
        before = Path.cwd()
        try:
            os.chdir(request.cwd)
        except OSError as error:
            return {"error": f"cwd {request.cwd} cannot be used: {error.strerror or error}"}
        out, err = Stream(request, "out"), Stream(request, "err")
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                return {"exit": self._code(request)}
        finally:
            os.chdir(before)

    def _code(self, request: Request) -> int:
        try:
            return self._run(request.argv)
        except KeyboardInterrupt:
            return STOPPED
        except SystemExit as left:
            return left.code if isinstance(left.code, int) else 1
        except BaseException:  # a mistake of the program: it is told, and the server lives on
            traceback.print_exc()
            return 1

    # -- in threads that read

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection: socket.socket) -> None:
        lines = Lines(connection)
        mine: list[Request] = []
        try:
            user = user_at(connection)
            if user not in (None, os.getuid()):
                lines.send({"error": "this server does the commands of another user"})
                return
            lines.send({"facedesigner": __version__, "process": os.getpid()})
            for value in lines:
                self._take(value, lines, mine)
        except ServeError as error:
            with contextlib.suppress(OSError):
                lines.send({"error": str(error)})
        except OSError:  # it hung up
            pass
        finally:
            for request in mine:
                self._give_up(request)
            lines.close()

    def _take(self, value: dict[str, Any], lines: Lines, mine: list[Request]) -> None:
        if value.get("stop") is True:
            self.end()
        elif "cancel" in value:
            for request in mine:
                if request.number == value["cancel"]:
                    self._give_up(request)
        else:
            request = request_of(value, lines)
            with self._guard:
                busy = self._running is not None
                if not busy:
                    self._running = request
            if busy:
                request.send(busy=True)
                return
            mine.append(request)
            self._waiting.put(request)

    def _give_up(self, request: Request) -> None:
        with self._guard:
            if request.over or self._running is not request:
                return
            request.over = True
            self._interrupted = True
        signal.pthread_kill(self._thread, signal.SIGINT)


def request_of(value: dict[str, Any], lines: Lines) -> Request:
    """ServeError unless it has all that a request has."""
    argv, cwd, number = value.get("argv"), value.get("cwd"), value.get("id")
    if not isinstance(number, int) or not isinstance(cwd, str) or not isinstance(argv, list) or not argv:
        raise ServeError('a request is {"id": NUMBER, "argv": [WORD, ...], "cwd": FOLDER}')
    if not all(isinstance(word, str) for word in argv):
        raise ServeError("the words of a command are texts")
    if argv[0] == "serve":
        raise ServeError("a server does not serve another one")
    return Request(lines, number, argv, cwd)
