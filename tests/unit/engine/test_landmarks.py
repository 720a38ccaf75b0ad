from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image as Pillow

from facedesigner.engine.landmarks import EyesError, Landmarks, pointed_at, unturned


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_points_of_a_turned_picture_come_back(turn):
    picture = np.zeros((20, 30), np.uint8)
    picture[4, 7] = 255
    turned = np.asarray(Pillow.fromarray(picture).rotate(turn, expand=True))
    (row,), (column,) = np.nonzero(turned)
    face = SimpleNamespace(points=np.array([[column, row]], dtype=float), turned=turn)
    assert unturned(face, 30, 20).tolist() == [[7, 4]]  # type: ignore[arg-type]


def test_two_clicks_in_any_order():
    marks = pointed_at((40, 12), (10, 10))
    assert marks.eyes.tolist() == [[10, 10], [40, 12]] and marks.head is None
    assert marks.roll == pytest.approx(3.81, abs=0.01)
    assert marks.across @ marks.down == pytest.approx(0) and marks.down[1] > 0
    with pytest.raises(EyesError, match="fall together"):
        pointed_at((10, 10), (10.5, 10))


def test_a_head_is_twice_as_high_as_from_the_eyes_to_the_chin():
    points = np.zeros((68, 2))
    points[8] = (20, 60)
    assert Landmarks(np.array([[10.0, 20], [30, 20]]), points).head == 80
