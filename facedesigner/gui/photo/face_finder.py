"""FaceFinder: finds faces in a process of its own, since dlib stops every other thread for a second as it loads."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from facedesigner.gui.work.companion import Companion, answer_each
from facedesigner.gui.work.companion import Stopped as Stopped

if TYPE_CHECKING:
    from facedesigner.engine.found_photo import FoundPhoto


class FaceFinder(Companion):
    def __init__(self) -> None:
        super().__init__(serve, "faces")

    def find(self, path: Path, aligned: bool, stopped: Callable[[], bool]) -> FoundPhoto:
        """Raises what `find_photo` raises, Stopped, or RuntimeError when the process came to an end."""
        found: FoundPhoto = self.ask(
            (path, aligned),
            stopped,
            f"looking for faces in {path.name} ended all of a sudden, maybe for lack of memory: make the picture "
            "smaller, or close other programs, and open it again",
        )
        return found


def serve(pipe: Connection) -> None:
    """What the process does: answers each question until the pipe closes."""
    from facedesigner.engine.found_photo import find_photo
    from facedesigner.engine.photo import new_detector

    detector = cache(new_detector)  # made for the first picture that needs it

    def work(question: tuple[Path, bool]) -> FoundPhoto:
        path, aligned = question
        return find_photo(path, aligned, None if aligned else detector())

    answer_each(pipe, work)
