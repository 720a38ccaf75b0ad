"""The program for scripts: faces as objects, pictures and latents as numpy arrays.

    from facedesigner import Studio

    studio = Studio()
    face = studio.generate(seed=42)
    older = face.edit(smile=0.5).age(+30)
    older.export("older.png")

Everything runs in the thread that calls, one thing at a time: give each thread a Studio of its own. Whatever the user
can mend is a `UserError` (a ValueError) with a sentence that says how. docs/studio.md is a tour.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from facedesigner.contract.regions import REGIONS
from facedesigner.contract.request import Control, ModelInfo, RenderRequest
from facedesigner.contract.sketching import SIDE, ColorizeRequest, SketchRequest
from facedesigner.engine.certifying import Certifier
from facedesigner.engine.drawing_file import open_drawing, open_hints, open_page
from facedesigner.engine.enhance import upscale
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.engine.mask_file import reduced
from facedesigner.engine.packing import pack, unpack
from facedesigner.engine.page.cleaning import DrawingError, cleaned
from facedesigner.engine.page.heads import new_finder
from facedesigner.engine.photo_opener import PhotoOpener
from facedesigner.engine.regions import RegionFinder
from facedesigner.engine.sketch import SketchEngine
from facedesigner.engine.soft_mask import mask_of
from facedesigner.export.certificate import facts_about
from facedesigner.export.png import read_face, save_png
from facedesigner.resources import default_weights, named_weights, resource
from facedesigner.state.ages import AGE
from facedesigner.state.face import PSI_DEFAULT, FaceState
from facedesigner.state.mask import Mask
from facedesigner.state.series import places
from training.errors import UserError
from training.texts import quoted

Picture: TypeAlias = npt.NDArray[np.uint8]  # (H, W, 3) RGB
Grey: TypeAlias = npt.NDArray[np.uint8]  # (H, W), 255 is white
Latents: TypeAlias = npt.NDArray[np.float32]  # (L, D)
File: TypeAlias = "Path | str"


class StudioError(UserError):
    """It cannot be done as asked; the message says why and what to do."""


@dataclass(frozen=True, eq=False)
class Face:
    """A face of a studio's model. It is never changed: whatever is done to it gives another one.

    Two faces are equal when all that makes them is, whatever studio drew them."""

    studio: Studio = field(repr=False)
    state: FaceState

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Face) and self.state == other.state

    def __hash__(self) -> int:
        return hash(self.state)

    @cached_property
    def image(self) -> Picture:
        """(R, R, 3), as large as the model draws; drawn when it is first asked for, and read-only."""
        picture = self.studio._drawn(self.state)
        picture.flags.writeable = False
        return picture

    @property
    def latent(self) -> Latents:
        """(L, D): where it lies among the model's styles, before truncation and sliders."""
        return unpack(self.studio.engine.latent(self.state)).numpy()

    @property
    def controls(self) -> dict[str, float]:
        """What its sliders say, without those at zero."""
        return dict(self.state.controls)

    def edit(
        self,
        values: Mapping[str, float | str] | None = None,
        /,
        inside: str | npt.NDArray[np.bool_] | None = None,
        **named: float | str,
    ) -> Face:
        """With other slider values: `face.edit(smile=0.5)`, or `face.edit({"smile@coarse": 0.5})` for some layers only.
        A menu takes a number or the name of a class. `inside`: only there, a region (nose, lips, eyes, hair, skin,
        background) or a square mask (H, H) bool; elsewhere not a pixel changes. StudioError names an unknown slider or
        a value out of range, MaskError what is wrong with a mask."""
        mask = None if inside is None else self.studio._mask(self, inside)
        state = self.state if mask is None else self.state.inside(mask)
        for key, value in {**(values or {}), **named}.items():
            control = self.studio._control(key)
            state = state.with_control(key, self.studio._value(control, value), control.taught)
        return Face(self.studio, state if mask is None else self.state.with_inside(mask, state))

    def age(self, years: float) -> Face:
        """So many years older, or younger. StudioError for a model without an age path."""
        if self.studio.info.ages is None:
            raise StudioError(f"{self.studio.info.name} has no age slider")
        return self.edit({AGE: self.state.control(AGE) + years})

    def vary(self, count: int, seed: int = 0, amount: float = 0.35) -> list[Face]:
        """`count` faces like it; `amount` 0 to 1."""
        return self.studio._faces(self.studio.engine.vary(self.state, count, seed, amount))

    def mix(self, other: Face, layers: str) -> Face:
        """With the `coarse`, `middle` or `fine` layers of another face: pose and shape, features, or colour."""
        return Face(self.studio, self.studio.engine.mix(self.state, other.state, layers))

    def export(self, path: File, *, overwrite: bool = False) -> Path:
        """Writes a PNG that opens as this face, here and in the window. ExportError when it cannot be written."""
        return save_png(self.image, Path(path), self.state, self.studio.info.name, overwrite=overwrite)


