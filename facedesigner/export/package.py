"""Everything of one face in one package: the picture in its real size, the cut-out, the sheet to print, the recipe, the
certificate, the relief, and a text that says what is what, with sizes and hashes, and what could not be made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np
from PIL import Image as Pillow

from facedesigner.contract.framed import Framed
from facedesigner.contract.request import Image, ModelInfo
from facedesigner.engine.landmarks import Landmarks
from facedesigner.export.certificate import Examined, certificate_paths, facts_about, sealed
from facedesigner.export.credential_signer import Signer
from facedesigner.export.credentials import Ingredient, signed
from facedesigner.export.fabrication import CUT, Fabrication, Find, Options, Progress, Stopped, fabricate
from facedesigner.export.layout import Layout
from facedesigner.export.modelled import WHOLE, head_parts
from facedesigner.export.openings import ellipses, pierced
from facedesigner.export.parts import about, png_of, printed, sheet_of, tiff_of
from facedesigner.export.press import proof, read_profile
from facedesigner.export.readme import README, readme, sealed_text
from facedesigner.export.sheet import sheet_pictures
from facedesigner.export.signing import SigningKey
from facedesigner.state.face import FaceState
from facedesigner.state.recipe import to_json
from facedesigner.state.uniqueness import Finding
from training.errors import UserError

RELIEF_SIDE = 512  # pixels of the aligned picture that the relief is taken from
SIDE = 900  # pixels of what a file looks like
SHARES = {  # of the work, where each part begins
    "cut-out": 0.0,
    "content credentials": 0.33,
    "sheet": 0.35,
    "picture for the press": 0.39,
    "certificate": 0.4,
    "relief": 0.65,
}
NO_RECIPE = "the picture comes without a recipe, so it is not known whose training data to compare it with"


class TrainingFaces(Protocol):
    """The nearest ones, where their pictures are at hand."""

    @property
    def words(self) -> str: ...
    @property
    def pictures(self) -> Mapping[str, Image]: ...


class Certifier(Protocol):
    """What `engine.certifying.Certifier` can do, once its model is loaded."""

    @property
    def info(self) -> ModelInfo: ...
    def examine(self, path: Path, face: FaceState | None) -> Examined: ...
    def check(self, asked: Image, *, stop: Callable[[], bool]) -> Finding | None: ...
    def training_faces(self, finding: Finding, folder: Path | None) -> TrainingFaces: ...


@dataclass(frozen=True, eq=False)
class Contents:
    """What a package is made of."""

    picture: Image  # (H, W, 3)
    options: Options
    find: Find | None
    landmarks: Landmarks | None  # known ones, such as two clicks
    stem: str  # what its files are called
    layout: Layout  # of the sheet; its openings are in the cut-out, too
    face: FaceState | None  # None leaves the recipe out, and the certificate
    model: str  # its name
    certifier: Callable[[], Certifier]  # loads it; a ValueError says why there is none
    aligned: Callable[[], Image]  # (S, S, 3): the face where generators draw it; an error says why it cannot be had
    key: Callable[[], SigningKey] | None = None  # signs the certificate, and the text
    part: Framed | None = None  # what the picture shows of the one that the recipe draws, if not all
    mark: str = ""  # how a picture without a recipe was made, if that is known
    signer: Callable[[], Signer] | None = None  # signs the pictures; an error says why there is none
    parents: tuple[Ingredient, ...] = ()  # what a picture without a recipe was made of
    robot: str = ""  # what it is for
    solid: str = "plate"  # the shape of the relief
    profile: Path | None = None  # of a press; None makes no picture in CMYK


@dataclass(frozen=True, eq=False)
class Package:
    parts: dict[str, bytes]  # by the file's name
    left_out: tuple[str, ...]  # a sentence each
    notes: tuple[str, ...]  # what the user should know
    looks: Mapping[str, tuple[np.ndarray, ...]] = field(default_factory=dict)  # what files look like, by name


def packed(
    main: Fabrication,
    of: Contents,
    progress: Progress = lambda share, what: None,
    stop: Callable[[], bool] = lambda: False,
    with_looks: bool = False,
) -> Package:
    """`main` is what was fabricated of the same; `with_looks`: also small pictures of the files. What cannot be made is
    left out, and said. Raises Stopped."""
    packing = Packing(main, of, progress, stop, with_looks)
    for what, doing, make in packing.steps():
        packing.add(what, doing, make)
    return packing.finished()


class Packing:
    """A package in the making."""

    def __init__(
        self, main: Fabrication, of: Contents, progress: Progress, stop: Callable[[], bool], with_looks: bool
    ) -> None:
        self.main, self.of, self._progress, self._stop = main, of, progress, stop
        self._looks: dict[str, tuple[np.ndarray, ...]] | None = {} if with_looks else None
        self._left_out: list[str] = []
        self._notes, self._warnings = list(main.notes), main.warnings
        self.picture, self.cutout = f"{of.stem}.png", f"{of.stem}-cutout.png"
        self.parts = {self.picture: png_of(main, of.face, of.model, of.mark)}
        self.look(self.picture, lambda: [main.pixels])

    def steps(self) -> Iterator[tuple[str, str, Callable[[], Mapping[str, bytes]]]]:
        """What is made, in words, what is done for it, and what does it."""
        if self.of.options.background != CUT:
            yield "cut-out", "Cutting out", self.cut_out
        if self.of.signer is not None:
            yield "content credentials", "Signing", partial(self.sign, self.of.signer)
        yield "sheet", "Laying out the sheet", self.lay_out
        if self.of.profile is not None:
            yield "picture for the press", "Separating the colours", partial(self.separate, self.of.profile)
        if self.of.face is not None:
            self.parts[f"{self.of.stem}-recipe.json"] = to_json(self.of.face).encode()
        yield "certificate", "Comparing with the training data", self.certify
        yield "relief", "Modelling the relief", self.model

    def add(self, what: str, doing: str, make: Callable[[], Mapping[str, bytes]]) -> None:
        self.say(SHARES[what], doing)
        try:
            self.parts.update(make())
        except Stopped:
            raise
        except Exception as error:  # each says what to do; one part that fails must not take the others along
            self.leave_out(f"{what} {'are' if what.endswith('credentials') else 'is'}", error)

    def leave_out(self, what_is: str, error: Exception) -> None:
        self._left_out.append(f"The {what_is} left out: {str(error) or type(error).__name__}.")

    def say(self, share: float, what: str) -> None:
        if self._stop():
            raise Stopped
        self._progress(share, what)

    def look(self, name: str, pictures: Callable[[], Iterable[np.ndarray]]) -> None:
        if self._looks is not None:
            self._looks[name] = tuple(map(small, pictures()))

    def cut_out(self) -> dict[str, bytes]:
        of, alone = self.of, replace(self.of.options, background=CUT)

        def tell(part: float, what: str) -> None:
            self.say(SHARES["content credentials"] * part, f"Cut-out: {what[:1].lower()}{what[1:]}")

        made = fabricate(of.picture, alone, of.find, of.landmarks, tell, self._stop, of.part)
        self._warnings = made.warnings
        holes, missing = ellipses(of.layout.openings, made.landmarks)
        self._notes += missing
        made = replace(made, pixels=pierced(made.pixels, holes, made.dpi / 25.4)) if holes else made
        self.look(self.cutout, lambda: [made.pixels])
        return {self.cutout: png_of(made, of.face, of.model, of.mark)}

    def sign(self, who: Callable[[], Signer]) -> dict[str, bytes]:
        signer, pictures = who(), [name for name in (self.picture, self.cutout) if name in self.parts]
        files = {name: signed(self.parts[name], name, signer, self.of.parents) for name in pictures}
        return {**files, f"{self.of.stem}-credentials.pem": signer.chain}

    def lay_out(self) -> dict[str, bytes]:
        of, name = self.of, f"{self.of.stem}-sheet.pdf"
        content = sheet_of(self.main, of.layout, of.stem, of.face, of.model)
        self.look(name, lambda: sheet_pictures(self.main, of.layout, of.stem, about(of.face, of.model)))
        return {name: content}

    def separate(self, press: Path) -> dict[str, bytes]:
        of, name, profile = self.of, f"{self.of.stem}-cmyk.tif", read_profile(press)
        content = tiff_of(self.main, of.layout, profile, of.face, of.model, of.mark)
        self.look(name, lambda: [proof(small(printed(self.main, of.layout)), profile)])
        return {name: content}

    def certify(self) -> dict[str, bytes]:
        return certificate_parts(self.of, self.parts[self.picture], self._stop)

    def model(self) -> dict[str, bytes]:
        made = head_parts(self.of, pupil_mm(self.main), self.say)
        for name, picture in made.pictures.items():
            self.look(name, lambda picture=picture: [picture])  # type: ignore[misc]
        self._notes += [f"The {'head' if self.of.solid == WHOLE else 'relief'}: {made.notice}."] if made.notice else []
        return made.files

    def finished(self) -> Package:
        """With the text."""
        self.say(1.0, "Packing")
        self._notes += self._warnings
        key = None
        try:
            key = self.of.key() if self.of.key else None
        except UserError as error:
            self.leave_out("signature of this text is", error)
        text = readme(self.main, self.of, self.parts, self._left_out, self._notes)
        self.parts[f"{self.of.stem}{README}"] = sealed_text(text, key).encode()
        return Package(self.parts, tuple(self._left_out), tuple(self._notes), self._looks or {})


def pupil_mm(main: Fabrication) -> float:
    return main.measures[0].mm


def certificate_parts(of: Contents, png: bytes, stop: Callable[[], bool]) -> dict[str, bytes]:
    """PDF and JSON on the exported PNG. Raises Stopped, or an error that says why there is none."""
    if of.face is None:
        raise UserError(NO_RECIPE)
    certifier = of.certifier()
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{of.stem}.png"
        path.write_bytes(png)
        examined = certifier.examine(path, of.face)
    finding = certifier.check(examined.picture, stop=stop)
    if finding is None:
        raise Stopped
    trained = certifier.training_faces(finding, None)
    values = facts_about(examined, certifier.info, finding, finding.calibration.threshold, trained.words)
    pdf, sheet = certificate_paths(Path(f"{of.stem}.png"), None)
    key = of.key() if of.key else None
    contents = sealed(values, examined.picture, trained.pictures, pdf.name, key)
    return dict(zip((pdf.name, sheet.name), contents, strict=True))


def small(pixels: np.ndarray) -> np.ndarray:
    """(H, W, 3 or 4) of any size and 8 or 16 bits -> uint8, of no more than SIDE."""
    eight = pixels if pixels.dtype == np.uint8 else (pixels / 257).round().astype(np.uint8)
    picture = Pillow.fromarray(eight)
    picture.thumbnail((SIDE, SIDE), Pillow.Resampling.BOX)
    return np.asarray(picture)


def square(picture: Image) -> Image:
    """A picture that is cut to a face already -> its middle square, as the relief wants it."""
    height, width = picture.shape[:2]
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    middle = Pillow.fromarray(picture).crop((left, top, left + side, top + side))
    return np.asarray(middle.resize((RELIEF_SIDE, RELIEF_SIDE), Pillow.Resampling.LANCZOS))
