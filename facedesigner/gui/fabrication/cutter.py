"""Cutter: cuts faces out in a process of its own, since what does the matting stops every other thread as it loads."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from facedesigner.gui.work.companion import Companion, answer_each

if TYPE_CHECKING:
    from facedesigner.contract.request import Image
    from facedesigner.engine.landmarks import Landmarks
    from facedesigner.export.cutout import Cutout

ENDED = "removing the background ended all of a sudden, maybe for lack of memory: close other programs"


class Cutter(Companion):
    def __init__(self) -> None:
        super().__init__(serve, "cut-out")

    def cut(self, picture: Image, marks: Landmarks, stopped: Callable[[], bool]) -> Cutout:
        """Raises what `cut_out` raises, Stopped, or RuntimeError when the process came to an end."""
        cutout: Cutout = self.ask((picture, marks), stopped, ENDED)
        return cutout


def serve(pipe: Connection) -> None:
    """What the process does: answers each question until the pipe closes."""
    from facedesigner.export.cutout import cut_out

    answer_each(pipe, lambda question: cut_out(*question))
