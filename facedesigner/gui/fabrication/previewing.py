"""Previewing: draws what an export will look like and measures what touches the frame; in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from facedesigner.gui.fabrication.cutter import Cutter

if TYPE_CHECKING:
    from facedesigner.contract.request import Image
    from facedesigner.engine.landmarks import Landmarks
    from facedesigner.export.fabrication import Options
    from facedesigner.export.preview import Preview
    from facedesigner.gui.work.desk import Job


@dataclass(frozen=True, eq=False)
class Wish:
    options: Options
    landmarks: Landmarks
    side: int  # pixels of the longer one


class Previewing:
    """The cut-out is made once for each set of landmarks, also where the background stays: what touches the frame is
    seen by it."""

    def __init__(self, picture: Image) -> None:
        from facedesigner.export.preview import Previewer

        self._job: Job | None = None
        self._cutter = Cutter()
        self._previewer = Previewer(picture, lambda seen, marks: self._cutter.cut(seen, marks, self._stopped))

    def draw(self, wish: Wish, job: Job) -> Preview:
        """Reports a preview without the cut-out where that takes a while."""
        if not self._previewer.knows(wish.landmarks):
            job.report(self._previewer.draw(wish.options, wish.landmarks, wish.side))
            self._job = job
            self._previewer.cut(wish.landmarks)
        return self._previewer.draw(wish.options, wish.landmarks, wish.side)

    def close(self) -> None:
        self._cutter.close()

    def _stopped(self) -> bool:
        return self._job is not None and self._job.stopped()
