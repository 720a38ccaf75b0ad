"""`export` and `batch` on the command line."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest
from PIL import Image as Pillow

from facedesigner.cli import main
from facedesigner.engine import batch, landmarks, relief
from facedesigner.engine.batch import Tools
from facedesigner.export.cutout import Cutout
from facedesigner.export.png import read_face, save_png
from facedesigner.state.face import FaceState
from tests.profiles import cmyk_profile
from tests.tiny import tiny_weights
from tests.unit.export.faces import eyed, find_eyes


@pytest.fixture(autouse=True)
def finder(monkeypatch):
    monkeypatch.setattr(landmarks, "LandmarkFinder", lambda: find_eyes)
    monkeypatch.setattr(relief, "finder", lambda: find_eyes)  # it is kept for the whole process otherwise


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return tiny_weights(tmp_path_factory.mktemp("weights") / "tiny.safetensors")


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    Pillow.fromarray(eyed()).save(path)
    return path


def run(*words):
    return main([str(word) for word in words])


def test_a_photo_in_its_real_size(photo, tmp_path, capsys):
    out = tmp_path / "new" / "{name}_{pupil}mm.png"
    words = ("export", photo, "--dpi", 50, "--method", "bicubic")
    assert run(*words, "--out", out, "--sheet", "a4", "--bits", 16) == 0
    written = tmp_path / "new" / "photo_63mm.png"
    assert capsys.readouterr().out.split() == [str(written), str(written.with_suffix(".pdf"))]
    with Pillow.open(written) as image:
        assert image.info["dpi"] == pytest.approx((50, 50), rel=1e-3) and "icc_profile" in image.info
        seen = find_eyes(np.asarray(image.convert("RGB")))
    assert seen is not None and seen.distance / 50 * 25.4 == pytest.approx(63, rel=0.005)
    assert written.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
    assert run(*words, "--out", written) == 2
    assert "exists already" in capsys.readouterr().err


def test_a_shell_and_a_press(photo, tmp_path, capsys):
    (tmp_path / "press.icc").write_bytes(cmyk_profile())
    words = ("export", photo, "--dpi", 50, "--method", "bicubic", "--sheet", "A4", "--cylinder-mm", 130)
    assert run(*words, "--overlap-mm", 20, "--icc", tmp_path / "press.icc", "--out", tmp_path / "a.png") == 0
    written = [tmp_path / f"a{ending}" for ending in (".png", ".pdf", ".tif")]
    assert capsys.readouterr().out.split() == [str(path) for path in written]
    with Pillow.open(written[0]) as flat, Pillow.open(written[2]) as image:
        assert image.mode == "CMYK" and image.width > flat.width
    assert run(*words, "--icc", photo, "--out", tmp_path / "b.png") == 2
    assert "photo.png is no profile that can be used" in capsys.readouterr().err
    assert run(*words[:-1], 21, "--out", tmp_path / "b.png") == 2
    assert "too wide for a shell of 21 mm radius" in capsys.readouterr().err
    assert not (tmp_path / "b.png").exists()  # nothing of what was asked for


def test_a_name_that_is_taken_is_said_before_the_work(photo, tmp_path, capsys, monkeypatch):
    def work(*_):
        pytest.fail("the work was begun")

    monkeypatch.setattr("facedesigner.export.fabrication.fabricate", work)
    for name, words in (("photo", ()), ("photo_50_63", ()), ("photo_63", ("--sheet", "a4"))):
        ending = ".pdf" if words else ".png"
        (tmp_path / f"{name}{ending}").write_bytes(b"kept")
        out = tmp_path / {"photo": "{name}.png", "photo_50_63": "{name}_{dpi}_{pupil}.png"}.get(name, "{name}_63.png")
        assert run("export", photo, "--dpi", 50, "--out", out, *words) == 2
        assert f"{name}{ending} exists already" in capsys.readouterr().err


def test_our_own_picture_is_drawn_anew_unless_it_is_another(weights, tmp_path, capsys, monkeypatch):
    assert run("generate", "--seed", 3, "--weights", weights, "--out", tmp_path / "face.png") == 0
    eyes = ("--eyes", "4,6", "11,6", "--weights", weights, "--method", "bicubic", "--pupil-mm", 20, "--dpi", 50)
    assert run("export", tmp_path / "face.png", "--out", tmp_path / "{name}_{seed}.png", *eyes) == 0
    assert read_face(tmp_path / "face_0003.png").seed == 3
    assert "used as it is" not in capsys.readouterr().err
    assert run("export", tmp_path / "face_0003.png", "--out", tmp_path / "b.png", *eyes) == 0
    assert "turned and cut to be fabricated. The picture is used as it is." in capsys.readouterr().err
    assert run("export", tmp_path / "face.png", "--out", tmp_path / "c.png", "--no-recipe", *eyes) == 0
    with Pillow.open(tmp_path / "c.png") as image:
        image.load()
        assert "facedesigner" not in image.info
    face = read_face(tmp_path / "face.png")
    save_png(np.zeros((16, 16, 3), np.uint8), tmp_path / "painted.png", face, "tiny")
    assert run("export", tmp_path / "painted.png", "--out", tmp_path / "d.png", *eyes) == 0
    assert "it was edited" in capsys.readouterr().err
    stranger = FaceState("f" * 16, seed=1)
    save_png(np.zeros((16, 16, 3), np.uint8), tmp_path / "other.png", stranger, "other")
    assert run("export", tmp_path / "other.png", "--out", tmp_path / "e.png", *eyes) == 0
    assert "another model" in capsys.readouterr().err


def test_the_set_of_a_face(weights, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(
        "facedesigner.export.fabrication.cut_out",
        lambda picture, marks: Cutout(picture, np.ones(picture.shape[:2], np.float32)),
    )
    assert run("generate", "--seed", 3, "--weights", weights, "--out", tmp_path / "face.png") == 0
    words = ("--eyes", "4,6", "11,6", "--weights", weights, "--method", "bicubic", "--pupil-mm", 20, "--dpi", 50)
    assert run("export", tmp_path / "face.png", "--set", tmp_path / "face.zip", *words) == 0
    with zipfile.ZipFile(tmp_path / "face.zip") as archive:
        assert archive.namelist() == [
            *("face.png", "face-cutout.png", "face-sheet.pdf", "face-recipe.json"),
            *("face-relief.stl", "face-height.png", "face-readme.txt"),
        ]
        text = archive.read("face-readme.txt").decode()
    told = capsys.readouterr().err
    for words_of in (told, text):
        assert "The certificate is left out: there are no embeddings" in words_of
        assert "Hair touches the frame at the top, on the left and on the right" in words_of
    assert run("export", tmp_path / "face.png", "--set", tmp_path / "face.zip", *words) == 2
    assert "exists already" in capsys.readouterr().err


def test_a_chin_at_the_frame_is_warned_of(photo, tmp_path, capsys, monkeypatch):
    def with_chin(picture):
        found = find_eyes(picture)
        if found is None:
            return None
        points = np.repeat(found.middle[None], 68, 0)
        points[landmarks.CHIN] += (0, 1.6 * found.distance)
        return landmarks.Landmarks(found.eyes, points)

    monkeypatch.setattr(landmarks, "LandmarkFinder", lambda: with_chin)
    words = ("export", photo, "--dpi", 50, "--method", "bicubic", "--out", tmp_path / "a.png")
    assert run(*words) == 0
    assert "The chin touches the frame at the bottom" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say where to write"),
        (("--out", "a.jpg"), "ends in .png"),
        (("--out", "{what}.png"), "unknown field {what}"),
        (("--out", "a.png", "--pupil-mm", 1), "choose 5 to 500 mm"),
        (("--out", "a.png", "--dpi", 2400), "choose"),
        (("--out", "a.png", "--sheet", "B5"), "choose A4, A3, Letter"),
        (("--out", "a.png", "--background", "mud"), "no colour"),
        (("--out", "a.png", "--bits", 12), "choose 8 or 16"),
        (("--out", "a.png", "--method", "magic"), "choose bicubic, resnet or gan"),
        (("--out", "a.png", "--eyes", "1;2", "3,4"), "give two places"),
        (("--out", "a.png", "--eyes", "1,2", "1,2"), "fall together"),
        (("--out", "a.png", "--eyes", "1,2", "30,2", "--head-mm", 200), "give the pupil distance"),
        (("--out", "a.png", "--head-mm", 200), "give the pupil distance"),
    ],
)
def test_what_cannot_be_is_said(photo, tmp_path, capsys, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    assert run("export", photo, *words) == 2
    assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["photo.png"]


def test_no_eyes_asks_for_clicks(tmp_path, capsys):
    Pillow.new("RGB", (80, 80), "grey").save(tmp_path / "wall.png")
    assert run("export", tmp_path / "wall.png", "--out", tmp_path / "a.png") == 2
    assert "wall.png: no eyes were found: point at the two pupils, with --eyes x,y x,y" in capsys.readouterr().err


@pytest.fixture
def tools(monkeypatch):
    def ready(info):
        def label(pictures):
            return {"age": pictures.mean((1, 2, 3)).astype(float)}

        return Tools(label, lambda picture: np.stack([picture[:8, :16, 0].ravel() / 255.0] * 2), lambda picture: "")

    monkeypatch.setattr(batch, "ready_tools", ready)


def test_a_batch(weights, tools, tmp_path, capsys):
    words = ("batch", "--weights", weights, "--out-dir", tmp_path / "many", "--min-distance", 0.01, "--seed", 5)
    assert run(*words, "--count", 2) == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / "many" / f"face000{n}.png") for n in (1, 2)]
    assert run(*words, "--count", 4) == 0
    told = capsys.readouterr()
    assert told.out.split() == [str(tmp_path / "many" / f"face000{n}.png") for n in (3, 4)]
    assert "going on with 2 faces" in told.err
    seeds = [read_face(path).seed for path in sorted((tmp_path / "many").glob("face*.png"))]
    assert len(set(seeds)) == 4 and (tmp_path / "many" / "contact-sheet.png").exists()
    assert json.loads((tmp_path / "many" / "batch.jsonl").read_text().split("\n")[0])["seed"] == 5


def test_a_wish_that_is_too_narrow(weights, tools, tmp_path, capsys):
    words = ("batch", "--weights", weights, "--out-dir", tmp_path, "--count", 3, "--patience", 4)
    assert run(*words, "--constraint", "age=300..400") == 2
    told = capsys.readouterr().err
    assert "0 of 3 faces after 4 tries" in told and "age=300..400 missed 4" in told and "too narrow" in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--constraint", "age"), "write it as age=60..80"),
        (("--constraint", "hat=1.."), "'hat' is not measured"),
        (("--count", "0"), "choose 1 to 10000"),
        (("--min-distance", "9"), "choose 0 to 1.5"),
    ],
)
def test_a_wish_that_makes_no_sense(weights, tools, tmp_path, capsys, words, said):
    assert run("batch", "--weights", weights, "--out-dir", tmp_path / "new", "--count", 3, *words) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
