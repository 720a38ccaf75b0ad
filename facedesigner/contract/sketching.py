"""What the sketch engine is asked and what it answers: plain data, importable without torch or numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from facedesigner.contract.request import Image
from facedesigner.state.face import FaceState

if TYPE_CHECKING:  # the window starts faster without numpy
    import numpy as np
    import numpy.typing as npt

Grey: TypeAlias = "npt.NDArray[np.uint8]"  # (H, W)
Hints: TypeAlias = "npt.NDArray[np.uint8]"  # (H, W, 4) RGBA; alpha 0: no hint there

SIDE = 256  # pixels of the pictures that come back
VARIANTS = 4  # of a sketch that the canvas shows


@dataclass(frozen=True, eq=False)
class SketchRequest:
    """A drawing that is to become a photo."""

    sketch: Grey  # of any size; 255 is paper, 0 ink
    hints: Hints | None = None  # of any size; stretched over the sketch
    follow: float = 0.7  # 1: the photo follows each line; 0: a believable face that is about the drawing's
    variant: int = 0  # 0: as drawn; others have other colours and textures
    stamp: int = 0  # comes back with the result
    place: bool = False  # a page that is not in place yet: find the drawing on it and bring it to where faces lie


@dataclass(frozen=True, eq=False)
class ColorizeRequest:
    """A grey picture that is to be coloured."""

    grey: Grey  # of any size; 255 is white
    hints: Hints | None = None
    stamp: int = 0


@dataclass(frozen=True, eq=False)
class SketchResult:
    """`image` is None exactly when there is an `error`, which says what is wrong and what to do."""

    request: SketchRequest | ColorizeRequest
    image: Image | None = None  # (SIDE, SIDE, 3); of a ColorizeRequest as large as its picture
    face: FaceState | None = None  # the model's face that comes closest, to continue with; None for a colouring
    milliseconds: float = 0.0
    error: str | None = None
    notice: str = ""  # what was done to the drawing that the user may not expect
    model: str = ""  # name of the generator, where there is a face
