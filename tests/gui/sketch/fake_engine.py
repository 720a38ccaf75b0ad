"""FakeSketchEngine: the sketch engine's API on numpy alone, with pictures, delays and errors that a test commands."""

from __future__ import annotations

import threading

import numpy as np

from facedesigner.contract.sketching import SIDE, ColorizeRequest, SketchRequest, SketchResult
from facedesigner.state.face import FaceState

MODEL = "fa4efa4efa4efa4e"


class FakeSketchEngine:
    """Attributes that a test sets, from any thread:

    gate: cleared, it holds up every picture until it is set again.
    error: a message with which pictures fail (as a result).
    crash: an exception that is raised, as no engine should.
    requests: what was asked for, in order.
    """

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.error = ""
        self.crash: Exception | None = None
        self.requests: list[SketchRequest | ColorizeRequest] = []

    def render(self, request: SketchRequest) -> SketchResult:
        self._wait(request)
        if self.error:
            return SketchResult(request, error=self.error)
        ink = float((255 - request.sketch).mean())
        picture = np.full(
            (SIDE, SIDE, 3), (min(255, int(20 * ink)), 60 * request.variant, 255 * request.follow), np.uint8
        )
        return SketchResult(request, picture, FaceState(MODEL, seed=request.variant), 12.0, notice="cut to the face")

    def colorize(self, request: ColorizeRequest) -> SketchResult:
        self._wait(request)
        return SketchResult(request, np.repeat(request.grey[..., None], 3, axis=2), None, 7.0, notice="no shading")

    def _wait(self, request: SketchRequest | ColorizeRequest) -> None:
        self.entered.set()
        self.gate.wait(10)
        self.requests.append(request)
        if self.crash:
            raise self.crash
