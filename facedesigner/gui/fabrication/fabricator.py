"""Fabricator: finds the eyes in a picture and writes files of it; in a thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from facedesigner.gui.fabrication.order import PNG, Order

if TYPE_CHECKING:
    from facedesigner.contract.request import Image
    from facedesigner.export.fabrication import Find
    from facedesigner.gui.work.desk import Job


class Fabricator:
    def __init__(self, picture: Image) -> None:
        self._picture = picture
        self._find: Find | None = None

    def look(self) -> Any:
        """Landmarks, or None. ImportError says what to install; clicks then take the place."""
        from facedesigner.engine.landmarks import LandmarkFinder

        self._find = LandmarkFinder()
        return self._find(self._picture)

    def write(self, order: Order, job: Job) -> tuple[list[Path], tuple[str, ...]]:
        """The file, and what the user should know. Reports (share, what is done). None when the job was stopped:
        `export.fabrication.Stopped`. ExportError and others say what to do."""
        from facedesigner.export.fabrication import Stopped, fabricate
        from facedesigner.export.layout import Layout
        from facedesigner.export.parts import png_of, sheet_of
        from facedesigner.export.writing import write_file

        def say(share: float, what: str) -> None:
            if job.stopped():
                raise Stopped
            job.report((share, what))

        made = fabricate(self._picture, order.options, self._find, order.pointed, say, job.stopped)
        say(1.0, "Writing")
        content = (
            png_of(made, order.face, order.model)
            if order.kind == PNG
            else sheet_of(made, Layout(order.page), order.stem, order.face, order.model)
        )
        return [write_file(order.path, content, overwrite=True)], (*made.notes, *made.warnings)
