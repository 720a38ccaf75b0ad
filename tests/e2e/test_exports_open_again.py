"""What opening each export says, with the model that comes along: a recipe draws what its picture shows, or there is
none. A new export that writes recipes gets a row here."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from facedesigner import Studio
from facedesigner.cli import main
from facedesigner.contract.request import RenderRequest
from facedesigner.engine import face_engine
from facedesigner.engine.batch import Tools
from facedesigner.engine.truth import Kind, truth_of
from facedesigner.export.credentials import read
from facedesigner.export.cutout import Cutout
from facedesigner.export.png import read_face
from facedesigner.gui.enhance.enlarging import save as save_enlarged
from facedesigner.gui.places import Places
from facedesigner.gui.window.export_job import export_job
from facedesigner.resources import default_weights
from facedesigner.state.face import FaceState
from facedesigner.state.recipe import to_text_chunks
from facedesigner.state.recognise import carries_recipe
from tests.unit.engine.test_paper import face as drawing

ROOT = Path(__file__).parents[2]
SIZE = ("--method", "bicubic", "--dpi", "40", "--pupil-mm", "63")
EYES = ("--eyes", "98,122", "158,122", *SIZE)
PART_EYES = ("--eyes", "153,202", "252,202", *SIZE)  # of what is exported so
SAME, ROUNDED, RESIZED, FRAMED, SHEET = Kind.SAME, Kind.ROUNDED, Kind.RESIZED, Kind.FRAMED, Kind.SHEET
NONE = None  # no recipe: it opens as a photo, or as what it is

# Modules that write a recipe into a picture, by what they call for it, and the rows that are about them.
WRITERS = {
    "commands/age.py": ("one age", "a strip of ages"),
    "commands/edit.py": ("edited", "edited in a region"),
    "commands/export.py": ("in real size",),
    "commands/generate.py": ("generated",),
    "commands/grid.py": ("a grid of two sliders",),
    "commands/invert.py": ("a photo's face",),
    "export/sketched.py": ("a sketch's believable face",),
    "commands/upscale.py": ("enlarged",),
    "export/batch_folder.py": ("of a batch",),
    "export/package.py": ("of a package", "a package's cut-out"),
    "export/strip.py": ("a strip of ages",),
    "export/table.py": ("a grid of two sliders",),
    "gui/certificate/jobs.py": ("generated",),  # the certifier's drawing of the face
    "gui/design/age_strip.py": ("a strip of ages",),  # and tests/gui/design/test_age.py
    "gui/design/grid_dialog.py": ("a grid of two sliders",),  # and tests/gui/design/test_grid.py
    "gui/enhance/enlarging.py": ("saved by Enhance",),
    "gui/fabrication/fabricator.py": ("in real size",),
    "gui/window/export_job.py": ("exported by the window",),
    "studio.py": ("of a script",),
}


@pytest.fixture(scope="module")
def engine():
    made = face_engine.FaceEngine("cpu")
    made.load(default_weights())
    return made


@pytest.fixture(autouse=True)
def quick(engine, tmp_path, monkeypatch):
    """The model loaded once; the user's folders, empty ones; a quick cut-out; no networks that see."""
    monkeypatch.setattr("facedesigner.engine.face_engine.FaceEngine", lambda *_: engine)
    monkeypatch.setattr(engine, "load", lambda path: None)
    places = Places(tmp_path / "user" / "settings.toml", tmp_path / "user" / "sessions")
    monkeypatch.setattr(Places, "of_user", classmethod(lambda cls: places))
    monkeypatch.setattr("facedesigner.engine.likeness.made", lambda kind: None)
    monkeypatch.setattr("facedesigner.commands.age.seen", lambda *_: "")

    def cut_out(picture, marks):
        height, width = picture.shape[:2]
        rows, columns = np.mgrid[:height, :width] / (height, width)[0]
        return Cutout(picture, ((rows - 0.5) ** 2 + (columns - 0.5) ** 2 < 0.16).astype(np.float32))

    def left_out(*_):
        raise ValueError("is of no interest here")

    monkeypatch.setattr("facedesigner.export.fabrication.cut_out", cut_out)
    monkeypatch.setattr("facedesigner.export.package.head_parts", left_out)
    monkeypatch.setattr("facedesigner.commands.certify.load_certifier", left_out)
    tools = Tools(lambda p: {"age": np.zeros(len(p))}, lambda p: np.zeros((2, 128), np.float32), lambda p: "")
    monkeypatch.setattr("facedesigner.engine.batch.ready_tools", lambda info: tools)


