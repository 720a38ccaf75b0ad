"""FakeOpener: the opener's methods without dlib or torch; a test says what it finds and how far it gets."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from facedesigner.contract.photos import Pasted, Reached
from facedesigner.contract.request import Image, ModelInfo
from facedesigner.engine.found_photo import FoundPhoto
from facedesigner.engine.photo import NoFaceError, PhotoError, PhotoFace
from facedesigner.state.face import FaceState, Latent
from tests.gui.fake_engine import LATENT_SHAPE


@dataclass(frozen=True)
class FakeLikeness:
    pixels: float
    perceptual: float | None = None
    identity: float | None = None


def latent(number: int) -> Latent:
    return Latent(*LATENT_SHAPE, np.full(LATENT_SHAPE, number, "<f4").tobytes())


def grey(value: int, side: int = 16) -> Image:
    return np.full((side, side, 3), value, np.uint8)


class FakeOpener:
    """`none` in a photo's name: it has no face; `broken`: no picture; `two`: two faces, the larger on the right;
    `wide`: a note on its colours; `drawing`: it is one, with a face unless it is called `empty` too.

    step: released once for each step that a refinement may take; each reports latent 1, 2, and so on.
    finish: set when a refinement is to end; the last step's latent plus 100 is its best.
    """

    def __init__(self) -> None:
        self.step = threading.Semaphore(0)
        self.finish = threading.Event()
        self.closed = False
        self.error: Exception | None = None  # of every call but `find`
        self.found: list[tuple[str, bool]] = []
        self.pasted: list[tuple[Path, bool]] = []  # photo, and whether only the change

    def find(self, path: Path, model: ModelInfo, aligned: bool, stopped: Callable[[], bool]) -> FoundPhoto:
        self.found.append((path.name, aligned))
        if "broken" in path.name:
            raise PhotoError(f"{path.name} cannot be opened: it is not a picture")
        if "none" in path.name and not aligned:
            raise NoFaceError(f"no face was found in {path.name}")
        boxes = [(60, 10, 90, 40), (5, 10, 25, 30)] if "two" in path.name else [(5, 10, 25, 30)]
        faces = tuple(PhotoFace(grey(50 * n), box, 40) for n, box in enumerate(boxes, 1))
        if "wide" in path.name:
            faces = tuple(replace(face, notes=("its colours were converted from Wide to sRGB",)) for face in faces)
        if "empty" in path.name:
            faces = ()
        return FoundPhoto(path, np.zeros((60, 100, 3), np.uint8), 1.0, faces, "drawing" in path.name)

    def invert(
        self, face: PhotoFace, model: ModelInfo, report: Callable[[Reached], None], stop: Callable[[], bool]
    ) -> Reached:
        self._fail()
        steps = 0
        report(self._reached(model, 0, 0.0))
        while not stop() and not self.finish.is_set():
            if self.step.acquire(timeout=0.005):
                steps += 1
                report(self._reached(model, steps, steps / 10))
        return self._reached(model, steps + 100, 1.0)

    def measure(self, face: PhotoFace, picture: Image) -> FakeLikeness:
        self._fail()
        return FakeLikeness(float(picture[0, 0, 0]) / 1000)

    def preview(self, path: Path, face: PhotoFace, edited: Image, before: Image) -> Pasted:
        self._fail()
        return Pasted(grey(1), grey(2), grey(3))

    def paste(self, path: Path, face: PhotoFace, edited: Image, before: Image | None) -> Pillow.Image:
        self._fail()
        self.pasted.append((path, before is not None))
        return Pillow.fromarray(grey(7))

    def close(self) -> None:
        self.closed = True

    def _fail(self) -> None:
        if self.error:
            raise self.error

    @staticmethod
    def _reached(model: ModelInfo, number: int, share: float) -> Reached:
        return Reached(FaceState(model.hash, latent=latent(number), psi=1.0), grey(number), share)
