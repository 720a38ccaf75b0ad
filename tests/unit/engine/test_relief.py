from types import SimpleNamespace

import numpy as np
import pytest

from facedesigner.engine import relief as module
from facedesigner.engine.planes import blurred, distance_inside, filled
from facedesigner.engine.relief import BACK, SPAN, ReliefError, aligned_marks, height_map, standard_landmarks
from facedesigner.engine.silhouette import silhouette

SIDE = 96


@pytest.fixture(scope="module")
def picture():
    """A skin-coloured oval with dark hair around it before grey, in an aligned face's place."""
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    image = np.full((SIDE, SIDE, 3), 190, dtype=np.uint8)
    image[np.hypot((columns - 0.5) / 0.34, (rows - 0.45) / 0.44) < 1] = (50, 35, 30)
    image[np.hypot((columns - 0.5) / 0.25, (rows - 0.55) / 0.36) < 1] = (205, 160, 140)
    return image


def at(relief, mark):
    column, row = np.rint(standard_landmarks()[mark] * len(relief.height)).astype(int)
    return relief.height[row, column] * SPAN


def test_it_has_the_shape_of_a_face(picture):
    relief = height_map(picture, resolution=SIDE)
    assert relief.height.shape == (SIDE, SIDE) and relief.height.dtype == np.float32
    assert relief.height.min() == 0 and relief.height.max() < 1
    row, column = np.unravel_index(relief.height.argmax(), relief.height.shape)
    assert np.hypot(*(np.array([column, row]) / SIDE - standard_landmarks()[30])) < 0.06  # the nose's tip
    assert at(relief, 27) > at(relief, 38) and at(relief, 19) > at(relief, 37)  # bridge and brow before the eye
    assert at(relief, 8) > at(relief, 0) + 0.3  # the chin before the ears
    assert -BACK - 0.3 < at(relief, 39) < -BACK + 0.3  # the eyes lie at zero
    assert relief.eye_distance == pytest.approx(0.245, rel=0.1)


def test_background_lies_low_and_hair_stands_out(picture):
    relief = height_map(picture, resolution=SIDE)
    assert relief.height[:60, :8].max() < 0.02 and relief.height[:60, -8:].max() < 0.02
    assert relief.height[round(0.15 * SIDE), SIDE // 2] > 0.2
    assert relief.person[:45, :4].max() < 0.2 and relief.person[SIDE // 2, SIDE // 2] > 0.95


def test_detail_models_what_is_dark(picture):
    marked = picture.copy()
    marked[60:63, 34:40] = (90, 50, 50)
    plain, fine = (height_map(marked, detail=detail, resolution=SIDE).height for detail in (0.0, 1.0))
    assert (plain - fine)[61, 36] * SPAN > 0.01
    unmarked = height_map(picture, detail=0.0, resolution=SIDE).height
    assert np.abs(plain - unmarked)[50:70, 30:66].max() < 0.01  # without detail the picture counts little


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_flat_picture_is_still_a_head(grey):
    relief = height_map(np.full((64, 64, 3), grey, np.uint8), resolution=64)
    assert np.isfinite(relief.height).all() and np.isfinite(relief.person).all()
    assert at(relief, 30) > 1.5


@pytest.mark.parametrize(
    ("image", "options", "message"),
    [
        (np.zeros((64, 80, 3), np.uint8), {}, "must be square"),
        (np.zeros((8, 8, 3), np.uint8), {}, "32 pixels or more"),
        (np.zeros((64, 64), np.uint8), {}, "must be square"),
        (np.zeros((64, 64, 3), np.uint8), {"resolution": 5000}, "resolution is 5000; choose 32 to 1024"),
        (np.zeros((64, 64, 3), np.uint8), {"landmarks": np.zeros((68, 2))}, "choose a face seen from the front"),
    ],
)
def test_what_cannot_be_modelled_is_said(image, options, message):
    with pytest.raises(ReliefError, match=message):
        height_map(image, **options)


def test_landmarks_that_enclose_no_skin_are_refused(picture):
    marks = standard_landmarks().copy()
    marks[:17] = marks[28]
    with pytest.raises(ReliefError, match="no skin is seen"):
        height_map(picture, marks, resolution=64)


def test_landmarks_or_why_there_are_none(picture, monkeypatch):
    points = np.full((68, 2), SIDE / 4)
    monkeypatch.setattr(module, "finder", lambda: lambda _: SimpleNamespace(points=points))
    marks, notice = aligned_marks(picture)
    assert marks is not None and (marks == 0.25).all() and notice == ""
    monkeypatch.setattr(module, "finder", lambda: lambda _: None)
    assert aligned_marks(picture)[0] is None and "choose a face seen from the front" in aligned_marks(picture)[1]

    def missing():
        raise ImportError("finding faces needs packages")

    monkeypatch.setattr(module, "finder", missing)
    assert "standard shape, since finding faces needs" in aligned_marks(picture)[1]


def test_silhouette_follows_colours_not_only_the_place(picture):
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    head = np.hypot((columns - 0.5) / 0.25, (rows - 0.5) / 0.36) < 1
    person = silhouette(picture, head, 0.245)
    crown = (5, SIDE // 2)  # hair, half an eye distance above the head
    assert person[crown] > 0.6 and person[50, 5] < 0.1
    bald = picture.copy()
    bald[~head] = 190
    assert silhouette(bald, head, 0.245)[crown] < person[crown] - 0.4
    empty = silhouette(np.zeros_like(picture), head, 0.245)
    assert empty[SIDE // 2, SIDE // 2] > 0.9 and empty[5, 5] < 0.1


def test_planes():
    flat = np.full((9, 12), 3.0, np.float32)
    assert np.allclose(blurred(flat, 2.0), 3) and blurred(flat, 0) is flat
    mask = np.ones((20, 20), bool)
    mask[:, 4] = mask[10, 10] = False
    distance = distance_inside(mask, 6)
    assert distance[0, 4] == 0 and distance[0, 0] == 4 and distance[12, 12] == pytest.approx(8**0.5)
    assert distance.max() == 6
    slope = np.add.outer(np.arange(16.0), np.arange(16.0)).astype(np.float32)
    gap = slope.copy()
    gap[5:9, 5:9] = np.nan
    assert np.abs(filled(gap) - slope).max() < 2.5 and np.isfinite(filled(gap)).all()
    assert (filled(np.full((5, 7), np.nan)) == 0).all()
