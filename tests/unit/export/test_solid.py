import numpy as np
import pytest

from facedesigner.engine.relief import SPAN, Relief
from facedesigner.export.solid import SHAPES, Piece, Solid, SolidError, build
from facedesigner.export.stl import as_trimesh
from facedesigner.export.views import for_display, grey_picture, hill_shade

SIDE = 40


def bump(side: int = SIDE) -> Relief:
    """A dome, and a person that is it and an island."""
    rows, columns = np.mgrid[:side, :side] / (side - 1) - 0.5
    away = np.hypot(rows, columns)
    person = np.clip(0.5 + 8 * (0.35 - away), 0, 1)
    person[:3, :3] = 1
    height = 0.8 * np.sqrt(np.clip(1 - (away / 0.4) ** 2, 0, 1))
    return Relief(height.astype(np.float32), person.astype(np.float32), 0.25)


@pytest.fixture(scope="module")
def relief() -> Relief:
    return bump()


def closed(solid: Solid) -> bool:
    mesh = as_trimesh(solid)
    return bool(mesh.is_watertight and mesh.is_winding_consistent and mesh.volume > 0)


EXTREMES = [
    {},
    {"thickness_mm": 3.0},
    {"thickness_mm": 30.0},
    {"depth": 3.0, "base_mm": 0.4},
    {"depth": 0.05, "thickness_mm": 0.4},
    {"size_mm": 10.0, "thickness_mm": 30.0},
    {"size_mm": 2000.0, "base_mm": 50.0},
    {"pupil_mm": 5.0},
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("options", EXTREMES)
def test_closed_and_outward_whatever_is_asked(relief, shape, options):
    solid = build(relief, Piece(shape, **options))
    assert closed(solid)
    assert solid.vertices.min() == 0 and len(solid.triangles) < 4.2 * SIDE**2


def test_the_pupils_lie_as_far_apart_as_asked(relief):
    solid = build(relief, Piece(pupil_mm=63))
    width, height, depth = solid.size
    assert width == pytest.approx(63 / 0.25 * (SIDE - 1) / SIDE, rel=0.005) and width == height  # between grid points
    assert depth == pytest.approx(3 + relief.height.max() * SPAN * 63, rel=0.005)
    left, right = (np.argmin(np.hypot(*(solid.places - (x, 0.5)).T)) for x in (0.375, 0.625))
    assert solid.vertices[right, 0] - solid.vertices[left, 0] == pytest.approx(63, rel=0.005)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("width", [20.0, 120.0])
def test_the_width_is_as_asked(relief, shape, width):
    solid = build(relief, Piece(shape, size_mm=width))
    assert solid.size[0] == pytest.approx(width, rel=0.005)
    twice = build(relief, Piece(shape, size_mm=2 * width))
    assert twice.pupil_mm == pytest.approx(2 * solid.pupil_mm)
    assert twice.size[2] - 3 == pytest.approx(2 * (solid.size[2] - 3), rel=0.005)


def test_depth_scales_the_relief_and_not_the_base(relief):
    flat, full = (build(relief, Piece(depth=depth, base_mm=5)).size[2] for depth in (0.3, 1.0))
    assert flat - 5 == pytest.approx(0.3 * (full - 5))


def test_an_oval_is_smooth_and_the_head_has_no_islands(relief):
    oval = build(relief, Piece("oval"))
    width, height, _ = oval.size
    assert width / height == pytest.approx(0.80 / 0.98, rel=0.01)
    rim = oval.vertices[oval.vertices[:, 2] == 0][:-1]
    middle = (width / 2, height / 2)
    away = np.hypot(*((rim[:, :2] - middle) / middle).T)
    assert np.abs(away - 1).max() < 0.02
    head = build(relief, Piece("head"))
    assert as_trimesh(head).body_count == 1
    assert head.size[0] == pytest.approx(0.7 * (SIDE - 1) / SIDE * 252, rel=0.02)


def test_a_wall_is_nowhere_thinner_than_asked(relief):
    solid = build(relief, Piece(thickness_mm=20))
    half = len(solid.vertices) // 2
    front, back = solid.vertices[:half], solid.vertices[half:]
    hollow = back[back[:, 2] > 0]
    assert len(hollow) > 20
    nearest = [np.linalg.norm(front - point, axis=1).min() for point in hollow]
    assert min(nearest) >= 20 * 0.95
    massive, shell = (as_trimesh(build(relief, Piece(thickness_mm=t))).volume for t in (None, 20))
    assert shell < 0.9 * massive


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shape": "cube"}, "the shape is 'cube'; choose plate, oval, head"),
        ({"pupil_mm": 0}, "the pupil distance in mm is 0; choose 5 to 500"),
        ({"size_mm": 1e6}, r"the width in mm is 1e\+06; choose 10 to 2000"),
        ({"depth": float("nan")}, "the depth is nan"),
        ({"base_mm": 0}, "the base in mm is 0; choose 0.4 to 50"),
        ({"thickness_mm": -1}, "the wall in mm is -1"),
    ],
)
def test_what_cannot_be_made_is_said(options, message):
    with pytest.raises(SolidError, match=message):
        Piece(**options)


def test_without_a_person_no_head_can_be_cut_out(relief):
    nobody = Relief(relief.height, np.zeros_like(relief.person), 0.25)
    with pytest.raises(SolidError, match="choose a plate or an oval"):
        build(nobody, Piece("head"))


def test_a_flat_relief_is_a_slab():
    slab = build(Relief(np.zeros((SIDE, SIDE), np.float32), np.ones((SIDE, SIDE), np.float32), 0.25), Piece(base_mm=4))
    assert closed(slab) and slab.size[2] == 4


def test_views(relief):
    solid = build(relief, Piece())
    picture = np.zeros((16, 16, 3), np.uint8)
    picture[:8] = (255, 0, 0)  # the upper half
    mesh = for_display(solid, picture)
    assert np.ptp(mesh.vertices[:, 1]) == pytest.approx(1) and mesh.triangles.dtype == np.uint32
    front = mesh.vertices[:, 2] > 0
    upper, lower = front & (mesh.vertices[:, 1] > 0.1), front & (mesh.vertices[:, 1] < -0.1)
    assert mesh.painted[upper, 0].min() > 0.5 and mesh.painted[lower, 0].max() < 0.05
    above, right = hill_shade(relief, azimuth=90).astype(int), hill_shade(relief, azimuth=0).astype(int)
    middle = SIDE // 2
    assert above[8, middle, 0] > above[-9, middle, 0] and right[middle, -9, 0] > right[middle, 8, 0]
    assert grey_picture(relief)[middle, middle, 0] == pytest.approx(0.8 * 255, abs=1)
