"""Hair and chin at the frame, on a picture of 200 x 200 with eyes 40 pixels apart."""

import numpy as np
import pytest

from facedesigner.engine.landmarks import CHIN, Landmarks
from facedesigner.export.frame import Frame, straightened, whole
from facedesigner.export.touching import touching

SIZE = (200, 200)


def face(chin=160.0, points=True):
    """Eyes in the middle, the chin on that row."""
    eyes = np.array([[80.0, 95.0], [120.0, 95.0]])
    if not points:
        return Landmarks(eyes)
    places = np.full((68, 2), 100.0)
    places[CHIN] = (100, chin)
    return Landmarks(eyes, places)


def matte(**edges):
    """What is covered: a disc, and stripes along edges over a share of their length, away from the corners."""
    rows, columns = np.mgrid[:200, :200] + 0.5
    alpha = np.hypot(columns - 100, rows - 100) < 70
    for side, share in edges.items():
        along = slice(60, 60 + round(200 * share))
        if side in ("top", "bottom"):
            alpha[slice(0, 20) if side == "top" else slice(-20, None), along] = True
        else:
            alpha[along, slice(0, 20) if side == "left" else slice(-20, None)] = True
    return alpha.astype(np.float32)


def found(alpha, marks=None, frame=None, **others):
    return touching(frame or whole(*SIZE), marks or face(), SIZE, alpha, **others)


def test_a_face_with_room_around_it_is_no_matter():
    assert found(matte()) == found(None) == ()


@pytest.mark.parametrize(
    ("edges", "words"),
    [
        ({"top": 0.3}, "at the top"),
        ({"left": 0.3}, "on the left"),
        ({"left": 0.3, "right": 0.3}, "on the left and on the right"),
        ({"top": 0.3, "left": 0.3, "right": 0.3}, "at the top, on the left and on the right"),
    ],
)
def test_hair_at_an_edge(edges, words):
    (sentence,) = found(matte(**edges))
    assert sentence == f"Hair touches the frame {words}: a cut-out ends in a straight line there."


def test_a_strand_and_shoulders_are_no_matter():
    assert not found(matte(top=0.02)) and not found(matte(bottom=1))
    alpha = matte()
    alpha[170:, :10] = 1  # below the chin
    assert not found(alpha)


def test_a_mirrored_export_names_its_own_sides():
    assert "on the right:" in found(matte(left=0.3), mirror=True)[0]


def test_the_frame_counts_not_the_picture():
    inner = Frame(np.array([100.0, 100.0]), np.array([1.0, 0.0]), 130, 130)
    assert "at the top, on the left and on the right" in found(matte(), frame=inner)[0]


def test_where_the_frame_is_larger_than_the_picture_its_own_edge_counts():
    marks = Landmarks(np.array([[10.0, 95.0], [190.0, 95.0]]))
    frame = straightened(marks, *SIZE)
    assert frame.width > 200
    assert "at the top" in found(matte(top=0.5), marks, frame)[0]


@pytest.mark.parametrize(("chin", "warned"), [(160.0, False), (194.0, False), (196.0, True), (230.0, True)])
def test_the_chin(chin, warned):
    sentences = found(matte(), face(chin))
    assert bool(sentences) == warned
    assert not warned or sentences[0].startswith("The chin touches the frame at the bottom")


def test_without_a_matte_the_head_is_estimated():
    (sentence,) = found(None, face(191))  # the crown lies as far above the eyes as the chin below
    assert sentence.startswith("The head reaches the frame at the top, by an estimate from the eyes and the chin: ")
    (sentence,) = found(matte(top=0.3), face(196))
    assert sentence.startswith("Hair touches the frame at the top, the chin touches the frame at the bottom: ")
    assert not found(None, face(points=False))
