"""Everything of a face in one package, with a certifier that knows no network."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import trimesh
from PIL import Image as Pillow

from facedesigner.contract.request import ModelInfo
from facedesigner.export import fabrication, package
from facedesigner.export.credential_signer import own_certificates, self_made
from facedesigner.export.credentials import TRUSTED, Ingredient, read_bytes
from facedesigner.export.cutout import Cutout, CutoutError
from facedesigner.export.fabrication import Options, Stopped, fabricate
from facedesigner.export.layout import Layout
from facedesigner.export.measure import Size
from facedesigner.export.openings import Opening
from facedesigner.export.package import Contents, packed, square
from facedesigner.export.readme import entries, signer
from facedesigner.export.seals import broken_seals
from facedesigner.export.signing import fingerprint, own_key
from facedesigner.export.writing import ExportError
from facedesigner.state.face import FaceState
from facedesigner.state.recipe import COMPOSITE, GENERATED
from facedesigner.state.uniqueness import Calibration, Compared, Finding, Neighbour
from tests.fake_identity import CALIBRATION
from tests.profiles import cmyk_profile
from tests.unit.export.faces import eyed, find_eyes

FACE = FaceState("0123456789abcdef", seed=42)
OPTIONS = Options(Size(20.0, dpi=100.0), method="bicubic")
EVERYTHING = [
    *("a.png", "a-cutout.png", "a-sheet.pdf", "a-recipe.json", "a-certificate.pdf", "a-certificate.json"),
    *("a-relief.stl", "a-height.png", "a-readme.txt"),
]


class Certifier:
    """Finds five neighbours that are far away."""

    info = ModelInfo("0123456789abcdef", "tiny", "style", Path("t"), 16, (16,), (6, 8), (), True, {})

    def __init__(self):
        self.examined = b""

    def examine(self, path, face):
        self.examined = path.read_bytes()
        described = {"file": path.name, "sha256": "ab" * 32, "width": 1, "height": 1}
        picture = np.full((16, 16, 3), 99, np.uint8)
        return SimpleNamespace(described=described, relation="Drawn by it.", face=face, picture=picture)

    def check(self, asked, *, stop):
        calibration = Calibration.of(CALIBRATION)
        near = tuple(Neighbour("training data", f"{n}.png", 0.4 + n / 50, 0.01) for n in range(5))
        return None if stop() else Finding(near, (Compared("training data", 100, "d"),), calibration)

    def training_faces(self, finding, folder):
        return SimpleNamespace(words="The nearest training faces are not shown.", pictures={})


@pytest.fixture(autouse=True)
def cut(monkeypatch):
    monkeypatch.setattr(
        fabrication, "cut_out", lambda picture, marks: Cutout(picture, np.ones(picture.shape[:2], np.float32))
    )


def contents(certifier=Certifier, face=FACE, options=OPTIONS, aligned=lambda: square(eyed())):
    return Contents(eyed(), options, find_eyes, None, "a", Layout(), face, "tiny", certifier, aligned)


def made(of=None, **others):
    of = of or contents()
    return packed(fabricate(of.picture, of.options, of.find), of, **others)


def text_of(found):
    return found.parts["a-readme.txt"].decode()


def test_the_certificate_in_it_is_signed(tmp_path):
    key = own_key(tmp_path / "key.pem")
    found = made(replace(contents(), key=lambda: key))
    stated = json.loads(found.parts["a-certificate.json"])
    assert broken_seals(stated, found.parts["a-certificate.pdf"], fingerprint(key.public)) == []
    assert stated["pdf"]["file"] == "a-certificate.pdf"


def test_the_text_has_sizes_and_hashes_and_is_signed(tmp_path):
    key = own_key(tmp_path / "key.pem")
    found = made(replace(contents(), key=lambda: key, robot="Laboratory head"))
    text = text_of(found)
    stated = entries(text)
    assert list(stated) == EVERYTHING[:-1] and "for: Laboratory head" in text
    for name, entry in stated.items():
        assert entry.size == len(found.parts[name])
        assert entry.sha256 == hashlib.sha256(found.parts[name]).hexdigest()
    assert signer(text) == (fingerprint(key.public), True)
    assert signer(text.replace("Laboratory", "Laboratary"))[1] is False
    assert signer(f"{text}and more\n")[1] is False
    assert signer(text_of(made())) == ("", True)


def test_a_picture_for_the_press_and_a_shell(tmp_path):
    (tmp_path / "press.icc").write_bytes(cmyk_profile())
    of = replace(contents(), profile=tmp_path / "press.icc", layout=Layout(cylinder_mm=45.0))
    found = made(of)
    with (
        Pillow.open(io.BytesIO(found.parts["a-cmyk.tif"])) as image,
        Pillow.open(io.BytesIO(found.parts["a.png"])) as flat,
    ):
        assert image.mode == "CMYK" and image.width > flat.width and image.height == flat.height
    assert "Unwrapped for a shell of 45 mm radius" in text_of(found)
    (tmp_path / "press.icc").write_bytes(b"no profile")
    assert "The picture for the press is left out: press.icc is no profile" in made(of).left_out[0]


def test_the_pictures_are_signed_before_the_certificate_is_about_them(tmp_path):
    path = tmp_path / "key.pem"
    certifier, notes = Certifier(), []

    def signer():
        notes.append(1)
        return self_made(own_key(path), path)

    found = made(replace(contents(lambda: certifier), signer=signer))
    assert not found.left_out and found.parts["a-credentials.pem"] == self_made(own_key(path), path).chain
    assert certifier.examined == found.parts["a.png"] and len(notes) == 1
    for name in ("a.png", "a-cutout.png"):
        credentials = read_bytes(found.parts[name], own_certificates(path))
        assert credentials is not None and credentials.state == TRUSTED and credentials.made == (GENERATED,)
    assert entries(text_of(found))["a.png"].size == len(found.parts["a.png"])


def test_without_c2pa_a_sentence_says_so_and_the_rest_is_made():
    def missing():
        raise ImportError("content credentials need a package: pip install 'facedesigner[credentials]'")

    found = made(replace(contents(), signer=missing))
    assert found.left_out == (
        "The content credentials are left out: content credentials need a package: pip install "
        "'facedesigner[credentials]'.",
    )
    assert list(found.parts) == EVERYTHING and read_bytes(found.parts["a.png"]) is None


def test_a_photo_with_a_generated_part_keeps_its_mark_and_names_what_it_was(tmp_path):
    path = tmp_path / "key.pem"
    of = contents(face=None)
    of = replace(of, mark=COMPOSITE, signer=lambda: self_made(own_key(path), path), parents=(Ingredient("p.png", b""),))
    credentials = read_bytes(made(of).parts["a.png"])
    assert credentials is not None and credentials.made == (COMPOSITE,) and credentials.ingredients == ("p.png",)


def test_the_cut_out_has_the_openings_and_a_colour_behind_the_face_does_not_replace_it():
    options = Options(Size(20.0, dpi=100.0), background="white", method="bicubic")
    openings = (Opening("eyes", 4, 4), Opening("mouth", 9, 4))
    found = made(replace(contents(options=options), layout=Layout(openings=openings)))
    main, cutout = (np.asarray(Pillow.open(io.BytesIO(found.parts[name]))) for name in ("a.png", "a-cutout.png"))
    marks = find_eyes(main)
    assert marks is not None and main.shape[2] == 3 and cutout.shape[2] == 4
    for x, y in marks.eyes.round().astype(int):
        assert cutout[y, x, 3] == 0 and cutout[y, x + 12, 3] == 255  # 4 mm are 16 dots across
    assert "The opening for the mouth is left out: only the eyes are known." in found.notes
    assert "Openings: eyes 4 × 4 mm, mouth 9 × 4 mm" in text_of(found)


def test_everything_is_in_it_and_the_text_says_what_is_what():
    certifier = Certifier()
    found = made(contents(lambda: certifier))
    assert list(found.parts) == EVERYTHING and not found.left_out
    assert json.loads(found.parts["a-recipe.json"])["seed"] == 42
    assert certifier.examined == found.parts["a.png"]  # what is certified is what is handed over
    assert json.loads(found.parts["a-certificate.json"])["recipe"]["seed"] == 42
    assert found.parts["a-certificate.pdf"].startswith(b"%PDF") and found.parts["a-sheet.pdf"].startswith(b"%PDF")
    text = text_of(found)
    assert all(name in text for name in EVERYTHING[:-1]) and "Pupil distance 20.0 mm" in text
    assert "the person does not exist" in text and "Not in this package" not in text
    assert "Hair touches the frame" in text and "Hair touches the frame" in " ".join(found.notes)


def test_the_relief_has_the_size_of_the_picture():
    solids: list[Any] = []
    for pupil in (20.0, 40.0):
        found = made(contents(options=Options(Size(pupil, dpi=50.0), method="bicubic")))
        solids.append(trimesh.load_mesh(io.BytesIO(found.parts["a-relief.stl"]), "stl"))
    small, large = solids
    assert large.extents[0] == pytest.approx(2 * small.extents[0], rel=0.01) and large.is_watertight


def test_a_whole_head_takes_the_place_of_the_relief():
    of = replace(contents(options=Options(Size(40.0, dpi=50.0), method="bicubic")), solid="whole")
    found = made(of)
    assert "a-relief.stl" not in found.parts and "a-height.png" not in found.parts
    head = trimesh.load_mesh(io.BytesIO(found.parts["a-head.stl"]), "stl")
    assert head.is_watertight and 120 < max(head.extents) < 260  # millimetres, at 40 between the pupils
    with_colours = trimesh.load(io.BytesIO(found.parts["a-head.glb"]), "glb")
    assert max(with_colours.extents) * 1000 == pytest.approx(max(head.extents), rel=0.01)
    assert "the whole head in millimetres" in text_of(found)


def test_what_cannot_be_made_is_left_out_and_said(monkeypatch):
    def fail(*_):
        raise CutoutError("the background cannot be told from the face: keep it")

    def none():
        raise ValueError("there are no embeddings of what tiny was trained on")

    def lost():
        raise ImportError("finding faces needs packages")

    monkeypatch.setattr(fabrication, "cut_out", fail)
    monkeypatch.setattr(package, "sheet_of", lambda *_: 1 / 0)
    found = made(contents(none, aligned=lost))
    assert list(found.parts) == ["a.png", "a-recipe.json", "a-readme.txt"]
    assert found.left_out == (
        "The cut-out is left out: the background cannot be told from the face: keep it.",
        "The sheet is left out: division by zero.",
        "The certificate is left out: there are no embeddings of what tiny was trained on.",
        "The relief is left out: finding faces needs packages.",
    )
    assert "Not in this package" in text_of(found) and all(sentence in text_of(found) for sentence in found.left_out)


def test_without_a_recipe_nothing_tells_it():
    found = made(contents(face=None))
    assert not {"a-recipe.json", "a-certificate.pdf", "a-certificate.json"} & set(found.parts)
    assert "without a recipe" in found.left_out[0] and "does not exist" not in text_of(found)


def test_without_a_key_the_text_is_not_signed_and_says_why():
    def none():
        raise ExportError("the key that signs certificates cannot be had: the disk is full")

    found = made(replace(contents(), key=none))
    assert "The signature of this text is left out: the key that signs certificates" in text_of(found)
    assert signer(text_of(found)) == ("", True) and "a.png" in found.parts


def test_a_cut_out_is_not_made_twice():
    found = made(contents(options=Options(Size(20.0, dpi=100.0), background="cut", method="bicubic")))
    assert "a-cutout.png" not in found.parts and len(found.parts) == len(EVERYTHING) - 1


@pytest.mark.parametrize("steps", range(1, 8))
def test_it_can_be_stopped_at_every_step(steps):
    told = []
    with pytest.raises(Stopped):
        made(progress=lambda share, what: told.append(what), stop=lambda: len(told) >= steps)
    assert len(told) == steps


def test_progress_only_grows():
    told = []
    made(progress=lambda share, what: told.append((share, what)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and shares[-1] == 1 and {what for _, what in told} > {"Modelling the relief"}


def test_a_mirrored_picture_gets_a_mirrored_relief():
    seen = []

    def find(picture):
        seen.append(picture)
        return find_eyes(picture)

    of = contents(options=Options(Size(20.0, dpi=50.0), mirror=True, method="bicubic"))
    made(replace(of, find=find))
    assert np.array_equal(seen[-1], square(eyed())[:, ::-1])


def test_square():
    assert square(eyed()).shape == (512, 512, 3)
