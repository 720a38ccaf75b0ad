"""The real detector and networks on faces that the shipped generator drew."""

import copy

import numpy as np
import pytest
from PIL import Image, ImageFilter

from training.curation import detector
from training.curation.align import place
from training.curation.contract import Options, Overrules
from training.curation.detector import Detector

FORCED = Overrules(frozenset({""}))  # pictures here have no name


def only(found):
    (one,) = found
    return one


def test_a_good_face_is_kept_as_it_is(inspector, face, encode):
    found = only(inspector(encode(face)))
    assert found.reason == "", found.message
    assert np.array_equal(np.asarray(found.face), np.asarray(face))
    assert abs(found.roll) < 5
    labels = found.measures
    assert 10 < labels["age"] < 80 and labels["gender"] in ("female", "male") and labels["glasses"] in (0, 1)
    for name in ("mouth_width", "lip_thickness", "nose_width", "nose_length", "eye_opening", "eye_spacing"):
        assert 0.02 < labels[name] < 2, name
    assert 0 <= labels["hair_tone"] <= 100 and 20 < labels["skin_tone"] < 95
    assert abs(labels["yaw"]) < 25 and -1 < labels["smile"] < 1


@pytest.mark.parametrize("angle", [180, 90, -90, 150])
def test_a_face_that_is_not_upright_is_turned(inspector, faces, encode, angle):
    background = Image.new("RGB", (420, 420), (120, 120, 120))
    background.paste(faces[1], (82, 82))
    found = only(inspector(encode(background.rotate(angle))))
    assert found.reason == "", found.message
    assert abs((found.roll + angle + 180) % 360 - 180) < 12
    again = inspector.detect(found.face)
    points = place(again.points).to_unit(again.points)
    assert again.turned == 0
    assert np.allclose((points[36:42].mean(0) + points[42:48].mean(0)) / 2, (0.5, 0.47), atol=0.03)


def set_options(inspector, monkeypatch, **changes):
    monkeypatch.setattr(inspector, "options", Options(**changes))


@pytest.fixture
def both(faces):
    """A picture of two faces, the larger one on the left."""
    picture = Image.new("RGB", (480, 256))
    picture.paste(faces[0], (0, 0))
    picture.paste(faces[1].resize((224, 224)), (256, 0))
    return picture


def test_of_several_faces_the_largest_is_taken_or_all_are_refused(inspector, faces, both, encode, monkeypatch):
    set_options(inspector, monkeypatch, faces="largest")
    found = only(inspector(encode(both)))
    assert found.reason == "" and found.message == "the largest of 2 faces" and found.number == 0
    alone, other = (np.asarray(only(inspector(encode(face))).face, np.float32) for face in faces[:2])
    made = np.asarray(found.face, np.float32)
    assert np.abs(made - alone).mean() < 8 < np.abs(made - other).mean()
    set_options(inspector, monkeypatch, faces="single")
    found = only(inspector(encode(both)))
    assert found.reason == "several faces" and "2 faces" in found.message


def test_each_of_several_faces_is_a_picture_of_its_own(inspector, faces, both, encode):
    found = inspector(encode(both))
    assert [(one.number, one.reason) for one in found] == [(1, ""), (2, "")]
    assert [one.message for one in found] == ["face 1 of 2 from the left", "face 2 of 2 from the left"]
    for one, face in zip(found, faces[:2], strict=True):
        alone = np.asarray(only(inspector(encode(face))).face, np.float32)
        assert np.abs(np.asarray(one.face, np.float32) - alone).mean() < 20
        assert one.thumbnail.size == (160, 160)  # of the face, not of the picture
    assert found[0].measures["face_pixels"] > found[1].measures["face_pixels"]


def test_each_face_is_judged_by_itself_and_one_can_be_forced(inspector, faces, encode):
    scene = Image.new("RGB", (900, 500), (90, 110, 130))
    scene.paste(faces[0].filter(ImageFilter.GaussianBlur(6)), (560, 100))
    scene.paste(faces[1], (60, 100))
    scene.paste(faces[2].resize((100, 100), Image.Resampling.LANCZOS), (380, 30))
    found = inspector(encode(scene), "a.jpg", Overrules(frozenset({"a.jpg#3"})))
    assert [one.reason for one in found] == ["", "too small", "blurred"]
    assert [one.face is not None for one in found] == [True, False, True]
    assert [one.forced for one in found] == [False, False, True]


