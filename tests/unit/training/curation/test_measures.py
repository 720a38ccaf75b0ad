import numpy as np
import pytest

from training.curation.measures import lightness, proportions, region
from training.curation.pose import HEAD, head_pose


def turned(yaw, pitch=0.0, roll=0.0):
    """(68, 2) landmarks of the average head under this pose; only those that the pose is read from."""
    y, p, r = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    points = np.zeros((68, 2))
    for index, place in HEAD.items():
        points[index] = (about_z @ about_y @ about_x @ np.array(place))[:2] * 60 + 100
    return points


@pytest.mark.parametrize("yaw", [-50, -20, 0, 10, 45])
@pytest.mark.parametrize("pitch", [-15, 0, 15])
def test_the_pose_is_read_back(yaw, pitch):
    found = head_pose(turned(yaw, pitch))
    assert found == pytest.approx((yaw, pitch), abs=4)


def test_yaw_is_positive_to_the_right():
    points = turned(0)
    points[30, 0] += 15
    assert head_pose(points)[0] > 5


@pytest.fixture
def points():
    """A plain face by ruler and compass, 0 to 1 in the aligned square."""
    found = np.zeros((68, 2))
    for start, x in ((36, 0.3775), (42, 0.6225)):
        found[start : start + 6] = x, 0.47
        found[start : start + 6] += np.array([(-4, 0), (-2, -1), (2, -1), (4, 0), (2, 1), (-2, 1)]) / 100
    found[27], found[33], found[31], found[35] = (0.5, 0.46), (0.5, 0.6), (0.46, 0.59), (0.54, 0.59)
    found[48], found[54] = (0.4, 0.72), (0.6, 0.72)
    for index, y in ((50, 0.70), (51, 0.70), (52, 0.70), (61, 0.72), (62, 0.72), (63, 0.72)):
        found[index] = 0.5, y
    for index, y in ((65, 0.72), (66, 0.72), (67, 0.72), (56, 0.75), (57, 0.75), (58, 0.75)):
        found[index] = 0.5, y
    return found


def test_proportions_are_in_eye_distances(points):
    found = proportions(points, 0.0)
    assert found["mouth_width"] == pytest.approx(0.2 / 0.245, abs=1e-3)
    assert found["nose_width"] == pytest.approx(0.08 / 0.245, abs=1e-3)
    assert found["nose_length"] == pytest.approx(0.14 / 0.245, abs=1e-3)
    assert found["lip_thickness"] == pytest.approx(0.05 / 0.245, abs=1e-3)
    assert found["eye_opening"] == pytest.approx(0.25, abs=1e-3)
    assert found["mouth_open"] == 0


def test_a_smile_lifts_the_corners(points):
    smiling = points.copy()
    smiling[48] += (-0.02, -0.02)
    smiling[54] += (0.02, -0.02)
    assert proportions(smiling, 0.0)["smile"] > proportions(points, 0.0)["smile"] + 0.05


def test_lightness_is_cielab():
    colours = np.array([(0, 0, 0), (119, 119, 119), (255, 255, 255)], np.uint8)
    assert lightness(colours) == pytest.approx([0, 50, 100], abs=0.2)


def test_a_region_at_the_edge_is_never_empty():
    pixels = np.zeros((20, 20, 3), np.uint8)
    for centre in ((-1.0, 0.5), (2.0, 2.0), (0.0, 1.0)):
        assert len(region(pixels, centre, 0.01))
