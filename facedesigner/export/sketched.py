"""The photo of a drawing, or a grey picture in colours, as a PNG that says what it is."""

from __future__ import annotations

from pathlib import Path

from PIL import Image as Pillow

from facedesigner.contract.sketching import SketchRequest, SketchResult
from facedesigner.export.photo import save_photo
from facedesigner.export.png import save_png
from facedesigner.export.writing import Sign
from facedesigner.state.recipe import COMPOSITE, GENERATED


def save_sketched(result: SketchResult, path: Path, *, overwrite: bool = False, sign: Sign | None = None) -> Path:
    """Writes a result that has a picture, marked as generated, or as a photo with generated colours; with the recipe of
    its face where that draws what the picture shows: where it does not follow the drawing. ExportError as
    `save_png`."""
    assert result.image is not None
    request, mark = result.request, COMPOSITE
    if isinstance(request, SketchRequest):
        if result.face is not None and not request.follow:
            return save_png(result.image, path, result.face, result.model, overwrite=overwrite, sign=sign)
        mark = GENERATED
    return save_photo(Pillow.fromarray(result.image), path, mark=mark, overwrite=overwrite, sign=sign)
