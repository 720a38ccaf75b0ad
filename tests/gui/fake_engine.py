"""FakeEngine: the engine's API on numpy alone, with pictures, delays and errors that a test commands."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from facedesigner.contract.request import Control, Image, Lesson, ModelInfo, RenderRequest, RenderResult
from facedesigner.engine.dragging import Place, Pulled
from facedesigner.state.face import FaceState, Latent
from training.errors import WeightsError

RESOLUTION = 64
LATENT_SHAPE = (6, 8)
HASH = "fa4efa4efa4efa4e"

CONTROLS = tuple(
    Control(
        name=f"pc{index:02d}",
        label=label,
        group="Directions",
        minimum=-4.0,
        maximum=4.0,
        ranges=("coarse", "middle", "fine"),
        description=f"Principal direction {index} of the style space.",
    )
    for index, label in enumerate(("Turn", "Hair", "Light", "Smile", "Age", "Background"), start=1)
)


def fake_info(path: Path = Path("fake.safetensors"), hash: str = HASH, **changes: object) -> ModelInfo:
    info = ModelInfo(
        hash=hash,
        name=path.stem,
        variant="style",
        path=path,
        resolution=RESOLUTION,
        resolutions=(16, 32, RESOLUTION),
        latent_shape=LATENT_SHAPE,
        controls=CONTROLS,
        has_noise=True,
        card={"data": "gradients", "terms": "for tests", "metrics": "none", "images": "0"},
    )
    return replace(info, **changes)  # type: ignore[arg-type]


def fake_picture(face: FaceState, resolution: int = RESOLUTION) -> Image:
    """A gradient that differs for every face and is the same each time: (resolution, resolution, 3)."""
    key = zlib.crc32(repr((face.seed, face.latent, face.psi, face.noise_seed, face.patches)).encode())
    ramp = np.linspace(0, 1, resolution, dtype=np.float32)
    tint = np.array([key & 0xFF, key >> 8 & 0xFF, key >> 16 & 0xFF], np.float32)
    shift = 20 * sum(value for _, value in face.controls)
    picture = tint * (0.35 + 0.65 * ramp[:, None, None]) + 60 * ramp[None, :, None] + shift
    image: Image = np.clip(picture, 0, 255).astype(np.uint8)
    return image


class FakeDragger:
    """Goes a hundredth of the picture in a step; the face becomes one with the place as its latent."""

    def __init__(self, engine: FakeEngine, face: FaceState, handle: Place) -> None:
        self.engine, self.face, self.place = engine, face, np.array(handle)

    def pull(self, target: Place, steps: int) -> Pulled:
        self.engine._check_call()
        gap = np.array(target) - self.place
        length = float(np.hypot(*gap))
        self.place = self.place + gap * min(1.0, 0.01 * steps / max(length, 1e-9))
        latent = np.full(LATENT_SHAPE, self.place.sum(), np.float32)
        face = replace(self.face, seed=None, latent=Latent(*LATENT_SHAPE, latent.astype("<f4").tobytes()))
        return Pulled(face, (float(self.place[0]), float(self.place[1])), length <= 0.01 * steps)


class FakeEngine:
    """Attributes that a test sets, from any thread:

    gate: cleared, it holds up every render until it is set again.
    entered: set whenever a render has begun.
    render_error, call_error: a message with which renders (as a result) or calls (as an exception) fail.
    crash: an exception that `render` raises, as no engine should.
    requests: what was rendered, in order.
    """

    def __init__(self, device: str = "auto") -> None:
        self.device = "cpu"
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.render_error = ""
        self.call_error = ""
        self.crash: Exception | None = None
        self.requests: list[RenderRequest] = []
        self.threads: set[int] = set()
        self._info: ModelInfo | None = None

    @property
    def info(self) -> ModelInfo:
        if self._info is None:
            raise RuntimeError("no weights are loaded")
        return self._info

    def load(self, path: Path) -> ModelInfo:
        """A name that holds "broken" fails; each other name is another model, `fake` the one with HASH."""
        self.threads.add(threading.get_ident())
        if "broken" in path.name:
            raise WeightsError(f"{path.name} is cut short. Download it again or choose another file.")
        hash = HASH if path.stem == "fake" else f"{zlib.crc32(path.stem.encode()):016x}"
        self._info = fake_info(path, hash)
        return self._info

    def use_device(self, name: str) -> str:
        if name not in self.devices():
            raise ValueError(f"There is no device {name!r} here; choose one of {', '.join(self.devices())}.")
        self.device = "cpu" if name == "auto" else name
        return self.device

    @staticmethod
    def devices() -> tuple[str, ...]:
        return ("auto", "cpu", "fake")

    def render(self, request: RenderRequest) -> RenderResult:
        self.entered.set()
        self.gate.wait(10)
        self.requests.append(request)
        if self.crash:
            raise self.crash
        if self.render_error:
            return RenderResult(request, None, 1.0, error=self.render_error)
        return RenderResult(request, fake_picture(request.face, request.resolution or RESOLUTION), 4.0)

    def latent(self, face: FaceState) -> Latent:
        self._check_call()
        if face.latent is not None:
            return face.latent
        values = np.random.default_rng(face.seed).standard_normal(LATENT_SHAPE, np.float32)
        return Latent(*LATENT_SHAPE, values.astype("<f4").tobytes())

    def breed(self, parents: Sequence[FaceState], count: int, seed: int) -> list[FaceState]:
        rows = [np.frombuffer(self.latent(parent).data, "<f4").reshape(LATENT_SHAPE) for parent in parents]
        random = np.random.default_rng(seed)
        children = []
        for _ in range(count):
            pick = random.integers(len(rows), size=LATENT_SHAPE[0])
            mixed = np.stack([rows[parent][layer] for layer, parent in enumerate(pick)])
            children.append(parents[0].with_latent(Latent(*LATENT_SHAPE, mixed.tobytes())))
        return children

    def drag(self, face: FaceState, handle: Place) -> FakeDragger:
        self._check_call()
        return FakeDragger(self, face, handle)

    def vary(self, face: FaceState, count: int, seed: int, amount: float = 0.35) -> list[FaceState]:
        base = np.frombuffer(self.latent(face).data, "<f4").reshape(LATENT_SHAPE)
        random = np.random.default_rng(seed)
        noise = amount * random.standard_normal((count, *LATENT_SHAPE), np.float32)
        return [face.with_latent(Latent(*LATENT_SHAPE, (base + one).astype("<f4").tobytes())) for one in noise]

    def combine(self, terms: Sequence[tuple[float, Sequence[FaceState]]]) -> FaceState:
        total = sum(weight * self._mean(faces) for weight, faces in terms)
        latent = Latent(*LATENT_SHAPE, np.asarray(total, "<f4").tobytes())
        return FaceState(self.info.hash, latent=latent, psi=terms[0][1][0].psi)

    def between(self, faces: Sequence[FaceState], places: Sequence[float], round_about: bool = True) -> list[FaceState]:
        self._check_call()
        return [
            faces[int(place) % len(faces)] if place == int(place) else replace(faces[0], seed=round(place * 1000))
            for place in places
        ]

    def mix(self, face: FaceState, other: FaceState, layers: str) -> FaceState:
        self._check_call()
        first, last = {"coarse": (0, 2), "middle": (2, 4), "fine": (4, 6)}[layers]
        rows, others = (
            np.frombuffer(self.latent(one).data, "<f4").reshape(LATENT_SHAPE).copy() for one in (face, other)
        )
        rows[first:last] = others[first:last]
        return face.with_controls({}).with_latent(Latent(*LATENT_SHAPE, rows.tobytes()))

    def teach(self, with_it: Sequence[FaceState], without: Sequence[FaceState]) -> Lesson:
        vector = (self._mean(with_it) - self._mean(without)).mean(0)
        total = len(with_it) + len(without)
        return Lesson(Latent(1, LATENT_SHAPE[1], vector.astype("<f4").tobytes()), total - 1, total)

    def _mean(self, faces: Sequence[FaceState]) -> npt.NDArray[np.float32]:
        rows = [np.frombuffer(self.latent(face).data, "<f4").reshape(LATENT_SHAPE) for face in faces]
        mean: npt.NDArray[np.float32] = np.stack(rows).mean(0)
        return mean

    def _check_call(self) -> None:
        if self.call_error:
            raise RuntimeError(self.call_error)
