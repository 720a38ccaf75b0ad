"""FaceFinder: finds faces in a process of its own, since dlib stops every other thread for a second as it loads."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facedesigner.engine.found_photo import FoundPhoto

LOOK = 0.1  # seconds between questions whether to stop


class Stopped(Exception):  # noqa: N818 nothing went wrong
    """The search was given up."""


class FaceFinder:
    """The process starts with the first search and lives on, so that the next one is quick; it ends with ours."""

    def __init__(self) -> None:
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def find(self, path: Path, aligned: bool, stopped: Callable[[], bool]) -> FoundPhoto:
        """Raises what `find_photo` raises, Stopped, or RuntimeError when the process came to an end."""
        pipe = self._pipe or self._start()
        try:
            pipe.send((path, aligned))
            while not pipe.poll(LOOK):
                if stopped():
                    raise Stopped
            answer: FoundPhoto | Exception = pipe.recv()
        except Stopped:
            self.close()
            raise
        except (EOFError, OSError):
            self.close()
            raise RuntimeError(
                f"looking for faces in {path.name} ended all of a sudden, maybe for lack of memory: make the picture "
                "smaller, or close other programs, and open it again"
            ) from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.join()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs,), daemon=True, name="faces")
        process.start()
        theirs.close()
        self._pipe, self._process = ours, process
        return ours


def serve(pipe: Connection) -> None:
    """What the process does: answers each question until the pipe closes."""
    from facedesigner.engine.found_photo import find_photo
    from facedesigner.engine.photo import new_detector

    detector = None
    while True:
        try:
            path, aligned = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            if detector is None and not aligned:
                detector = new_detector()
            pipe.send(find_photo(path, aligned, detector))
        except Exception as error:  # its sentence is for the user
            pipe.send(error)
