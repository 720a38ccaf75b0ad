"""What an export will look like, as small as a screen needs it, drawn like the export itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from facedesigner.contract.request import Image
from facedesigner.engine.landmarks import Landmarks
from facedesigner.export.cutout import Cutout
from facedesigner.export.fabrication import KEEP, Options, drawn, planned
from facedesigner.export.touching import touching


@dataclass(frozen=True, eq=False)
class Preview:
    pixels: np.ndarray | None  # (H, W, 3), or 4 with alpha, uint8; None where it cannot be cut out
    warnings: tuple[str, ...] = ()  # what touches the frame
    trouble: str = ""  # why it cannot be cut out, or why nothing can be drawn


class Previewer:
    """Cuts a picture (H, W, 3) out once, whatever is asked for later."""

    def __init__(self, picture: Image, cut_out: Callable[[Image, Landmarks], Cutout]) -> None:
        """`cut_out`: `export.cutout.cut_out`, or what does it elsewhere."""
        self._picture, self._cut_out = picture, cut_out
        self._marks: Landmarks | None = None  # of the cut-out
        self._cutout: Cutout | None = None
        self._trouble = ""

    def knows(self, marks: Landmarks) -> bool:
        """Whether the cut-out is made, or known not to be possible."""
        return self._marks is marks

    def cut(self, marks: Landmarks) -> None:
        """Takes some seconds; after an installation a minute or more."""
        self._cutout, self._trouble = None, ""
        try:
            self._cutout = self._cut_out(self._picture, marks)
        except Exception as error:  # packages that are not installed, a background like the face
            self._trouble = str(error) or type(error).__name__
        self._marks = marks

    def draw(self, options: Options, marks: Landmarks, side: int) -> Preview:
        """`side`: pixels of the longer one. The background is gone if `knows`, and stays otherwise."""
        cutout = self._cutout if self.knows(marks) else None
        try:
            frame, scale = planned(self._picture, options, marks)
        except ValueError as error:  # sizes that cannot be
            return Preview(None, (), str(error))
        size = (self._picture.shape[1], self._picture.shape[0])
        warnings = touching(frame, marks, size, None if cutout is None else cutout.alpha, options.mirror)
        layers = self._picture
        if options.background != KEEP:
            if cutout is None:
                return Preview(None, warnings, self._trouble if self.knows(marks) else "")
            layers = np.dstack([cutout.colour, np.round(cutout.alpha * 255).astype(np.uint8)])
        scale = min(scale, side / max(frame.width, frame.height))
        pixels = drawn(layers, frame, scale, replace(options, bits=8))
        return Preview(np.ascontiguousarray(pixels[:, ::-1] if options.mirror else pixels), warnings)
