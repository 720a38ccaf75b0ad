from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import trimesh
from PIL import Image

from facedesigner.cli import main
from facedesigner.engine import photo
from facedesigner.engine import relief as engine
from facedesigner.export.png import save_png
from facedesigner.state.face import FaceState

SMALL = ["--resolution", "48"]


@pytest.fixture
def face(tmp_path, monkeypatch):
    """A picture with a recipe of ours, so that it counts as aligned; landmarks are not looked for."""
    monkeypatch.setattr(engine, "aligned_marks", lambda picture: (None, "the head has its standard shape"))
    rows, columns = np.mgrid[:64, :64] / 64 - 0.5
    image = np.full((64, 64, 3), 190, np.uint8)
    image[np.hypot(rows / 0.4, columns / 0.3) < 1] = (205, 160, 140)
    return save_png(image, tmp_path / "face.png", FaceState("0123456789abcdef", seed=1), "tiny")


def test_a_solid_and_a_height_map(face, tmp_path, capsys):
    files = ["--out", str(tmp_path / "a.stl"), "--height-map", str(tmp_path / "h.png")]
    assert main(["relief", str(face), *files, "--size-mm", "80", "--shape", "oval", "--depth", "0.5", *SMALL]) == 0
    said = capsys.readouterr()
    assert said.out.split() == [str(tmp_path / "h.png"), str(tmp_path / "a.stl")]
    assert "80.0 × " in said.err and "triangles" in said.err and "standard shape" in said.err
    mesh: Any = trimesh.load(tmp_path / "a.stl")
    assert mesh.is_watertight and mesh.extents[0] == pytest.approx(80, rel=0.005)
    with Image.open(tmp_path / "h.png") as picture:
        assert np.asarray(picture).max() > 255
    assert main(["relief", str(face), *files, *SMALL]) == 2
    assert "add --overwrite" in capsys.readouterr().err
    assert main(["relief", str(face), *files, "--overwrite", "--thickness-mm", "3", *SMALL]) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "nothing to write: name a file"),
        (["--out", "a.fbx"], "ends in .stl, .obj, .ply, .glb or .3mf"),
        (["--out", "a.stl", "--hair", "bald"], "--hair is for whole heads: add --whole"),
        (["--out", "a.stl", "--head-height-mm", "200"], "--head-height-mm is for whole heads: add --whole"),
        (["--out", "a.stl", "--whole", "--shape", "oval"], "--shape is for reliefs: leave it out"),
        (["--out", "a.stl", "--whole", "--height-map", "h.png"], "a whole head has no height map"),
        (["--height-map", "h.png", "--whole"], "a whole head has no height map"),
        (["--out", "a.stl", "--whole", "--hair", "wig"], "hair is 'wig'; choose volume or bald"),
        (["--out", "a.stl", "--whole", "--cutouts", "nose"], "--cutouts asks for 'nose'; choose of eyes, mouth"),
        (["--out", "a.stl", "--whole", "--mould", "--thickness-mm", "3"], "a mould is of a solid head"),
        (["--out", "a.stl", "--mould"], "--mould is for whole heads: add --whole"),
        (["--out", "a.stl", "--whole", "--neck", "wide"], "the neck is 'wide'; choose open or closed"),
        (["--height-map", "a.jpg"], "ends in .png"),
        (["--out", "a.stl", "--detail", "7"], "--detail is 7; choose 0 to 1"),
        (["--out", "a.stl", "--depth", "99"], "the depth is 99; choose 0.05 to 3"),
        (["--out", "a.stl", "--resolution", "9"], "the resolution is 9; choose 32 to 1024"),
        (["--out", "a.stl", "--shape", "cube"], "choose plate, oval, head"),
        (["--out", "a.stl", "--size-mm", "9", "--pupil-mm", "9"], "not allowed with"),
    ],
)
def test_what_cannot_be_done_is_said(face, words, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["relief", str(face), *words]) == 2
    assert message in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"face.png"}


def test_a_whole_head(face, tmp_path, capsys, monkeypatch):
    assert (
        main(["relief", str(face), "--whole", "--out", str(tmp_path / "h.glb"), "--hair", "bald", "--pupil-mm", "60"])
        == 0
    )
    said = capsys.readouterr()
    assert said.out.strip() == str(tmp_path / "h.glb") and "pupils 60.0 mm apart" in said.err
    mesh: Any = trimesh.load(tmp_path / "h.glb", force="mesh")
    assert mesh.is_watertight and mesh.extents[1] > 0.2


def test_another_picture_needs_a_face(tmp_path, capsys, monkeypatch):
    class Blind:
        def __call__(self, image: object) -> None: ...

    monkeypatch.setattr(photo, "new_detector", Blind)
    picture = tmp_path / "wall.png"
    Image.new("RGB", (200, 200), (90, 90, 90)).save(picture)
    assert main(["relief", str(picture), "--out", str(tmp_path / "a.stl")]) == 2
    assert "no face was found in wall.png" in capsys.readouterr().err and not (tmp_path / "a.stl").exists()
    monkeypatch.setattr(engine, "aligned_marks", lambda picture: (None, ""))
    assert main(["relief", str(picture), "--out", str(tmp_path / "a.stl"), "--aligned", *SMALL]) == 0
