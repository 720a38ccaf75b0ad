import numpy as np
import pytest

from facedesigner.engine.landmarks import Landmarks
from facedesigner.export.openings import Opening, ellipses, pierced

EYES = np.array([[30.0, 40.0], [70.0, 40.0]])
POINTS = np.zeros((68, 2))
POINTS[30], POINTS[48:68] = (50, 55), (50, 70)


def test_each_place_is_found():
    found, missing = ellipses([Opening("eyes"), Opening("mouth"), Opening("nose")], Landmarks(EYES, POINTS))
    assert [tuple(one.centre) for one in found] == [(30, 40), (70, 40), (50, 70), (50, 55)] and not missing


def test_a_place_that_two_clicks_do_not_tell_is_said():
    found, missing = ellipses([Opening("mouth"), Opening("eyes")], Landmarks(EYES))
    assert len(found) == 2 and missing == ("The opening for the mouth is left out: only the eyes are known.",)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_hole_has_its_size_and_lies_along_the_eyes(kind):
    full = np.iinfo(kind).max
    pixels = np.full((100, 100, 4), full, kind)
    holes, _ = ellipses([Opening("mouth", 20, 6)], Landmarks(EYES, POINTS))
    cut = pierced(pixels, holes, 2.0)
    assert (full - cut[..., 3].astype(float)).sum() / full == pytest.approx(np.pi * 20 * 6, rel=0.01)  # half axes 20, 6
    assert (cut[70, 31:69, 3] == 0).all() and cut[70, 29, 3] == full and cut[63, 50, 3] == full
    assert not cut[70, 50].any() and (cut[0, 0] == full).all()  # what shows nothing is black


def test_a_hole_leans_with_the_face():
    holes, _ = ellipses([Opening("eyes", 20, 2)], Landmarks(np.array([[40.0, 40.0], [60.0, 60.0]])))
    cut = pierced(np.full((100, 100, 4), 255, np.uint8), holes, 1.0)
    assert cut[53, 53, 3] < 90 and cut[40, 40, 3] == 0 and cut[54, 65, 3] == 255
