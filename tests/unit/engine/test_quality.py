import numpy as np
import pytest

from facedesigner.engine.quality import DEFECTS, Quality, uneven


def face() -> np.ndarray:
    """Landmarks that are the same on both sides."""
    points = np.zeros((68, 2))
    points[36:42], points[42:48] = (-1, 0), (1, 0)
    for number, (a, b) in enumerate(((17, 26), (19, 24), (21, 22), (31, 35), (48, 54), (3, 13), (5, 11))):
        points[a], points[b] = (-0.5, number), (0.5, number)
    return points


def test_an_even_face_and_a_lopsided_one():
    assert uneven(face()) == 0
    lopsided = face()
    lopsided[[48, 3]] += (0, 0.8)
    assert uneven(lopsided) > 0.05


def test_a_turned_picture_changes_nothing():
    turn = np.array([[0.9, -np.sqrt(1 - 0.81)], [np.sqrt(1 - 0.81), 0.9]])
    lopsided = face()
    lopsided[48] += (0, 0.8)
    assert uneven(lopsided @ turn.T * 7 + 3) == pytest.approx(uneven(lopsided))


def test_noise_is_no_face():
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    assert Quality()(noise) in DEFECTS
