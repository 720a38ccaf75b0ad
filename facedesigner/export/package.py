"""Everything of one face in one package: the picture in its real size, the cut-out, the sheet to print, the recipe, the
certificate, the relief, and a text that says what is what, and what could not be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np
from PIL import Image as Pillow

from facedesigner.contract.framed import Framed
from facedesigner.contract.request import Image, ModelInfo
from facedesigner.engine.landmarks import Landmarks
from facedesigner.export.certificate import Examined, certificate_paths, facts_about, sealed
from facedesigner.export.fabrication import CUT, KEEP, Fabrication, Find, Options, Progress, Stopped, fabricate
from facedesigner.export.parts import SOURCE, png_of, sheet_of
from facedesigner.export.signing import SigningKey
from facedesigner.state.face import FaceState
from facedesigner.state.recipe import describe, to_json
from facedesigner.state.uniqueness import Finding
from training.errors import UserError

RELIEF_SIDE = 512  # pixels of the aligned picture that the relief is taken from
SHARES = {"cut-out": 0.0, "sheet": 0.35, "certificate": 0.4, "relief": 0.65}  # of the work, where each part begins
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
    page: str  # of the sheet
    face: FaceState | None  # None leaves the recipe out, and the certificate
    model: str  # its name
    certifier: Callable[[], Certifier]  # loads it; a ValueError says why there is none
    aligned: Callable[[], Image]  # (S, S, 3): the face where generators draw it; an error says why it cannot be had
    key: Callable[[], SigningKey] | None = None  # signs the certificate
    part: Framed | None = None  # what the picture shows of the one that the recipe draws, if not all


@dataclass(frozen=True, eq=False)
class Package:
    parts: dict[str, bytes]  # by the file's name
    left_out: tuple[str, ...]  # a sentence each
    notes: tuple[str, ...]  # what the user should know


def packed(
    main: Fabrication,
    of: Contents,
    progress: Progress = lambda share, what: None,
    stop: Callable[[], bool] = lambda: False,
) -> Package:
    """`main` is what was fabricated of the same. What cannot be made is left out, and said. Raises Stopped."""

    def say(share: float, what: str) -> None:
        if stop():
            raise Stopped
        progress(share, what)

    parts = {f"{of.stem}.png": png_of(main, of.face, of.model)}
    left_out: list[str] = []
    notes, warnings = list(main.notes), main.warnings

    def add(what: str, doing: str, make: Callable[[], dict[str, bytes]]) -> None:
        say(SHARES[what], doing)
        try:
            parts.update(make())
        except Stopped:
            raise
        except Exception as error:  # each says what to do; one part that fails must not take the others along
            left_out.append(f"The {what} is left out: {str(error) or type(error).__name__}.")

    def cut() -> dict[str, bytes]:
        nonlocal warnings
        alone = replace(of.options, background=CUT)

        def tell(part: float, what: str) -> None:
            say(SHARES["sheet"] * part, f"Cut-out: {what[:1].lower()}{what[1:]}")

        made = fabricate(of.picture, alone, of.find, of.landmarks, tell, stop, of.part)
        warnings = made.warnings
        return {f"{of.stem}-cutout.png": png_of(made, of.face, of.model)}

    def relief() -> dict[str, bytes]:
        files, notice = relief_parts(of, pupil_mm(main), say)
        notes.extend([f"The relief: {notice}."] if notice else [])
        return files

    if of.options.background == KEEP:
        add("cut-out", "Cutting out", cut)
    sheet = f"{of.stem}-sheet.pdf"
    add("sheet", "Laying out the sheet", lambda: {sheet: sheet_of(main, of.page, of.stem, of.face, of.model)})
    if of.face is not None:
        parts[f"{of.stem}-recipe.json"] = to_json(of.face).encode()
    add("certificate", "Comparing with the training data", lambda: certificate_parts(of, parts[f"{of.stem}.png"], stop))
    add("relief", "Modelling the relief", relief)
    say(1.0, "Packing")
    notes += warnings
    text = readme(main, of, list(parts), left_out, notes)
    parts[f"{of.stem}-readme.txt"] = text.encode()
    return Package(parts, tuple(left_out), tuple(notes))


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


def relief_parts(of: Contents, pupils: float, say: Progress) -> tuple[dict[str, bytes], str]:
    """The relief as a plate of the same size, as STL and as a height map, and what the user should know of it."""
    from facedesigner.engine.relief import aligned_marks, height_map
    from facedesigner.export.solid import Piece, build
    from facedesigner.export.stl import height_map_png, stl_of

    picture = of.aligned()
    if of.options.mirror:
        picture = np.ascontiguousarray(picture[:, ::-1])
    marks, notice = aligned_marks(picture, of.find)
    say(0.75, "Modelling the relief")
    relief = height_map(picture, marks)
    say(0.85, "Modelling the relief")
    solid = build(relief, Piece("plate", pupil_mm=pupils))
    step = solid.pupil_mm / (relief.eye_distance * len(relief.height))
    say(0.95, "Modelling the relief")
    files = {f"{of.stem}-relief.stl": stl_of(solid), f"{of.stem}-height.png": height_map_png(relief.height, step)}
    return files, notice


def square(picture: Image) -> Image:
    """A picture that is cut to a face already -> its middle square, as the relief wants it."""
    height, width = picture.shape[:2]
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    middle = Pillow.fromarray(picture).crop((left, top, left + side, top + side))
    return np.asarray(middle.resize((RELIEF_SIDE, RELIEF_SIDE), Pillow.Resampling.LANCZOS))


ABOUT = {
    ".png": "the picture in its real size",
    "-cutout.png": "the same without its background",
    "-sheet.pdf": "to print at 100%, with measures and crop marks",
    "-recipe.json": "how the face was made; FaceDesigner opens it",
    "-certificate.pdf": "the comparison with what the model was trained on",
    "-certificate.json": "the same for programs; `facedesigner verify` checks it",
    "-relief.stl": "a solid in millimetres, for a 3D printer or a mill",
    "-height.png": "the relief as a height map, white nearest",
}


def readme(main: Fabrication, of: Contents, names: list[str], left_out: list[str], notes: list[str]) -> str:
    across, down = main.millimetres
    height, width = main.pixels.shape[:2]
    wide = max(map(len, names)) + 2
    lines = [f"{of.stem}: a face from FaceDesigner", ""]
    lines += [f"{SOURCE}.", describe(of.face, of.model), ""] if of.face is not None else []
    lines += [f"{width} × {height} pixels, {across:.1f} × {down:.1f} mm at {of.options.size.dpi:g} dpi"]
    lines += [", ".join(map(str, main.measures)), "", "Files", ""]
    lines += [f"  {name:<{wide}}{ABOUT.get(name.removeprefix(of.stem), '')}".rstrip() for name in names]
    for title, sentences in (("Not in this package", left_out), ("To know", notes)):
        lines += ["", title, "", *(f"  {sentence}" for sentence in sentences)] if sentences else []
    return "\n".join(lines) + "\n"
