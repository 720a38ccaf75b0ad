import numpy as np
import pytest

from facedesigner.engine.whole_head import Head
from facedesigner.export.solid import Solid, SolidError
from facedesigner.export.stl import as_trimesh
from facedesigner.export.whole import WholePiece, build_whole

RADIUS = 2.0


def bust() -> Head:
    """A ball of 2 eye distances on a neck: rings of 32 vertices from the crown to a flat rim."""
    around = np.arange(32) / 32 * 2 * np.pi
    heights = RADIUS * np.cos(np.linspace(0.15, 2.4, 24))
    widths = np.sqrt(RADIUS**2 - heights**2)
    heights, widths = np.append(heights, -3.0), np.append(widths, widths[-1])
    rings = [np.column_stack([w * np.sin(around), np.full(32, y), w * np.cos(around)]) for w, y in zip(widths, heights)]  # noqa: B905
    vertices = np.concatenate([*rings, [[0, RADIUS, 0]]])
    i, j = np.arange(32), (np.arange(32) + 1) % 32
    faces = [np.stack([np.full(32, len(vertices) - 1), i, j], 1)]
    for ring in range(24):
        above, below = 32 * ring, 32 * (ring + 1)
        faces += [np.stack([above + i, below + i, above + j], 1), np.stack([above + j, below + i, below + j], 1)]
    places = 0.5 + 0.4 * vertices[:, [0, 2]] / RADIUS
    pupils = np.array([[-0.5, 0, 1.9], [0.5, 0, 1.9]])
    marks = np.zeros((68, 3))
    marks[8, 1] = -1.5  # the chin
    move = np.where(vertices[:, 1:2] < -1, (0, -0.3, 0), (0.0, 0, 0))
    texture = np.full((16, 16, 3), (200, 150, 120), np.uint8)
    return Head(vertices, np.concatenate(faces), places, texture, pupils, {"jawOpen": move}, marks)


@pytest.fixture(scope="module")
def head() -> Head:
    return bust()


def closed(solid: Solid) -> bool:
    mesh = as_trimesh(solid)
    return bool(mesh.is_watertight and mesh.is_winding_consistent and mesh.volume > 0)


def test_a_solid_head_stands_on_its_closed_neck(head):
    solid = build_whole(head, WholePiece(pupil_mm=60))
    assert closed(solid) and solid.stands and solid.pupil_mm == pytest.approx(60)
    assert solid.vertices[:, 1].min() == 0 and solid.size[1] == pytest.approx(5 * 60)
    assert solid.moves["jawOpen"].min() == pytest.approx(-0.3 * 60) and len(solid.vertices) == len(head.vertices)


def test_the_head_is_as_high_as_asked(head):
    solid = build_whole(head, WholePiece(height_mm=210))
    assert solid.pupil_mm == pytest.approx(210 / 3.5)


def test_a_wall_is_as_thick_as_asked_and_open_at_the_neck(head):
    solid = build_whole(head, WholePiece(pupil_mm=30, thickness_mm=4))
    assert closed(solid) and not solid.moves
    inner = solid.vertices[(solid.vertices[:, 1] > 60)]
    away = np.linalg.norm(inner - (0, 90, 0), axis=1)
    thick = 60 - away[away < 58.5]
    assert len(thick) > 50 and thick.min() > 3.8 and thick.max() < 4.7  # the ball has facets
    floors = []
    for neck in ("open", "closed"):
        mesh = as_trimesh(build_whole(head, WholePiece(pupil_mm=30, thickness_mm=4, neck=neck)))
        assert mesh.is_watertight
        floors.append(mesh.area_faces[(mesh.triangles[:, :, 1] < 1e-6).all(1)].sum())
    radius = 60 * np.sin(2.4)
    assert floors[0] == pytest.approx(np.pi * (radius**2 - (radius - 4.1) ** 2), rel=0.1)
    assert floors[1] == pytest.approx(np.pi * radius**2, rel=0.02)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"neck": "wide"}, "the neck is 'wide'; choose open or closed"),
        ({"height_mm": 5}, "the head's height in mm is 5; choose 20 to 1000"),
        ({"pupil_mm": 0}, "the pupil distance in mm is 0; choose 5 to 500"),
        ({"thickness_mm": 99}, "the wall in mm is 99"),
    ],
)
def test_what_cannot_be_made_is_said(options, message):
    with pytest.raises(SolidError, match=message):
        WholePiece(**options)


def test_a_wall_that_leaves_nothing_is_refused(head):
    with pytest.raises(SolidError, match="thicker than the head"):
        build_whole(head, WholePiece(pupil_mm=5, thickness_mm=30))
