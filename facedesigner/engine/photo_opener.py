"""PhotoOpener: a photo becomes a face of the model, and that face goes back into the photo. Window and commands open
photos with it alone; its networks are loaded when they are first needed, and kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PIL import Image as Pillow

from facedesigner.contract.photos import Pasted, Reached
from facedesigner.contract.request import Image, ModelInfo
from facedesigner.engine.found_photo import FoundPhoto, find_photo
from facedesigner.engine.inversion import Drawer, Progress, invert, load_inverter
from facedesigner.engine.likeness import Likeness, Meter, resized_to
from facedesigner.engine.paste import close_up, paste, whole_photo
from facedesigner.engine.photo import PhotoFace, opened
from facedesigner.resources import resource
from facedesigner.state.face import FaceState
from training.errors import UserError
from training.networks.encoder import Encoder
from training.weights import Weights

SECONDS = 20.0  # that a refinement takes
EVERY = 1.0  # seconds between pictures of it
CLOSE_UP = 480  # pixels of a preview of the paste
AROUND = 0.15  # of the aligned square's side that the preview shows around it


class Finder(Protocol):
    """Finds the faces of a picture file, see `found_photo.find_photo`."""

    def find(self, path: Path, aligned: bool, stopped: Callable[[], bool]) -> FoundPhoto: ...
    def close(self) -> None: ...


class FinderHere:
    """In this process and thread, which holds up all others while dlib loads."""

    def find(self, path: Path, aligned: bool, stopped: Callable[[], bool]) -> FoundPhoto:
        return find_photo(path, aligned, None)

    def close(self) -> None:
        return


class PhotoOpener:
    """Every method may raise UserError, ImportError, OSError or MemoryError with the sentence to show."""

    def __init__(
        self,
        finder: Finder | None = None,
        seconds: float = SECONDS,
        every: float = EVERY,
        encoder: Path | None = None,
    ) -> None:
        """`seconds` of refinement, 0 for the estimate alone, with a report `every` so many; `encoder` in place of the
        one that lies beside a model."""
        self._finder = finder or FinderHere()
        self._seconds, self._every, self._encoder = seconds, every, encoder
        self._inverters: dict[str, tuple[Weights, Encoder, Drawer]] = {}  # of the model used last
        self._meter: Meter | None = None

    def find(
        self, path: Path, model: ModelInfo, aligned: bool, stopped: Callable[[], bool] = lambda: False
    ) -> FoundPhoto:
        """The faces of a picture file; `aligned` takes its middle square for one. Complains first of a model that
        cannot take pictures."""
        self._inverter(model)
        return self._finder.find(path, aligned, stopped)

    def invert(
        self,
        face: PhotoFace,
        model: ModelInfo,
        report: Callable[[Reached], None],
        stop: Callable[[], bool] = lambda: False,
    ) -> Reached:
        """Reports the encoder's estimate at once, then the best so far now and then, and returns the best."""
        weights, encoder, draw = self._inverter(model)
        found = invert(weights, encoder, face.picture, seconds=0)
        estimate = Reached(found.face(model.hash), found.picture, 0.0)
        report(estimate)
        if stop() or self._seconds <= 0:
            return Reached(estimate.face, estimate.picture, 1.0)
        last = time.monotonic()

        def progress(now: Progress) -> None:
            nonlocal last
            if now.step and now.share < 1 and time.monotonic() - last >= self._every:
                face = FaceState(model.hash, latent=now.latent, psi=1.0)
                report(Reached(face, draw(now.latent), now.share, now.step))
                last = time.monotonic()

        found = invert(
            weights,
            encoder,
            face.picture,
            seconds=self._seconds,
            progress=progress,
            stop=stop,
            perceptual=self._measures().perceptual,
        )
        return Reached(found.face(model.hash), found.picture, 1.0, found.steps)

    def measure(self, face: PhotoFace, picture: Image) -> Likeness:
        """How close the model's picture comes to the photo's face."""
        return self._measures()(picture, resized_to(face.picture, picture.shape[0]))

    def preview(self, path: Path, face: PhotoFace, edited: Image, before: Image) -> Pasted:
        """What pasting would give, around the face; from a photo of a size that is soon done."""
        photo = opened(path)
        results = (photo, paste(photo, face, edited, before), paste(photo, face, edited))
        return Pasted(*(close_up(result, face, AROUND, CLOSE_UP) for result in results))

    def paste(self, path: Path, face: PhotoFace, edited: Image, before: Image | None) -> Pillow.Image:
        """The photo at its full size with the face in it; with `before`, only with what was changed since then."""
        photo = whole_photo(path)
        pasted = paste(photo, face, edited, before)
        pasted.info["notes"] = photo.info["notes"]
        return pasted

    def close(self) -> None:
        self._finder.close()

    def _inverter(self, model: ModelInfo) -> tuple[Weights, Encoder, Drawer]:
        """Weights, encoder and what draws a latent."""
        if model.hash not in self._inverters:
            weights, encoder = load_inverter(model.path, (model.path.parent, resource("weights")), self._encoder)
            if weights.hash != model.hash:
                raise UserError(f"{model.path.name} has changed since it was loaded: load it again")
            self._inverters = {model.hash: (weights, encoder, Drawer(weights))}
        return self._inverters[model.hash]

    def _measures(self) -> Meter:
        if self._meter is None:
            self._meter = Meter()
        return self._meter