def run(*words: object) -> None:
    assert main([str(word) for word in words]) == 0


def generated(folder: Path) -> Path:
    run("generate", "--seed", 3, "--out", folder / "face.png")
    return folder / "face.png"


def by_script(folder: Path) -> Path:
    return Studio(device="cpu").generate(seed=3).edit(eyebrows=1).export(folder / "out.png")


def by_window(folder: Path) -> Path:
    engine = face_engine.FaceEngine("cpu")
    return export_job(FaceState(engine.info.hash, seed=3), "m", folder / "out.png", False)(engine)


def by_enhance(folder: Path) -> Path:
    engine = face_engine.FaceEngine("cpu")
    face = FaceState(engine.info.hash, seed=3)
    small = engine.render(RenderRequest(face)).image
    assert small is not None
    large = np.asarray(Pillow.fromarray(small).resize((512, 512), Pillow.Resampling.BICUBIC))
    return save_enlarged(large, folder / "out.png", to_text_chunks(face, "m"), "bicubic")


def command(*words: object, of: Callable[[Path], Path] = generated, ending: str = ".png") -> Callable[[Path], Path]:
    """`facedesigner WORD FILE ... --out` of a file that another export made."""

    def make(folder: Path) -> Path:
        (folder / "before").mkdir()
        out = folder / f"out{ending}"
        run(words[0], of(folder / "before"), *words[1:], "--out", out)
        return out

    return make


def package(name: str, of: Callable[[Path], Path] = generated, eyes: Sequence[str] = EYES) -> Callable[[Path], Path]:
    """A file of `export --set`."""

    def make(folder: Path) -> Path:
        (folder / "before").mkdir()
        run("export", of(folder / "before"), *eyes, "--set", folder / "set.zip")
        with zipfile.ZipFile(folder / "set.zip") as archive:
            return Path(archive.extract(next(one for one in archive.namelist() if one.endswith(name)), folder))

    return make


