from typing import Any

import numpy as np
import pytest
import trimesh

from facedesigner.engine.voxels import cavity, depth_inside, level_surface


def ball(radius: float) -> Any:
    return trimesh.creation.icosphere(subdivisions=3, radius=radius)


def test_a_ball_becomes_a_shell_of_even_thickness():
    outer = ball(20.0)
    inner = trimesh.Trimesh(*cavity(outer.vertices, outer.faces, 3.0, through=False), process=False)
    assert inner.is_watertight and inner.volume > 0
    away = np.linalg.norm(inner.vertices, axis=1)
    assert away.max() < 17.05 and away.min() > 16.6 and away.mean() == pytest.approx(16.9, abs=0.1)


def test_it_goes_through_the_lowest_plane_if_asked():
    box = trimesh.creation.box((30, 30, 30))
    floor = [cavity(box.vertices, box.faces, 4.0, through)[0][:, 1].min() for through in (False, True)]
    assert floor[0] == pytest.approx(-11, abs=0.3) and floor[1] < -15


def test_nothing_is_left_of_what_is_thinner_than_its_walls():
    points, triangles = cavity(ball(3.0).vertices, ball(3.0).faces, 5.0, through=False)
    assert len(triangles) == 0 and len(points) == 0


def test_what_cuts_through_itself_is_one_inside():
    one, other = ball(10.0), ball(10.0)
    other.apply_translation((8, 0, 0))
    pair: Any = trimesh.util.concatenate([one, other])
    inner = trimesh.Trimesh(*cavity(pair.vertices, pair.faces, 2.0, through=False), process=False)
    assert inner.is_watertight and inner.body_count == 1


def test_depth_and_its_nearest_place():
    inside = np.zeros((9, 9, 9), dtype=bool)
    inside[2:7, 2:7, 2:7] = True
    distance, nearest = depth_inside(inside, 5)
    assert distance[4, 4, 4] == 3 and distance[2, 2, 2] == 1 and distance[0, 0, 0] == 0
    where = np.array(np.unravel_index(nearest[5, 4, 4], inside.shape))
    assert np.linalg.norm(where - (5, 4, 4)) == distance[5, 4, 4] == 2


def test_a_level_surface_is_closed_and_where_it_should_be():
    places = np.stack(np.meshgrid(*[np.arange(14.0)] * 3, indexing="ij"), -1)
    field = 4.3 - np.linalg.norm(places - 6.4, axis=-1)
    mesh = trimesh.Trimesh(*level_surface(field, np.zeros(3), 2.0), process=False)
    assert mesh.is_watertight and mesh.volume > 0
    away = np.linalg.norm(mesh.vertices - 12.8, axis=1)
    assert away.min() > 8.2 and away.max() < 8.8
