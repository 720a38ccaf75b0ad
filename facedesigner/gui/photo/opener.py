"""Opener: what the photo thread does. It loads its networks when they are first needed and keeps them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facedesigner.gui.photo.face_finder import FaceFinder
from facedesigner.resources import resource
from training.errors import UserError

if TYPE_CHECKING:
    from facedesigner.contract.request import Image, ModelInfo
    from facedesigner.engine.found_photo import FoundPhoto
    from facedesigner.engine.inversion import Progress
    from facedesigner.engine.likeness import Likeness
    from facedesigner.engine.photo import PhotoFace
    from facedesigner.state.face import FaceState

SECONDS = 20.0  # that a refinement takes
EVERY = 1.0  # seconds between pictures of it
CLOSE_UP = 480  # pixels of a preview of the paste
AROUND = 0.15  # of the aligned square's side that the preview shows around it


@dataclass(frozen=True, eq=False)
class Reached:
    """What the model came to for a face of a photo, so far or in the end."""

    face: FaceState
    picture: Image  # (R, R, 3) what it draws
    share: float  # of the time that the refinement takes, 0 to 1


@dataclass(frozen=True, eq=False)
class Pasted:
    """Close-ups of a photo: as it is, with what the sliders changed, and with the whole face. (H, W, 3) each."""

    photo: Image
    change: Image
    whole: Image


class Opener:
    """Every method may raise UserError, ImportError, OSError or MemoryError with the sentence to show."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._finder = FaceFinder()
        self._inverters: dict[str, Any] = {}  # of the model used last
        self._meter: Any = None

    def find(self, path: Path, model: ModelInfo, aligned: bool, stopped: Callable[[], bool]) -> FoundPhoto:
        """The faces of a picture file; `aligned` takes its middle square for one. Complains first of a model that
        cannot take pictures."""
        self._inverter(model)
        return self._finder.find(path, aligned, stopped)

    def invert(
        self, face: PhotoFace, model: ModelInfo, report: Callable[[Reached], None], stop: Callable[[], bool]
    ) -> Reached:
        """Reports the encoder's estimate at once, then the best so far every second, and returns the best."""
        from facedesigner.engine.inversion import invert
        from facedesigner.state.face import FaceState

        weights, encoder, draw = self._inverter(model)
        estimate = invert(weights, encoder, face.picture, seconds=0)
        report(Reached(estimate.face(model.hash), estimate.picture, 0.0))
        if stop():
            return Reached(estimate.face(model.hash), estimate.picture, 1.0)
        last = time.monotonic()

        def progress(now: Progress) -> None:
            nonlocal last
            if now.step and now.share < 1 and time.monotonic() - last >= EVERY:
                report(Reached(FaceState(model.hash, latent=now.latent, psi=1.0), draw(now.latent), now.share))
                last = time.monotonic()

        perceptual = self._measures().perceptual
        found = invert(
            weights, encoder, face.picture, seconds=self._seconds, progress=progress, stop=stop, perceptual=perceptual
        )
        return Reached(found.face(model.hash), found.picture, 1.0)

    def measure(self, face: PhotoFace, picture: Image) -> Likeness:
        """How close the model's picture comes to the photo's face."""
        from facedesigner.engine.likeness import resized_to

        likeness: Likeness = self._measures()(picture, resized_to(face.picture, picture.shape[0]))
        return likeness

    def preview(self, path: Path, face: PhotoFace, edited: Image, before: Image) -> Pasted:
        """What pasting would give, around the face; from a photo of a size that is soon done."""
        from facedesigner.engine.paste import close_up, paste
        from facedesigner.engine.photo import opened

        photo = opened(path)
        results = (photo, paste(photo, face, edited, before), paste(photo, face, edited))
        return Pasted(*(close_up(result, face, AROUND, CLOSE_UP) for result in results))

    def write(self, path: Path, face: PhotoFace, edited: Image, before: Image | None, out: Path) -> Path:
        """Pastes at the photo's full size and writes a PNG; whoever asks has agreed to replace one that is there."""
        from facedesigner.engine.paste import paste, whole_photo
        from facedesigner.export.photo import save_photo

        return save_photo(paste(whole_photo(path), face, edited, before), out, overwrite=True)

    def close(self) -> None:
        self._finder.close()

    def _inverter(self, model: ModelInfo) -> Any:
        """Weights, encoder and what draws a latent."""
        if model.hash not in self._inverters:
            from facedesigner.engine.inversion import Drawer, load_inverter

            weights, encoder = load_inverter(model.path, (model.path.parent, resource("weights")))
            if weights.hash != model.hash:
                raise UserError(f"{model.path.name} has changed since it was loaded: load it again")
            self._inverters = {model.hash: (weights, encoder, Drawer(weights))}
        return self._inverters[model.hash]

    def _measures(self) -> Any:
        if self._meter is None:
            from facedesigner.engine.likeness import Meter

            self._meter = Meter()
        return self._meter


def make_opener() -> Opener:
    """Runs in the photo thread."""
    return Opener()
