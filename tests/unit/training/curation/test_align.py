import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from training.curation.align import EYE_DISTANCE, EYES, centre, cut, is_in_place, outside, place, reflect


def landmarks(side=256.0, angle=0.0, shift=(0.0, 0.0)):
    """(68, 2): eyes and mouth of a face in FFHQ's place, turned about the picture's corner and moved."""
    points = np.zeros((68, 2))
    points[36:42] = np.array([0.5 - EYE_DISTANCE / 2, 0.47]) * side
    points[42:48] = np.array([0.5 + EYE_DISTANCE / 2, 0.47]) * side
    points[[48, 54]] = np.array([[0.42, 0.73], [0.58, 0.73]]) * side
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return points @ turn + shift


@given(st.floats(20, 2000), st.floats(-3.1, 3.1), st.floats(-500, 500), st.floats(-500, 500))
def test_the_eyes_land_in_their_place(side, angle, x, y):
    points = landmarks(side, angle, (x, y))
    placement = place(points)
    unit = placement.to_unit(points)
    eyes = np.stack([unit[36:42].mean(0), unit[42:48].mean(0)])
    assert np.allclose(eyes.mean(0), EYES, atol=1e-6)
    assert np.allclose(eyes[1] - eyes[0], (EYE_DISTANCE, 0), atol=1e-6)
    assert placement.side == pytest.approx(side)


def test_a_turned_head_is_not_zoomed_in():
    points = landmarks()
    points[36:42, 0] += 20
    assert place(points).side == pytest.approx((0.73 - 0.47) * 256 / 0.277, rel=0.02)


def test_eyes_without_a_distance_are_an_error():
    with pytest.raises(ValueError, match="no distance"):
        place(np.zeros((68, 2)))


@pytest.mark.parametrize(("size", "side"), [(64, 64), (64, 300), (64, 40), (64, 64 * 9)])
@pytest.mark.parametrize("angle", [0.0, 0.7, 3.1])
def test_the_cut_shows_what_was_there(size, side, angle):
    """Of a picture whose red grows to the right and green downwards, the colours tell the places."""
    ramp = np.zeros((900, 900, 3), np.uint8)
    ramp[..., 0] = np.linspace(0, 255, 900)[None, :]
    ramp[..., 1] = np.linspace(0, 255, 900)[:, None]
    placement = place(landmarks(side, angle, (450, 450)))
    made = np.asarray(cut(Image.fromarray(ramp), placement, size)).astype(float)
    assert made.shape == (size, size, 3)
    down = np.array([-placement.across[1], placement.across[0]])
    for u, v in ((0.5, 0.5), (0.3, 0.6)):
        expected = (placement.corner + side * (u * placement.across + v * down)) / 899 * 255
        if (expected > 5).all() and (expected < 250).all():
            assert np.allclose(made[int(v * size), int(u * size), :2], expected, atol=5)


def test_beyond_the_edge_is_the_mirror_image():
    assert reflect(np.arange(-3, 7), 4).tolist() == [2, 1, 0, 0, 1, 2, 3, 3, 2, 1]


def test_in_place_means_square_and_close():
    assert is_in_place(place(landmarks()), 256, 256)
    assert is_in_place(place(landmarks(shift=(3, -3))), 256, 256)
    assert not is_in_place(place(landmarks()), 256, 300)
    assert not is_in_place(place(landmarks(shift=(12, 0))), 256, 256)
    assert not is_in_place(place(landmarks(angle=0.1)), 256, 256)


def test_how_much_lies_outside():
    assert outside(place(landmarks()), 256, 256) == 0
    assert outside(place(landmarks(shift=(-128, 0))), 256, 256) == pytest.approx(0.5, abs=0.02)


def test_without_a_face_the_middle_is_cut():
    image = Image.new("RGB", (300, 100))
    image.paste("red", (100, 0, 200, 100))
    assert np.asarray(cut(image, centre(300, 100), 50))[2:-2, 2:-2, 0].min() > 200
