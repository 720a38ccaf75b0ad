import numpy as np
import pytest

from facedesigner.engine.landmarks import EyesError, Landmarks, pointed_at
from facedesigner.export import fabrication
from facedesigner.export.cutout import Cutout
from facedesigner.export.fabrication import Options, Stopped, fabricate
from facedesigner.export.measure import Size, SizeError, measures
from tests.unit.export.faces import eyed, find_eyes


def options(pupil=63.0, dpi=50.0, **others):
    return Options(Size(pupil, dpi=dpi), method="bicubic", **others)


@pytest.mark.parametrize(("pupil", "dpi"), [(63.0, 50.0), (10.0, 150.0), (20.0, 100.0)])
def test_the_pupils_are_as_far_apart_as_asked(pupil, dpi):
    made = fabricate(eyed(), options(pupil, dpi), find_eyes)
    seen = find_eyes(made.pixels)
    assert seen is not None
    assert seen.distance / dpi * 25.4 == pytest.approx(pupil, rel=0.005)
    assert made.measures[0].mm == pytest.approx(pupil, rel=0.005)


def test_a_finder_that_sees_larger_pictures_otherwise_is_followed():
    def biased(picture):
        found = find_eyes(picture)
        if found is None or picture.shape[1] < 150:
            return found
        return Landmarks(found.middle + (found.eyes - found.middle) * 1.03)

    made = fabricate(eyed(), options(), biased)
    seen = biased(made.pixels)
    assert seen is not None
    assert seen.distance / 50 * 25.4 == pytest.approx(63, rel=0.005)


def test_the_eyes_are_level_and_in_the_centre():
    made = fabricate(eyed(), options(), find_eyes)
    seen = find_eyes(made.pixels)
    assert seen is not None
    assert abs(seen.roll) < 0.2
    height, width = made.pixels.shape[:2]
    assert seen.middle == pytest.approx([width / 2, height / 2], abs=1.5)


def test_without_straightening_the_frame_stays():
    made = fabricate(eyed(), options(straighten=False), find_eyes)
    seen = find_eyes(made.pixels)
    assert seen is not None
    assert seen.roll == pytest.approx(np.degrees(np.arctan2(4, 30)), abs=0.3)
    assert made.pixels.shape[1] / made.pixels.shape[0] == pytest.approx(1.2, abs=0.01)


def test_a_mirror_image_shows_the_blue_eye_on_the_left():
    straight, mirrored = (fabricate(eyed(), options(mirror=mirror), find_eyes) for mirror in (False, True))
    assert np.array_equal(mirrored.pixels, straight.pixels[:, ::-1])
    assert mirrored.landmarks.eyes[0, 0] < mirrored.landmarks.eyes[1, 0]
    x, y = mirrored.landmarks.eyes[0].astype(int)
    assert mirrored.pixels[y, x, 2] > 200


def test_clicks_are_taken_as_they_are():
    made = fabricate(eyed(), options(), None, pointed_at((75, 54), (45, 50)))
    assert made.landmarks.distance == pytest.approx(63 / 25.4 * 50)
    assert made.landmarks.points is None


def test_16_bits_are_finer_than_8():
    ramp = np.repeat(np.linspace(0, 255, 120)[None, :, None].round().astype(np.uint8), 100, 0).repeat(3, 2)
    fine = fabricate(ramp, options(bits=16), None, pointed_at((45, 50), (75, 50)))
    assert fine.pixels.dtype == np.uint16
    assert len(np.unique(fine.pixels)) > 300
    assert fine.opaque.dtype == np.uint8


def test_cut_out_and_coloured_backgrounds(monkeypatch):
    def half(picture, landmarks):
        alpha = np.zeros(picture.shape[:2], np.float32)
        alpha[:, picture.shape[1] // 2 :] = 1
        return Cutout(picture, alpha)

    monkeypatch.setattr(fabrication, "cut_out", half)
    cut = fabricate(eyed(), options(background="cut"), find_eyes).pixels
    assert cut.shape[2] == 4
    assert (cut[:, 3] == 0).all() and (cut[:, -3, 3] == 255).all()
    green = fabricate(eyed(), options(background="#00ff00"), find_eyes).pixels
    assert green.shape[2] == 3
    assert (green[:, 3] == (0, 255, 0)).all() and (green[:, -3] == 128).all()


def test_what_cannot_be_is_said():
    with pytest.raises(EyesError, match="no eyes were found: point at the two pupils"):
        fabricate(np.zeros((50, 50, 3), np.uint8), options(), find_eyes)
    with pytest.raises(SizeError, match="choose 5 to 500 mm"):
        Size(0.1)
    with pytest.raises(SizeError, match="choose 20 to 2000 mm"):
        Size(None, 5.0)
    with pytest.raises(SizeError, match="give one of them"):
        Size(63.0, 200.0)
    with pytest.raises(SizeError, match="choose 30 to 2400 dpi"):
        Size(dpi=1e9)
    with pytest.raises(SizeError, match=r"12,000 a side are the most: choose \d+ dpi or less"):
        fabricate(eyed(), options(400.0, 1000.0), find_eyes)
    with pytest.raises(SizeError, match="no colour"):
        Options(background="mud")
    with pytest.raises(SizeError, match="choose 8 or 16"):
        Options(bits=12)
    with pytest.raises(EyesError, match="give the pupil distance"):
        fabricate(eyed(), Options(Size(None, 200.0)), find_eyes)


def test_it_can_be_stopped():
    with pytest.raises(Stopped):
        fabricate(eyed(), options(), find_eyes, stop=lambda: True)


def test_measures_in_millimetres():
    points = np.zeros((68, 2))
    points[36:42], points[42:48] = (40, 50), (70, 50)
    points[8] = (55, 110)
    points[31], points[35] = (50, 70), (60, 70)
    found = {m.label: m.mm for m in measures(Landmarks(np.array([[40.0, 50], [70, 50]]), points), 2.0)}
    assert found["Pupil distance"] == 15 and found["Head height"] == 60 and found["Nose width"] == 5


def test_a_pupil_distance_that_was_asked_for_is_stated_as_such():
    marks = Landmarks(np.array([[40.0, 50], [70, 50]]), None)
    assert measures(marks, 2.0)[0].mm == 15.0
    assert measures(marks, 2.0, 15.05)[0].mm == 15.05  # found again within half a per cent
    assert measures(marks, 2.0, 15.2)[0].mm == 15.0  # further off, it is what was found
    made = fabricate(eyed(), options(21.0, 300.0), find_eyes)
    assert str(made.measures[0]).endswith(" 21.0 mm")