def batch(name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        run("batch", "--count", 1, "--min-distance", 0, "--out-dir", folder)
        return folder / name

    return make


def drawn(folder: Path) -> Path:
    Pillow.fromarray(drawing()).save(folder / "drawing.png")
    return folder / "drawing.png"


def photo(folder: Path) -> Path:
    with Pillow.open(generated(folder)) as image:
        image.save(folder / "face.jpg", quality=95)
    return folder / "face.jpg"


def pasted(folder: Path) -> Path:
    words = ("--aligned", "--seconds", 0, "--set", "eyebrows=1", "--out", folder / "out.png")
    run("invert", photo(folder), *words, "--paste", folder / "pasted.png")
    return folder / "pasted.png"


def real_size(
    *words: str, of: Callable[[Path], Path] = generated, eyes: Sequence[str] = EYES
) -> Callable[[Path], Path]:
    return command("export", *eyes, *words, of=of)


def strip(folder: Path) -> Path:
    run("age", generated(folder), "--strip", "--out", folder / "strip.png")
    return folder / "strip.png"


def between(folder: Path) -> Path:
    run("between", generated(folder), folder / "face.png", "--count", 3, "--out", folder / "way.png")
    return folder / "way.png"


def sketched(follow: float, variants: int = 1) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        run("sketch", drawn(folder), "--follow", follow, "--variants", variants, "--out", folder / "out.png")
        return folder / ("out.png" if variants == 1 else f"out-{variants}.png")

    return make


EXPORTS = {
    "generated": (generated, SAME),
    "exported by the window": (by_window, SAME),
    "edited and signed": (command("edit", "--set", "eyebrows=1", "--sign"), SAME),
    "of a script": (by_script, SAME),
    "edited": (command("edit", "--set", "eyebrows=1"), SAME),
    "edited in a region": (command("edit", "--mask", "nose", "--set", "nose_width=1"), SAME),
    "a region's face in real size": (real_size(of=command("edit", "--mask", "nose", "--set", "smile=0.5")), FRAMED),
    "a grid of two sliders": (command("grid", "--x", "smile", "--y", "age=-10..10", "--steps", 2), SHEET),
    "the way between two faces": (between, NONE),
    "one age": (command("age", "--to", 60), SAME),
    "a photo's face": (command("invert", "--aligned", "--seconds", 0, of=photo), SAME),
    "pasted into a photo": (pasted, NONE),
    "of a batch": (batch("face0001.png"), SAME),
    "a batch's contact sheet": (batch("contact-sheet.png"), NONE),
    "a strip of ages": (strip, SHEET),
    "an enlarged strip": (command("upscale", "--scale", 2, "--method", "bicubic", of=strip), SHEET),
    "an animation": (command("age", "--animate", "--fps", 5, "--length", 1, ending=".gif"), NONE),
    "enlarged": (command("upscale", "--method", "bicubic"), RESIZED),
    "enlarged by a network": (command("upscale", "--method", "gan", "--scale", 2), RESIZED),
    "saved by Enhance": (by_enhance, RESIZED),
    "in real size": (real_size(), FRAMED),
    "in real size, unturned": (real_size("--no-straighten"), FRAMED),
    "in real size, mirrored": (real_size("--mirror", "--bits", "16"), FRAMED),
    "cut out": (real_size("--cutout"), FRAMED),
    "on a colour": (real_size("--background", "green", "--mirror"), FRAMED),
    "in real size, without a recipe": (real_size("--no-recipe"), NONE),
    "in real size, enlarged": (command("upscale", "--scale", 2, "--method", "bicubic", of=real_size()), FRAMED),
    "of a package": (package("face.png"), FRAMED),
    "a package's cut-out": (package("-cutout.png"), FRAMED),
    "a cut-out of a part": (package("-cutout.png", real_size(), PART_EYES), FRAMED),
    "a part of a part": (real_size(of=real_size("--mirror"), eyes=PART_EYES), FRAMED),
    "of a strip in real size": (real_size(of=strip), FRAMED),
    "a sketch's believable face": (sketched(0), ROUNDED),
    "another sketch's face": (sketched(0, variants=2), ROUNDED),
    "a sketch": (sketched(0.7), NONE),
    "an age, signed": (command("age", "--to", 60, "--sign"), SAME),
    "a strip of ages, signed": (command("age", "--strip", "--sign"), SHEET),
    "a sketch, signed": (command("sketch", "--follow", 0.7, "--sign", of=drawn), NONE),
    "coloured and signed": (command("colorize", "--sign"), NONE),
    "another colour of a sketch": (sketched(0.7, variants=2), NONE),
    "coloured": (command("colorize"), NONE),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_a_recipe_draws_what_its_picture_shows(name, engine, tmp_path, capsys):
    make, expected = EXPORTS[name]
    path = make(tmp_path)
    assert path.exists() and carries_recipe(path) is (expected is not NONE)
    credentials = read(path)
    assert (credentials is not None and credentials.holds) if "signed" in name else credentials is None
    if expected is not NONE:
        true = truth_of(path, read_face(path), lambda face: engine.render(RenderRequest(face)).image)
        assert true.kind is expected, true.words


def test_every_writer_of_recipes_has_a_row():
    calls = re.compile(r"\b(save_png|save_enlarged|save_sheet|save_grid|png_of|texts_of|to_text_chunks)\(")
    found = {
        str(path.relative_to(ROOT / "facedesigner"))
        for path in (ROOT / "facedesigner").rglob("*.py")
        if calls.search(re.sub(r"def \w+\(", "", path.read_text(encoding="utf-8")))
    }
    made_of = {"export/png.py", "export/parts.py", "export/enlarged.py", "gui/enhance/enhance_tab.py"}
    assert found - made_of == set(WRITERS)
    assert {name for names in WRITERS.values() for name in names} <= set(EXPORTS)