@dataclass(frozen=True, eq=False)
class Sketched:
    """What became of a drawing."""

    picture: Picture  # (256, 256, 3)
    face: Face  # the model's face that comes closest
    notice: str  # what was done to the drawing, "" for nothing


class Studio:
    """A model, and all that can be done with its faces. What is needed for photos, drawings and certificates is loaded
    when it is first used."""

    def __init__(self, weights: File | None = None, device: str = "auto") -> None:
        """`weights`: a file, or the name of a model that comes along; the first of those without. `device`: auto, cpu,
        cuda or mps. UserError names what is wrong with them."""
        self.weights = default_weights() if weights is None else named_weights(str(weights))
        self.engine = FaceEngine(device)
        self.engine.load(self.weights)

    @property
    def info(self) -> ModelInfo:
        return self.engine.info

    @property
    def controls(self) -> tuple[Control, ...]:
        """Sliders and menus that faces can be edited with: names, ranges, what they do."""
        return self.info.controls

    # -- faces

    def generate(self, seed: int = 0, psi: float = PSI_DEFAULT) -> Face:
        """The face of a seed, 0 to 2**32 - 1. `psi`, 0 to 1.5: 0 is the mean face, 1 as the model has them."""
        return Face(self, FaceState(self.info.hash, seed=seed, psi=psi))

    def face(self, latent: npt.ArrayLike | File, psi: float = 1.0) -> Face:
        """The face of a latent (L, D), or of a file `.npy` that holds one. StudioError for another shape or numbers
        that are not finite."""
        if isinstance(latent, str | Path):
            try:
                latent = np.load(latent, allow_pickle=False)
            except (OSError, ValueError) as error:
                raise StudioError(f"{latent} holds no latent ({error}): save one with numpy.save") from None
        values = np.asarray(latent, dtype=np.float32)
        rows, columns = self.info.latent_shape
        if values.shape != (rows, columns):
            raise StudioError(f"a latent of {self.info.name} is {rows} x {columns}, not {values.shape}")
        import torch

        return Face(self, FaceState(self.info.hash, latent=pack(torch.from_numpy(values.copy())), psi=psi))

    def open(self, path: File) -> Face:
        """The face whose recipe a PNG carries. RecipeError when there is none; StudioError when another model made
        it."""
        state = read_face(Path(path))
        if state.model != self.info.hash:
            raise StudioError(f"{path} was made with model {state.model}: open it with a Studio of its weights")
        return Face(self, state)

    def between(self, faces: Sequence[Face], count: int, *, loop: bool = False) -> list[Face]:
        """`count` faces on the way through two or more, those among them; `loop`: and on to the first again."""
        return self._faces(self.engine.between([face.state for face in faces], places(len(faces), count, loop)))

    def combine(self, *terms: tuple[float, Face]) -> Face:
        """A weighted sum, such as `combine((1, a), (-1, b), (1, c))`."""
        return Face(self, self.engine.combine([(weight, [face.state]) for weight, face in terms]))

    def breed(self, parents: Sequence[Face], count: int, seed: int = 0) -> list[Face]:
        """`count` children of two or more."""
        return self._faces(self.engine.breed([parent.state for parent in parents], count, seed))

    # -- pictures

    def invert(self, photo: Picture | File, seconds: float = 20.0, *, aligned: bool = False) -> Face:
        """The model's face nearest to the largest face of a photo. `aligned`: it is cut as FFHQ's are. PhotoError when
        no face is found, or what finds them is not installed."""
        opener = PhotoOpener(seconds=seconds)
        with tempfile.TemporaryDirectory() as folder:
            path = file_of(photo, Path(folder))
            found = opener.find(path, self.info, aligned).faces
        if not found:
            raise StudioError("that looks like a drawing: give it to `sketch`")
        return Face(self, opener.invert(found[0], self.info, lambda _: None).face)

    def sketch(
        self, drawing: Grey | File, hints: npt.NDArray[np.uint8] | File | None = None, follow: float = 0.7
    ) -> Sketched:
        """A photo of a drawing, a file or (H, W), as it comes. `hints` (H, W, 4): strokes of colour, transparent
        elsewhere. `follow`: 1 follows each line, 0 is a believable face. StudioError when there is nothing to see."""
        picture = drawing if isinstance(drawing, np.ndarray) else open_page(Path(drawing))
        strokes = hints if hints is None or isinstance(hints, np.ndarray) else open_hints(Path(hints))
        try:
            page = cleaned(picture, finder=new_finder())
        except DrawingError as error:
            raise StudioError(str(error)) from None
        strokes = None if strokes is None else page.hints_on_square(strokes, 2 * SIDE)
        result = self._sketcher.render(SketchRequest(page.on_square(2 * SIDE), strokes, follow))
        if result.image is None or result.face is None:
            raise StudioError(result.error or "nothing came of the drawing")
        return Sketched(result.image, Face(self, result.face), " ".join(filter(None, (*page.notices, result.notice))))

    def colorize(self, grey: Grey | File, hints: npt.NDArray[np.uint8] | File | None = None) -> Picture:
        """A grey picture (H, W) in colours, (H, W, 3)."""
        light = grey if isinstance(grey, np.ndarray) else open_drawing(Path(grey))
        strokes = hints if hints is None or isinstance(hints, np.ndarray) else open_hints(Path(hints))
        result = self._sketcher.colorize(ColorizeRequest(light, strokes))
        if result.image is None:
            raise StudioError(result.error or "nothing came of the picture")
        return result.image

    def upscale(self, picture: npt.NDArray[np.uint8] | Face, method: str = "resnet", scale: int = 4) -> Picture:
        """(H, W, C) -> (scale H, scale W, C), by bicubic, resnet, gan or realesrgan; `scale` 2 or 4. EnhanceError."""
        return upscale(picture.image if isinstance(picture, Face) else picture, method, scale)

    def certify(self, face: Face) -> dict[str, Any]:
        """How near it comes to what the model was trained on: what a certificate says, as plain values. UniquenessError
        says what to install."""
        certifier = self._certifier
        with tempfile.TemporaryDirectory() as folder:
            path = face.export(Path(folder) / "face.png")
            examined = certifier.examine(path, face.state)
        finding = certifier.check(face.state)
        assert finding is not None  # nothing stops it
        nearest = certifier.training_faces(finding, None).words
        return facts_about(examined, certifier.info, finding, finding.calibration.threshold, nearest)

    # -- within

    @cached_property
    def _sketcher(self) -> SketchEngine:
        return SketchEngine(self.weights)

    @cached_property
    def _regions(self) -> RegionFinder:
        return RegionFinder()

    @cached_property
    def _certifier(self) -> Certifier:
        from facedesigner.gui.places import Places

        certifier = Certifier((resource("weights"),), Places.of_user().cache / "faces", self.engine.device)
        certifier.use(self.weights)
        return certifier

    def _faces(self, states: Sequence[FaceState]) -> list[Face]:
        return [Face(self, state) for state in states]

    def _drawn(self, state: FaceState) -> Picture:
        result = self.engine.render(RenderRequest(state))
        if result.image is None:
            raise StudioError(result.error or "the face cannot be drawn")
        return result.image

    def _mask(self, face: Face, inside: str | npt.NDArray[np.bool_]) -> Mask:
        if not isinstance(inside, str):
            if inside.ndim != 2 or inside.shape[0] != inside.shape[1]:
                raise StudioError(f"a mask is as wide as it is high, not {inside.shape}")
            return mask_of(reduced(inside.astype(bool)))
        if inside not in REGIONS:
            raise StudioError(f"there is no region {quoted(inside)}; there are {', '.join(REGIONS)}")
        return self._regions(face.image, inside)

    def _control(self, key: str) -> Control:
        name, at, layers = key.partition("@")
        found = next((control for control in self.controls if control.name == name), None)
        if found is None:
            known = ", ".join(control.name for control in self.controls if not control.nameless)
            raise StudioError(f"{self.info.name} has no slider {quoted(name)}; it has {known or 'none with a name'}")
        if at and layers not in found.ranges:
            raise StudioError(f"{name} has no layers {quoted(layers)}; it has {', '.join(found.ranges) or 'none'}")
        return found

    @staticmethod
    def _value(control: Control, value: float | str) -> float:
        if isinstance(value, str):
            if value not in control.choices:
                known = ", ".join(control.choices) or "no classes"
                raise StudioError(f"{control.name} has no {quoted(value)}; it has {known}")
            return float(control.choices.index(value) + 1)
        if not control.minimum <= value <= control.maximum:
            raise StudioError(f"{control.name} cannot be {value:g}; choose {control.minimum:g} to {control.maximum:g}")
        return float(value)


def file_of(picture: Picture | File, folder: Path) -> Path:
    """A picture as a file."""
    if not isinstance(picture, np.ndarray):
        return Path(picture)
    path = folder / "photo.png"
    Pillow.fromarray(picture).save(path)
    return path
