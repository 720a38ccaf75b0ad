"""What the engine's thread does to write the face in view."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from facedesigner.state.face import FaceState

if TYPE_CHECKING:
    from facedesigner.engine.face_engine import FaceEngine


def export_job(face: FaceState, model_name: str, path: Path, overwrite: bool) -> Callable[[FaceEngine], Path]:
    """Draws the full picture and writes it; raises with the sentence to show."""

    def job(engine: FaceEngine) -> Path:
        from facedesigner.contract.request import RenderRequest
        from facedesigner.export.png import save_png

        result = engine.render(RenderRequest(face))
        if result.image is None:
            raise RuntimeError(result.error)
        saved: Path = save_png(result.image, path, face, model_name, overwrite=overwrite)
        return saved

    return job