def test_a_face_that_fills_the_picture_is_the_only_one_that_is_looked_for(inspector, face, encode, monkeypatch):
    monkeypatch.setattr(inspector.detect, "further", None)
    assert only(inspector(encode(face))).number == 0


def test_the_least_face_follows_the_size_that_is_asked_for(inspector, face, encode, monkeypatch):
    half = encode(face.resize((128, 128), Image.Resampling.LANCZOS))  # such as the program's own
    assert only(inspector(half)).reason == ""
    set_options(inspector, monkeypatch, size=512)
    found = only(inspector(half))
    assert found.reason == "too small" and "230 are the least" in found.message
    set_options(inspector, monkeypatch, size=512, min_face=100)
    assert only(inspector(half)).reason == ""
    assert Options(size=64).least == 29 and Options(size=16).least == 8


def test_a_small_face_in_a_large_picture_is_too_small(inspector, face, encode):
    scene = Image.new("RGB", (900, 600), (90, 110, 130))
    scene.paste(face.resize((110, 110), Image.Resampling.LANCZOS), (400, 200))
    found = only(inspector(encode(scene)))
    assert found.reason == "too small" and "115 are the least" in found.message


def test_a_tiny_picture_is_too_small(inspector, face, encode):
    assert only(inspector(encode(face.resize((40, 40))))).reason == "too small"


def test_a_blurred_face_is_refused(inspector, face, encode):
    assert only(inspector(encode(face.filter(ImageFilter.GaussianBlur(6))))).reason == "blurred"


def test_a_distorted_face_is_refused(inspector, face, encode):
    pixels = np.array(face)
    pixels[:, 128:] = np.roll(pixels[:, 128:], 30, axis=0)
    assert only(inspector(encode(Image.fromarray(pixels)))).reason in ("distorted", "no face")


def test_a_face_at_the_edge_is_cut_off(inspector, face, encode):
    found = only(inspector(encode(face.crop((60, 50, 256, 230)))))
    assert found.reason == "cut off", found.measures


def test_noise_holds_no_face(inspector, encode):
    noise = np.random.default_rng(0).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    found = only(inspector(encode(Image.fromarray(noise))))
    assert found.reason == "no face" and found.face is None and found.thumbnail is not None


def test_a_turned_head_is_refused(inspector, face):
    strict = copy.copy(inspector)
    strict.options = Options(max_yaw=5.0)
    detected = strict.detect(face)
    assert detected is not None
    points = detected.points
    points[30] += (25, 0)
    found = strict.look_at(
        detector.Face(face, 0, (60, 60, 200, 200), points, 2.0, 0), (), face.resize((160, 160)), forced=False
    )
    assert found.reason == "turned away" and "up to 5° are taken" in found.message


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK"])
def test_other_modes_are_kept(inspector, face, encode, mode):
    assert only(inspector(encode(face.convert(mode), "TIFF"))).reason == ""


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (500, 2), (129, 4000)])
def test_odd_sizes_are_no_trouble(inspector, encode, size):
    assert only(inspector(encode(Image.new("RGB", size)))).reason in ("too small", "no face")
    assert only(inspector(encode(Image.new("RGB", size)), overrules=FORCED)).face.size == (256, 256)


def test_forced_makes_a_face_of_anything_that_can_be_decoded(inspector, face, encode):
    blurred = only(inspector(encode(face.filter(ImageFilter.GaussianBlur(6))), overrules=FORCED))
    assert blurred.reason == "blurred" and blurred.face.size == (256, 256)
    grey = only(inspector(encode(Image.new("RGB", (400, 300), "grey")), overrules=FORCED))
    assert grey.reason == "no face" and grey.face.size == (256, 256) and not grey.measures
    assert only(inspector(b"text", overrules=FORCED)).face is None


def test_without_the_packages_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(detector, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install 'facedesigner\[faces\]'"):
        Detector()
