"""What the engine's thread does to write the face in view."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from facedesigner.state.face import FaceState

if TYPE_CHECKING:
    from facedesigner.engine.face_engine import FaceEngine
    from facedesigner.export.writing import Sign


def export_job(
    face: FaceState, model_name: str, path: Path, overwrite: bool, key_file: Path | None = None
) -> Callable[[FaceEngine], Path]:
    """Draws the full picture and writes it; raises with the sentence to show. `key_file`: the user's key, to sign
    it."""

    def job(engine: FaceEngine) -> Path:
        from facedesigner.contract.request import RenderRequest
        from facedesigner.export.png import save_png

        result = engine.render(RenderRequest(face))
        if result.image is None:
            raise RuntimeError(result.error)
        sign = signing(key_file) if key_file else None
        saved: Path = save_png(result.image, path, face, model_name, overwrite=overwrite, sign=sign)
        return saved

    return job


def signing(key_file: Path) -> Sign:
    from facedesigner.export.credential_signer import self_made
    from facedesigner.export.credentials import signed
    from facedesigner.export.signing import own_key

    signer = self_made(own_key(key_file), key_file)
    return lambda png, name: signed(png, name, signer)
