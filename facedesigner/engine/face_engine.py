"""FaceEngine: weights in, faces out. Usable without Qt; used by the window's render thread and the command line."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from facedesigner.contract.request import Image, Lesson, ModelInfo, RenderRequest, RenderResult
from facedesigner.engine import arithmetic, breeding, teaching
from facedesigner.engine.between import spherical
from facedesigner.engine.controls import LatentEditor, declared_controls, noise_of
from facedesigner.engine.dragging import DIRECTIONS, Dragger, Place
from facedesigner.engine.known_models import KnownModels
from facedesigner.engine.packing import pack, unpack
from facedesigner.engine.soft_mask import SoftMask
from facedesigner.state.face import MOST_PATCHES, FaceState, Latent
from facedesigner.state.mask import Mask
from facedesigner.state.sliders import check_examples
from training.compute import pick_device
from training.errors import UserError
from training.movements import AgePath
from training.sampling import latents_of, to_bytes
from training.weights import Weights, load_weights

log = logging.getLogger(__name__)

LEAST_PSI = 0.05  # truncation under this is not undone: it leaves too little of a latent
KEPT_MASKS = 2 * MOST_PATCHES
POPULATION = 1000  # faces that tell how far the model's latents spread


class FaceEngine:
    """Draws the faces of one loaded generator, one at a time: a batch would round differently, and the same face must
    give the same picture wherever it is drawn."""

    def __init__(self, device: str = "auto", known: Path | None = None) -> None:
        """`known`: the file that remembers which network goes by which hash, see `KnownModels`."""
        # The number of threads changes the rounding, hence the picture, from one machine to the next. More of them gain
        # little on networks this small, and wait for each other for seconds when another program keeps the cores busy.
        torch.set_num_threads(1)
        self._device = pick_device(device)
        self._known = KnownModels(known)
        self._weights: Weights | None = None
        self._info: ModelInfo | None = None

    @property
    def device(self) -> str:
        return str(self._device)

    @property
    def info(self) -> ModelInfo:
        if self._info is None:
            raise RuntimeError("no weights are loaded yet")
        return self._info

    @staticmethod
    def devices() -> tuple[str, ...]:
        found = ["auto", "cpu"]
        found += [f"cuda:{i}" for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
        found += ["mps"] if torch.backends.mps.is_available() else []
        return tuple(found)

    def load(self, path: Path) -> ModelInfo:
        """Loads a weights file. Raises WeightsError naming what is wrong with it; the former model then stays."""
        weights = load_weights(path)
        self._known.check(weights, path.name)
        self._place(weights, self._device)
        generator = weights.generator
        self._info = ModelInfo(
            hash=weights.hash,
            name=weights.name,
            variant=weights.variant,
            path=path,
            resolution=generator.resolution,
            resolutions=generator.resolutions,
            latent_shape=generator.latent_shape,
            controls=declared_controls(weights),
            has_noise=bool(generator.noise_shapes),
            card=weights.card,
            measures=weights.measures,
            ages=next(((path.low, path.high) for path in weights.of(AgePath)), None),
        )
        return self._info

    def use_device(self, name: str) -> str:
        """Moves the model; returns the device now in use. UserError for one that is not there."""
        device = pick_device(name)
        if self._weights is not None:
            self._place(self._weights, device)
        self._device = device
        return self.device

    def _place(self, weights: Weights, device: torch.device) -> None:
        weights.generator.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.editor = LatentEditor(weights, device)
        self._noise: tuple[int, list[Tensor]] | None = None
        self._spread: teaching.Array | None = None
        self._axes: Tensor | None = None  # that a dragged face moves along
        self._softened: dict[Mask, SoftMask] = {}  # the last used last
        self._weights = weights

    @torch.inference_mode()
    def render(self, request: RenderRequest) -> RenderResult:
        """Draws one face; errors travel in the result. When the GPU's memory runs out, the CPU takes over."""
        began = time.perf_counter()
        notice = error = image = None
        try:
            try:
                image = self._draw(request)
            except torch.OutOfMemoryError:
                notice = f"{self.device} ran out of memory: the faces are drawn on the CPU now, more slowly"
                log.warning(notice)
                self.use_device("cpu")
                image = self._draw(request)
        except (ValueError, RuntimeError, MemoryError) as problem:
            error = str(problem) or type(problem).__name__
        return RenderResult(request, image, (time.perf_counter() - began) * 1000, error, notice)

    def _draw(self, request: RenderRequest) -> Image:
        generator, face = self._loaded().generator, request.face
        noise = self._noise_of(face.noise_seed) if generator.noise_shapes else None
        parts = [face, *(face.inside(patch.mask) for patch in face.patches)]
        drawn = [(self.moved_latent(part)[None], noise) for part in parts]
        picture = generator.blend(drawn, [self._soft(patch.mask) for patch in face.patches], request.resolution)
        if not bool(torch.isfinite(picture).all()):
            raise UserError("its sliders lead to where the model draws nothing: set them nearer to 0")
        array: Image = np.ascontiguousarray(to_bytes(picture)[0].permute(1, 2, 0).cpu().numpy())
        return array

    def _loaded(self) -> Weights:
        if self._weights is None:
            raise RuntimeError("no weights are loaded yet")
        return self._weights

    def _noise_of(self, seed: int) -> list[Tensor]:
        if self._noise is None or self._noise[0] != seed:
            self._noise = (seed, noise_of(self._loaded().generator, seed, self._device))
        return self._noise[1]

    def _soft(self, mask: Mask) -> SoftMask:
        """Those of the last faces are kept, with what they look like at each size."""
        soft = self._softened.pop(mask, None) or SoftMask(mask, self._device)
        self._softened = dict([*list(self._softened.items())[1 - KEPT_MASKS :], (mask, soft)])
        return soft

    def latent_of(self, face: FaceState) -> Tensor:
        """(L, D) before truncation and controls. UserError when the face belongs to another model."""
        generator = self._loaded().generator
        if face.model and face.model != self.info.hash:
            raise UserError(
                f"this face was made with model {face.model}, the loaded one is {self.info.name} ({self.info.hash}): "
                "load the model it was made with to see it"
            )
        if face.latent is None:
            assert face.seed is not None
            z = latents_of(face.seed, 1, generator.z_dim)
            return generator.map(z.to(self._device))[0].clone()
        if face.latent.shape != generator.latent_shape:
            raise UserError(f"the latent is {face.latent.shape}, this model takes {generator.latent_shape}")
        return unpack(face.latent).to(self._device)

    @torch.inference_mode()
    def latent(self, face: FaceState) -> Latent:
        """The face's latent before truncation and controls."""
        return pack(self.latent_of(face))

    @torch.inference_mode()
    def age(self, face: FaceState) -> float | None:
        """How old the face seems as generated, in years, read off its latent; None for a model without an age path."""
        return self.editor.own_age(self.latent_of(face), face.psi)

    @torch.inference_mode()
    def breed(self, parents: Sequence[FaceState], count: int, seed: int) -> list[FaceState]:
        """`count` children that mix the layers of two or more parents, with the first one's truncation and noise and
        no slider set: what the parents' sliders say is part of their latents."""
        if len(parents) < 2:
            raise UserError("breeding takes two faces or more: select another one")
        children = breeding.breed([self._baked(parent) for parent in parents], count, seed)
        return [parents[0].with_controls({}).with_latent(pack(child)) for child in children]

    @torch.inference_mode()
    def vary(self, face: FaceState, count: int, seed: int, amount: float = 0.35) -> list[FaceState]:
        """`count` neighbours of a face: its latent moved by `amount` (0 to 1) towards random ones; sliders, labels and
        codes and patches stay."""
        generator = self._loaded().generator
        samples = generator.map(latents_of(seed, count, generator.z_dim).to(self._device))
        own = self.latent_of(face)
        varied = [self.editor.keep_conditions(own, moved) for moved in breeding.vary(own, samples, amount)]
        return [replace(face.with_latent(pack(moved)), patches=face.patches) for moved in varied]

    @torch.inference_mode()
    def combine(self, terms: Sequence[tuple[float, Sequence[FaceState]]]) -> FaceState:
        """The face of a weighted sum of means of faces, each term (weight, faces), such as A - B + C.

        Faces count as they are drawn, with their truncation and sliders, so that what is seen is what is added. The
        result is a latent without sliders, with the truncation and noise of the first face.
        """
        if not terms or not all(faces for _, faces in terms):
            raise UserError("there is nothing to add: put a face into each term")
        drawn = [(weight, [self.moved_latent(face) for face in faces]) for weight, faces in terms]
        return self._as_drawn(arithmetic.combine(drawn, self.editor.mean), terms[0][1][0])

    @torch.inference_mode()
    def between(self, faces: Sequence[FaceState], places: Sequence[float], round_about: bool = True) -> list[FaceState]:
        """Faces on the way through `faces` and on to the first again; place 1.5 is half way from the second to the
        third.

        `round_about`: spherically in z where two faces come from seeds, else and otherwise straight in w. What sliders
        add, and truncation, go straight. Whole places are the faces themselves. The others are latents as they are
        drawn, with the truncation and noise of the first face, and no patches have part in them.
        """
        if len(faces) < 2:
            raise UserError("a way leads through two faces or more: add another one")
        ends = [replace(face, patches=()) for face in faces]
        return [self._on_the_way(ends, place, round_about) for place in places]

    def _on_the_way(self, faces: Sequence[FaceState], place: float, round_about: bool) -> FaceState:
        number, share = int(place), place % 1
        one, other = faces[number % len(faces)], faces[(number + 1) % len(faces)]
        if not share:
            return one
        drawn = torch.lerp(self.moved_latent(one), self.moved_latent(other), share)
        if round_about and one.seed is not None and other.seed is not None:
            z_dim = self._loaded().generator.z_dim
            z = spherical(latents_of(one.seed, 1, z_dim), latents_of(other.seed, 1, z_dim), share)
            bent = self._loaded().generator.map(z.to(self._device))[0]
            ends = (self.editor.truncated(self.latent_of(face), face.psi) for face in (one, other))
            psi = one.psi + share * (other.psi - one.psi)
            drawn = drawn + self.editor.truncated(bent.clone(), psi) - torch.lerp(next(ends), next(ends), share)
        return self._as_drawn(drawn, faces[0])

    @torch.inference_mode()
    def mix(self, face: FaceState, other: FaceState, layers: str) -> FaceState:
        """`face` with the layers `coarse`, `middle` or `fine` of another one (style mixing, Karras 2019), both as they
        are drawn: a latent without sliders. UserError when the model has no such layers."""
        ranges = self._loaded().generator.layer_ranges
        if layers not in ranges:
            raise UserError(f"this model has no {layers} layers to mix")
        rows, drawn = slice(*ranges[layers]), self.moved_latent(face).clone()
        drawn[rows] = self.editor.keep_conditions(drawn, self.moved_latent(other).clone())[rows]
        return replace(self._as_drawn(drawn, face), name=face.name, patches=face.patches, locks=face.locks)

    @torch.inference_mode(False)
    def drag(self, face: FaceState, handle: Place) -> Dragger:
        """Takes hold of a place of a face, to pull it elsewhere; patches stay. UserError when the model, or the face's
        truncation, leaves nothing to pull."""
        if face.psi < LEAST_PSI:
            raise UserError(f"with a variety of {face.psi:g} all faces are one: raise it to pull at this face")
        generator = self._loaded().generator
        noise = noise_of(generator, face.noise_seed, self._device)
        with torch.no_grad():
            base, moved = self.latent_of(face), self.moved_latent(face)
        if self._axes is None:
            self._axes = generator.directions(DIRECTIONS)[1]
        return Dragger(generator, self._axes, face, base, moved, noise, self.editor.hold_of(face), handle)

    def _as_drawn(self, drawn: Tensor, like: FaceState) -> FaceState:
        """The face that a latent (L, D) draws, with the truncation and noise of another one."""
        psi = like.psi if like.psi >= LEAST_PSI else 1.0
        latent = pack(self._before_truncation(drawn, psi))
        return FaceState(self.info.hash, latent=latent, psi=psi, noise_seed=like.noise_seed)

    @torch.inference_mode()
    def teach(self, with_it: Sequence[FaceState], without: Sequence[FaceState]) -> Lesson:
        """A direction from faces that have something and faces that do not, at least two each, as they are drawn. It
        is the same for all layers and leaves labels and codes alone. UserError says what the examples lack."""
        check_examples(with_it, without)
        given, lacking = (
            np.stack([self._mean_latent(self.moved_latent(face)) for face in faces]) for faces in (with_it, without)
        )
        if self._spread is None:
            generator = self._loaded().generator
            samples = generator.map(latents_of(0, POPULATION, generator.z_dim).to(self._device))
            self._spread = np.stack([self._mean_latent(sample) for sample in samples])
        vector = torch.zeros(1, self.info.latent_shape[1])
        vector[0, : self.editor.kept.start] = torch.from_numpy(teaching.direction(given, lacking, self._spread))
        return Lesson(pack(vector), teaching.held_out(given, lacking), len(given) + len(lacking))

    def moved_latent(self, face: FaceState) -> Tensor:
        """The latent (L, D) that a picture of the face is made from."""
        return self.editor.edit(self.latent_of(face), face)

    def _mean_latent(self, latent: Tensor) -> teaching.Array:
        """(L, D) -> the mean of its rows without labels and codes, float64."""
        mean: teaching.Array = latent[:, : self.editor.kept.start].mean(0).double().cpu().numpy()
        return mean

    def _baked(self, face: FaceState) -> Tensor:
        """The latent that shows the same face without sliders at the same psi."""
        return self._before_truncation(self.moved_latent(face), max(face.psi, LEAST_PSI))

    def _before_truncation(self, latent: Tensor, psi: float) -> Tensor:
        """The latent (L, D) that truncation by `psi` makes `latent` of."""
        mean = self.editor.mean
        return self.editor.keep_conditions(latent, mean + (latent - mean) / psi)
