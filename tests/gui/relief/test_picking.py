import numpy as np
import pytest

from facedesigner.gui.relief.picking import behind, picked

SQUARES = np.array([[x, y, z] for z in (0.0, 0.5) for x, y in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))])
FACES = np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])
LOOKING_DOWN_Z = np.diag([1.0, 1.0, -1.0, 1.0])  # what has more z is nearer


def test_the_nearest_point_under_the_cursor():
    point = picked(SQUARES, FACES, LOOKING_DOWN_Z, 0.2, -0.3)
    assert point == pytest.approx((0.2, -0.3, 0.5))
    assert picked(SQUARES, FACES[:2], LOOKING_DOWN_Z, 0.2, -0.3) == pytest.approx((0.2, -0.3, 0))
    assert picked(SQUARES, FACES, LOOKING_DOWN_Z, 0.7, 0) is None


def test_what_lies_behind_the_camera_is_not_hit():
    away = LOOKING_DOWN_Z.copy()
    away[3, 3] = -1
    assert picked(SQUARES, FACES, away, 0.2, -0.3) is None


def test_a_cut_takes_the_right_side_away():
    assert len(behind(SQUARES, FACES, 1.0)) == 4
    left = behind(SQUARES, FACES, 0.5)
    assert len(left) == 2 and (SQUARES[left, 0].mean(1) < 0).all()
    assert len(behind(SQUARES, FACES, 0.0)) == 0
