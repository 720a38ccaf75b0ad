import numpy as np

from facedesigner.engine.drawing import drawn


def test_the_nearer_square_hides_the_other_and_up_is_up():
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], dtype=float)
    near = corners * (1, 0.5, 1) + (0, 0.5, 1)  # the upper half
    square = np.array([[0, 1, 2], [0, 2, 3]])
    red, blue = np.tile((1.0, 0, 0), (4, 1)), np.tile((0, 0, 1.0), (4, 1))
    for order in (1, -1):
        parts = [(corners, blue), (near, red)][::order]
        picture = drawn(
            np.concatenate([part for part, _ in parts]),
            np.concatenate([square, square + 4]),
            np.concatenate([colour for _, colour in parts]),
            40,
        )
        assert (picture[10, 20] == (255, 0, 0)).all() and (picture[30, 20] == (0, 0, 255)).all()
        assert (picture[0, 0] == 255).all()
    behind = drawn(corners, square[:, ::-1], blue, 40)
    assert (behind == 255).all()
