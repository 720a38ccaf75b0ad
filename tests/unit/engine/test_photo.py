import builtins
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from facedesigner.contract.request import RenderRequest
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.engine.photo import NoFaceError, PhotoError, open_aligned, open_photo
from facedesigner.resources import default_weights
from facedesigner.state.face import FaceState
from training.curation import detector as detecting
from training.curation.align import cut
from training.curation.detector import Detector, Face, overlap


@pytest.fixture(scope="module")
def detector():
    pytest.importorskip("dlib")
    return Detector()


@pytest.fixture(scope="module")
def face():
    """256 px, in FFHQ's place, drawn by the shipped generator."""
    engine = FaceEngine("cpu")
    engine.load(default_weights())
    image = engine.render(RenderRequest(FaceState("", seed=3, psi=0.8))).image
    assert image is not None
    return Image.fromarray(image).resize((256, 256), Image.Resampling.LANCZOS)


def saved(image, path, **options):
    image.save(path, **options)
    return path


def on_grey(*pasted, size=(700, 500)):
    canvas = Image.new("RGB", size, (128, 128, 128))
    for image, place in pasted:
        canvas.paste(image, place)
    return canvas


def far(picture, face):
    """Mean absolute difference from the face itself."""
    return np.abs(picture.astype(float) - np.asarray(face.resize((128, 128), Image.Resampling.LANCZOS))).mean()


def test_a_face_in_place_is_only_made_smaller(face, detector, tmp_path):
    (found,) = open_photo(saved(face, tmp_path / "a.png"), detector=detector)
    assert found.picture.shape == (128, 128, 3) and found.picture.dtype == np.uint8
    assert far(found.picture, face) < 1 and found.outside < 0.05


def test_a_face_anywhere_is_brought_into_place(face, detector, tmp_path):
    (found,) = open_photo(saved(on_grey((face, (300, 120))), tmp_path / "a.png"), detector=detector)
    assert far(found.picture, face) < 12 and abs(found.side - 256) < 25
    left, top, right, bottom = found.box
    assert 300 < left < right < 556 and 120 < top < bottom < 376


def test_exif_says_which_way_is_up(face, detector, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    path = saved(face.rotate(90), tmp_path / "a.jpg", exif=exif, quality=95)
    (found,) = open_photo(path, detector=detector)
    assert far(found.picture, face) < 4
    assert far(open_aligned(path).picture, face) < 4
    assert found.searched == (256, 256) and found.turned == 0


def test_a_photo_on_its_side_knows_where_its_face_lies(face, detector, tmp_path):
    lying = on_grey((face, (300, 120))).rotate(90, expand=True)
    (found,) = open_photo(saved(lying, tmp_path / "a.png"), detector=detector)
    assert found.turned == 270 and found.searched == lying.size and found.placement is not None
    again = np.asarray(cut(lying, found.placement, 128))
    assert np.abs(again.astype(float) - found.picture).mean() < 3


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "I;16", "P", "CMYK"])
def test_any_mode(mode, face, detector, tmp_path):
    image = face.convert(mode) if mode != "I;16" else Image.fromarray(np.asarray(face.convert("L")).astype("<u2") * 257)
    path = saved(image, tmp_path / ("a.tif" if mode == "CMYK" else "a.png"))
    wanted = face.convert("L").convert("RGB") if mode in ("L", "LA", "I;16") else face
    for found in (*open_photo(path, detector=detector), open_aligned(path)):
        assert far(found.picture, wanted) < 8


def test_several_faces_the_largest_first(face, detector, tmp_path):
    small = face.resize((180, 180))
    photo = on_grey((small, (20, 20)), (face.resize((400, 400)), (250, 60)))
    first, second = open_photo(saved(photo, tmp_path / "a.png"), detector=detector)
    assert first.side > 1.5 * second.side > 0
    assert second.box[2] < 220 < first.box[0]


def test_fifty_million_pixels(face, detector, tmp_path):
    photo = on_grey((face.resize((2400, 2400)), (3000, 1500)), size=(8660, 5780))
    path = saved(photo, tmp_path / "a.jpg", quality=60)
    (found,) = open_photo(path, detector=detector)
    assert far(found.picture, face) < 15


def test_a_bomb_is_not_decoded(tmp_path):
    path = saved(Image.new("1", (20_000, 20_000)), tmp_path / "a.png")
    with pytest.raises(PhotoError, match=r"a\.png cannot be opened: .* million are decoded at most: make it smaller"):
        open_photo(path)


def test_no_face(detector, tmp_path):
    with pytest.raises(NoFaceError, match=r"no face was found in a\.png.*can be opened as aligned"):
        open_photo(saved(on_grey(), tmp_path / "a.png"), detector=detector)


def test_too_small_a_face(face, tmp_path):
    points = np.zeros((68, 2)) + 50
    points[36:42] -= (4, 0)
    points[42:48] += (4, 0)
    found = Face(face, 0, (40, 40, 60, 60), points, 1.0, 0)

    class Blind(SimpleNamespace):
        def __call__(self, image):
            return found

    blind: Any = Blind(further=lambda *_: ())
    with pytest.raises(PhotoError, match=r"is 33 pixels wide, 64 are the least: choose a larger picture"):
        open_photo(saved(face, tmp_path / "a.png"), detector=blind)
    with pytest.raises(PhotoError, match=r"is 40 × 60 pixels, 64 are the least"):
        open_aligned(saved(Image.new("RGB", (40, 60)), tmp_path / "b.png"))


def test_aligned_takes_the_middle_square(tmp_path):
    wide = np.zeros((100, 200, 3), np.uint8)
    wide[:, 50:150] = (255, 0, 0)
    found = open_aligned(saved(Image.fromarray(wide), tmp_path / "a.png"), 64)
    assert found.picture.shape == (64, 64, 3) and (found.picture == (255, 0, 0)).all() and found.side == 100


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"no picture", "it is not a picture"),
        (None, "No such file or directory"),
        (b"\0\0\0\x18ftypheic", "save it as JPEG first"),
    ],
)
@pytest.mark.parametrize("open_it", [open_photo, open_aligned])
def test_what_is_no_picture_is_named(open_it, content, message, tmp_path):
    path = tmp_path / "a.jpg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PhotoError, match=message):
        open_it(path)


def test_a_truncated_file_is_named(face, tmp_path):
    path = saved(face, tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(PhotoError, match=r"a\.jpg cannot be opened"):
        open_photo(path)


def test_without_dlib_it_says_what_to_install(face, tmp_path, monkeypatch):
    path = saved(face, tmp_path / "a.png")
    monkeypatch.setattr(detecting, "find_spec", lambda name: None)
    with pytest.raises(NoFaceError, match=r"pip install 'facedesigner\[faces\]'.*opened as aligned without them"):
        open_photo(path)
    original = builtins.__import__

    def no_dlib(name, *rest, **more):
        assert name != "dlib"
        return original(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", no_dlib)
    assert open_aligned(path).picture.shape == (128, 128, 3)


def test_overlap():
    assert overlap((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert overlap((0, 0, 10, 10), (10, 0, 20, 10)) == 0
    assert overlap((0, 0, 10, 10), (0, 5, 10, 15)) == pytest.approx(1 / 3)
