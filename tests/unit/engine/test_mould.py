from typing import Any

import numpy as np
import pytest
import trimesh

from facedesigner.engine.mould import drafted, halves


def test_walls_lean_by_the_draft_and_nothing_gets_shallower():
    depth = np.zeros((60, 60))
    depth[20:40, 20:40] = 30
    wide = drafted(depth, 10.0)
    assert (wide >= depth).all() and wide.max() == 30
    fall = 1 / np.tan(np.radians(10))
    assert np.abs(np.diff(wide, axis=1)).max() <= fall + 1e-9
    assert wide[30, 18] == pytest.approx(30 - 2 * fall) and wide[30, 10] == 0


def test_each_half_is_seen_as_one_looks_into_it():
    ball: Any = trimesh.creation.icosphere(subdivisions=3, radius=20)
    ball.apply_translation((0, 30, 0))
    nose: Any = trimesh.creation.icosphere(subdivisions=2, radius=6)
    nose.apply_translation((8, 34, 18))  # on the head's left, which one sees on the right from the front
    both: Any = trimesh.util.concatenate([ball, nose])
    front, back = halves(both.vertices, both.faces, 3.0, 5.0)
    side = len(front)
    row, column = np.unravel_index(front.argmax(), front.shape)
    assert front.max() == pytest.approx(24, abs=1) and column == pytest.approx(side / 2 - 8, abs=1.5)
    assert row == pytest.approx(side - 34, abs=1.5)
    assert back.max() == pytest.approx(20, abs=1) and back[0].max() == 0
