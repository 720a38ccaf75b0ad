"""Everything of one face in one package: the picture in its real size, the cut-out, the sheet to print, the recipe, the
certificate, the relief, and a text that says what is what, with sizes and hashes, and what could not be made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
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
SHARES = {
    "cut-out": 0.0,
    "content credentials": 0.33,
    "sheet": 0.35,
    "picture for the press": 0.39,
    "certificate": 0.4,
    "relief": 0.65,
}  # of the work, where each part begins
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
    looks: dict[str, tuple[np.ndarray, ...]] = {}

    def look(name: str, pictures: Callable[[], Iterable[np.ndarray]]) -> None:
        if with_looks:
            looks[name] = tuple(map(small, pictures()))

    def say(share: float, what: str) -> None:
        if stop():
            raise Stopped
        progress(share, what)

    picture, cutout = f"{of.stem}.png", f"{of.stem}-cutout.png"
    parts = {picture: png_of(main, of.face, of.model, of.mark)}
    look(picture, lambda: [main.pixels])
    left_out: list[str] = []
    notes, warnings = list(main.notes), main.warnings

    def add(what: str, doing: str, make: Callable[[], dict[str, bytes]]) -> None:
        say(SHARES[what], doing)
        try:
            parts.update(make())
        except Stopped:
            raise
        except Exception as error:  # each says what to do; one part that fails must not take the others along
            verb = "are" if what.endswith("credentials") else "is"
            left_out.append(f"The {what} {verb} left out: {str(error) or type(error).__name__}.")

    def cut() -> dict[str, bytes]:
        nonlocal warnings
        alone = replace(of.options, background=CUT)

        def tell(part: float, what: str) -> None:
            say(SHARES["content credentials"] * part, f"Cut-out: {what[:1].lower()}{what[1:]}")

        made = fabricate(of.picture, alone, of.find, of.landmarks, tell, stop, of.part)
        warnings = made.warnings
        holes, missing = ellipses(of.layout.openings, made.landmarks)
        notes.extend(missing)
        made = replace(made, pixels=pierced(made.pixels, holes, made.dpi / 25.4)) if holes else made
        look(cutout, lambda: [made.pixels])
        return {cutout: png_of(made, of.face, of.model, of.mark)}

    def credentials() -> dict[str, bytes]:
        assert of.signer is not None
        signer = of.signer()
        files = {name: signed(parts[name], name, signer, of.parents) for name in (picture, cutout) if name in parts}
        return {**files, f"{of.stem}-credentials.pem": signer.chain}

    def press() -> dict[str, bytes]:
        assert of.profile is not None
        name, profile = f"{of.stem}-cmyk.tif", read_profile(of.profile)
        content = tiff_of(main, of.layout, profile, of.face, of.model, of.mark)
        look(name, lambda: [proof(small(printed(main, of.layout)), profile)])
        return {name: content}

    def print_sheet() -> dict[str, bytes]:
        name = f"{of.stem}-sheet.pdf"
        content = sheet_of(main, of.layout, of.stem, of.face, of.model)
        look(name, lambda: sheet_pictures(main, of.layout, of.stem, about(of.face, of.model)))
        return {name: content}

    def relief() -> dict[str, bytes]:
        files, notice, pictures = relief_parts(of, pupil_mm(main), say)
        for name, one in pictures.items():
            look(name, lambda one=one: [one])  # type: ignore[misc]
        notes.extend([f"The relief: {notice}."] if notice else [])
        return files

    if of.options.background != CUT:
        add("cut-out", "Cutting out", cut)
    if of.signer is not None:
        add("content credentials", "Signing", credentials)
    add("sheet", "Laying out the sheet", print_sheet)
    if of.profile is not None:
        add("picture for the press", "Separating the colours", press)
    if of.face is not None:
        parts[f"{of.stem}-recipe.json"] = to_json(of.face).encode()
    add("certificate", "Comparing with the training data", lambda: certificate_parts(of, parts[picture], stop))
    add("relief", "Modelling the relief", relief)
    say(1.0, "Packing")
    notes += warnings
    text = readme(main, of, parts, left_out, notes)
    parts[f"{of.stem}{README}"] = sealed_text(text, of.key() if of.key else None).encode()
    return Package(parts, tuple(left_out), tuple(notes), looks)


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


def relief_parts(of: Contents, pupils: float, say: Progress) -> tuple[dict[str, bytes], str, dict[str, Image]]:
    """The face as a solid of the same size: STL and height map, what the user should know of them, and what they look
    like. The one place that says what a package has of the head."""
    from facedesigner.engine.relief import aligned_marks, height_map
    from facedesigner.export.solid import Piece, build
    from facedesigner.export.stl import height_map_png, stl_of
    from facedesigner.export.views import grey_picture, hill_shade

    picture = of.aligned()
    if of.options.mirror:
        picture = np.ascontiguousarray(picture[:, ::-1])
    marks, notice = aligned_marks(picture, of.find)
    say(0.75, "Modelling the relief")
    relief = height_map(picture, marks)
    say(0.85, "Modelling the relief")
    solid = build(relief, Piece(of.solid, pupil_mm=pupils))
    step = solid.pupil_mm / (relief.eye_distance * len(relief.height))
    say(0.95, "Modelling the relief")
    stl, heights = f"{of.stem}-relief.stl", f"{of.stem}-height.png"
    files = {stl: stl_of(solid), heights: height_map_png(relief.height, step)}
    return files, notice, {stl: hill_shade(relief), heights: grey_picture(relief)}


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
