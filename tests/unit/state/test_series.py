import pytest

from facedesigner.state.face import FaceState
from facedesigner.state.series import Axis, flat, grid, places

FACE = FaceState("m", seed=1, controls=(("age", 10.0),))


def test_places_reach_both_ends_and_a_closed_way_goes_on_to_the_first():
    assert places(3, 5) == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert places(2, 4, closed=True) == [0.0, 0.5, 1.0, 1.5]
    with pytest.raises(ValueError, match="two faces or more"):
        places(1, 5)


def test_a_grid_has_a_slider_each_way_and_keeps_the_others():
    rows = grid(FACE, Axis("smile", "Smile", -1.0, 1.0, 3), Axis("nose", "Nose", 0.0, 2.0, 2))
    assert [[face.control("smile") for face in row] for row in rows] == [[-1.0, 0.0, 1.0]] * 2
    assert [row[0].control("nose") for row in rows] == [0.0, 2.0]
    assert {face.control("age") for face in flat(rows)} == {10.0}


def test_axes_that_make_no_grid_are_refused():
    axis = Axis("smile", "Smile", -1.0, 1.0, 3)
    assert axis.words == ["Smile -1", "Smile 0", "Smile +1"]
    with pytest.raises(ValueError, match="both axes move Smile"):
        grid(FACE, axis, axis)
    with pytest.raises(ValueError, match="Smile has 1 steps: choose 2 to 9"):
        Axis("smile", "Smile", -1.0, 1.0, 1)
