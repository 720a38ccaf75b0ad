import numpy as np

from facedesigner.engine.crossings import crossings

TETRAHEDRON = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=float)
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])


def both(moved: tuple[float, float, float]) -> np.ndarray:
    return crossings(np.concatenate([TETRAHEDRON, TETRAHEDRON + moved]), np.concatenate([FACES, FACES + 4]))


def test_what_overlaps_is_found_and_what_touches_is_not():
    assert len(both((0.2, 0.15, 0.1))) > 0
    assert len(both((3, 0, 0))) == 0
    assert len(crossings(TETRAHEDRON, FACES)) == 0
    assert len(both((0, 0, 0))) == 0  # in one plane
    assert len(both((1.0, 0, 0))) == 0  # at a corner


def test_a_surface_that_is_folded_through_its_neighbour_is_found():
    grid = np.array([[x, y, 0.0] for y in range(4) for x in range(4)])
    corner = np.array([i for i in range(11) if i % 4 < 3])
    triangles = np.concatenate(
        [np.stack([corner, corner + 1, corner + 4], 1), np.stack([corner + 1, corner + 5, corner + 4], 1)]
    )
    assert len(crossings(grid, triangles)) == 0
    grid[5] = (2.6, 1.5, 0.5)
    grid[6] = (2.5, 1.5, -0.5)
    assert len(crossings(grid, triangles)) > 0
