"""Handing: makes a package of a picture and writes it; in a thread."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from facedesigner.gui.handover.packer import Packer
from facedesigner.gui.handover.wish import Wish

if TYPE_CHECKING:
    from facedesigner.contract.request import Image
    from facedesigner.export.package import Package
    from facedesigner.gui.work.desk import Job


class Handing:
    def __init__(self, picture: Image) -> None:
        self._picture = picture

    def make(self, wish: Wish, job: Job) -> Package:
        """Reports (share, what is done). Raises `companion.Stopped` when the job was stopped, and errors that say what
        to do, EyesError where no eyes are found."""
        packer = Packer()  # not kept: it has hundreds of megabytes
        try:
            return packer.pack(self._picture, wish, lambda *news: job.report(news), job.stopped)
        finally:
            packer.close()

    def write(self, target: Path, parts: Mapping[str, bytes]) -> list[Path]:
        """All or nothing. ExportError."""
        from facedesigner.export.parts import write_set

        return write_set(target, parts, overwrite=True)
